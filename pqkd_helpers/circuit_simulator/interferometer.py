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

from ..common.checks import check_generator, check_whole
from .device import LoopDevice
from .exact import exact_clicks
from .exact.photon_probabilities import check_size, photon_probabilities
from .sampler import check_settings
from .sampling.choice import sample_photon_numbers
from .transfer_matrix import Matrix, transfer_matrix


class TimeBinInterferometer:
    """Photons in time bins, coupled by fibre loops in series, with a real device's imperfections.

    Every method that takes theta takes one setting, ``(n_angles,)``, or many, ``(batch,
    n_angles)``; the result then has the batch as its first axis.

    Parameters
    ----------
    input_state : sequence of int
        Photons in each of 2 to 1,000 time bins, one at least in all. Default: 8 photons in
        alternating bins of 16.
    loop_lengths : sequence of int
        Length of each loop in time bins. A loop of length L has ``n_modes - L`` beam splitters.
    phase_shifters : bool
        Whether a phase shifter follows each beam splitter, on its first bin. Theta then holds
        the beam-splitter angles followed by as many phases.
    efficiency : float
        Probability in [0, 1] that a photon which leaves the loops is detected. Loss before the
        loops, equal for all photons, has the same effect: multiply.
    loop_efficiency : float or sequence of float
        Transmission in [0, 1] of each loop per round: of the light that stays in the loop, after
        each beam splitter. One number for all loops or one per loop.
    indistinguishability : float
        Visibility of the Hong-Ou-Mandel dip in [0, 1]: 1 for identical photons, 0 for
        distinguishable ones, which do not interfere with each other (each still does with itself).
    dark_count_probability : float
        Probability in [0, 1] that a detector clicks by itself in a time bin.

    Raises
    ------
    ValueError
        If one of them is not of this form.

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
        *,
        phase_shifters: bool = False,
        efficiency: float = 1.0,
        loop_efficiency: float | Sequence[float] = 1.0,
        indistinguishability: float = 1.0,
        dark_count_probability: float = 0.0,
    ) -> None:
        self.device = LoopDevice(
            input_state=input_state,
            loop_lengths=loop_lengths,
            phase_shifters=phase_shifters,
            efficiency=efficiency,
            loop_efficiency=loop_efficiency,
            indistinguishability=indistinguishability,
            dark_count_probability=dark_count_probability,
        )

    @property
    def input_state(self) -> tuple[int, ...]:
        """Photons in each time bin."""
        return tuple(self.device.input_state)

    @property
    def loop_lengths(self) -> tuple[int, ...]:
        """Length of each loop in time bins."""
        return tuple(self.device.loop_lengths)

    @property
    def n_modes(self) -> int:
        """Number of time bins."""
        return self.device.n_modes

    @property
    def n_photons(self) -> int:
        """Number of photons that enter."""
        return self.device.n_photons

    @property
    def n_angles(self) -> int:
        """Number of angles in theta, phases included."""
        return self.device.n_angles

    def unitary(self, theta: ArrayLike) -> Matrix:
        """Return the matrix U of the network without its losses.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.

        Returns
        -------
        (n_modes, n_modes) or (batch, n_modes, n_modes) float64, complex128 with phase shifters
            ``U[i, j]``: amplitude from input bin j to output bin i.
        """
        settings, unbatched = self._settings(theta)
        U = transfer_matrix(
            settings,
            self.n_modes,
            self.device.loop_lengths,
            phase_shifters=self.device.phase_shifters,
        )
        return U[0] if unbatched else U

    def sample_photons(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw photon numbers, as detectors that count would see them, without dark counts.

        The sampler is chosen by the loops. A single loop is a Markov chain: linear in the bins.
        Several loops are sampled bin by bin, linear in the bins too while few photons are in the
        loops at a time; or, with few photons in all, by Clifford and Clifford's algorithm, whose
        cost is about ``n_shots n 2^n``. See `sampling`, which estimates what is faster.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.
        n_shots : int
            Number of shots per setting, 1 or more.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        (n_shots, n_modes) or (batch, n_shots, n_modes) int64
            Photons detected in each bin; without losses every row sums to ``n_photons``.

        Raises
        ------
        ValueError
            If theta has the wrong length or is not finite, ``n_shots`` < 1, ``rng`` is no
            generator, or there are too many photons for such loops.
        """
        settings, unbatched = self._settings(theta)
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng)
        counts = sample_photon_numbers(self.device, settings, n_shots, rng)
        return counts[0] if unbatched else counts

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Draw clicks of threshold detectors: 1 where light was detected, or a dark count came.

        Parameters and errors are those of `sample_photons`.

        Returns
        -------
        (n_shots, n_modes) or (batch, n_shots, n_modes) uint8
            Clicks, 0 or 1.
        """
        clicks = self.sample_photons(theta, n_shots, rng=rng) > 0
        if self.device.dark_count_probability > 0.0:
            clicks |= rng.random(clicks.shape) < self.device.dark_count_probability
        return clicks.astype(np.uint8)

    def photon_probabilities(
        self, theta: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return every photon-number outcome and its exact probability, without dark counts.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.

        Returns
        -------
        states : (n_states, n_modes) int64
            Photons detected in each bin. With losses, outcomes with fewer photons are listed too.
        probabilities : (n_states,) or (batch, n_states) float64
            They sum to 1.

        Raises
        ------
        ValueError
            If theta has the wrong length or is not finite, or there are more than 170 photons or
            too many outcomes: the message says how many.
        """
        settings, unbatched = self._settings(theta)
        numbers, overlap = self.device.numbers, self.device.overlap
        lossy = self.device.loops_lose_light or self.device.efficiency < 1.0
        check_size(len(settings), self.n_modes, numbers, overlap=overlap, lossy=lossy)
        states, probabilities = photon_probabilities(
            self.device.detected_columns(settings), numbers, overlap=overlap, lossy=lossy
        )
        return states, probabilities[0] if unbatched else probabilities

    def click_probabilities(self, theta: ArrayLike) -> NDArray[np.float64]:
        """Return the exact probability of every click pattern.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.

        Returns
        -------
        (2^n_modes,) or (batch, 2^n_modes) float64
            First mode most significant; the sum is 1.

        Raises
        ------
        ValueError
            If theta has the wrong length or is not finite, or the device is too large.
        """
        settings, unbatched = self._settings(theta)
        result = exact_clicks.all_patterns(self.device, settings)
        return result[0] if unbatched else result

    def half_click_probabilities(self, theta: ArrayLike) -> NDArray[np.float64]:
        """Return the exact click histograms of both halves: what infinitely many shots would give.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.

        Returns
        -------
        (2, 2^(n_modes / 2)) or (batch, 2, 2^(n_modes / 2)) float64
            Each half sums to 1. Flattened, it is the limit of `click_histograms`.

        Raises
        ------
        ValueError
            If theta has the wrong length or is not finite, the number of modes is odd or above
            24, or there are too many photons.
        """
        settings, unbatched = self._settings(theta)
        result = exact_clicks.both_halves(self.device, settings)
        return result[0] if unbatched else result

    def half_click_gradient(self, theta: ArrayLike, cotangent: ArrayLike) -> NDArray[np.float64]:
        """Return the gradient of a function of `half_click_probabilities` with respect to theta.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.
        cotangent : array_like, of the shape that `half_click_probabilities` returns
            Gradient of the function with respect to these probabilities.

        Returns
        -------
        (n_angles,) or (batch, n_angles) float64

        Raises
        ------
        ValueError
            As in `half_click_probabilities`, and if ``cotangent`` has another shape.

        Examples
        --------
        The mean photon number of a bin rises as light is sent there:

        >>> circuit = TimeBinInterferometer((1, 0), (1,))
        >>> circuit.half_click_gradient([np.pi / 4], [[0.0, 0.0], [0.0, 1.0]]).round(12)
        array([1.])
        """
        settings, unbatched = self._settings(theta)
        weights = np.asarray(cotangent, dtype=np.float64)
        shape = (2, 2 ** (self.n_modes // 2))
        expected = shape if unbatched else (len(settings), *shape)
        if weights.shape != expected:
            raise ValueError(f"cotangent has shape {weights.shape}, {expected} is expected")
        weights = weights.reshape(-1, *shape)
        gradient = exact_clicks.both_halves_gradient(self.device, settings, weights)
        return gradient[0] if unbatched else gradient

    def _settings(self, theta: ArrayLike) -> tuple[NDArray[np.float64], bool]:
        """Return theta as ``(batch, n_angles)``, and whether it was one setting."""
        return check_settings(theta, self.n_angles, self.device.layout), np.ndim(theta) == 1

    def __repr__(self) -> str:
        return f"TimeBinInterferometer({self.device.describe()})"
