"""A classical stand-in for the circuit: a frozen random map from angles to two distributions.

    p_h = softmax(gain * G_h phi(theta)),    phi(theta) = (cos(w theta), sin(w theta)) / norm

with a Gaussian matrix G_h for each half h = 1, 2, drawn once, several whole frequencies w, and the
norm that makes |phi| = 1. Its 2 x 256 probabilities are sampled as the circuit's are: S times each.
It has as many angles, and they are tuned by the same SPSA. It is fitted, once, to the default
circuit: the gain, so that the probabilities are as concentrated (the norm of the histogram, hence
the relative shot noise), and the frequencies, so that the kernel <p(theta), p(theta + delta)> is as
wide: a match for steps up to 0.3 radians. For unrelated settings the circuit's histograms still
have a cosine of about 0.2, the map's 0.07. The frequencies are whole numbers because the circuit
has the period 2 pi. SPSA with large steps ends at the bounds -pi and pi. A map without this period
would take them for different settings and jump there again and again.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

from ...circuit_simulator.sampler import check_theta
from ...common.checks import check_generator, check_whole
from ...common.random_streams import numpy_stream
from ...feature_histograms import feature_length
from .coins_and_zero import WithoutCircuit

Array = NDArray[np.float64]

# Default circuit, uniform angles, medians: norm of the exact histogram 0.32; cosine between the
# histograms of theta and theta + 0.1 (-0.3) Delta, Delta random signs: 0.92 (0.51).
GAIN = 1.95
FREQUENCIES = (2, 3)


class ClassicalMap(WithoutCircuit):
    """Sample two categorical distributions that depend smoothly on the angles.

    Parameters
    ----------
    n_modes, n_angles : int
        Those of the circuit that it replaces.
    seed : int
        Seed of the matrices.

    Examples
    --------
    >>> source = ClassicalMap(seed=0)
    >>> source.probabilities(np.zeros(30)).shape, source.probabilities(np.zeros(30)).sum().round(9)
    ((2, 256), np.float64(2.0))
    """

    def __init__(self, n_modes: int = 16, n_angles: int = 30, *, seed: int) -> None:
        super().__init__(n_modes, n_angles)
        self._n_waves = len(FREQUENCIES) * self.n_angles
        shape = (2, feature_length(self.n_modes) // 2, 2 * self._n_waves)
        self._matrices = numpy_stream(seed, "classical map").standard_normal(shape)

    def probabilities(self, theta: ArrayLike) -> Array:
        """Return both distributions ``(2, 2^(n_modes / 2))`` at the angles."""
        angles = check_theta(theta, self.n_angles, "of the classical map")
        phases = np.outer(FREQUENCIES, angles).ravel()
        waves = np.concatenate([np.cos(phases), np.sin(phases)]) / np.sqrt(self._n_waves)
        return softmax(GAIN * (self._matrices @ waves), axis=1)

    def histogram(self, theta: Array, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return the relative frequencies ``(2 * 2^(n_modes / 2),)`` of ``n_shots`` shots."""
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng, "multinomial")
        return rng.multinomial(n_shots, self.probabilities(theta)).ravel() / n_shots
