"""Exercises of notebook 02: what histograms forget, which bins are hit, how much to average."""

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
    minutes=15,
    task="""
    *What does the feature forget?* showed two distributions with one $z$. In one of them the
    halves were independent. Build the opposite, from any joint distribution: a twin with the same
    two histograms in which the halves *rise together*. Small numbers of the first half go with
    small numbers of the second, large with large. Of any two shots, none may be ahead in one half
    and behind in the other: if (2, 7) can occur, (5, 3) cannot.

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
    Two worlds, one $z$: whatever the halves had to do with each other in the first, in the second
    one half tells almost everything about the other. The network sees no difference. So $z$ does
    not "hold the quantum state": of 65,536 probabilities 512 sums are left, and how the halves go
    together is lost. (Such a table is known as the *north-west corner* of a transport problem.)
    """,
)

# --- 2.2 -----------------------------------------------------------------------------------


def bins_hit(probabilities, n_shots):
    """Return how many bins are hit at least once, on average over many experiments.

    Parameters
    ----------
    probabilities : (n_bins,) array
        Probability of each bin of one histogram; they sum to 1.
    n_shots : int
        Shots of one experiment, independent of each other.

    Returns
    -------
    float
    """
    never = (1 - probabilities) ** n_shots  # chance that all shots miss the bin
    return (1 - never).sum()


def _one_shot_one_bin(answer):
    """A single shot hits exactly one bin, however the probability is spread."""
    for n_bins in (1, 4, 256):
        probabilities = drawn(n_bins).dirichlet(np.ones(n_bins))
        got = answer(probabilities, 1)
        expect(got, 1.0, given=f"{n_bins} bins, one shot", tolerance=1e-6)


def _two_shots(answer):
    """Two shots hit two bins, unless the second falls into the bin of the first."""
    probabilities = drawn(1).dirichlet(np.ones(6))
    expected = 2 - (probabilities**2).sum()
    given = f"probabilities {np.round(probabilities, 2).tolist()}, two shots"
    expect(answer(probabilities, 2), expected, given=given, tolerance=1e-6)


def _certain_and_impossible(answer):
    """A bin of probability 1 is always hit, one of probability 0 never."""
    expect(answer(np.array([0.0, 1.0, 0.0]), 200), 1.0, given="probabilities 0, 1, 0; 200 shots")


def _counted(answer):
    """In 4,000 experiments, the mean number of bins that were hit agrees."""
    rng = drawn(2)
    for n_bins, n_shots in ((8, 5), (64, 200)):
        probabilities = rng.dirichlet(np.full(n_bins, 0.3))
        counts = rng.multinomial(n_shots, probabilities, size=4000)
        given = f"{n_bins} bins, {n_shots} shots"
        mean = np.count_nonzero(counts, axis=1).mean()
        expect(answer(probabilities, n_shots), mean, given=given, tolerance=0.015 * mean)


_BINS_HIT = Exercise(
    number="2.2",
    name="How many bins are hit?",
    difficulty=2,
    minutes=10,
    task="""
    200 shots left most of our 512 bins empty. Could that have been calculated beforehand, from the
    exact probabilities? Write how many bins of one histogram are hit at least once, on average
    over many experiments.

    The bins are not independent: a shot that falls into one bin falls into no other. Why does that
    not matter for a mean?
    """,
    reference=bins_hit,
    laws=(_one_shot_one_bin, _two_shots, _certain_and_impossible, _counted),
    probes=lambda: [(np.full(4, 0.25), 3), (drawn(3).dirichlet(np.ones(9)), 20)],
    private_inputs=lambda rng: (rng.dirichlet(np.full(8, 0.5)), int(rng.integers(2, 60))),
    mistakes=(
        Mistake(
            lambda probabilities, n_shots: np.minimum(1, n_shots * probabilities).sum(),
            "n_shots * p is the mean number of *shots* in a bin. Several may fall into one bin, "
            "which is then hit once.",
        ),
        Mistake(
            lambda probabilities, n_shots: ((1 - probabilities) ** n_shots).sum(),
            "these are the bins that no shot hits. The others are wanted.",
        ),
        Mistake(
            lambda probabilities, n_shots: np.count_nonzero(probabilities),
            "that many bins can be hit. With few shots, rare ones stay empty.",
        ),
        Mistake(
            lambda probabilities, n_shots: (
                len(probabilities) * (1 - (1 - 1 / len(probabilities)) ** n_shots)
            ),
            "that holds if all bins are equally probable. Each has its own probability.",
        ),
        Mistake(
            lambda probabilities, n_shots: (1 - np.exp(-n_shots * probabilities)).sum(),
            "close, for rare bins. A bin stays empty if each single shot misses it: multiply these "
            "chances.",
        ),
    ),
    hints=(
        "Take one bin and ask the opposite: with what chance does it stay empty?",
        "One shot misses the bin with the chance 1 - p; n_shots independent shots all miss it with "
        "(1 - p) ** n_shots.",
        "The mean of a sum is the sum of the means: sum (1 - (1 - p) ** n_shots) over the bins.",
    ),
    explanation="""
    The mean of a sum is the sum of the means, whether its terms are independent or not. The same
    rule gave the shot noise of all 512 bins from that of one.
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
    minutes=15,
    task="""
    Is $\\beta = 0.9$ a good choice? That depends on how fast the angles move. Let the exact
    histogram move by the same small step in every epoch. A long memory then averages more noise
    away, and lags further behind. Decide: which $\\beta$ keeps the moving average nearest to the
    exact histogram of *this* epoch, in the mean square, after many epochs? You may simulate. Or
    calculate with the table of the moving average: it trails by lag times drift. The square of
    that, and what is left of the noise, add up.
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
    minutes=20,
    task="""
    Build the whole way of this notebook, with NumPy alone: clicks become two half histograms, the
    histograms of the epochs go through the moving average, and the average is scaled so that
    $|z|^2$ is the number of its entries.
    The first epoch has no past: there, the average is its histogram. The first bit of a half
    counts most, and the first half comes first.
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
        "One epoch first: two halves, two numbers for each shot, counts, relative frequencies, "
        "joined to one vector h.",
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

EXERCISES = (_TWIN, _BINS_HIT, _BEST_BETA, _FEATURES)
