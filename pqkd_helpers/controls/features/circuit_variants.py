"""The circuit with one thing changed (notebook 09).

- `ExactHistograms`: infinitely many shots, so no shot noise.
- `KeptShots`: one set of shots, taken once and kept for ever.
- `Shuffled`: the bins of the histogram permuted once. By the theorem of notebook 09 this changes
  nothing: a null experiment, for testing the test.
- `Marginals`: independent bits with the circuit's click probabilities; all correlations are gone.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...common.checks import check_generator, check_whole
from ...common.random_streams import numpy_stream
from ...feature_histograms import feature_length
from ...training_loop.feature_source import Source, measure_histogram, traits

Array = NDArray[np.float64]


class CircuitVariant:
    """What stands in a circuit's place, with the circuit inside."""

    def __init__(self, circuit: Source) -> None:
        self.circuit = circuit
        self.n_modes, self.n_angles = circuit.n_modes, circuit.n_angles

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.circuit!r})"


class ExactHistograms(CircuitVariant):
    """The exact click histograms of a photonic circuit, without shot noise.

    Parameters
    ----------
    circuit : TimeBinInterferometer

    Examples
    --------
    >>> source = ExactHistograms(TimeBinInterferometer((1, 1), (1,)))
    >>> source.histogram([0.0], n_shots=1, rng=np.random.default_rng(0))
    array([0., 1., 0., 1.])
    """

    circuit: TimeBinInterferometer
    takes_shots = False

    def histogram(self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return the exact histogram ``(2 * 2^(n_modes / 2),)``; shots and rng are not used."""
        return self.circuit.half_click_probabilities(np.asarray(theta)).ravel()


class KeptShots(CircuitVariant):
    """The shots taken once at given angles are given again and again.

    Parameters
    ----------
    circuit : Sampler or HistogramSource
        What takes the shots.
    seed : int
        Seed of the shots.
    """

    takes_shots = False

    def __init__(self, circuit: Source, *, seed: int) -> None:
        super().__init__(circuit)
        self.seed = seed

    def histogram(self, theta: Array, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return the histogram of the same shots at every call with the same angles."""
        shots = numpy_stream(self.seed, "kept shots")
        return measure_histogram(self.circuit, theta, n_shots, rng=shots)


class Shuffled(CircuitVariant):
    """The bins of a source's histogram, permuted once.

    Parameters
    ----------
    circuit : Sampler or HistogramSource
    seed : int
        Seed of the permutation.
    """

    def __init__(self, circuit: Source, *, seed: int) -> None:
        super().__init__(circuit)
        self.takes_shots, self.is_scaled, self.is_smoothed, self.is_zero = traits(circuit)
        length = feature_length(circuit.n_modes)
        self.order = numpy_stream(seed, "shuffled bins").permutation(length)

    def histogram(self, theta: Array, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return the source's histogram, bins permuted."""
        return measure_histogram(self.circuit, theta, n_shots, rng=rng)[self.order]


class Marginals(CircuitVariant):
    """Independent bits, each with the probability that its detector clicks in the circuit.

    Parameters
    ----------
    circuit : TimeBinInterferometer

    Examples
    --------
    At the angle pi / 4 two photons leave a beam splitter together: one detector clicks, never
    both. Independent bits know nothing of it:

    >>> circuit = TimeBinInterferometer((1, 1), (1,))
    >>> Marginals(circuit).click_probabilities([np.pi / 4]).round(3)
    array([0.5, 0.5])
    """

    circuit: TimeBinInterferometer

    def click_probabilities(self, theta: ArrayLike) -> Array:
        """Return the probability of a click in each mode, shape ``(n_modes,)``."""
        halves = self.circuit.half_click_probabilities(np.asarray(theta))
        half = self.n_modes // 2
        bits = np.arange(2**half)[:, None] >> np.arange(half - 1, -1, -1) & 1
        return np.clip(halves @ bits, 0.0, 1.0).ravel()

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return independent clicks ``(n_shots, n_modes)``, 0 or 1."""
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng, "random")
        probabilities = self.click_probabilities(theta)
        return (rng.random((n_shots, self.n_modes)) < probabilities).astype(np.uint8)
