"""The frontier of PQKD at its best: up to five sizes, next to plain CNNs of as many values."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, say_what_to_see, style
from ...records.measured import accuracies
from ...records.record import Record
from ...records.stored import Catalogue
from ...statistics.means import Mean, PairedDifference, mean_of, paired_difference
from ..finding import SCALES
from ..markdown_table import Row
from ..result import Result
from .planned import ASSUMED, OURS, RULE, TO_REACH, planned_runs, reached, values_of

EXPERIMENT = "frontier-at-best"
SEEDS = range(3)
MORE_SEEDS = {1984: range(5)}  # shown instead once all their runs are there
SIZES = (600, 1184, 1984, 6000, 20000)
PQKD, PLAIN, PLAIN_DISTILLED = "pqkd", "plain", "plain-distilled"
# Beginning of the arms' names -> what they are; colour and marker.
NETWORKS = {
    PQKD: "PQKD at its best",
    PLAIN: "plain CNN",
    PLAIN_DISTILLED: "plain CNN, distilled",
}
LOOKS = dict(zip(NETWORKS, ((0, "D"), (1, "o"), (3, "^")), strict=True))
# The size without which nothing is shown.
MOST = 1984
DIFFERENCE = "PQKD minus it"


def frontier_at_best(catalogue: Catalogue) -> Result | None:
    """Return the frontier, or None before the last run of the size that counts most, 1,984 values.

    Each other size is shown once all its runs are there.
    """
    found = {size: _runs(catalogue, size) for size in SIZES}
    runs = {size: of_size for size, of_size in found.items() if of_size}
    if MOST not in runs:
        return None
    rows = [_row(of_size, size, name) for size, of_size in runs.items() for name in NETWORKS]
    return Result(
        name=EXPERIMENT,
        title="PQKD at its best next to plain CNNs of as many trained values",
        rows=rows,
        findings=[],
        draw=lambda: accuracies_and_differences(rows),
        alt=_in_words(rows),
        reading=(
            "Above: test accuracy over all trained values, means with 95 % intervals. Below: PQKD "
            "minus each plain CNN of as many values, paired by seed, with the 95 % interval: above "
            "zero PQKD is better, below it the plain CNN. The two at one size stand side by side. "
            f"Stars: to be reached. {_what_is_reached(rows)}\n\n{RULE}\n\n{OURS}"
        ),
        rule=RULE,
        scale=SCALES[rows[0]["tier"]],
        rerun=(
            "python -m pqkd_helpers reproduce frontier-at-best --tier cpu "
            f"--seeds {max(row['n'] for row in rows)}"
        ),
        differs=[
            "A falling rate, one-cycle of Adam, where the paper's is constant.",
            "Tier cpu: 20 epochs instead of 100; teachers of 6.",
        ],
        assumed=ASSUMED,
        limits=[
            "Three to five pairs a difference: the intervals are wide.",
            "PQKD's recipe was chosen at 1,984 values, and the plain CNN's rate too. At other "
            "sizes each might do better with another one.",
            "From 6,000 values on, PQKD's third convolution is not compressed.",
            "A plain CNN has whole channels: it may train up to 6 % fewer values than it could.",
            *_not_run(runs),
        ],
        columns=("network", "trained values", "test accuracy", "n", DIFFERENCE, "to be reached"),
        formats={
            "trained values": "{trained values:,}",
            "test accuracy": "{test accuracy:.2f}",
            DIFFERENCE: f"{{{DIFFERENCE}:+.2f}}",
        },
    )


def _runs(catalogue: Catalogue, size: int) -> dict[str, list[Record]] | None:
    arms = [f"{name}-{size}" for name in NETWORKS]
    more = planned_runs(catalogue, EXPERIMENT, arms, MORE_SEEDS.get(size, SEEDS))
    return more or planned_runs(catalogue, EXPERIMENT, arms, SEEDS)


def _row(runs: dict[str, list[Record]], size: int, network: str) -> Row:
    found, pqkd = runs[f"{network}-{size}"], runs[f"{PQKD}-{size}"]
    accuracy = mean_of(accuracies(found))
    other, goal = network != PQKD, TO_REACH.get(size)
    return {
        "size": size,
        "kind": network,
        "network": NETWORKS[network],
        "trained values": values_of(found),
        "test accuracy": accuracy,
        "n": accuracy.n,
        DIFFERENCE: paired_difference(accuracies(pqkd), accuracies(found)) if other else None,
        "to be reached": None if other else goal,
        "found": None if other or goal is None else reached(accuracy, goal),
        "tier": found[0]["tier"],
        "values": accuracies(found).round(4).tolist(),
    }


def _what_is_reached(rows: list[Row]) -> str:
    return " ".join(
        f"{row['to be reached']} % with {row['size']:,} values: {row['test accuracy']:.2f}, "
        f"{row['found']}."
        for row in rows
        if row["found"]
    )


def _not_run(runs: Mapping[int, object]) -> list[str]:
    missing = [f"{size:,}" for size in SIZES if size not in runs]
    return [f"Planned, not (all) run yet: {', '.join(missing)} values."] if missing else []


def _in_words(rows: list[Row]) -> str:
    parts = []
    for size in dict.fromkeys(row["size"] for row in rows):
        here = [row for row in rows if row["size"] == size]
        means = ", ".join(f"{row['network']} {row['test accuracy'].mean:.2f}" for row in here)
        parts.append(f"{size:,} values: {means}")
    return (
        "Above, test accuracy in percent over trained values, one marker per network; below, PQKD "
        f"minus each plain CNN, with intervals. {'; '.join(parts)}. {_what_is_reached(rows)}"
    )


def accuracies_and_differences(rows: list[Row]) -> Figure:
    """Draw accuracy over trained values, and PQKD minus each other network of the size."""
    sizes = list(dict.fromkeys(row["size"] for row in rows))
    names = [f"{size:,}" for size in sizes]
    with style():
        figure = Figure(figsize=(6.0, 6.4), layout="constrained")
        say_what_to_see(figure, "Above zero in the lower picture PQKD is the better network")
        top, bottom = figure.subplots(2, 1, height_ratios=(5, 3))
        for place, (network, name) in enumerate(NETWORKS.items()):
            shown = [row for row in rows if row["kind"] == network]
            colour, look = LOOKS[network]
            beside = [size + 0.12 * (place - 1) for size in range(len(sizes))]
            _draw(top, beside, [row["test accuracy"] for row in shown], look, colour, name)
            if network != PQKD:
                _draw(bottom, beside, [row[DIFFERENCE] for row in shown], look, colour)
        goals = [(place, TO_REACH[size]) for place, size in enumerate(sizes) if size in TO_REACH]
        top.plot(*zip(*goals, strict=True), "*", color="black", ms=12, label="to be reached")
        top.set(ylabel="test accuracy (%)")
        top.legend(loc="lower right")
        bottom.axhline(0.0, color="black", linewidth=1.0, zorder=1)
        bottom.set(xlabel="trained values, at most", ylabel="PQKD minus it (points)")
        for axes in (top, bottom):
            axes.set_xticks(range(len(sizes)), names)
            axes.set_xlim(-0.5, len(sizes) - 0.5)
            axes.grid(axis="x", visible=False)
        return figure


def _draw(
    axes: Axes,
    places: Sequence[float],
    means: Sequence[Mean] | Sequence[PairedDifference],
    look: str,
    colour: int,
    label: str | None = None,
) -> None:
    axes.errorbar(
        places,
        [mean.mean for mean in means],
        yerr=[mean.half_width or 0.0 for mean in means],
        fmt=look,
        color=COLOURS[colour],
        capsize=3,
        elinewidth=1.0,
        label=label,
    )
