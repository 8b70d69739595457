"""The probability that a set of modes stays dark, for all sets: permanents by Glynn's formula.

Let a_i be row i of the transfer matrix, with one column per photon (a column is repeated where
several photons enter the same bin). The modes of a set D all stay dark with probability

    P(no light in D) = perm(X o (J - sum over i in D of conj(a_i) a_i^T)) / norm.

J is 1 for two photons of the same bin (else the identity), o the entrywise product, and X is 1 on
the diagonal and x beside it, x the overlap of two photons' internal states (x^2 is the visibility
of the Hong-Ou-Mandel dip). Loss needs nothing: lost light is missing from a_i. Glynn's formula is
a sum over the signs delta of the n photons, with delta_1 = +1:

    perm(M) = 2^(1 - n) sum over delta of (product of delta) (product over j of (M delta)_j)

M delta is linear in the sum over D. So for all sets at once it is a table: one row for each set of
the first modes, less one row for each set of the others. Cost: ``2^modes 2^(n-1) n``
multiplications, and about three times as many for the gradient.

Where x < 1 and several photons share a bin, the state is a mixture over how many of that bin's
photons are in the common internal state (`interferences`), and so is the result.

References: D. G. Glynn, doi:10.1016/j.ejc.2010.01.010; V. S. Shchesnovich, arXiv:1410.1506
(partial distinguishability).
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .transfer_matrix import Matrix

Array = NDArray[np.float64]

# Products held at once, and signs among them: a few such arrays fit in a processor's cache.
_VALUES, _SIGNS = 2**13, 2**7


@dataclass(frozen=True)
class Interference:
    """One way in which the photons may interfere.

    Attributes
    ----------
    weight : float
        Its probability, divided by the norm of the state that enters.
    overlap : (n_photons,) float64
        Overlap of each photon's internal state with the common one, in [0, 1].
    same_bin : (n_photons, n_photons) float64
        1 where two photons enter the same bin, and on the diagonal.
    """

    weight: float
    overlap: Array
    same_bin: Array


@lru_cache(maxsize=64)
def interferences(numbers: tuple[int, ...], overlap: float) -> list[Interference]:
    """Return the mixture that partly distinguishable photons are.

    The overlap of a photon alone in its bin enters the permanent and needs no mixture. Of the
    photons that share a bin, a binomial number is in the common state; the others interfere with
    nothing.

    Parameters
    ----------
    numbers : tuple of int
        Photons in each occupied input bin.
    overlap : float
        Overlap x of two photons' internal states, in [0, 1].

    Examples
    --------
    >>> [round(case.weight, 3) for case in interferences((1, 1), 0.6)]
    [1.0]
    >>> [(round(case.weight, 3), case.overlap.tolist()) for case in interferences((2,), 0.6)]
    [(0.16, [0.0, 0.0]), (0.48, [1.0, 0.0]), (0.18, [1.0, 1.0])]
    """
    entries = np.repeat(np.arange(len(numbers)), numbers)
    same_bin = (entries[:, None] == entries).astype(np.float64)
    starts = np.cumsum((0, *numbers[:-1])).tolist()
    shared = [(start, number) for start, number in zip(starts, numbers, strict=True) if number > 1]
    cases = []
    for common in itertools.product(*(range(number + 1) for _, number in shared)):
        weight, overlaps = 1.0, np.full(len(entries), overlap)
        for (start, number), k in zip(shared, common, strict=True):
            binomial = math.comb(number, k) * overlap**k * (1.0 - overlap) ** (number - k)
            weight *= binomial / math.factorial(k)
            overlaps[start : start + number] = np.arange(number) < k
        if weight > 0.0:
            cases.append(Interference(weight, overlaps, same_bin))
    return cases


def dark_probabilities(columns: Matrix, case: Interference) -> Array:
    """Return the probability that no light arrives in D, for all sets D of the modes.

    Parameters
    ----------
    columns : (batch, n_modes, n_photons) array
        Amplitudes from each photon's input bin to the modes.
    case : Interference
        How the photons interfere; the result has its weight.

    Returns
    -------
    (batch, 2^n_modes) float64
        D as a bit mask, the first mode most significant.
    """
    dark = np.zeros((len(columns), 2 ** columns.shape[1]))
    for part, signs in _blocks(columns, _SIGNS, _VALUES):
        sums = _Sums(columns[part], case, signs)
        for sets, rows in sums.chunks(_VALUES):
            factors = sums.over_sets(rows)
            products = factors[0]
            for factor in factors[1:]:
                products *= factor
            dark[part, sets] += (products @ sums.signed_weight).real.reshape(len(products), -1)
    return dark


def dark_probabilities_gradient(cotangent: Array, columns: Matrix, case: Interference) -> Matrix:
    """Return the gradient with respect to the columns, given that with respect to the result.

    Reverse mode: the derivative of a product is the product of the other factors.

    Parameters
    ----------
    cotangent : (batch, 2^n_modes) float64
        Gradient with respect to what `dark_probabilities` returns.
    columns, case
        As in `dark_probabilities`.

    Returns
    -------
    (batch, n_modes, n_photons) array
        G, such that a change dA of the columns changes the result by ``Re sum conj(G) dA``.
    """
    n_photons = columns.shape[2]
    result = np.zeros_like(columns)
    for part, signs in _blocks(columns, _SIGNS, _VALUES):
        sums = _Sums(columns[part], case, signs)
        first_bar, second_bar = np.zeros_like(sums.first), np.zeros_like(sums.second)
        for sets, rows in sums.chunks(_VALUES):
            factors = sums.over_sets(rows)
            others = np.empty_like(factors)
            outer = cotangent[part, sets].reshape(factors[0].shape[:3])[..., None]
            others[0] = outer * sums.signed_weight
            for j in range(n_photons - 1):  # the outer derivative and the factors before j ...
                np.multiply(others[j], factors[j], out=others[j + 1])
            after = factors[-1]
            for j in reversed(range(n_photons - 1)):  # ... and those after j
                others[j] *= after
                after = np.multiply(after, factors[j], out=factors[j])
            first_bar[:, :, rows] += others.sum(axis=3)
            second_bar += others.sum(axis=2)
        result[part] += sums.column_gradient(first_bar, second_bar)
    return result


def _blocks(
    columns: Matrix, most_signs: int, most_values: int
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield slices of the batch, and for each all signs, in blocks that fit into a cache."""
    batch, n_modes, n_photons = columns.shape
    n_signs = 2 ** (n_photons - 1)
    at_once = max(1, most_values // (min(n_signs, most_signs) * 2**n_modes))
    for start in range(0, batch, at_once):
        for first in range(0, n_signs, most_signs):
            signs = _signs(n_photons, first, min(first + most_signs, n_signs))
            yield slice(start, min(start + at_once, batch)), signs


@lru_cache(maxsize=64)
def _signs(n_photons: int, first: int, last: int) -> Array:
    """Return sign vectors as columns, ``(n_photons, last - first)``; photon 0 keeps its sign."""
    bits = np.arange(first, last) >> np.arange(n_photons - 1)[:, None] & 1
    return np.vstack([np.ones(last - first), 1.0 - 2.0 * bits])


class _Sums:
    """The entries (M delta)_j for all sets D of modes and some signs delta.

    D is the union of a set of the first modes and a set of the others, so two small tables give
    all sums: ``first[a] - second[b]``. They are laid out (photon j, batch, set, sign).
    """

    def __init__(self, columns: Matrix, case: Interference, signs: Array) -> None:
        self.columns, self.signs, self.overlap = columns, signs, case.overlap
        self.signed_weight = signs.prod(axis=0) * (case.weight / 2.0 ** (len(signs) - 1))
        self.arriving = columns @ signs  # (batch, modes, signs)
        conjugate = columns.conj().transpose(2, 0, 1)[..., None]
        steps = conjugate * self.arriving  # (photons, batch, modes, signs)
        start = case.same_bin @ signs
        self.distinguishable = bool((case.overlap < 1.0).any())
        if self.distinguishable:
            x = case.overlap[:, None]
            start = x * start + (1.0 - x) * signs
            steps *= x[:, None, None]
            steps += (np.abs(conjugate) ** 2) * ((1.0 - x) * signs)[:, None, None]
        n_first = columns.shape[1] // 2
        self.first = start[:, None, None] - _subset_sums(steps[:, :, :n_first])
        self.second = _subset_sums(steps[:, :, n_first:])

    def chunks(self, most_values: int) -> Iterator[tuple[slice, slice]]:
        """Yield the sets D in blocks, and the rows of the first table that they use."""
        n_first, n_second = self.first.shape[2], self.second.shape[2]
        size = max(1, most_values // (self.first[0, :, 0].size * n_second))
        for start in range(0, n_first, size):
            stop = min(start + size, n_first)
            yield slice(start * n_second, stop * n_second), slice(start, stop)

    def over_sets(self, rows: slice) -> Matrix:
        """Return ``(photon j, batch, sets of first modes, sets of others, signs)``."""
        return self.first[:, :, rows, None] - self.second[:, :, None]

    def column_gradient(self, first_bar: Matrix, second_bar: Matrix) -> Matrix:
        """Go back through both tables and ``x conj(a_ij) (a_i delta) + (1 - x) |a_ij|^2 delta_j``.

        The bars are the derivatives with respect to the sums, added up over the other table.
        """
        step_bar = -np.concatenate(
            [_subset_sums_transposed(first_bar), _subset_sums_transposed(second_bar)], axis=2
        ).transpose(1, 2, 0, 3)  # (batch, modes, photons, signs)
        x = self.overlap
        through_conjugate = x * (step_bar @ self.arriving[..., None])[..., 0]
        arriving_bar = ((x * self.columns.conj())[:, :, None] @ step_bar)[:, :, 0]
        result = through_conjugate + arriving_bar.conj() @ self.signs.T
        if self.distinguishable:
            alone = (step_bar * self.signs).sum(axis=3).real
            result += 2.0 * (1.0 - x) * alone * self.columns
        return result


def _subset_sums(steps: Matrix) -> Matrix:
    """Return the sums of the steps over all sets of modes; axis 2 are modes, then sets."""
    n_modes = steps.shape[2]
    sums = np.empty((*steps.shape[:2], 2**n_modes, steps.shape[3]), steps.dtype)
    sums[:, :, 0] = 0.0
    for k in range(n_modes):
        step = steps[:, :, n_modes - 1 - k, None]
        np.add(sums[:, :, : 2**k], step, out=sums[:, :, 2**k : 2 ** (k + 1)])
    return sums


def _subset_sums_transposed(values: Matrix) -> Matrix:
    """Apply the transpose of `_subset_sums`: for each mode, the sum over the sets that hold it."""
    n_modes = values.shape[2].bit_length() - 1
    steps = np.empty((*values.shape[:2], n_modes, values.shape[3]), values.dtype)
    for mode in range(n_modes):
        without, holding = np.split(values, 2, axis=2)
        steps[:, :, mode] = holding.sum(axis=2)
        values = without + holding
    return steps
