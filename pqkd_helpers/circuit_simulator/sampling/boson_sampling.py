"""Exact sampling of interfering photons: Clifford and Clifford's algorithm B.

The probability of finding n photons in the modes r_1 ... r_n is ``|perm(A)|^2`` over factorials,
with A the rows r_1 ... r_n of the transfer matrix restricted to the columns where photons enter.
Listing all outcomes is hopeless for large n; the algorithm draws the photons one after the other
instead. Put the input photons into a random order. Then, given the first k - 1 output modes, the
k-th is i with probability proportional to ``|perm_k(i)|^2``, the permanent of rows
r_1 ... r_{k-1}, i and the first k columns. Expanded along its last row, that permanent is a sum
over the permanents of k - 1 rows and k - 1 of the k columns.

Here all shots of all settings go in step, as arrays. The permanents are kept for every subset of
columns and grow by one row per photon:

    perm(r_1 ... r_k; C) = sum over c in C of A[r_k, c] perm(r_1 ... r_{k-1}; C without c)

Cost: ``O(shots (n 2^(n-1) + n^2 m))``, for any network.

Reference: P. Clifford, R. Clifford, "The classical complexity of boson sampling",
arXiv:1706.01260.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..transfer_matrix import Matrix

# Permanents of one size, or amplitudes, held at once: shots go in blocks of this size.
_BLOCK_VALUES = 2**17


def sample_output_modes(
    columns: Matrix, order: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw the output mode of every photon, for every shot.

    Parameters
    ----------
    columns : (batch, n_modes, n_columns) array
        Columns of a unitary matrix at the input modes, for each setting of the network; a column
        is repeated where several photons enter the same mode.
    order : (batch, n_shots, n_photons) intp
        For every shot the columns of its photons, each at most once, in uniformly random order.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    (batch, n_shots, n_photons) intp
        Output modes, one per photon, in the order in which they were drawn.

    Examples
    --------
    Two photons on a 50:50 beam splitter always leave together (Hong, Ou, Mandel):

    >>> splitter = np.sqrt(0.5) * np.array([[[1.0, 1.0], [-1.0, 1.0]]])
    >>> rng = np.random.default_rng(0)
    >>> order = rng.permuted(np.tile([0, 1], (1, 1000, 1)), axis=2)
    >>> modes = sample_output_modes(splitter, order, rng)
    >>> bool((modes[..., 0] == modes[..., 1]).all())
    True
    """
    batch, n_shots, n_photons = order.shape
    largest = max(math.comb(n_photons, n_photons // 2), columns.shape[1])
    rows = max(1, _BLOCK_VALUES // largest)
    settings, shots = max(1, rows // n_shots), min(rows, n_shots)
    modes = np.empty((n_photons, batch, n_shots), dtype=np.intp)
    for b in range(0, batch, settings):
        for s in range(0, n_shots, shots):
            block = (slice(b, b + settings), slice(s, s + shots))
            positions = np.ascontiguousarray(order[block].transpose(2, 0, 1))
            modes[:, *block] = _sample_block(columns[block[0]], positions, rng)
    return modes.transpose(1, 2, 0)


def _sample_block(
    columns: Matrix, order: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Sample all shots of a block in step; arrays are laid out (..., setting, shot)."""
    n_photons, batch, n_shots = order.shape
    _, n_modes, n_columns = columns.shape
    setting = np.arange(batch)[:, None]
    entries = (setting * n_columns + order) * n_shots + np.arange(n_shots)  # into `weights`
    threshold = 1.0 - rng.random((n_photons, batch, 1, n_shots))  # in (0, 1]
    modes = np.empty((n_photons, batch, n_shots), dtype=np.intp)
    permanents = np.ones((1, batch, n_shots), columns.dtype)  # of subsets of k columns
    by_entry = columns.reshape(-1)
    for k in range(n_photons):
        # the first k + 1 columns but one, for the photon that takes the one left out
        minors = permanents[_leaving_one_out(n_photons, k)]
        weights = np.zeros(batch * n_columns * n_shots, columns.dtype)
        weights[entries[: k + 1]] = minors
        amplitudes = columns @ weights.reshape(batch, n_columns, n_shots)
        likelihood = (amplitudes * amplitudes.conj()).real
        cumulative = np.cumsum(likelihood, axis=1, out=likelihood)
        # the first mode whose cumulative weight reaches the threshold has a weight > 0
        modes[k] = (cumulative < threshold[k] * cumulative[:, -1:]).sum(axis=1)
        if k + 1 < n_photons:
            row = by_entry[(setting * n_modes + modes[k]) * n_columns + order]
            members, smaller = _subsets(n_photons, k + 1)
            grown = row[members[0]]
            grown *= permanents[smaller[0]]
            for column, rest in zip(members[1:], smaller[1:], strict=True):
                term = row[column]
                term *= permanents[rest]
                grown += term
            permanents = grown
    return modes


@lru_cache(maxsize=32)
def _masks(n: int, size: int) -> NDArray[np.intp]:
    """Return all bit masks of ``size`` out of n, ascending."""
    n_bits = np.zeros(1, dtype=np.uint8)  # of the numbers 0, 1, 2, ...
    for _ in range(n):
        n_bits = np.concatenate([n_bits, n_bits + 1])  # one more bit in the upper half
    return np.flatnonzero(n_bits == size)


@lru_cache(maxsize=32)
def _subsets(n: int, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the members of all subsets, and which smaller subset is left without each.

    Both have the shape ``(size, number of subsets)``; the smaller subsets are numbered as in
    `_masks`.
    """
    masks = _masks(n, size)
    bits = masks[:, None] >> np.arange(n) & 1
    members = np.nonzero(bits)[1].reshape(-1, size).T
    return members, np.searchsorted(_masks(n, size - 1), masks ^ (1 << members))


@lru_cache(maxsize=32)
def _leaving_one_out(n: int, k: int) -> NDArray[np.intp]:
    """Return the subsets of k that are the first k + 1 but one, by the one left out."""
    wanted = ((1 << (k + 1)) - 1) ^ (1 << np.arange(k + 1))
    return np.searchsorted(_masks(n, k), wanted)
