"""A compressed student's file as text."""

import dataclasses
from pathlib import Path

from ..common.files import as_path
from ..networks.teacher_and_student import StudentCNN, TeacherCNN
from .compressed_file import CompressedStudent, read_compressed
from .counting import measure_compression
from .ledger import measure_sizes
from .size_text import size_lines


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
        f"  dictionary convolutions       {student.scope}, rank {student.rank}{_options(student)}",
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


def _options(student: StudentCNN) -> str:
    names = {"shared_basis": "one basis for 3x3", "gains": "gains", "orthogonal": "orthogonal"}
    return "".join(f", {said}" for name, said in names.items() if getattr(student, name))


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
