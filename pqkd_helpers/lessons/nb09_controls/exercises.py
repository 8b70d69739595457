"""Exercises of notebook 09: what training sees of z, a matched control, many tests at once."""

import numpy as np

from ..exercise import Exercise, Mistake, drawn, expect

# --- 9.1 -----------------------------------------------------------------------------------

CLAIMS = ("shuffled anew", "two frozen z", "minus z", "twice z")


def four_predictions():
    """Return your predictions: a dictionary with the four keys, each True or False."""
    return {
        "shuffled anew": False,
        "two frozen z": True,
        "minus z": True,
        "twice z": False,
    }


def _predicted(answer, key):
    given = answer()
    keys = sorted(map(str, given)) if isinstance(given, dict) else f"a {type(given).__name__}"
    expect(keys, sorted(CLAIMS), given="the keys of your dictionary")
    return bool(given[key])


def _mixings(trajectory, n_rows=20_000):
    """Return A z_t for a Gaussian A with very many rows, (n_rows, n_epochs)."""
    n_features = trajectory.shape[1]
    a = drawn(0).standard_normal((n_rows, n_features)) / np.sqrt(n_features)
    return a @ trajectory.T


def _same_distribution(first, second):
    """Tell whether two trajectories give mixings of equal covariance, up to sampling noise."""
    covariances = [np.cov(_mixings(z), rowvar=False) for z in (first, second)]
    return bool(np.allclose(*covariances, atol=0.08))


def _drifting(rng):
    """Return four z of length 8 that turn from epoch to epoch."""
    z = np.cumsum(rng.standard_normal((4, 64)), axis=0)
    return 8.0 * z / np.linalg.norm(z, axis=1, keepdims=True)


def _shuffling_as_run(answer):
    """Shuffled anew: measured covariances of the mixings, before and after, settle it."""
    rng = drawn(1)
    z = _drifting(rng)
    same = _same_distribution(z, rng.permuted(z, axis=1))
    given = "four z, each with its bins in another order: the same distribution?"
    expect(_predicted(answer, "shuffled anew"), same, given=given)


def _frozen_as_run(answer):
    """Two frozen z: measured covariances of the mixings of two directions settle it."""
    flat = np.ones((3, 64))
    peaked = np.zeros((3, 64))
    peaked[:, 5] = 8.0
    given = "z = (1, 1, ...) and z = (0, ..., 8, ..., 0), both of norm 8: the same distribution?"
    expect(_predicted(answer, "two frozen z"), _same_distribution(flat, peaked), given=given)


def _sign_as_run(answer):
    """Minus z: measured covariances of the mixings settle it."""
    z = _drifting(drawn(3))
    given = "four z, and the same four with all signs changed: the same distribution?"
    expect(_predicted(answer, "minus z"), _same_distribution(z, -z), given=given)


def _length_as_run(answer):
    """Twice z: measured covariances of the mixings settle it."""
    z = _drifting(drawn(2))
    given = "four z, and the same four, each twice as long: the same distribution?"
    expect(_predicted(answer, "twice z"), _same_distribution(z, 2.0 * z), given=given)


def _predictions(*values):
    return lambda: dict(zip(CLAIMS, values, strict=True))


_PREDICT = Exercise(
    number="9.1",
    name="Predict, then run",
    difficulty=1,
    minutes=6,
    task="""
    True or false? Return a dictionary with four keys, each `True` or `False`. "The same
    distribution": over many draws of the frozen matrix $A$ the runs are distributed alike.

    - `"shuffled anew"`: in every epoch the 512 bins are shuffled in a new order. The runs are
      distributed as without shuffling.
    - `"two frozen z"`: one $z$ is kept for a whole run. Another one of equal length, in another
      direction, gives the same distribution.
    - `"minus z"`: $-z$ in the place of $z$ all along gives the same distribution.
    - `"twice z"`: $2z$ in the place of $z$ all along gives the same distribution.
    """,
    reference=four_predictions,
    laws=(_shuffling_as_run, _frozen_as_run, _sign_as_run, _length_as_run),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            _predictions(True, True, True, False),
            "one order for all epochs changes nothing. With a new order in every epoch, how much "
            "of the old z is left in the new one?",
        ),
        Mistake(
            _predictions(False, False, True, False),
            "for a fixed z every entry of A z is a sum of independent Gaussians. What do mean and "
            "variance depend on?",
        ),
        Mistake(
            _predictions(False, True, False, False),
            "A and -A are equally likely.",
        ),
        Mistake(
            _predictions(False, True, True, True),
            "A (2z) is twice A z. What becomes of the variance?",
        ),
    ),
    hints=(
        "Each answer follows from the mixings M = A z.",
        "M has mean 0 and covariance <z_s, z_t> / 512: which of the changes alter inner products?",
        "A new order in every epoch alters those between epochs; a direction or a sign alters "
        "none; a factor on z alters all of them.",
    ),
    explanation="""
    Mixings know $z$ only through inner products. A direction, an order of the bins or a
    sign that is *common to all epochs* carries nothing. The length does: $2z$ has four times the
    covariance. So does the way $z$ turns from epoch to epoch: a new order of the bins turns each
    new histogram nearly at a right angle to the last.
    """,
)

