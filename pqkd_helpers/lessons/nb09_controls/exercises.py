"""Exercises of notebook 09: what training sees of z, a matched control, many tests at once."""

import numpy as np

from ..exercise import Exercise, Mistake, drawn, expect

# --- 9.1 -----------------------------------------------------------------------------------

CLAIMS = ("bins permuted", "two frozen z", "ten times z", "no difference shown")


def four_predictions():
    """Return a dictionary with the four keys, each True or False."""
    return {
        "bins permuted": True,
        "two frozen z": True,
        "ten times z": False,
        "no difference shown": False,
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


def _permutation_as_run(answer):
    """Bins permuted: measured covariances of the mixings, before and after, settle it."""
    rng = drawn(1)
    z = np.cumsum(rng.standard_normal((4, 64)), axis=0)
    z *= 8.0 / np.linalg.norm(z, axis=1, keepdims=True)
    same = _same_distribution(z, z[:, rng.permutation(64)])
    given = "a trajectory of four z, mixings from 20,000 rows of A: the same distribution?"
    expect(_predicted(answer, "bins permuted"), same, given=given)


def _frozen_as_run(answer):
    """Two frozen z: measured covariances of the mixings of two directions settle it."""
    flat = np.ones((3, 64))
    peaked = np.zeros((3, 64))
    peaked[:, 5] = 8.0
    given = "z = (1, 1, ...) and z = (0, ..., 8, ..., 0), both of norm 8: the same distribution?"
    expect(_predicted(answer, "two frozen z"), _same_distribution(flat, peaked), given=given)


def _scale_as_run(answer):
    """Ten times z: measured covariances of the mixings settle it."""
    z = np.ones((3, 64))
    given = "z and 10 z, the same weights: the same distribution?"
    expect(_predicted(answer, "ten times z"), _same_distribution(z, 10.0 * z), given=given)


def _absence_as_run(answer):
    """No difference shown: experiments with a true difference of one point, five seeds each."""
    rng = drawn(2)
    d = 1.0 + rng.normal(0.0, 2.0, (2000, 5))
    t = d.mean(axis=1) / (d.std(axis=1, ddof=1) / np.sqrt(5))
    shown = float((np.abs(t) > 2.776).mean())
    given = f"a true difference was shown in only {100 * shown:.0f} % of 2,000 experiments: equal?"
    expect(_predicted(answer, "no difference shown"), shown > 0.95, given=given)


def _predictions(*values):
    return lambda: dict(zip(CLAIMS, values, strict=True))


_PREDICT = Exercise(
    number="9.1",
    name="Predict, then run",
    difficulty=1,
    minutes=6,
    task="""
    Return a dictionary with four keys, each `True` or `False`. Does training have the same
    distribution, over many draws of the frozen matrix $A$?

    - `"bins permuted"`: if all $z_t$ of a run have their 512 bins permuted, always alike.
    - `"two frozen z"`: if one $z$, kept for a whole run, gives way to another of equal length.
    - `"ten times z"`: if $10z$ stands in the place of $z$ all along.

    And `"no difference shown"`: five pairs of runs show no difference. Are the methods equal?
    """,
    reference=four_predictions,
    laws=(_permutation_as_run, _frozen_as_run, _scale_as_run, _absence_as_run),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            _predictions(False, True, False, False),
            "A is Gaussian: shuffling its columns gives a matrix that is just as likely.",
        ),
        Mistake(
            _predictions(True, False, False, False),
            "for a fixed z every entry of A z is a sum of independent Gaussians. What do mean and "
            "variance depend on?",
        ),
        Mistake(
            _predictions(True, True, True, False),
            "ten times z makes the kernels ten times as large at the start.",
        ),
        Mistake(
            _predictions(True, True, False, True),
            "five noisy pairs often miss a difference that is there.",
        ),
    ),
    hints=(
        "Each answer follows from the mixings M = A z, or from the noise of five pairs.",
        "M has mean 0 and covariance <z_s, z_t> / 512: which of the changes alter inner products?",
        "Permuting changes none, a direction changes none, a factor changes all; and absence of "
        "evidence is no evidence.",
    ),
    explanation="""
    Mixings know $z$ only through inner products. Directions and bins carry nothing; the length
    does, and so does the way $z$ turns from epoch to epoch.
    """,
)

# --- 9.2 -----------------------------------------------------------------------------------


def mixing_covariance(z):
    """Return the covariance of one mixing in all pairs of epochs, over draws of A.

    z: (n_epochs, n_features), the feature of every epoch.
    Returns (n_epochs, n_epochs).
    """
    return z @ z.T / z.shape[1]


