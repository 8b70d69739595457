"""The explanatory article's choices, carried out once and kept as a control (notebook 10)."""

from typing import Any

import numpy as np

from ..records.stored import Catalogue
from .finding import scale_of
from .markdown_table import Row
from .result import Result
from .training_curves import training_curves


def article_run(catalogue: Catalogue) -> Result | None:
    """Return the article's run, or None without its record."""
    tier = catalogue.tier("article")
    if tier is None:
        return None
    record = catalogue.runs("article", tier=tier)[0]
    final, epochs = record["student"]["final"], record["student"]["epochs"]
    turns = np.degrees([epoch["drift"] for epoch in epochs[1:]])
    rows: list[Row] = [
        {"quantity": "test accuracy of the teacher (%)", "value": _percent(record["teacher"])},
        {
            "quantity": "test accuracy of the student with the z trained with (%)",
            "value": _percent(record["student"]),
        },
        {
            "quantity": f"the same, a fresh z from {final['test_fresh_z']['n_shots']} shots",
            "value": 100.0 * float(np.mean(final["test_fresh_z"]["accuracies"])),
        },
        {"quantity": "the same, z = 0", "value": 100.0 * final["accuracy_at_zero_z"]},
        {"quantity": "epochs in which z stood still", "value": int(np.sum(turns == 0.0))},
        {"quantity": "epochs", "value": len(epochs)},
        {
            "quantity": "largest turn of z from epoch to epoch (degrees)",
            "value": float(turns.max()),
        },
        {
            "quantity": "norm of the smoothed histogram, last epoch (at most sqrt 2)",
            "value": epochs[-1]["feature_norm"],
        },
    ]
    return Result(
        name="article-run",
        title="The article's choices, once",
        rows=rows,
        findings=[],
        draw=lambda: training_curves(record),
        alt=(
            f"Four panels over {len(epochs)} epochs of the article's choices: accuracies of "
            "teacher and student, cross-entropies, SPSA's objective, and the turn of z, which "
            f"is at most {turns.max():.1f} degrees."
        ),
        reading=(
            "One photon and coin tosses instead of interfering photons, theta = 0 at the start, "
            "raw histograms, the teacher the best of every tenth epoch, the student evaluated with "
            "a fresh z. At theta = 0 everything is certain, and z hardly ever moves."
        ),
        rerun="python -m pqkd_helpers reproduce article --tier cpu --seeds 1",
        scale=scale_of([record]),
        differs=["Tier cpu: 10,000 training images of MNIST instead of 55,000."],
        limits=["One seed. The article's own numbers are not known to us."],
    )


def _percent(network: dict[str, Any]) -> float:
    return 100.0 * network["final"]["test"]["accuracy"]
