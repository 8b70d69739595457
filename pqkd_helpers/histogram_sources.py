"""Histograms: counted from a circuit's clicks, or given by a source that has them without shots.

A shot of 16 clicks is split into two halves of 8 bits. Each half, read as a binary number (first
mode most significant), is one of 256 values; their relative frequencies over the shots are two
histograms, put side by side: 512 numbers. The full histogram would have 65,536 bins.
"""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .circuit_simulator import Sampler

MAX_HALF_MODES = 20


def feature_length(n_modes: int) -> int:
    """Return the number of bins of both halves together.

    Examples
    --------
    >>> feature_length(16)
    512
    """
    return 2 * 2 ** (n_modes // 2)


def click_histograms(clicks: ArrayLike) -> NDArray[np.float64]:
    """Return the normalised histograms of both halves of the modes, concatenated.

    Parameters
    ----------
    clicks : (n_shots, n_modes) array_like of 0 and 1
        One row per shot, an even number of modes.

    Returns
    -------
    (2 * 2^(n_modes / 2),) float64
        Relative frequencies; each half sums to 1. For 16 modes: 512 numbers.

    Raises
    ------
    ValueError
        If there is no shot, the number of modes is odd or 0, or a click is not 0 or 1.

    Examples
    --------
    Two shots of four modes; the halves read 10 = 2 and 01 = 1, then 11 = 3 and 01 = 1:

    >>> click_histograms([[1, 0, 0, 1], [1, 1, 0, 1]])
    array([0. , 0. , 0.5, 0.5, 0. , 1. , 0. , 0. ])
    """
    bits = np.asarray(clicks)
    if bits.ndim != 2 or bits.shape[0] < 1:
        raise ValueError(f"clicks have shape {bits.shape}, (n_shots, n_modes) is expected")
    n_shots, n_modes = bits.shape
    if n_modes == 0 or n_modes % 2:
        raise ValueError(f"clicks have {n_modes} modes, an even number is expected for two halves")
    half = n_modes // 2
    if half > MAX_HALF_MODES:
        raise ValueError(
            f"clicks have {n_modes} modes, so {2**half:,} bins per half: "
            f"{2 * MAX_HALF_MODES} modes at most are expected"
        )
    if bits.dtype != np.bool_ and not ((bits == 0) | (bits == 1)).all():
        wrong = bits[(bits != 0) & (bits != 1)][0]
        raise ValueError(f"clicks hold {wrong}, only 0 and 1 are expected")
    place_values = 1 << np.arange(half - 1, -1, -1)
    outcomes = bits.astype(np.int64).reshape(n_shots, 2, half) @ place_values
    n_bins = 2**half
    counts = np.bincount((outcomes + np.array([0, n_bins])).ravel(), minlength=2 * n_bins)
    return counts / n_shots


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
