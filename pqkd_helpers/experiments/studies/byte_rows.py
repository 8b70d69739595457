"""Accuracy over bytes, row by row: what is evaluated is what comes out of the file.

A student is written in several formats. The teacher is what a practitioner would compress: int8
weights alone, or after pruning the smallest ones away with some epochs of fine-tuning, down to a
number of values or of bytes.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import torch

from ...compression.compressed_file import compressed_bytes, compressed_from_bytes, read_compressed
from ...compression.conventional.prune_to_bytes import prune_to_bytes
from ...compression.conventional.pruning import count_weights, prune_gradually
from ...compression.conventional.quantisation import pack, quantise, unpack
from ...datasets.image_data import ImageData
from ...networks.evaluation import evaluate
from ...networks.settings import AdamSettings
from ...networks.teacher_and_student import ConvNet, TeacherCNN, trained_values
from ...records.record import Record
from ..runs.epochs import counter
from ..runs.workplace import Announce

Row = dict[str, Any]


def row_of(
    name: str, network: ConvNet, n_bytes: int, data: ImageData, n_values: int | None = None
) -> Row:
    """Evaluate a network; None counts the weights that are not zero, and the biases."""
    if n_values is None:
        n_kept, n_weights = count_weights(network)
        n_values = trained_values(network) - n_weights + n_kept
    return {
        "name": name,
        "values": n_values,
        "file_bytes": n_bytes,
        "validation_accuracy": evaluate(network, data, "validation").accuracy,
        "test_accuracy": evaluate(network, data, "test").accuracy,
    }


def student_rows(
    name: str, file: Path, data: ImageData, dtypes: Sequence[torch.dtype]
) -> list[Row]:
    """Evaluate a student as it comes out of files of several formats, on the CPU.

    Parameters
    ----------
    name : str
        Beginning of the rows' names.
    file : path
        The student's file in its run.
    data : ImageData
    dtypes : sequence of torch.dtype
        Formats of `save_compressed`.
    """
    found = read_compressed(file)
    assert found.feature is not None
    rows = []
    for dtype in dtypes:
        content = compressed_bytes(
            found.student, feature=found.feature, images=found.images, dtype=dtype
        )
        student = compressed_from_bytes(content).student
        n_values = sum(p.numel() for p in student.parameters()) + len(found.feature.theta)
        full_name = f"{name}, {str(dtype).removeprefix('torch.')}"
        rows.append(row_of(full_name, student, len(content), data, n_values))
    return rows


def practitioner_rows(
    teacher: TeacherCNN,
    data: ImageData,
    *,
    values: Collection[int],
    sizes: Collection[int],
    settings: AdamSettings,
    seed: int,
    announce: Announce,
) -> list[Row]:
    """Evaluate the teacher with int8 weights, pruned or not, as it comes out of its file.

    Parameters
    ----------
    teacher, data : TeacherCNN, ImageData
        On one device.
    values : collection of int
        It is pruned to each of these numbers of values that is smaller than its own.
    sizes : collection of int
        And to fit into each of these numbers of bytes.
    settings : AdamSettings
        Of every fine-tuning.
    seed : int
        Run seed.
    announce : callable
        Hears of every step.
    """
    n_steps = settings.epochs * -(-len(data.train) // settings.batch_size)
    files = {"teacher, int8": pack(quantise(teacher))}
    n_weights = count_weights(teacher)[1]
    n_biases = trained_values(teacher) - n_weights
    for n_values in sorted({n for n in values if n < trained_values(teacher)}, reverse=True):
        pruned = prune_gradually(
            teacher,
            data,
            kept=(n_values - n_biases) / n_weights,
            settings=settings,
            seed=seed,
            on_step=counter(announce, f"pruned to {n_values:,} values", 0, n_steps),
        )
        files[f"teacher, pruned to {n_values:,} values, int8"] = pack(quantise(pruned))
    for most_bytes in sorted({*sizes}, reverse=True):
        files[f"teacher, pruned to fit {most_bytes:,} bytes, int8"] = prune_to_bytes(
            teacher,
            data,
            at_most=most_bytes,
            settings=settings,
            seed=seed,
            on_step=counter(announce, f"pruned to fit {most_bytes:,} bytes", 0, 2 * n_steps),
        )
    on_cpu = data.to("cpu")
    return [row_of(name, unpack(file).network(), len(file), on_cpu) for name, file in files.items()]


def compression_table(record: Record) -> str:
    """Return the rows of a study of bytes as a Markdown table.

    Parameters
    ----------
    record : dict
        A record of kind "study", experiment "compression" or "bytes-at-best".
    """
    rows = record["results"]["rows"]
    teacher = rows[0]
    lines = [
        "| network | values | fewer | file | smaller | test accuracy |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row['name']} | {row['values']:,} | {teacher['values'] / row['values']:.2f}x "
            f"| {row['file_bytes'] / 1e3:,.1f} kB "
            f"| {teacher['file_bytes'] / row['file_bytes']:.2f}x "
            f"| {100 * row['test_accuracy']:.2f} % |"
        )
    return "\n".join(lines)
