"""The student's part of a run: training and final tests, for each kind of student."""

import dataclasses
import time
from typing import Any

import numpy as np
from torch import Tensor, nn

from ...common.random_streams import numpy_stream
from ...compression.compressed_file import save_compressed
from ...compression.counting import measure_compression
from ...compression.ledger import measure_plain_sizes, measure_sizes
from ...datasets.image_data import ImageData
from ...knowledge_distillation.student_training import DistilledStudentTrainer
from ...networks.evaluation import evaluate
from ...networks.teacher_and_student import ConvNet, StudentCNN
from ...training_loop.feature_source import Source
from ...training_loop.photonic_feature import PURPOSES
from ...training_loop.trainer import PQKDTrainer
from .building import feature_specification, search_of
from .configuration import RunConfig
from .epochs import counter, run_epochs, total_seconds
from .final_evaluation import evaluate_all_splits, evaluate_with_temperature, images_right
from .run_folder import RunFolder
from .workplace import Announce


def train_pqkd(
    student: StudentCNN,
    teacher: ConvNet,
    data: ImageData,
    config: RunConfig,
    folder: RunFolder,
    announce: Announce,
    source: Source,
) -> dict[str, Any]:
    """Train a PQKD student by Algorithm S1, test and store it.

    Returns
    -------
    dict
        The parts "student", "compression", "ledger" and "seconds" of the record.
    """
    steps = 0 if config.donor() else config.spsa_steps
    settings = dataclasses.replace(config, spsa_steps=steps)
    trainer = PQKDTrainer(
        student, teacher, data, source, settings, seed=config.seed, search=search_of(config)
    )
    epochs = run_epochs(trainer, folder, config.epochs, "student", announce)
    started = time.perf_counter()
    final = _final_results(trainer, config, announce)
    scaled = evaluate_with_temperature(student, data)
    feature = feature_specification(config, trainer.theta)
    save_compressed(student, folder.student_path, feature=feature, images=data.format)
    sizes = measure_sizes(teacher, student, feature=feature, images=data.format)
    return {
        "student": {
            "spsa_images": trainer.spsa_images,
            "epochs": epochs,
            "final": final,
            "temperature_scaled": scaled,
            "test_images_right": images_right(student, data),
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
        "seconds": {"student": total_seconds(epochs), "final_tests": time.perf_counter() - started},
    }


def train_distilled(
    student: nn.Module,
    teacher: ConvNet,
    data: ImageData,
    config: RunConfig,
    folder: RunFolder,
    announce: Announce,
) -> dict[str, Any]:
    """Distil a student by Adam alone, and test it; returns the same parts as `train_pqkd`."""
    trainer = DistilledStudentTrainer(student, teacher, data, config, seed=config.seed)
    epochs = run_epochs(trainer, folder, config.epochs, "student", announce)
    started = time.perf_counter()
    final = evaluate_all_splits(student, data)
    nothing = dict.fromkeys(PURPOSES, 0)
    return {
        "student": {
            "epochs": epochs,
            "final": {**final, "headline": final["test"]},
            "temperature_scaled": evaluate_with_temperature(student, data),
            "test_images_right": images_right(student, data),
        },
        "compression": dataclasses.asdict(measure_compression(teacher, student, n_angles=0)),
        "ledger": {
            "shots": nothing,
            "circuit_evaluations": nothing,
            "sizes": dataclasses.asdict(measure_plain_sizes(teacher, student, images=data.format)),
        },
        "seconds": {"student": total_seconds(epochs), "final_tests": time.perf_counter() - started},
    }


def _final_results(trainer: PQKDTrainer, config: RunConfig, announce: Announce) -> dict[str, Any]:
    """Evaluate the trained student: with its own z, under fresh ones, at z = 0."""
    results = evaluate_all_splits(trainer.student, trainer.data)
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
