"""Distilling a student that has no z: plain weights, trained by Adam alone.

The dense network distilled from a teacher of its own shape shows what distillation does without
any compression. With ``hard_weight`` 1 it is trained on the labels alone.
"""

from collections.abc import Callable

from torch import Tensor, nn, tensor

from ..datasets import ImageData
from ..distillation import Distillation
from ..epoch_reports import StudentEpoch
from ..evaluation import predict_logits, score
from ..gradient_training import with_prefix
from ..pqkd_settings import DistillationSettings


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
        self.data = data
        self.epoch = 0
        self.distillation = Distillation(student, teacher, data, settings, seed=seed)

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""
        return self.distillation.adam.steps_per_epoch

    def run_epoch(self, on_step: Callable[[], object] = lambda: None) -> StudentEpoch:
        """Train for one epoch and say what was measured."""
        train_loss, train_accuracy = self.distillation.train_epoch(self.epoch, on_step)
        self.epoch += 1
        logits = predict_logits(self.student, self.data, self.data.validation.images)
        validation = score(logits, self.data.validation.labels)
        return StudentEpoch(
            epoch=self.epoch,
            train_loss=train_loss,
            train_accuracy=train_accuracy,
            validation_loss=self.distillation.validation_loss(logits),
            validation_cross_entropy=validation.cross_entropy,
            validation_accuracy=validation.accuracy,
        )

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that a later continuation needs."""
        live = {
            "epoch": tensor(self.epoch),
            **{f"model.{name}": value for name, value in self.student.state_dict().items()},
            **self.distillation.adam.state(),
        }
        return {name: value.clone() for name, value in live.items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.epoch = int(state["epoch"])
        self.student.load_state_dict(with_prefix(state, "model."))
        self.distillation.adam.load_state(state)
