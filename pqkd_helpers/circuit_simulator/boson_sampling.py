"""Exact sampling of interfering photons: Clifford and Clifford's algorithm B.

The probability of finding n photons in the modes r_1 ... r_n is ``|perm(A)|^2`` over factorials,
with A the rows r_1 ... r_n of U restricted to the columns where photons enter. Listing all
outcomes is hopeless for large n; the algorithm draws the photons one after the other instead.
Put the input photons into a random order. Then, given the first k - 1 output modes, the k-th is
i with probability proportional to ``|perm_k(i)|^2``, the permanent of rows r_1 ... r_{k-1}, i
and the first k columns. Expanded along its last row, that permanent is a sum over the
permanents of k - 1 rows and k - 1 of the k columns.

Here all shots go in step, as arrays. The permanents are kept for every subset of columns and
grow by one row per photon:

    perm(r_1 ... r_k; C) = sum over c in C of U[r_k, c] perm(r_1 ... r_{k-1}; C without c)

Cost: ``O(shots (n 2^(n-1) + n^2 m))``, memory ``O(shots 2^n)``.

Reference: P. Clifford, R. Clifford, "The classical complexity of boson sampling",
arXiv:1706.01260.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Floats held at once for the permanents of all column subsets: shots go in blocks of this size.
_BLOCK_FLOATS = 2**24


def sample_output_modes(
    columns: NDArray[np.float64], n_shots: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw the output mode of every photon, for every shot.

    Parameters
    ----------
    columns : (n_modes, n_photons) float64
        Columns of U at the input modes, a column repeated where several photons share a bin.
    n_shots : int
        Number of shots.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    (n_shots, n_photons) intp
        Output modes, one per photon, in the order in which they were drawn.

    Examples
    --------
    Two photons on a 50:50 beam splitter always leave together (Hong, Ou, Mandel):

    >>> splitter = np.sqrt(0.5) * np.array([[1.0, 1.0], [-1.0, 1.0]])
    >>> modes = sample_output_modes(splitter, 1000, np.random.default_rng(0))
    >>> bool((modes[:, 0] == modes[:, 1]).all())
    True
    """
    block = max(1, _BLOCK_FLOATS >> columns.shape[1])
    blocks = [
        _sample_block(columns, min(block, n_shots - start), rng)
        for start in range(0, n_shots, block)
    ]
    return np.concatenate(blocks)


def _sample_block(
    columns: NDArray[np.float64], n_shots: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    n_photons = columns.shape[1]
    shots = np.arange(n_shots)
    # order[s, k]: which input photon comes k-th in shot s
    order = rng.permuted(np.tile(np.arange(n_photons), (n_shots, 1)), axis=1)
    uniform = rng.random((n_photons, n_shots))
    modes = np.empty((n_shots, n_photons), dtype=np.intp)
    # permanents[s, C]: rows drawn so far, columns in the bit mask C over positions in `order`
    permanents = np.zeros((n_shots, 2**n_photons))
    permanents[:, 0] = 1.0
    for k in range(n_photons):
        first_columns = (1 << (k + 1)) - 1
        without_one = first_columns ^ (1 << np.arange(k + 1))
        weights = np.zeros((n_shots, n_photons))
        weights[shots[:, None], order[:, : k + 1]] = permanents[:, without_one]
        likelihood = (weights @ columns.T) ** 2
        modes[:, k] = _draw(likelihood, uniform[k])
        if k + 1 < n_photons:
            row = np.take_along_axis(columns[modes[:, k]], order, axis=1)
            masks, members, smaller = _subsets(n_photons, k + 1)
            permanents[:, masks] = (row[:, members] * permanents[:, smaller]).sum(axis=2)
    return modes


def _draw(likelihood: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.intp]:
    """Draw an index per row with the given unnormalised probabilities; never one of weight 0."""
    cumulative = likelihood.cumsum(axis=1)
    # 1 - uniform lies in (0, 1]: the first index whose cumulative weight reaches it has weight > 0
    threshold = (1.0 - uniform) * cumulative[:, -1]
    return (cumulative < threshold[:, None]).sum(axis=1)


@cache
def _subsets(n: int, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return all bit masks of ``size`` out of n, their members, and the masks less each member."""
    masks = np.array([mask for mask in range(2**n) if mask.bit_count() == size], dtype=np.intp)
    members = np.array([[bit for bit in range(n) if mask >> bit & 1] for mask in masks.tolist()])
    return masks, members, masks[:, None] ^ (1 << members)
