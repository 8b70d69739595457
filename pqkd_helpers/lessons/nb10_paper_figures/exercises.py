"""Exercises of notebook 10: the rule, a verdict from records, how many seeds, what changed."""

import itertools

import numpy as np
from scipy.stats import t as student_t

from ...paper_figures.paper_values import accuracy_margin
from ...records.stored import stored_record
from ...statistics.verdicts import compare_with_paper, judge_claim, verdict
from ..exercise import Exercise, Mistake, drawn, expect

# --- 10.1 -----------------------------------------------------------------------------------


def judge_number(ours, paper_mean, paper_deviation, margin):
    """Judge our mean against the paper's by the 90 % interval of their difference (Welch).

    Parameters
    ----------
    ours : (n,) array
        One value per seed, n >= 2.
    paper_mean, paper_deviation : float
        Over the paper's 5 runs.
    margin : float
    """
    n, difference = len(ours), np.mean(ours) - paper_mean
    a, b = np.var(ours, ddof=1) / n, paper_deviation**2 / 5
    freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / 4)
    half = student_t.ppf(0.95, freedom) * np.sqrt(a + b)
    if -margin < difference - half and difference + half < margin:
        return "equivalent"
    if difference + half < -margin or difference - half > margin:
        return "different"
    return "inconclusive"


def _seeds(mean, deviation, n, seed=0):
    """Return n made-up values with exactly this mean and standard deviation."""
    raw = drawn(seed).standard_normal(n)
    return mean + deviation * (raw - raw.mean()) / raw.std(ddof=1)


def _wide(answer):
    """A wide interval is inconclusive, however close the two means are."""
    for n, ours, theirs in ((3, 0.5, 0.1), (5, 0.1, 0.8)):
        given = f"equal means, s = {ours} (n = {n}), the paper's s = {theirs}, margin 0.3"
        got = answer(_seeds(99.0, ours, n), 99.0, theirs, 0.3)
        expect(got, "inconclusive", given=given)


def _small_but_certain(answer):
    """A difference that is certain, but small against the margin, is equivalent."""
    for sign in (1.0, -1.0):
        got = answer(_seeds(99.0 + sign * 0.1, 0.01, 5), 99.0, 0.01, 0.3)
        given = f"difference {sign * 0.1:+.1f}, both s = 0.01, margin 0.3"
        expect(got, "equivalent", given=given)


def _large_and_certain(answer):
    """A difference whose whole interval lies beyond the margin is different, on either side."""
    for sign in (1.0, -1.0):
        got = answer(_seeds(99.0 + sign * 0.6, 0.1, 5), 99.0, 0.1, 0.3)
        given = f"difference {sign * 0.6:+.1f}, both s = 0.1, margin 0.3"
        expect(got, "different", given=given)


def _at_the_ends(seed, factors):
    """Return comparisons whose margins lie around both ends of the 90 % interval."""
    grid = itertools.product((2, 3, 5, 9), ((0.2, 0.05), (0.05, 0.2)), (0.6, 0.04, -0.04, -0.6))
    cases = []
    for n, (ours, theirs), gap in grid:
        values = _seeds(90.0 + gap, ours, n, seed)
        found = compare_with_paper(values, paper_mean=90.0, paper_deviation=theirs, margin=1.0)
        ends = itertools.product((found.low, found.high), factors)
        cases += [(values, 90.0, theirs, abs(end) * factor) for end, factor in ends]
    return cases


def _ends_of_the_interval(answer):
    """The verdict changes where the margin passes an end of the 90 % interval."""
    for values, mean, theirs, margin in _at_the_ends(0, (0.98, 1.02)):
        found = compare_with_paper(values, paper_mean=mean, paper_deviation=theirs, margin=margin)
        given = (
            f"n = {len(values)}, s = {values.std(ddof=1):.2f}, the paper's s = {theirs}, "
            f"90 % interval {found.low:+.3f} to {found.high:+.3f}, margin {margin:.3f}"
        )
        expect(answer(values.copy(), mean, theirs, margin), found.finding, given=given)


