"""Exercises of notebook 04: temperature, the factor tau^2, the loss, calibration."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from ..exercise import Answer, Exercise, Mistake, drawn, expect

# 4.1 ------------------------------------------------------------------------------------------


def predict_change():
    """Return (without, with): the norm at tau = 0.01 over that at 0.02, without and with tau^2."""
    without_factor = 0.02 / 0.01
    with_factor = 0.01 / 0.02
    return without_factor, with_factor


def _soft_gradient(temperature: float, weight: float) -> float:
    """Return the size of the gradient of ``weight KL(p_T || p_S)`` for fixed logits."""
    student = torch.tensor([[0.5, -1.0, 0.2, 0.3]], dtype=torch.float64, requires_grad=True)
    teacher = torch.tensor([[-0.4, 0.9, 0.1, -0.6]], dtype=torch.float64)
    divergence = functional.kl_div(
        functional.log_softmax(student / temperature, dim=1),
        functional.log_softmax(teacher / temperature, dim=1),
        reduction="batchmean",
        log_target=True,
    )
    (gradient,) = torch.autograd.grad(weight * divergence, student)
    return float(gradient.norm())


def _one_pair(answer: Answer) -> tuple[float, float]:
    predicted = np.ravel(answer())
    expect(predicted.size, 2, given="how many numbers you return")
    return float(predicted[0]), float(predicted[1])


def _without_the_factor(answer: Answer) -> None:
    """Without the factor, going from tau = 0.02 to 0.01 changes the soft gradient as predicted."""
    measured = _soft_gradient(0.01, 1.0) / _soft_gradient(0.02, 1.0)
    expect(_one_pair(answer)[0], measured, given="tau from 0.02 to 0.01, no factor", tolerance=0.05)


def _with_the_factor(answer: Answer) -> None:
    """With the factor tau^2, going from tau = 0.02 to 0.01 changes it as predicted."""
    measured = _soft_gradient(0.01, 0.01**2) / _soft_gradient(0.02, 0.02**2)
    given = "tau from 0.02 to 0.01, with tau^2"
    expect(_one_pair(answer)[1], measured, given=given, tolerance=0.1)


PULL_AT_LOW_TEMPERATURE = Exercise(
    number="4.1",
    name="predict the pull at a low temperature",
    difficulty=1,
    minutes=5,
    task="""
    Section 3 went to high temperatures. Go to the other end: you lower the temperature from 0.02 to
    0.01. The logits are of size one, and differ by about as much; the largest of the student's and
    the largest of the teacher's belong to different classes.

    **Predict, then run.** By what factor does the norm of the soft term's gradient change, first
    without the factor $\\tau^2$, then with it? Return the two ratios, new norm over old, as a pair
    (3 is "three times larger", 1 is "no change"). The check measures both.
    """,
    reference=predict_change,
    laws=(_without_the_factor, _with_the_factor),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: (4.0, 1.0),
            "That is the law of high temperatures, where all classes are almost equally probable. "
            "What do the soft targets look like at a very low one?",
        ),
        Mistake(
            lambda: (1.0, 1.0),
            "The difference of the probabilities hardly changes any more. But the gradient is this "
            "difference over tau.",
        ),
        Mistake(
            lambda: (1.0, 0.25),
            "You have the factor tau^2 right. The gradient itself has 1/tau in it, too.",
        ),
        Mistake(
            lambda: (2.0, 1.0),
            "The first number is right. Multiply by tau^2: at both temperatures it is another "
            "number.",
        ),
        Mistake(
            lambda: (0.5, 2.0),
            "The sizes are right, the directions are not: the *new* norm stands above.",
        ),
    ),
    hints=(
        "The gradient of KL with respect to a student's logit is (p_S - p_T) / tau.",
        "At very small tau all probability sits at the largest logit: a 1, and 0 elsewhere.",
        "So p_S - p_T no longer changes: the norm goes like 1 / tau, and with tau^2 like tau.",
    ),
    explanation="""
    At a low temperature each network puts all its probability on one class. If the two classes
    differ, $p_S^\\tau - p_T^\\tau$ is a 1 and a $-1$ at each such $\\tau$. The gradient
    $(p_S^\\tau - p_T^\\tau)/\\tau$ then grows like $1/\\tau$, and with the factor it falls like
    $\\tau$. So $\\tau^2$ keeps the balance at high temperatures only.
    """,
)


# 4.2 ------------------------------------------------------------------------------------------


def equivalent_hard_weight(hard_weight, temperature):
    """Return the label's weight that keeps the balance when the factor tau^2 is left out."""
    soft_weight = (1 - hard_weight) * temperature**2
    return hard_weight / (hard_weight + soft_weight)


