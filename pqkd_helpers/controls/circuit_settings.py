"""Which circuit gives the clicks: the device, and the simulator or hardware behind it."""

from dataclasses import KW_ONLY, dataclass, fields
from typing import Literal, get_args

from ..circuit_simulator.device import LoopDevice
from ..circuit_simulator.engines.cudaq_engine import Target
from ..circuit_simulator.single_photon import SinglePhotonCircuit
from ..common.checks import check_choice

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
Engine = Literal["numpy", "perceval", "cudaq"]


@dataclass(frozen=True)
class CircuitSettings(LoopDevice):
    """The photonic circuit of a run: a device, and what makes the feature of it.

    The parameters of the device are those of `LoopDevice`.

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
    """

    _: KW_ONLY
    features: FeatureSource = "photonic"
    engine: Engine = "numpy"
    cudaq_target: Target = "orca-photonics"

    def __post_init__(self) -> None:
        check_choice("features", self.features, get_args(FeatureSource))
        check_choice("engine", self.engine, get_args(Engine))
        check_choice("cudaq_target", self.cudaq_target, get_args(Target))
        super().__post_init__()
        ideal = LoopDevice(self.input_state, self.loop_lengths, phase_shifters=self.phase_shifters)
        if self.engine == "cudaq" and self.device() != ideal:
            raise ValueError(
                "the engine cudaq knows no imperfections and no phases of loops; an ideal device "
                "is expected, or the engine numpy or perceval"
            )

    @property
    def feature_modes(self) -> int:
        """Modes of the source, and bits of a shot."""
        return SinglePhotonCircuit().n_modes if self.features == "single-photon" else self.n_modes

    def device(self) -> LoopDevice:
        """Return the device alone."""
        return LoopDevice(**{item.name: getattr(self, item.name) for item in fields(LoopDevice)})
