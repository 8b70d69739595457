"""The states of the bins that are inside the loops, and what happens to them, as index tables.

A state says how many photons are in each of a few slots, and how many of a fixed total (the
capacity) are in none: not yet in, or gone. With this last number as one more mode, states with
different numbers of live photons stand in one list, that of `fock_basis`, and every step is a
table of places in it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..fock_basis import fock_states, places

# Places of states before a step, and of what they become.
Moves = tuple[NDArray[np.intp], NDArray[np.intp]]


@lru_cache(maxsize=64)
def live_states(capacity: int, n_slots: int) -> NDArray[np.int64]:
    """Return the states: photons in each slot, then those that are not live."""
    return fock_states(capacity, n_slots + 1)


@lru_cache(maxsize=512)
def moves(capacity: int, n_slots: int, slot: int, before: int, after: int) -> Moves:
    """Return the states with this many photons in a slot, and what they become."""
    states = live_states(capacity, n_slots)
    source = np.flatnonzero((states[:, slot] == before) & (states[:, -1] >= after - before))
    moved = states[source].copy()
    moved[:, slot] = after
    moved[:, -1] -= after - before
    return source, places(moved)


@lru_cache(maxsize=256)
def losses(capacity: int, n_slots: int, slot: int, lost: int) -> Moves:
    """Return the states with this many photons or more in a slot, and what they become."""
    states = live_states(capacity, n_slots)
    source = np.flatnonzero(states[:, slot] >= lost)
    moved = states[source].copy()
    moved[:, slot] -= lost
    moved[:, -1] += lost
    return source, places(moved)


@lru_cache(maxsize=256)
def resized(capacity: int, new_capacity: int, n_slots: int) -> Moves:
    """Return the states that fit both capacities, in either list."""
    states = live_states(capacity, n_slots)
    source = np.flatnonzero(states[:, -1] >= capacity - new_capacity)
    moved = states[source].copy()
    moved[:, -1] += new_capacity - capacity
    return source, places(moved)


@lru_cache(maxsize=256)
def pairs(capacity: int, n_slots: int, first: int, second: int) -> list[NDArray[np.intp]]:
    """Return for N = 1, 2, ... the groups of states that share N photons in two slots.

    Each entry has the shape (groups, N + 1), by the photons in the first slot.
    """
    states = live_states(capacity, n_slots)
    groups = []
    for number in range(1, capacity + 1):
        chosen = states[(states[:, first] == number) & (states[:, second] == 0)]
        family = np.repeat(chosen[:, None], number + 1, axis=1)
        family[:, :, first] = np.arange(number + 1)
        family[:, :, second] = number - np.arange(number + 1)
        groups.append(places(family))
    return groups
