"""Whose clicks these are: the device's, or those of an impostor that is easy to simulate.

There are two impostors, both with the device's loops, losses and dark counts: distinguishable
photons, each of which goes its own way, and the mean-field sampler (see `mean_field`), which
bunches without interference between photons. The same clicks are asked twice:

* For the odds. A shot k at theta adds ``log p_device(k | theta) - log p_impostor(k | theta)``, its
  score. Where both are equally probable beforehand, the sum is the logarithm of the odds of the
  device against the impostor (Bayes). The mean score of a shot is known beforehand for the clicks
  of either, a Kullback-Leibler divergence. So the odds grow, or fall, exponentially with the shots;
  and if the mean score is neither of the two, the clicks are a third one's.
* For the number of clicks in a shot. Photons that bunch make fewer. So do lost ones: the device
  must be calibrated first. Nothing but a count is needed, but bunching is no proof of interference
  between photons: the mean-field sampler bunches, too, sometimes less than they do, sometimes more.

Clicks that the device was calibrated with favour it; other ones are to be weighed.

Most experiments keep only the shots in which all photons are seen, in different modes. Here every
shot counts: the probabilities are those of clicks behind losses.

References: N. Spagnolo et al., arXiv:1311.1622 (data of an experiment against distinguishable
photons); M. C. Tichy et al., arXiv:1312.3080 (mean field).
"""

import math
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, rel_entr

from ..interferometer import TimeBinInterferometer
from ..sampler import check_settings
from .mean_field import MeanFieldSampler
from .patterns import POSSIBLE, check_measurement

Array = NDArray[np.float64]


class Suspect(Protocol):
    """Whoever may have made the clicks: exact probabilities of all patterns."""

    def click_probabilities(self, theta: ArrayLike) -> Array:
        """Return ``(batch, 2^n_modes)``."""


@dataclass(frozen=True)
class Odds:
    """The device against one impostor.

    Attributes
    ----------
    log_odds : float
        Sum of all shots' scores: above 0 the clicks speak for the device.
    probability : float
        Of the device, in [0, 1], if it is as probable as the impostor beforehand.
    score, standard_error : float
        Mean score of a shot, and its standard error: NaN with one shot per setting, or where
        scores are infinite.
    if_device, if_impostor : float
        Mean score to be expected of either's clicks.
    """

    log_odds: float
    probability: float
    score: float
    standard_error: float
    if_device: float
    if_impostor: float


@dataclass(frozen=True)
class ClickNumber:
    """Mean number of clicks of a shot, measured and expected.

    Attributes
    ----------
    measured, expected : float
    deviation : float
        Their difference, over the standard deviation that is expected of the measured mean.
    """

    measured: float
    expected: float
    deviation: float


def impostors(device: TimeBinInterferometer) -> dict[str, Suspect]:
    """Return the impostors of a device, by name.

    Examples
    --------
    >>> list(impostors(TimeBinInterferometer((1, 1), (1,))))
    ['distinguishable photons', 'mean field']
    """
    return {
        "distinguishable photons": replace(device, indistinguishability=0.0),
        "mean field": MeanFieldSampler(device),
    }


def scores(
    device: TimeBinInterferometer, impostor: Suspect, theta: ArrayLike, clicks: ArrayLike
) -> Array:
    """Return the score of each shot: how much it speaks for the device, against the impostor.

    Parameters
    ----------
    device : TimeBinInterferometer
        As calibrated.
    impostor : Suspect
    theta : (n_settings, n_angles) or (n_angles,) array_like
        Angles in radians that the device makes (see `calibration.Calibration.angles`).
    clicks : (n_settings, n_shots, n_modes) or (n_shots, n_modes) array_like
        0 or 1.

    Returns
    -------
    (n_settings, n_shots) float64
        Logarithms; infinite where one of both cannot make such a shot.

    Raises
    ------
    ValueError
        If theta or clicks have another form, or a shot can come from neither.

    Examples
    --------
    >>> splitter = TimeBinInterferometer((1, 1), (1,))
    >>> found = scores(splitter, MeanFieldSampler(splitter), [np.pi / 4], [[1, 0], [1, 1]])
    >>> found.round(3)
    array([[0.288,  -inf]])
    """
    settings, patterns = check_measurement(device, theta, clicks)
    ours, theirs = (
        np.take_along_axis(_probabilities(suspect, settings), patterns, axis=1)
        for suspect in (device, impostor)
    )
    neither = np.argwhere((ours == 0.0) & (theirs == 0.0))
    if len(neither):
        setting, shot = neither[0]
        bits = np.binary_repr(patterns[setting, shot], device.n_modes)
        raise ValueError(
            f"the clicks {bits} at theta[{setting}] have probability 0 for the device and for "
            f"{impostor!r}"
        )
    with np.errstate(divide="ignore"):  # log 0 is what it should be
        return np.log(ours) - np.log(theirs)


