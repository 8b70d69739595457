"""The time-bin network: from the angles of the fibre loops to one matrix U.

A loop of length L delays light by L time bins. At its entrance a variable beam splitter couples
bin i with bin i + L, for i = 0, 1, ...; several loops stand in series::

    for L in loop_lengths:
        for i in range(n_modes - L):
            beam splitter with angle theta_k on the bins (i, i + L);  k = k + 1

Conventions, used everywhere in this project:

* Beam splitter ``B(theta) = [[cos, sin], [-sin, cos]]``, with theta itself (no theta / 2): the
  cosine is the amplitude for a photon to stay in its bin. CUDA-Q's ``beam_splitter(theta)`` is
  the same matrix; in Perceval it is ``BS.Ry(-2 theta)``.
* Columns are inputs: a photon that enters in bin j leaves in bin i with amplitude ``U[i, j]``.
  Later gates multiply from the left.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def check_loop_lengths(loop_lengths: Sequence[int], n_modes: int) -> tuple[int, ...]:
    """Return the loop lengths as a tuple of int.

    Raises
    ------
    ValueError
        If there is no loop, or a length is not a whole number from 1 to ``n_modes - 1``.
    """
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


def transfer_matrix(
    theta: NDArray[np.float64], n_modes: int, loop_lengths: Sequence[int]
) -> NDArray[np.float64]:
    """Return the orthogonal matrix U of the network.

    Parameters
    ----------
    theta : (n_angles,) float64
        Beam-splitter angles in radians, one per pair of `beam_splitter_pairs`.
    n_modes : int
        Number of time bins.
    loop_lengths : sequence of int
        Length of each loop in time bins.

    Returns
    -------
    (n_modes, n_modes) float64
        ``U[i, j]``: amplitude from input bin j to output bin i.

    Examples
    --------
    >>> transfer_matrix(np.array([np.pi / 2]), 2, (1,)).round(3) + 0.0
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    U = np.eye(n_modes)
    for angle, (first, second) in zip(
        theta, beam_splitter_pairs(n_modes, loop_lengths), strict=True
    ):
        c, s = np.cos(angle), np.sin(angle)
        U[[first, second]] = np.array([[c, s], [-s, c]]) @ U[[first, second]]
    return U


def describe_angles(n_modes: int, loop_lengths: Sequence[int]) -> str:
    """Say how theta is laid out, for error messages.

    Examples
    --------
    >>> describe_angles(16, (1, 1))
    '15 + 15 over the loops (1, 1)'
    """
    counts = " + ".join(str(n_modes - length) for length in loop_lengths)
    return f"{counts} over the loops {tuple(loop_lengths)}"
