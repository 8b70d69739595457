"""The ladder's students in bytes, next to their teacher in int8 and pruned to as many bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...common.figure_style import COLOURS, say_what_to_see, style
from ...records.record import Record
from ...records.stored import SEEDS_SHOWN, TIERS, Catalogue
from ...statistics.means import mean_of, paired_difference
from ..finding import SCALES, Rule
from ..markdown_table import Row
from ..result import Result
from .planned import MOST_BYTES, OURS, TO_REACH_IN_BYTES, reached

EXPERIMENT = "bytes-at-best"
# The student that is compared in any case.
BEST = "pqkd-1984"
# A run that ends below this accuracy (percent) is said to have diverged; the others end above 97.
DIVERGED = 90.0
FORMATS = ("float32", "float16", "int8")
STUDENT, FITTED, FEWER, INT8 = (
    *("PQKD student", "teacher, pruned to as many bytes"),
    *("teacher, pruned to as many values", "teacher, int8"),
)
LOOKS = {STUDENT: (0, "o"), FITTED: (1, "v"), FEWER: (3, "P"), INT8: (5, "X")}
TICKS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
DIFFERENCE = "student minus teacher of its bytes"
RULE = Rule(
    "At each size a student's file is compared with that of its own teacher, pruned to fit into as "
    "many bytes and in int8: test accuracy, paired by seed, with the 95 % interval (Student's), "
    f"whoever wins. To be reached, as a mean: {TO_REACH_IN_BYTES} % in {MOST_BYTES / 1e3:g} kB.",
    commit="3172ddb",
)


def bytes_at_best(catalogue: Catalogue) -> Result | None:
    """Return accuracy over bytes, or None before the best student has enough seeds.

    Further students of the ladder are shown once each has as many.
    """
    studies = _studies(catalogue)
    if BEST not in studies:
        return None
    rows = [row for arm, records in studies.items() for row in _rows(arm, records)]
    return Result(
        name=EXPERIMENT,
        title="PQKD at its best in bytes, next to its pruned teacher",
        rows=rows,
        findings=[],
        draw=lambda: error_over_bytes(rows),
        alt=_in_words(rows),
        reading=(
            "Test error over the size of the file, a mark for each seed. From right to left a "
            "student's file in float32, float16 and int8; the teacher is pruned to fit into as "
            "many bytes as each of them, with int8 weights. Grey: what is to be reached. "
            f"{_what_is_reached(rows)}\n\n{RULE}\n\n{OURS}"
        ),
        rule=RULE,
        scale=SCALES[studies[BEST][0]["tier"]],
        rerun=(
            "python -m pqkd_helpers reproduce bytes-at-best --tier cpu --seeds 3 --arms pqkd-1984"
            + "".join(f" {arm}" for arm in studies if arm != BEST)
        ),
        differs=["Bytes are our own measure: we know of none by the authors."],
        limits=[
            "A student's file holds a description in plain text and a check sum, about a third of "
            "the bytes of 1,984 values in int8. The teacher's file is packed by LZMA and has "
            "neither.",
            "To be used, a student needs the matrices A too. They are made anew from a seed, which "
            "takes time and memory.",
            "The pruned teacher's fine-tuning was chosen before, for another teacher.",
            "Student's interval takes seeds for scattered alike. Where one of three diverged it "
            "passes 100 %, and says only that three seeds do not tell: read the seeds.",
        ],
        columns=("student", "network", "values", "bytes", "seeds", "test accuracy", DIFFERENCE),
        formats={
            "values": "{values:,.0f}",
            "bytes": "{bytes:,.0f}",
            "test accuracy": "{test accuracy:.2f}",
            DIFFERENCE: f"{{{DIFFERENCE}:+.2f}}",
        },
    )


def _studies(catalogue: Catalogue) -> dict[str, list[Record]]:
    """Return the studies by arm, at the largest scale at which the best student has enough."""
    for tier in TIERS:
        by_arm = {BEST: catalogue.runs(EXPERIMENT, BEST, tier=tier)}
        for record in catalogue.runs(EXPERIMENT, tier=tier):
            if record["arm"] != BEST:
                by_arm.setdefault(record["arm"], []).append(record)
        found = {arm: records for arm, records in by_arm.items() if len(records) >= SEEDS_SHOWN}
        if BEST in found:
            return found
    return {}


def _rows(arm: str, records: Sequence[Record]) -> list[Row]:
    found = [{row["name"]: row for row in record["results"]["rows"]} for record in records]
    students = {name: [rows[f"{STUDENT}, {name}"] for rows in found] for name in FORMATS}
    fitted = {
        name: [
            rows[f"teacher, pruned to fit {student['file_bytes']:,} bytes, int8"]
            for rows, student in zip(found, students[name], strict=True)
        ]
        for name in FORMATS
    }
    fewer = [
        rows[f"teacher, pruned to {student['values']:,} values, int8"]
        for rows, student in zip(found, students["int8"], strict=True)
    ]
    tier = records[0]["tier"]
    rows = [
        _row(arm, STUDENT, name, students[name], tier) | {DIFFERENCE: _minus(students[name], other)}
        for name, other in fitted.items()
    ]
    rows += [_row(arm, FITTED, name, other, tier) for name, other in fitted.items()]
    rows.append(_row(arm, FEWER, "int8", fewer, tier))
    rows.append(_row(arm, INT8, "int8", [rows_of[INT8] for rows_of in found], tier))
    return rows


def _minus(students: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> Any:
    return paired_difference(_accuracies(students), _accuracies(others))


def _accuracies(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    return [100.0 * row["test_accuracy"] for row in rows]


def _row(
    arm: str, kind: str, file_format: str, rows: Sequence[Mapping[str, Any]], tier: str
) -> Row:
    accuracy = mean_of(_accuracies(rows))
    named = {STUDENT: f"student, {file_format}", FITTED: f"{FITTED} as {file_format}"}
    return {
        "student": arm,
        "network": named.get(kind, kind),
        "kind": kind,
        "format": file_format,
        "values": float(np.mean([row["values"] for row in rows])),
        "bytes": float(np.mean([row["file_bytes"] for row in rows])),
        "test accuracy": accuracy,
        "seeds": ", ".join(f"{value:.2f}" for value in _accuracies(rows)),
        "n": accuracy.n,
        DIFFERENCE: None,
        "tier": tier,
        "test accuracies": [round(value, 4) for value in _accuracies(rows)],
    }


def _students(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["kind"] == STUDENT]


def _what_is_reached(rows: Sequence[Row]) -> str:
    """Return in words how the best student's files stand to what is to be reached."""
    small = [
        row for row in _students(rows) if row["student"] == BEST and row["bytes"] <= MOST_BYTES
    ]
    if not small:
        return f"No file of the best student has {MOST_BYTES / 1e3:g} kB or less."
    told = "; ".join(
        f"{row['network']} in {row['bytes']:,.0f} bytes {row['test accuracy'].mean:.2f} % (seeds "
        f"{row['seeds']}), {reached(row['test accuracy'], TO_REACH_IN_BYTES)}"
        for row in small
    )
    return f"{TO_REACH_IN_BYTES} % in {MOST_BYTES / 1e3:g} kB: {told}."


