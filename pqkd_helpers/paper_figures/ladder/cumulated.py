"""The ladder: each rung on top of all those below it, and the long runs next to a plain CNN."""

from collections.abc import Mapping
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from ...common.figure_style import COLOURS, LEAST_TEXT, say_what_to_see, style
from ...records.measured import accuracies
from ...records.record import Record
from ...records.stored import Catalogue
from ...statistics.means import PairedDifference, mean_of, paired_difference
from ..difference_marks import draw_difference
from ..finding import SCALES
from ..markdown_table import Row
from ..result import Result
from . import planned
from .planned import ASSUMED, OURS, TO_REACH, in_short, planned_runs, reached, values_of
from .rung_words import CHOSEN_RUNGS, RUNGS, rung_in_words

EXPERIMENT = "ladder"
N_SEEDS = 5
LONG = "long"
# Of each number of values: the students of 100 epochs, and the plain CNNs, alone and distilled.
PQKD, MORE_FILTERS = "PQKD", "PQKD, more filters"
STUDENTS: Mapping[int, Mapping[str, str]] = {
    1984: {LONG: PQKD},
    1184: {"small-long": PQKD, "small-many-filters-long": MORE_FILTERS},
}
PLAIN = {"": "plain CNN", "-distilled": "plain CNN, distilled"}
RUNG = "a rung"
LOOKS = {
    PQKD: (COLOURS[0], "D"),
    MORE_FILTERS: (COLOURS[4], "s"),
    **dict(zip(PLAIN.values(), ((COLOURS[1], "o"), (COLOURS[1], "^")), strict=True)),
}
RULE = replace(
    planned.RULE,
    text=f"{planned.RULE.text} To be reached, as the mean of {N_SEEDS} seeds: "
    + ", ".join(f"{goal} % with at most {n:,} trained values" for n, goal in TO_REACH.items())
    + ".",
)
# Columns of differences.
STEP = "step"
MINUS = {end: f"minus {words}" for end, words in PLAIN.items()}


def ladder(catalogue: Catalogue) -> Result | None:
    """Return the cumulated ladder, or None before its last run."""
    rungs = (*RUNGS, *CHOSEN_RUNGS)
    long = [arm for budget in TO_REACH for arm in (*STUDENTS[budget], *_plain(budget))]
    runs = planned_runs(
        catalogue, EXPERIMENT, (*rungs, *long), n_seeds=N_SEEDS, optional=CHOSEN_RUNGS
    )
    if runs is None:
        return None
    rungs = tuple(arm for arm in rungs if arm in runs)
    if _recipe(runs[rungs[-1]][0]) != _recipe(runs[LONG][0]):
        return None  # a rung is missing: the last one has the recipe of the long run
    rows = [_rung(runs, arm, before) for arm, before in zip(rungs, (None, *rungs), strict=False)]
    rows += [row for budget in TO_REACH for row in _long_rows(runs, budget, highest_rung=rungs[-1])]
    return Result(
        name=EXPERIMENT,
        title="The ladder: what each idea adds, and what all of them reach",
        rows=rows,
        findings=[],
        draw=lambda: steps_and_long_runs(rows),
        alt=_in_words(rows),
        reading=(
            "Above: each rung has all that stands over it, and adds one idea. Its number is the "
            "step from the rung before, a mean of paired seeds with its 95 % interval. Middle: the "
            "long runs, next to plain CNNs that train as many values; the dashed lines are to be "
            "reached. Below: the student minus each plain CNN, paired, so right of zero PQKD is "
            "better (squares: the student of more filters). Dots are seeds. "
            f"{_what_is_reached(rows)}\n\n{RULE}\n\n{OURS}"
        ),
        rule=RULE,
        scale=SCALES[runs[LONG][0]["tier"]],
        rerun="python -m pqkd_helpers reproduce ladder --tier cpu --seeds 5",
        differs=[
            "A falling rate, one-cycle of Adam, where the paper's is constant. The first rung "
            "alone has the paper's.",
            "Tier cpu: 20 epochs instead of 100, but for the long runs; teachers of 12.",
        ],
        assumed=ASSUMED,
        limits=[
            "The order of the rungs is ours: on top of others an idea may be worth more or less.",
            "At 1,184 values there are two students. The better of two looks a little better than "
            "it is.",
            "The plain CNN's rate was chosen as the student's was. Its distillation is that of the "
            "base, and was not chosen anew.",
            "Five seeds, one data set.",
        ],
        columns=(
            *("arm", "group", "what", "epochs", "trained values", "test accuracy", "n", STEP),
            *(*MINUS.values(), "to be reached", "found", "teacher"),
        ),
        formats={
            "trained values": "{trained values:,}",
            "test accuracy": "{test accuracy:.2f}",
            "teacher": "{teacher:.2f}",
            **{name: f"{{{name}:+.2f}}" for name in (STEP, *MINUS.values())},
        },
    )


def _plain(budget: int) -> list[str]:
    return [f"plain-{budget}-long{end}" for end in PLAIN]


def _recipe(run: Record) -> dict[str, object]:
    return {**run["configuration"], "epochs": None}


def _rung(runs: Mapping[str, list[Record]], arm: str, before: str | None) -> Row:
    row = _row(runs, arm, rung_in_words(arm, runs[arm][0]["configuration"]))
    return row | {STEP: _difference(runs, arm, before)}


