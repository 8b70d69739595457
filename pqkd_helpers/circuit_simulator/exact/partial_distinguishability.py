"""Partly distinguishable photons as a mixture of ways to interfere.

Each photon is in the internal state ``sqrt(x) |common> + sqrt(1 - x) |its own>``, so that two of
them overlap by x and the Hong-Ou-Mandel dip has the visibility x^2, the indistinguishability.
Nothing in the loops mixes or resolves the internal states: each photon is in the common state with
probability x and then interferes with the others that are, else it interferes with nobody.

Reference: V. S. Shchesnovich, arXiv:1410.1506.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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
