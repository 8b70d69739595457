"""The probability of no light in a set of modes, for all sets: permanents by Glynn's formula.

Let a_i be row i of the transfer matrix, with one column per photon (a column is repeated where
several photons enter the same bin). No light arrives in the modes of a set D with probability

    P(no light in D) = perm(X o (J - sum over i in D of conj(a_i) a_i^T)) / norm.

J is 1 for two photons of the same bin (else the identity), o the entrywise product, and X is 1 on
the diagonal and x elsewhere, x the overlap of two photons' internal states (x^2 is the visibility
of the Hong-Ou-Mandel dip). Loss needs nothing: lost light is missing from a_i. Glynn's formula is
a sum over the signs delta of the n photons, with delta_1 = +1:

    perm(M) = 2^(1 - n) sum over delta of (product of delta) (product over j of (M delta)_j)

M delta is linear in the sum over D, so its values for all sets grow mode by mode: a further mode
doubles the number of sets with one subtraction. Cost: ``2^modes 2^(n-1) n`` multiplications, and
about three times as many for the gradient.

Where x < 1 and several photons share a bin, the result is a mixture of such permanents (see
`partial_distinguishability`).

Reference: D. G. Glynn, doi:10.1016/j.ejc.2010.01.010.
"""

import math
import threading
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..transfer_matrix import Matrix
from .partial_distinguishability import Interference

Array = NDArray[np.float64]

# Values per photon held at once; n arrays of this size should fit into a processor's cache.
_VALUES = 2**15
# Modes whose sets are held at once; more are gone through one set after the other.
_MODES = 13
# Modes whose sets are treated as one long row of numbers, for speed.
_FEW_MODES = 4

_memory = threading.local()


def vacuum_probabilities(columns: Matrix, case: Interference) -> Array:
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
    batch, n_modes, _ = columns.shape
    vacuum = np.zeros((batch, 2**n_modes))
    outer = max(0, n_modes - _MODES)
    n_sets = 2 ** (n_modes - outer)
    for block in _blocks(columns, case):
        for number in range(2**outer):
            members = [mode for mode in range(outer) if number >> (outer - 1 - mode) & 1]
            start = block.start - block.steps[:, members].sum(axis=1)
            factors = _over_sets(start, block.steps[:, outer:])
            products = factors[0]
            for factor in factors[1:]:
                products *= factor
            sets = slice(number * n_sets, (number + 1) * n_sets)
            vacuum[block.settings, sets] += block.sum_over_signs(products)
    return vacuum


def vacuum_probabilities_gradient(cotangent: Array, columns: Matrix, case: Interference) -> Matrix:
    """Return the gradient with respect to the columns, given that with respect to the result.

    Reverse mode: the derivative of a product is the product of the other factors.

    Parameters
    ----------
    cotangent : (batch, 2^n_modes) float64
        Gradient with respect to what `vacuum_probabilities` returns.
    columns, case
        As in `vacuum_probabilities`.

    Returns
    -------
    (batch, n_modes, n_photons) array
        G, such that a change dA of the columns changes the result by ``Re sum conj(G) dA``.
    """
    n_photons = columns.shape[2]
    result = np.zeros_like(columns)
    for block in _blocks(columns, case):
        factors = _over_sets(block.start, block.steps)
        others = _scratch("others", factors.shape, factors.dtype)
        others[0] = block.spread_over_signs(cotangent[block.settings])
        for j in range(n_photons - 1):  # the outer derivative and the factors before j ...
            np.multiply(others[j], factors[j], out=others[j + 1])
        after = factors[-1]
        for j in reversed(range(n_photons - 1)):  # ... and those after j
            others[j] *= after
            after = np.multiply(after, factors[j], out=factors[j])
        result[block.settings] += block.column_gradient(-_by_mode(others))
    return result


class _Block:
    """M delta for some settings and signs, as what is linear in the set D.

    Settings and signs are laid out side by side, as lanes in which all sums go in step.

    Attributes
    ----------
    settings : slice
        The settings in this block.
    start : (n_photons, lanes) array
        M delta for the empty set.
    steps : (n_photons, n_modes, lanes) array
        What each mode takes off.
    """

    def __init__(self, columns: Matrix, case: Interference, settings: slice, signs: Array) -> None:
        self.settings, self.signs = settings, signs
        self.columns, self.overlap = columns[settings], case.overlap
        batch, n_modes, n_photons = self.columns.shape
        lanes = batch * signs.shape[1]
        self.signed_weight = signs.prod(axis=0) * (case.weight / 2.0 ** (n_photons - 1))
        self.arriving = (self.columns @ signs).transpose(1, 0, 2)  # (modes, batch, signs)
        conjugate = self.columns.conj().transpose(2, 1, 0)[..., None]
        steps = conjugate * self.arriving
        start = case.same_bin @ signs
        self.distinguishable = bool((case.overlap < 1.0).any())
        if self.distinguishable:
            x = case.overlap[:, None]
            start = x * start + (1.0 - x) * signs
            steps *= x[:, None, None]
            steps += (np.abs(conjugate) ** 2) * ((1.0 - x) * signs)[:, None, None]
        self.steps = steps.reshape(n_photons, n_modes, lanes)
        self.start = np.tile(start, batch)

    def sum_over_signs(self, products: Matrix) -> Array:
        """Add up ``(sets, lanes)`` into ``(batch, sets)``."""
        by_setting = products.reshape(len(products), -1, self.signs.shape[1])
        return (by_setting @ self.signed_weight).real.T

    def spread_over_signs(self, cotangent: Array) -> Array:
        """Apply the transpose of `sum_over_signs`."""
        lanes = cotangent.T[:, :, None] * self.signed_weight
        return lanes.reshape(len(lanes), -1)

    def column_gradient(self, step_bar: Matrix) -> Matrix:
        """Go back through ``steps = x conj(a_ij) (a_i delta) + (1 - x) |a_ij|^2 delta_j``."""
        batch, n_modes, n_photons = self.columns.shape
        bar = step_bar.reshape(n_photons, n_modes, batch, -1).transpose(2, 1, 0, 3)
        x = self.overlap
        arriving = self.arriving.transpose(1, 0, 2)
        through_conjugate = x * (bar @ arriving[..., None])[..., 0]
        arriving_bar = ((x * self.columns.conj())[:, :, None] @ bar)[:, :, 0]
        result = through_conjugate + arriving_bar.conj() @ self.signs.T
        if self.distinguishable:
            alone = (bar * self.signs).sum(axis=3).real
            result += 2.0 * (1.0 - x) * alone * self.columns
        return result


