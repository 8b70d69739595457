"""Photons that do not interfere with each other: each goes its own way, with ``|A_ij|^2``.

Each photon still interferes with itself: where several loops offer it two ways to the same bin,
their amplitudes add before they are squared. So this is not a walk with a coin at every splitter.
"""

import numpy as np
from numpy.typing import NDArray

from ..transfer_matrix import Matrix


def sample_distinguishable(
    columns: Matrix, entering: NDArray[np.int64], *, lossy: bool, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the photon numbers of each output bin.

    Parameters
    ----------
    columns : (batch, n_modes, n_inputs) array
        Transfer matrix at the occupied input bins.
    entering : (batch, n_shots, n_inputs) int64
        Photons that enter there, shot by shot.
    lossy : bool
        Whether ``sum_i |A_ij|^2`` may be below 1; what is missing is lost.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    (batch, n_shots, n_modes) int64

    Examples
    --------
    >>> swap = np.array([[[0.0, 1.0], [-1.0, 0.0]]])
    >>> photons = np.array([[[5, 0], [1, 2]]])
    >>> sample_distinguishable(swap, photons, lossy=False, rng=np.random.default_rng(0))
    array([[[0, 5],
            [2, 1]]])
    """
    batch, n_shots, n_inputs = entering.shape
    n_modes = columns.shape[1]
    cumulative = np.cumsum(np.abs(columns) ** 2, axis=1)
    counts = np.zeros((batch, n_shots, n_modes + 1), dtype=np.int64)  # the last one: lost
    for b in range(batch):
        for j in range(n_inputs):
            shots = np.repeat(np.arange(n_shots), entering[b, :, j])
            total = 1.0 if lossy else cumulative[b, -1, j]
            # in (0, total): no bin of probability 0 is drawn, however the sums are rounded
            thresholds = (1.0 - rng.random(len(shots))) * (1.0 - 1e-13) * total
            modes = np.searchsorted(cumulative[b, :, j], thresholds)
            np.add.at(counts[b], (shots, modes), 1)
    return counts[:, :, :n_modes]
