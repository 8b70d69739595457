"""The time-bin interferometer: several photons, fibre loops, threshold detectors.

Photons enter in chosen time bins, pass the loops (see `loops`), interfere, and are counted by
detectors that tell "some" from "none". Unlike in the single-photon model, photons that meet on
a beam splitter are not independent: two equal ones leave a 50:50 splitter together
(C. K. Hong, Z. Y. Ou, L. Mandel, doi:10.1103/PhysRevLett.59.2044). The paper says "2 tiles x 15"
beam splitters; we read this as two loops of length 1 in series, the only reading we found with
30 angles and 16 bits. Its input state is not known to us: 8 photons in alternating bins is our
choice.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import check_whole
from .boson_sampling import sample_output_modes
from .click_probabilities import half_click_probabilities
from .loops import (
    beam_splitter_pairs,
    check_loop_lengths,
    describe_angles,
    transfer_matrix,
)
from .sampler import check_theta

MAX_PHOTONS = 20


class TimeBinInterferometer:
    """Photons in time bins, coupled by fibre loops in series, exactly sampled.

    Parameters
    ----------
    input_state : sequence of int
        Photons in each time bin; its length is the number of modes. Default: 8 photons in
        alternating bins of 16.
    loop_lengths : sequence of int
        Length of each loop in time bins. A loop of length L has ``n_modes - L`` angles.

    Raises
    ------
    ValueError
        If a photon number is negative or fractional, there is no photon or more than
        ``MAX_PHOTONS``, there are fewer than 2 bins, or a loop does not fit.

    Examples
    --------
    >>> circuit = TimeBinInterferometer()
    >>> circuit.n_modes, circuit.n_photons, circuit.n_angles
    (16, 8, 30)
    >>> clicks = circuit.sample(np.zeros(30), 1, rng=np.random.default_rng(0))
    >>> clicks.tolist()
    [[1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]]
    """

    def __init__(
        self,
        input_state: Sequence[int] = (1, 0) * 8,
        loop_lengths: Sequence[int] = (1, 1),
    ) -> None:
        self.input_state = _check_input_state(input_state)
        self.n_modes = len(self.input_state)
        self.n_photons = sum(self.input_state)
        self.loop_lengths = check_loop_lengths(loop_lengths, self.n_modes)
        self.n_angles = len(beam_splitter_pairs(self.n_modes, self.loop_lengths))
        self._input_modes = np.repeat(np.arange(self.n_modes), self.input_state)

    def unitary(self, theta: ArrayLike) -> NDArray[np.float64]:
        """Return the matrix U of the network.

        Parameters
        ----------
        theta : (n_angles,) array_like
            Beam-splitter angles in radians, loop by loop.

        Returns
        -------
        (n_modes, n_modes) float64
            ``U[i, j]``: amplitude from input bin j to output bin i. Real and orthogonal.
        """
        layout = describe_angles(self.n_modes, self.loop_lengths)
        angles = check_theta(theta, self.n_angles, layout)
        return transfer_matrix(angles, self.n_modes, self.loop_lengths)

    def sample_photons(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw photon numbers, as detectors that count would see them.

        Parameters
        ----------
        theta : (n_angles,) array_like
            Beam-splitter angles in radians, loop by loop.
        n_shots : int
            Number of shots, 1 or more.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        (n_shots, n_modes) int64
            Photons in each output bin; every row sums to ``n_photons``.

        Raises
        ------
        ValueError
            If theta has the wrong length or is not finite, or ``n_shots`` < 1.
        """
        n_shots = check_whole("n_shots", n_shots, least=1)
        columns = self.unitary(theta)[:, self._input_modes]
        modes = sample_output_modes(columns, n_shots, rng)
        flat = (modes + self.n_modes * np.arange(n_shots)[:, None]).ravel()
        counts = np.bincount(flat, minlength=n_shots * self.n_modes)
        return counts.reshape(n_shots, self.n_modes)

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Draw clicks of threshold detectors: 1 where at least one photon arrived.

        Parameters and errors are those of `sample_photons`.

        Returns
        -------
        (n_shots, n_modes) uint8
            Clicks, 0 or 1.
        """
        return (self.sample_photons(theta, n_shots, rng=rng) > 0).astype(np.uint8)

    def half_click_probabilities(self, theta: ArrayLike) -> NDArray[np.float64]:
        """Return the exact click histograms of both halves: what infinitely many shots would give.

        Parameters
        ----------
        theta : (n_angles,) array_like
            Beam-splitter angles in radians, loop by loop.

        Returns
        -------
        (2, 2^(n_modes / 2)) float64
            Each half sums to 1. Flattened, it is the limit of `click_histograms`.

        Raises
        ------
        ValueError
            If theta has the wrong length or is not finite, the number of modes is odd, or the
            device is too large to be computed.
        """
        columns = self.unitary(theta)[:, self._input_modes]
        return half_click_probabilities(columns, self.input_state)

    def __repr__(self) -> str:
        return (
            f"TimeBinInterferometer(input_state={self.input_state}, "
            f"loop_lengths={self.loop_lengths})"
        )


def _check_input_state(input_state: Sequence[int]) -> tuple[int, ...]:
    photons = np.asarray(input_state)
    if photons.ndim != 1 or photons.size < 2:
        raise ValueError(
            f"input_state has shape {photons.shape}, one photon number for each of 2 or more "
            "time bins is expected, such as (1, 0, 1, 0)"
        )
    if photons.dtype.kind not in "iu":
        raise ValueError(f"input_state holds {photons.dtype}, whole photon numbers are expected")
    if (photons < 0).any():
        raise ValueError(f"input_state has {photons.min()} photons in a bin, 0 or more expected")
    if not 1 <= photons.sum() <= MAX_PHOTONS:
        raise ValueError(
            f"input_state has {photons.sum()} photons, from 1 to {MAX_PHOTONS} are expected"
        )
    return tuple(int(number) for number in photons)
