"""How long a run takes on this machine: a few measured training steps, and counted images.

A run trains on images, and evaluates others: validation after every epoch, SPSA's batches, the
final tests. So its time is counted images times two measured numbers, the seconds that an image
costs in a training step and in an evaluation. The student's step costs what that of a dense network
of its widths costs, to a few percent (`make bench`), so that such a one is measured for both.
Sampling the circuit and mixing the kernels are not counted: next to short epochs, or at a high
rank, they show. A test compares the count with the seconds of stored runs: most agree to a quarter.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch

from ...controls.students.four_layer_cnn import FourLayerCNN
from ...datasets.available import Sizes
from ...datasets.own_images import image_data
from ...networks.adam import select_device
from ...networks.evaluation import predict_logits
from ...networks.settings import AdamSettings
from ...networks.teacher_and_student import TeacherCNN
from ...networks.teacher_training import TeacherTrainer
from ..runs.building import build_student
from ..runs.configuration import RunConfig

_STEPS = 4


@dataclass(frozen=True)
class StepTime:
    """Seconds that one image costs.

    Attributes
    ----------
    trained, evaluated : float
        In a training step, and in an evaluation.
    """

    trained: float
    evaluated: float


def widths_of_student(config: RunConfig, n_channels: int) -> tuple[int, ...]:
    """Return the widths of the student's convolutions, three or four."""
    if config.student != "four-layer-cnn":
        return config.widths_of_student
    student = build_student(config, n_channels, n_classes=10)
    assert isinstance(student, FourLayerCNN)
    return student.widths


def step_time(
    config: RunConfig,
    widths: tuple[int, ...],
    shape: tuple[int, int, int],
    device_name: str,
    threads: int,
) -> StepTime:
    """Measure a few steps of a network of a run on random images.

    Of the configuration the batch and the arithmetic alone make a difference.

    Parameters
    ----------
    config : RunConfig
    widths : tuple of int
        Of the network: three of the teacher, or those of the student (`widths_of_student`).
    shape : (int, int, int)
        Channels, height, width of the images.
    device_name : str
        See `select_device`.
    threads : int
    """
    device = select_device(device_name)
    n = _STEPS * config.batch_size
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (n, *shape), dtype=np.uint8), np.arange(n) % 10
    held_out = (images[:1], labels[:1])
    data = image_data("random", (images, labels), held_out, held_out).to(device)
    kind = FourLayerCNN if len(widths) == 4 else TeacherCNN
    network = kind(shape[0], widths, data.n_classes, seed=0).to(device)
    settings = AdamSettings(epochs=2, batch_size=config.batch_size, arithmetic=config.arithmetic)
    trainer = TeacherTrainer(network, data, settings, seed=0)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        trainer.run_epoch()  # the first steps also prepare
        trained = _seconds(trainer.run_epoch, device)
        evaluated = _seconds(lambda: predict_logits(network, data, data.train.images), device)
    finally:
        torch.set_num_threads(before)
    return StepTime(trained / n, evaluated / n)


def _seconds(do: object, device: torch.device) -> float:
    assert callable(do)
    started = time.perf_counter()
    do()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started


def teacher_seconds(config: RunConfig, sizes: Sizes, step: StepTime) -> float:
    """Return how long the teacher of a run is trained."""
    n_train = config.train_images or sizes.train
    evaluated = sizes.validation + config.teacher_evaluated_images
    epochs = config.teacher_settings().epochs
    return epochs * (n_train * step.trained + evaluated * step.evaluated)


def student_seconds(config: RunConfig, sizes: Sizes, step: StepTime) -> float:
    """Return how long the student of a run is trained, and both networks are tested."""
    n_train = config.train_images or sizes.train
    of_spsa = 2 * config.spsa_steps * config.spsa_batches * config.batch_size
    each_epoch = 2 * sizes.validation + (of_spsa if config.student == "pqkd" else 0)
    once = 3 * n_train + 4 * sizes.validation + (7 + config.fresh_draws) * sizes.test
    return (
        config.epochs * n_train * step.trained
        + (config.epochs * each_epoch + once) * step.evaluated
    )
