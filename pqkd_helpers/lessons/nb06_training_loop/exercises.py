"""Exercises of notebook 06: SPSA's share, Algorithm S1, choosing the best, a sham, a change."""

from dataclasses import fields, replace
from itertools import product

import numpy as np
from scipy.stats import t as student_t

from ...spsa import SPSA
from ...statistics.means import paired_difference
from ...training_loop.settings import PQKDSettings
from ..exercise import Exercise, Mistake, drawn, expect, same, shown

# --- 6.1 -----------------------------------------------------------------------------------

VERDICTS = ("SPSA is better", "the sham is better", "no difference is shown")


def judge(spsa, sham):
    """Return low, high, verdict: the 95 % interval of the mean of SPSA minus sham, and the verdict.

    spsa, sham: (n,), n >= 2, test accuracies in per cent; the same seed at the same place.
    low, high: the lower and the upper end of the interval, in percentage points.
    verdict: "SPSA is better", "the sham is better" or "no difference is shown".
    """
    differences = np.asarray(spsa) - np.asarray(sham)
    n = len(differences)
    margin = student_t.ppf(0.975, n - 1) * np.std(differences, ddof=1) / np.sqrt(n)
    low, high = np.mean(differences) - margin, np.mean(differences) + margin
    if low > 0:
        return low, high, "SPSA is better"
    if high < 0:
        return low, high, "the sham is better"
    return low, high, "no difference is shown"


def _judged(answer, spsa, sham):
    """Return low, high and verdict, or say that three things are expected."""
    found = answer(np.array(spsa), np.array(sham))
    expect(len(found), 3, given="how many things you return")
    if found[2] not in VERDICTS:
        expect(found[2], " | ".join(VERDICTS), given="the verdict, word for word")
    return found


def _three_differences(answer):
    """Differences of 2, 1 and 3 points: mean 2, s = 1, t = 4.303, so 2 - 4.303 / sqrt(3) is low."""
    low, high, _ = _judged(answer, [93.0, 94.0, 95.0], [91.0, 93.0, 92.0])
    given = "93, 94, 95 against 91, 93, 92"
    expect([low, high], [-0.484, 4.484], given=given, tolerance=1e-3)


def _shared_luck(answer):
    """What both arms of a pair share, an easy or a hard seed, changes nothing."""
    spsa, sham = _ten_pairs()
    luck = 5.0 * drawn(29).normal(size=10)
    expect(
        _judged(answer, spsa + luck, sham + luck)[:2],
        _judged(answer, spsa, sham)[:2],
        given="ten pairs, the same number added to both sides of each",
    )


def _any_number_of_pairs(answer):
    """The fewer the pairs, the larger Student's t."""
    for n in (2, 5, 40):
        spsa, sham = 90.0 + drawn(n).normal(size=(2, n))
        expected = paired_difference(spsa, sham)
        low, high, _ = _judged(answer, spsa, sham)
        expect([low, high], [expected.low, expected.high], given=f"{n} pairs")


def _which_side_of_zero(answer):
    """The verdict asks on which side of zero the *whole* interval lies."""
    spsa, sham = _ten_pairs()
    found = paired_difference(spsa, sham)
    for where, shift, expected in (
        ("just above zero", 0.1 - found.low, VERDICTS[0]),
        ("just below zero", -0.1 - found.high, VERDICTS[1]),
        ("mostly above zero", -0.1 - found.low, VERDICTS[2]),
        ("mostly below zero", 0.1 - found.high, VERDICTS[2]),
    ):
        _, _, said = _judged(answer, spsa + shift, sham)
        expect(said, expected, given=f"ten pairs, their interval {where}")


def _ten_pairs(seed=28):
    """Ten pairs whose interval lies mostly above zero."""
    shared, own = drawn(seed).normal(size=10), drawn(seed + 100).normal(size=(2, 10))
    spsa, sham = 94.0 + shared + 0.3 * own
    return spsa - np.mean(spsa - sham) + 0.1, sham


def _other_judge(t=None, ddof=1, root=True, paired=True, by_the_mean=False, sign=1.0):
    """Return a judge that differs in one point."""

    def wrong(spsa, sham):
        differences = sign * (np.asarray(spsa) - np.asarray(sham))
        n, mean = len(differences), np.mean(differences)
        spread = np.std(differences, ddof=ddof)
        if not paired:
            spread = np.sqrt(np.var(spsa, ddof=1) + np.var(sham, ddof=1))
        factor = t or student_t.ppf(0.975, n - 1)
        margin = factor * spread / (np.sqrt(n) if root else 1.0)
        low, high = mean - margin, mean + margin
        above, below = (mean > 0, mean < 0) if by_the_mean else (low > 0, high < 0)
        return low, high, VERDICTS[0 if above else 1 if below else 2]

    return wrong