def _wrong_interval(level=0.95, root=True, theirs=True):
    """Return an answer that goes wrong in its interval alone."""

    def wrong(ours, paper_mean, paper_deviation, margin):
        n, difference = len(ours), np.mean(ours) - paper_mean
        a = np.var(ours, ddof=1) / (n if root else 1)
        b = paper_deviation**2 / (5 if root else 1) if theirs else 0.0
        freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / 4)
        half = student_t.ppf(level, freedom) * np.sqrt(a + b)
        if abs(difference) + half < margin:
            return "equivalent"
        return "different" if abs(difference) - half > margin else "inconclusive"

    return wrong


def _not_significant(ours, paper_mean, paper_deviation, margin):
    theirs = {"paper_mean": paper_mean, "paper_deviation": paper_deviation}
    found = compare_with_paper(ours, **theirs, margin=margin)
    return "equivalent" if found.low <= 0.0 <= found.high else "different"


_TWO_ONE_SIDED_TESTS = Exercise(
    number="10.1",
    name="Equal, different, or not known?",
    difficulty=2,
    minutes=20,
    task="""
    Write the rule in bold above. You have our values, one for each seed, and of the paper the mean,
    the standard deviation over 5 runs and the margin $m$. With $a = s^2/n$ ($s$ divides by $n - 1$)
    and $b = s_p^2/5$, an interval of the difference is $d \\pm q\\sqrt{a + b}$. There $q$ is a
    quantile of Student's distribution, `student_t.ppf(..., f)`, with Welch's number of degrees of
    freedom, $f = (a + b)^2 / (a^2/(n - 1) + b^2/4)$. Which quantile leaves 5 % on either side?
    Return `"equivalent"`, `"different"` or `"inconclusive"`.
    """,
    reference=judge_number,
    laws=(_wide, _small_but_certain, _large_and_certain, _ends_of_the_interval),
    probes=lambda: _at_the_ends(50, (0.5, 0.8, 0.95, 1.05, 1.3, 2.0)),
    mistakes=(
        Mistake(
            _not_significant,
            '"not significantly different" is not "equal": with few seeds almost nothing is '
            "significant. Equality has to be shown, against the margin.",
        ),
        Mistake(
            _wrong_interval(level=0.975, theirs=False),
            "that is the 95 % interval of our mean alone. The paper's mean is uncertain, too, and "
            "two one-sided tests at 5 % make a 90 % interval.",
        ),
        Mistake(
            _wrong_interval(theirs=False),
            "the paper's mean comes from 5 runs: its own standard error belongs under the root.",
        ),
        Mistake(
            _wrong_interval(root=False),
            "s says where single runs lie. Means are compared: their errors are s / sqrt(n).",
        ),
        Mistake(
            _wrong_interval(level=0.975),
            "that is the 95 % interval. Two one-sided tests at 5 % each leave 5 % on either side: "
            "90 %.",
        ),
    ),
    hints=(
        "Three steps: the difference, half the width of its interval, then two questions about "
        "where the ends lie.",
        "half = student_t.ppf(0.95, freedom) * np.sqrt(a + b), with a = np.var(ours, ddof=1) / n.",
        "Equivalent: -margin < low and high < margin. Different: high < -margin or low > margin.",
    ),
    explanation="""
    These are two one-sided tests (Schuirmann): one asks whether the difference is above $-$margin,
    the other whether it is below $+$margin, each at 5 %. The burden of proof is turned round:
    whoever says "equal" must show it, and too few seeds give "inconclusive", not "equivalent". The
    margin must be stated before the run. `pqkd_helpers.statistics.verdicts` does the same.
    """,
)

# --- 10.2 ----------------------------------------------------------------------------------


