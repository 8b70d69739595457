"""Exercises of notebook 02: histograms, what they forget, their noise, and the moving average."""

import numpy as np

from ...feature_histograms import EMA, HistogramFeature, click_histograms
from ..exercise import Exercise, Mistake, drawn, expect

# --- 2.1 -----------------------------------------------------------------------------------


def error_ratio():
    """Return the error of the histogram at 200 shots over its error at 800 shots.

    The error is the root mean square distance from the exact histogram.
    """
    return (800 / 200) ** 0.5


def _measured_ratio(answer):
    """Repeated experiments on a coin with 200 and with 800 tosses show your ratio."""
    rng = drawn(0)
    errors = [
        np.sqrt(np.mean((rng.binomial(n_shots, 0.3, 40_000) / n_shots - 0.3) ** 2))
        for n_shots in (200, 800)
    ]
    measured = round(errors[0] / errors[1], 2)
    expect(answer(), measured, given="200 and 800 shots, 40,000 repetitions", tolerance=0.05)


def _exact_ratio(answer):
    """The law says exactly this: the squared error is proportional to 1 over the shots."""
    expect(answer() ** 2, 800 / 200, given="the square of your ratio", tolerance=1e-6)


_ERROR_RATIO = Exercise(
    number="2.1",
    name="Four times the shots",
    difficulty=1,
    minutes=5,
    task="""
    Predict before you compute: a histogram is measured with 200 shots, then with 800. By what
    factor does its distance from the exact histogram shrink? Return the number.
    """,
    reference=error_ratio,
    laws=(_measured_ratio, _exact_ratio),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: 4.0,
            "the *squared* error shrinks by the factor 4. Four times the work does not buy four "
            "times the precision.",
        ),
        Mistake(
            lambda: 16.0,
            "the variance of a mean goes as 1 / S, not as 1 / S^2, and the error is its root.",
        ),
        Mistake(
            lambda: 0.5,
            "that is the new error over the old one; the question is for the old over the new.",
        ),
    ),
    hints=(
        "Toss a coin S times: how does the spread of the share of heads depend on S?",
        "The variance of a mean of S independent values is the variance of one value over S.",
        "The error is the square root of the variance: take the root of 800 / 200.",
    ),
    explanation="""
    Shot noise falls as $1/\\sqrt{S}$: each further digit of precision costs a hundred times the
    shots.
    """,
)

# --- 2.2 -----------------------------------------------------------------------------------


def half_histograms(clicks):
    """Return the histograms of both halves of the modes.

    Parameters
    ----------
    clicks : (n_shots, n_modes) array of 0 and 1, n_modes even

    Returns
    -------
    (2, 2^(n_modes / 2)) array of relative frequencies
    """
    n_shots, n_modes = clicks.shape
    half = n_modes // 2
    result = np.zeros((2, 2**half))
    for shot in clicks:
        for side in range(2):
            value = 0
            for bit in shot[side * half : (side + 1) * half]:
                value = 2 * value + int(bit)
            result[side, value] += 1 / n_shots
    return result


