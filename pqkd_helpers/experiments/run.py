"""Carry out a run: teacher, student, final tests, record; resumable after every epoch.

The teacher is a run of its own in a folder named after what it depends on, and shared by all
runs with the same data set, widths, recipe and seed, on the same device and number of threads.
"""

import dataclasses
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..compression import (
    measure_compression,
    measure_sizes,
    save_compressed,
    trained_values,
)
from ..datasets import ImageData, load_dataset
from ..networks import TeacherCNN
from ..random_streams import numpy_stream
from ..teacher_training import TeacherTrainer
from ..training_loop import PQKDTrainer, evaluate
from .configuration import RunConfig
from .method_version import METHOD_VERSION, configuration_hash
from .provenance import provenance
from .records import SCHEMA_VERSION, Record, read_record, write_record
from .run_folder import RunFolder

# announce(stage, done, total) is told of every gradient step, and of every final test.
Announce = Callable[[str, int, int], None]


class Labels(NamedTuple):
    """By what a record is looked up, beside its data set and seed."""

    experiment: str = "train"
    arm: str = "photonic"
    tier: str = "custom"


def carry_out(
    config: RunConfig,
    *,
    name: str,
    runs_root: Path,
    device: torch.device,
    data_root: Path | None = None,
    labels: Labels | None = None,
    announce: Announce = lambda stage, done, total: None,
) -> Record:
    """Do a run, or go on with one that was begun, and return its record.

    Parameters
    ----------
    config : RunConfig
        What to do.
    name : str
        The run's folder below ``runs_root``.
    runs_root : Path
        Folder of all runs, teachers included.
    device : torch.device
        Where to compute.
    data_root : Path or None
        Folder of the torchvision data sets; see `load_dataset`.
    labels : Labels or None
        By what the record is looked up; None: a run of the command line.
    announce : callable
        Told of the progress.

    Returns
    -------
    dict
        The record; it is also in ``runs_root / name / record.json``.

    Raises
    ------
    RunFolderError
        If the folder belongs to another configuration, or is damaged.
    DatasetUnavailableError
        If the data cannot be read.
    """
    labels = labels or Labels(arm=config.features)
    configuration = config.as_json()
    with RunFolder(runs_root / name, configuration, device=device.type) as folder:
        if not folder.record_path.exists():
            record = _computed(config, folder, runs_root, device, data_root, labels, announce)
            write_record(record, folder.record_path)
        return read_record(folder.record_path)


def _computed(
    config: RunConfig,
    folder: RunFolder,
    runs_root: Path,
    device: torch.device,
    data_root: Path | None,
    labels: Labels,
    announce: Announce,
) -> Record:
    """Train, or go on training, and test; return the record."""
    configuration = config.as_json()
    data = load_dataset(config.dataset, data_root).to(device)
    teacher, teacher_results = trained_teacher(config, data, runs_root, device, announce)
    student = config.build_student(data.n_channels, data.n_classes).to(device)
    trainer = PQKDTrainer(student, teacher, data, config.build_circuit(), config, seed=config.seed)
    epochs = _run_epochs(trainer, folder, config.epochs, "student", announce)
    started = time.perf_counter()
    final = _final_results(trainer, config, announce)
    feature = config.feature_specification(trainer.theta)
    save_compressed(student, folder.student_path, feature=feature, images=data.format)
    sizes = measure_sizes(teacher, student, feature=feature, images=data.format)
    seconds = {
        "teacher": sum(epoch["seconds"] for epoch in teacher_results["epochs"]),
        "student": sum(epoch["seconds"] for epoch in epochs),
        "final_tests": time.perf_counter() - started,
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "run",
        **labels._asdict(),
        "dataset": config.dataset,
        "seed": config.seed,
        "configuration": configuration,
        "configuration_hash": configuration_hash(configuration),
        "method_version": METHOD_VERSION,
        **provenance(device),
        "teacher": teacher_results,
        "student": {
            "spsa_images": trainer.spsa_images,
            "epochs": epochs,
            "final": final,
            "variance_ratio": variance_ratio(folder.features()),
        },
        "compression": dataclasses.asdict(
            measure_compression(teacher, student, trainer.theta.size)
        ),
        "ledger": {
            "shots": trainer.feature.shots,
            "circuit_evaluations": trainer.feature.circuit_evaluations,
            "sizes": dataclasses.asdict(sizes),
        },
        "seconds": seconds,
    }


