"""Exercises of notebook 07: three predictions, the exact law, effective shots, judging a fit."""

import numpy as np

from ...feature_histograms import EMA
from ..exercise import Exercise, Mistake, drawn, expect

# --- 7.1 -----------------------------------------------------------------------------------


def three_predictions():
    """Return your predictions: a dictionary with the keys "shots", "variance" and "gain"."""
    shots = 4 * 200
    variance = (1 - 0.9) / (1 + 0.9)
    gain = 99 - 100 / 10
    return {"shots": shots, "variance": variance, "gain": gain}


def _predicted(answer, key):
    given = answer()
    keys = sorted(map(str, given)) if isinstance(given, dict) else f"a {type(given).__name__}"
    expect(keys, ["gain", "shots", "variance"], given="the keys of your dictionary")
    return given[key]


def _half_the_error(answer):
    """shots: repeated experiments show half the error that 200 shots leave."""
    rng = drawn(0)
    shots = _predicted(answer, "shots")
    errors = [rng.binomial(n, 0.3, 40_000) / n - 0.3 for n in (200, int(shots))]
    ratio = round(float(np.std(errors[1]) / np.std(errors[0])), 2)
    expect(ratio, 0.5, given=f"{shots} shots, error over that of 200 shots", tolerance=0.02)
    given = f"{shots} shots, by the law: squared error over that of 200 shots"
    expect(200 / shots, 0.25, given=given, tolerance=5e-4)


def _variance_as_run(answer):
    """variance: the weights of a settled average, squared and added, give the same factor."""
    average, series = EMA(0.9), np.zeros(400)
    series[1] = 1.0  # one value among zeros shows the weights that it has from then on
    weights = np.array([average.update(value) for value in series])
    got = _predicted(answer, "variance")
    given = "beta = 0.9, smoothed variance over raw variance"
    expect(got, round(float(weights @ weights), 4), given=given, tolerance=5e-4)


def _gain_as_run(answer):
    """gain: counting right answers with z, and at z = 0, gives the same number of points."""
    classes = np.repeat(np.arange(10), 100)
    with_z = np.where(np.arange(1000) % 100 == 0, (classes + 1) % 10, classes)  # 1 % wrong
    at_zero = np.full(1000, 3)  # every compressed kernel is zero: one answer for all images
    points = 100 * np.mean(with_z == classes) - 100 * np.mean(at_zero == classes)
    given = "1,000 images of ten balanced classes, percentage points"
    expect(_predicted(answer, "gain"), points, given=given, tolerance=0.01)


def _predictions(shots, variance, gain):
    return lambda: {"shots": shots, "variance": variance, "gain": gain}


_PREDICT = Exercise(
    number="7.1",
    name="Predict, then run",
    difficulty=1,
    minutes=6,
    task="""
    Predict three numbers before you read on. Return them in a dictionary.

    - `"shots"`: 200 shots leave a certain error in the feature. How many shots leave half of it?
    - `"variance"`: the moving average with $\\beta = 0.9$ has run for very long, at fixed angles.
      By what factor is the noise variance of the feature multiplied? (A number below 1.)
    - `"gain"`: a student answers 99 % of the images right, from ten classes of equal size. At
      $z = 0$ all its compressed kernels are zero, so it gives the same answer to every image.
      What is acc(z) - acc(z = 0), in percentage points?

    The check runs all three.
    """,
    reference=three_predictions,
    laws=(_half_the_error, _variance_as_run, _gain_as_run),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            _predictions(400, 0.1 / 1.9, 89.0),
            "twice the shots halve the squared error. The error is its root.",
        ),
        Mistake(
            _predictions(800, 0.1, 89.0),
            "1 - beta is the weight of the newest value. The variance adds up the squares of all "
            "the weights.",
        ),
        Mistake(
            _predictions(800, np.sqrt(0.1 / 1.9), 89.0),
            "that is the factor of the error, about 1/4.4. Asked for is the variance, its square.",
        ),
        Mistake(
            _predictions(800, 19.0, 89.0),
            "the variance is divided by 19, so it is multiplied by a number below 1.",
        ),
        Mistake(
            _predictions(800, 0.1 / 1.9, 99.0),
            "a student that gives one answer to all images is not always wrong: it is right for "
            "one class of the ten.",
        ),
    ),
    hints=(
        "Each of the three is one line of arithmetic; notebook 02 has the first two.",
        "The error goes as one over the root of S; the settled variance is multiplied by "
        "(1 - beta) / (1 + beta); a constant answer is right for one class.",
        "Four times the shots; 0.1 / 1.9; 99 minus a tenth of 100.",
    ),
    explanation="""
    The third number does not depend on light at all. Any student of 99 % has a gain of 89 points
    over $z = 0$, and 89.05 is the limit that the paper reports with smoothing. So this gain is the
    accuracy minus chance.
    """,
)

