"""Does the light matter? Every control beside the photonic feature, and the planned verdict."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from ...common.figure_style import COLOURS, style
from ...experiments.grids.controls import FEATURE_ARMS, STUDENT_ARMS
from ...records.stored import Catalogue
from ...statistics.equivalence import Contrast, ContrastVerdict
from ...statistics.means import mean_of
from ..result import Result
from .contrasts import (
    EXPERIMENT,
    FOLLOW_UP,
    KNOWN,
    LIGHT,
    NULL,
    PRIMARY,
    Analysis,
    analyse,
    errors,
    light_minus,
    state,
)
from .curves import late_turn
from .findings import findings
from .looks import LOOKS, legend_of_groups
from .wording import sentences

_TESTED = ("planned", "follow-up", "checks")


CIRCUIT = (
    *("photonic-exact", "photonic-frozen", "photonic-one-shot", "photonic-sham"),
    *("random-search", "marginals", "single-photon"),
)


_ELSEWHERE = {LIGHT, *PRIMARY.values(), *FOLLOW_UP.values(), *CIRCUIT}


def controls(catalogue: Catalogue) -> Result | None:
    """Return the light beside its controls, or None before the planned runs are there."""
    found = analyse(catalogue)
    if found is None:
        return None
    follow_up = analyse(catalogue, FOLLOW_UP)
    rows = _rows(catalogue, found, follow_up)
    drawn = [row for row in rows if row["difference"] is not None]
    return Result(
        name="controls",
        title="Does the light matter? The photonic feature beside its controls",
        rows=rows,
        findings=findings(catalogue, found, follow_up),
        draw=lambda: forest(drawn, found.margin),
        alt=in_words([row for row in drawn if row["group"] in _TESTED], found.margin),
        reading=(
            "Each line is a control, with its number of pairs: test error of the photonic run "
            "minus the control's, mean and 95 % interval over paired seeds. Shaded: differences "
            "smaller than the margin. Arrows: too far off to be drawn.\n\n"
            + "\n".join(f"- {line}" for line in sentences(found))
            + "\n\nA follow-up, planned after this verdict, before its own runs:\n\n"
            + "\n".join(
                [state(catalogue, FOLLOW_UP)]
                if follow_up is None
                else [f"- {line}" for line in sentences(follow_up)]
            )
        ),
        rerun=(
            "python -m pqkd_helpers reproduce controls --tier cpu --seeds 5\n"
            "python -m pqkd_helpers reproduce controls --tier cpu "
            f"--seeds {found.contrasts['selection'].difference.n} "
            f"--arms {' '.join((LIGHT, *PRIMARY.values(), NULL, KNOWN, *FOLLOW_UP.values()))}"
        ),
        differs=[
            "The paper publishes no such comparison. Our net is narrow: widths (16, 32, 32), 4 "
            "basis filters, all convolutions compressed, 10,000 images, 20 epochs.",
        ],
        assumed=[
            "The circuit: 8 photons in every other of 16 time bins, loops (1, 1), 30 angles.",
            "The learning rate and the size of z are each arm's best of five recipes, on seeds "
            "that were then discarded.",
        ],
        limits=[
            "One net, one data set, one circuit: another may answer otherwise.",
            "The recipes differ: learning rate and length of z of each arm are those that the "
            "search chose for it, with eight filters and two seeds. A contrast therefore compares "
            "light and control each at its best of five, not at equal settings. In the follow-up "
            "both have the recipe that was chosen for the light, which may favour it.",
            "The classical map was matched to the circuit at random angles, for steps up to 0.3 "
            "radians. SPSA's steps are larger, and often throw all angles to -pi or pi: there the "
            "circuit gives one sure outcome per half, the map does not.",
            "Eight photons that do not interfere with each other still interfere each with itself.",
            "Partners of the yoked arm exchange their z, seeds 0 and 1, 2 and 3, ...: their "
            "differences are not quite independent. If a lucky z lowers one and raises the other, "
            "the interval is too wide rather than too narrow.",
            "At so few values the plain students are weak: widths (5, 4, 6), a low rank of 1. "
            "Batch norm's scales and shifts come on top for all students but the narrow one.",
        ],
        columns=(
            *("arm", "n", "test error", "photonic minus it", "correlation", "verdict"),
            *("trained values", "multiply-adds", "file bytes", "steps", "turn of z", "recipe"),
        ),
    )


def _rows(
    catalogue: Catalogue, found: Analysis, follow_up: Analysis | None
) -> list[dict[str, Any]]:
    verdicts = _by_arm(found, PRIMARY) | (_by_arm(follow_up, FOLLOW_UP) if follow_up else {})
    groups = {
        "planned": tuple(PRIMARY.values()),
        # Before its last pair the follow-up shows no difference either.
        "follow-up": tuple(FOLLOW_UP.values()) if follow_up else (),
        "checks": (NULL, KNOWN),
        "circuit": CIRCUIT,
        "instead": (*(arm for arm in FEATURE_ARMS if arm not in _ELSEWHERE), "zero"),
        "students": tuple(STUDENT_ARMS),
    }
    rows = [_row(catalogue, LIGHT, "", None, None)]
    for group, arms in groups.items():
        for arm in arms:
            difference = light_minus(catalogue, arm, margin=found.margin)
            if difference is not None:
                rows.append(_row(catalogue, arm, group, difference, verdicts.get(arm)))
    return rows


def _by_arm(found: Analysis, plan: Mapping[str, str]) -> dict[str, ContrastVerdict]:
    return {plan[question]: verdict for question, verdict in found.verdicts().items()}


def _row(
    catalogue: Catalogue,
    arm: str,
    group: str,
    difference: Contrast | None,
    verdict: ContrastVerdict | None,
) -> dict[str, Any]:
    records = catalogue.runs(EXPERIMENT, tier="cpu", arm=arm)
    sizes, configuration = records[0]["ledger"]["sizes"], records[0]["configuration"]
    turn = late_turn(records)
    interval = difference.difference if difference else None
    return {
        "arm": arm,
        "group": group,
        "n": interval.n if interval else len(records),
        "test error": mean_of(errors(records)).text().rpartition(",")[0],
        "difference": interval.mean if interval else None,
        "photonic minus it": interval.text().rpartition(",")[0] if interval else None,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "correlation": _two_digits(difference.correlation if difference else None),
        "verdict": verdict,
        "trained values": records[0]["compression"]["student_values"],
        "multiply-adds": sizes["multiply_adds_per_image"]["student_as_plain_network"],
        "file bytes": sizes["file_bytes"]["student"],
        "steps": _steps(configuration),
        "turn of z": f"{turn.mean():.1f}°" if turn is not None else None,
        "recipe": _recipe(configuration),
        "errors": " ".join(f"{value:.2f}" for value in errors(records)),
    }


def _two_digits(value: float | None) -> str | None:
    return None if value is None or np.isnan(value) else f"{value:.2f}"


def _steps(configuration: dict[str, Any]) -> int:
    per_epoch = -(-configuration["train_images"] // configuration["batch_size"])
    return int(configuration["epochs"] * per_epoch)


def _recipe(configuration: dict[str, Any]) -> str:
    size = configuration.get("feature_gain", 1.0)
    return f"rate {configuration['learning_rate']:g}" + (f", {size:g} z" if size != 1.0 else "")


def in_words(rows: list[dict[str, Any]], margin: float) -> str:
    """Return what a forest plot of these rows shows, for readers who do not see it."""
    parts = "; ".join(f"{row['arm']} {row['photonic minus it']}" for row in rows)
    return (
        "Horizontal intervals, one line per control: photonic minus control, test error in "
        f"percentage points, with the margin of {margin:.2f} shaded. {parts}."
    )


# By group of `results.controls`: colour, marker and what the legend says.
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
        legend_of_groups(figure, axes)
        return figure


def _reach(rows: list[dict[str, Any]], margin: float) -> float:
    """Return half the width that shows the planned contrasts and most others."""
    ends = [max(abs(row["low"]), abs(row["high"])) for row in rows]
    tested = ("planned", "follow-up")
    planned = [end for end, row in zip(ends, rows, strict=True) if row["group"] in tested]
    return 1.1 * max(4.0 * margin, float(np.quantile(ends, 0.8)), *planned)


def _draw_row(axes: Axes, height: float, row: dict[str, Any], reach: float) -> None:
    colour, marker, label = LOOKS[row["group"]]
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
