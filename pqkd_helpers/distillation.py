"""Training a student's weights on the distillation loss: what all kinds of students share.

The teacher's answers to the training images are computed once; under augmentation every image is
new each time, so the teacher is asked again in every step.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .datasets import ImageData
from .evaluation import predict_logits
from .gradient_training import AdamEpochs, Batch
from .knowledge_distillation import distillation_loss
from .pqkd_settings import DistillationSettings


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
    ) -> tuple[float, float]:
        """Train for one epoch; return mean loss and accuracy, measured while learning."""
        self._teacher.eval()  # in training mode its batch norm would learn, its dropout would err
        return self.adam.run(epoch, self.loss, on_step)

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """Return the loss of a batch of training images, a mean."""
        if self._train_targets is not None:
            targets = self._train_targets[batch.indices]
        else:
            with torch.no_grad(), self.settings.multiply_on(batch.images.device):
                targets = self._teacher(batch.images).float()
        return self._distillation(logits, targets, batch.labels)

    def validation_loss(self, logits: Tensor, indices: Tensor | None = None) -> float:
        """Return the loss of validation images, all or those at ``indices``, a mean."""
        targets, labels = self._validation_targets, self.data.validation.labels
        if indices is not None:
            targets, labels = targets[indices], labels[indices]
        return self._distillation(logits, targets, labels).item()

    def _distillation(self, logits: Tensor, targets: Tensor, labels: Tensor) -> Tensor:
        return distillation_loss(
            logits,
            targets,
            labels,
            temperature=self.settings.temperature,
            hard_weight=self.settings.hard_weight,
            label_smoothing=self.settings.label_smoothing,
        )
