"""Exercises of notebook 10: what a table shows, t from it, how many seeds, what changed."""

import numpy as np
from scipy.stats import t as student_t
from scipy.stats import ttest_ind, ttest_ind_from_stats

from ...paper_figures.paper_values import SEEDS, TABLE1, accuracy_margin
from ...records.stored import stored_record
from ..exercise import Exercise, Mistake, drawn, expect

# --- 10.1 ----------------------------------------------------------------------------------

# Key of the answer -> data set and quantity of Table 1.
_NAMES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}
CLAIMS = {
    f"{name} {kind}": (dataset, f"validation {kind}")
    for dataset, name in _NAMES.items()
    for kind in ("accuracy", "cross-entropy")
}
WORDS = ("higher", "lower", "not shown")


def what_the_table_shows():
    """Say of each quantity whether the student's is shown to differ from the teacher's.

    Returns
    -------
    dict of str to str
        Six keys, "MNIST accuracy" to "CIFAR-10 cross-entropy"; each value is
        "higher", "lower" or "not shown".
    """
    return {
        "MNIST accuracy": "not shown",
        "MNIST cross-entropy": "not shown",
        "Fashion-MNIST accuracy": "higher",
        "Fashion-MNIST cross-entropy": "lower",
        "CIFAR-10 accuracy": "lower",
        "CIFAR-10 cross-entropy": "higher",
    }


def _from_table(claim):
    """Return mean and deviation of the student and of the teacher."""
    dataset, quantity = CLAIMS[claim]
    return tuple(tuple(TABLE1[dataset][who][quantity]) for who in ("student", "teacher"))


def _judged(claim):
    """Return the right word, and the test that it follows from."""
    student, teacher = _from_table(claim)
    test = ttest_ind_from_stats(*student, SEEDS, *teacher, SEEDS, equal_var=False)
    word = "higher" if test.statistic > 0 else "lower"
    said = f"{claim}, student minus teacher: t = {test.statistic:.1f}, p = {test.pvalue:.1g}"
    return word if test.pvalue < 0.05 else "not shown", said


def _rows():
    """Return the part of Table 1 that is decided on, as Markdown."""
    lines = ["| quantity | student | teacher |", "|---|---|---|"]
    for claim in CLAIMS:
        digits, unit = (2, " (%)") if claim.endswith("accuracy") else (3, "")
        cells = (f"{mean:.{digits}f} ± {s:.{digits}f}" for mean, s in _from_table(claim))
        lines.append(f"| {claim}{unit} | " + " | ".join(cells) + " |")
    return "\n    ".join(lines)


def _six_keys(answer):
    """The dictionary has the six keys of the task."""
    expect(sorted(answer()), sorted(CLAIMS), given="the keys of your dictionary")


def _three_words(answer):
    """Every value is one of the three words of the task."""
    for claim, said in answer().items():
        if said not in WORDS:
            expect(said, " | ".join(WORDS), given=claim)


def _shown_or_not(answer):
    """A difference is shown where the 95 % interval leaves out zero, and only there."""
    for claim, said in answer().items():
        word, given = _judged(claim)
        got, expected = ("not shown" if text == "not shown" else "shown" for text in (said, word))
        expect(got, expected, given=given)


def _direction(answer):
    """Where a difference is shown, the word says on which side the student's number lies."""
    for claim, said in answer().items():
        word, given = _judged(claim)
        expect(said, word, given=given)


_EXCHANGED = {"higher": "lower", "lower": "higher", "not shown": "not shown"}

_WHAT_IT_SHOWS = Exercise(
    number="10.1",
    name="What does the table show?",
    difficulty=1,
    minutes=5,
    task=f"""
    Predict before you compute. Validation results of five runs, mean ± standard deviation
    (paper):

    {_rows()}

    For each row: do these numbers alone show that the student's is higher or lower? "Shown" means
    that the 95 % interval of the difference of the means leaves out zero.
    """,
    reference=what_the_table_shows,
    laws=(_six_keys, _three_words, _shown_or_not, _direction),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: (
                what_the_table_shows()
                | {"MNIST accuracy": "higher", "MNIST cross-entropy": "lower"}
            ),
            "you compared the means only. Look at MNIST once more: how large are the standard "
            "deviations next to the differences?",
        ),
        Mistake(
            lambda: what_the_table_shows() | {"MNIST cross-entropy": "lower"},
            "the article too says that the student reduces the cross-entropy on MNIST. The "
            "difference is no larger than its own standard error.",
        ),
        Mistake(
            lambda: {claim: _EXCHANGED[word] for claim, word in what_the_table_shows().items()},
            "these are the words for the teacher. The question is where the student's number lies.",
        ),
        Mistake(
            lambda: (
                what_the_table_shows()
                | {"Fashion-MNIST cross-entropy": "higher", "CIFAR-10 cross-entropy": "lower"}
            ),
            '"higher" is meant of the number, not of the quality: a better cross-entropy is lower.',
        ),
    ),
    hints=(
        "Compare each difference with the two standard deviations next to it.",
        "The standard error of the difference is the root of (s1² + s2²) / 5. Which differences "
        "are three times as large or more?",
        "On MNIST nothing is shown; on the other two everything is. There the means say which way.",
    ),
    explanation="""
    The six claims are not equally strong. On MNIST the paper shows no difference, in either
    direction. On Fashion-MNIST the student is better, on CIFAR-10 it is clearly worse. All of this
    is about this table: it does not say *why* (light, teacher, or the smaller network), and SPSA
    saw images of the same validation set.
    """,
)

