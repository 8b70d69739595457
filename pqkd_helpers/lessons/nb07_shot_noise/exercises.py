"""Exercises of notebook 07: three predictions, how far shots turn z, judging a fit."""

import numpy as np

from ...feature_histograms import EMA
from ..exercise import Exercise, Mistake, drawn, expect

# --- 7.1 -----------------------------------------------------------------------------------


def three_predictions():
    """Return your predictions: a dictionary with the keys "shots", "climb" and "gain"."""
    shots = 25 * (1 + 0.9) / (1 - 0.9)
    climb = 86 - (86 - 69) / np.sqrt(128)  # 3,200 is 128 times 25
    gain = 99 - 50
    return {"shots": shots, "climb": climb, "gain": gain}


def _predicted(answer, key):
    given = answer()
    keys = sorted(map(str, given)) if isinstance(given, dict) else f"a {type(given).__name__}"
    expect(keys, ["climb", "gain", "shots"], given="the keys of your dictionary")
    return given[key]


def _shots_as_run(answer):
    """shots: the weights of a settled average, squared and added, give the same number."""
    average, series = EMA(0.9), np.zeros(400)
    series[1] = 1.0  # one value among zeros shows the weights that it has from then on
    weights = np.array([average.update(value) for value in series])
    expected = round(float(25 / (weights @ weights)))
    given = "beta = 0.9, 25 shots in every epoch"
    expect(_predicted(answer, "shots"), expected, given=given, tolerance=1.0)


def _climb_as_drawn(answer):
    """climb: the straight line over 1/sqrt(S) through both points gives the same number."""
    ends = 1 / np.sqrt([25, np.inf])
    points = np.interp(1 / np.sqrt(3200), ends[::-1], [86, 69])
    given = "69 points at S = 25, 86 at S = infinity; at S = 3,200"
    expect(_predicted(answer, "climb"), points, given=given, tolerance=0.05)


def _gain_as_run(answer):
    """gain: counting right answers with z, and at z = 0, gives the same number of points."""
    classes = np.append(np.zeros(500), 1 + np.arange(500) % 9)
    with_z = np.where(np.arange(1000) % 100 == 0, (classes + 1) % 10, classes)  # 1 % wrong
    at_zero = np.zeros(1000)  # every compressed kernel is zero: one answer for all images
    points = 100 * np.mean(with_z == classes) - 100 * np.mean(at_zero == classes)
    given = "1,000 images, half of them of one class, percentage points"
    expect(_predicted(answer, "gain"), points, given=given, tolerance=0.01)


def _predictions(shots=475, climb=84.5, gain=49):
    return lambda: {"shots": shots, "climb": climb, "gain": gain}


_PREDICT = Exercise(
    number="7.1",
    name="Three predictions",
    difficulty=1,
    minutes=6,
    task="""
    Predict three numbers, in a dictionary.

    - `"shots"`: a settled moving average ($\\beta = 0.9$) of histograms of 25 shots, the angles at
      rest. How many shots make *one* histogram as precise? (The histogram of $j$ epochs ago has the
      weight $(1-\\beta)\\beta^j$. Variances add up with *squared* weights.)
    - `"climb"`: suppose that the lower curve followed the paper's form, limit minus
      slope$/\\sqrt S$, from 69 points at $S = 25$ to 86 at $S = \\infty$. Which gain has it
      at $S = 3{,}200$?
    - `"gain"`: a student reads 99 % of its test images right; *half* of all test images are of one
      class. At $z = 0$ it says this class to every image. What is acc(z) - acc(z = 0), in points?
    """,
    reference=three_predictions,
    laws=(_shots_as_run, _climb_as_drawn, _gain_as_run),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            _predictions(shots=50),
            "the article, too, says that smoothing nearly doubles the shots. Square the weights "
            "and add them up: (1 - beta) / (1 + beta) is left of the variance.",
        ),
        Mistake(
            _predictions(shots=250),
            "an average over about ten epochs is worth more than ten, as old values fade slowly: "
            "(1 + beta) / (1 - beta).",
        ),
        Mistake(
            _predictions(climb=85.9),
            "that would be right if the drop shrank as 1 / S. It shrinks as 1 / sqrt(S): 128 times "
            "the shots leave an eleventh of it.",
        ),
        Mistake(
            _predictions(climb=86),
            "86 is the limit. Close to it, but not there: 128 times the shots leave an eleventh "
            "of the drop.",
        ),
        Mistake(
            _predictions(gain=89),
            "that is right for ten classes of equal size. Here the one answer is right for half of "
            "the images.",
        ),
        Mistake(
            _predictions(gain=99),
            "at z = 0 the accuracy is not 0 %: one answer for all images is right for the images "
            "of that class.",
        ),
    ),
    hints=(
        "shots: the sum of a geometric series, that of ((1 - beta) beta^j)^2. climb: what becomes "
        "of the drop of 17 points? gain: which images does a constant answer get right?",
        "shots: 25 times 1.9 / 0.1. climb: 86 minus 17 / sqrt(128). gain: 99 minus the share of "
        "the largest class.",
        "475 shots; 84.5 points; 49 points.",
    ),
    explanation="""
    At 475 shots the lower curve's $z$ is as precise as the upper one's at 25, as long as the angles
    rest. And by the paper's form the lower curve would be within two points of its limit at 3,200.
    Compare with the list above. The third number does not depend on light at all: with ten equal
    classes the same student has 89 points, the paper's number. So this gain is the accuracy minus
    the share of one class.
    """,
)