def row_verdict(records, paper_mean, paper_deviation, margin):
    """Return the verdict on "the student's validation accuracy is above its teacher's".

    Parameters
    ----------
    records : list of dict
        One record for each seed.
    paper_mean, paper_deviation : float
        The paper's student, percent, over 5 runs.
    margin : float
        Percentage points.
    """

    def accuracies(who, images):  # percent, one for each record
        return np.array([100 * record[who]["final"][images]["accuracy"] for record in records])

    student, teacher = accuracies("student", "validation"), accuracies("teacher", "validation")
    number = compare_with_paper(
        student, paper_mean=paper_mean, paper_deviation=paper_deviation, margin=margin
    ).finding
    claim = judge_claim(student, teacher, "above")
    memorised = accuracies("teacher", "train").mean() >= 99.0
    recipe = all(record["tier"] == "paper" for record in records)
    return verdict([number, claim], premise=memorised, paper_recipe=recipe)


_PAPER = (92.42, 0.16, 0.75)


def _records(students, gains, train=99.95, tier="cpu", student_train=95.0):
    """Return made-up records: students in percent, their gains over the teachers in points."""
    trains = np.broadcast_to(train, len(students))
    students = [
        s + jitter for s, jitter in zip(students, drawn(0).normal(0, 0.02, 9), strict=False)
    ]
    return [
        {
            "tier": tier,
            "student": {
                "final": {
                    "validation": {"accuracy": s / 100},
                    "train": {"accuracy": student_train / 100},
                }
            },
            "teacher": {
                "final": {
                    "validation": {"accuracy": (s - gain) / 100},
                    "train": {"accuracy": t / 100},
                }
            },
        }
        for s, gain, t in zip(students, gains, trains, strict=True)
    ]


_CLOSE, _BELOW = (92.3, 92.4, 92.5), (89.9, 90.0, 90.1)
_BETTER, _WORSE, _EITHER = (0.5, 0.6, 0.7), (-2.0, -2.1, -1.9), (-0.4, 0.1, 0.5)


def _holds_for(answer, cases):
    for records, expected, what in cases:
        expect(answer(records, *_PAPER), expected, given=what)


def _number_and_claim(answer):
    """Number and claim together: reproduced, partly, inconclusive, or not."""
    cases = (
        (_CLOSE, _BETTER, "reproduced", "student equal to the paper's, above its teacher"),
        (_CLOSE, _WORSE, "partly", "student equal to the paper's, below its teacher"),
        (_BELOW, _BETTER, "partly", "student 2 points below the paper's, above its teacher"),
        (_BELOW, _WORSE, "not", "student 2 points below the paper's, below its teacher"),
        ((90.0, 92.4, 94.0), _EITHER, "inconclusive", "students and differences that scatter"),
    )
    rows = ((_records(s, g, tier="paper"), word, what) for s, g, word, what in cases)
    _holds_for(answer, rows)


def _in_pairs(answer):
    """The claim is decided in pairs: a seed's student and teacher may go up and down together."""
    records = _records((91.6, 92.4, 93.2), (0.5, 0.5, 0.6), tier="paper")
    number = compare_with_paper(
        [91.6, 92.4, 93.2], paper_mean=92.42, paper_deviation=0.16, margin=3.0
    )
    given = "students 91.6, 92.4, 93.2 %, each half a point above its own teacher; margin 3 points"
    expect(number.finding, "equivalent", given="the made-up students")
    expect(answer(records, 92.42, 0.16, 3.0), "reproduced", given=given)


def _the_premise(answer):
    """Without a teacher that has memorised its images nothing else counts; 99.0 % is enough."""
    cases = (
        (99.95, "holds at this scale", "teachers with 99.95 % of their training images"),
        ((98.9, 99.1, 99.3), "holds at this scale", "teachers with 98.9, 99.1 and 99.3 %"),
        ((99.9, 99.8, 95.6), "premise not met", "teachers with 99.9, 99.8 and 95.6 %"),
    )
    _holds_for(answer, ((_records(_CLOSE, _BETTER, t), word, what) for t, word, what in cases))
    what = "teachers with 98.0 % of their training images, students with 99.95 %"
    records = _records(_CLOSE, _BETTER, 98.0, student_train=99.95)
    _holds_for(answer, [(records, "premise not met", what)])