# --- 10.2 ----------------------------------------------------------------------------------


def t_from_table(student, teacher, n):
    """Return Welch's t of student minus teacher, a float.

    Parameters
    ----------
    student, teacher : (float, float)
        Mean and standard deviation over the runs.
    n : int
        Runs of each of the two.
    """
    (mean_s, s_s), (mean_t, s_t) = student, teacher
    return (mean_s - mean_t) / np.sqrt((s_s**2 + s_t**2) / n)


_T_CASES = (((3.0, 0.5), (1.0, 0.2), 5), ((0.3, 1.2), (0.9, 3.0), 12))


def _antisymmetric(answer):
    """Exchanging student and teacher changes the sign."""
    first, second, n = _T_CASES[0]
    given = f"{first} and {second}, n = {n}, then exchanged"
    expect(answer(first, second, n), -answer(second, first, n), given=given)


def _grows_as_root_n(answer):
    """Four times as many runs with the same means and deviations double t."""
    first, second, n = _T_CASES[0]
    expect(answer(first, second, 4 * n), 2 * answer(first, second, n), given=f"n = {n} and {4 * n}")


def _as_from_the_runs(answer):
    """It is the t that the single runs give, unpaired."""
    for seed, n in ((0, 5), (1, 9)):
        rng = drawn(seed)
        runs = rng.normal(92.4, 0.2, n), rng.normal(92.1, 0.6, n)
        summaries = [(float(x.mean()), float(x.std(ddof=1))) for x in runs]
        expected = ttest_ind(*runs, equal_var=False).statistic
        expect(answer(*summaries, n), expected, given=f"{n} made-up runs each", tolerance=1e-6)


def _values_of_table_1(answer):
    """Table 1 gives 0.3 and -1.0 on MNIST, 4.1 and -23 on Fashion-MNIST."""
    for claim, expected in zip(CLAIMS, (0.28, -1.0, 4.10, -23.26, -34.6, 50.0), strict=True):
        got = answer(*_from_table(claim), SEEDS)
        expect(got, expected, given=f"{claim}, n = {SEEDS}", tolerance=0.05)


def _t_with(error):
    return lambda a, b, n: (a[0] - b[0]) / error(a[1], b[1], n)


_T = Exercise(
    number="10.2",
    name="t from a published table",
    difficulty=2,
    minutes=10,
    task="""
    The code and the single runs are closed, but means, standard deviations and $n$ are printed. So
    an *unpaired* comparison is possible: the difference of the means over its standard error,
    $t = (m_S - m_T) / \\sqrt{s_S^2/n + s_T^2/n}$ (Welch).
    """,
    reference=t_from_table,
    laws=(_antisymmetric, _grows_as_root_n, _as_from_the_runs, _values_of_table_1),
    probes=lambda: [*_T_CASES],
    mistakes=(
        Mistake(
            _t_with(lambda s, t, n: np.sqrt(s**2 + t**2)),
            "this compares with the spread of single runs. The mean of n runs is more certain: "
            "where is n?",
        ),
        Mistake(
            _t_with(lambda s, t, n: np.sqrt((s + t) / n)),
            "variances add, not deviations: square s before you add.",
        ),
        Mistake(
            _t_with(lambda s, t, n: (s**2 + t**2) / n),
            "this is the variance of the difference. Its root is missing.",
        ),
        Mistake(
            lambda a, b, n: -t_from_table(a, b, n),
            "student minus teacher: yours has the other sign.",
        ),
    ),
    hints=(
        "Numerator: the difference of the means. Denominator: its standard error.",
        "The variance of a mean of n runs is s² / n; those of student and teacher add up.",
        "(m_S - m_T) / np.sqrt((s_S**2 + s_T**2) / n)",
    ),
    explanation="""
    With five runs each, 95 % needs $|t|$ above 2.3 to 2.8. Two limits. The numbers are rounded: on
    MNIST the cross-entropies 0.030 ± 0.001 and 0.031 ± 0.002 allow any $t$ from $-2.8$ to 0. And if
    the runs of a student and its teacher go up and down together, a paired $t$ would be larger.
    Only the single runs can tell. So publish them.
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
    guess from few runs, and if the true difference is half the margin, about twice as many pairs
    are needed. Do this sum *before* the runs: an "inconclusive" is often too few seeds.
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
    A setting that a record leaves out has its default; every setting that is left out of one of
    them has one. Lists are compared by value. Leave the dictionaries as they are.
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

EXERCISES = (_WHAT_IT_SHOWS, _T, _PAIRS_NEEDED, _CHANGED)
