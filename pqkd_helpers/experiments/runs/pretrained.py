"""Trained networks to ask questions of, without training: teacher, student and the run's record.

A checkpoint is a folder below ``figures/checkpoints`` with three files: ``teacher.safetensors``,
``student.safetensors`` (the compressed student) and ``record.json``. No run takes its teacher from
here (those are in `teacher_checkpoints`): what a run trains, and how long, stays as it was.
"""

from pathlib import Path
from typing import NamedTuple

from ...common.checks import check_choice
from ...common.files import as_path, write_atomically
from ...common.stored_figures import check_figures
from ...compression.compressed_file import read_compressed
from ...datasets.image_format import ImageFormat
from ...networks.teacher_and_student import StudentCNN, TeacherCNN
from ...records.record import Record, read_record, without_seconds
from .building import build_teacher
from .configuration import RunConfig
from .run_folder import STUDENT_FILE
from .teacher_checkpoints import load_teacher, save_teacher
from .teacher_runs import load_data, teacher_name, trained_teacher
from .workplace import Workplace

TEACHER_FILE, RECORD_FILE = "teacher.safetensors", "record.json"


class Pretrained(NamedTuple):
    """A trained teacher and its student, both in evaluation mode.

    Attributes
    ----------
    teacher : TeacherCNN
    student : StudentCNN
        Conditioned on the z that it was trained with.
    images : ImageFormat
        What both expect: shape and normalisation of the images.
    record : dict
        The record of their run: configuration, epochs, final results.
    """

    teacher: TeacherCNN
    student: StudentCNN
    images: ImageFormat
    record: Record


def load_pretrained(name: str, folder: Path | str | None = None) -> Pretrained:
    """Return trained networks by name.

    Parameters
    ----------
    name : str
        Such as "quick-through-ema-seed0"; a wrong one is answered with a list.
    folder : path or None
        Where the checkpoints lie; None is the project's own folder.

    Raises
    ------
    ValueError
        If there is none of that name, or a file is damaged or belongs to another run.
    FileNotFoundError
        If the project's own are missing.

    Examples
    --------
    >>> found = load_pretrained("quick-through-ema-seed0")
    >>> found.record["dataset"], found.student.scope, found.images.shape
    ('mnist-5k', 'conv1+conv2', (1, 28, 28))
    """
    folder = check_figures() / "checkpoints" if folder is None else as_path(folder)
    known = sorted(file.parent.name for file in folder.glob(f"*/{RECORD_FILE}"))
    check_choice("the checkpoint's name", name, tuple(known))
    path = folder / name
    record = read_record(path / RECORD_FILE)
    config = RunConfig(**record["configuration"])
    student, _, images, _ = read_compressed(path / STUDENT_FILE)
    if images is None:
        raise ValueError(f"{path / STUDENT_FILE} does not say what images it expects")
    teacher = build_teacher(config, student.in_channels, student.n_classes)
    teacher.load_state_dict(load_teacher(path / TEACHER_FILE, config).weights)
    return Pretrained(teacher.eval(), student, images, record)


def save_pretrained(run: Path, folder: Path, place: Workplace) -> list[Path]:
    """Write teacher, student and record of a finished run into a folder; return the files.

    Parameters
    ----------
    run : Path
        Folder of the run.
    folder : Path
        Made if missing.
    place : Workplace
        Where the run was computed: its teacher lies in the same folder of all runs.

    Raises
    ------
    ValueError
        If the run is not finished or has no student's file, or its teacher is not there.
    """
    if not all((run / file).is_file() for file in (RECORD_FILE, STUDENT_FILE)):
        raise ValueError(
            f"{run} holds no {RECORD_FILE} and {STUDENT_FILE}; the folder of a finished run, whose "
            "student has z and no batch norm, is expected"
        )
    record = read_record(run / RECORD_FILE)
    config = RunConfig(**record["configuration"])
    home = place.runs_root / teacher_name(config, place.device_type, place.torch_threads)
    n_epochs = len(record["teacher"]["epochs"])
    if not (home / f"epoch_{n_epochs:04d}").is_dir():
        raise ValueError(f"the teacher of {run} is not there: {home} with its epochs is expected")
    teacher, results = trained_teacher(config, load_data(config, place), place)
    if without_seconds(results["epochs"]) != without_seconds(record["teacher"]["epochs"]):
        raise ValueError(f"{home} holds the teacher of another run than {run}")
    save_teacher(
        folder / TEACHER_FILE,
        teacher,
        config,
        epochs=results["epochs"],
        selected_epoch=results["selected_epoch"],
        device=place.torch_device,
    )
    for name in (STUDENT_FILE, RECORD_FILE):  # the record last: with it the checkpoint is whole
        write_atomically(folder / name, (run / name).read_bytes())
    return [folder / name for name in (TEACHER_FILE, STUDENT_FILE, RECORD_FILE)]
