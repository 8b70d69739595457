"""Exercises of notebook 04: temperature, the factor tau^2, soft targets, runs, calibration."""

import itertools
import math
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
        "At large tau every probability is 1/n plus a deviation proportional to 1/tau.",
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


def spread_wrong_classes(probabilities, labels):
    """Return targets (n, n_classes) with the true class as it was and the rest spread evenly."""
    rows, n_classes = np.arange(len(labels)), probabilities.shape[1]
    true = probabilities[rows, labels]
    spread = np.tile((1 - true)[:, None] / (n_classes - 1), (1, n_classes))
    spread[rows, labels] = true
    return spread


def _targets() -> tuple[np.ndarray, np.ndarray]:
    rng = drawn(43)
    return rng.dirichlet(np.full(5, 0.7), size=8), rng.integers(0, 5, size=8)


def _spread(answer: Answer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    probabilities, labels = _targets()
    spread = answer(probabilities.copy(), labels.copy())
    if hasattr(spread, "detach"):
        spread = spread.detach().numpy()
    spread = np.asarray(spread, dtype=np.float64)
    expect(spread.shape, probabilities.shape, given="the shape, for 8 images and 5 classes")
    return probabilities, labels, spread


def _true_class_stays(answer: Answer) -> None:
    """The true class keeps the teacher's probability, also where the teacher prefers another."""
    probabilities, labels, spread = _spread(answer)
    rows = np.arange(len(labels))
    expect(
        spread[rows, labels],
        probabilities[rows, labels],
        given="true classes of 8 images",
        tolerance=1e-6,
    )


def _rows_add_up(answer: Answer) -> None:
    """Every row still adds up to 1."""
    _, _, spread = _spread(answer)
    expect(spread.sum(axis=1), np.ones(len(spread)), given="sums of the rows", tolerance=1e-6)


def _mean_of_shuffles(answer: Answer) -> None:
    """Your soft targets are the mean of the teacher's over all places of the wrong classes."""
    probabilities, labels, spread = _spread(answer)
    for row, label in enumerate(labels):
        wrong = [k for k in range(5) if k != label]
        turns = [np.roll(probabilities[row, wrong], turn) for turn in range(len(wrong))]
        expect(
            spread[row, wrong],
            np.mean(turns, axis=0),
            given=f"wrong classes of an image of class {label}",
            tolerance=1e-6,
        )


def _input_stays(answer: Answer) -> None:
    """The teacher's own soft targets are left as they were."""
    probabilities, labels = _targets()
    given = probabilities.copy()
    answer(given, labels)
    expect(given, probabilities, given="the array that was handed in, afterwards")


def _spread_over_all(probabilities: Any, labels: Any) -> Any:
    rows, n_classes = np.arange(len(labels)), probabilities.shape[1]
    true = probabilities[rows, labels]
    spread = np.tile((1 - true)[:, None] / n_classes, (1, n_classes))
    spread[rows, labels] += true
    return spread


def _spread_around_the_largest(probabilities: Any, labels: Any) -> Any:
    return spread_wrong_classes(probabilities, probabilities.argmax(axis=1))


def _rest_left_empty(probabilities: Any, labels: Any) -> Any:
    rows = np.arange(len(labels))
    spread = np.zeros_like(probabilities)
    spread[rows, labels] = probabilities[rows, labels]
    return spread


def _same_for_all_images(probabilities: Any, labels: Any) -> Any:
    rows, n_classes = np.arange(len(labels)), probabilities.shape[1]
    true = probabilities[rows, labels].mean()
    spread = np.full(probabilities.shape, (1 - true) / (n_classes - 1))
    spread[rows, labels] = true
    return spread


NO_DARK_KNOWLEDGE = Exercise(
    number="4.3",
    name="a teacher without dark knowledge",
    difficulty=2,
    minutes=12,
    task="""
    What do the soft targets of the shuffled teacher look like on average over many shuffles? Write
    a function that returns these mean targets without any shuffling.

    In: `probabilities`, an array `(n, n_classes)` with rows that add up to 1, and `labels`, an
    array `(n,)`, the true classes. Out: an array `(n, n_classes)`. Leave the input as it is.
    """,
    reference=spread_wrong_classes,
    laws=(_true_class_stays, _rows_add_up, _mean_of_shuffles, _input_stays),
    probes=lambda: [_targets()],
    mistakes=(
        Mistake(
            _spread_over_all,
            "A part of what you spread went to the true class, too. Only the wrong classes share "
            "the rest.",
        ),
        Mistake(
            _spread_around_the_largest,
            "You kept the teacher's largest probability. The true class is the label, and the "
            "teacher may be wrong.",
        ),
        Mistake(
            _rest_left_empty,
            "The wrong classes got nothing, so the rows no longer add up to 1.",
        ),
        Mistake(
            _same_for_all_images,
            "All images got the same target. The teacher is surer of some images than of others, "
            "and a shuffle keeps that.",
        ),
    ),
    hints=(
        "A shuffle does not touch the true class, so neither does the mean over shuffles.",
        "On average every wrong class gets the mean of the nine (here n_classes - 1) wrong values.",
        "That mean is (1 - p_true) / (n_classes - 1), row by row.",
    ),
    explanation="""
    Each wrong class receives the mean of the row's wrong values. Compare label smoothing: it gives
    every image the *same* softness. Here the softness differs from image to image: it still says
    how sure the teacher was. So a shuffled teacher is not empty. It is label smoothing with an
    amount chosen for each image by someone who knows the images.
    """,
)


# 4.4 ------------------------------------------------------------------------------------------


def runs_needed(difference, sd_first, sd_second, t_wanted):
    """Return how many runs of each kind give |t| of at least t_wanted; difference is not 0."""
    variance = sd_first**2 + sd_second**2
    return math.ceil(variance * (t_wanted / difference) ** 2)


_PLANS = ((0.5, 0.4, 0.3, 2.1), (0.11, 0.5, 0.2, 2.3), (0.05, 0.1, 0.12, 2.4), (1.3, 0.7, 2.0, 1.9))


def _t(difference: float, sd_first: float, sd_second: float, n: float) -> float:
    return abs(difference) / math.sqrt((sd_first**2 + sd_second**2) / n)


def _enough(answer: Answer) -> None:
    """With your number of runs, |t| reaches the wanted value."""
    for difference, first, second, wanted in _PLANS:
        n = answer(difference, first, second, wanted)
        reached = _t(difference, first, second, float(n))
        expect(
            min(reached, wanted),
            wanted,
            given=f"|t| at {float(n):g} runs for a difference of {difference}, "
            f"s.d. {first} and {second}",
        )


def _not_one_too_many(answer: Answer) -> None:
    """With one run less, |t| would not reach the wanted value; the number is whole."""
    for difference, first, second, wanted in _PLANS:
        n = float(answer(difference, first, second, wanted))
        expect(n, round(n), given=f"runs for a difference of {difference}")
        reached = n > 1 and _t(difference, first, second, n - 1) >= wanted
        expect(
            "reached" if reached else "missed",
            "missed",
            given=f"|t| of {wanted} with {n - 1:g} runs, for a difference of {difference}",
        )


def _either_sign(answer: Answer) -> None:
    """A difference of -d takes as many runs as one of +d."""
    expect(
        answer(-0.11, 0.5, 0.2, 2.3),
        answer(0.11, 0.5, 0.2, 2.3),
        given="a difference of -0.11 against one of +0.11",
    )


RUNS = Exercise(
    number="4.4",
    name="how many runs would it take?",
    difficulty=2,
    minutes=10,
    task="""
    Two kinds of network differ by `difference` in their mean result. Single runs scatter with the
    standard deviations `sd_first` ($s_1$) and `sd_second` ($s_2$). With $n$ runs of each,
    $t = \\text{difference}/\\sqrt{(s_1^2 + s_2^2)/n}$.

    Write a function of four numbers that returns the smallest whole $n$ with
    $|t| \\ge$ `t_wanted`. Before you use it below on Table 1's first row, guess the answer.
    """,
    reference=runs_needed,
    laws=(_enough, _not_one_too_many, _either_sign),
    probes=lambda: list(_PLANS),
    private_inputs=lambda rng: (
        rng.uniform(0.05, 0.6),
        *rng.uniform(0.1, 0.6, 2),
        rng.uniform(1.9, 2.6),
    ),
    mistakes=(
        Mistake(
            lambda difference, sd_first, sd_second, t_wanted: math.floor(
                (sd_first**2 + sd_second**2) * (t_wanted / difference) ** 2
            ),
            "Rounded down, t falls just short of what is wanted.",
        ),
        Mistake(
            lambda difference, sd_first, sd_second, t_wanted: math.ceil(
                (sd_first + sd_second) ** 2 * (t_wanted / difference) ** 2
            ),
            "Standard deviations of independent results do not add; their squares do.",
        ),
        Mistake(
            lambda difference, sd_first, sd_second, t_wanted: math.ceil(
                math.sqrt(sd_first**2 + sd_second**2) * t_wanted / abs(difference)
            ),
            "The error of a mean falls like 1/sqrt(n), so n grows with the *square* of the ratio.",
        ),
        Mistake(
            lambda difference, sd_first, sd_second, t_wanted: math.ceil(
                sd_first**2 * (t_wanted / difference) ** 2
            ),
            "Both kinds of network scatter; only one standard deviation was used.",
        ),
    ),
    hints=(
        "Solve the formula for n first, then round.",
        "Squared: t^2 = n difference^2 / (sd_first^2 + sd_second^2).",
        "n = (sd_first^2 + sd_second^2) (t_wanted / difference)^2, rounded up.",
    ),
    explanation="""
    The error of a mean falls only like $1/\\sqrt n$, so a difference half as large takes four times
    the runs. Five runs resolve differences about as large as the scatter itself, and nothing much
    smaller. With exactly $n$ runs luck decides: about every second repetition falls short of the
    wanted $t$. Plan for more.
    """,
)


# 4.5 ------------------------------------------------------------------------------------------


def best_temperature(logits, labels):
    """Return the T > 0 at which softmax(logits / T) has the least cross-entropy."""
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
    """At your T the cross-entropy is lower than at a T that is 4 % smaller or larger."""
    for true_temperature, seed in itertools.product((0.5, 2.0, 6.0), (7, 13, 14)):
        logits, labels = _forecasts(true_temperature, seed=seed)
        best = float(answer(logits, labels))
        at = [_cross_entropy(logits, labels, best * factor) for factor in (0.96, 1.0, 1.04)]
        expect(
            ("0.96 T", "T", "1.04 T")[int(np.argmin(at))],
            "T",
            given=f"where the cross-entropy is least, for your T = {best:.4g}",
        )


def _finds_the_truth(answer: Answer) -> None:
    """If the labels were drawn from softmax(logits / 2), T is about 2."""
    logits, labels = _forecasts(2.0, seed=8, n=6000)
    expect(answer(logits, labels), 2.0, given="6,000 labels drawn at T = 2", tolerance=0.2)


def _scales(answer: Answer) -> None:
    """Three times the logits need three times the T."""
    logits, labels = _forecasts(1.3, seed=9)
    ratio = float(answer(3.0 * logits, labels)) / float(answer(logits, labels))
    expect(ratio, 3.0, given="T for 3 x logits over T for logits", tolerance=0.1)


def _same_for_a_shift(answer: Answer) -> None:
    """A number added to all logits of an image changes nothing, even a large one."""
    logits, labels = _forecasts(0.5, seed=12)
    moved = logits + drawn(12).uniform(900.0, 1100.0, (len(logits), 1))
    ratio = float(answer(moved, labels)) / float(answer(logits, labels))
    expect(ratio, 1.0, given="T with about 1,000 added over T without", tolerance=0.03)


def _matches_confidence(logits: Any, labels: Any) -> Any:
    """Return the T at which the mean confidence equals the accuracy."""
    right = (logits.argmax(axis=1) == labels).mean()
    shifted = logits - logits.max(axis=1, keepdims=True)
    low, high = 0.05, 50.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        confidence = (1.0 / np.exp(shifted / middle).sum(axis=1)).mean()
        low, high = (low, middle) if confidence < right else (middle, high)
    return middle


CALIBRATE = Exercise(
    number="4.5",
    name="one number that calibrates",
    difficulty=3,
    minutes=20,
    task="""
    Divide all logits of a *finished* network by one number $T$: the answers stay the same, the
    confidence changes. Write a function that finds the $T$ with the least cross-entropy.

    In: `logits`, an array `(n, n_classes)`, and `labels`, an array `(n,)`. Out: one number between
    0.05 and 50, right to about 1 %. A search over many values of $T$ will do.
    """,
    reference=best_temperature,
    laws=(_finds_the_truth, _least, _scales, _same_for_a_shift),
    probes=lambda: [_forecasts(2.0, seed=10), _forecasts(0.5, seed=11)],
    mistakes=(
        Mistake(
            lambda logits, labels: 1.0 / best_temperature(logits, labels),
            "This is the number to *multiply* the logits by. T divides them.",
        ),
        Mistake(
            lambda logits, labels: 1.0,
            "T = 1 leaves the network as it is. If it is overconfident, T must be above 1.",
        ),
        Mistake(
            _matches_confidence,
            "You matched the mean confidence to the accuracy. That mends one number, but the "
            "cross-entropy looks at every image.",
        ),
    ),
    hints=(
        "Write a function that returns the mean cross-entropy at one T, then look for its minimum.",
        "Try 1,000 values of T between 0.05 and 50, evenly spaced on a logarithmic scale "
        "(np.geomspace).",
        "Subtract each row's maximum before np.exp, or small T overflows; then take the T of the "
        "smallest cross-entropy.",
    ),
    explanation="""
    Set the derivative with respect to $1/T$ to zero: at the best $T$, the logit that the network
    *expects* under its own probabilities, $\\sum_k p_k t_k$, equals the logit of the true class,
    both as means over the images. If the expected logit is lower, $T$ is too high. This is
    *temperature scaling* (Guo et al., arXiv:1706.04599). It uses images that training has not
    seen.
    """,
)

EXERCISES = (SHRINKAGE, BALANCE, NO_DARK_KNOWLEDGE, RUNS, CALIBRATE)
