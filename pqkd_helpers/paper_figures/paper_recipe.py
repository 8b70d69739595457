"""Runs with the paper's own recipe, before Table 1 has enough of their seeds (notebook 10).

A constant learning rate lets a network scatter from epoch to epoch, so next to the last epoch,
which counts, stands the range of the last ten. No verdict: that asks for as many seeds as Table 1
shows.
"""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..common.figure_style import COLOURS, WIDTH, say_what_to_see, style
from ..records.record import Record
from ..records.stored import Catalogue, seeds_shown
from .finding import scale_of
from .markdown_table import Row
from .paper_values import TABLE1, accuracy_margin, cross_entropy_margin
from .readings import DEFAULT
from .result import Result
from .table1_numbers import EXPERIMENT, NAMES, decimals, margin_of, quantities

LATE = 10  # epochs
LATEST = ("lowest of the last ten", "highest of the last ten")
SHOWN = ("quantity", "paper", "ours", *LATEST, "margin")
PANELS = {"validation accuracy": "(%)", "validation cross-entropy": "(nats)"}


def paper_recipe(catalogue: Catalogue) -> Result | None:
    """Return the runs with the paper's recipe that Table 1 does not show yet, or None."""
    records = [record for dataset in TABLE1 for record in _runs(catalogue, dataset)]
    if not records:
        return None
    rows = [row for record in records for row in _rows(record)]
    return Result(
        name="paper-recipe",
        title="The paper's recipe, run by run",
        rows=rows,
        findings=[],
        draw=lambda: epochs_and_paper(records),
        alt=_alt(rows),
        reading=(
            "Panels: teacher and student over the epochs. Bands: the paper's mean with its "
            "standard deviation over 5 runs. "
            + " ".join(_nearest_teacher(record) for record in records)
        ),
        rerun="python -m pqkd_helpers reproduce table1 --tier paper --seeds 1",
        scale=scale_of(records),
        differs=["Seeds: too few for a row of Table 1, so nothing is decided."],
        assumed=["As Table 1; the rate stays constant, teacher and student are the last epoch's."],
        limits=[
            "SPSA selects the angles on half of the validation images.",
            "A teacher's training accuracy at the end is over all training images, its range over "
            "the last epochs over a fixed part of them.",
            "A student's training accuracy over the epochs is taken while it learns, with dropout: "
            "it has no range here.",
        ],
        columns=("data set", "seed", "network", *SHOWN),
        formats={
            **{name: f"{{{name}:.{{decimals}}f}}" for name in SHOWN[1:-1]},
            "margin": "{margin:.{decimals of the margin}f}",
        },
    )


def _runs(catalogue: Catalogue, dataset: str) -> list[Record]:
    runs = catalogue.runs(EXPERIMENT, tier="paper", dataset=dataset, arm=DEFAULT)
    return runs if len(runs) < seeds_shown(dataset) else []


def _rows(record: Record) -> list[Row]:
    rows: list[Row] = []
    for network, stated in TABLE1[record["dataset"]].items():
        for name, paper in stated.items():
            late = over_epochs(record, network, name)[-LATE:]
            (ours,) = quantities([record], network, name)
            margin, digits = margin_of(name, paper), decimals(name)
            rows.append(
                {
                    "data set": NAMES[record["dataset"]],
                    "seed": record["seed"],
                    "network": network,
                    "quantity": name,
                    "paper": paper,
                    "ours": float(ours),
                    LATEST[0]: float(late.min()) if late.size else None,
                    LATEST[1]: float(late.max()) if late.size else None,
                    "margin": margin,
                    "decimals": digits,
                    "decimals of the margin": digits + (margin < 0.1**digits),
                }
            )
    return rows


def over_epochs(record: dict[str, Any], network: str, name: str) -> np.ndarray:
    """Return a quantity of Table 1 after every epoch, in evaluation mode; empty if not measured."""
    key = name.replace(" ", "_").replace("-", "_").replace("train_", "evaluated_train_")
    epochs = record[network]["epochs"]
    unit = 100.0 if name.endswith("accuracy") else 1.0
    return np.array([unit * epoch[key] for epoch in epochs if key in epoch])


def _nearest_teacher(record: Record) -> str:
    """Say whether a teacher of some epoch has the paper's three numbers."""
    paper = TABLE1[record["dataset"]]["teacher"]
    accuracy, loss = (paper[name].mean for name in PANELS)
    near = np.abs(over_epochs(record, "teacher", "validation accuracy") - accuracy)
    near_loss = np.abs(over_epochs(record, "teacher", "validation cross-entropy") - loss)
    both = (near <= accuracy_margin(accuracy)) & (near_loss <= cross_entropy_margin(loss))
    said = (
        f"{NAMES[record['dataset']]}, seed {record['seed']}: the teacher has the paper's "
        "validation accuracy and cross-entropy, each within its margin, in "
        f"{both.sum()} of {both.size} epochs"
    )
    trained = over_epochs(record, "teacher", "train accuracy")
    if both.any():
        epochs = np.flatnonzero(both)[[0, -1]] + 1
        said += f" (epoch {' to '.join(dict.fromkeys(map(str, epochs)))})"
    if both.any() and trained.size:
        ends = dict.fromkeys(f"{end(trained[both]):.1f}" for end in (np.min, np.max))
        said += f"; there it knows {' to '.join(ends)} % of its training images"
    return f"{said}."


def _alt(rows: list[Row]) -> str:
    parts = [
        f"{row['data set']} {row['network']}: paper {row['paper'].mean:.2f}, ours {row['ours']:.2f}"
        for row in rows
        if row["quantity"] == "validation accuracy"
    ]
    return (
        "Validation accuracy and cross-entropy over the epochs, teacher and student, with the "
        f"paper's values as bands. At the end, accuracy in percent: {'; '.join(parts)}."
    )


def epochs_and_paper(records: list[Record]) -> Figure:
    """Draw validation accuracy and cross-entropy over the epochs, and the paper's as bands."""
    with style():
        figure = Figure(figsize=(WIDTH, 2.0 * len(records) + 0.4), layout="constrained")
        say_what_to_see(figure, "Validation: do the curves end in the bands of their colour?")
        panels = figure.subplots(len(records), 2, squeeze=False)
        for record, row in zip(records, panels, strict=True):
            for axes, (name, unit) in zip(row, PANELS.items(), strict=True):
                shown = []  # the first epochs lie far off, and may leave the panel
                for network, colour, line in (("teacher", 0, "-"), ("student", 1, "--")):
                    values = over_epochs(record, network, name)
                    paper = TABLE1[record["dataset"]][network][name]
                    low, high = (paper.mean + s * (paper.deviation or 0.0) for s in (-1, 1))
                    axes.axhspan(low, high, color=COLOURS[colour], alpha=0.3, lw=0)
                    axes.plot(
                        np.arange(1, values.size + 1),
                        values,
                        line,
                        color=COLOURS[colour],
                        linewidth=1.4,
                        label=network,
                    )
                    shown += [low, high, *values[values.size // 20 :]]
                edge = 0.05 * (max(shown) - min(shown))
                axes.set_ylim(min(shown) - edge, max(shown) + edge)
                axes.set(xlabel="epoch", ylabel=f"{name.removeprefix('validation ')} {unit}")
                axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            row[0].set_title(f"{NAMES[record['dataset']]}, seed {record['seed']}", loc="left")
        panels[0, 0].legend(loc="lower right", ncols=2)
        return figure
