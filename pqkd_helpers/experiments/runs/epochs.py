"""Epochs of a run, carried out and stored one by one."""

import dataclasses
import itertools
import time
from collections.abc import Callable
from typing import Any, Protocol

from torch import Tensor

from ...knowledge_distillation.student_training import StudentEpoch
from ...networks.teacher_training import TeacherEpoch
from .run_folder import RunFolder
from .workplace import Announce


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
    trainer: Trainer, folder: RunFolder, n_epochs: int, stage: str, announce: Announce
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