_JUDGE = Exercise(
    number="6.1",
    name="Write the judge first",
    difficulty=2,
    minutes=10,
    task="""
    Ten pairs will come. Write the judge before you see them. It gets the test accuracies of both
    arms. It returns the 95 % interval of the mean of *SPSA minus sham*, and what the rule above
    makes of it; an interval wholly below zero means that the sham is better.

    The mean of $n$ differences, whose standard deviation is $s$ (divide by $n - 1$), has the
    interval: mean $\\pm\\ t \\, s / \\sqrt{n}$. Student's $t$ is `student_t.ppf(0.975, n - 1)`,
    2.26 for ten pairs. It is larger than 1.96, because $s$, too, is only estimated.
    """,
    reference=judge,
    laws=(_three_differences, _shared_luck, _any_number_of_pairs, _which_side_of_zero),
    probes=lambda: [_ten_pairs()],
    mistakes=(
        Mistake(
            _other_judge(paired=False),
            "the scatter of each arm is added up. But the luck of a seed is in both arms of a "
            "pair: take the difference of each pair first, then the scatter of the differences.",
        ),
        Mistake(
            _other_judge(t=1.96),
            "1.96 is for many pairs, or a known s. With few pairs Student's t is larger.",
        ),
        Mistake(_other_judge(ddof=0), "s divides by n - 1 here: np.std(..., ddof=1)."),
        Mistake(
            _other_judge(root=False),
            "this is where single differences lie. The interval of their *mean* is narrower, by "
            "the square root of n.",
        ),
        Mistake(
            _other_judge(by_the_mean=True),
            "the interval is right, but the verdict looks at the mean alone. Zero may still lie "
            "inside the interval.",
        ),
        Mistake(_other_judge(sign=-1.0), "this is the sham minus SPSA."),
    ),
    hints=(
        "First one array: the ten differences, pair by pair. All the rest is about that array.",
        "margin = t s / sqrt(n); low and high are the mean minus and plus the margin.",
        'Three cases: low > 0, "SPSA is better"; high < 0, "the sham is better"; else '
        '"no difference is shown".',
    ),
    explanation="""
    Why the pairs? Add three points to both sides of one pair, an easy seed: the differences stay as
    they are. Two separate means would scatter more, and a small effect would drown.
    """,
    private_inputs=lambda rng: tuple(90.0 + rng.normal(size=(2, 7))),
)

# --- 6.2 -----------------------------------------------------------------------------------


def algorithm_s1(sample, loss, train, theta, n_epochs, n_steps, a, c, beta, rng):
    """Run Algorithm S1; return the angles after the SPSA steps of each epoch, (n_epochs, d).

    sample(theta): measures the circuit at angles (d,), returns a histogram (n_bins,).
    loss(z): returns the student's loss on validation images under the feature z (n_bins,).
    train(z): trains the weights for one epoch under z, returns nothing.
    theta: (d,) radians, the start. n_steps: SPSA steps in an epoch; a, c: their gains, angles
    clipped to [-pi, pi]. beta: share of the old average in the new one; before the first training
    there is none, and a feature is the scaled histogram alone. rng: np.random.Generator, the coins.
    """
    theta, average, path = np.array(theta, dtype=float), None, []

    def taken_in(new):
        return new if average is None else beta * average + (1 - beta) * new

    def feature(histogram):
        return histogram * np.sqrt(len(histogram) / (histogram @ histogram))

    for _ in range(n_epochs):
        for _ in range(n_steps):
            delta = rng.choice([-1.0, 1.0], size=len(theta))
            plus = loss(feature(taken_in(sample(theta + c * delta))))
            minus = loss(feature(taken_in(sample(theta - c * delta))))
            theta = np.clip(theta - a * (plus - minus) / (2 * c) * delta, -np.pi, np.pi)
        average = taken_in(sample(theta))
        train(feature(average))
        path.append(theta)
    return np.array(path)


