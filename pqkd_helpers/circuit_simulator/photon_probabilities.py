"""The probability of every photon-number outcome: the product of linear forms, multiplied out.

A photon that enters by input j leaves as the superposition ``sum_i A[i, j] a_i^+``. Interfering
photons leave as the product of these linear forms, one per photon: a polynomial in the creation
operators. Multiplied out one photon at a time, the coefficient of ``prod_i (a_i^+)^n_i`` is the
amplitude of the outcome n, up to ``sqrt(prod_i n_i! / prod_j s_j!)``. Cost: one multiplication
per outcome, mode and photon, for any network.

Imperfections, exactly:

* Loss: the transfer matrix is no longer unitary; rows of unseen modes make it so again, and what
  they hold at the end is lost.
* Partial distinguishability: each photon is in the common internal state with probability x, else
  it is alone with itself, interferes with nothing, and multiplies the probabilities (not the
  amplitudes) by ``sum_i |A[i, j]|^2``. The mixture runs over all subsets of the photons.

Reference: N. Heurtel, S. Mansfield, J. Senellart, B. Valiron, "Strong simulation of linear
optical processes", arXiv:2206.10549.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .fock_basis import fock_states, n_states, places, places_with_one_more
from .transfer_matrix import Matrix

Array = NDArray[np.float64]

# 8-byte numbers that a call may hold: 1 GiB.
MOST_NUMBERS = 2**27
MOST_PHOTONS = 170  # the factorial of more is no float


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

    Examples
    --------
    >>> splitter = np.sqrt(0.5) * np.array([[[1.0, 1.0], [-1.0, 1.0]]])
    >>> states, probabilities = photon_probabilities(splitter, (1, 1), overlap=1.0, lossy=False)
    >>> states.tolist(), probabilities.round(12).tolist()
    ([[2, 0], [1, 1], [0, 2]], [[0.5, 0.0, 0.5]])
    """
    check_size(len(columns), columns.shape[1], numbers, overlap=overlap, lossy=lossy)
    n_modes, n_photons = columns.shape[1], sum(numbers)
    form = with_unseen_modes(columns) if lossy else columns
    # alone, a photon goes somewhere or is lost; lost photons are counted in one more mode
    alone = np.abs(columns) ** 2
    if lossy:
        lost = 1.0 - alone.sum(axis=1, keepdims=True)
        alone = np.concatenate([alone, lost.clip(0.0)], axis=1)
    photons = np.repeat(np.arange(len(numbers)), numbers).tolist()

    def outcomes(polynomial: Matrix, interfering: list[int], undecided: list[int]) -> Array:
        """Distribute the photons, given those that interfere already and their polynomial."""
        if not undecided:
            result = _squared(polynomial, interfering, form.shape[1])
            return _lose(result, len(interfering), form.shape[1], n_modes) if lossy else result
        j, others = undecided[0], undecided[1:]
        result = np.zeros(1)
        if overlap > 0.0:
            product = _times_linear_form(polynomial, len(interfering), form[:, :, j])
            result = overlap * outcomes(product, [*interfering, j], others)
        if overlap < 1.0:
            rest = outcomes(polynomial, interfering, others)
            n_rest = len(interfering) + len(others)
            result = result + (1.0 - overlap) * _times_linear_form(rest, n_rest, alone[:, :, j])
        return result

    one = np.ones((1, len(columns)), columns.dtype)
    probabilities = outcomes(one, [], photons).T
    return fock_states(n_photons, n_modes + lossy)[:, :n_modes], probabilities


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


def _times_linear_form(polynomial: Matrix, degree: int, form: Matrix) -> Matrix:
    """Multiply homogeneous polynomials by linear forms.

    Polynomials are (coefficients, batch), by the list of `fock_states`; forms (batch, modes).
    """
    n_modes = form.shape[1]
    product = np.zeros((n_states(degree + 1, n_modes), len(form)), polynomial.dtype)
    for i, place in enumerate(places_with_one_more(fock_states(degree, n_modes))):
        product[place] += polynomial * form[:, i]
    return product


def _squared(polynomial: Matrix, photons: list[int], n_modes: int) -> Array:
    """Return the probabilities of the outcomes, given the coefficients of the polynomial."""
    factorials = np.array([float(math.factorial(n)) for n in range(len(photons) + 1)])
    weights = factorials[fock_states(len(photons), n_modes)].prod(axis=1)
    weights /= math.prod(math.factorial(photons.count(j)) for j in set(photons))
    return (polynomial * polynomial.conj()).real * weights[:, None]


def _lose(probabilities: Array, n_photons: int, n_all_modes: int, n_modes: int) -> Array:
    """Add up the outcomes that differ only in the unseen modes, into one mode of lost photons."""
    states = fock_states(n_photons, n_all_modes)
    lost = states[:, n_modes:].sum(axis=1, keepdims=True)
    seen = places(np.concatenate([states[:, :n_modes], lost], axis=1))
    result = np.zeros((n_states(n_photons, n_modes + 1), probabilities.shape[1]))
    np.add.at(result, seen, probabilities)
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
    if numbers_held > MOST_NUMBERS or held * batch * branches > MOST_NUMBERS:
        loss = f" and {len(numbers)} modes of lost light" if lossy else ""
        ways = f" in {branches:,} ways to be distinguishable" if mixed else ""
        raise ValueError(
            f"{n_photons} photons in {n_modes} time bins{loss} have {held:,} outcomes{ways}, for "
            f"{batch} setting(s): too many to list; half_click_probabilities and samples need none"
        )