def _blocks(columns: Matrix, case: Interference) -> Iterator[_Block]:
    """Go through all settings and signs, as many at a time as fit into a cache."""
    batch, n_modes, n_photons = columns.shape
    n_signs = 2 ** (n_photons - 1)
    lanes = max(1, _VALUES >> min(n_modes, _MODES))
    at_once, signs_at_once = max(1, lanes // n_signs), min(lanes, n_signs)
    for first in range(0, n_signs, signs_at_once):
        signs = _signs(n_photons, first, first + signs_at_once)
        for start in range(0, batch, at_once):
            yield _Block(columns, case, slice(start, min(start + at_once, batch)), signs)


@lru_cache(maxsize=64)
def _signs(n_photons: int, first: int, last: int) -> Array:
    """Return sign vectors as columns, ``(n_photons, last - first)``; photon 0 keeps its sign."""
    bits = np.arange(first, last) >> np.arange(n_photons - 1)[:, None] & 1
    return np.vstack([np.ones(last - first), 1.0 - 2.0 * bits])


def _over_sets(start: Matrix, steps: Matrix) -> Matrix:
    """Return ``start - (sum of the steps in D)`` for all sets D: (photons, sets, lanes)."""
    n_photons, n_modes, lanes = steps.shape
    few = min(n_modes, _FEW_MODES)  # the last modes, whose sets are treated as one long row
    sums = _scratch("sums", (n_photons, 2 ** (n_modes - few), 2**few, lanes), steps.dtype)
    row = sums[:, 0]
    row[:, 0] = start
    for k in range(few):
        step = steps[:, n_modes - 1 - k, None]
        np.subtract(row[:, : 2**k], step, out=row[:, 2**k : 2 ** (k + 1)])
    rows = sums.reshape(n_photons, -1, 2**few * lanes)
    long_steps = np.empty((n_photons, n_modes - few, 2**few, lanes), steps.dtype)
    long_steps[:] = steps[:, : n_modes - few, None]
    long_steps = long_steps.reshape(n_photons, n_modes - few, 2**few * lanes)
    for k in range(n_modes - few):
        step = long_steps[:, n_modes - few - 1 - k, None]
        np.subtract(rows[:, : 2**k], step, out=rows[:, 2**k : 2 ** (k + 1)])
    return sums.reshape(n_photons, -1, lanes)


def _scratch(name: str, shape: tuple[int, ...], dtype: np.dtype) -> Matrix:
    """Return an array of any content. Its memory is used again: new memory costs more than sums.

    Each thread has its own; the next call with the same name overwrites the array.
    """
    size = math.prod(shape) * dtype.itemsize
    buffers = _memory.__dict__
    if name not in buffers or buffers[name].size < size:
        buffers[name] = np.empty(size, np.uint8)
    return buffers[name][:size].view(dtype).reshape(shape)


def _by_mode(values: Matrix) -> Matrix:
    """Add up, for each mode, the values of the sets that hold it; ``values`` is overwritten."""
    n_photons, n_sets, lanes = values.shape
    n_modes = n_sets.bit_length() - 1
    few = min(n_modes, _FEW_MODES)
    result = np.empty((n_photons, n_modes, lanes), values.dtype)
    rows = values.reshape(n_photons, -1, 2**few * lanes)
    long_result = np.empty((n_photons, n_modes - few, 2**few * lanes), values.dtype)
    for mode in range(n_modes - few):
        half = rows.shape[1] // 2
        rows, holding = rows[:, :half], rows[:, half:]
        np.add.reduce(holding, axis=1, out=long_result[:, mode])
        rows += holding
    long_result = long_result.reshape(n_photons, n_modes - few, 2**few, lanes)
    np.add.reduce(long_result, axis=2, out=result[:, : n_modes - few])
    row = rows.reshape(n_photons, -1, lanes)
    for mode in range(n_modes - few, n_modes):
        half = row.shape[1] // 2
        row, holding = row[:, :half], row[:, half:]
        np.add.reduce(holding, axis=1, out=result[:, mode])
        row += holding
    return result