class _Laboratory:
    """A circuit and a student that write down what is asked of them."""

    def __init__(self, seed, steepness=1.0):
        self._rng = drawn(seed)
        self._weights = steepness * self._rng.normal(size=8)
        self._learnt = np.zeros(8)
        self.log = []  # ("sample", theta, histogram), ("loss", z, value), ("train", z, None)

    def sample(self, theta):
        histogram = self._rng.dirichlet(np.full(8, 0.6)) * np.exp(np.resize(np.cos(theta), 8))
        histogram /= histogram.sum()
        self.log.append(("sample", np.array(theta, dtype=float), histogram))
        return histogram.copy()

    def loss(self, z):
        value = float((self._weights + self._learnt) @ z)
        self.log.append(("loss", np.array(z, dtype=float), value))
        return value

    def train(self, z):
        self._learnt = 0.1 * np.array(z, dtype=float)
        self.log.append(("train", np.array(z, dtype=float), None))


def _seen(answer, seed, n_epochs=4, n_steps=3, d=5, a=0.05, c=0.1, beta=0.9, steepness=1.0):
    """Return angles (n_epochs + 1, d), the start first, each epoch's log, and what was given."""
    laboratory, rng = _Laboratory(seed, steepness), drawn(seed + 100)
    theta = rng.uniform(-1.0, 1.0, d)
    calls = laboratory.sample, laboratory.loss, laboratory.train
    path = answer(*calls, theta.copy(), n_epochs, n_steps, a, c, beta, rng)
    given = f"{n_epochs} epochs of {n_steps} steps, {d} angles, a = {a:g}, c = {c:g}, beta = {beta}"
    expect(np.shape(path), (n_epochs, d), given=f"{given}, shape of the result")
    epochs, epoch = [], []
    for entry in laboratory.log:
        epoch.append(entry)
        if entry[0] == "train":
            epochs.append(epoch)
            epoch = []
    expect(len(epochs), n_epochs, given=f"{given}, calls of train")
    for number, calls in enumerate(epochs):
        kinds = [sum(kind == name for kind, *_ in calls) for name in ("sample", "loss")]
        said = f"{given}, calls of sample and of loss in epoch {number}"
        expect(kinds, [2 * n_steps + 1, 2 * n_steps], given=said)
    return np.vstack([theta, path]), epochs, given


def _named(epoch, name):
    return [entry[1:] for entry in epoch if entry[0] == name]


def _parts_in_turn(answer):
    """Each epoch takes its parts in turn: SPSA's steps, one more sample, one call of train."""
    for n_steps in (1, 3):
        _, epochs, given = _seen(answer, 20, n_steps=n_steps)
        for epoch in epochs:
            said = f"{given}, the last two calls of an epoch"
            expect(", ".join(kind for kind, *_ in epoch[-2:]), "sample, train", given=said)


def _as_feature(histogram):
    return histogram * np.sqrt(8 / (histogram @ histogram))


def _averages(epochs, beta=0.9):
    """Return the moving average before each epoch, and after the last; None before the first."""
    averages = [None]
    for epoch in epochs:
        averages.append(_taken_in(averages[-1], _named(epoch, "sample")[-1][1], beta))
    return averages


def _taken_in(average, new, beta=0.9):
    return new if average is None else beta * average + (1 - beta) * new


def _spsa_sees_what_the_average_would_become(answer):
    """SPSA's losses: each histogram just sampled is taken into the average, then scaled."""
    _, epochs, given = _seen(answer, 21)
    for number, (epoch, average) in enumerate(zip(epochs, _averages(epochs), strict=False)):
        samples = [histogram for _, histogram in _named(epoch, "sample")[:-1]]
        asked = [_as_feature(_taken_in(average, histogram)) for histogram in samples]
        for step, (z, _) in enumerate(_named(epoch, "loss")):
            pair = asked[step - step % 2 : step - step % 2 + 2]
            nearest = min(pair, key=lambda feature: np.abs(feature - z).max())
            said = f"{given}, the z of loss number {step} in epoch {number}"
            expect(z, nearest, given=said, tolerance=1e-6)


def _steps_of(epoch, average, n_steps):
    """Return per step: its two points, (2, d), and their losses, (2,), in the order of points."""
    samples, losses = _named(epoch, "sample")[:-1], _named(epoch, "loss")
    for k in range(0, 2 * n_steps, 2):
        (p, h), (q, _) = samples[k : k + 2]
        (z, first), (_, second) = losses[k : k + 2]
        in_order = np.abs(_as_feature(_taken_in(average, h)) - z).max() < 1e-6
        yield np.array([p, q]), np.array([first, second] if in_order else [second, first])