def _in_words(rows: Sequence[Row]) -> str:
    parts = "; ".join(
        f"{row['student']}, {row['network']}, {row['bytes'] / 1e3:.1f} kB: {row['seeds']}"
        for row in rows
    )
    return (
        "Test error over the size of the file, both logarithmic, a mark for each seed. Test "
        f"accuracies in percent: {parts}. {_what_is_reached(rows)}"
    )


def error_over_bytes(rows: Sequence[Row]) -> Figure:
    """Draw every seed's test error over the size of its file, on logarithmic axes."""
    with style():
        figure = Figure(figsize=(6.0, 4.6), layout="constrained")
        say_what_to_see(figure, "Every mark is a seed: the lower, the more right answers")
        axes = figure.subplots()
        axes.set(xscale="log", yscale="log")
        for kind, (colour, marker) in LOOKS.items():
            shown = [row for row in rows if row["kind"] == kind]
            axes.plot(
                [row["bytes"] / 1e3 for row in shown for _ in row["test accuracies"]],
                [100.0 - accuracy for row in shown for accuracy in row["test accuracies"]],
                marker,
                color=COLOURS[colour],
                markerfacecolor="none",
                label=kind,
            )
        (left, _), (low, _) = axes.get_xlim(), axes.get_ylim()
        corner, most = (left, low), (MOST_BYTES / 1e3, 100.0 - TO_REACH_IN_BYTES)
        size = (most[0] - left, most[1] - low)
        axes.add_patch(Rectangle(corner, *size, color="0.88", zorder=0, label="to be reached"))
        axes.set(xlim=(left, None), ylim=(low, None))
        for axis, (least, largest) in (
            (axes.xaxis, axes.get_xlim()),
            (axes.yaxis, axes.get_ylim()),
        ):
            ticks = [tick for tick in TICKS if least <= tick <= largest]
            axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set(xlabel="size of the file (kB)", ylabel="test error (%)")
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
        return figure