def _direction(hard_weight: float, soft_weight: float, temperature: float) -> torch.Tensor:
    """Return the unit vector of the gradient of ``hard_weight CE + soft_weight KL``."""
    student = torch.tensor(
        [[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]], dtype=torch.float64, requires_grad=True
    )
    teacher = torch.tensor([[3.0, 1.0, -2.0], [0.0, 2.0, -1.0]], dtype=torch.float64)
    hard = functional.cross_entropy(student, torch.tensor([0, 1]))
    soft = functional.kl_div(
        functional.log_softmax(student / temperature, dim=1),
        functional.log_softmax(teacher / temperature, dim=1),
        reduction="batchmean",
        log_target=True,
    )
    (gradient,) = torch.autograd.grad(hard_weight * hard + soft_weight * soft, student)
    return gradient.ravel() / gradient.norm()


def _same_at_temperature_one(answer: Answer) -> None:
    """At tau = 1 the factor is 1, so the weight stays as it is."""
    for weight in (0.2, 0.5, 0.9):
        expect(answer(weight, 1.0), weight, given=f"lambda = {weight}, tau = 1")


def _ends_stay(answer: Answer) -> None:
    """Labels alone (lambda = 1) and teacher alone (lambda = 0) stay what they are."""
    for weight in (0.0, 1.0):
        expect(answer(weight, 3.0), weight, given=f"lambda = {weight:g}, tau = 3")


def _same_direction(answer: Answer) -> None:
    """The loss without the factor, at your weight, pulls in the same direction as the full one."""
    for weight, temperature in ((0.5, 3.0), (0.2, 4.0), (0.9, 1.5), (0.5, 0.5)):
        full = _direction(weight, (1.0 - weight) * temperature**2, temperature)
        yours = float(answer(weight, temperature))
        expect(
            _direction(yours, 1.0 - yours, temperature),
            full,
            given=f"gradient's direction at lambda = {weight}, tau = {temperature:g}, "
            f"your weight {yours:.4g}",
            tolerance=1e-6,
        )


BALANCE = Exercise(
    number="4.2",
    name="the same balance without the factor",
    difficulty=2,
    minutes=10,
    task="""
    A friend's code leaves out the factor: its loss is
    $\\lambda' \\mathrm{CE} + (1-\\lambda')\\,\\mathrm{KL}$. Yours is
    $\\lambda\\,\\mathrm{CE} + (1-\\lambda)\\,\\tau^2\\,\\mathrm{KL}$.

    Write a function that takes the numbers $\\lambda$ in [0, 1] and $\\tau > 0$ and returns the
    $\\lambda'$ with which your friend's loss pulls the student in the *same direction* as yours.
    The length of the pull may differ.
    """,
    reference=equivalent_hard_weight,
    laws=(_same_at_temperature_one, _ends_stay, _same_direction),
    probes=lambda: [(0.5, 3.0), (0.2, 2.0), (0.7, 5.0)],
    private_inputs=lambda rng: (rng.uniform(0.1, 0.9), rng.uniform(1.2, 8.0)),
    mistakes=(
        Mistake(
            lambda hard_weight, temperature: hard_weight,
            "With the weight unchanged, the teacher's share of the pull is tau^2 times too small.",
        ),
        Mistake(
            lambda hard_weight, temperature: (
                hard_weight / (hard_weight + (1 - hard_weight) * temperature)
            ),
            "The factor is tau^2; you balanced a single tau.",
        ),
        Mistake(
            lambda hard_weight, temperature: hard_weight / temperature**2,
            "The label's weight is divided, but the teacher's weight must stay 1 minus it: try "
            "lambda = 1, where only labels count.",
        ),
        Mistake(
            lambda hard_weight, temperature: (
                hard_weight * temperature**2 / (hard_weight * temperature**2 + 1 - hard_weight)
            ),
            "You gave the factor to the label's term. It belongs to the teacher's.",
        ),
    ),
    hints=(
        "Two weighted sums point the same way if the *ratio* of their two weights is the same.",
        "The ratio is lambda : (1 - lambda) tau^2 here, and lambda' : (1 - lambda') there.",
        "Divide both weights of the full loss by their sum: then they add up to 1.",
    ),
    explanation="""
    Dividing a loss by a number changes the length of its gradient, not its direction. Divide by
    $\\lambda + (1-\\lambda)\\tau^2$, and the two weights add up to 1. For the paper's
    $\\lambda = 0.5$ and $\\tau = 3$ the result is $0.5/(0.5 + 4.5) = 0.1$. "Half
    label, half teacher" is, in plain divergences, one part label and nine parts teacher.
    """,
)


