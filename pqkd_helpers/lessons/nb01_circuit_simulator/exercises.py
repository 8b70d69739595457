"""Exercises of notebook 01: photons that meet, coins that do not, clicks, and darkness."""

from itertools import permutations, product

import numpy as np

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ..exercise import Exercise, Mistake, drawn, expect, shown


def _network(n_modes, seed):
    """Return the matrix of two loops over a few bins, with random angles."""
    angles = drawn(seed).uniform(-np.pi, np.pi, 2 * (n_modes - 1))
    return TimeBinInterferometer((1,) * n_modes).unitary(angles)


def _splitter(theta):
    return np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]])


# --- 1.1 -----------------------------------------------------------------------------------


def one_in_each_bin():
    """Return the three probabilities, of (a), (b) and (c), as a list."""
    return [0.0, 0.5, 1.0]


def _coincidence(input_state, n_splitters):
    circuit = TimeBinInterferometer(input_state, (1,) * n_splitters)
    states, probabilities = circuit.photon_probabilities([np.pi / 4] * n_splitters)
    return probabilities[(states == 1).all(axis=1)].sum().round(12)  # 0, not 4.9e-32


def _three_numbers(answer):
    """There are three predictions, one number each."""
    expect(np.shape(answer()), (3,), given="the shape of your result")


def _from_both_sides(answer):
    """(a) A photon from each side: the simulator is asked for P(1 and 1)."""
    expect(answer()[0], _coincidence((1, 1), 1), given="one splitter, input |1, 1>")


def _from_one_side(answer):
    """(b) Both photons from the same side: the simulator is asked for P(1 and 1)."""
    expect(answer()[1], _coincidence((2, 0), 1), given="one splitter, input |2, 0>")


def _twice(answer):
    """(c) A second splitter follows: the simulator is asked for P(1 and 1)."""
    expect(answer()[2], _coincidence((1, 1), 2), given="two splitters, input |1, 1>")


_ONE_IN_EACH_BIN = Exercise(
    number="1.1",
    name="Do photons always bunch?",
    difficulty=1,
    minutes=6,
    task="""
    Predict before you compute. All splitters are 50:50 ($\\theta = \\pi/4$), the two photons are
    identical. With what probability is **one photon found in each bin** after

    - (a) one splitter, a photon from each side, written $|1, 1\\rangle$;
    - (b) one splitter, both photons from the same side, written $|2, 0\\rangle$;
    - (c) two splitters, one after the other, a photon from each side?
    """,
    reference=one_in_each_bin,
    laws=(_three_numbers, _from_both_sides, _from_one_side, _twice),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: [0.5, 0.5, 0.5],
            "those are independent coins. Ask first in how many ways the two photons can end up "
            "in different bins, and add the *amplitudes* of these ways.",
        ),
        Mistake(
            lambda: [0.0, 0.0, 0.0],
            "bunching is no glue. Photons bunch in (a) because two amplitudes cancel; look "
            "whether there is something to cancel in (b) and (c).",
        ),
        Mistake(
            lambda: [0.0, 0.5, 0.0],
            "(a) and (b) are right. In (c) the second splitter does not act on two bunched "
            "balls: what is the matrix of both splitters together?",
        ),
        Mistake(
            lambda: [0.0, 0.5, 0.5],
            "(a) and (b) are right. In (c) each photon meets two splitters; multiply their "
            "matrices before you ask where the photons go.",
        ),
        Mistake(
            lambda: [0.0, 0.0, 1.0],
            "(a) and (c) are right. In (b) both ways to put one photon into each bin have the "
            "*same* sign: nothing cancels.",
        ),
    ),
    hints=(
        "Write down the permanent for each case; two terms are all there is.",
        "In (b) both columns of the 2 x 2 table are the same column of B, and |2, 0> brings a 2! "
        "under the square of the permanent.",
        "In (c) two splitters of 45 degrees are one of 90 degrees: each photon surely changes "
        "its bin.",
    ),
    explanation="""
    (a) Both stay or both change: $\\cos^2\\theta - \\sin^2\\theta = 0$. (b) The permanent is
    $2 \\cos\\theta \\, (-\\sin\\theta) = -1$; squared and divided by $2! \\cdot 1! \\cdot 1!$ it
    gives 1/2: here identical photons behave like coins. (c) Two 50:50 splitters are one full
    exchange, so the bunched photons part again, with certainty. Bunching is interference, and
    interference can be undone.
    """,
)

