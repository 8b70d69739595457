"""The time-bin interferometer: several photons, fibre loops, threshold detectors.

Photons enter in chosen time bins, pass the loops (see `loops`), interfere, and are counted by
detectors that tell "some" from "none". Unlike in the single-photon model, photons that meet on
a beam splitter are not independent: two equal ones leave a 50:50 splitter together
(C. K. Hong, Z. Y. Ou, L. Mandel, doi:10.1103/PhysRevLett.59.2044). The paper says "2 tiles x 15"
beam splitters; we read this as two loops of length 1 in series. (A brickwork of four layers, 8, 7,
8 and 7 splitters, has 30 angles and 16 modes too, but is no fibre loop.) Its input state is not
known to us: 8 photons in alternating bins is our choice.

Backs notebook 01.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..common.checks import check_generator, check_whole
from .device import LoopDevice
from .exact import exact_clicks
from .exact.photon_probabilities import check_size, photon_probabilities
from .sampler import check_settings
from .sampling.choice import sample_photon_numbers
from .transfer_matrix import Matrix, transfer_matrix


class TimeBinInterferometer(LoopDevice):
    """Photons in time bins, coupled by fibre loops in series, with a real device's imperfections.

    Every method that takes theta takes one setting, ``(n_angles,)``, or many, ``(batch,
    n_angles)``; the result then has the batch as its first axis.

    Parameters, attributes and errors are those of `LoopDevice`.

    Examples
    --------
    >>> circuit = TimeBinInterferometer()
    >>> circuit.n_modes, circuit.n_photons, circuit.n_angles
    (16, 8, 30)
    >>> clicks = circuit.sample(np.zeros(30), 1, rng=np.random.default_rng(0))
    >>> clicks.tolist()
    [[1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]]
    """

    def unitary(self, theta: ArrayLike) -> Matrix:
        """Return the matrix U of the network without its losses.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.

        Returns
        -------
        (n_modes, n_modes) or (batch, n_modes, n_modes) float64, complex128 with phases
            ``U[i, j]``: amplitude from input bin j to output bin i.
        """
        settings, unbatched = self._settings(theta)
        U = transfer_matrix(
            settings,
            self.n_modes,
            self.loop_lengths,
            phase_shifters=self.phase_shifters,
            loop_phases=self.phase_of_each_loop,
        )
        return U[0] if unbatched else U

    def sample_photons(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw photon numbers, as detectors that count would see them, without dark counts.

        The sampler is chosen by the loops. A single loop is a Markov chain: linear in the bins.
        Several loops are sampled bin by bin, linear in the bins too while few photons are in the
        loops at a time; or, with few photons in all, by Clifford and Clifford's algorithm, whose
        cost is about ``n_shots n 2^n``. See `sampling.choice`, which estimates what is faster.

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
        counts = sample_photon_numbers(self, settings, n_shots, rng)
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
        if self.dark_count_probability > 0.0:
            clicks |= rng.random(clicks.shape) < self.dark_count_probability
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
        numbers, overlap = self.numbers, self.overlap
        lossy = self.loops_lose_light or self.efficiency < 1.0
        check_size(len(settings), self.n_modes, numbers, overlap=overlap, lossy=lossy)
        states, probabilities = photon_probabilities(
            self.detected_columns(settings), numbers, overlap=overlap, lossy=lossy
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
        result = exact_clicks.all_patterns(self, settings)
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
        result = exact_clicks.both_halves(self, settings)
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
        gradient = exact_clicks.both_halves_gradient(self, settings, weights)
        return gradient[0] if unbatched else gradient

    def _settings(self, theta: ArrayLike) -> tuple[NDArray[np.float64], bool]:
        """Return theta as ``(batch, n_angles)``, and whether it was one setting."""
        return check_settings(theta, self.n_angles, self.layout), np.ndim(theta) == 1
