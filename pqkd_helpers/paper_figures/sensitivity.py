"""By how much open choices move the numbers that are compared with the paper.

We do not know how the paper takes some of its numbers. Each row changes one such choice on stored
runs and says by how much the number moves: differences of pairs, the same run or the same seed,
with their 95 % interval. Where no stored runs differ in a choice alone, the row says so. Backs
notebook 10.
"""

import math
from collections.abc import Callable
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..common.figure_style import COLOURS, WIDTH, say_what_to_see, style
from ..records.measured import finals, same_seeds
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import mean_of, paired_difference
from .gain_curves import Points, gain_curve, is_complete, limits_of_seeds, stacked_gains
from .markdown_table import Row
from .paper_values import EXTREME, SHOT_NOISE_LIMIT, TABLE1, PaperValue
from .readings import AT_REST, DEFAULT
from .result import Result
from .shot_sweep import KINDS, sweep_limits, sweeps
from .table1_numbers import shown_runs

Array = NDArray[np.float64]
NAMES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}
# Beginning of a number's name -> what it is, its mark and colour.
LOOKS = {
    "MNIST": ("accuracy, MNIST", "o", 0),
    "Fashion-MNIST": ("accuracy, Fashion-MNIST", "s", 1),
    "limit": ("limit of the gain", "D", 3),
}
LEAST, MOST = 25, 200  # the range of S that the narrower fits take
# Experiment, arm that asks about a fresh z, arm that does not, split, number, the paper's.
OBJECTIVES = (
    (
        *("extreme", "32-64-64", "frozen-32-64-64", "validation"),
        "MNIST, all compressed, (32, 64, 64): validation accuracy",
        EXTREME["32-64-64"][1],
    ),
    (
        *("shot-noise", "ema-100", "frozen-ema-100", "test"),
        "MNIST, narrow net, S = 100: test accuracy",
        None,
    ),
    *(
        (
            *("readings", "fresh", reading, "validation"),
            "MNIST, student: validation accuracy (seeds 10 to 12)",
            TABLE1["mnist"]["student"]["validation accuracy"],
        )
        for reading in (AT_REST, DEFAULT)
    ),
)
# No stored runs differ in these alone.
NOTHING = (
    "where the EMA is updated (once an epoch, or at every evaluation of SPSA); which statistics "
    "standardise z (64 random settings, or another set); schedule (a constant rate, or one that "
    "falls); dropout (0.25 in training, or none)"
)


def _last(key: str) -> Callable[[list[Record], str], Array]:
    """Return what takes a measure of the last epoch, percent."""
    return lambda runs, network: np.array([100.0 * run[network]["epochs"][-1][key] for run in runs])


def _best(runs: list[Record], network: str) -> Array:
    accuracies = [[e["validation_accuracy"] for e in run[network]["epochs"]] for run in runs]
    return np.array([100.0 * max(found) for found in accuracies])


def _unseen(runs: list[Record], network: str) -> Array:
    return finals(runs, network, "validation_without_spsa", "accuracy")


# Choice -> both ways, the split that we report, and what takes the number the other way.
TAKEN = {
    "how training accuracy is taken": (
        "at the end, in evaluation mode, or while learning, with dropout",
        "train",
        _last("train_accuracy"),
    ),
    "last or best epoch": (
        "the last, or the best on the validation images",
        "validation",
        _best,
    ),
    "which validation images": ("all, or those that SPSA never sees", "validation", _unseen),
    "which z the student is evaluated with": (
        "the one trained with, or a fresh one",
        "validation",
        _last("fresh_z_validation_accuracy"),
    ),
}
OF_STUDENT = ("which validation images", "which z the student is evaluated with")


