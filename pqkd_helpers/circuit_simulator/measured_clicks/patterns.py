"""Measured clicks, checked and counted: what calibration and validation start from.

A shot of m threshold detectors is a pattern of m bits, the first mode most significant, as in
`TimeBinInterferometer.click_probabilities`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..device import LoopDevice
from ..sampler import check_settings

# Multiplications for the probabilities of all patterns at all settings: some milliseconds. A fit
# needs them some hundred times.
MOST_WORK = 2**18
# An exact probability below is a rounding error of 0.
POSSIBLE = 1e-12


def check_measurement(
    device: LoopDevice, theta: ArrayLike, clicks: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the settings, and the number of each shot's pattern.

    Parameters
    ----------
    device : LoopDevice
    theta : (n_settings, n_angles) or (n_angles,) array_like
        Angles in radians that the device was asked for.
    clicks : (n_settings, n_shots, n_modes) or (n_shots, n_modes) array_like
        What it answered: 0 or 1.

    Returns
    -------
    settings : (n_settings, n_angles) float64
    patterns : (n_settings, n_shots) intp
        In [0, 2^n_modes).

    Raises
    ------
    ValueError
        If theta or clicks have another form, a shot has more clicks than the device has photons
        though it has no dark counts, or there are too many patterns to be listed often.

    Examples
    --------
    >>> device = LoopDevice((1, 1, 0), (1,))
    >>> check_measurement(device, [0.3, 0.2], [[0, 0, 1], [1, 1, 0]])[1]
    array([[1, 6]])
    """
    settings = check_settings(theta, device.n_angles, device.layout)
    shots = np.asarray(clicks)
    expected = (len(settings),) * (np.ndim(theta) == 2)
    leading, modes = shots.shape[:-2], shots.shape[-1:]
    if leading != expected or modes != (device.n_modes,) or shots.size == 0:
        form = (*map(str, expected), "n_shots", str(device.n_modes))
        raise ValueError(f"clicks has shape {shots.shape}, ({', '.join(form)}) is expected")
    if shots.dtype.kind not in "biuf" or not np.isin(shots, (0, 1)).all():
        raise ValueError("clicks holds other values than 0 and 1")
    shots = shots.reshape(len(settings), -1, device.n_modes).astype(np.intp)
    _check_work(device, len(settings))
    most = shots.sum(axis=2).max()
    if most > device.n_photons and device.dark_count_probability == 0.0:
        raise ValueError(
            f"a shot has {most} clicks, more than the {device.n_photons} photons of a device whose "
            "dark_count_probability is 0"
        )
    return settings, shots @ (1 << np.arange(device.n_modes)[::-1])


def count_patterns(patterns: NDArray[np.intp], n_modes: int) -> NDArray[np.float64]:
    """Return how often each pattern occurred at each setting, ``(n_settings, 2^n_modes)``.

    Examples
    --------
    >>> count_patterns(np.array([[1, 3, 1]]), 2)
    array([[0., 2., 0., 1.]])
    """
    return np.stack([np.bincount(row, minlength=2**n_modes) for row in patterns]).astype(float)


def _check_work(device: LoopDevice, n_settings: int) -> None:
    n, m = device.n_photons, device.n_modes
    # whole numbers of any size: nothing overflows
    work = n_settings * 2**m * n * 2 ** (n - 1)
    if work > MOST_WORK:
        raise ValueError(
            f"{n} photons in {m} time bins at {n_settings} settings need {work:.1e} "
            f"multiplications each time, at most {MOST_WORK:.1e} are expected: take fewer bins, "
            "photons or settings"
        )
