"""Exact click probabilities, without listing where the photons may go.

Once it is known how likely every set of modes is to get no light (`vacuum_probabilities`), each
mode has either "no click" or "anything", and click = anything - no click, mode by mode: a Moebius
transform gives the probabilities of all click patterns. A detector that clicks by itself with
probability d (a dark count) is silent without light with probability 1 - d, so that P(no click in
D) is P(no light in D) times ``(1 - d)^|D|``.

Light that cannot reach the modes in question, because it would have to overtake other light in
the loops, is left out of the permanents.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..guards import check_sums
from ..transfer_matrix import Matrix
from .partial_distinguishability import interferences
from .vacuum_probabilities import vacuum_probabilities, vacuum_probabilities_gradient

Array = NDArray[np.float64]


def click_probabilities(
    rows: Matrix, numbers: tuple[int, ...], *, overlap: float, dark_count_probability: float = 0.0
) -> Array:
    """Return the probabilities of all click patterns of some modes, summed over the others.

    Parameters
    ----------
    rows : (batch, n_modes, n_inputs) array
        The rows of the transfer matrix that belong to these modes, its columns at the occupied
        input bins.
    numbers : (n_inputs,) tuple of int
        Photons in each of these input bins.
    overlap : float
        Overlap x of two photons' internal states, in [0, 1]; x^2 is the indistinguishability.
    dark_count_probability : float
        Probability that a detector clicks by itself.

    Returns
    -------
    (batch, 2^n_modes) float64
        Probabilities in [0, 1], first mode most significant; each row sums to 1.

    Raises
    ------
    FloatingPointError
        If the result is no distribution, to 1e-9.

    Examples
    --------
    One photon, split evenly between two modes, never makes both click:

    >>> amplitudes = np.sqrt([[[0.5], [0.5]]])
    >>> click_probabilities(amplitudes, (1,), overlap=1.0).round(12)
    array([[0. , 0.5, 0.5, 0. ]])
    """
    _, present, photons = _reaching(rows, numbers)
    silent = np.zeros((len(rows), 2 ** rows.shape[1]))
    for case in interferences(present, overlap):
        silent += vacuum_probabilities(photons, case)
    silent *= _no_dark_counts(rows.shape[1], dark_count_probability)
    patterns = _patterns(silent)
    check_sums("click probabilities", patterns)
    return np.clip(patterns, 0.0, 1.0)


def click_probabilities_gradient(
    cotangent: Array,
    rows: Matrix,
    numbers: tuple[int, ...],
    *,
    overlap: float,
    dark_count_probability: float,
) -> Matrix:
    """Return the gradient with respect to the rows, given that with respect to the result.

    Parameters
    ----------
    cotangent : (batch, 2^n_modes) float64
        Gradient with respect to what `click_probabilities` returns.
    rows, numbers, overlap, dark_count_probability
        As in `click_probabilities`.

    Returns
    -------
    (batch, n_modes, n_inputs) array
        G, such that a change dA of the rows changes the result by ``Re sum conj(G) dA``.

    Raises
    ------
    FloatingPointError
        If the permanents that it is made of lose the norm of the state.
    """
    reaching, present, photons = _reaching(rows, numbers)
    cases = interferences(present, overlap)
    # no light in no mode is certain: the largest terms of all must cancel to 1
    certain = sum(vacuum_probabilities(photons[:, :0], case) for case in cases)
    check_sums("gradient of click probabilities", np.asarray(certain))
    silent_bar = _patterns(cotangent, transposed=True)
    silent_bar *= _no_dark_counts(rows.shape[1], dark_count_probability)
    photon_bar = np.zeros_like(photons)
    for case in cases:
        photon_bar += vacuum_probabilities_gradient(silent_bar, photons, case)
    result = np.zeros_like(rows)
    starts = np.cumsum((0, *present[:-1]))
    result[:, :, reaching] = np.add.reduceat(photon_bar, starts, axis=2)
    return result


def _reaching(
    rows: Matrix, numbers: tuple[int, ...]
) -> tuple[NDArray[np.intp], tuple[int, ...], Matrix]:
    """Return the inputs whose light can reach these modes (one at least), and their photons.

    The photons come as their number in each of these inputs, and as one column each.
    """
    reaching = np.flatnonzero((rows != 0.0).any(axis=(0, 1)))
    reaching = reaching if len(reaching) else np.array([0])
    present = tuple(np.array(numbers)[reaching].tolist())
    return reaching, present, np.repeat(rows[:, :, reaching], present, axis=2)


@lru_cache(maxsize=64)
def _no_dark_counts(n_modes: int, dark_count_probability: float) -> Array:
    """Return (1 - d)^|D| for all sets D."""
    result = np.ones(1)
    for _ in range(n_modes):
        result = np.concatenate([result, (1.0 - dark_count_probability) * result])
    return result


def _patterns(silent: Array, *, transposed: bool = False) -> Array:
    """Turn P(no click in D) into the probabilities of the click patterns, or apply the transpose.

    Per mode, (anything, no click) becomes (no click, click = anything - no click): a Kronecker
    power of one 2 x 2 matrix, applied to a few modes at a time.
    """
    remaining = silent.shape[1].bit_length() - 1
    table = silent
    while remaining:
        matrix = _moebius(min(remaining, 4))
        if transposed:
            matrix = matrix.T
        # the last modes, then in turn those before them
        table = table.reshape(-1, len(matrix), silent.shape[1] >> remaining)
        table = matrix @ table
        remaining -= min(remaining, 4)
    return table.reshape(silent.shape)


@lru_cache(maxsize=8)
def _moebius(n_modes: int) -> Array:
    matrix: Array = np.ones((1, 1))
    for _ in range(n_modes):
        matrix = np.kron(matrix, np.array([[0.0, 1.0], [1.0, -1.0]]))
    return matrix
