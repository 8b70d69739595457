"""Feature sources without a circuit: coin tosses, and no signal at all (notebook 09).

- `UniformBits`: every shot is 16 fair coin tosses, at all angles: pure shot noise.
- `ZeroFeature`: z = 0, so every compressed kernel is zero and the student sees no image.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...circuit_simulator.sampler import check_theta
from ...common.checks import check_generator, check_whole
from ...feature_histograms import feature_length


class WithoutCircuit:
    """What stands in a circuit's place: it has the circuit's numbers of modes and angles."""

    def __init__(self, n_modes: int = 16, n_angles: int = 30) -> None:
        self.n_modes = check_whole("n_modes", n_modes, least=2)
        self.n_angles = check_whole("n_angles", n_angles, least=1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n_modes={self.n_modes}, n_angles={self.n_angles})"


class UniformBits(WithoutCircuit):
    """Fair coin tosses in the place of clicks; the angles do nothing.

    Parameters
    ----------
    n_modes, n_angles : int
        Those of the circuit that it replaces.

    Examples
    --------
    >>> source = UniformBits(n_modes=4, n_angles=6)
    >>> source.sample(np.zeros(6), 1000, rng=np.random.default_rng(0)).mean().round(1)
    np.float64(0.5)
    """

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return coin tosses ``(n_shots, n_modes)``, 0 or 1."""
        check_theta(theta, self.n_angles, "none of which has an effect")
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng, "integers")
        return rng.integers(0, 2, (n_shots, self.n_modes), dtype=np.uint8)


class ZeroFeature(WithoutCircuit):
    """A feature that is zero in every bin; it is not scaled.

    Parameters
    ----------
    n_modes, n_angles : int
        Those of the circuit that it replaces.
    """

    takes_shots = False
    is_scaled = False
    is_zero = True

    def histogram(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return zeros ``(2 * 2^(n_modes / 2),)``."""
        return np.zeros(feature_length(self.n_modes))
