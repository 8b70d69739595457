"""The ledger of sizes, and a compressed student's file, as text for people."""

import dataclasses
from pathlib import Path
from typing import Any

from ..files import as_path
from ..networks import TeacherCNN
from .compressed_file import CompressedStudent, read_compressed
from .counting import measure_compression
from .ledger import measure_sizes


def size_lines(sizes: dict[str, Any]) -> list[str]:
    """Return what is saved and what is not, in lines.

    Parameters
    ----------
    sizes : dict
        The fields of a `SizeLedger`, as in a record: of `measure_sizes`, or of
        `measure_plain_sizes`, which knows no compressed file and no kernels made from z.
    """
    files, memory = sizes["file_bytes"], sizes["inference_bytes"]
    per_image = sizes["multiply_adds_per_image"]
    lines = [
        f"  teacher                       {readable_bytes(files['teacher'])}",
        f"  student                       {_smaller(files, 'student')}",
    ]
    multiply_adds = (
        f"  multiply-adds per image       {per_image['student_as_plain_network'] / 1e6:.1f} "
        f"million, {per_image['teacher'] / 1e6:.1f} million"
    )
    if "student_float16" not in files:
        return ["Files:", *lines, "At inference (student, teacher):", multiply_adds]
    avoided = readable_bytes(sizes["projection_bytes_avoided"])
    return [
        f"Files (A, {avoided}, is in none of them: it is made again from its seeds):",
        *lines,
        f"  student in float16            {_smaller(files, 'student_float16')}",
        "At inference nothing is saved (student, teacher):",
        f"  weights in memory             {readable_bytes(memory['student'])}, "
        f"{readable_bytes(memory['teacher'])}",
        multiply_adds,
    ]


def _smaller(files: dict[str, int], name: str) -> str:
    ratio = files["teacher"] / files[name]
    compared = f"{ratio:.2f}x smaller" if ratio >= 1.0 else f"{1.0 / ratio:.2f}x larger"
    return f"{readable_bytes(files[name])}, {compared}"


def readable_bytes(n_bytes: int) -> str:
    """Return a number of bytes for people, in kB of 1,000 bytes or MB of a million.

    Examples
    --------
    >>> readable_bytes(9512), readable_bytes(897_576), readable_bytes(134_217_728)
    ('9.5 kB', '898 kB', '134.2 MB')
    """
    if n_bytes >= 1e6:
        return f"{n_bytes / 1e6:.1f} MB"
    return f"{n_bytes / 1e3:.0f} kB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} kB"


def describe_file(path: Path | str) -> str:
    """Return what a compressed student's file holds, with its ledger, in several lines.

    Raises
    ------
    CompressedFileError, FileNotFoundError
        As `load_compressed`.
    """
    path = as_path(path)
    found = read_compressed(path)
    student = found.student
    lines = [
        f"{path}: {path.stat().st_size:,} bytes, {str(found.dtype).removeprefix('torch.')}",
        f"  images                        {_images(found)}",
        f"  widths                        {student.widths}, {student.n_classes} classes",
        f"  dictionary convolutions       {student.scope}, rank {student.rank}",
        "  seeds of A                    "
        + ", ".join(str(layer.projection.seed) for layer in student.dictionary_layers()),
        f"  z, {student.feature_dim} numbers                {_feature(found)}",
    ]
    if found.feature is None or found.images is None:
        return "\n".join(lines)
    teacher = TeacherCNN(student.in_channels, student.widths, student.n_classes)
    sizes = measure_sizes(teacher, student, feature=found.feature, images=found.images)
    compression = measure_compression(teacher, student, len(found.feature.theta))
    values = sizes.trained_values
    lines += ["Trained values (student, a teacher of the same shape):"]
    lines += [
        f"  {name:<30}{count:,}, {values['teacher'].get(name, 0):,}"
        for name, count in values["student"].items()
    ]
    lines += [
        f"  {'all':<30}{compression.student_values:,}, {compression.teacher_values:,}: "
        f"{compression.whole_network:.2f}x",
        *size_lines(dataclasses.asdict(sizes)),
    ]
    return "\n".join(lines)


def _images(found: CompressedStudent) -> str:
    if found.images is None:
        return "not described"
    channels, height, width = found.images.shape
    mean, deviation = (
        ", ".join(f"{number:.4f}" for number in numbers)
        for numbers in (found.images.mean, found.images.standard_deviation)
    )
    return f"{channels} x {height} x {width}, mean {mean}, standard deviation {deviation}"


def _feature(found: CompressedStudent) -> str:
    feature = found.feature
    if feature is None:
        return "stored, origin not described"
    origin = f"{feature.circuit.features}, {feature.scaling}, {len(feature.theta)} angles"
    if feature.is_exact:
        return f"computed from the angles ({origin}, exact)"
    shots = "exact" if feature.n_shots is None else f"{feature.n_shots} shots"
    return f"stored ({origin}, {shots}, moving average {feature.ema_beta:g})"
