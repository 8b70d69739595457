"""The exercise of notebook 00: z = 0."""

import numpy as np
import torch

from ...datasets.image_data import ImageData, Split
from ...networks.evaluation import evaluate
from ...networks.teacher_and_student import StudentCNN
from ..exercise import Exercise, Mistake, expect

# --- 0.1 -----------------------------------------------------------------------------------


def accuracy_at_zero():
    """Return the student's test accuracy at z = 0, in percent, as a multiple of 10."""
    return 10


def _toy_data() -> ImageData:
    """Return 20 images of noise, two of each class, for training, validation and test."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (20, 1, 8, 8), generator=generator, dtype=torch.uint8)
    split = Split(images, torch.arange(20) % 10)
    mean, deviation = torch.tensor([0.5]), torch.tensor([0.3])
    return ImageData("toy", split, split, split, mean, deviation, 10)


def _tiny_student(answer):
    """A small student with z = 0, asked about two images of each class, agrees with you."""
    student = StudentCNN(widths=(4, 4, 4), seed=1)
    student.condition(np.zeros(512))
    measured = 100 * evaluate(student, _toy_data()).accuracy
    expect(answer(), measured, given="20 images at z = 0", tolerance=1e-6)


_AT_ZERO = Exercise(
    number="0.1",
    name="Predict: z = 0",
    difficulty=1,
    minutes=3,
    task="""
    Take the feature away: $z = 0$, 512 zeros. The basis, the dense third convolution and the
    linear layer keep all that they have learned. Return your prediction of the
    student's test accuracy: in percent, a multiple of 10.
    """,
    reference=accuracy_at_zero,
    laws=(_tiny_student,),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: 90,
            "z is not a small disturbance of finished kernels: it makes them. Look at W = M B "
            "with M = A z.",
        ),
        Mistake(
            lambda: 80,
            "the layers that are not compressed still work, but look at what reaches them.",
        ),
        Mistake(
            lambda: 50,
            "a coin toss is right half of the time only between two classes. Here there are ten.",
        ),
        Mistake(
            lambda: 0,
            "a network always answers something, and now and then it is right by chance.",
        ),
        Mistake(
            lambda: 0.1,
            "right, as a share. The answer is wanted in percent.",
        ),
    ),
    hints=(
        "What is M = A z when z is zero? And the kernels W = M B?",
        "With kernels of zero, the image no longer matters: what can the answer depend on?",
        "Every image gets the same answer, and one image in ten belongs to that class.",
    ),
    explanation="""
    $M = A\\,0 = 0$, so the compressed kernels are zero, and every image gives the same 10 numbers.
    One class is always chosen: right for one image in ten. So "accuracy with $z$ minus accuracy at
    $z = 0$", a measure that the paper uses, is the accuracy minus chance. It says that the student
    works, not that light helped.
    """,
)

EXERCISES = (_AT_ZERO,)
