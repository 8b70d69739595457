"""Teacher and student networks, and how they are trained and evaluated."""

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
