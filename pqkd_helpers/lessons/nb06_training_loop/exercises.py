"""Exercises of notebook 06: what SPSA contributes, intervals, baselines, and choosing the best."""

import numpy as np
from scipy.stats import t as student_t
from scipy.stats import ttest_rel

from ...records.stored import stored_records
from ...spsa import SPSA
from ...statistics.means import paired_difference
from ..exercise import Exercise, Mistake, drawn, expect

# --- 6.1 -----------------------------------------------------------------------------------

VERDICTS = ("SPSA is better", "the sham is better", "no difference is shown", "both are at chance")


def verdict():
    """Return which of the four verdicts ten paired seeds give on SPSA against its sham.

    Returns
    -------
    str
        "SPSA is better", "the sham is better", "no difference is shown" or "both are at chance".
    """
    return "no difference is shown"


def _one_of_the_four(answer):
    """Your answer is one of the four verdicts, word for word."""
    said = answer()
    if said not in VERDICTS:
        expect(said, " | ".join(VERDICTS), given="the four verdicts")


def _what_the_records_say(answer):
    """The stored records of ten paired seeds give the same verdict."""
    spsa, sham = (
        [100 * r["student"]["final"]["test"]["accuracy"] for r in stored_records(experiment, arm)]
        for experiment, arm in (("spsa-contribution", "spsa"), ("spsa-contribution", "sham"))
    )
    interval = paired_difference(spsa, sham)
    if max(np.mean(spsa), np.mean(sham)) < 20.0:
        expected = VERDICTS[3]
    elif interval.excludes_zero:
        expected = VERDICTS[0] if interval.mean > 0 else VERDICTS[1]
    else:
        expected = VERDICTS[2]
    expect(answer(), expected, given=f"SPSA minus sham, percentage points: {interval}")


_VERDICT = Exercise(
    number="6.1",
    name="The loss fell, so SPSA worked?",
    difficulty=1,
    minutes=5,
    task="""
    Predict before you read on. Students were distilled with SPSA, and with the sham. Ten paired
    seeds at the paper's gains, test accuracy with the $z$ trained with: what do they show?
    """,
    reference=verdict,
    laws=(_one_of_the_four, _what_the_records_say),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: "SPSA is better",
            "the training loss falls in every run, because Adam trains the weights. That says "
            "nothing about the angles.",
        ),
        Mistake(
            lambda: "the sham is better",
            "a sham that beats the real thing would be odd; the interval of the pairs contains "
            "zero.",
        ),
        Mistake(
            lambda: "both are at chance",
            "with the z that they were trained with, both students are right about nineteen times "
            "in twenty.",
        ),
    ),
    hints=(
        "Which of the two optimisers has 75,000 values to play with, and which has 30?",
        "The student is trained on the z that it gets, good or bad.",
        "Look at the interval in the message: does it contain zero?",
    ),
    explanation="""
    "No difference is shown" is not "there is no difference": the interval says how large one could
    still be. Here it leaves no room for as much as one percentage point.
    """,
)

# --- 6.2 -----------------------------------------------------------------------------------


def paired_interval(first, second):
    """Return the mean of first minus second, and the ends of its 95 % interval.

    Parameters
    ----------
    first, second : (n,) array_like
        One value per seed, the same seeds in the same order.

    Returns
    -------
    (mean, low, high) : three floats
    """
    differences = np.asarray(first) - np.asarray(second)
    n = len(differences)
    margin = student_t.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n)
    return differences.mean(), differences.mean() - margin, differences.mean() + margin


def _pairs(seed, n):
    rng = drawn(seed)
    common = rng.normal(95.0, 1.0, n)
    return common + rng.normal(0.3, 0.2, n), common + rng.normal(0.0, 0.2, n)


def _antisymmetric(answer):
    """Exchanging the arms changes the sign of the mean and mirrors the interval."""
    first, second = _pairs(0, 6)
    mean, low, high = answer(second, first)
    expect(answer(first, second), (-mean, -high, -low), given="six pairs, then exchanged")


def _common_noise_cancels(answer):
    """What both arms of a seed share does not widen the interval."""
    first, second = _pairs(1, 5)
    shift = np.array([100.0, -50.0, 0.0, 70.0, 30.0])
    before, after = answer(first, second), answer(first + shift, second + shift)
    expect(after, before, given="five pairs, each shifted by its own number", tolerance=1e-6)


def _as_the_paired_t_test(answer):
    """It is the interval of the paired t test."""
    for seed, n in ((2, 3), (3, 10)):
        first, second = _pairs(seed, n)
        interval = ttest_rel(first, second).confidence_interval(0.95)
        expected = (np.mean(first - second), interval.low, interval.high)
        expect(answer(first, second), expected, given=f"{n} pairs", tolerance=1e-6)