def _the_scale(answer):
    """Only with the paper's recipe "not" or "reproduced": without it the words name the scale."""
    for tier, expected in (("paper", "not"), ("cpu", "not at this scale")):
        records = _records(_BELOW, _WORSE, tier=tier)
        expect(answer(records, *_PAPER), expected, given=f"nothing agrees, tier {tier}")
    records = _records(_CLOSE, _BETTER, tier="paper")
    expect(answer(records, *_PAPER), "reproduced", given="everything agrees, tier paper")


def _with(records_of):
    """Return the answer that sees other records than it was given."""

    def answer(records, *paper):
        return row_verdict([records_of(record) for record in records], *paper)

    return answer


def _in_shares(record):
    def shares(who):
        final = record[who]["final"].items()
        return {"final": {name: {"accuracy": v["accuracy"] / 100} for name, v in final}}

    return record | {"student": shares("student"), "teacher": shares("teacher")}


def _student_memorised(record):
    final = record["teacher"]["final"] | {"train": record["student"]["final"]["train"]}
    return record | {"teacher": {"final": final}}


def _unpaired(records, *paper):
    order = [*records[1:], records[0]]
    mixed = [a | {"teacher": b["teacher"]} for a, b in zip(records, order, strict=True)]
    return row_verdict(mixed, *paper)


_ROW_VERDICT = Exercise(
    number="10.2",
    name="Your verdict, from the records",
    difficulty=2,
    minutes=20,
    task="""
    Be the referee for one claim: *the student's validation accuracy is above its teacher's*. All
    you get are the records. An accuracy is at
    `record["student"]["final"]["validation"]["accuracy"]` (or `"teacher"`, or `"train"`), a share
    from 0 to 1; the paper's numbers are percent.

    - number: the student against the paper's, `compare_with_paper(...).finding`, the rule of 10.1;
    - claim: student above teacher, in pairs, `judge_claim(student, teacher, "above")`;
    - premise: our teachers have 99 % of their *training* images or more, on average;
    - recipe: `record["tier"]` is `"paper"` in every record.

    Return `verdict([number, claim], premise=..., paper_recipe=...)`.
    """,
    reference=row_verdict,
    laws=(_number_and_claim, _in_pairs, _the_premise, _the_scale),
    probes=lambda: [
        (_records(_CLOSE, _BETTER, tier="paper"), *_PAPER),
        (_records(_CLOSE, _WORSE), *_PAPER),
        (_records(_BELOW, _WORSE), *_PAPER),
        (_records(_CLOSE, _BETTER, 98.0), *_PAPER),
        (_records(_CLOSE, _BETTER, 98.0, student_train=99.95), *_PAPER),
        (_records((91.6, 92.4, 93.2), (0.5, 0.5, 0.6)), 92.42, 0.16, 3.0),
    ],
    mistakes=(
        Mistake(
            _with(_in_shares),
            "a record holds shares from 0 to 1, the paper percent: multiply by 100 first.",
        ),
        Mistake(
            _with(_student_memorised),
            "the premise is about the *teacher's* training images.",
        ),
        Mistake(
            _unpaired,
            "each student belongs to the teacher of its own seed: keep both in the records' order.",
        ),
        Mistake(
            _with(lambda record: record | {"tier": "paper"}),
            "only tier `paper` has the paper's recipe. Without it nothing is said of the paper.",
        ),
    ),
    hints=(
        "First three arrays, in percent, one value for each record: validation accuracies of "
        "student and teacher, training accuracy of the teacher.",
        "number = compare_with_paper(student, paper_mean=paper_mean, "
        "paper_deviation=paper_deviation, margin=margin).finding",
        "premise=memorised.mean() >= 99.0, paper_recipe=all(r['tier'] == 'paper' for r in records)",
    ),
    explanation="""
    Nothing in these lines is a matter of taste, and that is their worth: whoever has the records
    and the rule comes to the same verdict. Taste went into the rule (which margin? which premise?),
    so the rule must be older than the runs. (This premise is not: see *Against the paper*.)
    """,
)

# --- 10.3 ----------------------------------------------------------------------------------


