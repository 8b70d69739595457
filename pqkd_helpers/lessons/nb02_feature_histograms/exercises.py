"""Exercises of notebook 02: what histograms forget, how they are made, how much to average."""

import numpy as np

from ...feature_histograms import EMA, HistogramFeature, click_histograms
from ..exercise import Exercise, Mistake, drawn, expect

# --- 2.1 -----------------------------------------------------------------------------------


def twin(joint):
    """Return the joint distribution with the same z in which both halves rise together.

    Parameters
    ----------
    joint : (n, n) array
        joint[a, b]: probability that the first half reads a and the second reads b.

    Returns
    -------
    (n, n) array
    """
    first, second = joint.sum(axis=1), joint.sum(axis=0)
    result = np.zeros_like(joint)
    a = b = 0
    while a < len(first) and b < len(second):
        both = min(first[a], second[b])
        result[a, b] = both
        first[a] -= both
        second[b] -= both
        if first[a] == 0:
            a += 1
        else:
            b += 1
    return result


def _normalised(values):
    return values / values.sum()


def _joint(seed, n=4):
    return _normalised(drawn(seed).exponential(size=(n, n)) ** 2)


def _a_law(answer):
    """The result is a probability distribution: no entry is negative, and the sum is 1."""
    got = np.asarray(answer(_joint(4)))
    expect(got.shape, (4, 4), given="the shape for a 4 x 4 table")
    expect(min(got.min(), 0.0), 0.0, given="the smallest entry")
    expect(got.sum(), 1.0, given="the sum of all entries")


def _same_histograms(answer):
    """Both halves have the histograms that they had before."""
    for joint in (_joint(5), _joint(6, 6)):
        got = np.asarray(answer(joint.copy()))
        expect(got.sum(axis=1), joint.sum(axis=1), given="the first half's histogram")
        expect(got.sum(axis=0), joint.sum(axis=0), given="the second half's histogram")


def _equal_halves(answer):
    """Where both halves have one histogram, they always read the same number."""
    shares = _normalised(drawn(9).uniform(0.5, 1.5, 4))
    got = answer(np.outer(shares, shares))
    expect(got, np.diag(shares), given="independent halves with equal histograms")


def _never_crossed(answer):
    """Of two numbers of the first half, the larger never goes with the smaller of the second."""
    got = np.asarray(answer(_joint(10, 6)))
    taken = np.argwhere(got > 1e-12)
    crossed = [(a, b, c, d) for a, b in taken for c, d in taken if a < c and b > d]
    expect(len(crossed), 0, given="a random 6 x 6 table: pairs of entries that are crossed")


_TWIN = Exercise(
    number="2.1",
    name="A twin that z cannot tell apart",
    difficulty=2,
    minutes=20,
    task="""
    *What does the feature forget?* showed two distributions with one $z$. In one of them the
    halves were independent. Build the opposite, from any joint distribution: a twin with the same
    two histograms in which the halves *rise together*. Small numbers of the first half go with
    small numbers of the second, large with large. Of any two shots, none may be ahead in one half
    and behind in the other.

    Begin in the corner: how much probability can the entry (0, 0) take at most? Which row or column
    is then used up, and where do you go next?
    """,
    reference=twin,
    laws=(_a_law, _same_histograms, _equal_halves, _never_crossed),
    probes=lambda: [(_joint(7),), (_joint(8, 3),)],
    private_inputs=lambda rng: (_normalised(rng.random((5, 5))),),
    mistakes=(
        Mistake(
            lambda joint: np.array(joint),
            "that is the same distribution again. Keep its sums over rows and columns, and "
            "nothing else.",
        ),
        Mistake(
            lambda joint: np.outer(joint.sum(axis=1), joint.sum(axis=0)),
            "that is the product: same z, but the halves know nothing of each other. Here they "
            "should rise together.",
        ),
        Mistake(
            lambda joint: np.diag(joint.sum(axis=1)),
            "on the diagonal alone the second half gets the histogram of the first. Where the "
            "second has less room, the rest must go to the next column.",
        ),
        Mistake(
            lambda joint: twin(joint.T),
            "rows and columns are swapped: the first half runs along the rows (axis 0), so its "
            "histogram is the sum over axis 1.",
        ),
        Mistake(
            lambda joint: twin(joint[:, ::-1])[:, ::-1],
            "these halves go against each other: large numbers of the one with small of the other.",
        ),
    ),
    hints=(
        "The histograms of the two halves are all you need: joint.sum(axis=1), joint.sum(axis=0).",
        "Entry (a, b) takes what is left of both, the smaller of the two. Subtract it from both.",
        "If nothing is left of row a, go to row a + 1, else to column b + 1, until one runs out.",
    ),
    explanation="""
    Two worlds, one $z$: in the first the halves are independent, in the second one half tells
    almost everything about the other. The network sees no difference. So $z$ does not "hold the
    quantum state": of 65,536 probabilities 512 sums are left, and how the halves go together is
    lost. (Such a table is known as the *north-west corner* of a transport
    problem.)
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
    `np.bincount`, which is many times faster than Python loops.
    """,
)

# --- 2.3 -----------------------------------------------------------------------------------


def best_beta(noise, drift):
    """Return the beta that keeps the moving average nearest to a histogram that moves.

    Parameters
    ----------
    noise : float
        Mean squared distance of one measurement from the exact histogram.
    drift : float
        Distance that the exact histogram moves from epoch to epoch, always the same way.

    Returns
    -------
    float, a multiple of 0.01 from 0 to 0.99
    """
    betas = np.arange(100) / 100
    errors = noise * (1 - betas) / (1 + betas) + (drift * betas / (1 - betas)) ** 2
    return betas[np.argmin(errors)]


