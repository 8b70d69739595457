"""The probability of every photon-number outcome, with every imperfection but dark counts.

Photons that interfere are a vector of amplitudes (`photon_amplitudes`), whose squares are the
probabilities. The imperfections, exactly:

* Loss: the transfer matrix is no longer unitary; rows of unseen modes make it so again, and what
  they hold at the end is lost.
* Partial distinguishability: each photon is in the common internal state with probability x, else
  it is alone with itself, interferes with nothing, and goes its own way by ``|A[i, j]|^2``. So of
  the photons of one input a binomial number interferes, and the others are added one by one.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..fock_basis import fock_states, n_states, places, places_with_one_more
from ..guards import check_sums
from ..transfer_matrix import Matrix
from .photon_amplitudes import let_in, take_apart

Array = NDArray[np.float64]

# 8-byte numbers that a call may hold: 1 GiB.
MOST_NUMBERS = 2**27
MOST_PHOTONS = 170  # the matrices of a splitter grow with the cube: 1.6 million numbers each


def photon_probabilities(
    columns: Matrix, numbers: tuple[int, ...], *, overlap: float, lossy: bool
) -> tuple[NDArray[np.int64], Array]:
    """Return all outcomes and their probabilities.

    Parameters
    ----------
    columns : (batch, n_modes, n_inputs) array
        Transfer matrix at the occupied input bins; unitary columns unless ``lossy``.
    numbers : (n_inputs,) tuple of int
        Photons in each of these bins.
    overlap : float
        Overlap x of two photons' internal states, in [0, 1].
    lossy : bool
        Whether light may be lost. Outcomes with fewer photons are then listed too.

    Returns
    -------
    states : (n_states, n_modes) int64
    probabilities : (batch, n_states) float64
        Each row sums to 1.

    Raises
    ------
    ValueError
        If the outcomes do not fit in memory; the message says how many there are.
    FloatingPointError
        If the result is no distribution, to 1e-9.

    Examples
    --------
    >>> splitter = np.sqrt(0.5) * np.array([[[1.0, 1.0], [-1.0, 1.0]]])
    >>> states, probabilities = photon_probabilities(splitter, (1, 1), overlap=1.0, lossy=False)
    >>> states.tolist(), probabilities.round(12).tolist()
    ([[2, 0], [1, 1], [0, 2]], [[0.5, 0.0, 0.5]])
    """
    check_size(len(columns), columns.shape[1], numbers, overlap=overlap, lossy=lossy)
    n_modes = columns.shape[1]
    all_modes = with_unseen_modes(columns) if lossy else columns
    # alone, a photon goes somewhere or is lost; lost photons are counted in one more mode
    alone = np.abs(columns) ** 2
    if lossy:
        lost = 1.0 - alone.sum(axis=1, keepdims=True)
        alone = np.concatenate([alone, lost.clip(0.0)], axis=1)

    turns = take_apart(all_modes)
    n_modes_at_first = all_modes.shape[1] - len(numbers) + 1

    def outcomes(amplitudes: Matrix, interfering: tuple[int, ...]) -> Array:
        """Distribute the photons, given how many of each of the first inputs interfere."""
        j, n_in = len(interfering), sum(interfering)
        if j == len(numbers):
            result = np.abs(amplitudes) ** 2
            return _lose(result, n_in, all_modes.shape[1], n_modes) if lossy else result
        result = np.zeros((len(columns), 1))
        for common in range(numbers[j] + 1):
            if result.any():  # what was found so far has one photon fewer
                n_photons = n_in + common - 1 + sum(numbers[j + 1 :])
                result = _add_photon(result, n_photons, alone[:, :, j])
            share = overlap**common * (1.0 - overlap) ** (numbers[j] - common)
            if share > 0.0:
                more = let_in(amplitudes, n_in, common, n_modes_at_first + j, turns[j])
                weight = math.comb(numbers[j], common) * share
                result = result + weight * outcomes(more, (*interfering, common))
        return result

    probabilities = outcomes(np.ones((len(columns), 1), columns.dtype), ())
    check_sums("photon_probabilities", probabilities)
    return fock_states(sum(numbers), n_modes + lossy)[:, :n_modes], probabilities


def with_unseen_modes(columns: Matrix) -> Matrix:
    """Add rows for the modes into which light is lost, so that the columns are unitary again.

    The rows are a square root of ``1 - A^+ A``.

    Parameters
    ----------
    columns : (batch, n_modes, n_inputs) array

    Returns
    -------
    (batch, n_modes + n_inputs, n_inputs) array
    """
    missing = np.eye(columns.shape[2]) - columns.conj().swapaxes(1, 2) @ columns
    values, vectors = np.linalg.eigh(missing)
    unseen = np.sqrt(values.clip(0.0))[:, :, None] * vectors.conj().swapaxes(1, 2)
    return np.concatenate([columns, unseen], axis=1)


def _add_photon(probabilities: Array, n_photons: int, where: Array) -> Array:
    """Add a photon that goes to each mode with a probability; nothing interferes.

    The outcomes are (batch, outcomes), by the list of `fock_states`; where, (batch, modes).
    """
    n_modes = where.shape[1]
    result = np.zeros((len(where), n_states(n_photons + 1, n_modes)))
    for i, place in enumerate(places_with_one_more(fock_states(n_photons, n_modes))):
        result[:, place] += probabilities * where[:, i, None]
    return result


def _lose(probabilities: Array, n_photons: int, n_all_modes: int, n_modes: int) -> Array:
    """Add up the outcomes that differ only in the unseen modes, into one mode of lost photons."""
    states = fock_states(n_photons, n_all_modes)
    lost = states[:, n_modes:].sum(axis=1, keepdims=True)
    seen = places(np.concatenate([states[:, :n_modes], lost], axis=1))
    result = np.zeros((len(probabilities), n_states(n_photons, n_modes + 1)))
    np.add.at(result.T, seen, probabilities.T)
    return result


def check_size(
    batch: int, n_modes: int, numbers: tuple[int, ...], *, overlap: float, lossy: bool
) -> None:
    """Raise ``ValueError`` if the outcomes are too many for `photon_probabilities`."""
    n_photons = sum(numbers)
    if n_photons > MOST_PHOTONS:
        raise ValueError(f"{n_photons} photons are too many to list, {MOST_PHOTONS} at most")
    mixed = overlap not in (0.0, 1.0)
    held = n_states(n_photons, n_modes + (len(numbers) if lossy else 0))
    branches = 2**n_photons if mixed else 1
    numbers_held = held * (2 * batch + n_modes) * (n_photons if mixed else 1)
    numbers_held += 4 * batch * (n_photons + 1) ** 2  # matrices of a splitter
    if numbers_held > MOST_NUMBERS or held * batch * branches > MOST_NUMBERS:
        loss = f" and {len(numbers)} modes of lost light" if lossy else ""
        ways = f" in {branches:,} ways to be distinguishable" if mixed else ""
        raise ValueError(
            f"{n_photons} photons in {n_modes} time bins{loss} have {held:,} outcomes{ways}, for "
            f"{batch} setting(s): too many to list; half_click_probabilities and samples need none"
        )
