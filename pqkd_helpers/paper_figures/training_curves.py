"""How a run went, from its record."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.lib.stride_tricks import sliding_window_view

from ..common.figure_style import COLOURS, WIDTH, say_what_to_see, style
from ..records.stored import Catalogue
from .finding import Finding, scale_of
from .markdown_table import Row
from .result import Result
from .table1_numbers import ARM


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
        figure = Figure(figsize=(WIDTH, 2.8 * n_rows + 0.3), layout="constrained")
        say_what_to_see(
            figure,
            "The accuracy rises: and what do SPSA's losses and z do?"
            if extra
            else "Teacher and student, epoch by epoch",
        )
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
            if len(axes.lines) > 1:
                # Losses may lie anywhere in their panel, so their legend stands above it.
                above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 2}
                axes.legend(**(above if axes.get_yscale() == "log" else {}))
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
        markersize=4,
        linewidth=1.4,
        label=label,
    )


def draw_objective(axes: Axes, epochs: list[dict[str, Any]]) -> None:
    """Draw SPSA's losses, two a step, placed within their epoch, and their running median."""
    losses = np.concatenate([np.ravel(epoch["spsa_losses"]) for epoch in epochs])
    where = np.concatenate(
        [
            epoch["epoch"] - 1 + (np.arange(n := np.size(epoch["spsa_losses"])) + 0.5) / n
            for epoch in epochs
        ]
    )
    axes.plot(where, losses, ".", color="0.6", markersize=3, label="each loss")
    if losses.size:  # a run without SPSA has none
        width = min(MEDIAN_OF, losses.size)
        middle, medians = (
            np.median(sliding_window_view(values, width), axis=-1) for values in (where, losses)
        )
        axes.plot(middle, medians, "-", color=COLOURS[0], label="running median")
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
        markersize=4,
    )
    axes.set(xlabel="epoch", ylabel="turn of z (degrees)", ylim=(0.0, None))


AT_THE_BOUND = 0.999
DIAGNOSTICS = (
    *("SPSA mean loss", "SPSA mean gradient norm", "norm of the smoothed histogram"),
    *("turn of z (degrees)", "share of angles at the bound"),
)
RERUN = "python -m pqkd_helpers reproduce table1 --tier cpu --datasets mnist --seeds 1"
MEDIAN_OF = 21  # losses of SPSA, about one epoch of a run


def training_run(catalogue: Catalogue) -> Result | None:
    """Return the training curves of seed 0 on MNIST, or None without its record."""
    record = _traced(catalogue)
    if record is None:
        return None
    rows = _rows(record)
    return Result(
        name="training-curves",
        title="Training curves",
        rows=rows,
        findings=[
            Finding(
                claim="Training curves and SPSA's diagnostics (Fig. 2)",
                paper="a figure; no numbers known to us",
                ours=f"{len(rows)} epochs",
                difference="",
                verdict="shape only",
                rule="no number is known to us: the shape is shown, nothing is decided",
                scale=scale_of([record]),
                notebook="06",
                records="table1-*-mnist-*-seed0",
            )
        ],
        draw=lambda: accuracy_and_loss(record),
        alt=(
            f"Two panels over {len(rows)} epochs: validation accuracy and cross-entropy of teacher "
            f"and student. The student ends at {rows[-1]['validation accuracy']:.1f} percent, "
            f"with a fresh z at {rows[-1]['validation accuracy, fresh z']:.1f} percent."
        ),
        reading=(
            "MNIST, seed 0, conv1 and conv2 compressed: teacher and student, epoch by epoch. What "
            "SPSA sees and does in the same run is the figure `spsa-diagnostics`."
        ),
        rerun=RERUN,
        scale=scale_of([record]),
        differs=["12 epochs at tier cpu, 100 in the paper."],
        limits=["One seed: it shows what happens, not how often."],
    )