def sensitivity(catalogue: Catalogue) -> Result | None:
    """Return what each open choice moves, or None without a record of any."""
    rows = [*_table1(catalogue), *_gains(catalogue), *_objectives(catalogue)]
    if all(row["moves"] is None for row in rows):
        return None
    shown = [row for row in rows if row["moves"] is not None]
    rows.append(_empty("no runs differ in one of these alone", NOTHING, "nothing stored"))
    return Result(
        name="sensitivity",
        title="What the open choices move",
        rows=rows,
        findings=[],
        draw=lambda: moves(shown),
        alt=_alt(shown),
        reading=(
            "Each row is a choice of which we do not know what the paper did. It shows a number "
            "that is compared with the paper, as we take it and the other way, and by how many "
            "points it moves (mean of n pairs, 95 % interval). In the picture a choice has one "
            "line, with a mark for each of its numbers: an accuracy on MNIST or Fashion-MNIST, or "
            "the limit of a fitted gain. Those that move most stand on top. Its axis "
            "is logarithmic beyond 0.1 point. With three seeds Student's interval may leave the "
            "possible range (below -100, above +100 points): read it as *unknown*."
        ),
        rerun="python -m pqkd_helpers reproduce all --tier cpu --seeds 3",
        limits=[
            "The moves are those of our runs, at our scale. In the paper's runs a choice can move "
            "its number more, or less.",
            "The choices are changed one at a time; where S is varied, budgets and teachers differ "
            "as well.",
        ],
        columns=("choice", "ours, or instead", "number", "paper", "ours", "instead", "moves", "n"),
        formats={
            "ours": "{ours.mean:.2f}",
            "instead": "{instead.mean:.2f}",
            "paper": "{paper.mean:.2f}",
            "moves": "{moves:+.2f}",
        },
    )


def _row(
    choice: str, texts: str, number: str, paper: PaperValue | None, ours: Array, instead: Array
) -> Row:
    """Return one row; ``ours`` and ``instead`` are pairs."""
    difference = paired_difference(instead, ours) if len(ours) > 1 else mean_of(instead - ours)
    return {
        "choice": choice,
        "ours, or instead": texts,
        "number": number,
        "paper": paper,
        "ours": mean_of(ours),
        "instead": mean_of(instead),
        "moves": difference,
        "n": len(ours),
    }


def _empty(choice: str, texts: str, why: str) -> Row:
    """Return the row of a choice for which nothing is stored."""
    values = dict.fromkeys(("paper", "ours", "instead", "moves", "n"))
    return {"choice": choice, "ours, or instead": texts, "number": why, **values}


def _table1(catalogue: Catalogue) -> list[Row]:
    """Return the choices about how a number of Table 1 is taken: the same run both ways."""
    rows = []
    for dataset, name in NAMES.items():
        runs = shown_runs(catalogue, dataset)
        for network, choice in ((n, c) for n in TABLE1[dataset] for c in TAKEN if runs):
            ways, split, instead = TAKEN[choice]
            if network == "teacher" and choice in OF_STUDENT:
                continue
            ours = finals(runs, network, split, "accuracy")
            number, paper = f"{split} accuracy", TABLE1[dataset][network]
            rows.append(
                _row(
                    *(choice, ways, f"{name}, {network}: {number}", paper[number]),
                    *(ours, instead(runs, network)),
                )
            )
    return rows


def _gains(catalogue: Catalogue) -> list[Row]:
    """Return the choices about the limits of the gain over the shots."""
    rows = []
    words = {"ema": "smoothed", "raw": "not smoothed"}
    for curve, paper in SHOT_NOISE_LIMIT.items():
        points = gain_curve(catalogue, "cpu", curve, least=LEAST)
        if not is_complete(points):
            continue
        number, ours = f"limit of the gain, {words[curve]}", _limits(points)
        rows += [
            _row(
                "which z the gain is taken with",
                "the one trained with, or a fresh one",
                number,
                paper,
                ours,
                _limits(points, fresh=True),
            ),
            *(
                _row(
                    f"range of S, {word}",
                    f"S = {LEAST} to {max(s for s in points if s < math.inf)}, or to {MOST}",
                    number,
                    paper,
                    _limits(points, fresh=fresh),
                    _limits(points, fresh=fresh, most=MOST),
                )
                for fresh, word in ((False, "z trained with"), (True, "fresh z"))
            ),
        ]
    at_rest, tests = gain_curve(catalogue, "cpu", "frozen-raw"), sweeps(catalogue)
    rows += [
        _row(
            "range of S, one student tested",
            f"S from {LEAST} on, or from 1 on",
            f"limit of the gain, {words[curve]}",
            SHOT_NOISE_LIMIT[curve],
            *(sweep_limits(tests, kind, least) for least in (LEAST, 1)),
        )
        for kind, curve in KINDS.items()
        if tests
    ]
    if is_complete(at_rest) and len(tests) == len(next(iter(at_rest.values()))):
        rows.append(
            _row(
                "when S is varied, angles at rest",
                "a student trained at each S, or one student tested at each S; fresh z",
                "limit of the gain, not smoothed",
                SHOT_NOISE_LIMIT["raw"],
                _limits(at_rest, fresh=True),
                sweep_limits(tests, "fresh", LEAST),
            )
        )
    return rows


