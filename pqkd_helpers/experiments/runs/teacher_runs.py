"""Teachers: each is trained once, in its own folder, and shared by runs.

Its folder is named after what it depends on: data set, widths, recipe and seed, the device and the
number of threads. A teacher that is stored in a file (`teacher_checkpoints`) is not trained again.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch

from ...datasets.available import OWN
from ...datasets.image_data import ImageData
from ...datasets.loading import load_dataset
from ...networks.teacher_and_student import TeacherCNN, trained_values
from ...networks.teacher_training import TeacherTrainer
from ...records.record import configuration_hash
from .building import build_teacher
from .configuration import RunConfig
from .epochs import run_epochs
from .final_evaluation import evaluate_all_splits, evaluate_with_temperature
from .run_folder import RunFolder
from .teacher_checkpoints import checkpoint_path, load_teacher, save_teacher
from .workplace import Workplace


def load_data(config: RunConfig, place: Workplace) -> ImageData:
    """Return the data of a run."""
    own = place.own_data
    if own is not None and own.name == config.dataset:
        data = own.load()
    elif OWN.fullmatch(config.dataset):
        raise ValueError(
            f"{config.dataset} is the name of images of one's own: their path is expected"
        )
    else:
        data = load_dataset(config.dataset, place.data_root)  # type: ignore[arg-type]
    return data if config.train_images is None else data.with_train_images(config.train_images)


def teacher_name(config: RunConfig, device: str, threads: int) -> str:
    """Return the name of the folder of the run's teacher."""
    widths = "x".join(map(str, config.widths))
    digits = configuration_hash(config.teacher_as_json())
    where = f"{device}{threads}"  # both change the last digits
    return f"teacher-{config.dataset}-{widths}-seed{config.seed}-{where}-{digits}"


def trained_teacher(
    config: RunConfig, data: ImageData, place: Workplace
) -> tuple[TeacherCNN, dict[str, Any]]:
    """Take the stored teacher of a run, or train it, or go on; return it with its results."""
    teacher = build_teacher(config, data.n_channels, data.n_classes).to(place.torch_device)
    if checkpoint_path(config).exists():
        weights, epochs, selected_epoch = load_teacher(checkpoint_path(config), config)
        teacher.load_state_dict(weights)
        teacher.eval()
    else:
        epochs, selected_epoch = _train(teacher, config, data, place)
    return teacher, {
        "trained_values": trained_values(teacher),
        "selected_epoch": selected_epoch,
        "epochs": epochs,
        "final": evaluate_all_splits(teacher, data),
        "temperature_scaled": evaluate_with_temperature(teacher, data),
    }


def _train(
    teacher: TeacherCNN, config: RunConfig, data: ImageData, place: Workplace
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
    path = place.runs_root / teacher_name(config, device, torch.get_num_threads())
    with RunFolder(path, config.teacher_as_json(), device=device, wait=True) as folder:
        epochs = run_epochs(trainer, folder, settings.epochs, "teacher", place.announce)
    trainer.finish()
    return epochs, trainer.selected_epoch


def train_teachers(
    configs: Iterable[RunConfig],
    folder: Path,
    *,
    place: Workplace,
    on_teacher: Callable[[Path], object],
) -> None:
    """Train the teachers of some runs, one after the other, and store each as soon as it is done.

    Those that are stored in the folder already are left alone; one that was begun goes on.
    """
    for path, config in {checkpoint_path(config, folder): config for config in configs}.items():
        if not path.exists():
            data = load_data(config, place).to(place.torch_device)
            teacher, results = trained_teacher(config, data, place)
            save_teacher(
                path,
                teacher,
                config,
                epochs=results["epochs"],
                selected_epoch=results["selected_epoch"],
                device=place.torch_device,
            )
        on_teacher(path)
