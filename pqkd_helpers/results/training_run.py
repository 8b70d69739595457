"""One run of Table 1 epoch by epoch: the training curves and SPSA's diagnostics (Fig. 2)."""

from typing import Any

import numpy as np

from ..plotting.spsa_diagnostics import curves_and_diagnostics
from .catalogue import Catalogue
from .result import SCALES, Finding, Result
from .table1 import ARM

AT_THE_BOUND = 0.999


def training_run(catalogue: Catalogue) -> Result | None:
    """Return the training curves of seed 0 on MNIST, or None without its record."""
    tier = catalogue.tier("table1", "mnist", ARM)
    records = catalogue.runs("table1", tier=tier, dataset="mnist", arm=ARM) if tier else []
    records = [record for record in records if "theta" in record["student"]["epochs"][0]]
    if not records:
        return None
    record = records[0]
    bound = record["configuration"]["spsa_bound"]
    rows = [_row(epoch, bound) for epoch in record["student"]["epochs"]]
    return Result(
        name="training-curves",
        title="Training curves and SPSA's diagnostics",
        rows=rows,
        findings=[
            Finding(
                claim="Training curves and SPSA's diagnostics (Fig. 2)",
                paper="a figure, no public numbers",
                ours=f"{len(rows)} epochs",
                difference="",
                verdict="shape only",
                rule="No number of the paper is public: the shape is shown, nothing is judged.",
                scale=SCALES[tier],
                notebook="06",
                records="table1-*-mnist-*-seed0",
            )
        ],
        draw=lambda: curves_and_diagnostics(record, rows),
        alt=(
            f"Six panels over {len(rows)} epochs: validation accuracy and cross-entropy of teacher "
            "and student, SPSA's objective at both points of every step, norm of its gradient "
            "estimates, turn of z, and the share of angles at the bound, at the end "
            f"{100 * rows[-1]['share of angles at the bound']:.0f} percent."
        ),
        reading=(
            "MNIST, seed 0, conv1 and conv2 compressed. Top: teacher and student. Bottom: what "
            "SPSA sees and does. With the paper's gains one step can move every angle by radians; "
            "angles cut off at +-pi make the circuit certain: every photon stays where it is."
        ),
        rerun="python -m pqkd_helpers reproduce table1 --tier cpu --datasets mnist --seeds 1",
        differs=["12 epochs at tier cpu, 100 in the paper."],
        limits=["One seed: it shows what happens, not how often."],
    )


def _row(epoch: dict[str, Any], bound: float) -> dict[str, Any]:
    losses = np.array(epoch["spsa_losses"])
    return {
        "epoch": epoch["epoch"],
        "validation accuracy": 100.0 * epoch["validation_accuracy"],
        "validation accuracy, z afresh": 100.0 * epoch["fresh_z_validation_accuracy"],
        "SPSA mean loss": float(losses.mean()),
        "SPSA mean gradient norm": float(np.mean(epoch["spsa_gradient_norms"])),
        "norm of the smoothed histogram": epoch["feature_norm"],
        "turn of z (degrees)": None if epoch["drift"] is None else np.degrees(epoch["drift"]),
        "share of angles at the bound": float(
            np.mean(np.abs(epoch["theta"]) > AT_THE_BOUND * bound)
        ),
    }