def _angles_follow_the_losses(answer):
    """Each step starts where the last one ended and goes down the slope, clipped to [-pi, pi]."""
    for a, steepness in ((0.05, 1.0), (0.4, 8.0)):
        path, epochs, given = _seen(answer, 22, a=a, c=0.2, steepness=steepness)
        here, averages = path[0], _averages(epochs)
        for number, epoch in enumerate(epochs):
            for step, (points, losses) in enumerate(_steps_of(epoch, averages[number], 3)):
                said = f"{given}, step {step} of epoch {number}"
                shifts = (points - here) / 0.2
                expect(np.abs(shifts), np.ones((2, 5)), given=f"{said}: shifts over c, sizes")
                expect(shifts[0], -shifts[1], given=f"{said}: the two shifts over c")
                slope = (losses[0] - losses[1]) / 0.4
                here = np.clip(here - a * slope * shifts[0], -np.pi, np.pi)
            expect(path[number + 1], here, given=f"{given}, angles after epoch {number}")


def _coins_are_tossed_anew(answer):
    """Coins are tossed anew for every angle in every step."""
    _, epochs, given = _seen(answer, 23, n_epochs=2, n_steps=200, d=3, a=1e-4)
    for number, (epoch, average) in enumerate(zip(epochs, _averages(epochs), strict=False)):
        signs = np.sign([points[0] - points[1] for points, _ in _steps_of(epoch, average, 200)])
        for i, j in ((0, 1), (0, 2), (1, 2)):
            said = f"{given}: share of steps of epoch {number} in which angles {i} and {j} agree"
            expect(np.mean(signs[:, i] == signs[:, j]), 0.5, given=said, tolerance=0.2)


def _measured_where_it_ended(answer):
    """The histogram to train with is sampled at the angles after the epoch's last step."""
    path, epochs, given = _seen(answer, 24)
    for number, epoch in enumerate(epochs):
        at = _named(epoch, "sample")[-1][0]
        expect(at, path[number + 1], given=f"{given}, last sample of epoch {number}: the angles")


def _trained_on_the_average(answer):
    """Weights are trained on the moving average of these histograms, scaled afterwards."""
    for beta in (0.9, 0.3):
        _, epochs, given = _seen(answer, 25, beta=beta)
        for number, (epoch, average) in enumerate(
            zip(epochs, _averages(epochs, beta)[1:], strict=True)
        ):
            (z, _) = epoch[-1][1:]
            expect(z, _as_feature(average), given=f"{given}, z to train with, epoch {number}")


def _changed_s1(
    *,
    scale=_as_feature,
    fresh_for_spsa=False,
    start_at_zero=False,
    swapped_beta=False,
    scaled_first=False,
    no_average=False,
    before_steps=False,
    one_direction=False,
    uphill=False,
    clipped=True,
):
    """Return Algorithm S1 with one thing changed."""

    def changed(sample, loss, train, theta, n_epochs, n_steps, a, c, beta, rng):
        theta, average, path = np.array(theta, dtype=float), None, []
        old, new_share = (1 - beta, beta) if swapped_beta else (beta, 1 - beta)

        def taken_in(new):
            new = _as_feature(new) if scaled_first else new
            if no_average:
                return new
            if average is None:
                return new_share * new if start_at_zero else new
            return old * average + new_share * new

        def for_spsa(histogram):
            return scale(histogram if fresh_for_spsa else taken_in(histogram))

        for _ in range(n_epochs):
            start = theta
            kept = rng.choice([-1.0, 1.0], size=len(theta)) if one_direction else None
            for _ in range(n_steps):
                delta = kept if one_direction else rng.choice([-1.0, 1.0], size=len(theta))
                plus = loss(for_spsa(sample(theta + c * delta)))
                minus = loss(for_spsa(sample(theta - c * delta)))
                slope = (minus - plus if uphill else plus - minus) / (2 * c)
                theta = theta - a * slope * delta
                theta = np.clip(theta, -np.pi, np.pi) if clipped else theta
            average = taken_in(sample(start if before_steps else theta))
            train(scale(average))
            path.append(theta)
        return np.array(path)

    return changed


def _trained_every_step(sample, loss, train, theta, n_epochs, n_steps, a, c, beta, rng):
    """Do all of it after every step."""
    every = algorithm_s1(sample, loss, train, theta, n_epochs * n_steps, 1, a, c, beta, rng)
    return every[n_steps - 1 :: n_steps]


def _s1_probes():
    laboratory = _Laboratory(26, steepness=6.0)
    calls = laboratory.sample, laboratory.loss, laboratory.train
    return [(*calls, np.full(3, 2.5), 6, 4, 0.1, 0.2, 0.7, drawn(27))]