def pairs_needed(margin, deviation):
    """Return the smallest number of pairs with which equality is shown in 80 % of the cases.

    Parameters
    ----------
    margin : float
        Differences below it count as equal; > 0.
    deviation : float
        Standard deviation of the paired differences; > 0, same unit.
    """
    for n in range(2, 1000):
        quantile = student_t.ppf(0.95, n - 1)
        reach = margin * np.sqrt(n) / deviation - quantile
        if 2 * student_t.cdf(reach, n - 1) - 1 >= 0.8:
            return n


def _share_shown(n, margin, deviation):
    """Return the share of made-up experiments without any true difference that show equality."""
    differences = np.random.default_rng(n).normal(0.0, deviation, (20_000, n))
    half = student_t.ppf(0.95, n - 1) * differences.std(axis=1, ddof=1) / np.sqrt(n)
    return float(np.mean(np.abs(differences.mean(axis=1)) + half < margin))


def _more_noise(answer):
    """More noise needs more pairs."""
    few, many = answer(0.3, 0.2), answer(0.3, 0.4)
    expect(few < many, True, given=f"{few} and {many} pairs for margin 0.3, deviations 0.2 and 0.4")


def _larger_margin(answer):
    """A larger margin needs fewer pairs."""
    many, few = answer(0.2, 0.2), answer(0.4, 0.2)
    expect(many > few, True, given=f"{many} and {few} pairs for margins 0.2 and 0.4, deviation 0.2")


def _at_least_two(answer):
    """However small the noise, two pairs are needed: one has no standard deviation."""
    expect(answer(1.0, 1e-3), 2, given="margin 1, deviation 0.001")


def _tried_out(answer):
    """Of 20,000 made-up experiments 80 % or more show equality; with a pair less they do not."""
    for margin, deviation in (
        *((0.3, 0.2), (0.3, 0.1), (0.4, 0.2), (0.27, 0.16), (0.2, 0.2)),
        (0.3, 0.05),
    ):
        n = answer(margin, deviation)
        given = f"margin {margin}, deviation {deviation}, your n = {n}, share that show equality"
        expect(isinstance(n, int | np.integer) and 2 <= n < 1000, True, given=f"whether {n} can be")
        for pairs, enough in ((n, True), (n - 1, False)):
            if pairs >= 2:
                share = _share_shown(pairs, margin, deviation)
                message = f"{given} with {pairs} pairs: {share:.2f}; is that enough?"
                expect(share >= 0.8, enough, given=message)


def _for_many(answer):
    """For much noise the number tends to 8.57 times the square of deviation over margin."""
    expect(answer(1.0, 8.0) / 8.0**2, 8.57, given="deviation 8, margin 1", tolerance=0.05)


def _pairs_by(power):
    """Return the answer that takes the first n whose power is 80 %."""

    def answer(margin, deviation):
        return next(n for n in range(2, 1000) if power(n, margin * np.sqrt(n) / deviation) >= 0.8)

    return answer


