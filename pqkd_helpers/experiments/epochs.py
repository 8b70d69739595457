"""Epochs of a run, done and stored one by one, and the judging of what they trained."""

import base64
import dataclasses
import itertools
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ..calibration import fit_temperature
from ..datasets import ImageData
from ..epoch_reports import StudentEpoch, TeacherEpoch
from ..evaluation import evaluate, predict_logits, score
from .run_folder import RunFolder

# announce(stage, done, total) is told of every gradient step, and of every final test.
Announce = Callable[[str, int, int], None]


class Trainer(Protocol):
    """What trains a network epoch by epoch and can be continued."""

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""

    def run_epoch(self, on_step: Callable[[], object]) -> TeacherEpoch | StudentEpoch:
        """Train for one epoch and say what was measured."""

    def state(self) -> dict[str, Tensor]:
        """Return all that a later continuation needs."""

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""


def run_epochs(
    trainer: Trainer,
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
    if len(epochs) < n_epochs:
        folder.check_writable()
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


def total_seconds(epochs: list[dict[str, Any]]) -> float:
    """Return the seconds of all epochs together."""
    return sum(epoch["seconds"] for epoch in epochs)


def judged(network: nn.Module, data: ImageData) -> dict[str, Any]:
    """Return the results of a trained network on all three splits."""
    return {
        split: dataclasses.asdict(evaluate(network, data, split))
        for split in ("train", "validation", "test")
    }


def images_right(network: nn.Module, data: ImageData) -> str:
    """Return which test images a network gets right: one bit each, packed, in base64.

    `unpacked_images` reads it.
    """
    logits = predict_logits(network, data, data.test.images)
    right = (logits.argmax(dim=1) == data.test.labels).cpu().numpy()
    return base64.b64encode(np.packbits(right).tobytes()).decode()


def unpacked_images(text: str, n_images: int) -> NDArray[np.bool_]:
    """Return the bits of `images_right`, shape ``(n_images,)``.

    Examples
    --------
    >>> unpacked_images("oA==", 4)
    array([ True, False,  True, False])
    """
    packed = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    return np.unpackbits(packed, count=n_images).astype(bool)


def judged_with_temperature(network: nn.Module, data: ImageData) -> dict[str, Any]:
    """Return the temperature fitted on the validation images, and the test results under it."""
    validation = predict_logits(network, data, data.validation.images)
    temperature = fit_temperature(validation.cpu(), data.validation.labels.cpu())
    logits = predict_logits(network, data, data.test.images) / temperature
    return {
        "temperature": temperature,
        "test": dataclasses.asdict(score(logits, data.test.labels)),
    }
