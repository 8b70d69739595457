"""Accuracy against compression: rank, scope, number of angles and width, one at a time."""

from typing import Any

import numpy as np

from ..experiments.grids import FRONTIER
from ..experiments.records import Record
from ..experiments.statistics import mean_of
from ..plotting.frontier import accuracy_over_ratio
from .catalogue import Catalogue, accuracies
from .result import SCALES, Finding, Result

EXPERIMENT = "frontier"
FAMILIES = {
    "rank": "rank R",
    "scope": "compressed convolutions",
    "angles": "angles of the circuit",
    "widths": "width of the networks",
}


def frontier(catalogue: Catalogue) -> Result | None:
    """Return the compression-accuracy frontier, or None without records."""
    tier = catalogue.tier(EXPERIMENT)
    if tier is None:
        return None
    rows = [
        _row(arm, records)
        for arm in FRONTIER.arms
        if (records := catalogue.runs(EXPERIMENT, tier=tier, arm=arm))
    ]
    return Result(
        name="frontier",
        title="The frontier of compression and accuracy",
        rows=rows,
        findings=[
            Finding(
                claim="Accuracy against compression over rank, scope, angles and width (Fig. 3)",
                paper="a figure, no public numbers",
                ours=f"{len(rows)} points",
                difference="",
                verdict="shape only",
                rule="No number of the paper is public: the shape is shown, nothing is judged.",
                scale=SCALES[tier],
                notebook="08",
                records="frontier-*",
            )
        ],
        draw=lambda: accuracy_over_ratio(rows, FAMILIES),
        alt="Test accuracy in percent over the compression ratio, one panel per quantity varied: "
        + "; ".join(f"{row['arm']} {row['mean']:.1f} at {row['ratio']:.0f}x" for row in rows),
        reading=(
            "Every panel varies one thing, starting from widths (32, 64, 64), R = 8, all "
            "convolutions compressed, 30 angles (the filled diamond). Bars: 95 % intervals."
        ),
        rerun="python -m pqkd_helpers reproduce frontier --tier cpu --seeds 3",
        differs=["Tier cpu: 10,000 training images of MNIST, 15 epochs at the rate 3e-3."],
        assumed=["15, 30 and 45 angles are loops [1], [1, 1] and [1, 1, 1]."],
        limits=["The teacher's width varies with the student's: its accuracy is in the table."],
        columns=("arm", "ratio", "trained values", "test accuracy", "n", "teacher"),
    )


def _row(arm: str, records: list[Record]) -> dict[str, Any]:
    found = accuracies(records)
    mean = mean_of(found)
    compression = records[0]["compression"]
    return {
        "arm": arm,
        "ratio": compression["whole_network"],
        "trained values": compression["student_values"],
        "test accuracy": mean.text().rpartition(",")[0],
        "n": mean.n,
        "teacher": float(np.mean(accuracies(records, "teacher"))),
        "tier": records[0]["tier"],
        "mean": mean.mean,
        "low": mean.low,
        "high": mean.high,
    }
