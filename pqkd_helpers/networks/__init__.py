"""Teacher and student networks: how they are built, trained and evaluated."""

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
    __name__,
    {
        "AdamEpochs": ".adam",
        "AdamSettings": ".settings",
        "TeacherTrainer": ".teacher_training",
        "train_teacher": ".teacher_training",
        "evaluate": ".evaluation",
        "predict_logits": ".evaluation",
        "score": ".evaluation",
    },
)