def _interval(values, factor, ddof=1, root=True):
    margin = factor * values.std(ddof=ddof) / (np.sqrt(len(values)) if root else 1.0)
    return values.mean(), values.mean() - margin, values.mean() + margin


def _unpaired(first, second):
    n = len(first)
    error = np.sqrt((np.var(first, ddof=1) + np.var(second, ddof=1)) / n)
    mean, margin = np.mean(first) - np.mean(second), student_t.ppf(0.975, n - 1) * error
    return mean, mean - margin, mean + margin


_PAIRED_INTERVAL = Exercise(
    number="6.2",
    name="An interval for paired seeds",
    difficulty=2,
    minutes=15,
    task="""
    Write the interval that this notebook uses. It is $\\text{mean} \\pm t\\, s / \\sqrt n$. Here
    $s$ is the standard deviation of the differences (divide by $n - 1$) and $t$ the 97.5 % quantile
    of Student's distribution with $n - 1$ degrees of freedom: `student_t.ppf(0.975, n - 1)`.
    """,
    reference=paired_interval,
    laws=(_antisymmetric, _common_noise_cancels, _as_the_paired_t_test),
    probes=lambda: [_pairs(4, 5), _pairs(5, 8)],
    mistakes=(
        Mistake(
            _unpaired,
            "this is the interval for unpaired arms: the noise that both share does not cancel.",
        ),
        Mistake(
            lambda a, b: _interval(np.asarray(a) - np.asarray(b), 1.959963984540054),
            "1.96 holds for very many seeds; with few, Student's t is larger.",
        ),
        Mistake(
            lambda a, b: _interval(a - b, student_t.ppf(0.975, len(a) - 1), ddof=0),
            "the standard deviation is divided by n here; with few seeds n - 1 is needed (ddof=1).",
        ),
        Mistake(
            lambda a, b: _interval(a - b, student_t.ppf(0.975, len(a) - 1), root=False),
            "this is where single differences lie. The mean of n is more certain by sqrt(n).",
        ),
    ),
    hints=(
        "First the n differences; from then on forget the arms.",
        "You need their mean, their standard deviation (ddof=1) and n.",
        "margin = student_t.ppf(0.975, n - 1) * s / sqrt(n); return mean, mean - margin, "
        "mean + margin.",
    ),
    explanation="""
    Pairing pays because teacher, data order, $A$ and first weights differ from seed to seed but not
    within a pair.
    """,
)

# --- 6.3 -----------------------------------------------------------------------------------


def accuracy_at_zero(labels, logits):
    """Return the share of right answers, from 0 to 1, if every image gets the same logits.

    Parameters
    ----------
    labels : (n,) array of int
    logits : (n_classes,) array

    Returns
    -------
    float
    """
    return np.mean(labels == np.argmax(logits))


def _by_hand(answer):
    """Four images of the classes 0, 1, 1, 2: a network that always says 1 is right twice."""
    got = answer(np.array([0, 1, 1, 2]), np.array([0.1, 0.5, -0.2]))
    expect(got, 0.5, given="labels [0, 1, 1, 2], logits [0.1, 0.5, -0.2]")


def _shares_sum_to_one(answer):
    """Over all classes that the network might always name, the accuracies sum to 1."""
    labels = drawn(0).integers(0, 5, 40)
    total = sum(answer(labels, np.eye(5)[k]) for k in range(5))
    expect(total, 1.0, given="40 random labels of 5 classes")


def _size_of_logits(answer):
    """Only the largest logit counts: a factor or a constant added to all changes nothing."""
    rng = drawn(1)
    labels, logits = rng.integers(0, 10, 60), rng.normal(size=10)
    expect(answer(labels, 3 * logits - 7), answer(labels, logits), given="logits times 3 minus 7")


_ACCURACY_AT_ZERO = Exercise(
    number="6.3",
    name="What z = 0 is worth",
    difficulty=1,
    minutes=8,
    task="""
    At $z = 0$ every compressed kernel is zero, so the image never reaches the later layers: all
    images get the same logits. Return the accuracy that follows, from the labels and the one vector
    of logits.
    """,
    reference=accuracy_at_zero,
    laws=(_by_hand, _shares_sum_to_one, _size_of_logits),
    probes=lambda: [
        (np.array([0, 0, 1, 2, 2, 2, 3]), np.array([0.3, 0.1, 0.2, -0.5])),
        (np.array([3, 1, 1, 0]), np.array([-1.0, 0.0, -2.0, -3.0])),
    ],
    mistakes=(
        Mistake(
            lambda labels, logits: 1.0 / len(logits),
            "1 / n_classes is right only if all classes are equally frequent.",
        ),
        Mistake(
            lambda labels, logits: np.bincount(labels).max() / len(labels),
            "the network names the class of its largest logit, which need not be the most frequent "
            "class.",
        ),
        Mistake(
            lambda labels, logits: 0.0,
            "a network that always says the same is still right now and then.",
        ),
    ),
    hints=(
        "Which class does the network name?",
        "np.argmax(logits) is that class.",
        "The accuracy is the share of labels that are equal to it.",
    ),
    explanation="""
    About 10 % with ten classes. So `accuracy(z) - accuracy(0)` is the accuracy minus chance: it
    shows that the student works, and nothing about where $z$ came from.
    """,
)

