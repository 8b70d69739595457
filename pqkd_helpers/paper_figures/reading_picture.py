"""The picture of the readings: a panel per observable, a line per reading."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..common.figure_style import COLOURS, LEAST_TEXT, WIDTH, say_what_to_see, style
from .markdown_table import Row
from .paper_values import EMA_VARIANCE, SHOT_NOISE_LIMIT, TABLE1
from .readings import MARGIN, SEEDS, largest_spread, paper_difference

# Curve and z -> marker; filled where z is the one trained with.
_LIMITS = {
    "limit ema, trained with": ("o", 0, "full", "smoothed, z trained with"),
    "limit ema, fresh z": ("o", 0, "none", "smoothed, fresh z"),
    "limit raw, trained with": ("s", 1, "full", "not smoothed, z trained with"),
    "limit raw, fresh z": ("s", 1, "none", "not smoothed, fresh z"),
}
# Over the epochs of the readings, and over the paper's number of epochs.
_RATIOS = ("variance ratios", "variance ratios, 100 epochs")


def reading_by_observable(rows: list[Row]) -> Figure:
    """Draw four panels, one per observable, with a line for each reading.

    Parameters
    ----------
    rows : list of dict
        The rows of `reading_table.readings`.
    """
    with style():
        figure = Figure(figsize=(WIDTH, 6.4), layout="constrained")
        say_what_to_see(figure, "Which readings lie within the shaded ranges of the rule?")
        # What decides stands above, what only describes below.
        spread, difference, limits, variance = figure.subplots(2, 2, sharey=True).ravel()
        _each(spread, rows, _spread)
        _each(limits, rows, _limits)
        _each(variance, rows, _variance)
        _each(difference, rows, _difference)
        paper = TABLE1["mnist"]["student"]["train accuracy"].deviation
        spread.axvspan(0.005, largest_spread(len(SEEDS)), color="0.9", zorder=0)
        spread.axvline(paper, color="black", linestyle=":")
        spread.set(title="1, decides: spread in training", xlabel="points", xscale="log")
        spread.set(xlim=(0.005, 5.0))
        spread.set_xticks([0.01, 0.1, 1.0], ["0.01", "0.1", "1"])
        for number, value in enumerate(SHOT_NOISE_LIMIT.values()):
            limits.axvline(value.mean, color=COLOURS[number], linestyle=":")
        limits.set(title="2, described: limit of the gain", xlabel="points", xlim=(0.0, 100.0))
        variance.axvline(EMA_VARIANCE.mean, color="black", linestyle=":")
        variance.set(title="3, described: variance ratio", xlabel="ratio")
        variance.set(xlim=(0.0, 1.2 * max(_ratios(rows))))
        centre = paper_difference()
        difference.axvspan(centre - MARGIN, centre + MARGIN, color="0.9", zorder=0)
        difference.axvline(centre, color="black", linestyle=":")
        difference.set(title="4, decides: student - teacher", xlabel="points of accuracy")
        spread.set_yticks(range(len(rows)), [row["reading"] for row in rows])
        spread.set_ylim(len(rows) - 0.5, -0.5)
        for axes in (spread, limits, variance, difference):
            axes.title.set_size(LEAST_TEXT)
        _legend(figure, rows)
        return figure


def _each(axes: Axes, rows: list[Row], draw: Callable[[Axes, int, Row], str | None]) -> None:
    """Draw one observable of every reading; what has not run is said in its place."""
    for place, row in enumerate(rows):
        missing = draw(axes, place, row)
        if missing is not None:
            axes.annotate(
                missing,
                (0.5, place),
                xycoords=axes.get_yaxis_transform(),
                ha="center",
                va="center",
                color="0.4",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            )
    axes.grid(axis="y", visible=False)


def _seeds(row: Row) -> str:
    return f"{row['seeds']} of {len(SEEDS)} seeds"


def _point(axes: Axes, x: float, place: float, **look: Any) -> None:
    look = {"marker": "D", "color": COLOURS[5], "linestyle": "none", "fillstyle": "none"} | look
    axes.plot([x], [place], **look)


def _spread(axes: Axes, place: int, row: Row) -> str | None:
    if row["spread"] is None:
        return _seeds(row)
    _point(axes, row["spread"], place)
    return None


def _limits(axes: Axes, place: int, row: Row) -> str | None:
    found = {name: row[name] for name in _LIMITS if row[name] is not None}
    if not found:
        return "no runs planned" if row["2 fresh z"] == "no runs planned" else "not finished"
    for name, value in found.items():
        marker, colour, fill, _ = _LIMITS[name]
        offset = -0.12 if "ema" in name else 0.12
        look = {"marker": marker, "color": COLOURS[colour], "fillstyle": fill}
        _point(axes, value, place + offset, **look)
    return None


def _ratios(rows: list[Row]) -> list[float]:
    return [EMA_VARIANCE.mean, *(ratio for row in rows for key in _RATIOS for ratio in row[key])]


def _variance(axes: Axes, place: int, row: Row) -> str | None:
    for key, fill in zip(_RATIOS, ("none", "full"), strict=True):
        if row[key]:
            axes.plot(row[key], [place] * len(row[key]), ".", color="0.4", markersize=4)
            _point(axes, float(np.mean(row[key])), place, fillstyle=fill)
    return None if any(row[key] for key in _RATIOS) else _seeds(row)


def _difference(axes: Axes, place: int, row: Row) -> str | None:
    if not row["differences"]:
        return _seeds(row)
    axes.plot(row["differences"], [place] * row["seeds"], ".", color="0.4", markersize=4)
    _point(axes, float(np.mean(row["differences"])), place)
    return None


def _legend(figure: Figure, rows: list[Row]) -> None:
    """Explain the markers of panels 2 and 3; that of 100 epochs, where there are such runs."""
    axes = figure.axes[2]
    for marker, colour, fill, label in _LIMITS.values():
        axes.plot([], [], marker, color=COLOURS[colour], fillstyle=fill, label=label)
    epochs = (("none", "our runs, 12 epochs"), ("full", "panel 3: 100 epochs"))
    for (fill, label), key in zip(epochs, _RATIOS, strict=True):
        if any(row[key] for row in rows):
            axes.plot([], [], "D", color=COLOURS[5], fillstyle=fill, label=label)
    axes.plot([], [], ":", color="black", label="paper")
    figure.legend(loc="outside lower center", ncols=2)