_S1 = Exercise(
    number="6.2",
    name="Algorithm S1 in 25 lines",
    difficulty=3,
    minutes=35,
    task="""
    Build the whole loop, from three things that somebody else has built: a circuit that can be
    sampled, a student whose loss can be asked for, and its training for one epoch. Histograms come
    in, and features go out: average the histograms, then scale, to $|z|^2$ = the number of bins.
    SPSA compares losses under the feature that the moving average *would become*. Either side of a
    step may come first.

    The check hands in a circuit and a student that write down every call. It looks at what was
    sampled where, what the student was shown, and when; not at how you wrote it.
    """,
    reference=algorithm_s1,
    laws=(
        _parts_in_turn,
        _spsa_sees_what_the_average_would_become,
        _angles_follow_the_losses,
        _coins_are_tossed_anew,
        _measured_where_it_ended,
        _trained_on_the_average,
    ),
    probes=_s1_probes,
    mistakes=(
        Mistake(
            _trained_every_step,
            "the weights are trained after every step of SPSA. They are trained once an epoch, "
            "after all its steps.",
        ),
        Mistake(
            _changed_s1(scale=lambda histogram: histogram),
            "the student is shown bare histograms. Scale them: h sqrt(n_bins / (h . h)).",
        ),
        Mistake(
            _changed_s1(fresh_for_spsa=True),
            "SPSA is shown the bare new histogram, which the student is never trained with. Take "
            "it into the average first; the average itself stays as it is until the epoch's end.",
        ),
        Mistake(
            _changed_s1(uphill=True),
            "the angles go uphill: check the order of the two losses, or the sign of the step.",
        ),
        Mistake(
            _changed_s1(clipped=False),
            "the angles leave [-pi, pi]: clip them after every step.",
        ),
        Mistake(
            _changed_s1(one_direction=True),
            "one direction is kept for the whole epoch: toss anew in every step.",
        ),
        Mistake(
            _changed_s1(before_steps=True),
            "the histogram to train with is sampled at the angles before the epoch's steps.",
        ),
        Mistake(
            _changed_s1(no_average=True),
            "the weights are trained on the last histogram alone: where is the moving average?",
        ),
        Mistake(
            _changed_s1(swapped_beta=True),
            "beta and 1 - beta are swapped: beta is the share of the old.",
        ),
        Mistake(
            _changed_s1(start_at_zero=True),
            "the average starts at (1 - beta) times the first histogram, as if there had been "
            "nothing but zeros before. Its first value is the first histogram.",
        ),
        Mistake(
            _changed_s1(scaled_first=True),
            "histograms are scaled before they are averaged. Average first, then scale, or the "
            "average is shorter than |z|² = n_bins says.",
        ),
    ),
    hints=(
        "Two loops: epochs, and in each the steps of SPSA. After the inner one come three lines: "
        "sample, average, train.",
        "taken_in(new): new if average is None else beta * average + (1 - beta) * new. SPSA "
        "compares losses under it, the end of the epoch keeps it: average = "
        "taken_in(sample(theta)), then train(feature(average)).",
        "A step: coins delta; plus = loss(feature(taken_in(sample(theta + c * delta)))), minus "
        "likewise; theta = clip(theta - a (plus - minus) / (2 c) delta).",
    ),
    explanation="""
    This *is* the method: what else the package has is settings, records, checks and speed. Look at
    what the loop never asks for: a gradient of `sample`, or what is inside it. A hardware device, a
    simulator or a table of random numbers can stand there, and notebook 09 tries them.
    """,
)

# --- 6.3 -----------------------------------------------------------------------------------


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
    number="6.3",
    name="Is choosing the best epoch harmless?",
    difficulty=2,
    minutes=15,
    task="""
    The article keeps the teacher of the best validation accuracy, looking every tenth epoch.
    Suppose it looks after every epoch. Write what that seems to gain over the last epoch (on
    validation images) and what it really gains (on test images), both averaged over the runs. Of
    several best epochs take the first.
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
    The largest of many noisy numbers is partly luck: the cell below tries it on pure noise. That is
    why we report the last epoch, and test accuracy next to validation accuracy.
    """,
)

# --- 6.4 -----------------------------------------------------------------------------------