def _long_rows(runs: Mapping[str, list[Record]], budget: int, *, highest_rung: str) -> list[Row]:
    goal, rows = TO_REACH[budget], []
    for arm, words in STUDENTS[budget].items():
        row = _row(runs, arm, words, budget)
        row["to be reached"], row["found"] = goal, reached(row["test accuracy"], goal)
        row[STEP] = _difference(runs, arm, highest_rung if arm == LONG else None)
        for name, other in zip(MINUS.values(), _plain(budget), strict=True):
            row[name] = _difference(runs, arm, other)
        rows.append(row)
    for words, arm in zip(PLAIN.values(), _plain(budget), strict=True):
        rows.append(_row(runs, arm, words, budget))
    return rows


def _difference(
    runs: Mapping[str, list[Record]], arm: str, other: str | None
) -> PairedDifference | None:
    if other is None:
        return None
    return paired_difference(accuracies(runs[arm]), accuracies(runs[other]))


def _row(runs: Mapping[str, list[Record]], arm: str, words: str, budget: int | None = None) -> Row:
    found = runs[arm]
    accuracy = mean_of(accuracies(found))
    return {
        "arm": arm,
        "what": words,
        "group": RUNG if budget is None else f"{budget:,} values",
        "budget": budget,
        "epochs": found[0]["configuration"]["epochs"],
        "trained values": values_of(found),
        "test accuracy": accuracy,
        "n": accuracy.n,
        STEP: None,
        **dict.fromkeys(MINUS.values()),
        "to be reached": None,
        "found": None,
        "teacher": float(accuracies(found, "teacher").mean()),
        "tier": found[0]["tier"],
        "values": accuracies(found).round(4).tolist(),
    }


def _what_is_reached(rows: list[Row]) -> str:
    return " ".join(
        f"{row['to be reached']} % with {row['trained values']:,} values ({row['what']}): "
        f"{row['test accuracy']:.2f}, {row['found']}."
        for row in rows
        if row["found"]
    )


def _in_words(rows: list[Row]) -> str:
    rungs = "; ".join(
        f"{row['what']} {row['test accuracy'].mean:.2f}" for row in rows if row["group"] == RUNG
    )
    long = "; ".join(
        f"{row['what']}, {row['trained values']:,} values {row['test accuracy'].mean:.2f}"
        for row in rows
        if row["group"] != RUNG
    )
    return (
        f"Above, test accuracy in percent, one line per rung, each on top of the last: {rungs}. "
        f"Middle, the long runs: {long}. Below, PQKD minus the plain CNNs, with intervals. "
        f"{_what_is_reached(rows)}"
    )


def steps_and_long_runs(rows: list[Row]) -> Figure:
    """Draw the rungs, the long runs next to the plain CNNs, and their paired differences."""
    rungs = [row for row in rows if row["group"] == RUNG]
    long = [row for row in rows if row["group"] != RUNG]
    lines = [(budget, name) for budget in TO_REACH for name in MINUS.values()]
    heights = [len(rungs), len(long), len(lines)]
    with style():
        figure = Figure(figsize=(6.0, 0.3 * sum(heights) + 3.0), layout="constrained")
        say_what_to_see(figure, "Each rung has all above it. Which step is worth its effort?")
        top, middle, bottom = figure.subplots(3, 1, height_ratios=heights)
        for place, row in enumerate(rungs):
            _draw_accuracy(top, place, row, (COLOURS[0], "D"))
            _write_step(top, place, row)
        _name_lines(top, [row["what"] for row in rungs], f"test accuracy (%), {_epochs(rungs)}")
        for place, row in enumerate(long):
            _draw_accuracy(middle, place, row, LOOKS[row["what"]])
        _draw_goals(middle, long)
        names = [f"{row['budget']:,}: {row['what']}" for row in long]
        _name_lines(middle, names, f"test accuracy (%), {_epochs(long)}; dashed: to be reached")
        for row in long:
            below = 0.25 if row["what"] == MORE_FILTERS else 0.0
            for name in MINUS.values():
                if row[name] is not None:
                    height = lines.index((row["budget"], name)) + below
                    draw_difference(bottom, height, row[name], look=LOOKS[row["what"]])
        bottom.axvline(0.0, color="black", linewidth=1.0, zorder=1)
        names = [f"{budget:,}: {name.removeprefix('minus ')}" for budget, name in lines]
        _name_lines(bottom, names, "PQKD minus it: test accuracy (points)")
        return figure


def _draw_accuracy(axes: Axes, place: int, row: Row, look: tuple[str, str]) -> None:
    mean, (colour, marker) = row["test accuracy"], look
    axes.plot(row["values"], [place + 0.27] * row["n"], ".", color="0.4", markersize=4)
    axes.errorbar(mean.mean, place, xerr=mean.half_width, fmt=marker, color=colour, capsize=3)


def _epochs(rows: list[Row]) -> str:
    return f"{rows[0]['epochs']} epochs"


def _name_lines(axes: Axes, names: list[str], label: str) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set(ylim=(len(names) - 0.4, -0.6), xlabel=label)
    axes.grid(axis="y", visible=False)


def _write_step(axes: Axes, place: int, row: Row) -> None:
    """Write a rung's step at the right edge; over the first one, which has none, what they are."""
    text = in_short(row[STEP]) or "step (points)"
    at = blended_transform_factory(axes.transAxes, axes.transData)
    axes.text(1.02, place, text, transform=at, va="center", fontsize=LEAST_TEXT)


def _draw_goals(axes: Axes, rows: list[Row]) -> None:
    for budget, goal in TO_REACH.items():
        places = [place for place, row in enumerate(rows) if row["budget"] == budget]
        axes.vlines(goal, places[0] - 0.5, places[-1] + 0.5, colors="black", linestyles="--")
