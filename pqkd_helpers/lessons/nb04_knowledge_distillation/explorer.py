"""The interactive picture of notebook 04: soft targets at any temperature, parts of the loss."""

import numpy as np
from matplotlib.figure import Figure

from ..explorer import Choice, Explorer, Slider
from .examples import EXAMPLES, image_of
from .pictures import soft_targets_and_loss, softmax


def loss_parts(name: str, temperature: float, hard_weight: float) -> dict[str, float]:
    """Return the parts of the distillation loss of one example, in nats.

    Returns
    -------
    dict
        The weighted hard term, the weighted soft term, their sum.
    """
    example = EXAMPLES[name]
    hard = -np.log(softmax(example.student)[example.label])
    teacher = softmax(example.teacher, temperature)
    student = softmax(example.student, temperature)
    divergence = float((teacher * np.log(teacher / student)).sum())
    hard_part = hard_weight * float(hard)
    soft_part = (1.0 - hard_weight) * temperature**2 * divergence
    return {"labels": hard_part, "teacher": soft_part, "sum": hard_part + soft_part}


def draw(example: str, temperature: float, hard_weight: float) -> Figure:
    """Draw one image, its soft targets and the student's loss on it."""
    shown = EXAMPLES[example]
    return soft_targets_and_loss(
        image_of(example),
        {
            "teacher": softmax(shown.teacher, temperature),
            "student": softmax(shown.student, temperature),
        },
        loss_parts(example, temperature, hard_weight),
        title=rf"label {shown.label}, $\tau = {temperature:g}$, $\lambda = {hard_weight:g}$",
    )


SOFT_TARGETS = Explorer(
    name="4.soft_targets",
    draw=draw,
    controls={
        "example": Choice(
            "image", {name: name for name in EXAMPLES}, start="a 4 that is almost a 9"
        ),
        "temperature": Slider("temperature tau", 1.0, 20.0, 0.5, start=3.0),
        "hard_weight": Slider("weight lambda of the label", 0.0, 1.0, 0.1, start=0.5),
    },
    alt="Left: the image, {example}. Middle: bars of the soft targets of teacher and student for "
    "the ten classes at temperature {temperature:g}. Right: bars of the loss's label part, "
    "teacher part and sum at label weight {hard_weight:g}.",
    grid={"example": tuple(EXAMPLES), "temperature": (1.0, 2.0, 3.0, 5.0, 10.0, 20.0)},
)

EXPLORERS = (SOFT_TARGETS,)
