"""Training a student's weights on the distillation loss: what all kinds of students share.

The teacher's answers to the training images are computed once; under augmentation every image is
new each time, so the teacher is asked again in every step.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..datasets.image_data import ImageData
from ..networks.adam import AdamEpochs, Batch, multiply_in, with_prefix
from ..networks.evaluation import predict_logits, score
from .loss import distillation_loss
from .settings import DistillationSettings


@dataclass(frozen=True)
class StudentEpoch:
    """What one epoch of a student measured.

    Attributes
    ----------
    epoch : int
        Number of the epoch, from 1.
    train_loss, train_accuracy : float
        Distillation loss (nats) and accuracy, taken while learning (dropout on).
    validation_loss, validation_cross_entropy, validation_accuracy : float
        Of the PQKD student with the z trained with.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_cross_entropy: float
    validation_accuracy: float


class Distillation:
    """Adam on the distillation loss, epoch by epoch.

    Parameters
    ----------
    student : torch.nn.Module
        The student, on the device of the data; trained in place.
    teacher : torch.nn.Module
        The trained teacher, another network; put into evaluation mode.
    data : ImageData
    settings : DistillationSettings
    seed : int
        Run seed of data order, augmentation and dropout.

    Raises
    ------
    ValueError
        If student and teacher are the same network.
    """

    def __init__(
        self,
        student: nn.Module,
        teacher: nn.Module,
        data: ImageData,
        settings: DistillationSettings,
        *,
        seed: int,
    ) -> None:
        if teacher is student:
            raise ValueError("student and teacher are the same network: two are expected")
        self.student = student
        self.data = data
        self.settings = settings
        self.adam = AdamEpochs(student, data, settings, seed=seed, role="student")
        self._teacher = teacher.eval()
        self._train_targets: Tensor | None = None
        if settings.augmentation == "none":
            self._train_targets = predict_logits(teacher, data, data.train.images)
        self._validation_targets = predict_logits(teacher, data, data.validation.images)

    def train_epoch(
        self, epoch: int, on_step: Callable[[], object] = lambda: None
    ) -> dict[str, float]:
        """Train for one epoch, from 0; return what a `StudentEpoch` holds of it."""
        self._teacher.eval()  # in training mode its batch norm would learn, its dropout would err
        train_loss, train_accuracy = self.adam.run(epoch, self.loss, on_step)
        logits = predict_logits(self.student, self.data, self.data.validation.images)
        validation = score(logits, self.data.validation.labels)
        return {
            "train_loss": train_loss,
            "train_accuracy": train_accuracy,
            "validation_loss": self.validation_loss(logits),
            "validation_cross_entropy": validation.cross_entropy,
            "validation_accuracy": validation.accuracy,
        }

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """Return the loss of a batch of training images, a mean."""
        if self._train_targets is not None:
            targets = self._train_targets[batch.indices]
        else:
            with torch.no_grad(), multiply_in(self.settings.arithmetic, batch.images.device):
                targets = self._teacher(batch.images).float()
        return self._distillation(logits, targets, batch.labels)

    def validation_loss(self, logits: Tensor, indices: Tensor | None = None) -> float:
        """Return the loss of validation images, all or those at ``indices``, a mean."""
        everywhere = slice(None) if indices is None else indices
        return self.validation_objective(logits, everywhere).item()

    def validation_objective(self, logits: Tensor, indices: Tensor | slice) -> Tensor:
        """Return the loss of the validation images at ``indices``, with its graph."""
        labels = self.data.validation.labels[indices]
        return self._distillation(logits, self._validation_targets[indices], labels)

    def state(self) -> dict[str, Tensor]:
        """Return the student's values and Adam's moments, to be stored."""
        model = {f"model.{name}": value for name, value in self.student.state_dict().items()}
        return model | self.adam.state()

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take over what `state` returned."""
        self.student.load_state_dict(with_prefix(state, "model."))
        self.adam.load_state(state)

    def _distillation(self, logits: Tensor, targets: Tensor, labels: Tensor) -> Tensor:
        return distillation_loss(
            logits,
            targets,
            labels,
            temperature=self.settings.temperature,
            hard_weight=self.settings.hard_weight,
            label_smoothing=self.settings.label_smoothing,
        )


class DistilledStudentTrainer:
    """Distil a student without z, epoch by epoch.

    Parameters
    ----------
    student, teacher : torch.nn.Module
        The student, trained in place, and the trained teacher; on the device of the data.
    data : ImageData
    settings : DistillationSettings
    seed : int
        Run seed of all streams.
    """

    def __init__(
        self,
        student: nn.Module,
        teacher: nn.Module,
        data: ImageData,
        settings: DistillationSettings,
        *,
        seed: int,
    ) -> None:
        self.student = student
        self.epoch = 0
        self.distillation = Distillation(student, teacher, data, settings, seed=seed)

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""
        return self.distillation.adam.steps_per_epoch

    def run_epoch(self, on_step: Callable[[], object] = lambda: None) -> StudentEpoch:
        """Train for one epoch and say what was measured."""
        measured = self.distillation.train_epoch(self.epoch, on_step)
        self.epoch += 1
        return StudentEpoch(self.epoch, **measured)

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that a later continuation needs."""
        live = {"epoch": torch.tensor(self.epoch), **self.distillation.state()}
        return {name: value.clone() for name, value in live.items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.epoch = int(state["epoch"])
        self.distillation.load_state(state)