def sham_walk(theta, directions, losses, a, c, heads):
    """Return where sham SPSA steps end, (n_angles,), and how far from the start they usually get.

    How far: the root of the mean squared distance, over all ways in which the coins may fall.

    theta: (n_angles,), the start; angles are not clipped. a, c: the gains.
    directions: (n_steps, n_angles), the signs Delta of every step.
    losses: (n_steps, 2), at theta + c Delta and at theta - c Delta, the same for all coins.
    heads: (n_steps,) bool, how the coins fell; True exchanges the two losses of a step.
    """
    slopes = (losses[:, 0] - losses[:, 1]) / (2 * c)
    steps = -a * slopes[:, None] * directions
    end = theta + np.where(heads, -1, 1) @ steps
    return end, np.sqrt(np.sum(steps**2))


def _sham_case(seed, n_steps=4):
    rng = drawn(seed)
    theta, directions = rng.uniform(-1, 1, 5), rng.choice([-1.0, 1.0], (n_steps, 5))
    return theta, directions, rng.uniform(0.0, 2.0, (n_steps, 2)), 0.3, 0.2


def _sham_end(answer, case, heads):
    """Return the angles at the end, or say that a pair is expected."""
    theta, directions, losses, a, c = case
    found = answer(theta.copy(), directions.copy(), losses.copy(), a, c, np.array(heads))
    expect(len(found), 2, given="how many things you return")
    return np.asarray(found[0], dtype=float)


def _tails_are_spsa(answer):
    """If all coins show tails, the steps are SPSA's own."""
    theta, _, losses, a, c = _sham_case(0)
    spsa = SPSA(theta, step_size=a, perturbation=c, bound=np.inf, rng=drawn(5))
    directions, here = [], theta
    for pair in losses:
        directions.append((spsa.ask()[0] - here) / c)
        here = spsa.tell(pair).theta
    case = theta, np.array(directions), losses, a, c
    expect(_sham_end(answer, case, [False] * 4), here, given="four steps, all coins tails")


def _each_coin_reverses_its_own_step(answer):
    """Heads reverse the step they belong to, and no other."""
    case = _sham_case(1)
    tails = [False] * 4
    for step in range(4):
        heads = [k == step for k in range(4)]
        middle = (_sham_end(answer, case, heads) + _sham_end(answer, case, tails)) / 2
        others = tuple(np.delete(part, step, axis=0) for part in case[1:3])
        without = _sham_end(answer, (case[0], *others, *case[3:]), tails[1:])
        given = f"four steps, heads in step {step} alone, and the middle between it and all tails"
        expect(middle, without, given=given)


def _all_coins_tried(answer):
    """How far: try all 16 ways in which four coins may fall, and average the squared distances."""
    case = _sham_case(2)
    theta, directions, losses, a, c = case
    squares = []
    for coins in product([False, True], repeat=4):
        here = theta.copy()
        for direction, (plus, minus), heads in zip(directions, losses, coins, strict=True):
            slope = (minus - plus if heads else plus - minus) / (2 * c)
            here = here - a * slope * direction
        squares.append(np.sum((here - theta) ** 2))
    for heads in ([False] * 4, [True, False, True, False]):
        _, far = answer(*case, np.array(heads))
        given = f"four steps, heads = {heads}: how far the 16 ways get"
        expect(far, np.sqrt(np.mean(squares)), given=given)


def _as_sham(end=None, far=None):
    """Return an answer of which one part is another."""

    def wrong(theta, directions, losses, a, c, heads):
        right = sham_walk(theta, directions, losses, a, c, heads)
        given = theta, directions, losses, a, c, heads
        return end(*given) if end else right[0], far(*given) if far else right[1]

    return wrong


