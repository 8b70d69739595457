"""The numbers of knowledge distillation."""

from dataclasses import dataclass

from ..common.checks import check_fields, check_share, check_temperature, set_field
from ..networks.settings import AdamSettings


@dataclass(frozen=True)
class DistillationSettings(AdamSettings):
    """How a student learns from the labels and from a teacher.

    Attributes
    ----------
    temperature : float
        Temperature tau of the soft targets, from 1e-30 to 10,000.
    hard_weight : float
        Share of the labels' cross-entropy in the loss, in [0, 1]; the rest is the teacher's.
    label_smoothing : float
        Share of the labels that is spread evenly over all classes, in [0, 1).
    """

    temperature: float = 3.0
    hard_weight: float = 0.5
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        set_field(self, "temperature", check_temperature(self.temperature))
        check_fields(self, check_share, "hard_weight")
        check_fields(self, check_share, "label_smoothing", below_one=True)