# --- 1.2 -----------------------------------------------------------------------------------


def loop_sampler(photons, theta, n_shots, rng):
    """Sample the clicks behind one loop of length 1, each photon following its own coins.

    Parameters
    ----------
    photons : (m,) array of 0 and 1, the bins that photons enter in
    theta : (m - 1,) array, radians; beam splitter k joins bins k and k + 1, k = 0 first
    n_shots : int
    rng : np.random.Generator, the coins

    Returns
    -------
    (n_shots, m) array of 0 and 1
    """
    clicks = np.zeros((n_shots, len(photons)), dtype=int)
    for start in np.flatnonzero(photons):
        place = np.full(n_shots, start)
        for k, angle in enumerate(theta):
            meets = (place == k) | (place == k + 1)
            crosses = meets & (rng.random(n_shots) < np.sin(angle) ** 2)
            place = np.where(crosses, 2 * k + 1 - place, place)
        clicks[np.arange(n_shots), place] = 1
    return clicks


def _sampled(answer, photons, theta, n_shots=20_000):
    """Return an answer's clicks and what was given, or say that they have another form."""
    clicks = answer(np.array(photons), np.array(theta), n_shots, drawn(20))
    given = f"photons {list(photons)}, theta = {shown(np.array(theta))}, {n_shots:,} shots"
    expect(np.shape(clicks), (n_shots, len(photons)), given=f"{given}, shape of the clicks")
    clicks = np.asarray(clicks, dtype=float)
    expect(np.unique(clicks).tolist() in ([0, 1], [1], [0]), True, given=f"{given}, only 0 and 1")
    return clicks, given


def _no_coin_needed(answer):
    """At 0 every photon stays in its bin; at pi/2 it crosses wherever it meets a beam splitter."""
    photons = [1, 0, 1, 0, 0]
    for angle, expected in ((0.0, photons), (np.pi / 2, [0, 1, 0, 0, 1])):
        clicks, given = _sampled(answer, photons, [angle] * 4, n_shots=3)
        expect(clicks, [expected] * 3, given=given)


def _one_photon_alone(answer):
    """One photon leaves in each bin as often as |U|^2 says."""
    theta = drawn(21).uniform(0.3, 1.3, 4)
    for start in range(5):
        photons = [int(k == start) for k in range(5)]
        clicks, given = _sampled(answer, photons, theta)
        U = TimeBinInterferometer(tuple(photons), (1,)).unitary(theta)
        said = f"{given}: share of clicks in each bin"
        expect(clicks.mean(axis=0), U[:, start] ** 2, given=said, tolerance=0.025)


def _independent_photons(answer):
    """Two photons toss different coins: the chances of one bin staying dark multiply."""
    theta = drawn(22).uniform(0.5, 1.1, 3)
    U = TimeBinInterferometer((1, 1, 0, 0), (1,)).unitary(theta)
    clicks, given = _sampled(answer, [1, 1, 0, 0], theta)
    expected = (1 - U[:, 0] ** 2) * (1 - U[:, 1] ** 2)
    said = f"{given}: share of dark shots, bin by bin"
    expect(1 - clicks.mean(axis=0), expected, given=said, tolerance=0.025)


def _walk(photons, theta, n_shots, rng, *, chance, coins, count=False):
    """Return the clicks of a walk with another chance to cross, or other coins."""
    found = np.zeros((n_shots, len(photons)), dtype=int)
    shared = coins(rng, n_shots, len(theta))
    for start in np.flatnonzero(photons):
        place, tossed = np.full(n_shots, start), shared
        for k, angle in enumerate(theta):
            meets = (place == k) | (place == k + 1)
            coin = rng.random(n_shots) if tossed is None else tossed[k]
            place = np.where(meets & (coin < chance(angle)), 2 * k + 1 - place, place)
        if count:
            found[np.arange(n_shots), place] += 1
        else:
            found[np.arange(n_shots), place] = 1
    return found


def _walker(*, chance=lambda angle: np.sin(angle) ** 2, coins=lambda *_: None, count=False):
    return lambda photons, theta, n_shots, rng: _walk(
        photons, theta, n_shots, rng, chance=chance, coins=coins, count=count
    )


