"""The amplitudes of interfering photons: a network taken apart into beam splitters.

Every network of linear optics is a chain of beam splitters and phase shifters. To find it, turn
neighbouring modes, pair by pair, until all light of the last input is in the last mode; leave this
mode aside, and go on with the other inputs in the other modes. The photons go the opposite way:
those of the first input wait in a mode of their own and are spread by its splitters; then a mode
with the photons of the second input joins them; and so on. The state is a vector of amplitudes,
one per outcome, and a splitter acts on the groups of outcomes that differ in its two modes alone,
by the matrices of `fock_beam_splitter`.

These matrices are orthogonal: rounding errors add up, and nothing magnifies them. (One could also
multiply out the linear forms ``sum_i A[i, j] a_i^+``, one per photon. That magnifies them by up to
``sqrt(n! / prod_j s_j!)``: with 50 photons in either input of one splitter by 3e14.)

Reference: M. Reck, A. Zeilinger, H. J. Bernstein, P. Bertani, doi:10.1103/PhysRevLett.73.58.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..fock_basis import fock_states, groups_of_two_modes
from ..fock_beam_splitter import fock_beam_splitters
from ..transfer_matrix import Matrix


class Turn(NamedTuple):
    """A beam splitter on two neighbouring modes, then a phase shifter on the first.

    Attributes
    ----------
    first : int
        The first of the two modes.
    theta : (batch,) float64
        Angle of the splitter in radians.
    phase : (batch,) array
        Phase factor of modulus 1; -1 or 1 in real networks.
    """

    first: int
    theta: NDArray[np.float64]
    phase: Matrix


def take_apart(columns: Matrix) -> list[list[Turn]]:
    """Return the turns that spread the light of each input.

    Parameters
    ----------
    columns : (batch, n_modes, n_inputs) array
        Columns of a unitary matrix.

    Returns
    -------
    list of list of Turn
        For input j, those that act on the modes up to ``n_modes - n_inputs + j`` once its light
        has entered in the last of them.
    """
    columns, chain = columns.copy(), []
    for last in range(columns.shape[1] - 1, columns.shape[1] - 1 - columns.shape[2], -1):
        turns = []
        for first in range(last):
            here, there = columns[:, first, -1], columns[:, first + 1, -1]
            if here.any():
                theta = np.arctan2(np.abs(here), np.abs(there))
                turn = Turn(first, theta, _phase_factor(here) * _phase_factor(there).conj())
                columns[:, first : first + 2] = _undo(turn, columns[:, first : first + 2])
                turns.append(turn)
        chain.append(turns[::-1])
        columns = columns[:, :, :-1]
    return chain[::-1]


def _phase_factor(numbers: Matrix) -> Matrix:
    """Return factors of modulus 1, exactly, however small the numbers are."""
    if np.iscomplexobj(numbers):
        return np.exp(1j * np.angle(numbers))
    return np.copysign(1.0, numbers)


def _undo(turn: Turn, rows: Matrix) -> Matrix:
    """Apply the inverse of a turn to the two rows ``(batch, 2, n_inputs)`` of its modes."""
    c, s = np.cos(turn.theta)[:, None], np.sin(turn.theta)[:, None]
    first, second = turn.phase.conj()[:, None] * rows[:, 0], rows[:, 1]
    return np.stack([c * first - s * second, s * first + c * second], axis=1)


def let_in(
    amplitudes: Matrix, n_photons: int, entering: int, n_modes: int, turns: list[Turn]
) -> Matrix:
    """Let the photons of one more input in, and spread them.

    Parameters
    ----------
    amplitudes : (batch, n_states) array
        Of the photons that are in already, in the modes but the last: by the list of `fock_states`.
    n_photons : int
        Their number.
    entering : int
        Photons that enter in the last mode.
    n_modes : int
        Number of modes, with the last.
    turns : list of Turn
        The turns of this input, from `take_apart`.

    Returns
    -------
    (batch, n_states) array
        Amplitudes of all these photons in all these modes, up to a common phase factor.

    Examples
    --------
    A photon in either input of a 50:50 splitter: they leave together (Hong, Ou, Mandel).

    >>> first, second = take_apart(np.sqrt(0.5) * np.array([[[1.0, 1.0], [-1.0, 1.0]]]))
    >>> one = let_in(np.ones((1, 1)), 0, 1, 1, first)
    >>> (let_in(one, 1, 1, 2, second) ** 2).round(12)
    array([[0.5, 0. , 0.5]])
    """
    states = fock_states(n_photons + entering, n_modes)
    result = np.zeros((len(amplitudes), len(states)), amplitudes.dtype)
    result[:, states[:, -1] == entering] = amplitudes  # listed in the same order
    for turn in turns:
        factors = turn.phase[:, None] ** np.arange(n_photons + entering + 1)
        groups = groups_of_two_modes(states, turn.first)
        splitters = fock_beam_splitters(turn.theta, n_photons + entering)
        for number, (group, splitter) in enumerate(zip(groups, splitters, strict=True)):
            # rows and columns by the photons in the second mode
            matrix = splitter[:, ::-1].transpose(2, 0, 1) * factors[:, None, number::-1]
            result[:, group] = result[:, group] @ matrix
    return result
