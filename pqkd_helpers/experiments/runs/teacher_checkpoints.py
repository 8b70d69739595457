"""Trained teachers in one file each, so that hours of training are done once.

A file holds the weights, what every epoch measured and where it was trained, under the hash of
all that the teacher depends on. A run takes a stored teacher even if another machine trained it.
"""

from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...common.files import write_atomically
from ...common.stored_figures import FIGURES
from ...compression.sealed_tensors import seal, unseal
from ...networks.teacher_and_student import TeacherCNN
from ...records.record import configuration_hash
from .configuration import RunConfig
from .new_record import provenance

STORED_CHECKPOINTS = FIGURES / "checkpoints"


class StoredTeacher(NamedTuple):
    """What a teacher's file holds.

    Attributes
    ----------
    weights : dict of str to tensor
        The network's ``state_dict``.
    epochs : list of dict
        What every epoch measured.
    selected_epoch : int
        The epoch whose weights these are.
    """

    weights: dict[str, Tensor]
    epochs: list[dict[str, Any]]
    selected_epoch: int


def checkpoint_path(config: RunConfig, folder: Path | None = None) -> Path:
    """Return where the teacher of a run is stored; the file need not exist.

    Parameters
    ----------
    config : RunConfig
    folder : Path or None
        Folder of the teachers; None is the project's own.
    """
    folder = STORED_CHECKPOINTS if folder is None else folder
    widths = "x".join(map(str, config.widths))
    digits = configuration_hash(config.teacher_as_json())
    return folder / f"teacher-{config.dataset}-{widths}-seed{config.seed}-{digits}.safetensors"


def save_teacher(
    path: Path,
    teacher: TeacherCNN,
    config: RunConfig,
    *,
    epochs: list[dict[str, Any]],
    selected_epoch: int,
    device: torch.device,
) -> None:
    """Write a trained teacher to one file, atomically."""
    weights = {name: value.cpu().contiguous() for name, value in teacher.state_dict().items()}
    description = {
        "configuration": config.teacher_as_json(),
        "selected_epoch": selected_epoch,
        "epochs": epochs,
        **provenance(device),
    }
    write_atomically(path, seal(weights, description))


def load_teacher(path: Path, config: RunConfig) -> StoredTeacher:
    """Read a stored teacher.

    Raises
    ------
    ValueError
        If the file is damaged, or holds the teacher of another configuration.
    """
    weights, description = unseal(path.read_bytes(), str(path))
    if description["configuration"] != config.teacher_as_json():
        raise ValueError(f"{path} holds the teacher of another configuration: delete the file")
    return StoredTeacher(weights, description["epochs"], description["selected_epoch"])