_LOOP_SAMPLER = Exercise(
    number="1.2",
    name="A loop's sampler from coins",
    difficulty=2,
    minutes=20,
    task="""
    Build a sampler for *classical* photons in one loop of length 1. Beam splitter $k$ joins the
    bins $k$ and $k+1$; a photon that is in one of them crosses to the other with probability
    $\\sin^2\\theta_k$, else it stays. Begin with $k = 0$. The detectors are threshold detectors:
    a bin with two photons clicks once.

    For a single photon these coins are exact, although the real thing has amplitudes. Why? (Count
    the ways to each bin.)
    """,
    reference=loop_sampler,
    laws=(_no_coin_needed, _one_photon_alone, _independent_photons),
    probes=lambda: [
        (np.array([1, 1, 0, 1]), np.array([0.5, 0.9, 0.7]), 40, np.random.default_rng(k))
        for k in (1, 2)
    ],
    mistakes=(
        Mistake(
            _walker(chance=lambda angle: np.cos(angle) ** 2),
            "at angle 0 your photons cross. They stay: the chance to cross is sin^2.",
        ),
        Mistake(
            _walker(chance=lambda angle: abs(np.sin(angle))),
            "sin is the amplitude to cross; the probability is its square.",
        ),
        Mistake(
            _walker(coins=lambda rng, n_shots, n: rng.random((n, 1))),
            "one coin is tossed for all shots, so every shot is the same.",
        ),
        Mistake(
            _walker(coins=lambda rng, n_shots, n: rng.random((n, n_shots))),
            "all photons of a shot use the same coins, so they go together. Each tosses its own.",
        ),
        Mistake(
            _walker(count=True),
            "these are photon numbers. A threshold detector clicks once, however many arrive.",
        ),
    ),
    hints=(
        "One photon, one shot: where is it after beam splitter 0, after 1, and so on?",
        "It can only cross at k if it is in bin k or k + 1; then k + 1 becomes k, and k becomes "
        "k + 1. Who stayed behind in bin k meets no further beam splitter.",
        "For all shots at once: place = np.full(n_shots, start); crosses = meets & "
        "(rng.random(n_shots) < np.sin(angle) ** 2); place = np.where(crosses, 2 * k + 1 - place, "
        "place).",
    ),
    explanation="""
    In one loop there is one single way from each bin to each bin: so no two amplitudes are added,
    and the square of a product is the product of the squares. A second loop gives several ways,
    and two identical photons may exchange theirs: there the coins fail, and amplitudes are needed.
    """,
)

# --- 1.3 -----------------------------------------------------------------------------------


def clicks_of_coins(p):
    """Return the probabilities of 0, 1, ..., m clicks of m independent coins.

    Parameters
    ----------
    p : (m,) array
        Probability of a click of each coin.

    Returns
    -------
    (m + 1,) array
    """
    chances = np.array([1.0])
    for click in p:
        chances = np.append((1.0 - click) * chances, 0.0) + np.append(0.0, click * chances)
    return chances


_SPREAD = np.array([0.6, 0.25, 0.1, 0.05])


def _one_coin(answer):
    """One coin: no click with probability 1 - p, one click with probability p."""
    expect(answer(np.array([0.3])), [0.7, 0.3], given="p = [0.3]")


def _sums_to_one(answer):
    """Some number of clicks must occur: the m + 1 probabilities sum to 1."""
    got = np.asarray(answer(_SPREAD))
    expect(got.shape, (5,), given=f"p = {_SPREAD.tolist()} (the shape of your result)")
    expect(got.sum(), 1.0, given=f"p = {_SPREAD.tolist()} (the sum of your result)")


def _mean_is_kept(answer):
    """Coins keep the mean: on average there are sum(p) clicks."""
    got = np.asarray(answer(_SPREAD)) @ np.arange(5)
    expect(got, 1.0, given=f"p = {_SPREAD.tolist()} (the mean of your result)")


def _all_patterns(answer):
    """Listing all 2^m patterns of heads and tails gives the same numbers."""
    for p in (_SPREAD, np.array([0.9, 0.5, 0.0, 0.2, 1.0])):
        expected = np.zeros(len(p) + 1)
        for bits in product((0, 1), repeat=len(p)):
            expected[sum(bits)] += np.where(bits, p, 1.0 - p).prod()
        expect(answer(p), expected, given=f"p = {p.tolist()}")


