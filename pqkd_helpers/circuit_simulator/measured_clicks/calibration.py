"""From measured clicks to the device: indistinguishability, efficiency and offsets of angles.

The exact likelihood of all click patterns is maximised (see `likelihood`), over three things:

* V, the indistinguishability: visibility of the Hong-Ou-Mandel dip.
* eta, the total efficiency: loss before the loops and in the detectors has one and the same effect.
* One offset of the angles per loop. A loop has one splitter, which is turned to another angle
  for each time bin: what its driver adds, it adds to all of them. So there are few unknowns, each
  seen at every angle, and data of few settings determine them.

All else is taken as known: the state that enters, losses and phases of the loops, dark counts
(which shots without light measure), and the full swaps that load a loop and empty it, which are no
angles of theta.

What the clicks do not tell is refused: V where no two photons meet, for example, or an offset that
one setting leaves open. There the sign of a turn is often unknown: one loop of length 1, or two,
give the same probabilities at -theta as at theta, so that equal angles t fit an offset d as well as
-2 t - d. Of unequal ones, V may make up for the difference. A second setting, of other angles,
decides.
Where the likelihood has a second maximum that a likelihood-ratio test does not reject, the
intervals reach over both.

Reference: A. Laing, J. L. O'Brien, arXiv:1208.2868 (a whole circuit from one and two photons).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2
from scipy.stats.qmc import Halton

from ...common.checks import as_number
from ..interferometer import TimeBinInterferometer
from ..sampler import check_settings
from .intervals import Estimate, climb, estimates
from .likelihood import LARGEST_OFFSET, ClickLikelihood, offset_angles
from .patterns import check_measurement, count_patterns

Array = NDArray[np.float64]

_LOOKS = 64  # offsets at which the likelihood is looked at
_STARTS = 3  # from how many of them it is climbed
_APART = 0.3  # radians between two starts
_SAME = 1e-3  # two climbs that end nearer to each other reached the same top
_EQUAL = 0.01  # difference of two likelihoods' logarithms that no data could tell


@dataclass(frozen=True)
class Calibration:
    """What a device is, by its clicks.

    Attributes
    ----------
    indistinguishability, efficiency : Estimate
    offsets : tuple of Estimate
        What each loop adds to its angles, in radians.
    device : TimeBinInterferometer
        The device with the estimated indistinguishability and efficiency.
    """

    indistinguishability: Estimate
    efficiency: Estimate
    offsets: tuple[Estimate, ...]
    device: TimeBinInterferometer

    def angles(self, theta: ArrayLike) -> Array:
        """Return the angles that the device makes when it is asked for theta, in radians."""
        return self._add(theta, [offset.value for offset in self.offsets])

    def request(self, theta: ArrayLike) -> Array:
        """Return what to ask for so that the device makes theta, in radians."""
        return self._add(theta, [-offset.value for offset in self.offsets])

    def _add(self, theta: ArrayLike, offsets: Sequence[float]) -> Array:
        settings = check_settings(theta, self.device.n_angles, self.device.layout)
        return offset_angles(self.device, settings, offsets).reshape(np.shape(theta))


def calibrate(
    device: TimeBinInterferometer, theta: ArrayLike, clicks: ArrayLike, *, level: float = 0.95
) -> Calibration:
    """Estimate indistinguishability, efficiency and offsets of a small device from its clicks.

    Parameters
    ----------
    device : TimeBinInterferometer
        What is known. Its ``indistinguishability`` and ``efficiency`` play no part.
    theta : (n_settings, n_angles) or (n_angles,) array_like
        Angles in radians that the device was asked for.
    clicks : (n_settings, n_shots, n_modes) or (n_shots, n_modes) array_like
        What it answered, 0 or 1, as `TimeBinInterferometer.sample` returns it.
    level : float
        How often an interval should hold the truth, in (0, 1).

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        If the input has another form, the device is too large for some hundred evaluations of all
        patterns, no device of this kind gives such clicks, or they do not tell a parameter: the
        message says which, and why.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real = TimeBinInterferometer((1, 1, 0), (1,), efficiency=0.6, indistinguishability=0.9)
    >>> theta = rng.uniform(-np.pi, np.pi, (5, 2))
    >>> clicks = real.sample(theta + 0.1, 2_000, rng=rng)
    >>> found = calibrate(TimeBinInterferometer((1, 1, 0), (1,)), theta, clicks)
    >>> found.efficiency.lower < 0.6 < found.efficiency.upper
    True
    >>> found.offsets[0].lower < 0.1 < found.offsets[0].upper
    True
    """
    if not isinstance(device, TimeBinInterferometer):
        raise ValueError(f"device is {device!r}, a TimeBinInterferometer is expected")
    if not 0.0 < as_number(level) < 1.0:
        raise ValueError(f"level is {level!r}, a number between 0 and 1 is expected")
    settings, patterns = check_measurement(device, theta, clicks)
    counts = count_patterns(patterns, device.n_modes)
    likelihood = ClickLikelihood(device, settings, counts)
    best, *rivals = _tops(likelihood, level)
    _check_possible(likelihood, best)
    found = estimates(likelihood, best, likelihood.ranges, level)
    for rival in rivals:
        others = estimates(likelihood, rival, likelihood.ranges, level)
        found = [_reaching(one, other) for one, other in zip(found, others, strict=True)]
    _check_told(likelihood, found)
    return Calibration(found[0], found[1], tuple(found[2:]), likelihood.device_at(best))


def _tops(likelihood: ClickLikelihood, level: float) -> list[Array]:
    """Return where the likelihood is largest, and any other maximum that is not rejected."""
    climbs = [climb(likelihood, start, likelihood.ranges) for start in _starts(likelihood)]
    (best, most), *others = sorted(climbs, key=lambda top: -top[1])
    tops = [best]
    for other, height in others:
        if np.abs(other - best).max() < _SAME or 2.0 * (most - height) > chi2.ppf(level, 1):
            continue
        if most - height < _EQUAL:
            one, two = (np.array2string(at[2:], precision=3) for at in (best, other))
            raise ValueError(
                f"the offsets {one} and {two} rad explain the clicks equally well: another "
                "setting, of other angles, is expected"
            )
        tops.append(other)
    return tops


def _reaching(one: Estimate, other: Estimate) -> Estimate:
    """Return an estimate whose interval reaches over that of another one."""
    return replace(one, lower=min(one.lower, other.lower), upper=max(one.upper, other.upper))


def _starts(likelihood: ClickLikelihood) -> list[Array]:
    """Return where to climb from: the best of many offsets, no two of them close."""
    device, n_loops = likelihood.device, len(likelihood.device.loop_lengths)
    clicks = np.array([pattern.bit_count() for pattern in range(2**device.n_modes)])
    per_shot = (likelihood.counts @ clicks).sum() / likelihood.counts.sum()
    dark = device.n_modes * device.dark_count_probability
    efficiency = np.clip((per_shot - dark) / device.n_photons, 0.05, 0.95)
    spread = (2.0 * Halton(n_loops, scramble=False).random(_LOOKS) - 1.0) * LARGEST_OFFSET
    heights = likelihood.over_offsets(0.5, efficiency, spread)
    chosen: list[Array] = []
    for offsets in spread[np.argsort(-heights, kind="stable")]:
        start = np.array([0.5, efficiency, *offsets])
        if all(_distance(start, other) > _APART for other in chosen):
            chosen.append(start)
    return chosen[:_STARTS]


def _distance(one: Array, other: Array) -> float:
    """Return the largest difference of two devices' offsets: a turn by pi is none."""
    turns = (one[2:] - other[2:]) / np.pi
    return float(np.abs(np.pi * (turns - turns.round())).max())


def _check_possible(likelihood: ClickLikelihood, best: Array) -> None:
    impossible = likelihood.impossible(best)
    if len(impossible):
        setting, pattern = impossible[0]
        bits = np.binary_repr(pattern, likelihood.device.n_modes)
        raise ValueError(
            f"the clicks {bits} at theta[{setting}] have probability 0 for every "
            f"indistinguishability, efficiency and offset of {likelihood.device!r}"
        )


def _check_told(likelihood: ClickLikelihood, found: list[Estimate]) -> None:
    """Refuse what may have any value of its range."""
    untold = [
        f"{name} (interval {estimate.lower:.2g} to {estimate.upper:.2g}, its whole range)"
        for name, estimate, (low, high) in zip(
            likelihood.names, found, likelihood.ranges, strict=True
        )
        if estimate.lower <= low and estimate.upper >= high
    ]
    if untold:
        raise ValueError(
            f"the clicks do not tell {' and '.join(untold)}: settings at which it matters, or more "
            "shots, are expected"
        )
