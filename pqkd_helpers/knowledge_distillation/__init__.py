"""Knowledge distillation: a student learns from labels and from a teacher (notebook 04)."""

from ..networks.teacher_and_student import StudentCNN, TeacherCNN
from .loss import distillation_loss

__all__ = [
    "StudentCNN",
    "TeacherCNN",
    "distillation_loss",
]
