"""From circuit settings to what gives the histograms: the circuit itself, or a control."""

from dataclasses import asdict, replace

from ..circuit_simulator.engines.cudaq_engine import CudaqInterferometer
from ..circuit_simulator.engines.perceval_engine import PercevalInterferometer
from ..circuit_simulator.interferometer import TimeBinInterferometer
from ..circuit_simulator.single_photon import SinglePhotonCircuit
from ..training_loop.feature_source import Source
from .circuit_settings import CircuitSettings
from .features.circuit_variants import ExactHistograms, KeptShots, Marginals, Shuffled
from .features.classical_map import ClassicalMap
from .features.coins_and_zero import UniformBits, ZeroFeature
from .features.gaussian_features import GaussianFresh, GaussianFrozen

# The circuit itself; what differs is how its angles are tuned.
_THE_CIRCUIT = ("photonic", "photonic-frozen", "photonic-sham", "random-search")


def build_source(settings: CircuitSettings, seed: int = 0) -> Source:
    """Return the source of the histograms.

    Parameters
    ----------
    settings : CircuitSettings
    seed : int
        Seed of what a control draws once for all: its permutation, map, vector or shots.

    Raises
    ------
    ValueError
        If no circuit, but a recorded run or a gradient, gives the feature.
    ModuleNotFoundError
        If the engine is not installed.
    """
    if settings.features in _THE_CIRCUIT:
        return _engine(settings)
    replaced = build_interferometer(settings)
    match settings.features:
        case "single-photon":
            return SinglePhotonCircuit()
        case "photonic-exact":
            return ExactHistograms(replaced)
        case "photonic-one-shot":
            return KeptShots(_engine(settings), seed=seed)
        case "distinguishable":
            return replace(replaced, indistinguishability=0.0)
        case "marginals":
            return Marginals(replaced)
        case "shuffled":
            return Shuffled(_engine(settings), seed=seed)
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
    raise ValueError(f"features {settings.features!r} come from no circuit")


def build_interferometer(settings: CircuitSettings) -> TimeBinInterferometer:
    """Return our own simulator of the multi-photon circuit; the engine does not matter."""
    return TimeBinInterferometer(**asdict(settings.device()))


def _engine(settings: CircuitSettings) -> Source:
    if settings.engine == "numpy":
        return build_interferometer(settings)
    if settings.engine == "perceval":
        return PercevalInterferometer(**asdict(settings.device()))
    return CudaqInterferometer(
        settings.input_state,
        settings.loop_lengths,
        phase_shifters=settings.phase_shifters,
        target=settings.cudaq_target,
    )
