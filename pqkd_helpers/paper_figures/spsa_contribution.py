"""What SPSA contributes: paired seeds with it, with its decision left to a coin, without it.

All arms of a seed share teacher, first weights, A, data order, start of theta and directions. So
SPSA minus sham is what the information in its two evaluations is worth, and sham minus none is
what moving the angles costs (notebook 06).
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..common.figure_style import COLOURS, style
from ..records.measured import accuracies, gains, same_seeds
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import paired_difference
from .finding import Rule, paired_finding, scale_of
from .markdown_table import Row
from .result import Result

EXPERIMENT = "spsa-contribution"
PAIRS = (
    ("spsa", "sham"),
    ("spsa", "none"),
    ("sham", "none"),
    ("gentle-spsa", "gentle-sham"),
    ("gentle-spsa", "none"),
)
MEASURES = {False: "with the z trained with", True: "with a fresh z"}  # is z fresh?
RULE = Rule(
    "SPSA helped if the 95 % interval of the paired difference in test accuracy, SPSA minus sham, "
    "with the z trained with, lies above zero.",
    commit="10eee88",
)


def spsa_contribution(catalogue: Catalogue) -> Result | None:
    """Return the paired differences of all arms, or None without records."""
    arms = {arm: catalogue.runs(EXPERIMENT, arm=arm) for pair in PAIRS for arm in pair}
    if not all(arms.values()):
        return None
    rows = [_row(arms, pair, fresh=fresh) for fresh in MEASURES for pair in PAIRS]
    spsa, sham = same_seeds(arms["spsa"], arms["sham"])
    return Result(
        name=EXPERIMENT,
        title="What SPSA contributes: SPSA, its sham, and angles at rest",
        rows=rows,
        findings=[
            paired_finding(
                accuracies(spsa),
                accuracies(sham),
                "above",
                spsa,
                claim="Tuning the angles by SPSA improves the student",
                paper="implied, no comparison public",
                ours=f"{accuracies(spsa).mean():.2f} against {accuracies(sham).mean():.2f} (sham)",
                rule="SPSA minus sham above 0, with the z trained with",
                notebook="06",
                records=f"{EXPERIMENT}-*",
            )
        ],
        draw=lambda: paired_differences(rows),
        alt=_alt(rows),
        reading=(
            "Each line is a pair of arms; dots are seeds, the diamond is their mean with its 95 % "
            "interval. Left with the z trained with, right with a fresh one. Gentle: a tenth of "
            "the paper's step size."
        ),
        rerun="python -m pqkd_helpers reproduce spsa-contribution --seeds 10",
        rule=RULE,
        scale=scale_of(spsa),
        differs=["The quick run: 5,000 images of MNIST, widths (32, 64, 128), 4 epochs."],
        limits=["With a fresh z nothing was claimed beforehand: those differences are described."],
        columns=("measure", "pair", "difference"),
        formats={"difference": "{difference:+.2f}"},
    )


def _row(arms: dict[str, list[Record]], pair: tuple[str, str], *, fresh: bool) -> Row:
    first, second = same_seeds(*(arms[arm] for arm in pair))
    values = [_accuracies(records, fresh=fresh) for records in (first, second)]
    return {
        "measure": MEASURES[fresh],
        "pair": " - ".join(pair),
        "difference": paired_difference(*values),
        "values": (values[0] - values[1]).round(4).tolist(),
    }


def _accuracies(records: list[Record], *, fresh: bool) -> NDArray[np.float64]:
    """Return test accuracies, percent."""
    zero = [100.0 * record["student"]["final"]["accuracy_at_zero_z"] for record in records]
    return gains(records, fresh=fresh) + np.array(zero)


def _alt(rows: list[Row]) -> str:
    parts = [f"{row['pair']} {row['difference'].mean:+.1f} {row['measure']}" for row in rows]
    return "Paired differences of test accuracy in percentage points: " + "; ".join(parts) + "."


def paired_differences(rows: list[Row]) -> Figure:
    """Draw the differences of paired seeds, one panel per measure."""
    with style():
        figure = Figure(figsize=(8.6, 2.9), layout="constrained")
        panels = figure.subplots(1, len(MEASURES), sharey=True)
        for axes, measure in zip(panels, MEASURES.values(), strict=True):
            shown = [row for row in rows if row["measure"] == measure]
            for place, row in enumerate(shown):
                offsets = place + np.linspace(-0.16, 0.16, len(row["values"]))
                axes.plot(row["values"], offsets, "o", markersize=4, color=COLOURS[6], alpha=0.8)
                interval = row["difference"]
                axes.errorbar(
                    interval.mean,
                    place,
                    xerr=interval.mean - interval.low,
                    fmt="D",
                    color=COLOURS[0],
                    capsize=5,
                )
            axes.axvline(0.0, color="black", linewidth=1.0)
            axes.set(xlabel="difference (percentage points)", ylim=(len(shown) - 0.5, -0.5))
            axes.set_yticks(range(len(shown)), [row["pair"] for row in shown])
            axes.set_title(measure, fontsize=10)
    return figure
