"""The noise of a feature from S shots: its exact law next to the paper's bound (notebook 07)."""

from matplotlib.figure import Figure

from ..common.figure_style import COLOURS, style
from ..records.stored import Catalogue
from ..statistics.verdicts import verdict
from .finding import SCALES, Finding, Rule
from .markdown_table import Row
from .result import Result

AT = 200
TOLERANCE = 0.05
RULE = Rule(
    "The bound holds if no measured error lies above it; the exact law if every measured error is "
    "within a twentieth of it.",
    commit="77cbac2",
)


def kernel_noise(catalogue: Catalogue) -> Result | None:
    """Return measured errors, law and bound, or None without the study's record."""
    record = catalogue.study("kernel-noise")
    if record is None:
        return None
    rows = record["results"]["rows"]
    (at,) = [row for row in rows if row["shots"] == AT]
    holds = all(row["feature_error"] <= row["bound"] for row in rows)
    exact = all(abs(row["feature_error"] / row["law"] - 1.0) < TOLERANCE for row in rows)
    return Result(
        name="kernel-noise",
        title="Shot noise of the feature: the exact law and the paper's bound",
        rows=rows,
        findings=[
            Finding(
                claim="The feature's error is O(L sqrt(K/S)), K = 512",
                paper=f"an upper bound: {at['bound']:.2f} at S = {AT} (L = 1)",
                ours=(
                    f"{at['feature_error']:.3f} measured, {at['law']:.3f} by the exact law "
                    "sqrt((2 - |h|^2) / S) of the raw histogram h"
                    f"{'' if exact else ' (not within a twentieth)'}"
                ),
                difference=f"the bound is {at['bound'] / at['feature_error']:.0f} times too large",
                verdict=verdict(["equivalent" if holds else "different"], paper_recipe=True),
                rule="no measured error above the bound",
                scale=SCALES["paper"],
                notebook="02",
                records="kernel-noise-*",
            )
        ],
        draw=lambda: error_over_shots(rows),
        alt=(
            "Root mean square error of the feature over the number of shots, both axes "
            f"logarithmic: measured points lie on the exact law, {at['law']:.3f} at {AT} shots; "
            f"the paper's bound is a parallel line far above, {at['bound']:.2f}."
        ),
        reading=(
            "Points: measured on 50 random settings of the angles. Line: the exact law of the raw "
            "histogram h; it has no factor K. Dashed: the bound, with L = 1. Above 2 it says "
            "nothing, since no two are farther apart."
        ),
        rerun="python -m pqkd_helpers reproduce shot-noise --tier cpu --arms kernel-noise",
        rule=RULE,
        limits=["L is not known to us; 1 is its smallest natural value."],
        columns=("shots", "feature_error", "law", "bound", "relative_kernel_error", "relative_law"),
    )


def error_over_shots(rows: list[Row]) -> Figure:
    """Draw measured errors, the exact law and the bound over the number of shots."""
    shots = [row["shots"] for row in rows]
    with style():
        figure = Figure(figsize=(6.0, 3.6), layout="constrained")
        axes = figure.subplots()
        for key, look, colour, label in (
            ("bound", "--", 1, r"the paper's bound $\sqrt{K/S}$"),
            ("law", "-", 0, r"exact law $\sqrt{(2-|h|^2)/S}$"),
            ("feature_error", "o", 5, "measured"),
        ):
            axes.plot(shots, [row[key] for row in rows], look, color=COLOURS[colour], label=label)
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="shots S",
            ylabel="error of the feature (root mean square)",
        )
        axes.set_xticks(shots[::2], [str(s) for s in shots[::2]])
        axes.minorticks_off()
        axes.legend()
        return figure