# --- 7.2 -----------------------------------------------------------------------------------


def turn_by_shots(h, n_shots):
    """Return by how many degrees the histogram turns from one epoch to the next.

    The angles rest; only the shots are new. Returns a number or (settings,).

    h: (512,) or (settings, 512), exact histograms of both halves, end to end; each half sums to 1.
    n_shots: the number S of shots.
    """
    length = np.sum(h**2, axis=-1)
    cosine = length / (length + (2 - length) / n_shots)
    return np.degrees(np.arccos(cosine))


def _exact_features(n, seed):
    """Return n features (n, 512) of which a few bins hold most of the probability."""
    halves = drawn(seed).dirichlet(np.full(256, 0.02), (n, 2))
    return halves.reshape(n, 512)


def _certain_outcomes(answer):
    """Where every shot gives the same outcome nothing turns."""
    h = np.zeros(512)
    h[[5, 256 + 130]] = 1.0
    expect(answer(h, 200), 0.0, given="h[5] = h[386] = 1, all others 0, S = 200", tolerance=1e-5)


def _as_simulated(answer):
    """Pairs of simulated epochs turn so far: mean inner product over mean squared length."""
    rng = drawn(1)
    for h, n_shots in zip(_exact_features(2, seed=2), (25, 400), strict=True):
        halves = [half / half.sum() for half in h.reshape(2, 256)]
        first, second = (
            np.hstack([rng.multinomial(n_shots, half, 4000) for half in halves]) / n_shots
            for _ in range(2)
        )
        cosine = (first * second).sum() / (first**2 + second**2).sum() * 2
        given = f"|h|^2 = {h @ h:.3f}, S = {n_shots}, degrees over those of 4,000 pairs of epochs"
        ratio = np.asarray(answer(h.copy(), n_shots), dtype=float) / np.degrees(np.arccos(cosine))
        expect(ratio, 1.0, given=given, tolerance=0.04)


def _four_times_the_shots(answer):
    """Where there are many shots, four times as many halve the turn."""
    (h,) = _exact_features(1, seed=3)
    ratio = np.asarray(answer(h.copy(), 4 * 10**5), dtype=float) / answer(h.copy(), 10**5)
    expect(ratio, 0.5, given="turn at S = 400,000 over turn at S = 100,000", tolerance=1e-3)


def _row_by_row(answer):
    """Many settings at once: one turn for every row of h."""
    h = _exact_features(3, seed=4)
    rows = [answer(row.copy(), 200) for row in h]
    expect(answer(h.copy(), 200), rows, given="h of shape (3, 512), S = 200")


def _turn_with(cosine):
    return lambda h, n_shots: np.degrees(np.arccos(cosine(np.sum(h**2, axis=-1), n_shots)))


