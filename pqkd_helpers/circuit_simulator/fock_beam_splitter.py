"""What a beam splitter does to a given number of photons.

N photons, k of them in the first mode, stay N photons. So the splitter is one orthogonal
``(N + 1) x (N + 1)`` matrix B_N for each N, and B_1 is the 2 x 2 matrix of `loops` again. Taking
one photon aside, sending it through B_1 and the others through B_(N-1), then putting it back,
gives B_N:

    B_N = (1 / N) sum over i, j of B_1[i, j] a_i^+ B_(N-1) a_j

with the creation and annihilation operators of the two modes. Each step is a contraction, so the
recursion stays accurate at hundreds of photons, where sums of binomials with alternating signs
have long lost all digits.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .guards import check_sums


def fock_beam_splitters(
    theta: NDArray[np.float64], most_photons: int, most_in_second: int | None = None
) -> Iterator[NDArray[np.float64]]:
    """Yield the amplitudes of beam splitters for N = 0, 1, 2 ... photons.

    Parameters
    ----------
    theta : (n_gates,) float64
        Angles in radians.
    most_photons : int
        Largest number of photons N.
    most_in_second : int, optional
        Inputs with more photons in the second mode are left out. Default: all are kept.

    Yields
    ------
    (min(N, most_in_second) + 1, N + 1, n_gates) float64
        ``B[s, k]``: amplitude for N - s photons in the first mode and s in the second to become
        k and N - k.

    Raises
    ------
    FloatingPointError
        If the rows of the last matrix do not have norm 1. It has the largest errors of all.

    Examples
    --------
    Hong, Ou and Mandel: of two photons, one in either mode, none is left alone.

    >>> *_, B = fock_beam_splitters(np.array([np.pi / 4]), 2)
    >>> (B[1, :, 0] ** 2).round(12)
    array([0.5, 0. , 0.5])
    """
    splitter = np.stack([np.cos(theta), np.sin(theta)])[:, None, None]
    most_in_second = most_photons if most_in_second is None else most_in_second
    amplitudes = np.ones((1, 1, len(theta)))
    yield amplitudes
    for n in range(1, most_photons + 1):
        c, s = splitter * amplitudes
        from_first, from_second = min(n, most_in_second + 1), min(n, most_in_second)
        both_first, to_second, to_first, both_second = _weights(n, from_first, from_second)
        amplitudes = np.zeros((from_second + 1, n + 1, len(theta)))
        np.multiply(both_first, c[:from_first], out=amplitudes[:from_first, 1:])
        amplitudes[:from_first, :-1] -= to_second * s[:from_first]
        amplitudes[1:, 1:] += to_first * s[:from_second]
        amplitudes[1:, :-1] += both_second * c[:from_second]
        if n == most_photons:
            check_sums("beam splitter", np.moveaxis(amplitudes**2, 1, -1))
        yield amplitudes


@lru_cache(maxsize=1024)
def _weights(n: int, from_first: int, from_second: int) -> tuple[NDArray[np.float64], ...]:
    """Return the factors of a_i^+ and a_j over n, for (i, j) = (1, 1), (2, 1), (1, 2), (2, 2)."""
    take_first = np.sqrt(n - np.arange(from_first))[:, None, None] / n
    take_second = np.sqrt(np.arange(1, from_second + 1))[:, None, None] / n
    put_first = np.sqrt(np.arange(1, n + 1))[:, None]
    put_second = put_first[::-1]
    return (
        take_first * put_first,
        take_first * put_second,
        take_second * put_first,
        take_second * put_second,
    )