# --- 6.4 -----------------------------------------------------------------------------------


def sham_step(theta, direction, losses, a, c, heads):
    """Return the angles after one sham SPSA step (without clipping), shape (n_angles,).

    Parameters
    ----------
    theta, direction : (n_angles,) array; direction holds the signs Delta
    losses : (float, float), at theta + c Delta and at theta - c Delta
    a, c : float, the gains
    heads : bool, how the coin fell; True exchanges the two losses
    """
    plus, minus = losses[::-1] if heads else losses
    return theta - a * (plus - minus) / (2 * c) * direction


def _sham_case(seed):
    rng = drawn(seed)
    theta, direction = rng.uniform(-1, 1, 5), rng.choice([-1.0, 1.0], 5)
    return theta, direction, tuple(rng.uniform(0.0, 2.0, 2)), 0.3, 0.2


def _tails_is_spsa(answer):
    """If the coin shows tails, the step is SPSA's own."""
    theta, _, losses, a, c = _sham_case(0)
    rng = drawn(5)
    spsa = SPSA(theta, step_size=a, perturbation=c, bound=np.inf, rng=rng)
    direction = (spsa.ask()[0] - theta) / c
    expected = spsa.tell(losses).theta
    expect(answer(theta, direction, losses, a, c, False), expected, given="heads = False")


def _heads_is_the_mirror(answer):
    """If it shows heads, theta moves as far in the opposite direction."""
    case = _sham_case(1)
    middle = (np.asarray(answer(*case, True)) + np.asarray(answer(*case, False))) / 2
    expect(middle, case[0], given="the middle between the steps for heads and for tails")


def _it_moves(answer):
    """The sham moves the angles, whichever way the coin falls."""
    case = _sham_case(2)
    for heads in (True, False):
        moved = np.abs(np.asarray(answer(*case, heads)) - case[0]).min() > 1e-3
        expect(moved, True, given=f"whether every angle moved, heads = {heads}")


_SHAM_STEP = Exercise(
    number="6.4",
    name="Build the sham",
    difficulty=2,
    minutes=12,
    task="""
    A control should differ from the real thing in one point only. Write the sham of SPSA: the same
    direction, the same two losses, the same size of the step; but a coin decides which loss is
    taken for which.
    """,
    reference=sham_step,
    laws=(_tails_is_spsa, _heads_is_the_mirror, _it_moves),
    probes=lambda: [(*_sham_case(3), True), (*_sham_case(4), False)],
    mistakes=(
        Mistake(
            lambda theta, d, losses, a, c, heads: (
                theta if heads else sham_step(theta, d, losses, a, c, False)
            ),
            "heads makes no step at all here, so this sham moves less than SPSA does. A control "
            "should differ in one point only.",
        ),
        Mistake(
            lambda theta, d, losses, a, c, heads: sham_step(theta, d, losses, a, c, False),
            "the coin is not used: this is SPSA itself.",
        ),
        Mistake(
            lambda theta, d, losses, a, c, heads: sham_step(theta, d, losses, a, c, not heads),
            "every step goes the wrong way: tails must be SPSA's own step, against the gradient, "
            "and heads its mirror image.",
        ),
        Mistake(
            lambda theta, d, losses, a, c, heads: sham_step(theta, d, losses, 2 * a, c, heads),
            "the step is twice as long: the two points are 2 c apart, so divide by 2 c.",
        ),
    ),
    hints=(
        "SPSA's step: theta - a (L+ - L-) / (2 c) Delta.",
        "What happens to this step if you exchange L+ and L-?",
        "plus, minus = losses[::-1] if heads else losses; the rest is SPSA's formula.",
    ),
    explanation="""
    Averaged over the coin the sham stays where it is, while a single run wanders as far as SPSA.
    The difference of the two is what the *information* in the losses is worth.
    """,
)


# --- 6.5 -----------------------------------------------------------------------------------