_TURN = Exercise(
    number="7.2",
    name="How far do new shots turn z?",
    difficulty=2,
    minutes=15,
    task="""
    Two epochs, the same angles, new shots: two histograms $h_S$ and $h_S'$ around the same exact
    $h$. Each is $h$ plus noise. You know two things of the noise: its mean squared length is
    $(2-|h|^2)/S$, and one epoch's noise knows nothing of the other's or of $h$: any inner product
    with it is 0 on average. From these follow the mean of $\\langle h_S, h_S'\\rangle$ and the
    mean of $|h_S|^2$. Return the angle, in degrees, whose cosine is the first of these means
    divided by the second.
    """,
    reference=turn_by_shots,
    laws=(_certain_outcomes, _as_simulated, _four_times_the_shots, _row_by_row),
    probes=lambda: [(_exact_features(1, seed=5)[0], 200), (_exact_features(3, seed=6), 50)],
    mistakes=(
        Mistake(
            lambda h, n_shots: np.radians(turn_by_shots(h, n_shots)),
            "this is in radians. Degrees are wanted: np.degrees.",
        ),
        Mistake(
            lambda h, n_shots: np.degrees(
                np.arctan(np.sqrt((2 / np.sum(h**2, axis=-1) - 1) / n_shots))
            ),
            "this is the turn from the exact histogram to a noisy one. Both epochs are noisy.",
        ),
        Mistake(
            _turn_with(lambda length, n_shots: length / (length + (1 - length) / n_shots)),
            "that would be right for one histogram. h holds two, so its sum is 2.",
        ),
        Mistake(
            _turn_with(lambda length, n_shots: 1 - (2 - length) / n_shots),
            "that would be right if h had the length 1. It is shorter: divide by the mean squared "
            "length of h_S.",
        ),
        Mistake(
            lambda h, n_shots: turn_by_shots(np.reshape(h, -1), n_shots),
            "h may hold many rows: sum over the bins only, the last axis.",
        ),
    ),
    hints=(
        "Write h_S = h + noise and h_S' = h + noise'. Multiply out both products; which terms are "
        "0 on average?",
        "The mean inner product is |h|^2. The mean squared length is |h|^2 + (2 - |h|^2) / S.",
        "length = np.sum(h**2, axis=-1); np.degrees(np.arccos(length / (length + (2 - length) / "
        "n_shots))).",
    ),
    explanation="""
    At random angles $|h|^2$ is about 0.1. Then 200 shots turn $z$ by some twenty degrees in each
    epoch, 3,200 by some six. `unit-rms` scaling only multiplies $h$ by a number, so $z$ turns as
    far as $h$ does, and so does every kernel mixed from it, on average over $A$.
    """,
)

# --- 7.3 -----------------------------------------------------------------------------------


def best_exponent(shots, smoothed, raw, exponents):
    """Return the exponent of the best fit with one common limit for both curves.

    shots: (budgets,), numbers S. smoothed, raw: (budgets,), percentage points.
    exponents: (exponents,), those to choose from.
    """
    gains = np.concatenate([smoothed, raw])
    misses = []
    for exponent in exponents:
        decay = shots**-exponent
        none = np.zeros(len(shots))
        columns = [np.append(decay, none), np.append(none, decay), np.ones(len(gains))]
        design = np.stack(columns, axis=1)
        parameters = np.linalg.lstsq(design, gains, rcond=None)[0]
        miss = gains - design @ parameters
        misses.append(miss @ miss)
    return exponents[np.argmin(misses)]


_SHOTS = np.array([25, 50, 100, 200, 400, 800, 1600, 3200])
_EXPONENTS = np.linspace(0.1, 1.5, 29)


def _gains(exponent, limits=(89.0, 89.0), noise=0.0, seed=0):
    """Return gains that follow a law: smoothing multiplies the shots by 19."""
    noises = noise * drawn(seed).standard_normal((2, len(_SHOTS)))
    decays = np.stack([(19.0 * _SHOTS / 25) ** -exponent, (_SHOTS / 25.0) ** -exponent])
    smoothed, raw = np.reshape(limits, (2, 1)) - 60.0 * decays + noises
    return smoothed, raw


def _smallest_miss(smoothed, raw, separately=False):
    """Return the best exponent of the grid by another way: take off what the fit explains."""
    n, total = len(_SHOTS), []
    for exponent in _EXPONENTS:
        shape = np.kron(np.eye(2), (_SHOTS / 25.0)[:, None] ** -exponent)
        level = np.kron(np.eye(2), np.ones((n, 1))) if separately else np.ones((2 * n, 1))
        basis, _ = np.linalg.qr(np.hstack([shape, level]))
        gains = np.concatenate([smoothed, raw])
        total.append(np.sum((gains - basis @ (basis.T @ gains)) ** 2))
    return _EXPONENTS[np.argmin(total)]


def _clean_data(answer):
    """Gains without noise give back the exponent that made them."""
    for exponent in (0.5, 1.0, 0.25):
        got = answer(_SHOTS.copy(), *_gains(exponent), _EXPONENTS.copy())
        given = f"limit 89, exponent {exponent}, exponents 0.1, 0.15, ... 1.5 to choose from"
        expect(got, exponent, given=given, tolerance=1e-6)


def _noisy_data(answer):
    """With noise, no other exponent of the list fits both curves better."""
    for exponent, seed in ((0.5, 1), (0.8, 2), (0.3, 3), (0.4, 4)):
        smoothed, raw = _gains(exponent, noise=2.0, seed=seed)
        got = answer(_SHOTS.copy(), smoothed.copy(), raw.copy(), _EXPONENTS.copy())
        given = f"exponent {exponent} and noise of 2 points"
        expect(got, _smallest_miss(smoothed, raw), given=given, tolerance=1e-6)


