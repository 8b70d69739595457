"""Students trained under flawed light, next to the ideal light (notebook 12).

The plan is the docstring of the grid `flawed-light`, committed before the runs. Test error of
paired seeds, flawed minus ideal, so above zero the flaw costs. Five contrasts with Holm's
correction; margin and assay sensitivity are those of the controls. No analysis before the last of
the planned pairs.
"""

from collections.abc import Mapping

from matplotlib.figure import Figure

from ..common.figure_style import COLOURS, say_what_to_see, style
from ..records.measured import accuracies, gains
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.equivalence import Contrast, contrast, corrected
from ..statistics.means import mean_of
from .controls.analysis import verdict_in_words
from .controls.contrasts import analyse, errors
from .controls.curves import late_turn
from .difference_marks import draw_difference
from .finding import Rule, scale_of
from .markdown_table import Row
from .result import Result

EXPERIMENT = "flawed-light"
# Experiment and arm of the light without flaws: the same configuration but for the flaw.
IDEAL = ("controls", "photonic-through-ema")
SEEDS = range(10)
FLAWS = {
    "efficiency": "efficiency 0.3",
    "indistinguishability": "indistinguishability 0.9",
    "dark-counts": "dark counts, 0.002 per bin",
    "loop-phases": "loop phases differ by π/2",
    "all-flaws": "all four together",
}
DIFFERENCE = "flawed minus ideal"
RULE = Rule(
    "Test error of paired seeds, flawed minus ideal. Different: t test; equivalent: two one-sided "
    "tests within the margin of the controls (notebook 09); both at 5 %, corrected by Holm's rule "
    "over the five contrasts. Equivalent may be said only if the controls detect their known "
    "effect. Relevant: the 95 % interval, not corrected, lies wholly beyond the margin.",
    commit="118880b",
)


def flawed_light(catalogue: Catalogue) -> Result | None:
    """Return the planned contrasts, or None before all planned pairs are there: nobody peeks."""
    runs = _planned(catalogue)
    if min(map(len, runs.values())) < len(SEEDS) or (controls := analyse(catalogue)) is None:
        return None
    ideal = runs.pop("ideal")
    plain = {
        arm: contrast(errors(flawed), errors(ideal), margin=controls.margin)
        for arm, flawed in runs.items()
    }
    rows = [_row("ideal", ideal)]
    for arm, found in corrected(plain).items():
        values = (errors(runs[arm]) - errors(ideal)).round(4).tolist()
        verdict = verdict_in_words(found, found.verdict(sensitive=controls.sensitive))
        rows.append(_row(arm, runs[arm], found, verdict, values))
    flawed_rows = rows[1:]
    return Result(
        name=EXPERIMENT,
        title="Students trained under flawed light",
        rows=rows,
        findings=[],
        draw=lambda: forest(flawed_rows, controls.margin),
        alt=_in_words(flawed_rows, controls.margin),
        reading=(
            "Each line is a flaw: test error of the student trained under it minus that of the "
            "student trained under ideal light, in percentage points. Dots are seeds, the diamond "
            "is their mean with its 95 % interval. Shaded: differences smaller than the margin, "
            f"{controls.margin:.2f} points, the effect of one basis filter of four.\n\n{RULE}\n\n"
            "We know of no such comparison by the authors."
        ),
        rule=RULE,
        scale=scale_of(ideal),
        rerun=(
            "python -m pqkd_helpers reproduce flawed-light --seeds 10\n"
            "python -m pqkd_helpers reproduce controls --seeds 10 --arms photonic-through-ema"
        ),
        assumed=[
            "The flaws do not change in a run, and are equal for all photons, bins and loops.",
            "Dark counts: a noisy detector, P. L. Voss et al., J. Mod. Opt. 51, 1369 (2004). With "
            "a good one (130 per second, gates of 2 ns) there would be a third of one in a run.",
        ],
        limits=[
            "Ten pairs: what they can decide stands in the plan, in the docstring of the grid.",
            "One net, one data set, one circuit, as in the controls.",
            "The errors under a fresh z, and the turns, are described only.",
            *_two_teachers(ideal, runs),
        ],
        columns=(
            "arm",
            "n",
            "test error",
            "under a fresh z",
            "turn per epoch",
            DIFFERENCE,
            "verdict",
        ),
        formats={
            "test error": "{test error:.2f}",
            "under a fresh z": "{under a fresh z:.2f}",
            "turn per epoch": "{turn per epoch:.1f}°",
            DIFFERENCE: f"{{{DIFFERENCE}:+.2f}}",
        },
    )


def forest(rows: list[Row], margin: float) -> Figure:
    """Draw flawed minus ideal with its 95 % interval, the seeds as dots, and the margin."""
    with style():
        figure = Figure(figsize=(6.6, 3.6), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "Left of zero the student is the better one with the flaw")
        axes.axvspan(-margin, margin, color="0.85", linewidth=0, zorder=0)
        axes.axvline(0.0, color="black", linewidth=1.0)
        for place, row in enumerate(rows):
            heights = [place + 0.2] * len(row["values"])
            axes.plot(row["values"], heights, "o", markersize=3, color=COLOURS[1])
            draw_difference(axes, place - 0.1, row[DIFFERENCE], look=(COLOURS[0], "D"))
        axes.set(xlabel="flawed minus ideal: test error (points)", ylim=(len(rows) - 0.5, -0.6))
        axes.set_yticks(range(len(rows)), [FLAWS[row["arm"]] for row in rows])
        axes.grid(axis="y", visible=False)
        return figure


def _planned(catalogue: Catalogue) -> dict[str, list[Record]]:
    """Return the planned runs by arm, the ideal light's too; further seeds do not count."""
    places = {"ideal": IDEAL, **{arm: (EXPERIMENT, arm) for arm in FLAWS}}
    return {
        name: [run for run in catalogue.runs(*place, tier="cpu") if run["seed"] in SEEDS]
        for name, place in places.items()
    }


def _row(
    arm: str,
    runs: list[Record],
    found: Contrast | None = None,
    verdict: str | None = None,
    values: list[float] | None = None,
) -> Row:
    turn = late_turn(runs)
    fresh = 100.0 - accuracies(runs) + gains(runs) - gains(runs, fresh=True)
    return {
        "arm": arm,
        "n": len(runs),
        "test error": mean_of(errors(runs)),
        "under a fresh z": mean_of(fresh),
        "turn per epoch": None if turn is None else float(turn.mean()),
        DIFFERENCE: found.difference if found else None,
        "verdict": verdict,
        "values": values,
    }


def _in_words(rows: list[Row], margin: float) -> str:
    parts = "; ".join(
        f"{FLAWS[row['arm']]} {row[DIFFERENCE]:+.2f}, {row['verdict']}" for row in rows
    )
    return (
        "Horizontal intervals, one line per flaw: flawed minus ideal, test error in percentage "
        f"points, with the margin of {margin:.2f} shaded. {parts}."
    )


def _two_teachers(ideal: list[Record], flawed: Mapping[str, list[Record]]) -> list[str]:
    """Return in words how many pairs have two teachers, trained where numbers round otherwise."""
    apart = sum(
        one["teacher"]["final"] != other["teacher"]["final"]
        for runs in flawed.values()
        for one, other in zip(runs, ideal, strict=True)
    )
    pairs = len(ideal) * len(flawed)
    said_so = f"Pairs with two teachers of one seed, trained on two machines: {apart} of {pairs}."
    return [said_so] if apart else []
