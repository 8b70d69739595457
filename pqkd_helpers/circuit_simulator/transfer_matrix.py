"""The transfer matrix of loops in series, and the gradient of anything that depends on it.

The conventions are those of `loops`. What a loop holds when bin i arrives is a sum over all that
came in before, each term damped by the splitters it has passed since: a geometric sum. So a whole
loop is one triangular matrix of running products, and no Python loop over the gates is needed:

    held_i = sum over j <= i of (product of (-g sin theta_k) for k = j ... i - 1) e_j x_j
    leaving_i = cos(theta_i) held_i + sin(theta_i) x_(i + L)

with x_j the light that arrives in bin j (its neighbours being L bins apart), g the amplitude that
a round in the loop leaves, and ``e_j = g cos(theta_(j - 1))`` the share that enters the loop (g
for its first content). A loop's phase stands outside: light that arrives in bin j takes up
``exp(-i psi (j // L))``, what leaves as bin i ``exp(i psi (i // L + 1))`` (see `loops`).

Gradients go the same way backwards (reverse mode).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Real without phases, complex with them.
Matrix = NDArray[Any]

# Matrix entries held at once: settings go in blocks of this size.
_BLOCK_VALUES = 2**22


@dataclass(frozen=True)
class _Loop:
    """One loop with its bins sorted by remainder modulo L: L independent chains, end to end.

    Within a chain each bin is the next arrival of the bin before. Where a bin has no gate (the
    last of a chain), c = 1 and s = 0: the loop's content simply leaves.
    """

    order: NDArray[np.intp] | None  # None: already sorted
    c: NDArray[np.float64]  # (batch, modes)
    s: NDArray[np.float64]
    before: Matrix | None  # what the loop's phase does to arriving light, (1, modes)
    phase: Matrix | None  # that of light which leaves: the loop's, exp(i phi); (batch, modes)
    gain: float  # sqrt(efficiency)
    entry: NDArray[np.float64]  # amplitude with which arriving light enters the loop
    running: NDArray[np.float64]  # [i, j] = product of (-gain s_k) for k from j to i - 1


def transfer_matrix(
    theta: NDArray[np.float64],
    n_modes: int,
    loop_lengths: Sequence[int],
    *,
    inputs: NDArray[np.intp] | None = None,
    phase_shifters: bool = False,
    loop_phases: Sequence[float] | None = None,
    loop_efficiency: Sequence[float] | None = None,
) -> Matrix:
    """Return the transfer matrix of the network, for a batch of settings of the angles.

    Parameters
    ----------
    theta : (batch, n_angles) float64
        Beam-splitter angles in radians, one per pair of `beam_splitter_pairs`; with
        ``phase_shifters``, followed by as many phases.
    n_modes : int
        Number of time bins.
    loop_lengths : sequence of int
        Length of each loop in time bins.
    inputs : (n_inputs,) intp, optional
        The input bins whose columns are wanted, repeated or not. Default: all.
    phase_shifters : bool
        Whether theta holds phases.
    loop_phases : sequence of float, optional
        Phase per round of each loop, in radians. Default: 0.
    loop_efficiency : sequence of float, optional
        Transmission of each loop per round, in [0, 1]. Default: 1.

    Returns
    -------
    (batch, n_modes, n_inputs) float64, or complex128 with phases
        ``A[b, i, j]``: amplitude from the j-th input to output bin i.

    Examples
    --------
    >>> transfer_matrix(np.array([[np.pi / 2]]), 2, (1,)).round(3) + 0.0
    array([[[ 0.,  1.],
            [-1.,  0.]]])
    """
    at_once = max(1, _BLOCK_VALUES // n_modes**2)
    if len(theta) > at_once:
        blocks = [
            transfer_matrix(
                theta[start : start + at_once],
                n_modes,
                loop_lengths,
                inputs=inputs,
                phase_shifters=phase_shifters,
                loop_phases=loop_phases,
                loop_efficiency=loop_efficiency,
            )
            for start in range(0, len(theta), at_once)
        ]
        return np.concatenate(blocks)
    rows = _input_rows(len(theta), n_modes, inputs)
    for loop in _loops(theta, n_modes, loop_lengths, phase_shifters, loop_phases, loop_efficiency):
        rows, _ = _through(loop, rows)
    return rows


def transfer_gradient(
    cotangent: Matrix,
    theta: NDArray[np.float64],
    n_modes: int,
    loop_lengths: Sequence[int],
    *,
    inputs: NDArray[np.intp] | None = None,
    phase_shifters: bool = False,
    loop_phases: Sequence[float] | None = None,
    loop_efficiency: Sequence[float] | None = None,
) -> NDArray[np.float64]:
    """Return the gradient with respect to theta, given that with respect to the matrix.

    Reverse mode: the loops are walked backwards, each by the transpose of its triangular matrix.

    Parameters
    ----------
    cotangent : (batch, n_modes, n_inputs) array
        G, such that a change dA of the matrix changes the result by ``Re sum conj(G) dA``.
    theta, n_modes, loop_lengths, inputs, phase_shifters, loop_phases, loop_efficiency
        As in `transfer_matrix`.

    Returns
    -------
    (batch, n_angles) float64
    """
    loops = list(_loops(theta, n_modes, loop_lengths, phase_shifters, loop_phases, loop_efficiency))
    rows, held = [_input_rows(len(theta), n_modes, inputs)], []
    for loop in loops:
        leaving, in_loop = _through(loop, rows[-1])
        rows.append(leaving)
        held.append(in_loop)
    angle_gradients, phase_gradients = [], []
    for k in reversed(range(len(loops))):
        n_gates = n_modes - loop_lengths[k]
        before, after = rows[k], rows[k + 1]
        cotangent, angles, phases = _back_through(loops[k], before, held[k], after, cotangent)
        angle_gradients.append(angles[:, :n_gates])
        phase_gradients.append(phases[:, :n_gates])
    parts = angle_gradients[::-1] + (phase_gradients[::-1] if phase_shifters else [])
    return np.concatenate(parts, axis=1)


def _input_rows(batch: int, n_modes: int, inputs: NDArray[np.intp] | None) -> Matrix:
    columns = np.eye(n_modes) if inputs is None else np.eye(n_modes)[:, inputs]
    return np.broadcast_to(columns, (batch, *columns.shape))


def _loops(
    theta: NDArray[np.float64],
    n_modes: int,
    loop_lengths: Sequence[int],
    phase_shifters: bool,
    loop_phases: Sequence[float] | None,
    loop_efficiency: Sequence[float] | None,
) -> Iterator[_Loop]:
    gates = [n_modes - length for length in loop_lengths]
    splitters, phases = theta[:, : sum(gates)], theta[:, sum(gates) :]
    efficiencies = (1.0,) * len(gates) if loop_efficiency is None else loop_efficiency
    psi = (0.0,) * len(gates) if loop_phases is None else loop_phases
    start = 0
    for k, n_gates in enumerate(gates):
        part = slice(start, start := start + n_gates)
        shifts = phases[:, part] if phase_shifters else None
        yield _make_loop(
            splitters[:, part], shifts, n_modes, loop_lengths[k], psi[k], efficiencies[k]
        )


def _make_loop(
    angles: NDArray[np.float64],
    shifts: NDArray[np.float64] | None,
    n_modes: int,
    length: int,
    psi: float,
    efficiency: float,
) -> _Loop:
    shape = (len(angles), n_modes)
    c, s = np.ones(shape), np.zeros(shape)
    c[:, :-length], s[:, :-length] = np.cos(angles), np.sin(angles)
    phase = before = None
    if shifts is not None:
        phase = np.ones(shape, complex)
        phase[:, :-length] = np.exp(1j * shifts)
    if psi != 0.0:
        rounds = np.arange(n_modes)[None] // length
        before, after = np.exp(-1j * psi * rounds), np.exp(1j * psi * (rounds + 1))
        phase = after if phase is None else after * phase
    order = None
    if length > 1:
        order = np.argsort(np.arange(n_modes) % length, kind="stable")
        c, s = c[:, order], s[:, order]
        phase = None if phase is None else phase[:, order]
        before = None if before is None else before[:, order]
    gain = float(np.sqrt(efficiency))
    entry, factor = np.full(shape, gain), np.zeros(shape)
    np.multiply(gain, c[:, :-1], out=entry[:, 1:])
    if order is not None:
        entry[:, order < length] = gain
    np.multiply(-gain, s[:, :-1], out=factor[:, 1:])
    below, elsewhere, on_or_below = _triangles(n_modes)
    running = factor[:, :, None] * below
    running += elsewhere
    np.multiply.accumulate(running, axis=1, out=running)
    running *= on_or_below
    return _Loop(order, c, s, before, phase, gain, entry, running)


@lru_cache(maxsize=8)
def _triangles(n: int) -> tuple[NDArray[np.float64], ...]:
    """Return matrices with ones below the diagonal, with ones elsewhere, on or below it."""
    below = np.tri(n, k=-1)
    return below, 1.0 - below, np.tri(n)


def _through(loop: _Loop, rows: Matrix) -> tuple[Matrix, Matrix]:
    """Send the rows (one per bin) through the loop; return what leaves and what it held."""
    arriving = _arriving(loop, rows)
    held = loop.running @ (loop.entry[:, :, None] * arriving)
    leaving = loop.c[:, :, None] * held
    leaving[:, :-1] += loop.s[:, :-1, None] * arriving[:, 1:]
    if loop.phase is not None:
        leaving = loop.phase[:, :, None] * leaving
    return _unsorted(loop, leaving), held


def _back_through(
    loop: _Loop, rows: Matrix, held: Matrix, leaving: Matrix, cotangent: Matrix
) -> tuple[Matrix, NDArray[np.float64], NDArray[np.float64]]:
    """Return the cotangent of ``rows``, and the gradients of angles and phases by bin."""
    phase_gradient = (cotangent * leaving.conj()).imag.sum(axis=2)
    rows = _arriving(loop, rows)
    if loop.order is not None:
        cotangent = cotangent[:, loop.order]
    if loop.phase is not None:
        cotangent = loop.phase.conj()[:, :, None] * cotangent
    c, s = loop.c[:, :, None], loop.s[:, :, None]
    held_bar = loop.running.swapaxes(1, 2) @ (c * cotangent)
    rows_bar = loop.entry[:, :, None] * held_bar
    rows_bar[:, 1:] += s[:, :-1] * cotangent[:, :-1]
    c, s = c[:, :-1], s[:, :-1]
    through, stays = held[:, :-1], rows[:, 1:]
    change = cotangent[:, :-1].conj() * (c * stays - s * through)
    change -= loop.gain * held_bar[:, 1:].conj() * (c * through + s * stays)
    angle_gradient = np.zeros(loop.c.shape)
    angle_gradient[:, :-1] = change.real.sum(axis=2)
    if loop.before is not None:
        rows_bar = loop.before.conj()[:, :, None] * rows_bar
    return _unsorted(loop, rows_bar), _unsorted(loop, angle_gradient), phase_gradient


def _arriving(loop: _Loop, rows: Matrix) -> Matrix:
    rows = rows if loop.order is None else rows[:, loop.order]
    return rows if loop.before is None else loop.before[:, :, None] * rows


def _unsorted(loop: _Loop, values: Matrix) -> Matrix:
    if loop.order is None:
        return values
    result = np.empty_like(values)
    result[:, loop.order] = values
    return result