# --- 9.2 -----------------------------------------------------------------------------------


def can_tell_apart(first, second):
    """Return whether training can tell two runs apart by their z, over draws of A.

    first: (n_epochs, n_features), the feature of every epoch of one run.
    second: (n_epochs, other_n_features), of the other run.
    Returns True or False.
    """
    one, two = (z @ z.T / z.shape[1] for z in (first, second))
    return not np.allclose(one, two)


def _trajectory(n_epochs, n_features, seed):
    return np.cumsum(drawn(seed).standard_normal((n_epochs, n_features)), axis=0)


def _orthogonal(n_features, seed):
    q, _ = np.linalg.qr(drawn(seed).standard_normal((n_features, n_features)))
    return q


def _told(answer, first, second, expected, given):
    expect(bool(answer(first.copy(), second.copy())), expected, given=f"{given}: can it tell?")


def _not_by_rotations(answer):
    """Not if one Q rotates or mirrors all z, or shuffles their bins in one order."""
    z = _trajectory(4, 20, seed=1)
    mirrored = z.copy()
    mirrored[:, 0] *= -1.0
    for other, how in (
        (z @ _orthogonal(20, 2), "rotated"),
        (mirrored, "mirrored at the first axis"),
        (z[:, drawn(3).permutation(20)], "all with their bins in one other order"),
    ):
        _told(answer, z, other, False, f"four z, and the same {how}")


def _by_lengths(answer):
    """It can if the z of one run are longer."""
    z = _trajectory(4, 20, seed=4)
    _told(answer, z, 1.5 * z, True, "four z, and the same 1.5 times as long")
    flat = np.outer([1.0, 1.0, 1.0], np.ones(20))
    longer = np.outer([1.0, 1.0, 2.0], np.ones(20))
    _told(answer, flat, longer, True, "one z kept for three epochs, and longer in the last")


def _by_angles(answer):
    """It can if z turns otherwise, between neighbours or between epochs that are far apart."""
    z = np.eye(4)[[0, 1, 0]]
    _told(answer, z, np.eye(4)[[0, 1, 2]], True, "z returns to the first; z goes on")
    shuffled = drawn(5).permuted(_trajectory(4, 20, seed=6), axis=1)
    _told(answer, _trajectory(4, 20, seed=6), shuffled, True, "each z in an order of its own")


def _whatever_the_number_of_features(answer):
    """The entries of A have variance 1 / n for n features."""
    z = _trajectory(3, 10, seed=7)
    padded = np.hstack([z, np.zeros((3, 10))])
    given = "10 features, and 10 more that are 0"
    _told(answer, z, np.sqrt(2.0) * padded, False, f"{given}, all times the root of 2")
    _told(answer, z, padded, True, given)


def _as_drawn(answer):
    """Its answer is that of the covariances that 20,000 drawn rows of A show."""
    z = _trajectory(3, 50, seed=0)
    z /= np.linalg.norm(z, axis=1, keepdims=True) / np.sqrt(50)
    for other, how in ((z @ _orthogonal(50, 8), "rotated"), (z[[1, 0, 2]], "two exchanged")):
        expected = not _same_distribution(z, other)
        _told(answer, z, other, expected, f"three z of 50 features, and the same {how}")


def _probes():
    z = _trajectory(4, 12, seed=9)
    unit = np.eye(4)
    return [
        (z, z @ _orthogonal(12, 10)),
        (z, 2.0 * z),
        (unit[[0, 1, 0]], unit[[0, 1, 2]]),
        (unit[[0, 0, 0]], unit[[0, 1, 0]]),
        (z, np.sqrt(2.0) * np.hstack([z, np.zeros((4, 12))])),
    ]


def _two_runs(rng):
    """Return two runs, told apart or not, that are drawn."""
    z = np.cumsum(rng.standard_normal((5, 16)), axis=0)
    q, _ = np.linalg.qr(rng.standard_normal((16, 16)))
    others = (z @ q, z[:, rng.permutation(16)], rng.permuted(z, axis=1), z[::-1], 1.2 * z)
    return z, others[int(rng.integers(len(others)))]


