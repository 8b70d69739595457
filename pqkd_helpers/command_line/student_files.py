"""The commands ``export``, ``inspect`` and ``checkpoint``."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
import tyro

from ..compression.compressed_file import read_compressed, save_compressed
from ..compression.file_description import describe_file
from ..compression.plain_network import export_onnx, require_onnx
from ..experiments.runs.pretrained import save_pretrained
from ..experiments.runs.run_folder import STUDENT_FILE
from ..experiments.runs.workplace import Workplace


@dataclass(frozen=True)
class Export:
    """Write a trained student to one small file, without the frozen matrix A.

    Attributes
    ----------
    source : Path
        Name or folder of a finished run, or a file written by this command.
    out : Path or None
        The file, or a folder for NAME-DTYPE.safetensors; None is student-DTYPE.safetensors in the
        folder of the run.
    dtype : {"float32", "float16", "int8"}
        Type of the stored numbers; int8 with a scale for each filter and class.
    onnx : Path or None
        Write the equivalent plain network to this ONNX file, or into this folder, too.
    runs : Path
        Folder of all runs.
    """

    source: tyro.conf.Positional[Path]
    out: Path | None = None
    dtype: Literal["float32", "float16", "int8"] = "float32"
    onnx: Path | None = None
    runs: Path = Path("runs")


@dataclass(frozen=True)
class Inspect:
    """Show what a compressed student's file holds, and its ledger with a teacher of its shape.

    Attributes
    ----------
    file : Path
        A file written by export, or the folder of a run.
    """

    file: tyro.conf.Positional[Path]


@dataclass(frozen=True)
class Checkpoint:
    """Write the trained networks of a run, teacher and student, where `load_pretrained` finds them.

    Attributes
    ----------
    run : str
        Name of a finished run of `train`; it becomes the checkpoint's name.
    out : Path
        Folder of all checkpoints.
    runs : Path
        Folder of all runs.
    data_root : Path or None
        Folder of the downloaded data sets; None is $PQKD_DATA, else ./data.
    """

    run: tyro.conf.Positional[str]
    out: Path = Path("figures/checkpoints")
    runs: Path = Path("runs")
    data_root: Path | None = None


def export(command: Export) -> None:
    """Carry out the command ``export`` and say what was written."""
    if command.onnx is not None:
        require_onnx()
    named = command.runs / command.source
    given = named if named.is_dir() else command.source
    if not given.exists():
        raise ValueError(
            f"there is neither a run {named} nor a file {given}; the name or the folder of a "
            "finished run, or a compressed student's file, is expected"
        )
    source = _student_file(given)
    found = read_compressed(source)
    if command.onnx is not None and found.images is None:
        raise ValueError(f"{source} does not say how large the images are: ONNX needs to know")
    name = given.resolve().stem if given.is_file() else given.resolve().name
    out = command.out or source.with_name(f"student-{command.dtype}.safetensors")
    if out.is_dir():
        out /= f"{name}-{command.dtype}.safetensors"
    n_bytes = save_compressed(
        found.student,
        out,
        feature=found.feature,
        images=found.images,
        dtype=getattr(torch, command.dtype),
    )
    print(f"{out}: {n_bytes:,} bytes")
    if command.onnx is not None and found.images is not None:
        onnx = command.onnx / f"{name}.onnx" if command.onnx.is_dir() else command.onnx
        size = export_onnx(found.student, onnx, image_size=found.images.shape[1:])
        print(f"{onnx}: {size:,} bytes (dense kernels, no longer compressed)")


def inspect(command: Inspect) -> None:
    """Carry out the command ``inspect``."""
    file = _student_file(command.file)
    if not file.is_file():
        raise ValueError(f"there is no file {file}; a compressed student's is expected")
    print(describe_file(file))


def checkpoint(command: Checkpoint) -> None:
    """Carry out the command ``checkpoint`` and say what was written."""
    run = command.runs / command.run
    if not (run / "run.json").is_file():
        raise ValueError(f"there is no run {run}; the name of a finished run is expected")
    begun = json.loads((run / "run.json").read_bytes())
    torch.set_num_threads(begun["threads"])  # the teacher's folder is named after them too
    place = Workplace(command.runs, command.data_root, begun["device"])
    for file in save_pretrained(run, command.out / run.name, place):
        print(f"{file}: {file.stat().st_size:,} bytes")


def _student_file(given: Path) -> Path:
    """Return the compressed student of a run's folder; anything else is taken for its file."""
    if not given.is_dir():
        return given
    file = given / STUDENT_FILE
    if not file.is_file() and (given / "record.json").is_file():
        raise ValueError(
            f"{given} is finished but holds no compressed student: only a student with z, not "
            "trained by gradient, has such a file (nor do runs of an earlier version; train again "
            "under another --name)"
        )
    if not file.is_file():
        raise ValueError(f"{given} holds no trained student: finish the run first")
    return file
