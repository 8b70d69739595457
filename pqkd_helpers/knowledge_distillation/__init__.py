"""Knowledge distillation: a student learns from labels and from a teacher. Backs notebook 04."""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from ..networks.teacher_and_student import StudentCNN, TeacherCNN
    from .loss import distillation_loss

__all__ = ["StudentCNN", "TeacherCNN", "distillation_loss"]

__getattr__ = import_when_asked(__name__, __all__, ".loss", "..networks.teacher_and_student")
