"""What the moving average hides when a device's angles drift.

The angles asked for stay, those of the device wander. In epoch t its exact histogram is p_t, its
clicks give ``h_t = p_t + noise``, and the average is ``m_t = beta m_(t-1) + (1 - beta) h_t``. Then

    E |h_t - p_t|^2 = (2 - |p_t|^2) / S                                      without smoothing
    E |m_t - p_t|^2 = (1 - beta) / (1 + beta) (2 - |p|^2) / S                with it: less noise,
                      + beta^2 / (1 - beta^2) E |p_t - p_(t-1)|^2            but a lag

once the start is forgotten, for a device that moves by small, independent steps. More shots make
the noise smaller, never the lag. So smoothing helps while the squared step of an epoch is below
``2 (1 - beta) / beta`` of the squared noise. And the average hides the drift: its own step from
epoch to epoch is 1 - beta of the difference only.
"""

from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..circuit_simulator.angle_drift import AngleDrift
from ..circuit_simulator.interferometer import TimeBinInterferometer
from ..circuit_simulator.sampler import check_theta
from ..common.checks import check_generator, check_whole
from ..feature_histograms import EMA, click_histograms

# SPSA's ten pairs, the new z, a fresh z: between two values of the average so many jobs are run.
JOBS_PER_EPOCH = 22
Array = NDArray[np.float64]


class DriftedHistograms(NamedTuple):
    """Histograms of a drifting device, epoch by epoch.

    Attributes
    ----------
    asked : (n_features,) float64
        Exact, at the angles asked for.
    exact : (n_epochs, n_features) float64
        Exact, at the angles that the device had.
    raw : (n_epochs, n_features) float64
        From the shots of each epoch.
    smoothed : (n_epochs, n_features) float64
        The moving average of ``raw``.
    smoothed_exact : (n_epochs, n_features) float64
        The moving average of ``exact``: what infinitely many shots would give.
    """

    asked: Array
    exact: Array
    raw: Array
    smoothed: Array
    smoothed_exact: Array

    def distances(self) -> dict[str, Array]:
        """Return Euclidean distances, ``(n_epochs,)`` each.

        Returns
        -------
        dict
            From the exact histogram of the moment: "without smoothing", "smoothed", and "lag", the
            part of the latter that no number of shots removes. From the histogram asked for: that
            of the moment, "off".
        """
        return {
            "without smoothing": np.linalg.norm(self.raw - self.exact, axis=1),
            "smoothed": np.linalg.norm(self.smoothed - self.exact, axis=1),
            "lag": np.linalg.norm(self.smoothed_exact - self.exact, axis=1),
            "off": np.linalg.norm(self.exact - self.asked, axis=1),
        }


def drifted_histograms(
    circuit: TimeBinInterferometer,
    theta: ArrayLike,
    drift: AngleDrift,
    *,
    n_epochs: int,
    rng: np.random.Generator,
    jobs_per_epoch: int = JOBS_PER_EPOCH,
    n_shots: int = 200,
    beta: float = 0.9,
) -> DriftedHistograms:
    """Measure a drifting device once per epoch, at angles that are asked for again and again.

    Parameters
    ----------
    circuit : TimeBinInterferometer
        An even number of modes, 24 at most.
    theta : (n_angles,) array_like
        The angles asked for, radians.
    drift : AngleDrift
    n_epochs : int
    rng : numpy.random.Generator
    jobs_per_epoch : int
        Jobs from one measurement to the next; the angles move at each.
    n_shots : int
        Shots S per measurement.
    beta : float
        Share of the old histogram kept by the moving average.

    Raises
    ------
    ValueError
        If one of them is not of this form.

    Examples
    --------
    >>> circuit = TimeBinInterferometer((1, 0, 1, 0), (1,))
    >>> still = AngleDrift(offset=0.0, step=0.0)
    >>> rng = np.random.default_rng(0)
    >>> found = drifted_histograms(circuit, np.ones(3), still, n_epochs=50, rng=rng)
    >>> distances = found.distances()
    >>> bool(distances["smoothed"][-1] < distances["without smoothing"][-1])
    True
    """
    angles = check_theta(theta, circuit.n_angles, circuit.layout)
    n_epochs = check_whole("n_epochs", n_epochs, least=1)
    jobs = check_whole("jobs_per_epoch", jobs_per_epoch, least=1)
    check_generator(rng)
    smoothed, smoothed_exact = EMA(beta), EMA(beta)
    walk = drift.errors(circuit.n_angles, rng=rng)
    errors = np.array([*islice(walk, 0, n_epochs * jobs, jobs)])  # (n_epochs, n_angles)
    exact = circuit.half_click_probabilities(angles + errors).reshape(n_epochs, -1)
    clicks = circuit.sample(angles + errors, n_shots, rng=rng)
    raw = np.array([click_histograms(shots) for shots in clicks])
    return DriftedHistograms(
        asked=circuit.half_click_probabilities(angles).ravel(),
        exact=exact,
        raw=raw,
        smoothed=np.array([smoothed.update(histogram) for histogram in raw]),
        smoothed_exact=np.array([smoothed_exact.update(histogram) for histogram in exact]),
    )
