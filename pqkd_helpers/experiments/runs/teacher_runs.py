"""Teachers: each is a run of its own, trained once and shared.

Its folder is named after what it depends on: data set, widths, recipe and seed, the device and the
number of threads. A teacher that is stored in a file (`teacher_checkpoints`) is not trained again.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch

from ...common.files import as_path
from ...datasets.image_data import ImageData
from ...datasets.loading import load_dataset
from ...networks.teacher_and_student import TeacherCNN, trained_values
from ...networks.teacher_training import TeacherTrainer
from ...records.record import configuration_hash
from .configuration import RunConfig
from .epochs import Announce, run_epochs
from .judging import judged, judged_with_temperature
from .run_folder import RunFolder
from .teacher_checkpoints import checkpoint_path, load_teacher, save_teacher


def load_data(config: RunConfig, data_root: Path | str | None) -> ImageData:
    """Return the data of a run."""
    data = load_dataset(config.dataset, data_root)
    return data if config.train_images is None else data.with_train_images(config.train_images)


def teacher_name(config: RunConfig, device: str, threads: int) -> str:
    """Return the name of the folder of the run's teacher."""
    widths = "x".join(map(str, config.widths))
    digits = configuration_hash(config.teacher_as_json())
    where = f"{device}{threads}"  # both change the last digits
    return f"teacher-{config.dataset}-{widths}-seed{config.seed}-{where}-{digits}"


def trained_teacher(
    config: RunConfig,
    data: ImageData,
    runs_root: Path | str,
    device: torch.device,
    announce: Announce,
) -> tuple[TeacherCNN, dict[str, Any]]:
    """Take the stored teacher of a run, or train it, or go on; return it with its results."""
    teacher = config.build_teacher(data.n_channels, data.n_classes).to(device)
    if checkpoint_path(config).exists():
        weights, epochs, selected_epoch = load_teacher(checkpoint_path(config), config)
        teacher.load_state_dict(weights)
        teacher.eval()
    else:
        epochs, selected_epoch = _train(teacher, config, data, runs_root, announce)
    return teacher, {
        "trained_values": trained_values(teacher),
        "selected_epoch": selected_epoch,
        "epochs": epochs,
        "final": judged(teacher, data),
        "temperature_scaled": judged_with_temperature(teacher, data),
    }


def _train(
    teacher: TeacherCNN,
    config: RunConfig,
    data: ImageData,
    runs_root: Path | str,
    announce: Announce,
) -> tuple[list[dict[str, Any]], int]:
    """Train a teacher in its folder; return what its epochs measured and the one selected."""
    settings = config.teacher_settings()
    trainer = TeacherTrainer(
        teacher,
        data,
        settings,
        selection=config.teacher_selection,
        evaluated_images=config.teacher_evaluated_images,
        seed=config.seed,
    )
    device = data.train.labels.device.type
    path = as_path(runs_root) / teacher_name(config, device, torch.get_num_threads())
    with RunFolder(path, config.teacher_as_json(), device=device, wait=True) as folder:
        epochs = run_epochs(trainer, folder, settings.epochs, "teacher", announce)
    trainer.finish()
    return epochs, trainer.selected_epoch


def train_teachers(
    configs: Iterable[RunConfig],
    folder: Path,
    *,
    runs_root: Path,
    device: torch.device,
    data_root: Path | None,
    announce: Announce,
    on_teacher: Callable[[Path], object],
) -> None:
    """Train the teachers of some runs, one after the other, and store each as soon as it is done.

    Those that are stored in the folder already are left alone; one that was begun goes on.
    """
    for path, config in {checkpoint_path(config, folder): config for config in configs}.items():
        if not path.exists():
            data = load_data(config, data_root).to(device)
            teacher, results = trained_teacher(config, data, runs_root, device, announce)
            save_teacher(
                path,
                teacher,
                config,
                epochs=results["epochs"],
                selected_epoch=results["selected_epoch"],
                device=device,
            )
        on_teacher(path)
