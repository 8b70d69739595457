"""What a real device's imperfections do to the feature, compared with its shot noise.

The feature z of random settings is computed exactly, for the ideal device and for one with a
single imperfection, so the distances have no shot noise in them. The shot noise of a real
histogram is exactly known too: ``E |z_S - z|^2 = (2 - |z|^2) / S``. Both are relative to |z|,
since the kernels are linear in z.

A second part compares devices of 1, 2 and 8 photons: how much of the feature is interference
between photons, that is, how far it moves when the photons become distinguishable.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...common.checks import check_fields, check_whole
from ...common.random_streams import numpy_stream
from .study import CircuitStudy

# Parameter of the interferometer, and its values from ideal to bad.
LEVELS: dict[str, tuple[float, ...]] = {
    "efficiency": (0.99, 0.97, 0.95, 0.9, 0.8, 0.7, 0.5),
    "loop_efficiency": (0.99, 0.97, 0.95, 0.9, 0.8, 0.7, 0.5),
    "indistinguishability": (0.99, 0.97, 0.95, 0.9, 0.8, 0.7, 0.5, 0.0),
    "dark_count_probability": (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1),
}

STATE = (1, 0) * 8

# Photons in 16 bins: the far pair hardly meets, neighbours do.
DEVICES: dict[str, tuple[int, ...]] = {
    "1 photon": (1,) + (0,) * 15,
    "2 photons, bins 0 and 8": (1,) + (0,) * 7 + (1,) + (0,) * 7,
    "2 photons, bins 0 and 1": (1, 1) + (0,) * 14,
    "8 photons, every other bin": STATE,
}


@dataclass(frozen=True)
class ImperfectionStudy(CircuitStudy):
    """The study's configuration.

    Attributes
    ----------
    n_settings : int
        Random settings of the angles, uniform in [-pi, pi].
    n_shots : int
        Shots of the histogram whose noise the distances are compared with.
    seed : int
        Seed of the settings.
    """

    experiment: ClassVar[str] = "imperfections"
    arm: ClassVar[str] = "exact"
    tier: ClassVar[str] = "paper-circuit"
    n_settings: int = 200
    n_shots: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self, check_whole, "n_settings", "n_shots", least=1)
        check_fields(self, check_whole, "seed", least=0)

    def results(self) -> dict[str, Any]:
        """Return the distances by imperfection, and those of devices with few photons."""
        rng = numpy_stream(self.seed, "imperfection study")
        theta = rng.uniform(-np.pi, np.pi, (self.n_settings, TimeBinInterferometer().n_angles))
        ideal = _features(theta, STATE)
        imperfections = [
            {
                "parameter": parameter,
                "value": value,
                **_distances(_features(theta, STATE, **{parameter: value}), ideal),
            }
            for parameter, values in LEVELS.items()
            for value in values
        ]
        devices = []
        for name, state in DEVICES.items():
            exact = _features(theta, state)
            distinguishable = _features(theta, state, indistinguishability=0.0)
            devices.append(
                {
                    "device": name,
                    "photons": sum(state),
                    "distinguishable": _distances(distinguishable, exact),
                    "shot_noise": _quantiles(shot_noise(exact, self.n_shots)),
                    "patterns": _quantiles(effective_patterns(exact)),
                }
            )
        return {"imperfections": imperfections, "devices": devices}


def shot_noise(z: NDArray[np.float64], n_shots: int) -> NDArray[np.float64]:
    """Return the relative noise of a histogram, ``sqrt(E |z_S - z|^2) / |z|``.

    Parameters
    ----------
    z : (..., 2 * 2^(n_modes / 2)) float64
        Exact features, each half a distribution.
    n_shots : int

    Examples
    --------
    >>> shot_noise(np.array([0.5, 0.5, 1.0, 0.0]), 200).round(4)
    np.float64(0.0408)
    """
    squares = (z**2).sum(axis=-1)
    return np.sqrt((2.0 - squares) / (n_shots * squares))


def effective_patterns(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the effective number of click patterns per half, ``2 / |z|^2``.

    It is 1 where each half always shows the same pattern, 256 where all are equally likely.
    """
    return 2.0 / (z**2).sum(axis=-1)


def _features(
    theta: NDArray[np.float64], state: tuple[int, ...], **flaws: float
) -> NDArray[np.float64]:
    circuit = TimeBinInterferometer(state, **flaws)  # type: ignore[arg-type]
    return circuit.half_click_probabilities(theta).reshape(len(theta), -1)


def _distances(z: NDArray[np.float64], ideal: NDArray[np.float64]) -> dict[str, Any]:
    relative = np.linalg.norm(z - ideal, axis=1) / np.linalg.norm(ideal, axis=1)
    variation = 0.25 * np.abs(z - ideal).sum(axis=1)  # mean of the two halves'
    return {"relative": _quantiles(relative), "total_variation": _quantiles(variation)}


def _quantiles(values: NDArray[np.float64]) -> dict[str, float]:
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return {"lower_quartile": float(low), "median": float(median), "upper_quartile": float(high)}