def _by(measure):
    """Return the answer that compares a measure of the two runs."""

    def answer(first, second):
        one, two = measure(first), measure(second)
        return one.shape != two.shape or not np.allclose(one, two)

    return answer


def _cosines(z):
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    return unit @ unit.T


_TELL = Exercise(
    number="9.2",
    name="Can training tell them apart?",
    difficulty=2,
    minutes=12,
    task="""
    Two runs, each given by the table of its $z$, with as many epochs but not always as many
    features. Return whether training can tell them apart: whether the theorem leaves room for a
    difference, over draws of $A$. (The entries of $A$ have variance $1/n$ for $n$ features.)
    """,
    reference=can_tell_apart,
    laws=(
        _not_by_rotations,
        _by_lengths,
        _by_angles,
        _whatever_the_number_of_features,
        _as_drawn,
    ),
    probes=_probes,
    private_inputs=_two_runs,
    mistakes=(
        Mistake(
            _by(lambda z: z),
            "other numbers are not yet another run: rotate all z, and training sees the same.",
        ),
        Mistake(
            _by(lambda z: np.linalg.norm(z, axis=1) / np.sqrt(z.shape[1])),
            "lengths are not all: z may turn otherwise from epoch to epoch.",
        ),
        Mistake(
            _by(_cosines),
            "angles are not all: a longer z makes larger kernels at the start.",
        ),
        Mistake(
            _by(lambda z: np.sum(z[1:] * z[:-1], axis=1) / z.shape[1]),
            "neighbours are not all: z may come back to where it was, or not.",
        ),
        Mistake(
            _by(lambda z: z @ z.T),
            "twice as many features, each entry of A smaller: the mixing of the same z shrinks.",
        ),
    ),
    hints=(
        "Which table of a run does the theorem name? It has a row and a column for every epoch.",
        "All inner products at once are one matrix product; the variance of A's entries enters.",
        "Compare z @ z.T / z.shape[1] of both runs with np.allclose.",
    ),
    explanation="""
    Divided by $n$, the Gram matrix is the covariance of the mixings, which are jointly Gaussian: it
    fixes their distribution. The bins cannot matter, nor the direction, nor whether the numbers
    came from photons. Two runs with other Gram matrices *may* train otherwise; they need not.
    """,
)

# --- 9.3 -----------------------------------------------------------------------------------


def turned(z, angle, rng):
    """Return a vector of the same length as z, at the given angle to it, else random.

    z: (n,). angle: radians, 0 to pi. rng: numpy.random.Generator.
    """
    aside = rng.standard_normal(z.size)
    aside -= (aside @ z) / (z @ z) * z
    aside *= np.linalg.norm(z) / np.linalg.norm(aside)
    return np.cos(angle) * z + np.sin(angle) * aside


def _start(seed=0, n=100):
    return 3.0 * drawn(seed).standard_normal(n)


def _keeps_the_length(answer):
    """The length stays."""
    z = _start()
    got = np.linalg.norm(answer(z.copy(), 0.7, drawn(1)))
    expect(float(got), float(np.linalg.norm(z)), given="angle 0.7, the length", tolerance=1e-6)


def _turns_by_the_angle(answer):
    """The angle to z is the one asked for."""
    for angle in (0.0, 0.2, 1.5, 3.0):
        z = _start()
        new = np.asarray(answer(z.copy(), angle, drawn(2)), dtype=float)
        cosine = new @ z / np.linalg.norm(new) / np.linalg.norm(z)
        given = f"angle {angle}, the cosine of old and new"
        expect(float(cosine), float(np.cos(angle)), given=given, tolerance=1e-6)


def _every_direction_is_as_likely(answer):
    """Sideways, no direction is preferred: the mean of many turns lies on z itself."""
    z = np.zeros(4)
    z[0] = 1.0
    rng = drawn(3)
    mean = np.mean([answer(z.copy(), 1.0, rng) for _ in range(4000)], axis=0)
    given = "z = (1, 0, 0, 0), angle 1: mean of 4,000 turns"
    expect(mean, [np.cos(1.0), 0.0, 0.0, 0.0], given=given, tolerance=0.05)