# --- 7.2 -----------------------------------------------------------------------------------


def feature_error(h, n_shots):
    """Return the distance, a number or (n,), of a feature from S shots to the exact one.

    h: (512,) or (n, 512), exact histograms of both halves, end to end; each half sums to 1.
    n_shots: the number S of shots.
    """
    return np.sqrt((2 - np.sum(h**2, axis=-1)) / n_shots)


def _exact_features(n, seed):
    """Return n features (n, 512) of which a few bins hold most of the probability."""
    halves = drawn(seed).dirichlet(np.full(256, 0.02), (n, 2))
    return halves.reshape(n, 512)


def _certain_outcomes(answer):
    """Where every shot gives the same outcome there is no noise."""
    h = np.zeros(512)
    h[[5, 256 + 130]] = 1.0
    expect(answer(h, 200), 0.0, given="h[5] = h[386] = 1, all others 0, S = 200", tolerance=1e-6)


def _as_simulated(answer):
    """The error is that of a simulation: both halves counted, distances squared and averaged."""
    rng = drawn(1)
    for h, n_shots in zip(_exact_features(2, seed=2), (25, 400), strict=True):
        counts = [rng.multinomial(n_shots, half / half.sum(), 1500) for half in h.reshape(2, 256)]
        distances = np.hstack(counts) / n_shots - h
        measured = np.sqrt((distances**2).sum(axis=1).mean())
        given = f"|h|^2 = {h @ h:.3f}, S = {n_shots}, your error over that of 1,500 simulations"
        ratio = np.asarray(answer(h.copy(), n_shots), dtype=float) / measured
        expect(ratio, 1.0, given=given, tolerance=0.04)


def _four_times_the_shots(answer):
    """Four times the shots leave half the error."""
    (h,) = _exact_features(1, seed=3)
    ratio = np.asarray(answer(h.copy(), 800), dtype=float) / answer(h.copy(), 200)
    expect(ratio, 0.5, given="error at S = 800 over error at S = 200", tolerance=1e-6)


def _row_by_row(answer):
    """Many settings at once: one error for every row of h."""
    h = _exact_features(3, seed=4)
    rows = [answer(row.copy(), 200) for row in h]
    expect(answer(h.copy(), 200), rows, given="h of shape (3, 512), S = 200")