_CLICKS_OF_COINS = Exercise(
    number="1.3",
    name="How many coins click?",
    difficulty=2,
    minutes=12,
    task="""
    One photon, sixteen coins: how many clicks does the article's sampler give? Write the exact
    probabilities, without sampling. (Sixteen coins have 65,536 patterns; adding one coin at a time
    is shorter.)
    """,
    reference=clicks_of_coins,
    laws=(_one_coin, _sums_to_one, _mean_is_kept, _all_patterns),
    probes=lambda: [(_SPREAD,), (np.array([0.2, 0.3, 0.5]),)],
    private_inputs=lambda rng: (rng.random(rng.integers(3, 8)),),
    mistakes=(
        Mistake(
            lambda p: np.eye(len(p) + 1)[1],
            "that is what one photon does, not what coins do: the same probability in every bin "
            "does not fix how the bins go together.",
        ),
        Mistake(
            lambda p: np.array(
                [
                    np.prod([1.0 - np.mean(p)] * (len(p) - k))
                    * np.mean(p) ** k
                    * np.prod(np.arange(len(p) - k + 1, len(p) + 1))
                    / max(1.0, float(np.prod(np.arange(1, k + 1))))
                    for k in range(len(p) + 1)
                ]
            ),
            "that is the binomial distribution with the average probability. Here every coin has "
            "its own.",
        ),
        Mistake(
            lambda p: np.array([1.0 - np.sum(p), *p]),
            "the probability that coin i clicks is not the probability of i clicks.",
        ),
        Mistake(
            lambda p: np.array([np.prod(1.0 - p), np.sum(p), *([0.0] * (len(p) - 1))]),
            "sum(p) is the mean number of clicks, not the probability of exactly one.",
        ),
    ),
    hints=(
        "With no coin at all there are surely 0 clicks. What changes when one coin is added?",
        "k clicks after the new coin: k before and it stays silent, or k - 1 before and it clicks.",
        "new[k] = (1 - p) old[k] + p old[k - 1], one coin after the other.",
    ),
    explanation="""
    For one photon the sum of the probabilities is 1, so that the *mean* of one click is right. The
    distribution is not: no click has the probability $\\prod_i (1 - p_i)$, anything from 0 to
    $1/e \\approx 0.37$. The probabilities of single bins (the marginals) do not determine the
    probability of patterns.
    """,
)

# --- 1.4 -----------------------------------------------------------------------------------


def mean_clicks(U, identical):
    """Return the mean clicks of every bin when one photon enters each of bins 0 and 1.

    Parameters
    ----------
    U : (m, m) array
        Transfer matrix, real; U[i, j] leads from bin j to bin i.
    identical : bool
        Identical photons, or classical (distinguishable) ones.

    Returns
    -------
    (m,) array
    """
    a, b = U[:, 0] ** 2, U[:, 1] ** 2
    both = 2.0 * a * b if identical else a * b
    return a + b - both


_FIFTY = np.sqrt(0.5) * np.array([[1.0, 1.0], [-1.0, 1.0]])


def _fifty_fifty(answer):
    """Identical photons leave a 50:50 splitter together: each bin clicks in half of the shots."""
    expect(answer(_FIFTY, True), [0.5, 0.5], given="50:50 splitter, identical photons")


def _fifty_fifty_classical(answer):
    """Behind a 50:50 splitter a bin stays dark for two classical photons with chance 1/4."""
    expect(answer(_FIFTY, False), [0.75, 0.75], given="50:50 splitter, classical photons")


def _no_meeting(answer):
    """Photons that never meet on a splitter make one click each."""
    U = np.eye(3)
    for identical in (True, False):
        expect(answer(U, identical), [1.0, 1.0, 0.0], given=f"U = 1, identical = {identical}")


def _bunching_is_darker(answer):
    """Bunching never makes a bin click more often."""
    U = _network(5, 1)
    gap = np.asarray(answer(U, False)) - np.asarray(answer(U, True))
    expect(np.minimum(gap, 0.0), np.zeros(5), given="5 bins, random angles: classical - identical")