_SHAM_WALK = Exercise(
    number="6.4",
    name="Build the sham, and say how far it gets",
    difficulty=2,
    minutes=12,
    task="""
    A control should differ from the real thing in one point only. Write the sham of SPSA: the same
    directions, the same losses, the same size of every step; but a coin decides which of a step's
    two losses is taken for which.

    Then say how far from its start it usually gets, without tossing a single coin. What becomes of
    the inner product of two steps, averaged over their coins?
    """,
    reference=sham_walk,
    laws=(_tails_are_spsa, _each_coin_reverses_its_own_step, _all_coins_tried),
    probes=lambda: [
        (*_sham_case(3), np.array([True, False, True, True])),
        (*_sham_case(4, 3), np.array([False, False, True])),
    ],
    mistakes=(
        Mistake(
            _as_sham(
                end=lambda theta, d, losses, a, c, heads: sham_walk(
                    theta, d[~heads], losses[~heads], a, c, heads[~heads]
                )[0]
            ),
            "heads make no step at all here, so this sham moves less than SPSA does. A control "
            "should differ in one point only.",
        ),
        Mistake(
            _as_sham(
                end=lambda theta, d, losses, a, c, heads: sham_walk(
                    theta, d, losses, a, c, np.zeros_like(heads)
                )[0]
            ),
            "the coins are not used: this is SPSA itself.",
        ),
        Mistake(
            lambda theta, d, losses, a, c, heads: sham_walk(theta, d, losses, a, c, ~heads),
            "every step goes the wrong way: tails must be SPSA's own step, against the gradient, "
            "and heads its mirror image.",
        ),
        Mistake(
            lambda theta, d, losses, a, c, heads: sham_walk(theta, d, losses, 2 * a, c, heads),
            "the steps are twice as long: the two points are 2 c apart, so divide by 2 c.",
        ),
        Mistake(
            _as_sham(
                far=lambda *given: np.linalg.norm(sham_walk(*given)[0] - given[0]),
            ),
            "this is how far *these* coins lead. Asked is the root of the mean square over all "
            "ways in which they may fall.",
        ),
        Mistake(
            _as_sham(
                far=lambda theta, d, losses, a, c, heads: (
                    a * np.sqrt(len(theta)) * np.sum(np.abs(losses @ [1, -1])) / (2 * c)
                ),
            ),
            "the lengths are added as if all steps went one way. Half of the coins turn a step "
            "round: add the *squares* of the lengths.",
        ),
    ),
    hints=(
        "SPSA's step: -a (L+ - L-) / (2 c) Delta. What happens to it if you exchange L+ and L-?",
        "The squared distance is the sum of all inner products of two steps. A step with another "
        "one has both signs equally often; a step with itself has not.",
        "steps = -a (L+ - L-) / (2 c) Delta, row by row; the end is theta plus the rows, those of "
        "heads with a minus; how far: np.sqrt(np.sum(steps**2)).",
    ),
    explanation="""
    A random walk: averaged over the coins the sham stays where it is, while a single run gets as
    far as the root of the sum of the squares. SPSA with losses that say nothing would do the same.
    What SPSA does better than this walk is what the *information* in the losses is worth.
    """,
)

# --- 6.5 -----------------------------------------------------------------------------------

OUTCOMES = ("better", "worse", "no difference is shown")


def change_the_method():
    """Return the protocol of your experiment, a dictionary of five entries.

    "change": a dictionary, {setting: new value}: one setting of `PQKDSettings`.
    "predicted", before the run, and "verdict", after it: the changed method is "better" or "worse"
    than the old one, or "no difference is shown".
    "before", "after": test accuracies in per cent, with the own z; five seeds or more, the same in
    both.
    """
    return {
        "change": {"ema_beta": 0.0},
        "predicted": "worse",
        "before": [84.3, 83.7, 81.7, 85.0, 80.7],
        "after": [79.0, 80.7, 78.3, 79.7, 76.3],
        "verdict": "worse",
    }


def _protocol(answer):
    """Return an answer's protocol, or say what it lacks."""
    protocol = answer()
    entries = sorted(map(str, protocol)) if isinstance(protocol, dict) else type(protocol).__name__
    expected = ["after", "before", "change", "predicted", "verdict"]
    expect(entries, expected, given="the entries of your protocol")
    return protocol


def _one_thing(answer):
    """One setting is changed, it is one of the method's, and its new value is another one."""
    change = _protocol(answer)["change"]
    changed = sorted(change) if isinstance(change, dict) else []
    expect(len(changed), 1, given="how many settings `change` names")
    known = {field.name: getattr(PQKDSettings(), field.name) for field in fields(PQKDSettings)}
    expect(changed[0] in known, True, given=f"whether {changed[0]!r} is one of {sorted(known)}")
    new, old = change[changed[0]], known[changed[0]]
    expect(same(new, old), False, given=f"whether {changed[0]} = {new!r} is its old value")
    try:
        replace(PQKDSettings(), **change)
    except (TypeError, ValueError) as error:
        expect(str(error), "a value that PQKDSettings takes", given=f"{changed[0]} = {new!r}")


def _pairs_of_accuracies(answer):
    """Before and after are accuracies in per cent, of five seeds or more, the same in both."""
    arms = [np.ravel(_protocol(answer)[name]).astype(float) for name in ("before", "after")]
    lengths = [len(arm) for arm in arms]
    expect(
        lengths[0] == lengths[1] >= 5, True, given=f"{lengths} seeds, whether five or more pairs"
    )
    for name, arm in zip(("before", "after"), arms, strict=True):
        in_per_cent = 1.0 < arm.max() <= 100.0 and arm.min() >= 0.0
        expect(in_per_cent, True, given=f"{name}: {shown(arm)}, whether these are per cent")
    expect(np.array_equal(*arms), False, given="whether after is before, number by number")