def validate(device: TimeBinInterferometer, theta: ArrayLike, clicks: ArrayLike) -> dict[str, Odds]:
    """Weigh the device against each of its impostors, by the clicks.

    Parameters and errors are those of `scores`.

    Returns
    -------
    dict of str to Odds
        By the impostors' names.

    Examples
    --------
    >>> device = TimeBinInterferometer((1, 1, 0), (1,), efficiency=0.5)
    >>> theta = np.full((1, 2), np.pi / 4)
    >>> clicks = device.sample(theta, 1_000, rng=np.random.default_rng(0))
    >>> [odds.probability > 0.999 for odds in validate(device, theta, clicks).values()]
    [True, True]
    """
    result = {}
    for name, impostor in impostors(device).items():
        shots = scores(device, impostor, theta, clicks)
        if np.isinf(shots.max()) and np.isinf(shots.min()):
            raise ValueError(f"some clicks rule out the device, others rule out {impostor!r}")
        settings = check_settings(theta, device.n_angles, device.layout)
        ours, theirs = (_probabilities(suspect, settings) for suspect in (device, impostor))
        log_odds = float(shots.sum())
        result[name] = Odds(
            log_odds=log_odds,
            probability=float(expit(log_odds)),
            score=log_odds / shots.size,
            standard_error=_standard_error(shots),
            if_device=float(rel_entr(ours, theirs).sum(axis=1).mean()),
            if_impostor=-float(rel_entr(theirs, ours).sum(axis=1).mean()),
        )
    return result


def count_clicks(
    device: TimeBinInterferometer, theta: ArrayLike, clicks: ArrayLike
) -> dict[str, ClickNumber]:
    """Compare the number of clicks in a shot with what is expected of the device and impostors.

    Parameters and errors are those of `scores`.

    Returns
    -------
    dict of str to ClickNumber
        Of "the device", and of the impostors by their names.

    Examples
    --------
    >>> device = TimeBinInterferometer((1, 1), (1,))
    >>> counts = count_clicks(device, [np.pi / 4], [[1, 0], [0, 1]])  # two photons, never apart
    >>> {name: round(count.expected, 3) for name, count in counts.items()}
    {'the device': 1.0, 'distinguishable photons': 1.5, 'mean field': 1.25}
    """
    settings, patterns = check_measurement(device, theta, clicks)
    numbers = np.array([pattern.bit_count() for pattern in range(2**device.n_modes)])
    measured = float(numbers[patterns].mean())
    result = {}
    for name, suspect in {"the device": device, **impostors(device)}.items():
        p = _probabilities(suspect, settings)
        means = p @ numbers
        variance = (p * (numbers - means[:, None]) ** 2).sum(axis=1).mean() / patterns.size
        difference = measured - float(means.mean())
        if variance > 0.0:
            deviation = difference / math.sqrt(variance)
        else:  # the number is certain
            deviation = 0.0 if abs(difference) < POSSIBLE else math.copysign(math.inf, difference)
        result[name] = ClickNumber(measured, float(means.mean()), deviation)
    return result


def _probabilities(suspect: Suspect, settings: Array) -> Array:
    """Return the probabilities of all patterns, those that are rounding errors as 0."""
    p = suspect.click_probabilities(settings)
    return np.where(p > POSSIBLE, p, 0.0)


def _standard_error(shots: Array) -> float:
    """Return that of the mean score over settings that are what they are."""
    if shots.shape[1] == 1 or not np.isfinite(shots).all():
        return math.nan
    return math.sqrt(shots.var(axis=1, ddof=1).mean() / shots.size)