def _trajectory(n_epochs, n_features, seed):
    return np.cumsum(drawn(seed).standard_normal((n_epochs, n_features)), axis=0)


def _as_drawn(answer):
    """It is the covariance that 20,000 drawn rows of A show."""
    z = _trajectory(3, 50, seed=0)
    z /= np.linalg.norm(z, axis=1, keepdims=True) / np.sqrt(50)
    measured = np.cov(_mixings(z), rowvar=False)
    given = "three epochs, 50 features, |z|^2 = 50"
    expect(np.asarray(answer(z.copy())), measured, given=given, tolerance=0.05)


def _not_changed_by_rotations(answer):
    """Rotating all z in the same way changes nothing."""
    z = _trajectory(4, 20, seed=1)
    q, _ = np.linalg.qr(drawn(2).standard_normal((20, 20)))
    plain, turned = (np.asarray(answer(x)) for x in (z.copy(), z @ q))
    expect(turned, plain, given="z @ Q with an orthogonal Q", tolerance=1e-8)


def _one_epoch(answer):
    """One epoch: the variance |z|^2 / n_features."""
    expect(answer(np.full((1, 8), 2.0)), [[4.0]], given="one epoch, eight features, all 2")


_COVARIANCE = Exercise(
    number="9.2",
    name="All that training sees of z",
    difficulty=2,
    minutes=12,
    task="""
    One mixing is $m_t = \\sum_j a_j z_{t,j}$; the $a_j$ are independent, of mean 0 and variance
    $1/n$ for $n$ features. Return the covariance $E[m_s m_t]$ over draws of $a$ for all pairs of
    epochs.
    """,
    reference=mixing_covariance,
    laws=(_one_epoch, _as_drawn, _not_changed_by_rotations),
    probes=lambda: [(_trajectory(3, 6, seed=4),), (_trajectory(5, 512, seed=5),)],
    mistakes=(
        Mistake(lambda z: z @ z.T, "the variance of an entry of A is 1 / n, not 1."),
        Mistake(
            lambda z: np.cov(z),
            "no mean is to be subtracted over the features: the average is taken over draws of A.",
        ),
        Mistake(
            lambda z: z.T @ z / z.shape[1],
            "this has one entry for every pair of features; asked for are pairs of epochs.",
        ),
        Mistake(
            lambda z: np.corrcoef(z),
            "this is a correlation; the length of z is lost in it.",
        ),
    ),
    hints=(
        "Write out E[m_s m_t] as a double sum over j and k.",
        "E[a_j a_k] is 1 / n for j = k and 0 else: one sum is left.",
        "It is <z_s, z_t> / n for every pair: one matrix product.",
    ),
    explanation="""
    A Gaussian distribution is given by its mean and covariance, so nothing else of $z$ can matter:
    not the bins, not the direction, not whether the numbers came from photons.
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
    Gaussian numbers have no preferred direction, and taking out the part along $z$ leaves none.
    The angles between neighbours are now the light's, those between epochs far apart are not: for
    these, `yoked` replays the whole trajectory.
    """,
)

# --- 9.4 -----------------------------------------------------------------------------------


def holm(p_values):
    """Return p values corrected for their number by Holm's rule, in the order given.

    p_values: (m,), each in [0, 1].
    Returns (m,).
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
    rule: sort the $m$ p values; multiply the smallest by $m$, the next by $m - 1$, ..., the largest
    by 1; no corrected value may be below an earlier one in this order, and none above 1. Return
    them in the order given.
    """,
    reference=holm,
    laws=(_one_test, _worked_example, _never_above_one, _false_alarms),
    probes=lambda: [(np.array([0.04, 0.01, 0.03]),), (np.array([0.04, 0.001, 0.02, 0.3]),)],
    mistakes=(
        Mistake(
            lambda p_values: np.minimum(np.asarray(p_values) * len(p_values), 1.0),
            "this multiplies all by m (Bonferroni's rule). Only the smallest has to bear that.",
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
        "Sort, multiply by m, m - 1, ..., 1, take np.maximum.accumulate, cut at 1, put back.",
        "corrected[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1)",
    ),
    explanation="""
    If the smallest p value passes, one null hypothesis fewer is left to raise a false alarm: so
    the next factor is $m - 1$. Holm's rule is never weaker than multiplying all by $m$, and needs
    no independence.
    """,
)

EXERCISES = (_PREDICT, _COVARIANCE, _TURNED, _HOLM)
