"""Histograms: counted from a circuit's clicks, or given by a source that has them without shots.

A shot of 16 clicks is split into two halves of 8 bits. Each half, read as a binary number (first
mode most significant), is one of 256 values; their relative frequencies over the shots are two
histograms, put side by side: 512 numbers. The full histogram would have 65,536 bins.
"""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..circuit_simulator.sampler import Sampler
from ..feature_histograms import click_histograms


@runtime_checkable
class HistogramSource(Protocol):
    """A source of histograms: angles in, 2 * 2^(n_modes / 2) numbers out.

    Attributes
    ----------
    n_modes, n_angles : int
        As of a circuit.
    takes_shots : bool
        Whether a histogram costs shots.
    is_scaled : bool
        Whether the histogram is to be scaled into z, or is z already.
    is_smoothed : bool
        Whether the moving average over the epochs is to smooth it.
    """

    n_modes: int
    n_angles: int
    takes_shots: bool
    is_scaled: bool
    is_smoothed: bool

    def histogram(
        self, theta: NDArray[np.float64], n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return the histogram ``(2 * 2^(n_modes / 2),)`` at theta."""


@runtime_checkable
class EpochSource(Protocol):
    """A source of histograms that is another one in every epoch."""

    def begin_epoch(self, epoch: int) -> None:
        """Get ready for an epoch, from 0."""


Source = Sampler | HistogramSource


def measure_histogram(
    source: Source, theta: NDArray[np.float64], n_shots: int, *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the source's histogram at theta, from ``n_shots`` shots if it takes any."""
    if isinstance(source, HistogramSource):
        return source.histogram(theta, n_shots, rng=rng)
    return click_histograms(source.sample(theta, n_shots, rng=rng))


def takes_shots(source: Source) -> bool:
    """Return whether a histogram of this source costs shots."""
    return source.takes_shots if isinstance(source, HistogramSource) else True


def is_zero(source: Source) -> bool:
    """Return whether this source is the control whose feature is zero on purpose."""
    return bool(getattr(source, "is_zero", False))


def is_scaled(source: Source) -> bool:
    """Return whether a histogram of this source is scaled into z."""
    return source.is_scaled if isinstance(source, HistogramSource) else True


def is_smoothed(source: Source) -> bool:
    """Return whether the moving average smooths the histograms of this source."""
    return source.is_smoothed if isinstance(source, HistogramSource) else True