_PAIRS_NEEDED = Exercise(
    number="10.3",
    name="How many seeds?",
    difficulty=2,
    minutes=15,
    task="""
    Two arms are to be shown *equal* within a margin $m$: the 90 % interval of the mean paired
    difference must lie inside $(-m, m)$ (two one-sided tests). How many paired seeds give this a
    chance of 80 %, if there is no true difference? Take

    $$P(n) = 2\\, T_{n-1}\\!\\left(m \\sqrt n / s - t_{0.95, n-1}\\right) - 1,$$

    a usual approximation, where $T_{n-1}$ is Student's distribution (`student_t.cdf(x, n - 1)`),
    $t_{0.95, n-1}$ its quantile (`student_t.ppf(0.95, n - 1)`) and $s$ the standard deviation of
    the *differences*. Return the smallest $n \\ge 2$ with $P(n) \\ge 0.8$; fewer than 1000 will do.
    """,
    reference=pairs_needed,
    laws=(_more_noise, _larger_margin, _at_least_two, _tried_out, _for_many),
    probes=lambda: [(0.3, 0.2), (0.3, 0.4), (0.1, 0.2), (0.2, 0.2)],
    private_inputs=lambda rng: (rng.uniform(0.15, 0.5), rng.uniform(0.1, 0.6)),
    mistakes=(
        Mistake(
            _pairs_by(lambda n, signal: 2 * student_t.cdf(signal - 1.645, 10**6) - 1),
            "this is the normal law. With few seeds Student's t is wider, and more are needed.",
        ),
        Mistake(
            _pairs_by(lambda n, signal: student_t.cdf(signal - student_t.ppf(0.95, n - 1), n - 1)),
            "this is the power of one of the two tests. Both must succeed: 2 T - 1.",
        ),
        Mistake(
            lambda margin, deviation: pairs_needed(margin, deviation * np.sqrt(2)),
            "this is for two arms with this deviation each, unpaired. Here the deviation is that "
            "of the differences already.",
        ),
        Mistake(
            lambda margin, deviation: pairs_needed(margin, deviation) - 1,
            "one pair too few: with this number the power is still below 80 %.",
        ),
    ),
    hints=(
        "Write P(n) first. Then try n = 2, 3, 4, ... until it reaches 0.8.",
        "for n in range(2, 1000): compute P(n), and return n as soon as P(n) >= 0.8.",
        "P(n) is 2 * student_t.cdf(margin * np.sqrt(n) / deviation - student_t.ppf(0.95, n - 1), "
        "n - 1) - 1.",
    ),
    explanation=f"""
    Margin 0.3, deviation 0.2: 6 pairs. If 0.2 were the deviation of each arm and the arms were not
    paired, it would be 9 seeds for each. Our margin for the accuracy on MNIST is
    {accuracy_margin(99.07):.2f} points; the paper's deviations, 0.09 and 0.13, give 0.16 for the
    difference if they are independent: 5 pairs are just enough. Two warnings: $s$ is itself a
    guess from few runs, and if the true difference is half the margin, two to three times as many
    pairs are needed. Do this sum *before* the runs: an "inconclusive" is often too few seeds.
    """,
)

# --- 10.4 ----------------------------------------------------------------------------------


def changed_settings(first, second, defaults):
    """Return the names of the settings in which two runs differ, a sorted list of str.

    Parameters
    ----------
    first, second : dict
        Configurations of two records: name of the setting -> value.
    defaults : dict
        Values of the settings that a record may leave out.
    """
    a, b = {**defaults, **first}, {**defaults, **second}
    return sorted(name for name in a if a[name] != b[name])


def _two_runs():
    """Return two configurations and the defaults; "student", "epochs", "seed", ... are changed."""
    first = {"widths": [32, 64], "spsa_steps": 0, "seed": 3, "train_images": None, "loops": [[1]]}
    second = {"seed": 4, "spsa_steps": 10, "widths": [32, 64], "student": "dense", "epochs": 4}
    defaults = {"loops": [[1]], "epochs": 8, "student": "pqkd", "spsa_steps": 10}
    return first, second, defaults | {"train_images": 1000, "smoothing": 0.0}


def _private_runs(rng):
    """Return two configurations and the defaults, all drawn."""
    names = [f"setting {letter}" for letter in "abcdefgh"]
    defaults = {name: int(rng.integers(3)) for name in names}
    runs = [
        {
            name: [[int(rng.integers(2))], int(rng.integers(3))][int(rng.integers(2))]
            for name in names
            if rng.random() < 0.7
        }
        for _ in range(2)
    ]
    return *runs, defaults


def _nothing_changed(answer):
    """Two equal configurations differ in nothing, in any order of their settings."""
    first, _, defaults = _two_runs()
    backwards = dict(reversed(_two_runs()[0].items()))
    expect(answer(first, backwards, defaults), [], given=f"{first}, and the same backwards")


def _missing_is_default(answer):
    """A setting left out has its default, in either of the two."""
    for value, expected in ((0.0, []), (0.1, ["smoothing"])):
        runs = {"seed": 0}, {"seed": 0, "smoothing": value}
        for first, second in (runs, runs[::-1]):
            got = answer(first, second, {"smoothing": 0.0})
            expect(got, expected, given=f"{first}, {second}, default of smoothing 0.0")