def _agrees_with_the_simulator(answer):
    """The simulator, asked for all click patterns, has the same means."""
    bits = np.array(list(product((0, 1), repeat=4)))
    angles = drawn(2).uniform(-np.pi, np.pi, 6)
    for identical in (True, False):
        circuit = TimeBinInterferometer((1, 1, 0, 0), indistinguishability=float(identical))
        expected = circuit.click_probabilities(angles) @ bits
        got = answer(circuit.unitary(angles), identical)
        expect(got, expected, given=f"4 bins, two loops, random angles, identical = {identical}")


def _added_amplitudes(U, identical):
    return (U[:, 0] + U[:, 1]) ** 2 if identical else mean_clicks(U, False)


def _without_factorial(U, identical):
    a, b = U[:, 0] ** 2, U[:, 1] ** 2
    return a + b - 4.0 * a * b if identical else a + b - a * b


_MEAN_CLICKS = Exercise(
    number="1.4",
    name="What bunching does to the clicks",
    difficulty=2,
    minutes=12,
    task="""
    One photon enters bin 0, one enters bin 1. Write the mean number of clicks of every bin behind a
    network `U`, for identical and for classical photons. A bin that gets both photons has 2 photons
    but clicks once, so $\\text{mean clicks} = \\text{mean photons} - P(\\text{both in this bin})$.
    The mean photon numbers are the same for both kinds; what about the second term?
    """,
    reference=mean_clicks,
    laws=(
        _fifty_fifty,
        _fifty_fifty_classical,
        _no_meeting,
        _bunching_is_darker,
        _agrees_with_the_simulator,
    ),
    probes=lambda: [(_network(m, m), identical) for m in (3, 4) for identical in (True, False)],
    mistakes=(
        Mistake(
            lambda U, identical: mean_clicks(U, False),
            "mean photon numbers do not notice interference, but clicks do: find the "
            "probability that both photons share the bin, by the permanent.",
        ),
        Mistake(
            lambda U, identical: U[:, 0] ** 2 + U[:, 1] ** 2,
            "these are mean photon numbers. A bin that gets both photons clicks only once.",
        ),
        Mistake(
            _added_amplitudes,
            "amplitudes of *one* photon by several ways add. Two photons from two bins are two "
            "photons: their mean numbers add, and the permanent tells how often they meet.",
        ),
        Mistake(
            _without_factorial,
            "the permanent is 2 U[i, 0] U[i, 1]; its square must be divided by 2! for the two "
            "photons that leave in the same bin.",
        ),
        Mistake(
            lambda U, identical: mean_clicks(U, not identical),
            "the two kinds are exchanged: identical photons bunch and click less.",
        ),
        Mistake(
            lambda U, identical: mean_clicks(U.T, identical),
            "rows and columns are exchanged: U[i, j] leads from bin j to bin i, so a photon that "
            "enters bin 0 has the amplitudes of *column* 0.",
        ),
    ),
    hints=(
        "Classical photons: P(both in bin i) is the product of two single-photon probabilities.",
        "Identical photons: both rows of the 2 x 2 table are row i. What is its permanent?",
        "P(both in bin i) is U[i, 0]**2 U[i, 1]**2, twice as much for identical photons.",
    ),
    explanation="""
    Two identical photons share a bin exactly twice as often as classical ones ($n!$ times for $n$
    photons). From mean photon numbers nobody can tell the two kinds; from mean clicks anybody can,
    with enough shots and wherever the photons meet.
    """,
)

# --- 1.5 -----------------------------------------------------------------------------------


def no_light(A, dark):
    """Return the probability that identical photons leave all of some bins dark.

    Parameters
    ----------
    A : (m, n) array, real
        One column per photon, all from different bins: its amplitudes to leave in each of m bins.
    dark : list of int
        The bins that must stay dark.

    Returns
    -------
    float in [0, 1]
    """
    n = A.shape[1]
    rows = A[list(dark)]
    M = np.eye(n) - rows.T @ rows
    ways = [M[np.arange(n), list(order)] for order in permutations(range(n))]
    return np.prod(ways, axis=1).sum()


def _columns(n_modes, n_photons, seed):
    return _network(n_modes, seed)[:, :n_photons]


