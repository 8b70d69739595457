"""How a run went, from its record."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from .style import COLOURS, style


def training_curves(record: dict[str, Any]) -> Figure:
    """Draw how a run went: accuracy, loss, SPSA's objective and the feature's motion.

    Parameters
    ----------
    record : dict
        A record of kind "run", of any student and any source of z.

    Returns
    -------
    matplotlib.figure.Figure
        Panels over the epochs: two, and for a student with z two more; its record may have means
        in the place of SPSA's losses, and then the objective is left out.
    """
    teacher = record["teacher"]["epochs"]
    student = record["student"]["epochs"]
    measured = student[0].keys()
    of_z = {"spsa_losses": draw_objective, "drift": draw_motion}
    extra = [draw for key, draw in of_z.items() if key in measured]
    with style():
        n_rows = 2 if extra else 1
        figure = Figure(figsize=(9.0, 3.2 * n_rows), layout="constrained")
        accuracy, loss, *others = figure.subplots(n_rows, 2).ravel()
        for axes, name, key in (
            (accuracy, "validation accuracy (%)", "validation_accuracy"),
            (loss, "validation cross-entropy (nats)", "validation_cross_entropy"),
        ):
            scale = 100.0 if key == "validation_accuracy" else 1.0
            draw_curve(axes, teacher, key, "teacher", 0, scale)
            draw_curve(axes, student, key, "student", 1, scale)
            axes.set(xlabel="epoch", ylabel=name)
        if (key := "fresh_z_validation_accuracy") in measured:
            draw_curve(accuracy, student, key, "student, z afresh", 2, 100.0)
        for axes in others[len(extra) :]:
            axes.remove()
        for draw, axes in zip(extra, others, strict=False):
            draw(axes, student)
        for axes in figure.axes:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.legend()
        return figure


def draw_curve(
    axes: Axes, epochs: list[dict[str, Any]], key: str, label: str, number: int, scale: float
) -> None:
    """Draw a quantity of the epochs; ``number`` picks colour, marker and line."""
    axes.plot(
        [epoch["epoch"] for epoch in epochs],
        [scale * epoch[key] for epoch in epochs],
        color=COLOURS[(0, 1, 3)[number]],
        marker="os^"[number],
        linestyle=("-", "--", ":")[number],
        label=label,
    )


def draw_objective(axes: Axes, epochs: list[dict[str, Any]]) -> None:
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


def draw_motion(axes: Axes, epochs: list[dict[str, Any]]) -> None:
    """Draw how far z turned since the epoch before."""
    moved = [epoch for epoch in epochs if epoch["drift"] is not None]
    axes.plot(
        [epoch["epoch"] for epoch in moved],
        [np.degrees(epoch["drift"]) for epoch in moved],
        color=COLOURS[5],
        marker="D",
        label="turn of z since the epoch before",
    )
    axes.set(xlabel="epoch", ylabel="angle (degrees)")