def _empty_is_a_value(answer):
    """0, False and None are values like any other, not "left out"."""
    for value in (0, False, None):
        got = answer({"steps": value}, {}, {"steps": 10})
        expect(got, ["steps"], given=f"steps {value}, and left out with default 10")


def _lists_by_value(answer):
    """Lists count as equal if all that is in them is equal."""
    for other, expected in (([[1, 2], [3]], []), ([[1, 2], [4]], ["loops"])):
        got = answer({"loops": [[1, 2], [3]]}, {"loops": other}, {})
        expect(got, expected, given=f"loops [[1, 2], [3]] and {other}")


def _symmetric_and_sorted(answer):
    """The names come sorted, and it does not matter which run is named first."""
    expected = ["epochs", "seed", "spsa_steps", "student", "train_images"]
    first, second, defaults = _two_runs()
    expect(answer(first, second, defaults), expected, given="two runs with five changes")
    expect(answer(second, first, defaults), expected, given="the same runs exchanged")


def _stored_runs(answer):
    """SPSA and its sham of one seed differ in one setting; two seeds of an arm in the seed."""
    spsa, sham, other = (
        stored_record(f"spsa-contribution-{name}")["configuration"]
        for name in ("spsa-seed0", "sham-seed0", "spsa-seed1")
    )
    expect(answer(spsa, sham, {}), ["spsa_sham"], given="the records of SPSA and sham, seed 0")
    expect(answer(spsa, other, {}), ["seed"], given="the records of SPSA, seeds 0 and 1")


def _left_as_they_are(answer):
    """Your function leaves the three dictionaries as they were."""
    given, before = _two_runs(), _two_runs()
    answer(*given)
    expect(given, before, given="two runs and the defaults, after the call")


def _where(differ):
    """Return the answer that compares two configurations name by name."""
    return lambda a, b, defaults: sorted(n for n in a | b | defaults if differ(a, b, defaults, n))


_CHANGED = Exercise(
    number="10.4",
    name="What changed?",
    difficulty=2,
    minutes=12,
    task="""
    Two runs disagree. Before you look for a bug: do their records differ in more than you thought?
    A setting that a record leaves out has its default; every setting missing from one of them has a
    default. Lists are compared by value. Leave the dictionaries as they are.
    """,
    reference=changed_settings,
    laws=(
        _nothing_changed,
        _missing_is_default,
        _empty_is_a_value,
        _lists_by_value,
        _symmetric_and_sorted,
        _stored_runs,
        _left_as_they_are,
    ),
    probes=lambda: [_two_runs()],
    private_inputs=_private_runs,
    mistakes=(
        Mistake(
            _where(lambda a, b, d, n: n in a and n in b and a[n] != b[n]),
            "only settings that both records name are compared. One that is left out has its "
            "default, and the other run may have another value.",
        ),
        Mistake(
            _where(lambda a, b, d, n: (n in a) != (n in b) or a.get(n) != b.get(n)),
            "a setting that is left out is not a change: put in its default first.",
        ),
        Mistake(
            _where(lambda a, b, d, n: (a.get(n) or d.get(n)) != (b.get(n) or d.get(n))),
            "`a.get(name) or default` takes the default for 0, False and None too. A run with 0 "
            "SPSA steps is not one with the default number.",
        ),
        Mistake(
            _where(lambda a, b, d, n: (d | a)[n] is not (d | b)[n]),
            "`is` asks whether two lists are the same object. Compare their values with `!=`.",
        ),
    ),
    hints=(
        "Complete both configurations first, then compare.",
        "{**defaults, **first} is the first run with its defaults filled in.",
        "sorted(name for name in a if a[name] != b[name]), with a and b the completed ones.",
    ),
    explanation="""
    Records are written by programs that grow. Ours leave out a setting that is younger than the
    record, and its default is what the old program did. Look at the names before you look at the
    results: two arms that should differ in one setting and differ in two are no controlled
    comparison. For a paper whose code is closed, the same list is what you *cannot* make.
    """,
)

EXERCISES = (_TWO_ONE_SIDED_TESTS, _ROW_VERDICT, _PAIRS_NEEDED, _CHANGED)
