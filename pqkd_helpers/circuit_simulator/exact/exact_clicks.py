"""Exact click probabilities of a device: all patterns, or the histograms of both halves.

Sizes are checked here, before any work.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..device import LoopDevice
from ..guards import check_sums
from ..transfer_matrix import Matrix
from .click_probabilities import click_probabilities, click_probabilities_gradient

Array = NDArray[np.float64]

MOST_MODES = 24
# With indistinguishability < 1 and photons that share a bin.
MOST_MIXED_PHOTONS = 10
# Binary logarithms for one call: multiplications (a few minutes on one core), numbers (1 GiB).
MOST_WORK, MOST_NUMBERS = 37, 27


def all_patterns(device: LoopDevice, theta: Array) -> Array:
    """Return the probability of every click pattern.

    Parameters
    ----------
    device : LoopDevice
    theta : (batch, n_angles) float64

    Returns
    -------
    (batch, 2^n_modes) float64
    """
    _check_size(device, device.n_modes, len(theta))
    patterns = click_probabilities(
        device.detected_columns(theta), device.numbers, overlap=device.overlap
    )
    # A photon makes one click at most. Other patterns hold rounding errors, which would add up.
    patterns[:, _numbers_of_clicks(device.n_modes) > device.n_photons] = 0.0
    _add_dark_counts(patterns, device.dark_count_probability)
    check_sums("click_probabilities", patterns)
    return patterns


def _numbers_of_clicks(n_modes: int) -> NDArray[np.int8]:
    """Return how many modes click in each pattern."""
    clicks = np.zeros(1, dtype=np.int8)
    for _ in range(n_modes):
        clicks = np.concatenate([clicks, clicks + np.int8(1)])
    return clicks


def _add_dark_counts(patterns: Array, probability: float) -> None:
    """Let each silent detector click by itself, mode by mode."""
    n_modes = patterns.shape[1].bit_length() - 1
    for mode in range(n_modes):
        by_mode = patterns.reshape(len(patterns), 2**mode, 2, -1)  # a view
        by_mode[:, :, 1] += probability * by_mode[:, :, 0]
        by_mode[:, :, 0] *= 1.0 - probability


def both_halves(device: LoopDevice, theta: Array) -> Array:
    """Return the probabilities of the click patterns of either half of the modes.

    Parameters
    ----------
    device : LoopDevice
        An even number of modes.
    theta : (batch, n_angles) float64

    Returns
    -------
    (batch, 2, 2^(n_modes / 2)) float64
    """
    halves = _halves(device, theta)
    flaws = _flaws(device)
    return np.stack([click_probabilities(half, device.numbers, **flaws) for half in halves], axis=1)


def both_halves_gradient(device: LoopDevice, theta: Array, cotangent: Array) -> Array:
    """Return the gradient with respect to theta, given that with respect to `both_halves`.

    Parameters
    ----------
    device : LoopDevice
        An even number of modes.
    theta : (batch, n_angles) float64
    cotangent : (batch, 2, 2^(n_modes / 2)) float64

    Returns
    -------
    (batch, n_angles) float64
    """
    rows = [
        click_probabilities_gradient(cotangent[:, k], half, device.numbers, **_flaws(device))
        for k, half in enumerate(_halves(device, theta))
    ]
    return device.detected_columns_gradient(np.concatenate(rows, axis=1), theta)


def _halves(device: LoopDevice, theta: Array) -> list[Matrix]:
    if device.n_modes % 2:
        raise ValueError(f"{device.n_modes} modes have no halves, an even number is expected")
    _check_size(device, device.n_modes // 2, 2 * len(theta))
    columns, half = device.detected_columns(theta), device.n_modes // 2
    return [columns[:, :half], columns[:, half:]]


def _flaws(device: LoopDevice) -> dict[str, float]:
    dark_counts = device.dark_count_probability
    return {"overlap": device.overlap, "dark_count_probability": dark_counts}


def _check_size(device: LoopDevice, n_modes: int, batch: int) -> None:
    if device.n_modes > MOST_MODES:
        raise ValueError(f"{device.n_modes} modes are too many, at most {MOST_MODES} are expected")
    n = device.n_photons
    mixed = [number + 1 for number in device.numbers if number > 1]
    if device.overlap == 1.0:
        mixed = []
    if mixed and n > MOST_MIXED_PHOTONS:
        raise ValueError(
            f"{n} photons, some in the same bin, with indistinguishability "
            f"{device.indistinguishability}: at most {MOST_MIXED_PHOTONS} photons are expected"
        )
    # logarithms: the numbers themselves may not fit into a float
    patterns = math.log2(batch) + n_modes
    work = patterns + n - 1 + math.log2(n * math.prod(mixed))
    if work > MOST_WORK or patterns > MOST_NUMBERS:
        raise ValueError(
            f"the click patterns of {n_modes} modes with {n} photons, {batch} times, need "
            f"2^{work:.0f} multiplications and 2^{patterns:.0f} numbers; at most 2^{MOST_WORK} and "
            f"2^{MOST_NUMBERS} are expected"
        )
