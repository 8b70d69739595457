"""A run's record as a table for people."""

from typing import Any

import numpy as np

from ..compression.size_text import size_lines
from ..records.record import Record


def record_table(record: Record) -> str:
    """Return the results of a run as a plain-text table.

    Parameters
    ----------
    record : dict
        A record of kind "run", of any student and any source of z.

    Returns
    -------
    str
        Several lines without a closing line break.
    """
    teacher, student = record["teacher"], record["student"]
    compression = record["compression"]
    teacher_test, student_test = teacher["final"]["test"], student["final"]["headline"]
    rows = [
        ("", "teacher", "student"),
        ("test accuracy", _percent(teacher_test), _percent(student_test)),
        ("test cross-entropy (nats)", *_cross_entropies(teacher_test, student_test)),
        (
            "trained values",
            f"{compression['teacher_values']:,}",
            f"{compression['student_values']:,}",
        ),
        (
            "seconds",
            f"{record['seconds']['teacher']:.0f}",
            f"{record['seconds']['student'] + record['seconds']['final_tests']:.0f}",
        ),
    ]
    lines = [f"{name:<28}{left:>14}{right:>14}" for name, left, right in rows]
    lines.insert(1, "-" * 56)
    lines += ["", *_evaluation_notes(record), *_compression_notes(compression)]
    if "test_fresh_z" in student["final"]:
        lines.append(_shots_note(record["ledger"]["shots"]))
    if "sizes" in record["ledger"]:
        lines += size_lines(record["ledger"]["sizes"])
    return "\n".join(lines)


def _percent(evaluation: dict[str, Any]) -> str:
    return f"{100 * evaluation['accuracy']:.2f} %"


def _cross_entropies(*evaluations: dict[str, Any]) -> list[str]:
    return [f"{evaluation['cross_entropy']:.3f}" for evaluation in evaluations]


def _evaluation_notes(record: Record) -> list[str]:
    """Say with which z the student is evaluated, or, without z, on how many images."""
    final = record["student"]["final"]
    n_images = f"{final['test']['n_images']:,} test images"
    if "test_fresh_z" not in final:
        return [f"The student is evaluated on {n_images}."]
    fresh = np.array(final["test_fresh_z"]["accuracies"])
    headline = (
        "the z it was trained with"
        if record["configuration"]["final_feature"] == "trained-with"
        else f"a fresh z, from {final['test_fresh_z']['n_shots']} shots"
    )
    return [
        f"The student is evaluated with {headline}, on {n_images}.",
        f"  with the z trained with       {_percent(final['test'])}",
        f"  with a fresh z                {100 * fresh.mean():.2f} % "
        f"(mean of {fresh.size}, from {100 * fresh.min():.2f} to {100 * fresh.max():.2f} %)",
        f"  with z set to zero            {100 * final['accuracy_at_zero_z']:.2f} %",
    ]


def _compression_notes(compression: dict[str, Any]) -> list[str]:
    angles = " (the angles count once)" if compression["n_angles"] else ""
    return [
        f"Compression, teacher's trained values per student's{angles}:",
        f"  whole network                 {compression['whole_network']:.2f}x",
        f"  convolutions with biases      {compression['convolutions']:.2f}x",
        f"  convolution kernels alone     {compression['convolution_kernels']:.2f}x",
    ]


def _shots_note(shots: dict[str, int]) -> str:
    return (
        f"Shots: {shots['training']:,} for training, {shots['fitting']:,} for fitting the scaling, "
        f"{shots['fresh_z']:,} for the tests with fresh z."
    )
