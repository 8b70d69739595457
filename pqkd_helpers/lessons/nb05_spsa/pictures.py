"""The pictures of notebook 05: paths, descents, the worth of an estimate, errors over the shift."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter
from numpy.typing import ArrayLike, NDArray

from ...common.figure_style import COLOURS, style

_PALETTE = [COLOURS[number] for number in (0, 1, 3, 5)]
_DASHES = ("-", "--", ":", "-.")
_MARKERS = "osD^"


def paths_on_a_bowl(
    loss: Callable[[NDArray[np.float64]], NDArray[np.float64]], paths: Mapping[str, ArrayLike]
) -> Figure:
    """Draw the way of several descents over the contours of a function of two angles.

    Parameters
    ----------
    loss : callable
        Takes angles (..., 2), returns losses (...).
    paths : mapping of str to (n_points, 2) array_like
        Label -> angles in radians, the start first.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(5.4, 4.2), layout="constrained")
        axes = figure.subplots()
        every = np.concatenate([np.asarray(path) for path in paths.values()])
        low, high = every.min(axis=0) - 0.3, every.max(axis=0) + 0.3
        x, y = (np.linspace(low[i], high[i], 80) for i in range(2))
        grid = np.stack(np.meshgrid(x, y), axis=-1)
        axes.contour(x, y, loss(grid), levels=12, colors="0.75", linewidths=0.8)
        for number, (label, path) in enumerate(paths.items()):
            points = np.asarray(path)
            axes.plot(
                points[:, 0],
                points[:, 1],
                label=label,
                color=_PALETTE[number],
                marker=_MARKERS[number],
                markersize=3.5,
                linestyle=_DASHES[number],
                linewidth=1.2,
            )
        axes.plot(0.0, 0.0, marker="*", color="black", markersize=11, linestyle="none")
        axes.annotate("minimum", (0.0, 0.0), xytext=(8, 4), textcoords="offset points")
        axes.set(xlabel="angle 1 (rad)", ylabel="angle 2 (rad)", aspect="equal")
        axes.legend(loc="upper right", frameon=True, framealpha=1.0)
        return figure


def descents(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str = "shots taken (thousands)",
    ylabel: str = "exact mismatch",
) -> Figure:
    """Draw the exact loss of several descents: the median of their runs, and the quartiles.

    Parameters
    ----------
    curves : mapping of str to (x, losses)
        Label -> places (n_points,) and losses (n_points, n_runs).
    xlabel, ylabel : str
        Names of the axes.

    Returns
    -------
    matplotlib.figure.Figure
        The loss on a logarithmic axis.
    """
    with style():
        figure = Figure(figsize=(6.4, 3.5), layout="constrained")
        axes = figure.subplots()
        for number, (label, (x, losses)) in enumerate(curves.items()):
            lower, median, upper = np.quantile(np.asarray(losses), (0.25, 0.5, 0.75), axis=1)
            colour = _PALETTE[number]
            axes.plot(
                x,
                median,
                color=colour,
                label=label,
                linestyle=_DASHES[number],
                marker=_MARKERS[number],
                markevery=max(1, len(median) // 8),
            )
            axes.fill_between(x, lower, upper, color=colour, alpha=0.15, linewidth=0)
        axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log")
        _plain_ticks(axes.yaxis, (1.0, 2.0, 5.0))
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2)
        return figure


def worth_of_estimates(
    cosines: ArrayLike, averaged: Mapping[int, float], n_angles: int, aim: float = 0.9
) -> Figure:
    """Draw how well SPSA's estimates point along the gradient.

    Parameters
    ----------
    cosines : (n_estimates,) array_like
        Cosine of single estimates with the gradient.
    averaged : mapping of int to float
        Number of estimates averaged -> cosine of their mean with the gradient.
    n_angles : int
        Number of angles d, for the laws 1 / sqrt(d) and 1 / sqrt(1 + (d - 1) / n).
    aim : float
        Cosine that is marked.

    Returns
    -------
    matplotlib.figure.Figure
        Left: histogram of the single cosines. Right: cosine over the number averaged.
    """
    values = np.asarray(cosines)
    numbers = np.array(list(averaged))
    with style():
        figure = Figure(figsize=(7.0, 3.1), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.hist(values, bins=np.linspace(0.0, 1.0, 41), color=COLOURS[0], alpha=0.8)
        typical = 1.0 / np.sqrt(n_angles)
        left.axvline(typical, color="black", linestyle="--", label=rf"$1/\sqrt{{{n_angles}}}$")
        left.set(xlabel="cosine with the gradient", ylabel="estimates")
        left.legend()
        n = np.geomspace(1, numbers.max(), 100)
        law = 1.0 / np.sqrt(1.0 + (n_angles - 1) / n)
        right.plot(n, law, color="black", linestyle="--", label="law")
        right.plot(
            numbers,
            list(averaged.values()),
            color=COLOURS[1],
            marker="o",
            linestyle="none",
            label="measured",
        )
        right.axhline(aim, color="0.5", linewidth=1.0, linestyle=":")
        right.set(
            xscale="log",
            ylim=(0.0, 1.05),
            xlabel="estimates averaged",
            ylabel="cosine with the gradient",
        )
        right.legend(loc="lower right")
        return figure


def error_over_shift(
    shifts: ArrayLike, bias: ArrayLike, noise: ArrayLike, total: ArrayLike
) -> Figure:
    """Draw the error of the measured slope over the shift c, and what it is made of.

    Parameters
    ----------
    shifts : (n_shifts,) array_like
        Values of c in radians.
    bias, noise, total : (n_shifts,) array_like
        Root-mean-square errors, relative to the slope itself.

    Returns
    -------
    matplotlib.figure.Figure
        Both axes logarithmic.
    """
    with style():
        figure = Figure(figsize=(6.0, 3.3), layout="constrained")
        axes = figure.subplots()
        for number, (label, values) in enumerate(
            {
                "shot noise, falls as 1/c": noise,
                "bias, as c² at first": bias,
                "both": total,
            }.items()
        ):
            axes.plot(
                shifts,
                values,
                label=label,
                color=_PALETTE[number],
                marker=_MARKERS[number],
                linestyle=_DASHES[number],
            )
        axes.axhline(1.0, color="0.5", linewidth=1.0)
        axes.annotate(
            "as large as the slope",
            (0.42, 1.0),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
        )
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="shift c (rad)",
            ylabel="error / slope",
        )
        _plain_ticks(axes.xaxis, (1.0, 2.0, 5.0))
        axes.legend(loc="lower center")
        return figure


def _plain_ticks(axis: Axis, multiples: tuple[float, ...]) -> None:
    """Label a logarithmic axis with plain numbers at these multiples of powers of ten."""
    axis.set_major_locator(LogLocator(subs=multiples))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(NullLocator())
