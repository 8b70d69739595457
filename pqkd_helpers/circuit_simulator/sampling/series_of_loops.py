"""Sampling loops in series, bin by bin: each bin is counted as soon as the last loop lets it go.

Counting a bin leaves all other light in a pure state, and only the bins that are still inside the
loops can be in a superposition: at most ``1 + sum of the loop lengths`` of them at a time. So each
shot carries the amplitudes of a few live bins; each step lets the next bin in, applies the
splitters it meets, draws the number of photons in the bin that leaves, and keeps the amplitudes
that agree with it. Photons lost in a loop are drawn and removed in the same way. The cost is
linear in the bins, and low as long as few photons are in the loops at a time.

The amplitudes of all shots share one list of states (see `live_states`).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..fock_basis import n_states
from ..fock_beam_splitter import fock_beam_splitters
from ..guards import check_sums
from ..transfer_matrix import Matrix
from .live_states import live_states, losses, moves, pairs, resized

# Amplitudes of all shots: 1 GiB.
_MOST_VALUES = 2**27
# Gates whose matrices are computed together.
_GATES = 64


def sample_series_of_loops(
    theta: NDArray[np.float64],
    phases: NDArray[np.float64] | None,
    arrivals: NDArray[np.int64],
    loop_lengths: Sequence[int],
    *,
    loop_phases: Sequence[float],
    loop_efficiency: Sequence[float],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw the photon numbers that leave loops in series, for one setting of the angles.

    Parameters
    ----------
    theta : (n_gates,) float64
        Beam-splitter angles in radians, loop by loop.
    phases : (n_gates,) float64 or None
        Phases in radians, or none.
    arrivals : (n_shots, n_modes) int64
        Photons that enter each bin.
    loop_lengths : sequence of int
        Length of each loop in time bins.
    loop_phases : sequence of float
        Phase per round of each loop, in radians.
    loop_efficiency : sequence of float
        Transmission of each loop per round, in [0, 1].
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    (n_shots, n_modes) int64

    Examples
    --------
    >>> rng, photons = np.random.default_rng(0), np.array([[3, 0, 1]])
    >>> ideal = {"loop_phases": (0.0, 0.0), "loop_efficiency": (1.0, 1.0)}
    >>> sample_series_of_loops(np.zeros(4), None, photons, (1, 1), **ideal, rng=rng)
    array([[3, 0, 1]])
    """
    n_modes = arrivals.shape[1]
    first_gate = np.cumsum([0, *(n_modes - length for length in loop_lengths)]).tolist()
    n_slots = min(sum(loop_lengths) + 1, n_modes)
    real = phases is None and not any(loop_phases)
    live = _LiveBins(theta, n_slots, arrivals, float if real else complex)
    done = [0] * len(loop_lengths)
    counts = np.empty_like(arrivals)
    for bin_ in range(n_modes):
        ahead = sum(loop_lengths)
        for k, length in enumerate(loop_lengths):
            ahead -= length
            # the gates that bin_ and the bins it meets in later loops still need
            n_gates = n_modes - length
            for i in range(done[k], min(bin_ + ahead, max(n_gates, length) - 1) + 1):
                if i < length and loop_efficiency[k] < 1.0:  # the loop's first content goes round
                    live.let_in(i)
                    live.lose(i, loop_efficiency[k], rng)
                done[k] = i + 1
                if i >= n_gates:
                    continue
                gate = first_gate[k] + i
                live.let_in(i + length)
                # relative to light that makes one round: what arrives may leave without any
                live.phase_shifter(i + length, -loop_phases[k])
                live.beam_splitter(i, i + length, gate)
                live.phase_shifter(i + length, loop_phases[k])
                if phases is not None:
                    live.phase_shifter(i, phases[gate])
                if loop_efficiency[k] < 1.0:
                    live.lose(i + length, loop_efficiency[k], rng)
        live.let_in(bin_)
        counts[:, bin_] = live.count(bin_, rng)
    return counts