def _nothing_asked(answer):
    """No bin must stay dark: that is certain."""
    expect(answer(_columns(4, 2, 0), []), 1.0, given="4 bins, 2 photons, dark = []")


def _nowhere_to_go(answer):
    """All bins dark: impossible, the photons must leave somewhere."""
    expect(answer(_columns(4, 2, 0), [0, 1, 2, 3]), 0.0, given="4 bins, 2 photons, all dark")


def _one_photon(answer):
    """One photon misses the dark bins with what probability is left for the others."""
    A = _columns(4, 1, 1)
    expect(answer(A, [0, 2]), A[1, 0] ** 2 + A[3, 0] ** 2, given="1 photon, dark = [0, 2]")


def _bunched_half_of_the_time(answer):
    """Behind a 50:50 splitter, bin 0 is dark in half of the shots (classical photons: 1/4)."""
    expect(answer(_FIFTY, [0]), 0.5, given="50:50 splitter, dark = [0]")


def _sum_of_outcomes(answer):
    """Adding up all outcomes without a photon in the dark bins gives the same."""
    angles = drawn(3).uniform(-np.pi, np.pi, 8)
    for state in ((1, 1, 0, 0, 0), (1, 0, 1, 1, 0)):
        circuit = TimeBinInterferometer(state)
        A = circuit.unitary(angles)[:, np.flatnonzero(state)]
        states, probabilities = circuit.photon_probabilities(angles)
        for dark in ([1], [0, 2], [0, 1, 3]):
            expected = probabilities[states[:, dark].sum(axis=1) == 0].sum()
            expect(answer(A, dark), expected, given=f"photons in {state}, dark = {dark}")


def _table(A, dark):
    rows = A[list(dark)]
    return np.eye(A.shape[1]) - rows.T @ rows


_NO_LIGHT = Exercise(
    number="1.5",
    name="How likely is darkness?",
    difficulty=3,
    minutes=15,
    task="""
    Write the probability that identical photons leave the bins in `dark` without light. It is the
    permanent of the $n \\times n$ table

    $$M_{jk} = \\delta_{jk} - \\sum_{i \\in \\text{dark}} A_{ij} A_{ik}.$$

    ($\\delta_{jk}$ is 1 for $j = k$ and else 0. Classical photons need the product of the diagonal
    only. You may call `permanent` of section 4.)
    """,
    reference=no_light,
    laws=(
        _nothing_asked,
        _nowhere_to_go,
        _one_photon,
        _bunched_half_of_the_time,
        _sum_of_outcomes,
    ),
    probes=lambda: [(_columns(5, 3, 4), dark) for dark in ([1], [0, 2], [0, 1, 3])],
    mistakes=(
        Mistake(
            lambda A, dark: np.prod(np.diag(_table(A, dark))),
            "the product of the diagonal is for classical photons. Identical ones need all "
            "orders, not the straight one alone.",
        ),
        Mistake(
            lambda A, dark: np.linalg.det(_table(A, dark)),
            "that is the determinant, with minus signs: it describes fermions, such as "
            "electrons, which avoid each other.",
        ),
        Mistake(
            lambda A, dark: no_light(A, dark) ** 2,
            "M holds products of two amplitudes already: its permanent is a probability, "
            "not to be squared again.",
        ),
        Mistake(
            lambda A, dark: no_light(A, sorted(set(range(len(A))) - set(dark))),
            "the roles of dark and bright bins are exchanged: without the 1 the table holds "
            "the light *in* the dark bins.",
        ),
    ),
    hints=(
        "For one photon M is a single number: 1 minus the probability to leave in a dark bin.",
        "Take the rows of A in `dark`; their table of products is rows.T @ rows.",
        "M = np.eye(n) - rows.T @ rows, and its permanent is a sum over all permutations.",
    ),
    explanation="""
    $M_{jk}$ is the overlap of what photons j and k send to the *bright* bins. The permanent adds
    up every exchange of identical photons. Its straight order alone, the diagonal, is the
    classical answer; the other orders always add up to something not negative (a theorem on such
    tables), so that identical photons leave any set of bins dark more often, or as often.
    """,
)

EXERCISES = (_ONE_IN_EACH_BIN, _LOOP_SAMPLER, _CLICKS_OF_COINS, _MEAN_CLICKS, _NO_LIGHT)
