"""All ways to put n photons into m modes, and the number of each.

The states are listed with the most photons in the first modes first. Let r_i be the number of
photons in the modes i and later. Then the state's place in the list is a sum over these r_i
alone, so moving photons changes it by a few table look-ups:

    place = sum over i = 1 ... m - 1 of C(r_i + m - i - 1, m - i)
"""

from collections.abc import Iterator
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray


def n_states(n_photons: int, n_modes: int) -> int:
    """Return the number of states of n photons in m modes.

    Examples
    --------
    >>> n_states(8, 16)
    490314
    """
    return comb(n_photons + n_modes - 1, n_photons)


def fock_states(n_photons: int, n_modes: int) -> NDArray[np.int64]:
    """Return all states of n photons in m modes.

    Returns
    -------
    (n_states, n_modes) int64
        Photons in each mode; every row sums to ``n_photons``.

    Examples
    --------
    >>> fock_states(2, 2).tolist()
    [[2, 0], [1, 1], [0, 2]]
    """
    by_mode = np.empty((n_modes, n_states(n_photons, n_modes)), dtype=np.int64)
    remaining = np.array([n_photons])
    for mode in range(n_modes - 1):
        choices = remaining + 1
        before = np.repeat(remaining, choices)
        # photons that go on: 0 for the first choice of each state, then 1, 2 ...
        remaining = np.arange(len(before)) - np.repeat(np.cumsum(choices) - choices, choices)
        ways_on = np.array([n_states(n, n_modes - mode - 1) for n in range(n_photons + 1)])
        by_mode[mode] = np.repeat(before - remaining, ways_on[remaining])
    by_mode[-1] = remaining
    return by_mode.T


def places(states: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of each state in the list of `fock_states`.

    Parameters
    ----------
    states : (..., n_modes) int64

    Examples
    --------
    >>> places(fock_states(3, 4)).tolist() == list(range(20))
    True
    """
    n_modes = states.shape[-1]
    later = np.cumsum(states[..., ::-1], axis=-1)[..., ::-1][..., 1:]
    table = _binomials(n_modes, int(later.max(initial=0)))
    return table[np.arange(n_modes - 1), later].sum(axis=-1)


def places_with_one_more(states: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number that each state has after one more photon was put into mode i.

    Parameters
    ----------
    states : (n_states, n_modes) int64
        All states of some number of photons, as `fock_states` lists them.

    Returns
    -------
    (n_modes, n_states) int64
        Row i: the new photon in mode i. Numbers in the list for one photon more.
    """
    n_modes = states.shape[1]
    later = np.cumsum(states[:, ::-1], axis=1)[:, ::-1][:, 1:]
    table = _binomials(n_modes, int(later.max(initial=0)) + 1)
    # a photon in mode i raises r_1 ... r_i by one
    raised = np.diff(table, axis=1)[np.arange(n_modes - 1), later].T
    rows = np.zeros((n_modes, len(states)), dtype=np.int64)
    np.cumsum(raised, axis=0, out=rows[1:])
    return rows + np.arange(len(states))


def groups_of_two_modes(states: NDArray[np.int64], first: int) -> Iterator[NDArray[np.int64]]:
    """Yield for N = 0, 1, 2 ... the groups of states that differ in two neighbouring modes alone.

    Parameters
    ----------
    states : (n_states, n_modes) int64
        All states of some number of photons, as `fock_states` lists them.
    first : int
        The first of the two modes.

    Yields
    ------
    (n_groups, N + 1) int64
        Places of the states with N photons in the two modes, by the photons in the second.

    Examples
    --------
    >>> [groups.tolist() for groups in groups_of_two_modes(fock_states(2, 2), 0)]
    [[], [], [[0, 1, 2]]]
    """
    n_modes, n_photons = states.shape[1], int(states[0].sum())
    begins = np.flatnonzero(states[:, first + 1] == 0)
    in_first = states[begins, first]
    later = states[:, first + 2 :].sum(axis=1)[begins]
    # a photon that moves on raises r_(first + 1) by one
    table = _binomials(n_modes, n_photons)[first]
    for number in range(n_photons + 1):
        chosen = in_first == number
        r = later[chosen, None]
        yield begins[chosen, None] + table[r + np.arange(number + 1)] - table[r]


@lru_cache(maxsize=32)
def _binomials(n_modes: int, most: int) -> NDArray[np.int64]:
    """Return C(r + m - i - 1, m - i) for i = 1 ... m - 1 (rows) and r = 0 ... most."""
    return np.array(
        [
            [comb(r + n_modes - i - 1, n_modes - i) for r in range(most + 1)]
            for i in range(1, n_modes)
        ]
    ).reshape(n_modes - 1, most + 1)
