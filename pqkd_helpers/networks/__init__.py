"""Teacher and student networks (notebooks 04 and 06): built, trained and evaluated."""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from .adam import AdamEpochs
    from .evaluation import evaluate, predict_logits, score
    from .settings import AdamSettings
    from .teacher_training import TeacherTrainer, train_teacher

__all__ = [
    "AdamEpochs",
    "AdamSettings",
    "TeacherTrainer",
    "evaluate",
    "predict_logits",
    "score",
    "train_teacher",
]

__getattr__ = import_when_asked(
    __name__, __all__, ".settings", ".adam", ".evaluation", ".teacher_training"
)
