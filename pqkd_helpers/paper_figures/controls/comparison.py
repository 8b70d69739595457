"""Does the light matter? Every control next to the photonic feature (notebook 09)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...common.checks import check_choice
from ...records.stored import Catalogue
from ...statistics.equivalence import Contrast, ContrastVerdict
from ...statistics.means import mean_of
from ..finding import scale_of
from ..markdown_table import Row
from ..result import Result
from .analysis import Analysis
from .contrasts import (
    AVERAGED,
    CIRCUIT,
    EXPERIMENT,
    FOLLOW_UP,
    KNOWN,
    LIGHT,
    LIGHT_THROUGH_EMA,
    NULL,
    OTHER_SOURCES,
    PRIMARY,
    STUDENTS,
    analyse,
    errors,
    light_minus,
    state,
)
from .curves import (
    error_over_length,
    error_over_turning,
    late_turn,
    learning,
    learning_curves,
    over_length,
    over_turning,
)
from .findings import RULE, findings
from .forest import DIFFERENCE, forest, in_words
from .robustness import over_the_margin, teachers_of_the_pairs, without_first_seeds

_TESTED = ("planned", "follow-up", "checks")


@dataclass(frozen=True, kw_only=True)
class Controls(Result):
    """The light next to its controls, the analysis behind it, and what the runs did on the way.

    Attributes
    ----------
    planned : Analysis
        Of the planned contrasts.
    follow_up : Analysis or None
        Of the follow-up, once it is finished.
    averaged : Analysis or None
        Of the second follow-up, as far as its questions are answered.
    catalogue : Catalogue
        The records.
    """

    planned: Analysis
    follow_up: Analysis | None
    averaged: Analysis | None
    catalogue: Catalogue

    def of(self, *arms: str) -> "Controls":
        """Return the comparison with these arms alone, in their order.

        Raises
        ------
        ValueError
            If an arm is not compared with the light.
        """
        by_arm = {row["arm"]: row for row in self.rows if row[DIFFERENCE] is not None}
        for arm in arms:
            check_choice("arm", arm, tuple(by_arm))
        rows, margin = [by_arm[arm] for arm in arms], self.planned.margin
        return replace(
            self, rows=rows, draw=lambda: forest(rows, margin), alt=in_words(rows, margin)
        )

    def over_the_margin(self) -> str:
        """Return which verdicts of all three plans hang on the margin, in words."""
        found = (self.planned, self.follow_up, self.averaged)
        return over_the_margin(self.catalogue, [each for each in found if each])

    def learning_curves(self, *arms: str) -> Figure:
        """Return the mean validation error of arms over the epochs.

        Raises
        ------
        ValueError
            If an arm is unknown.
        """
        known = tuple(row["arm"] for row in self.rows)
        for arm in arms:
            check_choice("arm", arm, known)
        return learning_curves(learning(self.catalogue, arms))

    def over_length(self) -> dict[str, np.ndarray]:
        """Return length of z and test error; see `curves.over_length`."""
        return over_length(self.catalogue)

    def error_over_length(self) -> Figure:
        """Return the test error over the length of z."""
        return error_over_length(self.over_length())

    def error_over_turning(self) -> Figure:
        """Return the test error over the late turn of z, two arms in colour."""
        return error_over_turning(over_turning(self.catalogue))


def controls(catalogue: Catalogue) -> Controls | None:
    """Return the light next to its controls, or None before the planned runs are there."""
    found = analyse(catalogue)
    if found is None:
        return None
    follow_up = analyse(catalogue, FOLLOW_UP)
    averaged = analyse(catalogue, **AVERAGED)
    rows = _rows(catalogue, found, follow_up)
    drawn = [row for row in rows if row[DIFFERENCE] is not None]
    return Controls(
        name="controls",
        title="Does the light matter? The photonic feature and its controls",
        rows=rows,
        findings=findings(catalogue, found, follow_up, averaged),
        draw=lambda: forest(drawn, found.margin),
        alt=in_words([row for row in drawn if row["group"] in _TESTED], found.margin),
        reading=(
            "Each line is a control, with its number of pairs: test error of the photonic run "
            "minus the control's, mean and 95 % interval over paired seeds. Shaded: differences "
            "smaller than the margin. Diamonds: family 1, planned first; crosses: family 2, the "
            "follow-up, planned later; squares: "
            "checks of the experiment. Arrows: too far off to be drawn.\n\n"
            + found.in_words()
            + "\n\nA follow-up, planned after this verdict, before its own runs:\n\n"
            + (follow_up.in_words() if follow_up else state(catalogue, FOLLOW_UP))
            + ("\n\n" + without_first_seeds(catalogue, follow_up) if follow_up else "")
            + "\n\nA second follow-up asks SPSA through the moving average, as the package does by "
            "default; planned after both verdicts, before its own runs:\n\n"
            + (f"{averaged.in_words()}\n\n" if averaged else "")
            + (f"{without_first_seeds(catalogue, averaged)}\n\n" if averaged else "")
            + state(catalogue, **AVERAGED)
        ),
        rule=RULE,
        scale=scale_of(catalogue.runs(EXPERIMENT, tier="cpu", arm=LIGHT)),
        rerun=(
            "python -m pqkd_helpers reproduce controls --tier cpu --seeds 5\n"
            "python -m pqkd_helpers reproduce controls --tier cpu "
            f"--seeds {found.n_pairs} "
            f"--arms {' '.join((LIGHT, *PRIMARY.values(), NULL, KNOWN, *FOLLOW_UP.values()))}"
        ),
        differs=[
            "We know of no such comparison by the authors. Our net is narrow: widths (16, 32, 32), "
            "4 basis filters, all convolutions compressed, 10,000 images, 20 epochs.",
        ],
        assumed=[
            "The circuit: 8 photons in every other of 16 time bins, loops (1, 1), 30 angles.",
            "The learning rate and the size of z are each arm's best of five recipes, on seeds "
            "that were then discarded.",
        ],
        limits=[
            "One net, one data set, one circuit, one reading of the paper's algorithm (SPSA "
            "minimises the loss under a fresh z): another may answer otherwise.",
            over_the_margin(catalogue, [each for each in (found, follow_up, averaged) if each]),
            *(teachers_of_the_pairs(catalogue, follow_up) if follow_up else ()),
            *(
                teachers_of_the_pairs(
                    catalogue, averaged, name="second follow-up", light_arm=LIGHT_THROUGH_EMA
                )
                if averaged
                else ()
            ),
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
            *("arm", "n", "test error", DIFFERENCE, "correlation", "verdict"),
            *("trained values", "multiply-adds", "file bytes", "steps", "turn per epoch", "recipe"),
        ),
        formats={
            "test error": "{test error:.2f}",
            DIFFERENCE: f"{{{DIFFERENCE}:+.2f}}",
            "correlation": "{correlation:.2f}",
            "turn per epoch": "{turn per epoch:.1f}°",
        },
        planned=found,
        follow_up=follow_up,
        averaged=averaged,
        catalogue=catalogue,
    )


def _rows(catalogue: Catalogue, found: Analysis, follow_up: Analysis | None) -> list[Row]:
    verdicts = _by_arm(found) | (_by_arm(follow_up) if follow_up else {})
    groups = {
        "planned": tuple(PRIMARY.values()),
        # Before its last pair the follow-up shows no difference either.
        "follow-up": tuple(FOLLOW_UP.values()) if follow_up else (),
        "checks": (NULL, KNOWN),
        "circuit": CIRCUIT,
        "instead": (*OTHER_SOURCES, "zero"),
        "students": STUDENTS,
    }
    rows = [_row(catalogue, LIGHT, "", None, None)]
    for group, arms in groups.items():
        for arm in arms:
            difference = light_minus(catalogue, arm, margin=found.margin)
            if difference is not None:
                rows.append(_row(catalogue, arm, group, difference, verdicts.get(arm)))
    return rows


def _by_arm(found: Analysis) -> dict[str, ContrastVerdict]:
    return {found.plan[question]: verdict for question, verdict in found.verdicts().items()}


def _row(
    catalogue: Catalogue,
    arm: str,
    group: str,
    difference: Contrast | None,
    verdict: ContrastVerdict | None,
) -> Row:
    records = catalogue.runs(EXPERIMENT, tier="cpu", arm=arm)
    sizes, configuration = records[0]["ledger"]["sizes"], records[0]["configuration"]
    turn = late_turn(records)
    interval = difference.difference if difference else None
    return {
        "arm": arm,
        "group": group,
        "n": interval.n if interval else len(records),
        "test error": mean_of(errors(records)),
        DIFFERENCE: interval,
        "correlation": _known(difference.correlation if difference else None),
        "verdict": verdict,
        "trained values": records[0]["compression"]["student_values"],
        "multiply-adds": sizes["multiply_adds_per_image"]["student_as_plain_network"],
        "file bytes": sizes["file_bytes"]["student"],
        "steps": _steps(configuration),
        "turn per epoch": None if turn is None else float(turn.mean()),
        "recipe": _recipe(configuration),
        "errors": errors(records).round(2).tolist(),
    }


def _known(value: float | None) -> float | None:
    """Return a number, or None in the place of nan."""
    return None if value is None or np.isnan(value) else value


def _steps(configuration: dict[str, Any]) -> int:
    per_epoch = -(-configuration["train_images"] // configuration["batch_size"])
    return int(configuration["epochs"] * per_epoch)


def _recipe(configuration: dict[str, Any]) -> str:
    size = configuration.get("feature_gain", 1.0)
    return f"rate {configuration['learning_rate']:g}" + (f", {size:g} z" if size != 1.0 else "")
