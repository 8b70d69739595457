"""How a run went, from its record."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from ..common.figure_style import COLOURS, style
from ..records.stored import Catalogue
from .finding import Finding, scale_of
from .markdown_table import Row
from .result import Result
from .table1 import ARM


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
            draw_curve(accuracy, student, key, "student, fresh z", 2, 100.0)
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


AT_THE_BOUND = 0.999


def training_run(catalogue: Catalogue) -> Result | None:
    """Return the training curves of seed 0 on MNIST, or None without its record."""
    tier = catalogue.tier("table1", "mnist", ARM)
    records = catalogue.runs("table1", tier=tier, dataset="mnist", arm=ARM) if tier else []
    records = [record for record in records if "theta" in record["student"]["epochs"][0]]
    if not records:
        return None
    record = records[0]
    bound = record["configuration"]["spsa_bound"]
    rows = [_row(epoch, bound) for epoch in record["student"]["epochs"]]
    return Result(
        name="training-curves",
        title="Training curves and SPSA's diagnostics",
        rows=rows,
        findings=[
            Finding(
                claim="Training curves and SPSA's diagnostics (Fig. 2)",
                paper="a figure, no public numbers",
                ours=f"{len(rows)} epochs",
                difference="",
                verdict="shape only",
                rule="no number is known to us: the shape is shown, nothing is decided",
                scale=scale_of([record]),
                notebook="06",
                records="table1-*-mnist-*-seed0",
            )
        ],
        draw=lambda: curves_and_diagnostics(record, rows),
        alt=(
            f"Six panels over {len(rows)} epochs: validation accuracy and cross-entropy of teacher "
            "and student, SPSA's objective at both points of every step, norm of its gradient "
            "estimates, turn of z, and the share of angles at the bound, at the end "
            f"{100 * rows[-1]['share of angles at the bound']:.0f} percent."
        ),
        reading=(
            "MNIST, seed 0, conv1 and conv2 compressed. Top: teacher and student. Bottom: what "
            "SPSA sees and does. With the paper's gains one step can move every angle by radians; "
            "angles cut off at +-pi make the circuit certain: every photon stays where it is."
        ),
        rerun="python -m pqkd_helpers reproduce table1 --tier cpu --datasets mnist --seeds 1",
        scale=scale_of([record]),
        differs=["12 epochs at tier cpu, 100 in the paper."],
        limits=["One seed: it shows what happens, not how often."],
    )


def _row(epoch: dict[str, Any], bound: float) -> Row:
    losses = np.array(epoch["spsa_losses"])
    return {
        "epoch": epoch["epoch"],
        "validation accuracy": 100.0 * epoch["validation_accuracy"],
        "validation accuracy, fresh z": 100.0 * epoch["fresh_z_validation_accuracy"],
        "SPSA mean loss": float(losses.mean()),
        "SPSA mean gradient norm": float(np.mean(epoch["spsa_gradient_norms"])),
        "norm of the smoothed histogram": epoch["feature_norm"],
        "turn of z (degrees)": None if epoch["drift"] is None else math.degrees(epoch["drift"]),
        "share of angles at the bound": float(
            np.mean(np.abs(epoch["theta"]) > AT_THE_BOUND * bound)
        ),
    }


def curves_and_diagnostics(record: dict[str, Any], rows: list[dict[str, Any]]) -> Figure:
    """Draw six panels over the epochs of a run.

    Parameters
    ----------
    record : dict
        A record of kind "run" with its traces.
    rows : list of dict
        The rows of `training_run`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    teacher, student = record["teacher"]["epochs"], record["student"]["epochs"]
    epochs = [row["epoch"] for row in rows]
    with style():
        figure = Figure(figsize=(10.4, 5.8), layout="constrained")
        accuracy, loss, objective, norms, motion, bound = figure.subplots(2, 3).ravel()
        for axes, name, key, scale in (
            (accuracy, "validation accuracy (%)", "validation_accuracy", 100.0),
            (loss, "validation cross-entropy (nats)", "validation_cross_entropy", 1.0),
        ):
            draw_curve(axes, teacher, key, "teacher", 0, scale)
            draw_curve(axes, student, key, "student", 1, scale)
            axes.set(xlabel="epoch", ylabel=name)
        draw_curve(accuracy, student, "fresh_z_validation_accuracy", "student, fresh z", 2, 100.0)
        draw_objective(objective, student)
        norms.plot(epochs, [row["SPSA mean gradient norm"] for row in rows], "v-", color=COLOURS[0])
        norms.set(xlabel="epoch", ylabel="SPSA's gradient norm (nats/rad)", yscale="log")
        draw_motion(motion, student)
        motion.set_ylabel("turn of z (degrees)")
        bound.plot(
            epochs,
            [100.0 * row["share of angles at the bound"] for row in rows],
            "P-",
            color=COLOURS[3],
        )
        bound.set(xlabel="epoch", ylabel="angles at the bound (%)", ylim=(-5, 105))
        for axes in (accuracy, loss, objective, norms, motion, bound):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for axes in (accuracy, loss, objective):
            axes.legend()
        return figure
