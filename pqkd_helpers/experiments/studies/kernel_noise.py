"""The error that shot noise makes in a feature and in a kernel made from it.

The error of a feature from S shots is compared with the exact law ``sqrt((2 - |h|^2) / S)``
of the raw histogram h and with the paper's bound ``sqrt(K / S)``, K = 512. The kernel's relative
error is the feature's.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...common.checks import check_fields, check_whole
from ...common.random_streams import numpy_stream
from ...dictionary_convolutions.fixed_projection import FixedProjection
from ...feature_histograms import click_histograms
from .study import CircuitStudy

Array = NDArray[np.float64]


@dataclass(frozen=True)
class KernelNoiseStudy(CircuitStudy):
    """Settings of the study of the kernel's error.

    Attributes
    ----------
    tier : str
        Label of the record.
    n_settings : int
        Random settings of the angles, uniform in [-pi, pi].
    repeats : int
        Histograms sampled per setting and number of shots.
    shots : tuple of int
        Numbers of shots S.
    n_rows : int
        Rows of A: entries of the mixing that the error is taken over.
    seed : int
    """

    experiment: ClassVar[str] = "kernel-noise"
    tier: str = "paper"
    n_settings: int = 50
    repeats: int = 20
    shots: tuple[int, ...] = (25, 50, 100, 200, 400, 800, 1600, 3200)
    n_rows: int = 4096
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self, check_whole, "n_settings", "repeats", "n_rows", least=1)
        for n_shots in self.shots:
            check_whole("one of the shots", n_shots, least=1)

    @property
    def name(self) -> str:
        """Name of the record."""
        return f"{self.experiment}-{self.tier}-circuit-seed{self.seed}"

    def results(self) -> dict[str, Any]:
        """Return the medians of the errors, by number of shots."""
        rng = numpy_stream(self.seed, "kernel noise")
        circuit = TimeBinInterferometer()
        projection = FixedProjection(in_features=512, out_features=self.n_rows, seed=self.seed)
        theta = rng.uniform(-np.pi, np.pi, (self.n_settings, circuit.n_angles))
        exact = circuit.half_click_probabilities(theta).reshape(self.n_settings, -1)
        rows = []
        for n_shots in self.shots:
            measured = [
                self._errors(circuit, angles, z, n_shots, projection, rng)
                for angles, z in zip(theta, exact, strict=True)
            ]
            squares = (exact**2).sum(axis=1)
            law = np.sqrt((2.0 - squares) / n_shots)
            rows.append(
                {
                    "shots": n_shots,
                    "feature_error": float(np.median([feature for _, feature in measured])),
                    "law": float(np.median(law)),
                    "bound": float(np.sqrt(exact.shape[1] / n_shots)),
                    "relative_kernel_error": float(np.median([kernel for kernel, _ in measured])),
                    "relative_law": float(np.median(law / np.sqrt(squares))),
                }
            )
        return {"rows": rows}

    def _errors(
        self,
        circuit: TimeBinInterferometer,
        theta: Array,
        exact: Array,
        n_shots: int,
        projection: FixedProjection,
        rng: np.random.Generator,
    ) -> tuple[float, float]:
        """Return the root mean square errors of the mixing (relative) and of the feature."""
        clicks = circuit.sample(theta, n_shots * self.repeats, rng=rng)
        sampled = np.stack([click_histograms(part) for part in np.split(clicks, self.repeats)])
        off = sampled - exact
        vectors = torch.from_numpy(np.vstack([off, exact[None]])).float()
        mixings = projection(vectors).double().numpy()
        kernel = np.sqrt((mixings[:-1] ** 2).sum(axis=1).mean() / (mixings[-1] ** 2).sum())
        feature = np.sqrt((off**2).sum(axis=1).mean())
        return float(kernel), float(feature)
