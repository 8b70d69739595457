"""Exercises of notebook 00: z = 0, counting, and what a ratio hides."""

import numpy as np
import torch

from ...compression.counting import measure_compression
from ...datasets.image_data import ImageData, Split
from ...networks.evaluation import evaluate
from ...networks.teacher_and_student import StudentCNN, TeacherCNN, trained_values
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
    linear layer keep all that they have learned. Ten classes, 50 test images of each. Return your
    prediction of the student's test accuracy: in percent, a multiple of 10.
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
    works, not that light helped. (Nor is $z = 0$ darkness: without any click, the bin "no click" of
    both histograms is full.)
    """,
)

# --- 0.2 -----------------------------------------------------------------------------------


def student_values(widths, rank, n_angles):
    """Count the trained values of a student whose three convolutions are all compressed.

    Parameters
    ----------
    widths : (int, int, int)
        Output channels of the convolutions.
    rank : int
        Filters in each basis.
    n_angles : int
        Angles of the circuit.
    """
    bases = rank * (5 * 5 + 3 * 3 + 3 * 3)
    biases = sum(widths)
    linear = 10 * widths[2] + 10
    return bases + biases + linear + n_angles


_SIZES = (((64, 128, 128), 8, 30), ((16, 32, 32), 4, 30), ((3, 5, 7), 2, 0), ((1, 1, 1), 1, 13))


def _counted_one_by_one(answer):
    """The count is that of a real network, value by value, and the angles once."""
    for widths, rank, n_angles in _SIZES:
        student = StudentCNN(widths=widths, rank=rank, scope="all")
        expect(
            answer(widths, rank, n_angles),
            trained_values(student) + n_angles,
            given=f"widths {widths}, rank {rank}, {n_angles} angles",
        )


def _one_more_filter(answer):
    """One filter more in each basis costs 25 + 9 + 9 values, at every width."""
    for widths in ((2, 3, 4), (64, 128, 128)):
        cost = answer(widths, 4, 30) - answer(widths, 3, 30)
        expect(cost, 25 + 9 + 9, given=f"rank 4 instead of 3 at widths {widths}")


def _one_more_channel(answer):
    """One channel more in the first or second convolution costs a single bias."""
    for wider in ((5, 4, 4), (4, 5, 4)):
        cost = answer(wider, 3, 30) - answer((4, 4, 4), 3, 30)
        expect(cost, 1, given=f"widths {wider} instead of (4, 4, 4)")


_COUNT = Exercise(
    number="0.2",
    name="Count the student",
    difficulty=2,
    minutes=8,
    task="""
    All three convolutions are compressed. Count what is trained: in each convolution a basis of
    `rank` filters (5 x 5 in the first, 3 x 3 in the others) and one bias per output channel; a
    linear layer from `widths[2]` numbers to 10, with 10 biases; the angles, once. Return a whole
    number.
    """,
    reference=student_values,
    laws=(_counted_one_by_one, _one_more_filter, _one_more_channel),
    probes=lambda: [((64, 128, 128), 8, 30), ((16, 32, 32), 4, 12)],
    private_inputs=lambda rng: (
        tuple(map(int, rng.integers(4, 99, 3))),
        *map(int, rng.integers(1, 60, 2)),
    ),
    mistakes=(
        Mistake(
            lambda widths, rank, n_angles: student_values(widths, rank, 0),
            "the angles are trained too: they count once.",
        ),
        Mistake(
            lambda widths, rank, n_angles: student_values(widths, rank, n_angles) - sum(widths),
            "every output channel of a convolution has a trained bias.",
        ),
        Mistake(
            lambda widths, rank, n_angles: student_values(widths, rank, n_angles) - 10,
            "the linear layer has a bias for each of the 10 classes.",
        ),
        Mistake(
            lambda widths, rank, n_angles: student_values(widths, rank, 3 * n_angles),
            "there is one circuit for all convolutions: its angles count once, not per layer.",
        ),
        Mistake(
            lambda widths, rank, n_angles: (
                student_values(widths, rank, n_angles)
                + rank * widths[0] * (1 + widths[1])
                + rank * widths[1] * widths[2]
            ),
            "the mixing M is computed from A and z. Nothing in it is trained.",
        ),
        Mistake(
            lambda widths, rank, n_angles: (
                student_values(widths, rank, n_angles) + 9 * rank * (widths[0] - 1 + widths[1] - 1)
            ),
            "all channels of a convolution share one basis: do not count it once per channel.",
        ),
    ),
    hints=(
        "Go through the student layer by layer: basis, biases. M and A are not trained.",
        "The bases together hold rank x (25 + 9 + 9) values, the biases sum(widths).",
        "Add bases, biases, the linear layer's 10 x widths[2] + 10, and n_angles.",
    ),
    explanation="""
    No width enters the bases. A dictionary convolution pays for one more channel with one bias (the
    last one also with 10 weights of the linear layer), a dense one with whole kernels. That is
    where high ratios come from.
    """,
)

# --- 0.3 -----------------------------------------------------------------------------------


def growth(small, large):
    """Return by what factors teacher and student grow from the small widths to the large ones.

    Parameters
    ----------
    small, large : (int, int, int)
        Widths of the three convolutions.

    Returns
    -------
    teacher, student : float
        Trained values at the large widths over those at the small ones.
    """
    before, after = (
        measure_compression(TeacherCNN(widths=w), StudentCNN(widths=w, scope="all"), n_angles=30)
        for w in (small, large)
    )
    return (
        after.teacher_values / before.teacher_values,
        after.student_values / before.student_values,
    )


def _by_hand(widths):
    """Return the values of teacher and student from closed formulas."""
    first, second, third = widths
    rest = first + second + 11 * third + 10
    dense = 25 * first + 9 * first * second + 9 * second * third
    return dense + rest, 8 * 43 + rest + 30


_STEPS = (((32, 64, 64), (64, 128, 128)), ((16, 32, 32), (32, 64, 128)))


def _nothing_grows(answer):
    """Between equal widths nothing grows."""
    expect(answer((8, 8, 8), (8, 8, 8)), (1.0, 1.0), given="(8, 8, 8) and (8, 8, 8)")


def _there_and_back(answer):
    """Going back to the small widths undoes the growth."""
    small, large = _STEPS[0]
    there, back = np.asarray(answer(small, large)), np.asarray(answer(large, small))
    expect(there * back, (1.0, 1.0), given="there and back")


def _factors_by_hand(answer):
    """The factors are those of the values counted by hand, the 30 angles included."""
    for small, large in _STEPS:
        before, after = _by_hand(small), _by_hand(large)
        expected = tuple(b / a for a, b in zip(before, after, strict=True))
        expect(answer(small, large), expected, given=f"{small} to {large}", tolerance=1e-6)


def _default_student(widths):
    return trained_values(StudentCNN(widths=widths)) + 30


def _ratio_only(widths):
    teacher, student = _by_hand(widths)
    return teacher / student


_GROWTH = Exercise(
    number="0.3",
    name="What a higher ratio hides",
    difficulty=2,
    minutes=8,
    task="""
    The paper's students reach 96.85 % at 48.81x and 97.33 % at 105.40x (paper): "stronger
    compression, higher accuracy"? The teachers differ in width. Return two factors for a step from
    `small` to `large` widths: by how much the teacher's trained values grow, and by how much the
    student's (all convolutions compressed, rank 8, 30 angles included). `measure_compression`,
    `TeacherCNN` and `StudentCNN` count for you.
    """,
    reference=growth,
    laws=(_nothing_grows, _there_and_back, _factors_by_hand),
    probes=lambda: [*_STEPS],
    private_inputs=lambda rng: (
        tuple(map(int, rng.integers(2, 20, 3))),
        tuple(map(int, rng.integers(20, 40, 3))),
    ),
    mistakes=(
        Mistake(
            lambda small, large: growth(large, small),
            "these are the factors of the way back: divide large by small.",
        ),
        Mistake(
            lambda small, large: growth(small, large)[::-1],
            "the teacher's factor comes first.",
        ),
        Mistake(
            lambda small, large: (
                growth(small, large)[0],
                _default_student(large) / _default_student(small),
            ),
            "by default a StudentCNN leaves the third convolution dense: ask for scope='all'.",
        ),
        Mistake(
            lambda small, large: (_ratio_only(small), _ratio_only(large)),
            "these are the two compression ratios. Compare teacher with teacher and student with "
            "student instead.",
        ),
        Mistake(
            lambda small, large: tuple(
                (values[1] - shift) / (values[0] - shift)
                for values, shift in zip(
                    zip(_by_hand(small), _by_hand(large), strict=True), (0, 30), strict=True
                )
            ),
            "the student's 30 angles are missing.",
        ),
    ),
    hints=(
        "Four counts are needed: teacher and student, each at the small and at the large widths.",
        "measure_compression(TeacherCNN(widths=w), StudentCNN(widths=w, scope='all'), 30) has "
        "teacher_values and student_values.",
        "Return teacher(large) / teacher(small) and student(large) / student(small).",
    ),
    explanation="""
    From (32, 64, 64) to (64, 128, 128) the teacher becomes 3.94 times as large, the student 1.68
    times: the ratio rises because the teacher grows faster. If the paper's networks grow in this
    way (we assume it), its more accurate student is the *larger* one.
    """,
)

EXERCISES = (_AT_ZERO, _COUNT, _GROWTH)
