"""The time-bin network: which beam splitter couples which bins, in which order and convention.

A loop of length L delays light by L time bins. At its entrance a variable beam splitter couples
bin i with bin i + L, for i = 0, 1, ...; several loops stand in series::

    for L in loop_lengths:
        for i in range(n_modes - L):
            beam splitter with angle theta_k on the bins (i, i + L)
            [phase shifter phi_k on bin i];  k = k + 1

Physically, bin i is what the loop holds, bin i + L is what arrives. The splitter's first output
leaves the loop as bin i; its second output stays in the loop.

Conventions, used everywhere in this project:

* Beam splitter ``B(theta) = [[cos, sin], [-sin, cos]]``, with theta itself (no theta / 2): the
  cosine is the amplitude for a photon to stay in its bin. CUDA-Q's ``beam_splitter(theta)`` is
  the same matrix; in Perceval it is ``BS.Ry(-2 theta)``.
* Columns are inputs: a photon that enters in bin j leaves in bin i with amplitude ``A[i, j]``.
  Later gates multiply from the left.
* A loop of phase psi gives light a factor ``exp(i psi)`` per round. From bin j to bin i it makes
  ``i // L - j // L + 1`` rounds: the loop's matrix is the one without phase between two diagonal
  ones, of phases that grow by psi every L bins. So phases in the ratio of the loops' lengths cancel
  between the loops; what is left outside changes no probability where numbers of photons enter.
  A difference does: it is a phase that grows from bin to bin between the loops.
* A loop's efficiency acts on what is in the loop, once per round: on the first L bins in the round
  that brings them to the first splitter, then on the mode that stays in after each splitter. Its
  amplitude shrinks by ``sqrt(efficiency)``. A is then no longer unitary: what is missing is lost
  light.
"""

from collections.abc import Sequence

import numpy as np


def check_loop_lengths(loop_lengths: Sequence[int], n_modes: int) -> tuple[int, ...]:
    """Return the loop lengths as a tuple of int.

    Raises
    ------
    ValueError
        If there is no loop, or a length is not a whole number from 1 to ``n_modes - 1``.
    """
    if not isinstance(loop_lengths, Sequence | np.ndarray) or np.ndim(loop_lengths) != 1:
        raise ValueError(f"loop_lengths is {loop_lengths!r}, a list is expected, such as (1,)")
    lengths = tuple(loop_lengths)
    if not lengths:
        raise ValueError("loop_lengths is empty, at least one loop is expected, such as (1,)")
    for length in lengths:
        whole = isinstance(length, int | np.integer) and not isinstance(length, bool)
        if not whole or not 1 <= length < n_modes:
            raise ValueError(
                f"loop length {length!r} does not fit: a whole number from 1 to {n_modes - 1} "
                f"is expected for {n_modes} time bins"
            )
    return tuple(int(length) for length in lengths)


def beam_splitter_pairs(n_modes: int, loop_lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pair of bins that each angle couples, in the order of theta.

    Examples
    --------
    >>> beam_splitter_pairs(4, (1, 2))
    [(0, 1), (1, 2), (2, 3), (0, 2), (1, 3)]
    """
    return [(i, i + length) for length in loop_lengths for i in range(n_modes - length)]


def describe_angles(
    n_modes: int, loop_lengths: Sequence[int], *, phase_shifters: bool = False
) -> str:
    """Say how theta is laid out, for error messages.

    Examples
    --------
    >>> describe_angles(16, (1, 1))
    '15 + 15 over the loops (1, 1)'
    >>> describe_angles(16, (1, 2), phase_shifters=True)
    '15 + 14 over the loops (1, 2), then as many phases'
    """
    counts = " + ".join(str(n_modes - length) for length in loop_lengths)
    phases = ", then as many phases" if phase_shifters else ""
    return f"{counts} over the loops {tuple(loop_lengths)}{phases}"