def _single_shot(answer):
    """One shot of four modes, 10|01: the halves read 2 and 1."""
    expected = [[0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
    expect(answer(np.array([[1, 0, 0, 1]])), expected, given="clicks [[1, 0, 0, 1]]")


def _two_modes(answer):
    """With two modes each half is a single bit: its histogram counts 0s and 1s."""
    clicks = np.array([[1, 0], [1, 1], [0, 1], [1, 1]])
    expect(answer(clicks), [[0.25, 0.75], [0.25, 0.75]], given=f"clicks {clicks.tolist()}")


def _every_half_sums_to_one(answer):
    """Each half is a histogram: it sums to 1."""
    clicks = drawn(1).integers(0, 2, (7, 6))
    got = np.asarray(answer(clicks))
    expect(got.sum(axis=-1), [1.0, 1.0], given="7 random shots of 6 modes")


def _equals_the_helper(answer):
    """For 16 modes the two halves, end to end, are what the helper returns."""
    clicks = drawn(2).integers(0, 2, (50, 16))
    got = np.ravel(answer(clicks))
    expect(got, click_histograms(clicks), given="50 random shots of 16 modes")


def _least_significant_first(clicks):
    half = clicks.shape[1] // 2
    flipped = np.hstack([clicks[:, :half][:, ::-1], clicks[:, half:][:, ::-1]])
    return half_histograms(flipped)


_HALF_HISTOGRAMS = Exercise(
    number="2.2",
    name="Histograms from scratch",
    difficulty=2,
    minutes=15,
    task="""
    Write the function yourself, for any even number of modes. The first mode of a half is the most
    significant bit. Plain loops are welcome.
    """,
    reference=half_histograms,
    laws=(_single_shot, _two_modes, _every_half_sums_to_one, _equals_the_helper),
    probes=lambda: [(drawn(3).integers(0, 2, (9, n)),) for n in (4, 8)],
    mistakes=(
        Mistake(
            _least_significant_first,
            "the bits of each half are read from the wrong end: the first mode counts most.",
        ),
        Mistake(
            lambda clicks: half_histograms(clicks) * len(clicks),
            "these are counts; divide by the number of shots to get relative frequencies.",
        ),
        Mistake(
            lambda clicks: half_histograms(np.hstack([clicks[:, ::2], clicks[:, 1::2]])),
            "the halves are the first and the second half of the modes, not the even and the odd.",
        ),
        Mistake(
            lambda clicks: half_histograms(clicks) / 2,
            "each half is a histogram by itself and sums to 1; both together sum to 2.",
        ),
    ),
    hints=(
        "Start with one shot and one half: how does a row such as 1, 0, 1 become the number 5?",
        "Walk through the bits from the first to the last: value = 2 * value + bit.",
        "Two loops: over the shots, over the two halves; add 1 / n_shots at [side, value].",
    ),
    explanation="""
    The helper does the same with a matrix product (the bits times the powers of 2) and
    `np.bincount`, which is about a hundred times faster than Python loops.
    """,
)

# --- 2.3 -----------------------------------------------------------------------------------


def twin(joint):
    """Return the joint distribution with the same two histograms, but independent halves.

    Parameters
    ----------
    joint : (n, n) array
        joint[a, b]: probability that the first half reads a and the second reads b.

    Returns
    -------
    (n, n) array
    """
    first = joint.sum(axis=1)
    second = joint.sum(axis=0)
    return np.outer(first, second)


def _joint(seed, n=4):
    values = drawn(seed).exponential(size=(n, n)) ** 2
    return values / values.sum()


def _a_law(answer):
    """The result is a probability distribution: no entry is negative, and the sum is 1."""
    got = np.asarray(answer(_joint(4)))
    expect(got.shape, (4, 4), given="the shape for a 4 x 4 table")
    expect(min(got.min(), 0.0), 0.0, given="the smallest entry")
    expect(got.sum(), 1.0, given="the sum of all entries")


def _same_histograms(answer):
    """Both halves have the histograms that they had before."""
    joint = _joint(5)
    got = np.asarray(answer(joint))
    expect(got.sum(axis=1), joint.sum(axis=1), given="the first half's histogram")
    expect(got.sum(axis=0), joint.sum(axis=0), given="the second half's histogram")


def _independent(answer):
    """The halves are independent: every row is a multiple of every other."""
    got = np.asarray(answer(_joint(6)))
    minors = got[:-1, :-1] * got[1:, 1:] - got[:-1, 1:] * got[1:, :-1]
    expect(minors, np.zeros((3, 3)), given="got[a, b] got[a+1, b+1] - got[a, b+1] got[a+1, b]")


_TWIN = Exercise(
    number="2.3",
    name="A twin that z cannot tell apart",
    difficulty=2,
    minutes=10,
    task="""
    z sees the two halves only one at a time. Given any joint distribution of the halves, construct
    a *different* one with exactly the same z: the one in which the halves are independent.
    """,
    reference=twin,
    laws=(_a_law, _same_histograms, _independent),
    probes=lambda: [(_joint(7),), (_joint(8, 3),)],
    mistakes=(
        Mistake(
            lambda joint: np.array(joint),
            "that is the same distribution again. Keep its sums over rows and columns, and "
            "nothing else.",
        ),
        Mistake(
            lambda joint: np.full_like(joint, 1.0 / joint.size),
            "in the uniform distribution the halves are independent, but their histograms "
            "have changed.",
        ),
        Mistake(
            lambda joint: np.outer(joint.sum(axis=0), joint.sum(axis=1)),
            "rows and columns are swapped: the first half runs along the rows (axis 0), so its "
            "histogram is the sum over axis 1.",
        ),
    ),
    hints=(
        "Independent means: the probability of (a, b) is that of a times that of b.",
        "The histogram of the first half is the sum of each row: joint.sum(axis=1).",
        "np.outer(u, v)[a, b] is u[a] * v[b].",
    ),
    explanation="""
    So z does not "hold the quantum state": 65,536 probabilities became 512, and every
    correlation between the halves is gone.
    """,
)

# --- 2.4 -----------------------------------------------------------------------------------


def features(clicks, beta):
    """Return the feature z of every epoch, from the clicks measured in each.

    Parameters
    ----------
    clicks : (n_epochs, n_shots, n_modes) array of 0 and 1, n_modes even
    beta : float
        Share of the old histogram that the moving average keeps, in [0, 1).

    Returns
    -------
    (n_epochs, 2 * 2^(n_modes / 2)) array; each row has |z|^2 = its length
    """
    _, n_shots, n_modes = clicks.shape
    half = n_modes // 2
    places = 2 ** np.arange(half)[::-1]
    average, rows = None, []
    for shots in clicks:
        values = shots[:, :half] @ places, shots[:, half:] @ places
        counts = [np.bincount(value, minlength=2**half) for value in values]
        histogram = np.concatenate(counts) / n_shots
        average = histogram if average is None else beta * average + (1 - beta) * histogram
        rows.append(average * np.sqrt(len(average) / (average @ average)))
    return np.array(rows)


def _clicks(seed, n_epochs=4, n_shots=30, n_modes=6):
    rng = drawn(seed)
    return (rng.random((n_epochs, n_shots, n_modes)) < rng.random((n_epochs, 1, n_modes))).astype(
        int
    )


def _features(answer, clicks, beta):
    """Return an answer's features, or say that they have another shape."""
    found = answer(clicks.copy(), beta)
    given = f"clicks of shape {clicks.shape}, beta = {beta}"
    shape = len(clicks), 2 * 2 ** (clicks.shape[2] // 2)
    expect(np.shape(found), shape, given=f"{given}, shape of the features")
    return np.asarray(found, dtype=float), given


def _one_shot(answer):
    """One shot, 10 01: the halves are the numbers 2 and 1, one full bin in each half, both 2."""
    found, _ = _features(answer, np.array([[[1, 0, 0, 1]]]), 0.9)
    expect(found, [[0, 0, 2, 0, 0, 2, 0, 0]], given="one epoch, the single shot 1 0 0 1")


def _length(answer):
    """In every epoch |z|^2 is the number of bins, and an empty bin is 0."""
    for n_modes in (2, 8):
        found, given = _features(answer, _clicks(1, n_modes=n_modes), 0.7)
        squares = (found**2).sum(axis=1)
        expect(squares, np.full(4, found.shape[1]), given=f"{given}, |z|^2", tolerance=1e-6)


def _steady(answer):
    """While every epoch brings the same shots, in whatever order, z stands still."""
    shots = _clicks(2)[0]
    orders = np.stack([drawn(3 + k).permutation(shots) for k in range(4)])
    found, given = _features(answer, orders, 0.8)
    still = np.repeat(found[:1], 4, axis=0)
    expect(found, still, given=f"{given}, the same shots in each epoch", tolerance=1e-6)


def _later_is_unknown(answer):
    """An epoch's z knows this epoch and those before it, none that comes later."""
    clicks = _clicks(8)
    found, given = _features(answer, clicks, 0.6)
    early, _ = _features(answer, clicks[:2], 0.6)
    expect(found[:2], early, given=f"{given}, first two rows with and without the rest")


def _as_the_helpers_do(answer):
    """`click_histograms`, `EMA` and `HistogramFeature`, one after the other, give the same."""
    for seed, beta in ((9, 0.9), (10, 0.3), (11, 0.0)):
        clicks, average, scale = _clicks(seed), EMA(beta), HistogramFeature("unit-rms")
        found, given = _features(answer, clicks, beta)
        expected = [scale(average.update(click_histograms(shots))) for shots in clicks]
        expect(found, expected, given=given, tolerance=1e-5)


def _histograms(clicks, order=-1):
    half = clicks.shape[2] // 2
    places = 2 ** np.arange(half)[::order]
    counts = [
        [np.bincount(part @ places, minlength=2**half) for part in (s[:, :half], s[:, half:])]
        for s in clicks
    ]
    return np.reshape(counts, (len(clicks), -1)) / clicks.shape[1]


def _scaled(rows):
    return rows * np.sqrt(rows.shape[1] / (rows**2).sum(axis=1, keepdims=True))


def _averaged(rows, beta, first=1.0):
    averages = [first * rows[0]]
    for row in rows[1:]:
        averages.append(beta * averages[-1] + (1.0 - beta) * row)
    return np.array(averages)


def _mean_of_all(clicks, beta):
    return _scaled(np.repeat(_histograms(clicks).mean(axis=0, keepdims=True), len(clicks), axis=0))


_FEATURES = Exercise(
    number="2.4",
    name="From clicks to z, from nothing",
    difficulty=3,
    minutes=25,
    task="""
    Build the whole way of this notebook, with NumPy alone: clicks become two half histograms, the
    histograms of the epochs go through the moving average, and the average is scaled to a length.
    What comes first, averaging or scaling? The first epoch has no past: there, the average is its
    histogram. Bits and halves are in the order of exercise 2.2.
    """,
    reference=features,
    laws=(_one_shot, _length, _steady, _later_is_unknown, _as_the_helpers_do),
    probes=lambda: [(_clicks(12), 0.8), (_clicks(13, n_modes=4), 0.3)],
    private_inputs=lambda rng: (rng.integers(0, 2, (4, 9, 6)), rng.uniform(0.1, 0.95)),
    mistakes=(
        Mistake(
            lambda clicks, beta: _scaled(_averaged(_histograms(clicks, 1), beta)),
            "the first bit of a half counts most, as the left digit of a number does: 10 is 2.",
        ),
        Mistake(
            lambda clicks, beta: _averaged(_histograms(clicks), beta),
            "these are the averaged histograms: the scaling is missing.",
        ),
        Mistake(
            lambda clicks, beta: _averaged(_scaled(_histograms(clicks)), beta),
            "scaled first, then averaged: the average of arrows of one length is shorter.",
        ),
        Mistake(
            lambda clicks, beta: _scaled(_averaged(_scaled(_histograms(clicks)), beta)),
            "scaled before the average, and again after it. An epoch with a spiky histogram then "
            "counts less than its share: average the histograms themselves.",
        ),
        Mistake(
            lambda clicks, beta: _scaled(_averaged(_histograms(clicks), 1.0 - beta)),
            "beta and 1 - beta are swapped: beta is the share of the old.",
        ),
        Mistake(
            lambda clicks, beta: _scaled(_averaged(_histograms(clicks), beta, 1.0 - beta)),
            "the average begins at zero, so the first epoch counts too little in all that follow. "
            "It begins at the first histogram.",
        ),
        Mistake(
            lambda clicks, beta: _scaled(_histograms(clicks)),
            "each epoch is by itself: the moving average is missing.",
        ),
        Mistake(
            _mean_of_all,
            "one mean over all epochs: the first epoch would have to know the last.",
        ),
    ),
    hints=(
        "One epoch first: two halves, two numbers for each shot, counts, relative frequencies (as "
        "in exercise 2.2), joined to one vector h.",
        "average = h in the first epoch, later beta * average + (1 - beta) * h. Scale a copy of "
        "the average; go on averaging with the unscaled one.",
        "z = average * np.sqrt(len(average) / (average @ average)); append it; at the end "
        "np.array(rows).",
    ),
    explanation="""
    Scaling does not commute with averaging: it makes noise count as signal, since a noisy histogram
    is longer, $\\mathbb{E}|h_S|^2 = |h|^2 + \\mathbb{E}|h_S - h|^2$. Average first, and there is
    less of it. What the loop of notebook 06 feeds to the student is this function, one row an
    epoch.
    """,
)

# --- 2.5 -----------------------------------------------------------------------------------


def memory(beta, n):
    """Return the weights of the first n values in the moving average, oldest first.

    Parameters
    ----------
    beta : float
        Share of the old value that is kept, in [0, 1).
    n : int
        Values taken in so far, 1 or more.

    Returns
    -------
    (n,) array
    """
    weights = np.zeros(n)
    weights[0] = 1.0
    for k in range(1, n):
        weights *= beta
        weights[k] = 1.0 - beta
    return weights


def _one_value(answer):
    """After the first value, the average is that value."""
    expect(answer(0.9, 1), [1.0], given="beta = 0.9, n = 1")


def _weights_sum_to_one(answer):
    """The weights sum to 1: an average of equal values is that value."""
    for beta, n in ((0.9, 4), (0.5, 7)):
        expect(np.sum(answer(beta, n)), 1.0, given=f"beta = {beta}, n = {n}")


def _no_memory(answer):
    """At beta = 0 only the newest value counts."""
    expect(answer(0.0, 4), [0.0, 0.0, 0.0, 1.0], given="beta = 0, n = 4")


def _as_the_helper_does(answer):
    """Fed with a single 1 among zeros, the helper's average ends at that value's weight."""
    for beta, n in ((0.9, 5), (0.6, 3)):
        expected = []
        for place in range(n):
            average = EMA(beta)
            for k in range(n):
                value = average.update([float(k == place)])
            expected.append(value[0])
        expect(answer(beta, n), expected, given=f"beta = {beta}, n = {n}")


def _as_if_from_zero(beta, n):
    return (1.0 - beta) * beta ** np.arange(n - 1.0, -1.0, -1.0)


_MEMORY = Exercise(
    number="2.5",
    name="What the average remembers",
    difficulty=3,
    minutes=15,
    task="""
    After $n$ epochs the smoothed histogram is a weighted sum of the $n$ measured ones. Return the
    weights. Remember how the average starts: at the first value.
    """,
    reference=memory,
    laws=(_one_value, _weights_sum_to_one, _no_memory, _as_the_helper_does),
    probes=lambda: [(0.9, 5), (0.5, 4)],
    private_inputs=lambda rng: (rng.uniform(0.1, 0.95), int(rng.integers(2, 30))),
    mistakes=(
        Mistake(
            _as_if_from_zero,
            "these weights belong to an average that starts at zero; they sum to less than 1. "
            "Ours starts at the first value, which therefore weighs more.",
        ),
        Mistake(
            lambda beta, n: _as_if_from_zero(beta, n) / _as_if_from_zero(beta, n).sum(),
            "dividing by the sum is the bias correction that some averages use; ours has none.",
        ),
        Mistake(
            lambda beta, n: memory(beta, n)[::-1],
            "the order is reversed: the oldest value comes first.",
        ),
        Mistake(
            lambda beta, n: np.full(n, 1.0 / n),
            "that is the plain mean. The moving average forgets the past step by step.",
        ),
    ),
    hints=(
        "Write down the average after 1, 2 and 3 values by hand.",
        "Every update multiplies all old weights by beta and gives the new value 1 - beta.",
        "The first value is special: it starts with the weight 1, then it is multiplied by beta "
        "n - 1 times.",
    ),
    explanation="""
    The sum of the squared weights is the factor by which the noise shrinks. At $\\beta = 0.9$ it
    is 0.674 after 3 epochs and still 0.195 after 10: the average needs many epochs to reach its
    final 1/19.
    """,
)

EXERCISES = (_ERROR_RATIO, _HALF_HISTOGRAMS, _TWIN, _FEATURES, _MEMORY)
