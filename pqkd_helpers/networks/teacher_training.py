"""Training the teacher: plain gradient descent on the labels, epoch by epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..common.checks import check_whole
from ..datasets.image_data import ImageData, Split
from .adam import AdamEpochs, Batch, with_prefix
from .evaluation import evaluate
from .settings import AdamSettings, TeacherSelection, check_teacher_selection


@dataclass(frozen=True)
class TeacherEpoch:
    """What one epoch of the teacher measured; train figures are taken while learning."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_cross_entropy: float
    validation_accuracy: float


@dataclass(frozen=True)
class EvaluatedTeacherEpoch(TeacherEpoch):
    """The same, and how the teacher does on fixed training images in evaluation mode.

    Attributes
    ----------
    evaluated_train_accuracy, evaluated_train_cross_entropy : float
        After the epoch, dropout off, without augmentation; a share in [0, 1] and nats.
    """

    evaluated_train_accuracy: float
    evaluated_train_cross_entropy: float


class TeacherTrainer:
    """Train a network on the labels alone, epoch by epoch.

    Parameters
    ----------
    teacher : torch.nn.Module
        The network, on the device of the data.
    data : ImageData
    settings : AdamSettings
    selection : {"last", "best-of-every-10th"}
        Which weights `finish` leaves in the network: those of the last epoch, or the best by
        validation accuracy among the epochs 10, 20, ... (needs at least 10 epochs).
    evaluated_images : int
        After every epoch the teacher is evaluated on the first so many training images too, as it
        is on the validation images: in evaluation mode, without augmentation. 0: on none.
    seed : int
        Run seed.
    """

    def __init__(
        self,
        teacher: nn.Module,
        data: ImageData,
        settings: AdamSettings,
        *,
        selection: TeacherSelection = "last",
        evaluated_images: int = 0,
        seed: int,
    ) -> None:
        check_teacher_selection(selection, settings.epochs)
        n_evaluated = check_whole("evaluated_images", evaluated_images, least=0)
        self.teacher = teacher
        self.data = data
        self.epoch = 0
        self.selected_epoch = 0
        self._selection = selection
        self._evaluated = Split(data.train.images[:n_evaluated], data.train.labels[:n_evaluated])
        self._adam = AdamEpochs(teacher, data, settings, seed=seed, role="teacher")
        self._best_accuracy = -1.0
        self._best_weights: dict[str, Tensor] = {}

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""
        return self._adam.steps_per_epoch

    def run_epoch(self, on_step: Callable[[], object] = lambda: None) -> TeacherEpoch:
        """Train for one epoch and say what was measured."""

        def loss(logits: Tensor, batch: Batch) -> Tensor:
            return nn.functional.cross_entropy(logits, batch.labels)

        train_loss, train_accuracy = self._adam.run(self.epoch, loss, on_step)
        self.epoch += 1
        validation = evaluate(self.teacher, self.data, "validation")
        if self._selection == "last":
            self.selected_epoch = self.epoch
        elif self.epoch % 10 == 0 and validation.accuracy > self._best_accuracy:
            self.selected_epoch = self.epoch
            self._best_accuracy = validation.accuracy
            self._best_weights = {k: v.clone() for k, v in self.teacher.state_dict().items()}
        validated = validation.cross_entropy, validation.accuracy
        measured = (self.epoch, train_loss, train_accuracy, *validated)
        if not len(self._evaluated):
            return TeacherEpoch(*measured)
        train = evaluate(self.teacher, self.data, self._evaluated)
        return EvaluatedTeacherEpoch(*measured, train.accuracy, train.cross_entropy)

    def finish(self) -> None:
        """Leave the selected weights in the network, in evaluation mode."""
        if self._best_weights:
            self.teacher.load_state_dict(self._best_weights)
        self.teacher.eval()

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that a later continuation needs."""
        best = {f"best.{name}": value for name, value in self._best_weights.items()}
        live = {
            "epoch": torch.tensor([self.epoch, self.selected_epoch]),
            "best_accuracy": torch.tensor(self._best_accuracy, dtype=torch.float64),
            **{f"model.{name}": value for name, value in self.teacher.state_dict().items()},
            **best,
            **self._adam.state(),
        }
        return {name: value.clone() for name, value in live.items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.epoch, self.selected_epoch = state["epoch"].tolist()
        self._best_accuracy = state["best_accuracy"].item()
        self._best_weights = with_prefix(state, "best.")
        self.teacher.load_state_dict(with_prefix(state, "model."))
        self._adam.load_state(state)


def train_teacher(
    teacher: nn.Module, data: ImageData, settings: AdamSettings, *, seed: int = 0
) -> list[TeacherEpoch]:
    """Train a teacher on the labels and return what every epoch measured.

    Parameters
    ----------
    teacher : torch.nn.Module
        The network, on the device of the data; it is trained in place and left in evaluation
        mode with the weights of the last epoch.
    data : ImageData
    settings : AdamSettings
    seed : int
        Run seed of the data order and dropout.
    """
    trainer = TeacherTrainer(teacher, data, settings, seed=seed)
    epochs = [trainer.run_epoch() for _ in range(settings.epochs)]
    trainer.finish()
    return epochs
