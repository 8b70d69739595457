"""Which circuit gives the clicks: the device, and the simulator or hardware behind it."""

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

from .checks import check_choice, set_field
from .circuit_simulator import SinglePhotonCircuit, TimeBinInterferometer
from .circuit_simulator.device import LoopDevice
from .circuit_simulator.engines import CudaqInterferometer, PercevalInterferometer
from .circuit_simulator.engines.cudaq_engine import Target
from .controls.feature_sources import ExactHistograms, UniformBits, ZeroFeature
from .histogram_sources import Source

FeatureSource = Literal["photonic", "single-photon", "photonic-exact", "uniform-bits", "zero"]
Engine = Literal["numpy", "perceval", "cudaq"]


@dataclass(frozen=True)
class CircuitSettings:
    """The photonic circuit of a run.

    Attributes
    ----------
    features : {"photonic", "single-photon", "photonic-exact", "uniform-bits", "zero"}
        Source of the histograms: clicks of the multi-photon interferometer, of one photon and coin
        tosses (the article's circuit), exact probabilities of the interferometer, 16 fair coin
        tosses per shot, or no signal at all, z = 0.
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

    def build_circuit(self) -> Source:
        """Return the source of the histograms."""
        if self.features == "single-photon":
            return SinglePhotonCircuit()
        if self.features != "photonic":
            replaced = self.build_interferometer()
            if self.features == "photonic-exact":
                return ExactHistograms(replaced)
            stand_in = UniformBits if self.features == "uniform-bits" else ZeroFeature
            return stand_in(replaced.n_modes, replaced.n_angles)
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
