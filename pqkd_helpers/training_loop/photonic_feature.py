"""From angles to the feature z, step by step, with a ledger of the shots.

    theta -> circuit -> clicks -> histogram -> moving average -> scaling -> z

(Before the average a histogram may be divided by its length.)

`PhotonicFeature` holds the circuit, the moving average and the scaling of one training run. Its
`update` goes all the way and changes the average; its `probe` gives what SPSA evaluates at some
theta; its `fresh` is what hardware in the loop would give. Neither of these changes anything but
the ledger.
"""

from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..common.checks import check_generator, check_whole
from ..feature_histograms import EMA, HistogramFeature, Scaling, feature_length
from .feature_source import EpochSource, Source, measure_histogram, traits
from .settings import Averaged, PQKDSettings

Purpose = Literal["training", "fitting", "fresh_z"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
LEAST_LENGTH = 1e-6
Array = NDArray[np.float64]

STATE_NAMES = (
    "histogram",
    "smoothed_histogram",
    "z",
    "scaling.mean",
    "scaling.standard_deviation",
    "shots",
    "circuit_evaluations",
)


class PhotonicFeature:
    """The feature of one training run.

    Parameters
    ----------
    circuit : Sampler or HistogramSource
        The photonic circuit, or what stands in its place.
    n_shots : int
        Shots per histogram.
    ema_beta : float
        Share of the old histogram kept by the moving average.
    scaling : {"raw", "standardised", "unit-rms"}
        Scaling of the smoothed histogram into z; "raw" for a source that is not to be scaled.
    gain : float
        Factor by which a scaled z is multiplied.
    averaged : {"histograms", "unit-vectors"}
        What the average takes in; the histograms of a source that is not to be scaled.

    Raises
    ------
    ValueError
        From every method that returns a z, if it has no length (less than 1e-6): all kernels would
        be zero and the student blind. Only `ZeroFeature`, the control, is meant to be so.

    Attributes
    ----------
    histogram : (feature_dim,) float64 or None
        The last raw histogram taken in by `update`.
    z : (feature_dim,) float64 or None
        The feature after the last `update`.
    drift : float or None
        Angle between the last two z, radians.
    shots, circuit_evaluations : dict
        Shots taken, and histograms measured, for "training", "fitting" and "fresh_z".
    """

    def __init__(
        self,
        circuit: Source,
        *,
        n_shots: int,
        ema_beta: float,
        scaling: Scaling,
        gain: float = 1.0,
        averaged: Averaged = "histograms",
    ) -> None:
        self.circuit = circuit
        self.traits = traits(circuit)
        self.n_shots = n_shots
        self.gain = gain if self.traits.is_scaled else 1.0
        self.averaged: Averaged = averaged if self.traits.is_scaled else "histograms"
        self.ema = EMA(ema_beta if self.traits.is_smoothed else 0.0)
        self.scaling = HistogramFeature(scaling if self.traits.is_scaled else "raw")
        self.histogram: Array | None = None
        self.z: Array | None = None
        self.drift: float | None = None
        self.shots = dict.fromkeys(PURPOSES, 0)
        self.circuit_evaluations = dict.fromkeys(PURPOSES, 0)

    def fit(self, rng: np.random.Generator, n_settings: int) -> None:
        """Measure what the scaling needs at random settings, angles uniform in [-pi, pi]."""
        if self.scaling.scaling != "standardised":
            return
        check_whole("n_settings", n_settings, least=2)
        check_generator(rng, "uniform")
        bound, n_angles = np.pi, self.circuit.n_angles
        histograms = [
            self._measure(rng.uniform(-bound, bound, n_angles), self.n_shots, rng, "fitting")
            for _ in range(n_settings)
        ]
        self.scaling.fit(histograms, n_shots=self.n_shots)

    @classmethod
    def from_settings(cls, circuit: Source, settings: PQKDSettings) -> "PhotonicFeature":
        """Return the feature of a circuit with the numbers of Algorithm S1."""
        return cls(
            circuit,
            n_shots=settings.n_shots,
            ema_beta=settings.ema_beta,
            scaling=settings.scaling,
            gain=settings.feature_gain,
            averaged=settings.averaged,
        )

    def check_length(self) -> None:
        """Raise ``ValueError`` if z has no length, as far as that is known without a shot."""
        if self.traits.takes_shots:
            return
        trial = PhotonicFeature(
            self.circuit,
            n_shots=self.n_shots,
            ema_beta=self.ema.beta,
            scaling=self.scaling.scaling,
            gain=self.gain,
            averaged=self.averaged,
        )
        rng = np.random.default_rng(0)
        trial.begin_epoch(0)
        trial.fit(rng, n_settings=2)
        trial.fresh(rng.uniform(-np.pi, np.pi, self.circuit.n_angles), rng)

    def begin_epoch(self, epoch: int) -> None:
        """Tell a source that changes from epoch to epoch which one it is, from 0."""
        if isinstance(self.circuit, EpochSource):
            self.circuit.begin_epoch(epoch)

    def update(self, theta: Array, rng: np.random.Generator) -> Array:
        """Sample at theta, take the histogram into the average, and return the new z."""
        self.histogram = self._measure(theta, self.n_shots, rng, "training")
        z = self._scaled(self.ema.update(self._to_average(self.histogram)))
        self.drift = None if self.z is None else angle_between(self.z, z)
        self.z = z
        return z

    def probe(self, theta: Array, rng: np.random.Generator, *, through_ema: bool) -> Array:
        """Return the feature that SPSA evaluates at theta.

        Parameters
        ----------
        theta : (n_angles,) float64
        rng : numpy.random.Generator
        through_ema : bool
            Whether it is z as the average would make it, or the scaled histogram itself.
        """
        new = self._to_average(self._measure(theta, self.n_shots, rng, "training"))
        return self._scaled(self.ema.preview(new) if through_ema else new)

    def fresh(self, theta: Array, rng: np.random.Generator, n_shots: int | None = None) -> Array:
        """Return a fresh feature at theta, scaled but not smoothed, for a test."""
        n_shots = self.n_shots if n_shots is None else check_whole("n_shots", n_shots, least=1)
        return self._scaled(self._to_average(self._measure(theta, n_shots, rng, "fresh_z")))

    def _to_average(self, histogram: Array) -> Array:
        if self.averaged == "histograms":
            return histogram
        return histogram / max(float(np.linalg.norm(histogram)), np.finfo(float).tiny)

    def _scaled(self, histogram: Array) -> Array:
        z = self.gain * self.scaling(histogram)
        length = float(np.linalg.norm(z))
        if length < LEAST_LENGTH and not self.traits.is_zero:
            raise ValueError(
                f"the feature z has the length {length:.3g} under the scaling "
                f"{self.scaling.scaling}: all kernels would be zero; a source and a scaling with "
                f"|z| >= {LEAST_LENGTH:g} are expected"
            )
        return z

    def _measure(
        self, theta: Array, n_shots: int, rng: np.random.Generator, purpose: Purpose
    ) -> Array:
        histogram = measure_histogram(self.circuit, theta, n_shots, rng=rng)
        self.shots[purpose] += n_shots * self.traits.takes_shots
        self.circuit_evaluations[purpose] += 1
        return histogram

    def state(self) -> dict[str, Tensor]:
        """Return all that a later continuation needs; at least one `update` must have been."""
        arrays = (
            self.histogram,
            self.ema.value,
            self.z,
            self.scaling.mean,
            self.scaling.standard_deviation,
            np.array(list(self.shots.values())),
            np.array(list(self.circuit_evaluations.values())),
        )
        return {
            name: torch.from_numpy(array)
            for name, array in zip(STATE_NAMES, arrays, strict=True)
            if array is not None
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        arrays = {name: state[name].cpu().numpy().copy() for name in STATE_NAMES if name in state}
        self.histogram, self.z = arrays["histogram"], arrays["z"]
        self.ema.value = arrays["smoothed_histogram"]
        self.scaling.mean = arrays.get("scaling.mean")
        self.scaling.standard_deviation = arrays.get("scaling.standard_deviation")
        self.shots = dict(zip(self.shots, arrays["shots"].tolist(), strict=True))
        self.circuit_evaluations = dict(
            zip(self.shots, arrays["circuit_evaluations"].tolist(), strict=True)
        )


def check_circuit(circuit: Source, feature_dim: int) -> None:
    """Raise ``ValueError`` unless the circuit's histogram has ``feature_dim`` bins."""
    if circuit.n_modes % 2:
        raise ValueError(
            f"the circuit has {circuit.n_modes} modes, an even number is expected for two halves"
        )
    length = feature_length(circuit.n_modes)
    if length != feature_dim:
        raise ValueError(
            f"a circuit of {circuit.n_modes} modes gives {length} numbers, the student expects "
            f"{feature_dim}"
        )


def angle_between(u: Array, v: Array) -> float:
    """Return the angle between two vectors, radians in [0, pi]; 0 if one of them is zero.

    Examples
    --------
    >>> round(angle_between(np.array([1.0, 0.0]), np.array([0.0, 2.0])), 4)
    1.5708
    """
    u, v = (x / max(float(np.linalg.norm(x)), np.finfo(float).tiny) for x in (u, v))
    return float(2.0 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v)))