def _stands_still(answer):
    """Without drift there is no price: as much memory as may be, 0.99."""
    expect(answer(0.01, 0.0), 0.99, given="noise = 0.01, drift = 0")


def _no_noise(answer):
    """Without noise there is nothing to average: 0."""
    expect(answer(0.0, 0.1), 0.0, given="noise = 0, drift = 0.1")


def _the_unit_is_free(answer):
    """Lengths three times as large change nothing: the noise is a squared length."""
    noise, drift = drawn(14).uniform(0.5, 1.5), drawn(15).uniform(0.05, 0.2)
    one, three = answer(noise, drift), answer(9 * noise, 3 * drift)
    given = f"noise = {9 * noise:.3f}, drift = {3 * drift:.3f}, and both in other units"
    expect(three, one, given=given, tolerance=0.011)


def _measured(answer):
    """In a run of 300 epochs, 1,000 times over, no other beta is clearly better."""
    for drift in (0.03, 0.3):
        rng, betas, noise = drawn(16), np.arange(100) / 100, 0.5
        average, place = np.zeros((1000, 100)), 0.0
        for _ in range(300):
            place += drift
            new = place + noise**0.5 * rng.normal(size=(1000, 1))
            average = betas * average + (1 - betas) * new
        errors = ((average - place) ** 2).mean(axis=0)[:96]  # more needs a longer run
        beta = answer(noise, drift)
        given = f"noise = {noise}, drift = {drift}: beta = {beta}, error over the least error"
        expect(0.0 <= beta <= 0.95, True, given=f"{given}: beta is between 0 and 0.95")
        expect(max(errors[round(100 * beta)] / errors.min(), 1.1), 1.1, given=given)


def _least_on_paper(answer):
    """Noise that is left, plus the squared distance by which the average lags, is least there."""
    for noise, drift in ((0.0095, 0.01), (1.0, 1.0), (drawn(17).uniform(0.1, 1.0), 0.05)):
        weights = {beta / 100: (beta / 100) ** np.arange(4000.0) for beta in range(100)}
        errors = {
            beta: noise * ((1 - beta) * w @ w * (1 - beta))
            + (drift * (1 - beta) * (w @ np.arange(4000.0))) ** 2
            for beta, w in weights.items()
        }
        given = f"noise = {noise:.4f}, drift = {drift}"
        expect(answer(noise, drift), min(errors, key=errors.get), given=given)


def _choice(error):
    """Return a choice of beta that makes another error least."""
    betas = np.arange(100) / 100
    return lambda noise, drift: betas[np.argmin(error(betas, noise, drift))]


_BEST_BETA = Exercise(
    number="2.3",
    name="How much memory?",
    difficulty=2,
    minutes=20,
    task="""
    Is $\\beta = 0.9$ a good choice? That depends on how fast the angles move. Let the exact
    histogram move by the same small step in every epoch. A long memory then averages more noise
    away, and lags further behind. Decide: which $\\beta$ keeps the moving average nearest to the
    exact histogram of *this* epoch, in the mean square, after many epochs? You may calculate with
    the table of the moving average (noise and *squared* lag add up), or simulate.
    """,
    reference=best_beta,
    laws=(_stands_still, _no_noise, _the_unit_is_free, _measured, _least_on_paper),
    probes=lambda: [(0.0095, 0.01), (1.0, 0.3), (0.2, 0.05)],
    private_inputs=lambda rng: (rng.uniform(0.1, 1.0), rng.uniform(0.02, 0.5)),
    mistakes=(
        Mistake(
            lambda noise, drift: 0.99,
            "most memory has the least noise, but it lags ninety-nine epochs behind.",
        ),
        Mistake(
            lambda noise, drift: 0.9,
            "that is the paper's choice for all cases. Yours should depend on noise and drift.",
        ),
        Mistake(
            _choice(lambda b, n, d: n * (1 - b) / (1 + b) + d * b / (1 - b)),
            "a squared distance (noise) and a distance (lag times drift) are added. Square the "
            "second.",
        ),
        Mistake(
            _choice(lambda b, n, d: n * (1 - b) ** 2 / (1 + b) + (d * b / (1 - b)) ** 2),
            "that is the jump from epoch to epoch. Here the distance from the exact histogram "
            "counts.",
        ),
        Mistake(
            _choice(lambda b, n, d: n * (1 - b) + (d * b / (1 - b)) ** 2),
            "the noise that is left is not 1 - beta of it: the weights are squared in a variance.",
        ),
    ),
    hints=(
        "Two terms: what is left of the noise, and how far the average lags behind.",
        "The table divides the noise by (1 + beta) / (1 - beta). A lag of beta / (1 - beta) epochs "
        "at drift per epoch is a distance.",
        "Compute noise * (1 - b) / (1 + b) + (drift * b / (1 - b)) ** 2 for b = np.arange(100) / "
        "100 and take the smallest.",
    ),
    explanation="""
    Noise falls with memory, lag grows with it, and in between lies the best choice. Only the ratio
    of the squared drift to the noise decides: four times the shots, a quarter of the noise, and a
    shorter memory is best. One $\\beta$ for a whole training is a compromise, since the angles do
    not move equally fast from beginning to end.
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
    (n_epochs, 2 * 2^(n_modes / 2)) array; |z|^2 of each row is the number of its entries
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
    The first epoch has no past: there, the average is its histogram. Bits and halves are in the
    order of exercise 2.2.
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

EXERCISES = (_TWIN, _HALF_HISTOGRAMS, _BEST_BETA, _FEATURES)
