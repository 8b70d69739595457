"""By how much smoothing reduces shot noise, on the circuit alone.

The study measures the variance of a feature over the epochs, with and without the moving average,
at fixed angles, so that shot noise is all there is. The paper states a median ratio of
0.0406 at beta = 0.9 over 100 epochs; in the steady state it is (1 - beta) / (1 + beta) = 0.0526.
The variance of a *correlated* series, estimated from few epochs, is biased low, and an average
that starts at its first value is at first not smoothed at all: the study measures both effects.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...common.checks import check_fields, check_share, check_whole
from ...common.random_streams import numpy_stream
from ...feature_histograms import click_histograms
from .study import CircuitStudy

Array = NDArray[np.float64]
QUANTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
Start = Literal["first value", "settled"]


@dataclass(frozen=True)
class EMAVarianceStudy(CircuitStudy):
    """Settings of the study of the moving average.

    Attributes
    ----------
    tier : str
        Label of the record.
    n_settings : int
        Random settings of the angles, uniform in [-pi, pi].
    n_shots : int
        Shots S of each epoch's histogram.
    beta : float
        Share of the old histogram kept by the moving average.
    epochs : tuple of int
        Lengths of the series whose variance is taken.
    settling : int
        Epochs before the series begins, where it is to be settled.
    seed : int
    """

    experiment: ClassVar[str] = "ema-variance"
    tier: str = "paper"
    n_settings: int = 100
    n_shots: int = 200
    beta: float = 0.9
    epochs: tuple[int, ...] = (10, 20, 50, 100, 200, 500)
    settling: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self, check_whole, "n_settings", "n_shots", "settling", least=1)
        for length in self.epochs:
            check_whole("one of the epochs", length, least=2)
        check_fields(self, check_share, "beta", below_one=True)

    @property
    def name(self) -> str:
        """Name of the record."""
        return f"{self.experiment}-{self.tier}-circuit-seed{self.seed}"

    def results(self) -> dict[str, Any]:
        """Return quantiles of the ratios, by start and length of the series."""
        rng = numpy_stream(self.seed, "EMA variance")
        circuit = TimeBinInterferometer()
        ratios: dict[tuple[Start, int], list[dict[str, float]]] = {}
        for _ in range(self.n_settings):
            theta = rng.uniform(-np.pi, np.pi, circuit.n_angles)
            raw = self._histograms(circuit, theta, rng)
            for start, first in (("first value", self.settling), ("settled", 0)):
                smoothed = moving_average(raw[first:], self.beta)[self.settling - first :]
                for length in self.epochs:
                    series = raw[self.settling :][:length], smoothed[:length]
                    ratios.setdefault((start, length), []).append(series_ratios(*series))  # type: ignore[arg-type]
        rows = [
            {
                "start": start,
                "epochs": length,
                **{
                    f"{kind}_{quantile}": float(np.quantile([r[kind] for r in found], share))
                    for kind in ("variance", "jump")
                    for quantile, share in QUANTILES.items()
                },
            }
            for (start, length), found in ratios.items()
        ]
        return {
            "rows": rows,
            "steady_state_variance": (1.0 - self.beta) / (1.0 + self.beta),
            "steady_state_jump": (1.0 - self.beta) ** 2 / (1.0 + self.beta),
        }

    def _histograms(
        self, circuit: TimeBinInterferometer, theta: Array, rng: np.random.Generator
    ) -> Array:
        n_epochs = self.settling + max(self.epochs)
        clicks = circuit.sample(theta, n_epochs * self.n_shots, rng=rng)
        return np.stack([click_histograms(part) for part in np.split(clicks, n_epochs)])


def moving_average(series: Array, beta: float) -> Array:
    """Return the moving average of a series ``(n, ...)``, begun at its first value."""
    smoothed = np.empty_like(series)
    value = series[0]
    for i, new in enumerate(series):
        value = beta * value + (1.0 - beta) * new
        smoothed[i] = value
    return smoothed


def series_ratios(raw: Array, smoothed: Array) -> dict[str, float]:
    """Return smoothed over raw: medians over the bins that changed.

    Parameters
    ----------
    raw, smoothed : (epochs, bins) float64

    Returns
    -------
    dict
        "variance": of the values over the epochs; "jump": mean square of the steps from epoch to
        epoch.
    """
    changed = raw.var(axis=0) > 0.0
    raw, smoothed = raw[:, changed], smoothed[:, changed]
    jumps = [np.square(np.diff(series, axis=0)).mean(axis=0) for series in (raw, smoothed)]
    return {
        "variance": float(np.median(smoothed.var(axis=0) / raw.var(axis=0))),
        "jump": float(np.median(jumps[1] / jumps[0])),
    }