def _prediction_was_made(answer):
    """You predicted one of the three outcomes, word for word (right or wrong does not matter)."""
    predicted = _protocol(answer)["predicted"]
    if predicted not in OUTCOMES:
        expect(predicted, " | ".join(OUTCOMES), given="your prediction")


def _verdict_follows(answer):
    """The verdict is the one that the 95 % interval of your paired differences allows."""
    protocol = _protocol(answer)
    interval = paired_difference(protocol["after"], protocol["before"])
    allowed = OUTCOMES[2]
    if interval.excludes_zero:
        allowed = OUTCOMES[0] if interval.mean > 0 else OUTCOMES[1]
    expect(protocol["verdict"], allowed, given=f"after minus before, points: {interval}")


def _protocol_with(**entries):
    return lambda: change_the_method() | entries


_CHANGE = Exercise(
    number="6.5",
    name="Change the method",
    difficulty=3,
    minutes=25,
    task="""
    Change one setting of the small trainer: `ema_beta=0.0` (no average), `n_shots=20`,
    `spsa_batches=1`, `hard_weight=1.0` (no teacher), or another. *Before* is its arm `ours`. First
    predict, then run, then write the protocol. Only your verdict is marked, by the interval of your
    own numbers. With five pairs a change of one point is hard to see. More seeds are allowed, if
    you fix their number first, and run `train_five(n_seeds=8)` again for *before*.
    """,
    reference=change_the_method,
    laws=(_one_thing, _pairs_of_accuracies, _prediction_was_made, _verdict_follows),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            _protocol_with(change={"ema_beta": 0.0, "spsa_steps": 0}),
            "two settings are changed at once: whichever way it ends, you will not know which of "
            "the two did it.",
        ),
        Mistake(
            _protocol_with(change={"ema_beta": 0.9}),
            "0.9 is the value that it had: nothing was changed.",
        ),
        Mistake(
            lambda: {
                key: np.divide(value, 100).tolist() if key in ("before", "after") else value
                for key, value in change_the_method().items()
            },
            "the accuracies are shares; per cent are asked for.",
        ),
        Mistake(
            _protocol_with(predicted="it depends"),
            "a prediction that fits every outcome is none: choose one of the three.",
        ),
        Mistake(
            _protocol_with(after=[83.0, 79.0, 84.3, 84.0, 83.1], verdict="better"),
            "the mean is higher, but the interval contains zero: with other seeds the sign may "
            "change.",
        ),
        Mistake(
            _protocol_with(verdict="better"),
            "the difference is after minus before, and it is negative: the changed method is "
            "worse.",
        ),
        Mistake(
            _protocol_with(verdict="no difference is shown"),
            "the interval lies on one side of zero: your pairs do show a difference.",
        ),
    ),
    hints=(
        "Run the cell with your change, look at the interval that it prints, and ask: does it "
        "contain zero?",
        'If it contains zero, the verdict is "no difference is shown", however the means differ. '
        'If all of it lies below zero, it is "worse".',
        'return {"change": {"n_shots": 20}, "predicted": ..., "before": [...], "after": [...], '
        '"verdict": ...} with the numbers of your own run.',
    ),
    explanation="""
    Ours is "worse", by more than the interval is wide. On another processor, which rounds sums
    otherwise, the same seeds lost as much on average, but scattered more: there the verdict was
    "no difference is shown". Five pairs are few. Our reading of the drop: without the average $z$
    is new in every epoch, and at the low learning rate of the last one the weights cannot follow.
    But one setting is not always one cause: without an average SPSA, too, compares losses under
    such a $z$. Run `ema_beta=0.0` with `spsa_steps=0`, too: it loses about as much (4.6 points,
    95 % interval 0.6 to 8.6), so SPSA is not needed for the drop. And try it without the teacher
    (`hard_weight=1.0`): in this toy that comes out better, by 1.7 points (0.3 to 3.1), with one
    teacher of 91 % and five seeds. In notebook 04 a teacher helped: there the network, the data
    and the teachers are others.

    Two limits come with every verdict of this kind: it holds for this teacher, these images and so
    few epochs; and who tries ten changes will find that one of them "works" by luck.
    """,
)

EXERCISES = (_JUDGE, _S1, _GAIN_OF_CHOOSING, _SHAM_WALK, _CHANGE)
