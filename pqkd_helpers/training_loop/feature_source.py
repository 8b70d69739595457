"""Where histograms come from: a circuit's clicks, or a source that gives histograms itself.

A shot of 16 clicks is split into two halves of 8 bits. Each half, read as a binary number (first
mode most significant), is one of 256 values; their relative frequencies over the shots are two
histograms, put side by side: 512 numbers. The full histogram would have 65,536 bins.
"""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..circuit_simulator.sampler import Sampler
from ..feature_histograms import click_histograms


@runtime_checkable
class HistogramSource(Protocol):
    """A source of histograms: angles in, 2 * 2^(n_modes / 2) numbers out.

    It has the attributes of `Traits` that differ from their defaults.
    """

    n_modes: int
    n_angles: int

    def histogram(
        self, theta: NDArray[np.float64], n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return the histogram ``(2 * 2^(n_modes / 2),)`` at theta."""


@runtime_checkable
class EpochSource(Protocol):
    """A source whose histograms change from epoch to epoch."""

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


class Traits(NamedTuple):
    """What the training loop does with a source's histograms.

    Attributes
    ----------
    takes_shots : bool
        Whether a histogram costs shots.
    is_scaled : bool
        Whether the histogram is scaled into z, or is z already.
    is_smoothed : bool
        Whether the moving average over the epochs smooths it.
    is_zero : bool
        Whether this is the control whose feature is zero on purpose.
    """

    takes_shots: bool = True
    is_scaled: bool = True
    is_smoothed: bool = True
    is_zero: bool = False


def traits(source: Source) -> Traits:
    """Return a source's traits: its own attributes, else the defaults."""
    return Traits(
        **{name: getattr(source, name) for name in Traits._fields if hasattr(source, name)}
    )
