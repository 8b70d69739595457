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


def predict_shrinkage():
    """Return (without, with): how many times smaller the gradient gets, without and with tau^2."""
    without_factor = (60 / 20) ** 2
    with_factor = 1.0
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
    """Without the factor, going from tau = 20 to 60 shrinks the soft gradient as predicted."""
    measured = _soft_gradient(20.0, 1.0) / _soft_gradient(60.0, 1.0)
    expect(_one_pair(answer)[0], measured, given="tau from 20 to 60, no factor", tolerance=0.3)


def _with_the_factor(answer: Answer) -> None:
    """With the factor tau^2, going from tau = 20 to 60 shrinks the soft gradient as predicted."""
    measured = _soft_gradient(20.0, 20.0**2) / _soft_gradient(60.0, 60.0**2)
    expect(_one_pair(answer)[1], measured, given="tau from 20 to 60, with tau^2", tolerance=0.1)


SHRINKAGE = Exercise(
    number="4.1",
    name="predict what the temperature does to the pull",
    difficulty=1,
    minutes=5,
    task="""
    You raise the temperature from 20 to 60; both are large compared with the logits, which are of
    size one.

    **Predict, then run.** By how many times does the norm of the soft term's gradient get smaller,
    first without the factor $\\tau^2$, then with it? Return the two numbers as a pair ("three times
    larger" would be 1/3, "no change" is 1). The check measures both.
    """,
    reference=predict_shrinkage,
    laws=(_without_the_factor, _with_the_factor),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: (1.0, 1.0),
            "The temperature does not only soften the targets. It also divides the student's "
            "logits, and both probabilities come closer together.",
        ),
        Mistake(
            lambda: (3.0, 1 / 3),
            "You counted one power of tau. One comes from the chain rule (the logits are divided "
            "by tau); where does the second come from?",
        ),
        Mistake(
            lambda: (3.0, 1.0),
            "The second number is right: tau^2 undoes the shrinking. How much must it have undone?",
        ),
        Mistake(
            lambda: (9.0, 9.0),
            "The first number is right. Now multiply the loss by tau^2 and look again: what is "
            "left of the shrinking?",
        ),
        Mistake(
            lambda: (1 / 9, 1.0),
            "The size is right, the direction is not: the question is how many times *smaller*.",
        ),
    ),
    hints=(
        "The gradient of KL with respect to a student's logit is (p_S - p_T) / tau.",
        "At large tau every probability is 1/C plus a deviation proportional to 1/tau.",
        "So (p_S - p_T) / tau falls like 1 / tau^2. Put in 20 and 60, then multiply by tau^2.",
    ),
    explanation="""
    The gradient is $(p_S^\\tau - p_T^\\tau)/\\tau$. The difference of the probabilities itself
    falls like $1/\\tau$, so the whole falls like $1/\\tau^2$: nine times smaller for a temperature
    three times as high. The factor $\\tau^2$ undoes exactly this, and the pull stays as it was.
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


def loss_and_gradient(student_logits, teacher_logits, labels, temperature, hard_weight):
    """Return the distillation loss, a mean over the batch, and its gradient.

    student_logits, teacher_logits: (batch, n_classes). labels: (batch,) whole numbers.
    temperature: tau > 0. hard_weight: lambda in [0, 1].
    Out: loss, a number in nats; gradient, (batch, n_classes), with respect to student_logits.
    """

    def log_softmax(logits):
        shifted = logits - logits.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    rows = np.arange(len(labels))
    hard = log_softmax(student_logits)
    soft, wanted = (
        log_softmax(logits / temperature) for logits in (student_logits, teacher_logits)
    )
    cross_entropy = -hard[rows, labels].mean()
    divergence = (np.exp(wanted) * (wanted - soft)).sum(axis=1).mean()
    loss = hard_weight * cross_entropy + (1 - hard_weight) * temperature**2 * divergence
    towards_label = np.exp(hard)
    towards_label[rows, labels] -= 1
    towards_teacher = temperature * (np.exp(soft) - np.exp(wanted))
    gradient = hard_weight * towards_label + (1 - hard_weight) * towards_teacher
    return loss, gradient / len(labels)


def _batch(draw: int, n: int = 4, size: float = 2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return logits of student and teacher, (n, 5), and labels."""
    rng = drawn(draw)
    return rng.normal(0, size, (n, 5)), rng.normal(0, size, (n, 5)), rng.integers(0, 5, n)


