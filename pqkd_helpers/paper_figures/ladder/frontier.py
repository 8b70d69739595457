"""The frontier of PQKD at its best: five sizes, next to plain CNNs of as many values."""

from collections.abc import Sequence

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
from .planned import ASSUMED, OURS, RULE, planned_runs, values_of

EXPERIMENT = "frontier-at-best"
N_SEEDS = 3
SIZES = (600, 1184, 1984, 6000, 20000)
PQKD = "pqkd"
# Beginning of the arms' names -> what they are; colour, marker and line.
NETWORKS = {
    PQKD: "PQKD at its best",
    "plain": "plain CNN, batch norm",
    "plain-distilled": "plain CNN, batch norm, distilled",
    "plain-without-batch-norm": "plain CNN, no batch norm",
    "plain-without-batch-norm-distilled": "plain CNN, no batch norm, distilled",
}
LOOKS = dict(zip(NETWORKS, ((0, "D-"), (1, "o--"), (1, "^-"), (3, "s:"), (3, "v-.")), strict=True))
DIFFERENCE = "PQKD minus it"


def frontier_at_best(catalogue: Catalogue) -> Result | None:
    """Return the frontier at five sizes, or None before its last run."""
    arms = [f"{network}-{size}" for size in SIZES for network in NETWORKS]
    runs = planned_runs(catalogue, EXPERIMENT, arms, n_seeds=N_SEEDS)
    if runs is None:
        return None
    rows = [_row(runs, size, network) for size in SIZES for network in NETWORKS]
    return Result(
        name=EXPERIMENT,
        title="PQKD at its best next to plain CNNs, at five sizes",
        rows=rows,
        findings=[],
        draw=lambda: accuracies_and_differences(rows),
        alt=_in_words(rows),
        reading=(
            "Above: test accuracy over all trained values, means with 95 % intervals. Below: PQKD "
            "minus each plain CNN of as many values, paired by seed, with the 95 % interval: above "
            "zero PQKD is better, below it the plain CNN. The four at one size stand side by side."
            f"\n\n{RULE}\n\n{OURS}"
        ),
        rule=RULE,
        scale=SCALES[runs[arms[0]][0]["tier"]],
        rerun="python -m pqkd_helpers reproduce frontier-at-best --tier cpu --seeds 3",
        differs=[
            "A falling rate, one-cycle of Adam, where the paper's is constant.",
            "Tier cpu: 20 epochs instead of 100; teachers of 12.",
        ],
        assumed=ASSUMED,
        limits=[
            "Three pairs a difference: the intervals are wide.",
            "PQKD's recipe was chosen at 1,984 values, and the plain CNN's rate too. At other "
            "sizes each might do better with another one.",
            "From 6,000 values on, PQKD's third convolution is not compressed.",
            "A plain CNN has whole channels: it may train up to 6 % fewer values than it could.",
        ],
        columns=("size", "network", "trained values", "test accuracy", "n", DIFFERENCE),
        formats={
            "size": "{size:,}",
            "trained values": "{trained values:,}",
            "test accuracy": "{test accuracy:.2f}",
            DIFFERENCE: f"{{{DIFFERENCE}:+.2f}}",
        },
    )


def _row(runs: dict[str, list[Record]], size: int, network: str) -> Row:
    found, pqkd = runs[f"{network}-{size}"], runs[f"{PQKD}-{size}"]
    accuracy = mean_of(accuracies(found))
    other = network != PQKD
    return {
        "size": size,
        "kind": network,
        "network": NETWORKS[network],
        "trained values": values_of(found),
        "test accuracy": accuracy,
        "n": accuracy.n,
        DIFFERENCE: paired_difference(accuracies(pqkd), accuracies(found)) if other else None,
        "tier": found[0]["tier"],
        "values": accuracies(found).round(4).tolist(),
    }


def _in_words(rows: list[Row]) -> str:
    parts = []
    for size in SIZES:
        here = [row for row in rows if row["size"] == size]
        means = ", ".join(f"{row['network']} {row['test accuracy'].mean:.2f}" for row in here)
        parts.append(f"{size:,} values: {means}")
    return (
        "Above, test accuracy in percent over trained values, five lines; below, PQKD minus each "
        f"plain CNN, with intervals. {'; '.join(parts)}."
    )


def accuracies_and_differences(rows: list[Row]) -> Figure:
    """Draw accuracy over trained values, and PQKD minus each other network of the size."""
    with style():
        figure = Figure(figsize=(6.0, 7.2), layout="constrained")
        say_what_to_see(figure, "Above zero in the lower picture PQKD is the better network")
        top, bottom = figure.subplots(2, 1, height_ratios=(5, 4))
        for place, (network, name) in enumerate(NETWORKS.items()):
            shown = [row for row in rows if row["kind"] == network]
            sizes = [row["trained values"] for row in shown]
            colour, look = LOOKS[network]
            _draw(top, sizes, [row["test accuracy"] for row in shown], look, colour, name)
            if network != PQKD:
                beside = [size + 0.16 * (place - 2.5) for size in range(len(SIZES))]
                _draw(bottom, beside, [row[DIFFERENCE] for row in shown], look[0], colour)
        top.set(xscale="log", xlabel="trained values", ylabel="test accuracy (%)")
        top.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
        top.minorticks_off()
        top.legend(loc="lower right")
        bottom.axhline(0.0, color="black", linewidth=1.0, zorder=1)
        bottom.set_xticks(range(len(SIZES)), [f"{size:,}" for size in SIZES])
        bottom.set(xlabel="trained values, at most", ylabel="PQKD minus it (points)")
        bottom.grid(axis="x", visible=False)
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