_ERROR = Exercise(
    number="7.2",
    name="The exact law of shot noise",
    difficulty=2,
    minutes=10,
    task="""
    Write the law of the shot noise: the root mean square of $|h_S - h|$, where $h$ is the exact raw
    feature, $h_S$ the one measured with $S$ shots, and $|\\cdot|$ the length of a vector.
    """,
    reference=feature_error,
    laws=(_certain_outcomes, _as_simulated, _four_times_the_shots, _row_by_row),
    probes=lambda: [(_exact_features(1, seed=5)[0], 200), (_exact_features(3, seed=6), 50)],
    mistakes=(
        Mistake(
            lambda h, n_shots: (2 - np.sum(h**2, axis=-1)) / n_shots,
            "this is the mean of the *squared* distance. The error is its root.",
        ),
        Mistake(
            lambda h, n_shots: np.sqrt(512 / n_shots) * np.ones(np.shape(h)[:-1]),
            "this is the bound with K = 512 bins. It does not look at h, and it is far too large: "
            "most bins hardly ever change.",
        ),
        Mistake(
            lambda h, n_shots: np.sqrt((1 - np.sum(h**2, axis=-1)) / n_shots),
            "that would be right for one histogram. h holds two, so its sum is 2.",
        ),
        Mistake(
            lambda h, n_shots: np.sqrt((2 - np.sum(h**2)) / n_shots),
            "h may hold many rows: sum over the bins only, the last axis.",
        ),
    ),
    hints=(
        "Begin with one bin: how does its share of S shots scatter?",
        "The share of bin j has the variance h_j (1 - h_j) / S. Add up the bins, take the root.",
        "The sum over all bins of h_j is 2, that of h_j^2 is np.sum(h**2, axis=-1).",
    ),
    explanation="""
    The number of bins does not appear, as the shares sum to 2 in any case: the squared error is
    never above $2/S$. Divided by $|h|$ it is the relative noise of the histogram, and of every
    kernel made from it, since kernels are linear in $z$ and `unit-rms` only multiplies $h$ by a
    number.
    """,
)


# --- 7.3 -----------------------------------------------------------------------------------


def effective_shots(n_shots, beta, n_epochs):
    """Return how many shots a plain histogram would need to be as precise as the average.

    n_shots: shots S of every epoch. beta: share of the old value that is kept, in [0, 1).
    n_epochs: epochs so far, 1 or more; the average began with the first one's value.
    """
    weights = (1 - beta) * beta ** np.arange(n_epochs)
    weights[-1] = beta ** (n_epochs - 1)
    return n_shots / np.sum(weights**2)


def _one_histogram(answer):
    """After one epoch, or without smoothing (beta = 0), a single histogram counts: S shots."""
    for beta, n_epochs in ((0.9, 1), (0.5, 1), (0.0, 7)):
        given = f"S = 200, beta = {beta}, {n_epochs} epochs"
        expect(answer(200, beta, n_epochs), 200.0, given=given, tolerance=1e-6)


def _as_the_weights_say(answer):
    """The helper's weights give the same number at any beta and any number of epochs."""
    for beta, n_epochs in ((0.9, 2), (0.9, 20), (0.5, 5), (0.98, 40)):
        average = EMA(beta)
        weights = [average.update(row) for row in np.eye(n_epochs)][-1]
        given = f"S = 200, beta = {beta}, {n_epochs} epochs"
        expect(answer(200, beta, n_epochs), 200 / (weights @ weights), given=given, tolerance=1e-6)


def _settled(answer):
    """In the end it is S (1 + beta) / (1 - beta)."""
    got = answer(200, 0.9, 500)
    expect(got, 200 * 19, given="S = 200, beta = 0.9, 500 epochs", tolerance=1e-6)


def _begun_at_zero(n_shots, beta, n_epochs):
    return n_shots / np.sum(((1 - beta) * beta ** np.arange(n_epochs)) ** 2)


def _corrected(n_shots, beta, n_epochs):
    return _begun_at_zero(n_shots, beta, n_epochs) * (1 - beta**n_epochs) ** 2


def _upside_down(n_shots, beta, n_epochs):
    return n_shots**2 / effective_shots(n_shots, beta, n_epochs)