def _limits(points: Points, *, fresh: bool = False, most: float = math.inf) -> Array:
    kept = {s: runs for s, runs in points.items() if s <= most and s < math.inf}
    return limits_of_seeds([*kept], stacked_gains(kept, fresh=fresh))


def _objectives(catalogue: Catalogue) -> list[Row]:
    """Return what SPSA is asked: pairs of runs of the same seed."""
    rows = []
    for experiment, arm, other, split, number, paper in OBJECTIVES:
        asked = "through the average" if other == DEFAULT else "not at all"
        ways = f"SPSA is asked about a fresh z, or {asked}"
        pair = same_seeds(*(catalogue.runs(experiment, name, tier="cpu") for name in (arm, other)))
        if pair[0]:
            ours, instead = (finals(runs, "student", split, "accuracy") for runs in pair)
            rows.append(_row("SPSA's objective", ways, number, paper, ours, instead))
        else:
            rows.append(_empty("SPSA's objective", ways, f"{number}: runs not finished"))
    return rows


def _alt(rows: list[Row]) -> str:
    largest = sorted(rows, key=lambda row: -abs(row["moves"].mean))[:3]
    parts = [f"{row['choice']}, {row['number']}: {row['moves'].mean:+.2f}" for row in largest]
    return (
        f"By how many points open choices move {len(rows)} numbers. The largest: "
        f"{'; '.join(parts)}."
    )


def moves(rows: list[Row]) -> Figure:
    """Draw by how many points each choice moves its numbers: a line a choice, a mark a number.

    The choices that move most stand on top.
    """
    by_choice: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: -abs(row["moves"].mean)):
        by_choice.setdefault(row["choice"], []).append(row)
    heights = np.linspace(-0.24, 0.24, max(map(len, by_choice.values())))
    with style():
        figure = Figure(figsize=(WIDTH, 0.55 * len(by_choice) + 1.2), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "Which open choice moves the numbers most?")
        axes.axvline(0.0, color="black", linewidth=1.0)
        for place, found in enumerate(by_choice.values()):
            for offset, row in zip(heights, found, strict=False):
                move, height = row["moves"], place + offset * (len(found) > 1)
                label, marker, colour = next(
                    look for start, look in LOOKS.items() if row["number"].startswith(start)
                )
                look = {"color": COLOURS[colour], "markersize": 5}
                axes.plot(move.mean, height, marker, label=label, **look)
                if move.low is not None:
                    ends = [move.low, move.high]
                    axes.plot(ends, [height, height], "-", color=COLOURS[colour], linewidth=1.2)
        once = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
        figure.legend(once.values(), once.keys(), loc="outside lower center", ncols=3)
        axes.set_xscale("symlog", linthresh=0.1)
        ticks = (-100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0)
        axes.set_xticks(ticks, [f"{tick:+g}" if tick else "0" for tick in ticks])
        axes.set_xlim(-200.0, 200.0)
        axes.minorticks_off()
        labels = [fill(choice, 26) for choice in by_choice]
        axes.set_yticks(range(len(labels)), labels)
        axes.set(ylim=(len(labels) - 0.5, -0.5), xlabel="points by which a number moves")
        axes.grid(axis="y", visible=False)
        return figure