def _one_limit(answer):
    """Also where the curves end apart, as in the paper, both are fitted with one limit."""
    smoothed, raw = _gains(0.5, limits=(89.05, 46.68), noise=0.5, seed=5)
    got = answer(_SHOTS.copy(), smoothed.copy(), raw.copy(), _EXPONENTS.copy())
    given = "curves that tend to 89.05 and 46.68, exponent 1/2"
    expect(got, _smallest_miss(smoothed, raw), given=given, tolerance=1e-6)


def _from_the_list(answer):
    """The answer is one of the exponents in the list, for any list."""
    got = answer(_SHOTS.copy(), *_gains(0.5), np.array([1.2, 0.55, 0.9]))
    expect(got, 0.55, given="exponent 0.5; 1.2, 0.55 and 0.9 to choose from", tolerance=1e-6)


def _probes():
    data = (_gains(0.8, noise=2.0, seed=2), _gains(0.5, (89.05, 46.68), noise=0.5, seed=5))
    return [(_SHOTS.copy(), *curves, _EXPONENTS.copy()) for curves in data]


def _single_curve(shots, smoothed, raw, exponents):
    return best_exponent(shots, smoothed, smoothed, exponents)


def _one_slope(shots, smoothed, raw, exponents):
    shots, gains = np.tile(shots, 2), np.append(smoothed, raw)
    fits = [np.corrcoef(shots**-exponent, gains)[0, 1] ** 2 for exponent in exponents]
    return exponents[np.argmax(fits)]


def _given_limit(shots, smoothed, raw, exponents):
    misses = []
    for decay in (shots**-exponent for exponent in exponents):
        rests = [curve - np.max([smoothed, raw]) for curve in (smoothed, raw)]
        misses.append(sum(np.sum((r - decay * (r @ decay) / (decay @ decay)) ** 2) for r in rests))
    return exponents[np.argmin(misses)]


_FIT = Exercise(
    number="7.3",
    name="Which exponent do the data want?",
    difficulty=3,
    minutes=20,
    task="""
    The paper fits $G(S) = G_\\infty - \\mathrm{slope}/\\sqrt S$ to each curve of gains. Test the
    $1/2$: fit $G(S) = G_\\infty - \\mathrm{slope} \\cdot S^{-\\alpha}$ to both curves at once, with
    one *common* limit $G_\\infty$ and a slope for each curve, for every exponent $\\alpha$ of a
    list. Return the exponent that leaves the smallest sum of squares. For a given $\\alpha$ the fit
    is linear: three unknowns, `np.linalg.lstsq`.
    """,
    reference=best_exponent,
    laws=(_clean_data, _noisy_data, _one_limit, _from_the_list),
    probes=_probes,
    mistakes=(
        Mistake(
            lambda shots, smoothed, raw, exponents: 0.5,
            "this takes the paper's exponent 1/2 for granted. Try them all and compare.",
        ),
        Mistake(
            lambda shots, smoothed, raw, exponents: _smallest_miss(smoothed, raw, separately=True),
            "as in the paper, each curve has its own limit here. With infinitely many shots there "
            "is nothing left to smooth, so one limit has to do for both.",
        ),
        Mistake(
            _single_curve,
            "only the smoothed curve counts in this fit. Put both curves into one system.",
        ),
        Mistake(
            _one_slope,
            "the limit is common, the slope is not: smoothing makes it smaller.",
        ),
        Mistake(
            _given_limit,
            "the largest gain that was measured is not the limit. Leave the limit free, as an "
            "unknown of the fit.",
        ),
    ),
    hints=(
        "Put the gains of both curves into one vector of length 2 n. Which three columns explain "
        "it, for one exponent?",
        "A column of ones for the limit; S^(-alpha) over zeros for the first curve; zeros over "
        "S^(-alpha) for the second.",
        "Loop over the exponents: design = np.stack(columns, axis=1), parameters = "
        "np.linalg.lstsq(design, gains, rcond=None)[0], then the sum of the squares of gains - "
        "design @ parameters. Return the exponent with the smallest.",
    ),
    explanation="""
    A high $R^2$ does not single out an exponent: gains that follow $1/S$ exactly, from 25 to 3,200
    shots, give $R^2 = 0.94$ in a fit with $1/\\sqrt S$, and a limit that is too high by a sixth of
    the drop at 25 shots. The common limit is what makes the test sharp. A best exponent is still no
    law: how far the second best is off depends on the noise, so give an interval
    (`fit_free_exponent` in the helpers does).
    """,
)

EXERCISES = (_PREDICT, _TURN, _FIT)