_TURNED = Exercise(
    number="9.3",
    name="A control that drifts as the light did",
    difficulty=2,
    minutes=15,
    task="""
    The photonic $z$ turns by a known angle from epoch to epoch. Build a control that turns as much,
    and is random in all else. Return a vector of the norm of `z`, at `angle` radians to it; all
    such vectors are equally likely.
    """,
    reference=turned,
    laws=(_keeps_the_length, _turns_by_the_angle, _every_direction_is_as_likely),
    probes=lambda: [(_start(5, 20), 0.4, drawn(6))],
    mistakes=(
        Mistake(
            lambda z, angle, rng: (
                np.cos(angle) * z
                + np.sin(angle)
                * np.linalg.norm(z)
                * (lambda v: v / np.linalg.norm(v))(rng.standard_normal(z.size))
            ),
            "a random direction is not quite at right angles to z: take out its part along z.",
        ),
        Mistake(
            lambda z, angle, rng: (
                lambda u: np.cos(angle) * z + np.sin(angle) * u / np.linalg.norm(u)
            )((lambda v: v - (v @ z) / (z @ z) * z)(rng.standard_normal(z.size))),
            "the sideways part must be as long as z, not of length 1.",
        ),
        Mistake(
            lambda z, angle, rng: (
                lambda u: (
                    np.cos(angle) * z + np.sin(angle) * u * np.linalg.norm(z) / np.linalg.norm(u)
                )
            )((lambda v: v - (v @ z) * z)(rng.standard_normal(z.size))),
            "the part of v along z is (v . z) / (z . z) times z.",
        ),
    ),
    hints=(
        "Walk from z towards a random direction that is at right angles to it.",
        "Take Gaussian numbers, subtract their part along z, bring the rest to the length of z.",
        "cos(angle) times z plus sin(angle) times that sideways vector.",
    ),
    explanation="""
    Gaussian numbers have no preferred direction, and taking out the part along $z$ leaves none. The
    new Gram matrix has the photonic run's angles between neighbours, though not between epochs that
    are far apart: for those too, another run's $z$ replays the whole trajectory.
    """,
)

# --- 9.4 -----------------------------------------------------------------------------------


def holm(p_values):
    """Return p values corrected for their number by Holm's rule, in the order given.

    p_values: (k,), each in [0, 1].
    Returns (k,).
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def _one_test(answer):
    """A single test needs no correction."""
    expect(answer(np.array([0.03])), [0.03], given="p = [0.03]")


def _worked_example(answer):
    """The smallest counts three times, the next twice, the largest once; never out of order."""
    got = answer(np.array([0.04, 0.01, 0.03]))
    expect(got, [0.06, 0.03, 0.06], given="p = [0.04, 0.01, 0.03]")


def _never_above_one(answer):
    """A p value is at most 1."""
    expect(answer(np.array([0.9, 0.6])), [1.0, 1.0], given="p = [0.9, 0.6]")


def _false_alarms(answer):
    """Where nothing is true, one alarm or more comes in five experiments of a hundred."""
    p = drawn(0).uniform(size=(4000, 3))
    alarms = float(np.mean([np.min(answer(row)) < 0.05 for row in p]))
    given = "4,000 experiments of three tests without any effect: share with an alarm"
    expect(alarms, 0.05, given=given, tolerance=0.012)


_HOLM = Exercise(
    number="9.4",
    name="Three questions at once",
    difficulty=2,
    minutes=20,
    task="""
    Three independent questions at 5 % each raise a false alarm in 14 of 100 experiments. Holm's
    rule: sort the $k$ p values; multiply the smallest by $k$, the next by $k - 1$, ..., the largest
    by 1. Going up, no value may be smaller than the one before: raise it. Nothing exceeds 1.
    Return them in the order given.
    """,
    reference=holm,
    laws=(_one_test, _worked_example, _never_above_one, _false_alarms),
    probes=lambda: [(np.array([0.04, 0.01, 0.03]),), (np.array([0.04, 0.001, 0.02, 0.3]),)],
    mistakes=(
        Mistake(
            lambda p_values: np.minimum(np.asarray(p_values) * len(p_values), 1.0),
            "this multiplies all by k (Bonferroni's rule). Only the smallest has to bear that.",
        ),
        Mistake(
            lambda p_values: np.minimum(
                np.asarray(p_values) * (len(p_values) - np.argsort(np.argsort(p_values))), 1.0
            ),
            "a larger p value must not come out below a smaller one: take the running maximum.",
        ),
        Mistake(
            lambda p_values: np.minimum(
                np.maximum.accumulate(np.sort(p_values) * np.arange(len(p_values), 0, -1)), 1.0
            ),
            "the values are right, but sorted. Give them back in the order they came in.",
        ),
    ),
    hints=(
        "np.argsort gives the order; it also tells you where each value has to go back to.",
        "Sort, multiply by k, k - 1, ..., 1, take np.maximum.accumulate, cut at 1, put back.",
        "corrected[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1)",
    ),
    explanation="""
    If the smallest p value passes, one null hypothesis fewer is left to raise a false alarm: so
    the next factor is $k - 1$. Holm's rule is never less powerful than multiplying all by $k$, and
    needs no independence.
    """,
)

EXERCISES = (_PREDICT, _TELL, _TURNED, _HOLM)
