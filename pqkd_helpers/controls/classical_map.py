"""A classical stand-in for the circuit: a frozen random map from angles to two distributions.

    p_h = softmax(gain * G_h phi(theta)),    phi(theta) = (cos(w theta), sin(w theta)) / sqrt(n)

with a Gaussian matrix G_h for each half h = 1, 2, drawn once. Its 2 x 256 probabilities are
sampled as the circuit's are: S times each. It has as many angles, and they are tuned by the same
SPSA. Two numbers are fitted, once, to the default circuit: the gain, so that the probabilities
are as concentrated (the norm of the histogram, hence the relative shot noise), and the frequency
w, so that the kernel <p(theta), p(theta + delta)> is as wide.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

from ..checks import check_positive, check_whole
from ..circuit_simulator.sampler import check_theta
from ..random_streams import numpy_stream

Array = NDArray[np.float64]

# Default circuit, uniform angles, medians: norm of the exact histogram 0.32; cosine between the
# histograms of theta and theta + 0.1 (-0.3) Delta, Delta random signs: 0.92 (0.51).
GAIN = 1.95
FREQUENCY = 2.5


class ClassicalMap:
    """Sample two categorical distributions that depend smoothly on the angles.

    Parameters
    ----------
    n_modes, n_angles : int
        Those of the circuit that it replaces.
    gain, frequency : float
        See the module; > 0.
    seed : int
        Seed of the matrices.

    Examples
    --------
    >>> source = ClassicalMap(seed=0)
    >>> source.probabilities(np.zeros(30)).shape, source.probabilities(np.zeros(30)).sum().round(9)
    ((2, 256), np.float64(2.0))
    """

    takes_shots = True
    is_scaled = True
    is_smoothed = True

    def __init__(
        self,
        n_modes: int = 16,
        n_angles: int = 30,
        *,
        gain: float = GAIN,
        frequency: float = FREQUENCY,
        seed: int,
    ) -> None:
        self.n_modes = check_whole("n_modes", n_modes, least=2)
        self.n_angles = check_whole("n_angles", n_angles, least=1)
        self.gain = check_positive("gain", gain)
        self.frequency = check_positive("frequency", frequency)
        shape = (2, 2 ** (self.n_modes // 2), 2 * self.n_angles)
        self._matrices = numpy_stream(seed, "classical map").standard_normal(shape)

    def probabilities(self, theta: ArrayLike) -> Array:
        """Return both distributions ``(2, 2^(n_modes / 2))`` at the angles."""
        angles = self.frequency * check_theta(theta, self.n_angles, "of the classical map")
        waves = np.concatenate([np.cos(angles), np.sin(angles)]) / np.sqrt(self.n_angles)
        return softmax(self.gain * (self._matrices @ waves), axis=1)

    def histogram(self, theta: Array, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return the relative frequencies ``(2 * 2^(n_modes / 2),)`` of ``n_shots`` shots."""
        n_shots = check_whole("n_shots", n_shots, least=1)
        return rng.multinomial(n_shots, self.probabilities(theta)).ravel() / n_shots

    def __repr__(self) -> str:
        return f"ClassicalMap(n_modes={self.n_modes}, n_angles={self.n_angles})"