_EFFECTIVE = Exercise(
    number="7.3",
    name="Effective shots",
    difficulty=2,
    minutes=15,
    task="""
    A moving average is as precise as one histogram from more shots: its **effective shots**. After
    $n$ epochs it is a sum $\\sum_i w_i x_i$ of independent histograms, each of variance
    $\\sigma^2/S$, so its variance is $\\sum_i w_i^2\\,\\sigma^2/S$. The weights: $\\beta^{n-1}$ for
    the first value, which the average began with, and $(1-\\beta)\\beta^k$ for the others, where
    $k = 0, \\dots, n-2$ counts back from the newest.
    """,
    reference=effective_shots,
    laws=(_one_histogram, _as_the_weights_say, _settled),
    probes=lambda: [(200, 0.9, 3), (200, 0.9, 10), (50, 0.5, 4)],
    private_inputs=lambda rng: (
        int(rng.integers(20, 900)),
        rng.uniform(0.2, 0.95),
        int(rng.integers(2, 60)),
    ),
    mistakes=(
        Mistake(
            lambda n_shots, beta, n_epochs: n_shots * (1 + beta) / (1 - beta),
            "this is the settled state, from the first epoch on. The average begins with no more "
            "than one histogram.",
        ),
        Mistake(
            _begun_at_zero,
            "your weights do not sum to 1: the first value has the weight beta^(n - 1), without "
            "the factor 1 - beta.",
        ),
        Mistake(
            _corrected,
            "this is for an average whose slow start is corrected, as Adam does. Ours begins at "
            "its first value instead.",
        ),
        Mistake(
            lambda n_shots, beta, n_epochs: n_shots * n_epochs,
            "that is for a plain mean, with equal weights. Here some values count more, and "
            "unequal weights waste shots.",
        ),
        Mistake(
            _upside_down,
            "upside down: the variance is multiplied by the sum of the squared weights, so the "
            "shots are divided by it.",
        ),
    ),
    hints=(
        "Write down the n weights for n = 3: the first value, the second, the newest.",
        "For n = 3, newest first: 1 - beta, (1 - beta) beta, beta^2. They sum to 1.",
        "weights = (1 - beta) * beta ** np.arange(n); set the last one to beta ** (n - 1); return "
        "S over the sum of their squares.",
    ),
    explanation="""
    At $\\beta = 0.9$ the gain is 1.5 after 3 epochs, 5.1 after 10, 14 after 20, and 19 in the end.
    A run of a few epochs cannot show what smoothing does.
    """,
)

# --- 7.4 -----------------------------------------------------------------------------------


def best_exponent(shots, smoothed, raw, exponents):
    """Return the exponent of the best fit with one common limit for both curves.

    shots: (n,). smoothed, raw: (n,), percentage points. exponents: (m,), those to choose from.
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
    number="7.4",
    name="Which exponent do the data want?",
    difficulty=3,
    minutes=20,
    task="""
    The paper fits $\\Delta(S) = \\Delta_\\infty - k/\\sqrt S$ to each curve. Test the $1/2$: fit
    $\\Delta_j(S) = \\Delta_\\infty - k_j S^{-p}$ to both curves at once, with one *common* limit
    $\\Delta_\\infty$ and one $k_j$ for each curve, for every exponent $p$ of a list. Return the
    exponent that leaves the smallest sum of squares. For a given $p$ the fit is linear: three
    unknowns, `np.linalg.lstsq`.
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
            "the limit is common, the factor k is not: smoothing makes it smaller.",
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
        "A column of ones for the limit; S^(-p) over zeros for the first curve; zeros over S^(-p) "
        "for the second.",
        "Loop over the exponents: design = np.stack(columns, axis=1), parameters = "
        "np.linalg.lstsq(design, gains, rcond=None)[0], then the sum of the squares of gains - "
        "design @ parameters. Return the exponent with the smallest.",
    ),
    explanation="""
    A high $R^2$ does not single out an exponent: gains that follow $1/S$ exactly, from 25 to 3,200
    shots, give $R^2 = 0.94$ in a fit with $1/\\sqrt S$, and a limit 10 points too high. The common
    limit is what makes the test sharp. A best exponent is still no law: how far the second best is
    off depends on the noise, so give an interval (`fit_free_exponent` in the helpers does).
    """,
)

EXERCISES = (_PREDICT, _ERROR, _EFFECTIVE, _FIT)
