"""Light beside its controls: differences with intervals, and error over the turning of z."""

from collections.abc import Collection
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from .style import COLOURS, style

# By group of `results.controls`: colour, marker and what the legend says.
_LOOKS = {
    "": ("black", "*", "the light"),
    "planned": (COLOURS[1], "D", "planned contrast"),
    "follow-up": (COLOURS[4], "P", "follow-up"),
    "checks": (COLOURS[5], "s", "check of the experiment"),
    "circuit": (COLOURS[0], "o", "the circuit, changed"),
    "instead": (COLOURS[3], "^", "something else in its place"),
    "students": (COLOURS[6], "v", "students without z, or with batch norm"),
}


def forest(rows: list[dict[str, Any]], margin: float) -> Figure:
    """Draw light minus each control with its 95 % interval, and the margin.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.controls` that have a difference, from top to bottom.
    margin : float
        Percentage points of test error.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(9.0, 0.27 * len(rows) + 1.7), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(-margin, margin, color=COLOURS[6], alpha=0.25, linewidth=0, label="margin")
        axes.axvline(0.0, color="black", linewidth=1.0)
        reach = _reach(rows, margin)
        for place, row in enumerate(rows):
            _draw_row(axes, -place, row, reach)
        axes.set_yticks(-np.arange(len(rows)), [f"{row['arm']} ({row['n']})" for row in rows])
        axes.set(
            xlim=(-reach, reach),
            ylim=(0.7 - len(rows), 0.7),
            xlabel="photonic minus control: test error (percentage points)\n"
            "left of zero the light is better, right of it the control",
        )
        axes.grid(axis="y", visible=False)
        _legend_of_groups(figure, axes)
        return figure


def _legend_of_groups(figure: Figure, axes: Axes) -> None:
    """Name each group once, above the axes."""
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique.keys(), loc="outside upper center", ncols=3)


def _reach(rows: list[dict[str, Any]], margin: float) -> float:
    """Return half the width that shows the planned contrasts and most others."""
    ends = [max(abs(row["low"]), abs(row["high"])) for row in rows]
    tested = ("planned", "follow-up")
    planned = [end for end, row in zip(ends, rows, strict=True) if row["group"] in tested]
    return 1.1 * max(4.0 * margin, float(np.quantile(ends, 0.8)), *planned)


def _draw_row(axes: Axes, height: float, row: dict[str, Any], reach: float) -> None:
    colour, marker, label = _LOOKS[row["group"]]
    if abs(row["difference"]) > reach:
        edge = 0.99 if row["difference"] > 0.0 else 0.01
        axes.text(
            edge,
            height,
            f"{row['difference']:+.1f} {'→' if edge > 0.5 else '←'}",
            transform=blended_transform_factory(axes.transAxes, axes.transData),
            ha="right" if edge > 0.5 else "left",
            va="center",
            fontsize=9,
        )
        return
    axes.errorbar(
        row["difference"],
        height,
        xerr=[[row["difference"] - row["low"]], [row["high"] - row["difference"]]],
        fmt=marker,
        color=colour,
        capsize=3,
        label=label,
    )


def learning_curves(curves: dict[str, np.ndarray]) -> Figure:
    """Draw the mean validation error over the epochs, one line per arm.

    Parameters
    ----------
    curves : dict of str to (n_seeds, n_epochs) array
        Validation errors, percent.
    """
    lines = ("-", "--", "-.", ":")
    with style():
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.subplots()
        for number, (arm, errors) in enumerate(curves.items()):
            epochs = np.arange(1, errors.shape[1] + 1)
            axes.plot(
                epochs,
                errors.mean(axis=0),
                linestyle=lines[number % 4],
                marker="" if number < 4 else "o",
                markersize=3,
                color=COLOURS[number % len(COLOURS)],
                label=f"{arm} ({len(errors)})",
            )
        axes.set(xlabel="epoch", ylabel="validation error (%)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(fontsize=9)
        return figure


def error_over_turning(
    points: dict[str, np.ndarray], groups: dict[str, str], named: Collection[str] = ()
) -> Figure:
    """Draw the test error of each run over the turning of its z in the late epochs.

    Parameters
    ----------
    points : dict of str to (n_seeds, 2) array
        For each arm: mean turn of z per epoch, degrees, and test error, percent.
    groups : dict of str to str
        For each arm: its group, as in the rows of `results.controls`; it gives colour and marker.
    named : collection of str
        Arms whose names are written beside their means.
    """
    with style():
        figure = Figure(figsize=(6.8, 4.2), layout="constrained")
        axes = figure.subplots()
        for arm in sorted(points, key=lambda arm: [*_LOOKS].index(groups[arm])):
            values = points[arm]
            colour, marker, label = _LOOKS[groups[arm]]
            size = 9 if marker == "*" else 5
            axes.plot(*values.T, marker, color=colour, markersize=size, alpha=0.8, label=label)
            if arm in named:
                axes.annotate(
                    arm,
                    values.mean(axis=0),
                    xytext=(-10, 4),
                    textcoords="offset points",
                    ha="right",
                    fontsize=9,
                )
        axes.set(xlabel="turn of z per epoch, late epochs (degrees)", ylabel="test error (%)")
        _legend_of_groups(figure, axes)
        return figure


def error_over_length(points: dict[str, np.ndarray]) -> Figure:
    """Draw the test error over the length of z, one curve of means per source, seeds as dots.

    Parameters
    ----------
    points : dict of str to (n_runs, 2) array
        For each source: length of z and test error, percent.
    """
    with style():
        figure = Figure(figsize=(6.0, 3.4), layout="constrained")
        axes = figure.subplots()
        for number, (source, values) in enumerate(points.items()):
            lengths = np.unique(values[:, 0])
            means = [values[values[:, 0] == length, 1].mean() for length in lengths]
            look = {"color": COLOURS[number], "marker": "osD^"[number % 4]}
            axes.plot(lengths, means, linestyle=("-", "--")[number % 2], label=source, **look)
            axes.plot(values[:, 0], values[:, 1], linestyle="", markersize=3, alpha=0.5, **look)
        axes.set(
            xscale="log", xlabel="length |z| (no unit)", ylabel="test error (%)", ylim=(0.0, 100.0)
        )
        axes.legend()
        return figure