# 4.3 ------------------------------------------------------------------------------------------


def gradient_of_loss(student_logits, teacher_logits, labels, temperature, hard_weight):
    """Return the gradient of the distillation loss, a mean over the batch.

    student_logits, teacher_logits: (batch, n_classes). labels: (batch,) whole numbers.
    temperature: tau > 0. hard_weight: lambda in [0, 1].
    Out: gradient with respect to student_logits, (batch, n_classes).
    """

    def softmax(logits):
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    towards_label = softmax(student_logits)
    towards_label[np.arange(len(labels)), labels] -= 1
    towards_teacher = temperature * (
        softmax(student_logits / temperature) - softmax(teacher_logits / temperature)
    )
    gradient = hard_weight * towards_label + (1 - hard_weight) * towards_teacher
    return gradient / len(labels)


def _batch(draw: int, n: int = 4, size: float = 2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return logits of student and teacher, (n, 5), and labels."""
    rng = drawn(draw)
    return rng.normal(0, size, (n, 5)), rng.normal(0, size, (n, 5)), rng.integers(0, 5, n)


def _gradient(answer: Answer, *arguments: Any, given: str) -> np.ndarray:
    """Return the gradient, or say that it has another shape or that an array was changed."""
    copies = [part.copy() if isinstance(part, np.ndarray) else part for part in arguments]
    gradient = answer(*copies)
    expect(np.shape(gradient), arguments[0].shape, given=f"{given}, shape of the gradient")
    for name, copy, part in zip(("student", "teacher", "labels"), copies, arguments, strict=False):
        expect(copy, part, given=f"{given}, the array handed in ({name}), afterwards")
    return np.asarray(gradient)


def _labels_alone(answer: Answer) -> None:
    """At lambda = 1 it is the gradient of the cross-entropy, whatever the teacher says."""
    student, teacher, labels = _batch(431)
    given = "4 images, 5 classes, tau = 3, lambda = 1"
    gradient = _gradient(answer, student, teacher, labels, 3.0, 1.0, given=given)
    expect(gradient, _slopes(student, teacher, labels, 3.0, 1.0), given=given, tolerance=1e-6)


def _agreement(answer: Answer) -> None:
    """At lambda = 0, nothing pulls at a student that agrees with its teacher."""
    student, _, labels = _batch(432)
    given = "equal logits, each row of one moved by a number, tau = 2, lambda = 0"
    moved = student + drawn(433).normal(size=(4, 1))
    gradient = _gradient(answer, student, moved, labels, 2.0, 0.0, given=given)
    expect(gradient, np.zeros((4, 5)), given=given, tolerance=1e-6)


def _slope_of_the_loss(answer: Answer) -> None:
    """Each number is the slope of the loss: nudge that logit and look."""
    for draw, temperature, hard_weight in ((435, 3.0, 0.5), (436, 0.7, 0.2), (437, 5.0, 0.0)):
        batch = *_batch(draw, n=3), temperature, hard_weight
        given = f"3 images, 5 classes, tau = {temperature:g}, lambda = {hard_weight:g}"
        expect(_gradient(answer, *batch, given=given), _slopes(*batch), given=given, tolerance=1e-6)


def _slopes(
    student: np.ndarray, teacher: np.ndarray, labels: np.ndarray, temperature: float, weight: float
) -> np.ndarray:
    """Return how the loss answers to a nudge of each logit."""
    slopes = np.zeros(student.shape)
    for place in np.ndindex(*student.shape):
        nudge = np.zeros(student.shape)
        nudge[place] = 1e-4
        high, low = (
            _loss(student + sign * nudge, teacher, labels, temperature, weight) for sign in (1, -1)
        )
        slopes[place] = (high - low) / 2e-4
    return slopes


def _loss(
    student: np.ndarray, teacher: np.ndarray, labels: np.ndarray, temperature: float, weight: float
) -> float:
    """Return the distillation loss, image by image and class by class."""
    images = []
    for s, t, label in zip(student, teacher, labels, strict=True):
        q, p = _shares(s / temperature), _shares(t / temperature)
        divergence = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
        hard = -math.log(_shares(s)[label])
        images.append(weight * hard + (1 - weight) * temperature**2 * divergence)
    return sum(images) / len(images)


def _shares(logits: np.ndarray) -> list[float]:
    weights = [math.exp(x) for x in logits]
    return [weight / sum(weights) for weight in weights]


def _large_logits(answer: Answer) -> None:
    """Logits of a thousand overflow nowhere, and only their differences within an image count."""
    student, teacher, labels = _batch(438)
    given = "1,000 added to all logits, tau = 1, lambda = 0.5"
    with np.errstate(all="ignore"):
        moved = _gradient(answer, student + 1e3, teacher + 1e3, labels, 1.0, 0.5, given=given)
    expect(moved, _slopes(student, teacher, labels, 1.0, 0.5), given=given, tolerance=1e-6)
    given = "logits from -1,000 to 1,000, tau = 1, lambda = 1"
    student = 1e3 * drawn(442).permuted(np.tile([-1.0, 0.3, 1.0, -0.2, 0.8], (4, 1)), axis=1)
    with np.errstate(all="ignore"):
        gradient = _gradient(answer, student, teacher, labels, 1.0, 1.0, given=given)
    says = np.eye(5)[student.argmax(axis=1)]  # quite sure, of its largest logit
    expect(gradient, (says - np.eye(5)[labels]) / 4, given=given, tolerance=1e-6)


def _changed_gradient(
    *,
    softmax: Callable[[Any], Any] | None = None,
    soft_labels: bool = False,
    pull: Callable[[float], float] = lambda temperature: temperature,
    towards: int = 1,
    of_sum: bool = False,
) -> Answer:
    """Return the gradient with one thing changed."""

    def stable(logits: Any) -> Any:
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    to_probabilities = softmax or stable

    def changed(student: Any, teacher: Any, labels: Any, temperature: float, weight: float) -> Any:
        q, p = to_probabilities(student / temperature), to_probabilities(teacher / temperature)
        hard = q if soft_labels else to_probabilities(student)
        gradient = weight * (hard - np.eye(student.shape[1])[labels])
        gradient += (1 - weight) * pull(temperature) * (q - p)
        return towards * (gradient if of_sum else gradient / len(labels))

    return changed


def _clipped_softmax(logits: Any) -> Any:
    weights = np.exp(np.clip(logits, -500, 500))
    return weights / weights.sum(axis=1, keepdims=True)


def _loss_probes() -> list[tuple[Any, ...]]:
    student, teacher, labels = _batch(441)
    large = student + 1e3, teacher + 1e3, labels, 1.0, 0.5
    return [(*_batch(439), 3.0, 0.5), (*_batch(440, n=3), 2.0, 0.0), large]


BUILD_GRADIENT = Exercise(
    number="4.3",
    name="the pull of the loss, from nothing",
    difficulty=3,
    minutes=25,
    task="""
    Torch finds the gradient of the loss for you. Find it yourself, with NumPy alone: what does one
    image pull at, and how hard?

    $$L = \\lambda\\, \\mathrm{CE}(y, p_S) + (1-\\lambda)\\,\\tau^2\\,
    \\mathrm{KL}(p_T^\\tau \\,\\|\\, p_S^\\tau)$$

    Section 3 has the soft term's gradient. Derive the other on paper first. Two things help:
    $\\partial \\log p_k / \\partial s_j$ is 1 (if $j = k$) or 0, minus $p_j$; and all probabilities
    of an image add up to 1. Logits may be as large as 1,000, where `np.exp` alone overflows.
    """,
    reference=gradient_of_loss,
    laws=(_labels_alone, _agreement, _slope_of_the_loss, _large_logits),
    probes=_loss_probes,
    private_inputs=lambda rng: (
        rng.normal(0, 2.0, (3, 4)),
        rng.normal(0, 2.0, (3, 4)),
        rng.integers(0, 4, 3),
        rng.uniform(0.8, 6.0),
        rng.uniform(0.1, 0.9),
    ),
    mistakes=(
        Mistake(
            _changed_gradient(towards=-1),
            "That is the direction in which the loss falls. The gradient points where it rises.",
        ),
        Mistake(
            _changed_gradient(soft_labels=True),
            "The labels' term sees the softened probabilities. It takes the student's logits as "
            "they are, at temperature 1.",
        ),
        Mistake(
            _changed_gradient(pull=lambda temperature: temperature**2),
            "The soft pull has one power of tau too many: tau^2 in front, and 1/tau from the chain "
            "rule, since the logits are divided by tau.",
        ),
        Mistake(
            _changed_gradient(pull=lambda temperature: 1.0),
            "The soft pull lacks a power of tau: tau^2 in front, and only one 1/tau from the chain "
            "rule.",
        ),
        Mistake(
            _changed_gradient(pull=lambda temperature: 1 / temperature),
            "The soft pull lacks the factor tau^2 that stands in front of the divergence.",
        ),
        Mistake(
            _changed_gradient(of_sum=True),
            "The loss is a mean over the images, so each image's pull is divided by their number, "
            "too.",
        ),
        Mistake(
            _changed_gradient(softmax=_clipped_softmax),
            "Clipping logits before np.exp keeps it from overflowing, but makes large logits "
            "equal. Subtract each row's maximum instead: that changes no probability.",
        ),
    ),
    hints=(
        "Write softmax first and use it three times. Subtract each row's maximum before np.exp: it "
        "changes no probability. Then try lambda = 1 and lambda = 0.",
        "The hard pull of an image is p_S minus 1 at the label. The soft one is, without the "
        "factor, (p_S^tau - p_T^tau) / tau.",
        "gradient = (lambda (p_S - onehot) + (1 - lambda) tau (p_S^tau - p_T^tau)) / batch, with "
        "onehot = np.eye(n_classes)[labels].",
    ),
    explanation="""
    The gradient, $\\frac1N\\big[\\lambda\\,(p_S - e_y) +
    (1-\\lambda)\\,\\tau\\,(p_S^\\tau - p_T^\\tau)\\big]$ for each of $N$ images, with $e_y$ 1 at
    the label and 0 elsewhere, has twice the same form: *what the student says minus what it should
    say*. A label says it with one number, a teacher with all ten. The sum over the classes is zero
    in each: whatever is pulled up is paid for by the others.
    """,
)


# 4.4 ------------------------------------------------------------------------------------------


def best_temperature(logits, labels):
    """Return the tau > 0 at which softmax(logits / tau) has the least cross-entropy."""
    true = logits[np.arange(len(labels)), labels].mean()
    shifted = logits - logits.max(axis=1, keepdims=True)
    low, high = 0.05, 50.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        weights = np.exp(shifted / middle)
        expected = ((weights * logits).sum(axis=1) / weights.sum(axis=1)).mean()
        low, high = (low, middle) if expected < true else (middle, high)
    return middle


def _forecasts(temperature: float, seed: int, n: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and labels drawn from ``softmax(logits / temperature)``."""
    rng = drawn(seed)
    logits = rng.normal(0.0, 3.0, (n, 4))
    noise = rng.gumbel(size=(n, 4))
    return logits, (logits / temperature + noise).argmax(axis=1)


def _cross_entropy(logits: np.ndarray, labels: np.ndarray, temperature: float) -> float:
    scaled = logits / temperature
    peak = scaled.max(axis=1)
    log_sum = peak + np.log(np.exp(scaled - peak[:, None]).sum(axis=1))
    return float((log_sum - scaled[np.arange(len(labels)), labels]).mean())


def _least(answer: Answer) -> None:
    """At your tau the cross-entropy is lower than at one that is 4 % smaller or larger."""
    for true_temperature, seed in itertools.product((0.5, 2.0, 6.0), (7, 13, 14)):
        logits, labels = _forecasts(true_temperature, seed=seed)
        best = float(answer(logits, labels))
        at = [_cross_entropy(logits, labels, best * factor) for factor in (0.96, 1.0, 1.04)]
        expect(
            ("0.96 tau", "tau", "1.04 tau")[int(np.argmin(at))],
            "tau",
            given=f"where the cross-entropy is least, for your tau = {best:.4g}",
        )


def _finds_the_truth(answer: Answer) -> None:
    """If the labels were drawn from softmax(logits / 2), tau is about 2."""
    logits, labels = _forecasts(2.0, seed=8, n=6000)
    expect(answer(logits, labels), 2.0, given="6,000 labels drawn at tau = 2", tolerance=0.2)


def _scales(answer: Answer) -> None:
    """Three times the logits need three times the tau."""
    logits, labels = _forecasts(1.3, seed=9)
    ratio = float(answer(3.0 * logits, labels)) / float(answer(logits, labels))
    expect(ratio, 3.0, given="tau for 3 x logits over tau for logits", tolerance=0.1)


def _same_for_a_shift(answer: Answer) -> None:
    """A number added to all logits of an image changes nothing, even a large one."""
    logits, labels = _forecasts(0.5, seed=12)
    moved = logits + drawn(12).uniform(900.0, 1100.0, (len(logits), 1))
    ratio = float(answer(moved, labels)) / float(answer(logits, labels))
    expect(ratio, 1.0, given="tau with about 1,000 added over tau without", tolerance=0.03)


def _matches_confidence(logits: Any, labels: Any) -> Any:
    """Return the temperature at which the mean confidence equals the accuracy."""
    right = (logits.argmax(axis=1) == labels).mean()
    shifted = logits - logits.max(axis=1, keepdims=True)
    low, high = 0.05, 50.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        confidence = (1.0 / np.exp(shifted / middle).sum(axis=1)).mean()
        low, high = (low, middle) if confidence < right else (middle, high)
    return middle


CALIBRATE = Exercise(
    number="4.4",
    name="one number that calibrates",
    difficulty=3,
    minutes=20,
    task="""
    Divide all logits of a *finished* network by one temperature $\\tau$: the answers stay the same,
    the confidence changes. Write a function that finds the $\\tau$ with the least cross-entropy.

    In: `logits`, an array `(n, n_classes)`, and `labels`, an array `(n,)`. Out: one number between
    0.05 and 50, right to about 1 %. A search over many values of $\\tau$ will do. (If all answers
    are right, the least lies at 0.05.)
    """,
    reference=best_temperature,
    laws=(_finds_the_truth, _least, _scales, _same_for_a_shift),
    probes=lambda: [_forecasts(2.0, seed=10), _forecasts(0.5, seed=11)],
    mistakes=(
        Mistake(
            lambda logits, labels: 1.0 / best_temperature(logits, labels),
            "This is the number to *multiply* the logits by. The temperature divides them.",
        ),
        Mistake(
            lambda logits, labels: 1.0,
            "tau = 1 leaves the network as it is. If it is overconfident, tau must be above 1.",
        ),
        Mistake(
            _matches_confidence,
            "You matched the mean confidence to the accuracy. That mends one number, but the "
            "cross-entropy looks at every image.",
        ),
    ),
    hints=(
        "Write a function that returns the mean cross-entropy at one tau. Then look for its "
        "minimum.",
        "Try 1,000 values of tau between 0.05 and 50, evenly spaced on a logarithmic scale "
        "(np.geomspace).",
        "Subtract each row's maximum before np.exp, or small tau overflow; then take the tau of "
        "the smallest cross-entropy.",
    ),
    explanation="""
    Set the derivative with respect to $1/\\tau$ to zero: at the best $\\tau$, the logit that the
    network *expects* under its own probabilities, $\\sum_k p_k s_k$, equals the logit of the true
    class, both as means over the images. If the expected logit is lower, $\\tau$ is too high. This
    is *temperature scaling* (Guo et al., arXiv:1706.04599). It uses images that training has not
    seen.
    """,
)

EXERCISES = (PULL_AT_LOW_TEMPERATURE, BALANCE, BUILD_GRADIENT, CALIBRATE)