def spsa_diagnostics(catalogue: Catalogue) -> Result | None:
    """Return what SPSA saw and did in the same run, or None without its record."""
    record = _traced(catalogue)
    if record is None:
        return None
    rows = _rows(record)
    return Result(
        name="spsa-diagnostics",
        title="SPSA's diagnostics",
        rows=[{key: row[key] for key in ("epoch", *DIAGNOSTICS)} for row in rows],
        findings=[],
        draw=lambda: four_diagnostics(record, rows),
        alt=(
            f"Four panels over {len(rows)} epochs: SPSA's objective at both points of every step, "
            "norm of its gradient estimates, turn of z, and the share of angles at the bound, at "
            f"the end {100 * rows[-1]['share of angles at the bound']:.0f} percent."
        ),
        reading=(
            "The run of the training curves: what SPSA sees and does. With the paper's gains one "
            "step can move every angle by radians; angles cut off at +-pi make the circuit "
            "certain: every photon stays where it is."
        ),
        rerun=RERUN,
        scale=scale_of([record]),
        differs=["12 epochs at tier cpu, 100 in the paper."],
        limits=["One seed: it shows what happens, not how often."],
    )


def _traced(catalogue: Catalogue) -> dict[str, Any] | None:
    """Return the first record of Table 1 on MNIST that holds the angles of every epoch."""
    tier = catalogue.tier("table1", "mnist", ARM)
    records = catalogue.runs("table1", tier=tier, dataset="mnist", arm=ARM) if tier else []
    return next((r for r in records if "theta" in r["student"]["epochs"][0]), None)


def _rows(record: dict[str, Any]) -> list[Row]:
    bound = record["configuration"]["spsa_bound"]
    return [_row(epoch, bound) for epoch in record["student"]["epochs"]]


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


def accuracy_and_loss(record: dict[str, Any]) -> Figure:
    """Draw validation accuracy and cross-entropy over the epochs of a run."""
    teacher, student = record["teacher"]["epochs"], record["student"]["epochs"]
    with style():
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        say_what_to_see(figure, "Does the student keep up with its teacher, and under a fresh z?")
        accuracy, loss = figure.subplots(1, 2)
        for axes, name, key, scale in (
            (accuracy, "validation accuracy (%)", "validation_accuracy", 100.0),
            (loss, "validation cross-entropy (nats)", "validation_cross_entropy", 1.0),
        ):
            draw_curve(axes, teacher, key, "teacher", 0, scale)
            draw_curve(axes, student, key, "student", 1, scale)
            axes.set(xlabel="epoch", ylabel=name)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        draw_curve(accuracy, student, "fresh_z_validation_accuracy", "student, fresh z", 2, 100.0)
        figure.legend(*accuracy.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        return figure


def four_diagnostics(record: dict[str, Any], rows: list[Row]) -> Figure:
    """Draw what SPSA saw and did over the epochs of a run.

    Parameters
    ----------
    record : dict
        A record of kind "run" with its traces.
    rows : list of dict
        The rows of `training_run`.
    """
    epochs, student = [row["epoch"] for row in rows], record["student"]["epochs"]
    with style():
        figure = Figure(figsize=(WIDTH, 4.6), layout="constrained")
        say_what_to_see(figure, "Losses jump, and the last panel shows where that sends the angles")
        objective, norms, motion, bound = figure.subplots(2, 2).ravel()
        draw_objective(objective, student)
        objective.legend()
        norms.plot(epochs, [row["SPSA mean gradient norm"] for row in rows], "v-", color=COLOURS[0])
        norms.set(xlabel="epoch", ylabel="gradient norm (nats/rad)")
        draw_motion(motion, student)
        share = [100.0 * row["share of angles at the bound"] for row in rows]
        bound.plot(epochs, share, "P-", color=COLOURS[3])
        bound.set(xlabel="epoch", ylabel="angles at the bound (%)", ylim=(-5, 105))
        for axes in (objective, norms, motion, bound):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        return figure
