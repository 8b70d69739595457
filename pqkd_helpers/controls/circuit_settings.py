"""Which circuit gives the clicks: the device, and the simulator or hardware behind it."""

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

from ..circuit_simulator.device import LoopDevice
from ..circuit_simulator.engines.cudaq_engine import CudaqInterferometer, Target
from ..circuit_simulator.engines.perceval_engine import PercevalInterferometer
from ..circuit_simulator.interferometer import TimeBinInterferometer
from ..circuit_simulator.single_photon import SinglePhotonCircuit
from ..common.checks import check_choice, set_field
from ..training_loop.feature_source import Source
from .features.circuit_variants import ExactHistograms, KeptShots, Marginals, Shuffled
from .features.classical_map import ClassicalMap
from .features.coins_and_zero import UniformBits, ZeroFeature
from .features.gaussian_features import GaussianFresh, GaussianFrozen

FeatureSource = Literal[
    "photonic",
    "single-photon",
    "photonic-exact",
    "photonic-frozen",
    "photonic-one-shot",
    "photonic-sham",
    "random-search",
    "distinguishable",
    "marginals",
    "shuffled",
    "classical-map",
    "gaussian-frozen",
    "gaussian-fresh",
    "uniform-bits",
    "zero",
    "yoked",
    "gaussian-drift",
    "learned-z",
    "hypernetwork",
]
# Replayed from the epochs of another run, and trained by gradient: no circuit gives them.
RECORDED: tuple[FeatureSource, ...] = ("yoked", "gaussian-drift")
TRAINED: tuple[FeatureSource, ...] = ("learned-z", "hypernetwork")
# The circuit itself; what differs is how its angles are tuned.
_THE_CIRCUIT = ("photonic", "photonic-frozen", "photonic-sham", "random-search")
Engine = Literal["numpy", "perceval", "cudaq"]


@dataclass(frozen=True)
class CircuitSettings:
    """The photonic circuit of a run.

    Attributes
    ----------
    features : str
        Source of the feature. The multi-photon interferometer: "photonic", with infinitely many
        shots ("photonic-exact"), angles that stay ("photonic-frozen") and one set of shots
        ("photonic-one-shot"), angles tuned blindly ("photonic-sham") or by "random-search". The
        interferometer changed: photons that interfere with themselves alone ("distinguishable"),
        independent bits
        ("marginals"), bins permuted once ("shuffled"), one photon and coin tosses
        ("single-photon", the article's circuit). Something else in its place: a "classical-map"
        with as many angles, a Gaussian vector ("gaussian-frozen"; new each time,
        "gaussian-fresh"; turning as the photonic z did, "gaussian-drift"), the z of another
        seed's photonic run ("yoked"), 16 fair coin tosses per shot ("uniform-bits"), z trained by
        gradient ("learned-z", "hypernetwork"), or no signal at all, z = 0 ("zero").
    engine : {"numpy", "perceval", "cudaq"}
        What samples the interferometer: our own simulator, or an optional package.
    cudaq_target : {"orca-photonics", "orca"}
        CUDA-Q's simulator, or the server named by $ORCA_ACCESS_URL.
    input_state : tuple of int
        Photons in each time bin.
    loop_lengths : tuple of int
        Lengths of the loops in time bins.
    phase_shifters : bool
        Whether a phase shifter, with an angle of its own, follows each beam splitter.
    efficiency : float
        Probability that a photon which leaves the loops is detected.
    loop_efficiency : float or tuple of float
        Transmission of all loops, or of each, per round.
    indistinguishability : float
        Visibility of the Hong-Ou-Mandel dip: 1 for identical photons, 0 for distinguishable ones.
    dark_count_probability : float
        Probability that a detector clicks by itself in a time bin.
    """

    features: FeatureSource = "photonic"
    engine: Engine = "numpy"
    cudaq_target: Target = "orca-photonics"
    input_state: tuple[int, ...] = (1, 0) * 8
    loop_lengths: tuple[int, ...] = (1, 1)
    phase_shifters: bool = False
    efficiency: float = 1.0
    loop_efficiency: float | tuple[float, ...] = 1.0
    indistinguishability: float = 1.0
    dark_count_probability: float = 0.0

    def __post_init__(self) -> None:
        check_choice("features", self.features, get_args(FeatureSource))
        check_choice("engine", self.engine, get_args(Engine))
        check_choice("cudaq_target", self.cudaq_target, get_args(Target))
        device = LoopDevice(**self._device())
        for item in dataclasses.fields(LoopDevice):
            set_field(self, item.name, getattr(device, item.name))
        ideal = dataclasses.replace(
            device,
            efficiency=1.0,
            loop_efficiency=1.0,
            indistinguishability=1.0,
            dark_count_probability=0.0,
        )
        if self.engine == "cudaq" and device != ideal:
            raise ValueError(
                "the engine cudaq knows no imperfections; an ideal device is expected, or "
                "the engine numpy or perceval"
            )

    @property
    def n_modes(self) -> int:
        """Modes of the source, and bits of a shot."""
        if self.features == "single-photon":
            return SinglePhotonCircuit().n_modes
        return len(self.input_state)

    def build_circuit(self, seed: int = 0) -> Source:
        """Return the source of the histograms.

        Parameters
        ----------
        seed : int
            Seed of what a control draws once for all: its permutation, map, vector or shots.

        Raises
        ------
        ValueError
            If no circuit, but a recorded run or a gradient, gives the feature.
        """
        if self.features in _THE_CIRCUIT:
            return self._build_engine()
        replaced = self.build_interferometer()
        match self.features:
            case "single-photon":
                return SinglePhotonCircuit()
            case "photonic-exact":
                return ExactHistograms(replaced)
            case "photonic-one-shot":
                return KeptShots(self._build_engine(), seed=seed)
            case "distinguishable":
                return dataclasses.replace(
                    self, features="photonic", indistinguishability=0.0
                ).build_interferometer()
            case "marginals":
                return Marginals(replaced)
            case "shuffled":
                return Shuffled(self._build_engine(), seed=seed)
            case "classical-map":
                return ClassicalMap(replaced.n_modes, replaced.n_angles, seed=seed)
            case "gaussian-frozen":
                return GaussianFrozen(replaced.n_modes, replaced.n_angles, seed=seed)
            case "gaussian-fresh":
                return GaussianFresh(replaced.n_modes, replaced.n_angles)
            case "uniform-bits":
                return UniformBits(replaced.n_modes, replaced.n_angles)
            case "zero":
                return ZeroFeature(replaced.n_modes, replaced.n_angles)
        raise ValueError(f"features {self.features!r} come from no circuit")

    def _build_engine(self) -> Source:
        if self.engine == "numpy":
            return self.build_interferometer()
        if self.engine == "perceval":
            return PercevalInterferometer(**self._device())
        return CudaqInterferometer(
            self.input_state,
            self.loop_lengths,
            phase_shifters=self.phase_shifters,
            target=self.cudaq_target,
        )

    def build_interferometer(self) -> TimeBinInterferometer:
        """Return our own simulator of the multi-photon circuit, whatever the engine."""
        return TimeBinInterferometer(**self._device())

    def _device(self) -> dict:
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(LoopDevice)}
