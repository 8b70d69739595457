"""From clicks to the feature z: histograms of the halves, smoothing, scaling (notebook 02).

A shot of 16 clicks is split into two halves, and the patterns of each are counted: 512 relative
frequencies (`click_histograms`).

    clicks -> click_histograms -> EMA over the epochs -> HistogramFeature (scaling) -> z

The sum of all 512 numbers h of a histogram is 2. Their noise is known exactly: with S shots and the
exact probabilities h, ``E |h_S - h|^2 = (2 - |h|^2) / S``.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .common.checks import check_choice, check_share, check_whole

__all__ = ["EMA", "HistogramFeature", "Scaling", "click_histograms"]


Scaling = Literal["raw", "standardised", "unit-rms"]


class EMA:
    """Exponential moving average: ``value <- beta value + (1 - beta) new``.

    It starts at the first value, without bias correction. In the steady state it divides the
    variance of independent noise by ``(1 + beta) / (1 - beta)``, 19 at beta = 0.9, and lags
    behind a drift by ``beta / (1 - beta)`` updates, 9 at beta = 0.9.

    Parameters
    ----------
    beta : float
        Share of the old value that is kept, in [0, 1). 0 means no smoothing.

    Raises
    ------
    ValueError
        If beta is outside [0, 1).

    Examples
    --------
    >>> average = EMA(beta=0.5)
    >>> average.update([4.0]), average.update([0.0]), average.update([0.0])
    (array([4.]), array([2.]), array([1.]))
    """

    def __init__(self, beta: float = 0.9) -> None:
        self.beta = check_share("beta", beta, below_one=True)
        self.value: NDArray[np.float64] | None = None

    def update(self, new: ArrayLike) -> NDArray[np.float64]:
        """Take in one value and return the average (a copy).

        Raises
        ------
        ValueError
            If ``new`` is not finite or its shape differs from that of the values before.
        """
        self.value = self.preview(new)
        return self.value.copy()

    def preview(self, new: ArrayLike) -> NDArray[np.float64]:
        """Return what `update` would return, and change nothing."""
        values = np.asarray(new, dtype=np.float64)
        if not np.isfinite(values).all():
            raise ValueError("the new value is not finite, finite numbers are expected")
        if self.value is None:
            return values.copy()
        if values.shape != self.value.shape:
            raise ValueError(
                f"the new value has shape {values.shape}, {self.value.shape} is expected"
            )
        return self.beta * self.value + (1.0 - self.beta) * values


class HistogramFeature:
    """Scale a histogram into the feature z.

    ``raw`` leaves it as it is. ``standardised`` subtracts a mean and divides by a standard
    deviation per bin, both fixed beforehand by `fit`. ``unit-rms`` multiplies it so that
    ``|z|^2 = n_features``: with random rows of variance 1 / n_features the mixings then have
    variance 1.

    Parameters
    ----------
    scaling : {"raw", "standardised", "unit-rms"}
        What is done to a histogram.

    Attributes
    ----------
    mean, standard_deviation : (n_features,) float64 or None
        The fitted statistics, for ``standardised`` alone.

    Raises
    ------
    ValueError
        If the scaling is unknown.

    Examples
    --------
    >>> HistogramFeature("unit-rms")([0.0, 1.0, 0.5, 0.5]).round(3)
    array([0.   , 1.633, 0.816, 0.816])
    """

    def __init__(self, scaling: Scaling = "unit-rms") -> None:
        check_choice("scaling", scaling, get_args(Scaling))
        self.scaling = scaling
        self.mean: NDArray[np.float64] | None = None
        self.standard_deviation: NDArray[np.float64] | None = None

    def fit(self, histograms: ArrayLike, *, n_shots: int) -> None:
        """Measure the statistics of ``standardised`` on histograms of several settings.

        Most bins are seldom seen, so the standard deviation is at least 1 / n_shots. The other
        scalings have nothing to fit.

        Parameters
        ----------
        histograms : (n_settings, n_features) array_like
            One per setting of the circuit, two at least.
        n_shots : int
            Shots behind each of them.

        Raises
        ------
        ValueError
            If there are fewer than two histograms, or all are the same: standardised, they would
            be zero.
        """
        if self.scaling != "standardised":
            return
        check_whole("n_shots", n_shots, least=1)
        values = np.asarray(histograms, dtype=np.float64)
        if values.ndim != 2 or len(values) < 2 or not np.isfinite(values).all():
            raise ValueError(
                f"the histograms have shape {values.shape}, two or more rows of finite numbers are "
                "expected"
            )
        if (values == values[0]).all():
            raise ValueError(
                "the histogram is the same at all settings of the circuit, so standardised would "
                "make z = 0; one that changes is expected, or the scaling raw or unit-rms"
            )
        self.mean = values.mean(axis=0)
        self.standard_deviation = np.maximum(values.std(axis=0, ddof=1), 1.0 / n_shots)

    def __call__(self, histogram: ArrayLike) -> NDArray[np.float64]:
        """Return the feature z of a (smoothed) histogram.

        Parameters
        ----------
        histogram : (n_features,) array_like
            Relative frequencies, from `click_histograms` or an `EMA` of them.

        Returns
        -------
        (n_features,) float64

        Raises
        ------
        ValueError
            If the histogram is not a vector of finite numbers, if its norm is 0 under
            ``unit-rms``, or if its length is not that of the fitted statistics.
        RuntimeError
            If ``standardised`` was not fitted.
        """
        values = np.asarray(histogram, dtype=np.float64)
        if values.ndim != 1 or not np.isfinite(values).all():
            raise ValueError(
                f"the histogram has shape {values.shape}, a vector of finite numbers is expected"
            )
        if self.scaling == "raw":
            return values.copy()
        if self.scaling == "unit-rms":
            largest = np.abs(values).max(initial=0.0)
            if largest == 0.0:
                raise ValueError("the histogram has norm 0, unit-rms cannot scale it")
            direction = values / largest  # the squares of tiny values would vanish
            return direction * (np.sqrt(values.size) / np.linalg.norm(direction))
        if self.mean is None or self.standard_deviation is None:
            raise RuntimeError("standardised needs statistics: call fit(...) first")
        if values.size != self.mean.size:
            raise ValueError(f"the histogram has {values.size} bins, {self.mean.size} are expected")
        return (values - self.mean) / self.standard_deviation

    def __repr__(self) -> str:
        return f"HistogramFeature(scaling={self.scaling!r})"


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
