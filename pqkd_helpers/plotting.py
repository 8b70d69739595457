"""Figures: functions take data and return a matplotlib `Figure`; nothing is shown or saved.

One style for all: a colour-blind-safe palette, differing markers and line styles, so that every
figure can be read in grey too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

STYLE: dict[Any, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "legend.frameon": False,
}
COLOURS = mpl.style.library["tableau-colorblind10"]["axes.prop_cycle"].by_key()["color"]


@contextmanager
def style() -> Iterator[None]:
    """Draw inside the block in the series' style."""
    with mpl.rc_context(STYLE):
        yield


def training_curves(record: dict[str, Any]) -> Figure:
    """Draw how a run went: accuracy, loss, SPSA's objective and the feature's motion.

    Parameters
    ----------
    record : dict
        A record of kind "run".

    Returns
    -------
    matplotlib.figure.Figure
        Four panels over the epochs.
    """
    teacher = record["teacher"]["epochs"]
    student = record["student"]["epochs"]
    with style():
        figure = Figure(figsize=(9.0, 6.4), layout="constrained")
        accuracy, loss, objective, motion = figure.subplots(2, 2).ravel()
        for axes, name, key in (
            (accuracy, "validation accuracy (%)", "validation_accuracy"),
            (loss, "validation cross-entropy (nats)", "validation_cross_entropy"),
        ):
            scale = 100.0 if key == "validation_accuracy" else 1.0
            _draw_curve(axes, teacher, key, "teacher", 0, scale)
            _draw_curve(axes, student, key, "student", 1, scale)
            axes.set(xlabel="epoch", ylabel=name)
        _draw_curve(accuracy, student, "fresh_z_validation_accuracy", "student, z afresh", 2, 100.0)
        _draw_objective(objective, student)
        _draw_motion(motion, student)
        for axes in (accuracy, loss, objective, motion):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.legend()
        return figure


def _draw_curve(
    axes: Axes, epochs: list[dict[str, Any]], key: str, label: str, number: int, scale: float
) -> None:
    axes.plot(
        [epoch["epoch"] for epoch in epochs],
        [scale * epoch[key] for epoch in epochs],
        color=COLOURS[(0, 1, 3)[number]],
        marker="os^"[number],
        linestyle=("-", "--", ":")[number],
        label=label,
    )


def _draw_objective(axes: Axes, epochs: list[dict[str, Any]]) -> None:
    """Every point is one evaluation of SPSA's objective, placed within its epoch."""
    for side, (label, marker) in enumerate(
        ((r"$\theta + c\Delta$", "+"), (r"$\theta - c\Delta$", "x"))
    ):
        where = [
            epoch["epoch"] - 1 + (step + 0.5) / len(epoch["spsa_losses"])
            for epoch in epochs
            for step in range(len(epoch["spsa_losses"]))
        ]
        losses = [pair[side] for epoch in epochs for pair in epoch["spsa_losses"]]
        axes.plot(where, losses, marker, color=COLOURS[side], label=label)
    axes.set(xlabel="epoch", ylabel="SPSA's objective (nats)", yscale="log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def _draw_motion(axes: Axes, epochs: list[dict[str, Any]]) -> None:
    moved = [epoch for epoch in epochs if epoch["drift"] is not None]
    axes.plot(
        [epoch["epoch"] for epoch in moved],
        [np.degrees(epoch["drift"]) for epoch in moved],
        color=COLOURS[5],
        marker="D",
        label="turn of z since the epoch before",
    )
    axes.set(xlabel="epoch", ylabel="angle (degrees)")


IMPERFECTIONS = {
    "efficiency": "lost on detection",
    "loop_efficiency": "lost per round in a loop",
    "indistinguishability": "lack of indistinguishability",
    "dark_count_probability": "dark count per time bin",
}


def imperfections(record: dict[str, Any]) -> Figure:
    """Draw how far imperfections move the feature, beside the shot noise.

    Parameters
    ----------
    record : dict
        The record of the study "imperfections".

    Returns
    -------
    matplotlib.figure.Figure
        Left: distance over the size of each imperfection. Right: devices of 1, 2 and 8 photons.
    """
    results = record["results"]
    n_shots = record["configuration"]["n_shots"]
    with style():
        figure = Figure(figsize=(10.0, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        for number, (parameter, label) in enumerate(IMPERFECTIONS.items()):
            points = [row for row in results["imperfections"] if row["parameter"] == parameter]
            dark = parameter == "dark_count_probability"
            _draw_quartiles(
                left,
                [row["value"] if dark else 1.0 - row["value"] for row in points],
                [row["relative"] for row in points],
                label,
                number,
            )
        noise = results["devices"][-1]["shot_noise"]
        left.axhline(noise["median"], color="black", linestyle="--", linewidth=1.2)
        left.axhspan(noise["lower_quartile"], noise["upper_quartile"], color="black", alpha=0.12)
        left.annotate(
            f"noise of {n_shots} shots",
            (0.02, noise["median"]),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
        )
        left.set(
            xscale="log",
            yscale="log",
            xlabel="size of the imperfection (probability)",
            ylabel=r"distance from the ideal feature, $|z^\prime - z|\,/\,|z|$",
        )
        left.legend(loc="lower right")
        _draw_devices(right, results["devices"], n_shots)
        return figure


def _draw_quartiles(
    axes: Axes, x: list[float], rows: list[dict[str, float]], label: str, number: int
) -> None:
    colour = COLOURS[(0, 1, 5, 3)[number]]
    axes.plot(
        x,
        [row["median"] for row in rows],
        color=colour,
        marker="osD^"[number],
        linestyle=("-", "--", "-.", ":")[number],
        label=label,
    )
    lower, upper = ([row[f"{side}_quartile"] for row in rows] for side in ("lower", "upper"))
    axes.fill_between(x, lower, upper, color=colour, alpha=0.15, linewidth=0)


def _draw_devices(axes: Axes, devices: list[dict[str, Any]], n_shots: int) -> None:
    places = np.arange(len(devices))
    bars = {
        "photons made distinguishable": [row["distinguishable"]["relative"] for row in devices],
        f"noise of {n_shots} shots": [row["shot_noise"] for row in devices],
    }
    for side, (label, rows) in enumerate(bars.items()):
        medians = np.array([row["median"] for row in rows])
        errors = [
            medians - [row["lower_quartile"] for row in rows],
            np.array([row["upper_quartile"] for row in rows]) - medians,
        ]
        axes.barh(
            places + 0.2 * (1 - 2 * side),
            medians,
            height=0.38,
            xerr=errors,
            color=COLOURS[(0, 6)[side]],
            hatch=("", "//")[side],
            edgecolor="white",
            label=label,
            error_kw={"linewidth": 1.0},
        )
    axes.set_yticks(places, [row["device"].replace(", ", "\n") for row in devices])
    axes.set(xlabel=r"relative distance, $|z^\prime - z|\,/\,|z|$")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right")
