"""Exact click probabilities of both halves, without listing the outcomes of 16 modes.

Let u_i be row i of U, restricted to the columns where photons enter. The probability that the
modes of a set D all stay dark is one permanent of an n x n matrix,

    P(no click in D) = perm(G - sum over i in D of conj(u_i) u_i^T) / (product of s_j!),

with G the Gram matrix of those columns (the identity, unless photons share a bin). For a half of
8 modes these are 256 permanents of 8 x 8, by Glynn's formula. Each mode is then either dark or
"anything", and click = anything - dark, mode by mode (a Moebius transform), gives the
probabilities of all 256 patterns. Cost: ``O(2^(m/2) 2^n n)`` in time and memory.

Reference for the permanent: D. G. Glynn, doi:10.1016/j.ejc.2010.01.010.
"""

import math

import numpy as np
from numpy.typing import NDArray

_MOST_VALUES = 2**26  # 512 MiB of float64 in one half


def half_click_probabilities(
    columns: NDArray[np.float64], input_state: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return the probabilities of all click patterns of either half of the modes.

    Parameters
    ----------
    columns : (n_modes, n_photons) float64
        Columns of U at the input modes, a column repeated where several photons share a bin;
        an even number of modes.
    input_state : tuple of int
        Photons in each time bin.

    Returns
    -------
    (2, 2^(n_modes / 2)) float64
        Probabilities in [0, 1]; each half sums to 1. First mode of the half most significant.

    Raises
    ------
    ValueError
        If the number of modes is odd, or the computation would not fit in memory.
    """
    n_modes, n_photons = columns.shape
    if n_modes % 2:
        raise ValueError(f"{n_modes} modes have no halves, an even number is expected")
    needed = 2 ** (n_modes // 2 + n_photons - 1) * n_photons
    if needed > _MOST_VALUES:
        raise ValueError(
            f"{n_modes} modes and {n_photons} photons need {8 * needed / 2**30:,.1f} GiB, "
            f"{8 * _MOST_VALUES / 2**30:.1f} GiB at most"
        )
    signs = _glynn_signs(n_photons)
    norm = 2 ** (n_photons - 1) * math.prod(math.factorial(number) for number in input_state)
    gram = columns.T @ columns
    halves = [
        _patterns(_dark_probabilities(half, gram, signs) / norm) for half in np.split(columns, 2)
    ]
    return np.clip(halves, 0.0, 1.0)


def _glynn_signs(n: int) -> NDArray[np.float64]:
    """Return all rows of n signs that begin with +1, of shape ``(2^(n-1), n)``."""
    bits = np.arange(2 ** (n - 1))[:, None] >> np.arange(n) & 1
    return 1.0 - 2.0 * np.roll(bits, 1, axis=1)


def _dark_probabilities(
    rows: NDArray[np.float64], gram: NDArray[np.float64], signs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the unnormalised P(no click in D) for every set D of the modes, D a bit mask."""
    sums = (gram @ signs.T)[:, None]  # (photons, sets, signs)
    for row in rows[::-1]:  # the last mode is the least significant bit of D
        sums = np.concatenate([sums, sums - np.outer(row, signs @ row)[:, None]], axis=1)
    return sums.prod(axis=0) @ signs.prod(axis=1)


def _patterns(dark: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn P(no click in D) into the probabilities of the click patterns."""
    n_modes = dark.size.bit_length() - 1
    table = dark.reshape((2,) * n_modes)
    for axis in range(n_modes):
        anything, no_click = np.split(table, 2, axis=axis)
        table = np.concatenate([no_click, anything - no_click], axis=axis)
    return table.ravel()