def gain_of_choosing(validation, test):
    """Return what choosing the best epoch by validation seems to gain, and what it gains.

    Parameters
    ----------
    validation, test : (n_runs, n_epochs) array
        Accuracies after every epoch.

    Returns
    -------
    (seeming, real) : two floats
        Mean over the runs of the accuracy at the chosen epoch minus that at the last epoch, on
        validation and on test images. The chosen epoch has the best validation accuracy.
    """
    runs = np.arange(len(validation))
    best = np.argmax(validation, axis=1)
    seeming = validation[runs, best] - validation[:, -1]
    real = test[runs, best] - test[:, -1]
    return seeming.mean(), real.mean()


def _accuracies(seed, n_runs=4, n_epochs=6):
    return drawn(seed).uniform(0.8, 1.0, (2, n_runs, n_epochs))


def _one_run_by_hand(answer):
    """One run by hand: the first epoch is chosen and compared with the last."""
    given = np.array([[0.9, 0.7, 0.8]]), np.array([[0.5, 0.9, 0.6]])
    expect(answer(*given), (0.1, -0.1), given="validation [[.9, .7, .8]], test [[.5, .9, .6]]")


def _never_seems_to_lose(answer):
    """Choosing never seems to lose: the best is at least as good as the last."""
    for seed in range(5):
        seeming, _ = answer(*_accuracies(seed))
        expect(min(seeming, 0.0), 0.0, given=f"random accuracies, seed {seed}")


def _mean_over_runs(answer):
    """It is a mean over the runs: every run written twice gives the same."""
    validation, test = _accuracies(7)
    twice = np.vstack([validation] * 2), np.vstack([test] * 2)
    expect(answer(*twice), answer(validation, test), given="every run twice")


def _same_on_both(answer):
    """Where validation and test are the same numbers, both gains are equal."""
    validation, _ = _accuracies(8)
    seeming, real = answer(validation, validation)
    expect(real, seeming, given="test = validation")


def _as_loops_say(answer):
    """Run by run, a plain loop gives the same two numbers."""
    validation, test = _accuracies(9, 5, 4)
    seeming = real = 0.0
    for v, t in zip(validation.tolist(), test.tolist(), strict=True):
        chosen = v.index(max(v))
        seeming += (v[chosen] - v[-1]) / 5
        real += (t[chosen] - t[-1]) / 5
    expect(answer(validation, test), (seeming, real), given="5 runs of 4 epochs")


_GAIN_OF_CHOOSING = Exercise(
    number="6.5",
    name="Is choosing the best epoch harmless?",
    difficulty=3,
    minutes=15,
    task="""
    The article keeps the teacher's best epoch on validation images. Write what that seems
    to gain over the last epoch (on validation images) and what it really gains (on test images),
    both averaged over the runs.
    """,
    reference=gain_of_choosing,
    laws=(
        _one_run_by_hand,
        _never_seems_to_lose,
        _mean_over_runs,
        _same_on_both,
        _as_loops_say,
    ),
    probes=lambda: [tuple(_accuracies(10)), tuple(_accuracies(11, 3, 5))],
    mistakes=(
        Mistake(
            lambda v, t: ((v.max(axis=1) - v[:, -1]).mean(), (t.max(axis=1) - t[:, -1]).mean()),
            "the test accuracy is taken at *its* best epoch. Choose by validation, then look at "
            "test: test images choose nothing.",
        ),
        Mistake(
            lambda v, t: tuple(
                x.mean(axis=0)[[v.mean(axis=0).argmax()]][0] - x[:, -1].mean() for x in (v, t)
            ),
            "one epoch is chosen for all runs together; each run chooses its own.",
        ),
        Mistake(
            lambda v, t: tuple(-x for x in gain_of_choosing(v, t)),
            "the sign is reversed: a gain is the chosen epoch minus the last one.",
        ),
        Mistake(
            lambda v, t: (
                (v.max(axis=1) - v.mean(axis=1)).mean(),
                (t[np.arange(len(t)), v.argmax(axis=1)] - t.mean(axis=1)).mean(),
            ),
            "compare with the last epoch, not with the mean of all epochs.",
        ),
    ),
    hints=(
        "For one run: which epoch has the largest validation accuracy? np.argmax tells.",
        "Read both the validation and the test accuracy at that same epoch.",
        "validation[runs, best] - validation[:, -1], with best = np.argmax(validation, axis=1).",
    ),
    explanation="""
    On pure noise the seeming gain is positive and the real one zero: the largest of many noisy
    numbers is partly luck. That is why we report the last epoch, and test accuracy next to
    validation accuracy.
    """,
)

EXERCISES = (_VERDICT, _PAIRED_INTERVAL, _ACCURACY_AT_ZERO, _SHAM_STEP, _GAIN_OF_CHOOSING)