def _both_parts(answer: Answer, *arguments: Any, given: str) -> tuple[float, np.ndarray]:
    """Return loss and gradient, or say that the answer is no such pair."""
    copies = [part.copy() if isinstance(part, np.ndarray) else part for part in arguments]
    parts = answer(*copies)
    pair = isinstance(parts, tuple | list) and len(parts) == 2
    expect(pair, True, given=f"{given}, whether two things are returned, loss and gradient")
    expect(np.shape(parts[0]), (), given=f"{given}, shape of the loss")
    expect(np.shape(parts[1]), arguments[0].shape, given=f"{given}, shape of the gradient")
    for name, copy, part in zip(("student", "teacher", "labels"), copies, arguments, strict=False):
        expect(copy, part, given=f"{given}, the array handed in ({name}), afterwards")
    return float(parts[0]), np.asarray(parts[1])


def _labels_alone(answer: Answer) -> None:
    """At lambda = 1 it is the cross-entropy with the labels, whatever the teacher says."""
    student, teacher, labels = _batch(431)
    given = "4 images, 5 classes, tau = 3, lambda = 1"
    loss, _ = _both_parts(answer, student, teacher, labels, 3.0, 1.0, given=given)
    expected = functional.cross_entropy(torch.from_numpy(student), torch.from_numpy(labels))
    expect(loss, expected, given=given, tolerance=1e-6)


def _agreement(answer: Answer) -> None:
    """At lambda = 0, a student that agrees with its teacher has loss 0 and gradient 0."""
    student, _, labels = _batch(432)
    given = "equal logits, each row of one moved by a number, tau = 2, lambda = 0"
    moved = student + drawn(433).normal(size=(4, 1))
    loss, gradient = _both_parts(answer, student, moved, labels, 2.0, 0.0, given=given)
    expect(loss, 0.0, given=f"{given}: the loss", tolerance=1e-6)
    expect(gradient, np.zeros((4, 5)), given=f"{given}: the gradient", tolerance=1e-6)


def _teacher_alone(answer: Answer) -> None:
    """At lambda = 0 it is tau^2 times the divergence of the student from the teacher, in nats."""
    student, teacher, labels = _batch(434)
    for temperature in (1.0, 3.0):
        given = f"4 images, 5 classes, tau = {temperature:g}, lambda = 0"
        loss, _ = _both_parts(answer, student, teacher, labels, temperature, 0.0, given=given)
        rows = zip(student / temperature, teacher / temperature, strict=True)
        expected = np.mean([_divergence(s, t) for s, t in rows])
        expect(loss, temperature**2 * expected, given=given, tolerance=1e-6)


def _divergence(student: np.ndarray, teacher: np.ndarray) -> float:
    """Return KL(teacher || student) of one image, class by class."""
    p, q = ([math.exp(x) / sum(map(math.exp, row)) for x in row] for row in (teacher, student))
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


def _slope_of_the_loss(answer: Answer) -> None:
    """Each number of the gradient is the loss's own slope: nudge that logit and look."""
    for draw, temperature, hard_weight in ((435, 3.0, 0.5), (436, 0.7, 0.2), (437, 5.0, 0.9)):
        student, teacher, labels = _batch(draw, n=3)
        settings = labels, temperature, hard_weight
        given = f"3 images, 5 classes, tau = {temperature:g}, lambda = {hard_weight:g}"
        _, gradient = _both_parts(answer, student, teacher, *settings, given=given)
        slopes = np.zeros((3, 5))
        for place in np.ndindex(3, 5):
            nudge = np.zeros((3, 5))
            nudge[place] = 1e-4
            high, low = (answer(student + s * nudge, teacher, *settings)[0] for s in (1, -1))
            slopes[place] = (high - low) / 2e-4
        expect(gradient, slopes, given=f"{given}: the gradient", tolerance=1e-5)


def _large_logits(answer: Answer) -> None:
    """Logits of a thousand overflow nowhere, and only their differences within an image count."""
    student, teacher, labels = _batch(438)
    given = "1,000 added to all logits, tau = 1, lambda = 0.5"
    with np.errstate(all="ignore"):
        moved = _both_parts(answer, student + 1e3, teacher + 1e3, labels, 1.0, 0.5, given=given)
    settled = answer(student, teacher, labels, 1.0, 0.5)
    expect(moved, (float(settled[0]), np.asarray(settled[1])), given=given, tolerance=1e-6)
    given = "logits from -1,000 to 1,000, tau = 1, lambda = 1"
    student = 1e3 * drawn(442).permuted(np.tile([-1.0, 0.3, 1.0, -0.2, 0.8], (4, 1)), axis=1)
    with np.errstate(all="ignore"):
        loss, _ = _both_parts(answer, student, teacher, labels, 1.0, 1.0, given=given)
    expected = functional.cross_entropy(torch.from_numpy(student), torch.from_numpy(labels))
    expect(loss, expected, given=given, tolerance=1e-6)


