"""Sampling a single loop: a classical Markov chain in the number of photons that the loop holds.

Bin i leaves the loop for good after its only splitter, and is counted there. The total number of
photons is conserved, so the counts so far say exactly how many photons the loop holds: no
superposition survives. Given a photons in the loop and s arriving, k leave with probability

    P(k | a, s) = |<k, a + s - k| B(theta_i) |a, s>|^2

and a + s - k stay. All shots take each step together, by looking up tables; the cost is linear in
the bins. A loop of length L is L independent chains, one per remainder of the bin modulo L.
"""

import numpy as np
from numpy.typing import NDArray

from ..fock_beam_splitter import fock_beam_splitters

# Photons in the loop that the tables begin with; they grow when a shot needs more.
_FIRST_CAPACITY = 4
# Entries of the tables: 1 GiB.
_MOST_ENTRIES = 2**27
# Settings go in blocks, so that tables and random numbers stay below this many values.
_BLOCK_VALUES = 2**22


def sample_single_loop(
    theta: NDArray[np.float64],
    arrivals: NDArray[np.int64],
    n_shots: int,
    loop_length: int,
    *,
    loop_efficiency: float = 1.0,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw the photon numbers that leave a single loop.

    Parameters
    ----------
    theta : (batch, n_modes - loop_length) float64
        Beam-splitter angles in radians. Phases would change nothing.
    arrivals : (n_modes,) or (batch, n_shots, n_modes) int64
        Photons that enter each bin, for all shots alike or shot by shot.
    n_shots : int
        Number of shots per setting.
    loop_length : int
        Length of the loop in time bins.
    loop_efficiency : float
        Transmission of the loop per round, in [0, 1].
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    (batch, n_shots, n_modes) int64

    Examples
    --------
    Angle 0 lets every photon stay in its bin:

    >>> rng = np.random.default_rng(0)
    >>> sample_single_loop(np.zeros((1, 2)), np.array([3, 0, 1]), 1, 1, rng=rng)
    array([[[3, 0, 1]]])
    """
    batch, n_gates = theta.shape
    n_modes = n_gates + loop_length
    counts = np.empty((batch, n_shots, n_modes), dtype=np.int64)
    most = max(_FIRST_CAPACITY, int(arrivals.max()))
    table_entries = (2 * most + 1) * (most + 1) ** 2
    at_once = max(1, _BLOCK_VALUES // (n_gates * max(n_shots, table_entries)))
    for start in range(0, batch, at_once):
        part = slice(start, min(start + at_once, batch))
        shape = (n_modes, part.stop - part.start, n_shots)
        entering = np.empty(shape, dtype=np.int64)
        entering[:] = np.moveaxis(
            arrivals[part] if arrivals.ndim == 3 else arrivals[None, None], -1, 0
        )
        leaving = _sample_block(theta[part], entering, loop_length, loop_efficiency, rng)
        counts[part] = np.moveaxis(leaving, 0, -1)
    return counts


def _sample_block(
    theta: NDArray[np.float64],
    entering: NDArray[np.int64],
    loop_length: int,
    loop_efficiency: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Run the chains of some settings; arrays are laid out (bin, setting, shot)."""
    batch, n_gates = theta.shape
    most_arriving = int(entering[loop_length:].max())
    most_held = int(entering.sum(axis=0).max())
    capacity = min(most_held, max(_FIRST_CAPACITY, int(entering.max())))
    tables = _cumulative_probabilities(theta, capacity, most_arriving)
    gates = np.arange(n_gates)[:, None, None] + n_gates * np.arange(batch)[:, None]
    arriving = entering[loop_length:]
    entries = arriving * ((capacity + 1) * theta.size) + gates
    # in (0, 1): no outcome of probability 0 is drawn, however the sums are rounded
    thresholds = (1.0 - rng.random(arriving.shape)) * (1.0 - 1e-13)
    held = list(entering[:loop_length])
    if loop_efficiency < 1.0:
        held = [rng.binomial(content, loop_efficiency) for content in held]
    leaving = np.empty_like(entering)
    for i in range(n_gates):
        in_loop = held[i % loop_length]
        if capacity < most_held and in_loop.max() > capacity:
            capacity = min(most_held, max(2 * capacity, int(in_loop.max())))
            tables = _cumulative_probabilities(theta, capacity, most_arriving)
            entries = arriving * ((capacity + 1) * theta.size) + gates
        cumulative = tables.take(entries[i] + in_loop * theta.size, axis=1)
        k = np.add.reduce(cumulative < thresholds[i], axis=0, out=leaving[i])
        staying = in_loop + arriving[i]
        staying -= k
        if loop_efficiency < 1.0:
            staying = rng.binomial(staying, loop_efficiency)
        held[i % loop_length] = staying
    for i in range(n_gates, n_gates + loop_length):
        leaving[i] = held[i % loop_length]
    return leaving


def _cumulative_probabilities(
    theta: NDArray[np.float64], capacity: int, most_arriving: int
) -> NDArray[np.float64]:
    """Return the probabilities that at most k photons leave, for all a and s of all gates.

    The shape is (k, entries); the entry of a held and s arriving at gate g is
    ``(s * (capacity + 1) + a) * n_gates + g``. From the largest possible k on, it is 1.
    """
    most = capacity + most_arriving
    entries = (most + 1) * (most_arriving + 1) * (capacity + 1) * theta.size
    if entries > _MOST_ENTRIES:
        raise ValueError(
            f"{capacity} photons are in the loop at a time: tables of {entries:,} entries, too many"
        )
    table = np.ones((most + 1, most_arriving + 1, capacity + 1, theta.size))
    splitters = fock_beam_splitters(theta.ravel(), most, most_arriving)
    for n, amplitudes in enumerate(splitters):
        cumulative = np.add.accumulate(amplitudes[:, :-1] ** 2, axis=1)
        for s in range(max(0, n - capacity), len(amplitudes)):
            table[:n, s, n - s] = cumulative[s]
    return table.reshape(most + 1, -1)