def teacher_name(config: RunConfig, device: torch.device) -> str:
    """Return the name of the folder of the run's teacher."""
    widths = "x".join(map(str, config.widths))
    digits = configuration_hash(config.teacher_as_json())
    where = f"{device.type}{torch.get_num_threads()}"  # both change the last digits
    return f"teacher-{config.dataset}-{widths}-seed{config.seed}-{where}-{digits}"


def trained_teacher(
    config: RunConfig,
    data: ImageData,
    runs_root: Path,
    device: torch.device,
    announce: Announce,
) -> tuple[TeacherCNN, dict[str, Any]]:
    """Train the teacher or take the trained one from its folder; return it with its results."""
    teacher = config.build_teacher(data.n_channels, data.n_classes).to(device)
    settings = config.teacher_settings()
    trainer = TeacherTrainer(
        teacher, data, settings, selection=config.teacher_selection, seed=config.seed
    )
    path = runs_root / teacher_name(config, device)
    with RunFolder(path, config.teacher_as_json(), device=device.type, wait=True) as folder:
        epochs = _run_epochs(trainer, folder, settings.epochs, "teacher", announce)
    trainer.finish()
    return teacher, {
        "trained_values": trained_values(teacher),
        "selected_epoch": trainer.selected_epoch,
        "epochs": epochs,
        "final": {
            split: dataclasses.asdict(evaluate(teacher, data, split))
            for split in ("train", "validation", "test")
        },
    }


def _run_epochs(
    trainer: TeacherTrainer | PQKDTrainer,
    folder: RunFolder,
    n_epochs: int,
    stage: str,
    announce: Announce,
) -> list[dict[str, Any]]:
    """Run the epochs that the folder does not hold yet; return what all of them measured."""
    epochs = folder.epochs()
    state = folder.latest_state()
    if state is not None:
        trainer.load_state(state)
    on_step = counter(
        announce, stage, len(epochs) * trainer.steps_per_epoch, n_epochs * trainer.steps_per_epoch
    )
    while len(epochs) < n_epochs:
        started = time.perf_counter()
        metrics = dataclasses.asdict(trainer.run_epoch(on_step))
        metrics["seconds"] = time.perf_counter() - started
        folder.save_epoch(metrics, trainer.state())
        epochs.append(metrics)
    return epochs


def counter(announce: Announce, stage: str, done: int, total: int) -> Callable[[], None]:
    """Announce the stage and return a function that counts one more step of it."""
    announce(stage, done, total)
    steps = itertools.count(done + 1)
    return lambda: announce(stage, next(steps), total)


def _final_results(trainer: PQKDTrainer, config: RunConfig, announce: Announce) -> dict[str, Any]:
    """Judge the trained student: with its own z, under fresh ones, at z = 0."""
    results: dict[str, Any] = {
        split: dataclasses.asdict(evaluate(trainer.student, trainer.data, split))
        for split in ("train", "validation", "test")
    }
    unseen = trainer.unseen_validation()
    results["validation_without_spsa"] = (
        dataclasses.asdict(evaluate(trainer.student, trainer.data, unseen)) if unseen else None
    )
    n_shots = config.fresh_shots or config.n_shots
    fresh = trainer.evaluate_with_fresh_z(
        "test",
        rng=numpy_stream(config.seed, "final fresh z"),
        n_draws=config.fresh_draws,
        n_shots=n_shots,
        on_draw=counter(announce, "final tests", 0, config.fresh_draws),
    )
    results["test_fresh_z"] = {
        "accuracies": [result.accuracy for result in fresh],
        "cross_entropies": [result.cross_entropy for result in fresh],
        "n_images": fresh[0].n_images,
        "n_shots": n_shots,
    }
    results["accuracy_at_zero_z"] = trainer.accuracy_at_zero_z()
    results["headline"] = results["test"]
    if config.final_feature == "fresh":
        results["headline"] = dataclasses.asdict(fresh[0])
    return results


def variance_ratio(features: dict[str, Tensor]) -> float | None:
    """Return the median over the bins of var(smoothed) / var(raw) over the epochs.

    Bins that never changed are left out; None where fewer than two epochs, or no bin, is left.
    """
    raw, smoothed = features["histogram"].numpy(), features["smoothed_histogram"].numpy()
    changed = raw.var(axis=0) > 0
    if len(raw) < 2 or not changed.any():
        return None
    return float(np.median(smoothed.var(axis=0)[changed] / raw.var(axis=0)[changed]))