def _changed_loss(
    *,
    softmax: Callable[[Any], Any] | None = None,
    swapped: bool = False,
    power: int = 2,
    soft_labels: bool = False,
    cross_entropy_only: bool = False,
    summed: bool = False,
    pull: Callable[[float], float] = lambda temperature: temperature,
    gradient_of_sum: bool = False,
) -> Answer:
    """Return loss and gradient with one thing changed."""

    def stable(logits: Any) -> Any:
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    to_probabilities = softmax or stable

    def changed(student: Any, teacher: Any, labels: Any, temperature: float, weight: float) -> Any:
        rows, n = np.arange(len(labels)), len(labels)
        q, p = to_probabilities(student / temperature), to_probabilities(teacher / temperature)
        hard = q if soft_labels else to_probabilities(student)
        first, second = (q, p) if swapped else (p, q)
        entropy = 0.0 if cross_entropy_only else np.log(first)
        divergence = (first * (entropy - np.log(second))).sum() / n
        loss = -weight * np.log(hard[rows, labels]).sum() / n
        loss += (1 - weight) * temperature**power * divergence
        gradient = weight * (hard - np.eye(student.shape[1])[labels])
        gradient += (1 - weight) * pull(temperature) * (q - p)
        return (n * loss if summed else loss), (gradient if gradient_of_sum else gradient / n)

    return changed


def _clipped_softmax(logits: Any) -> Any:
    weights = np.exp(np.clip(logits, -500, 500))
    return weights / weights.sum(axis=1, keepdims=True)


def _loss_probes() -> list[tuple[Any, ...]]:
    student, teacher, labels = _batch(441)
    large = student + 1e3, teacher + 1e3, labels, 1.0, 0.5
    return [(*_batch(439), 3.0, 0.5), (*_batch(440, n=3), 2.0, 0.0), large]


BUILD_LOSS = Exercise(
    number="4.3",
    name="the loss and its pull, from nothing",
    difficulty=3,
    minutes=30,
    task="""
    Build the distillation loss without torch, **and its gradient** with respect to the student's
    logits, which torch would find for you: what does one image pull at, and how hard?

    $$L = \\lambda\\, \\mathrm{CE}(y, p_S) + (1-\\lambda)\\,\\tau^2\\,
    \\mathrm{KL}(p_T^\\tau \\,\\|\\, p_S^\\tau)$$

    Derive the gradient on paper first. Two things help: $\\partial \\log p_k / \\partial s_j$ is
    1 (if $j = k$) or 0, minus $p_j$; and all probabilities of an image add up to 1. Logits may be
    as large as 1,000, where `np.exp` alone overflows.
    """,
    reference=loss_and_gradient,
    laws=(_labels_alone, _agreement, _teacher_alone, _slope_of_the_loss, _large_logits),
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
            _changed_loss(swapped=True),
            "The divergence runs the other way: it starts at the teacher, "
            "sum of p_T (log p_T - log p_S).",
        ),
        Mistake(
            _changed_loss(power=0),
            "The loss lacks the factor tau^2, so loss and gradient do not belong together.",
        ),
        Mistake(
            _changed_loss(soft_labels=True),
            "The labels' term sees the softened probabilities. It takes the student's logits as "
            "they are, at temperature 1.",
        ),
        Mistake(
            _changed_loss(cross_entropy_only=True),
            "That is the cross-entropy with the soft targets, -sum of p_T log p_S: it is not zero "
            "for a student that agrees. The teacher's own entropy must be taken off.",
        ),
        Mistake(
            _changed_loss(summed=True),
            "The loss is a sum over the images; a mean is wanted.",
        ),
        Mistake(
            _changed_loss(pull=lambda temperature: temperature**2),
            "The soft pull has one power of tau too many: tau^2 in front, and 1/tau from the chain "
            "rule, since the logits are divided by tau.",
        ),
        Mistake(
            _changed_loss(pull=lambda temperature: 1.0),
            "The soft pull lacks a power of tau: tau^2 in front, and only one 1/tau from the chain "
            "rule.",
        ),
        Mistake(
            _changed_loss(gradient_of_sum=True),
            "The loss is a mean over the images, so each image's pull is divided by their number, "
            "too.",
        ),
        Mistake(
            _changed_loss(softmax=_clipped_softmax),
            "Clipping logits before np.exp keeps it from overflowing, but makes large logits "
            "equal. Subtract each row's maximum instead: that changes no probability.",
        ),
    ),
    hints=(
        "Write log_softmax first and use it three times. Subtract each row's maximum before "
        "np.exp: it changes no probability. Then the loss is one line; try lambda = 1 and 0.",
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
    0.05 and 50, right to about 1 %. A search over many values of $\\tau$ will do.
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

EXERCISES = (SHRINKAGE, BALANCE, BUILD_LOSS, CALIBRATE)