class _LiveBins:
    """The amplitudes of the live bins, one column per shot."""

    def __init__(
        self, theta: NDArray[np.float64], n_slots: int, arrivals: NDArray[np.int64], dtype: type
    ) -> None:
        self.theta, self.n_slots, self.arrivals = theta, n_slots, arrivals
        self.n_bins_in = 0
        self.photons = np.zeros(len(arrivals), dtype=np.int64)  # live ones, per shot
        self.capacity = 0
        self.amplitudes: Matrix = np.ones((1, len(arrivals)), dtype)
        self.splitters: dict[int, list[NDArray[np.float64]]] = {}

    def let_in(self, bin_: int) -> None:
        """Let the bins up to this one in, unless they are in already."""
        while self.n_bins_in <= bin_:
            entering = self.arrivals[:, self.n_bins_in]
            self._resize(int((self.photons + entering).max()))
            slot = self.n_bins_in % self.n_slots
            self._move(slot, entering, arriving=True)
            self.photons = self.photons + entering
            self.n_bins_in += 1

    def beam_splitter(self, first: int, second: int, gate: int) -> None:
        splitters = self._fock_matrices(gate // _GATES)
        groups = pairs(*self._basis, first % self.n_slots, second % self.n_slots)
        for number, group in enumerate(groups, start=1):
            self.amplitudes[group] = splitters[number][gate % _GATES] @ self.amplitudes[group]

    def phase_shifter(self, bin_: int, phase: float) -> None:
        if phase == 0.0:
            return
        photons = live_states(*self._basis)[:, bin_ % self.n_slots, None]
        self.amplitudes = self.amplitudes * np.exp(1j * phase * photons)

    def lose(self, bin_: int, efficiency: float, rng: np.random.Generator) -> None:
        """Draw the photons that a bin loses, and remove them."""
        slot = bin_ % self.n_slots
        shares = _loss_probabilities(self.capacity, efficiency)
        states = live_states(*self._basis)[:, slot]
        weights = shares[states].T @ np.abs(self.amplitudes) ** 2
        lost = _draw(weights, rng)
        by_loss = np.sqrt(shares[states].T)[:, :, None]
        kept = np.zeros_like(self.amplitudes)
        for number in np.unique(lost).tolist():
            shots = np.flatnonzero(lost == number)
            source, target = losses(*self._basis, slot, number)
            kept[np.ix_(target, shots)] = (by_loss[number] * self.amplitudes[:, shots])[source]
        self.amplitudes = kept
        self._leave(lost)

    def count(self, bin_: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw the photons of a bin, and let it go."""
        slot = bin_ % self.n_slots
        is_number = np.arange(self.capacity + 1)[:, None] == live_states(*self._basis)[:, slot]
        number = _draw(is_number @ np.abs(self.amplitudes) ** 2, rng)
        self._move(slot, number, arriving=False)
        self._leave(number)
        return number

    def _fock_matrices(self, block: int) -> list[NDArray[np.float64]]:
        """Return, for some gates, the matrices [N][gate, photons out, photons in] of `first`."""
        known = self.splitters.pop(block, [])
        if self.capacity >= len(known):
            theta = self.theta[block * _GATES : (block + 1) * _GATES]
            every = fock_beam_splitters(theta, self.capacity + 2)
            known = [np.ascontiguousarray(matrix[::-1].transpose(2, 1, 0)) for matrix in every]
        self.splitters[block] = known  # the one last used comes last
        if len(self.splitters) > self.n_slots + 1:
            del self.splitters[next(iter(self.splitters))]
        return known

    @property
    def _basis(self) -> tuple[int, int]:
        return self.capacity, self.n_slots

    def _leave(self, number: NDArray[np.int64]) -> None:
        self.photons = self.photons - number
        self.amplitudes /= np.linalg.norm(self.amplitudes, axis=0)

    def _resize(self, capacity: int) -> None:
        if capacity != self.capacity:
            size = n_states(capacity, self.n_slots + 1)
            if size * self.amplitudes.shape[1] > _MOST_VALUES:
                raise ValueError(
                    f"{capacity} photons are in the loops at a time: {size:,} amplitudes per shot, "
                    "too many to be sampled"
                )
            source, target = resized(self.capacity, capacity, self.n_slots)
            amplitudes = np.zeros((size, self.amplitudes.shape[1]), self.amplitudes.dtype)
            amplitudes[target] = self.amplitudes[source]
            self.amplitudes, self.capacity = amplitudes, capacity

    def _move(self, slot: int, number: NDArray[np.int64], *, arriving: bool) -> None:
        """Move each shot's number of photons into a slot, or out of it for the states with it."""
        moved = np.zeros_like(self.amplitudes)
        for value in np.unique(number).tolist():
            shots = np.flatnonzero(number == value)
            before, after = (0, value) if arriving else (value, 0)
            source, target = moves(*self._basis, slot, before, after)
            moved[np.ix_(target, shots)] = self.amplitudes[np.ix_(source, shots)]
        self.amplitudes = moved


def _draw(weights: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw a row per column with these weights; never one of weight 0."""
    check_sums("light in the loops", weights.T)
    cumulative = np.cumsum(weights, axis=0)
    thresholds = (1.0 - rng.random(weights.shape[1])) * (1.0 - 1e-13) * cumulative[-1]
    return (cumulative < thresholds).sum(axis=0)


def _loss_probabilities(most: int, efficiency: float) -> NDArray[np.float64]:
    """Return the probability that k of n photons are lost, ``[n, k]``."""
    table = np.zeros((most + 1, most + 1))
    for n in range(most + 1):
        for k in range(n + 1):
            table[n, k] = math.comb(n, k) * efficiency ** (n - k) * (1.0 - efficiency) ** k
    return table
