"""Exercises of notebook 01: photons that meet, coins that do not, a sampler, and clicks."""

from itertools import combinations_with_replacement, permutations, product
from math import factorial, prod

import numpy as np

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ..exercise import Exercise, Mistake, drawn, expect


def _network(n_modes, seed):
    """Return the matrix of two loops over a few bins, with random angles."""
    angles = drawn(seed).uniform(-np.pi, np.pi, 2 * (n_modes - 1))
    return TimeBinInterferometer((1,) * n_modes).unitary(angles)


_FIFTY = np.sqrt(0.5) * np.array([[1.0, 1.0], [-1.0, 1.0]])

# --- 1.1 -----------------------------------------------------------------------------------


def one_in_each_bin():
    """Return the three probabilities, of (a), (b) and (c), as a list."""
    return [0.25, 0.5, 1.0]


def _coincidence(input_state, *angles):
    circuit = TimeBinInterferometer(input_state, (1,) * len(angles))
    states, probabilities = circuit.photon_probabilities(angles)
    return probabilities[(states == 1).all(axis=1)].sum().round(12)  # 0, not 4.9e-32


def _three_numbers(answer):
    """There are three probabilities, one number each."""
    expect(np.shape(answer()), (3,), given="the shape of your result")


def _from_both_sides(answer):
    """(a) A photon from each side: the simulator is asked for P(1 and 1)."""
    given = "one splitter at 30 degrees, input |1, 1>"
    expect(answer()[0], _coincidence((1, 1), np.pi / 6), given=given)


def _from_one_side(answer):
    """(b) Both photons from the same side: the simulator is asked for P(1 and 1)."""
    expect(answer()[1], _coincidence((2, 0), np.pi / 4), given="one splitter, input |2, 0>")


def _twice(answer):
    """(c) A second splitter follows: the simulator is asked for P(1 and 1)."""
    expect(
        answer()[2], _coincidence((1, 1), np.pi / 4, np.pi / 4), given="two splitters, input |1, 1>"
    )


_ONE_IN_EACH_BIN = Exercise(
    number="1.1",
    name="Do photons always bunch?",
    difficulty=1,
    minutes=6,
    task="""
    Work it out with pen and paper; the two photons are identical. With what probability is **one
    photon found in each bin** after

    - (a) one splitter at 30° ($\\theta = \\pi/6$), a photon from each side, written
      $|1, 1\\rangle$;
    - (b) one 50:50 splitter, both photons from the same side, written $|2, 0\\rangle$;
    - (c) two 50:50 splitters, one after the other, a photon from each side?
    """,
    reference=one_in_each_bin,
    laws=(_three_numbers, _from_both_sides, _from_one_side, _twice),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: [0.625, 0.5, 0.5],
            "those are independent coins. Ask first in how many ways the two photons can end up "
            "in different bins, and add the *amplitudes* of these ways.",
        ),
        Mistake(
            lambda: [0.0, 0.0, 0.0],
            "bunching is no glue. At 45 degrees two amplitudes cancel; look how much of them "
            "cancels in (a), and whether anything does in (b) and (c).",
        ),
        Mistake(
            lambda: [0.25, 0.5, 0.0],
            "(a) and (b) are right. In (c) the second splitter does not act on two bunched "
            "balls: what is the matrix of both splitters together?",
        ),
        Mistake(
            lambda: [0.25, 0.5, 0.5],
            "(a) and (b) are right. In (c) each photon meets two splitters; multiply their "
            "matrices before you ask where the photons go.",
        ),
        Mistake(
            lambda: [0.25, 0.0, 1.0],
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
    (a) Both stay or both change: $\\cos^2\\theta - \\sin^2\\theta = 3/4 - 1/4$, squared 1/4;
    classical particles would have $9/16 + 1/16 = 5/8$. (b) The permanent is $2 \\cos\\theta \\,
    (-\\sin\\theta) = -1$; squared and divided by $2! \\cdot 1! \\cdot 1!$ it gives 1/2: here
    identical photons behave like coins. (c) Two 50:50 splitters are one full exchange, so the
    bunched photons part again, with certainty. Bunching is interference, and interference can be
    undone.
    """,
)

# --- 1.2 -----------------------------------------------------------------------------------


def permanent(M):
    """Add the products over all ways to pair rows with columns, as section 4 does."""
    n = len(M)
    return sum(prod(M[i, order[i]] for i in range(n)) for order in permutations(range(n)))


def sample_clicks(U, photons, n_shots, rng, identical):
    """Sample the clicks behind a network, for identical photons or for classical particles.

    Parameters
    ----------
    U : (m, m) array, real; U[i, j] leads from bin j to bin i
    photons : list of the bins that photons enter in, one in each
    n_shots, rng : int, np.random.Generator
    identical : bool

    Returns
    -------
    (n_shots, m) array of 0 and 1
    """
    outcomes = list(combinations_with_replacement(range(len(U)), len(photons)))
    chances = []
    for bins in outcomes:
        table = U[np.ix_(bins, photons)]
        ways = permanent(table) ** 2 if identical else permanent(table**2)
        chances.append(ways / prod(map(factorial, np.bincount(bins))))
    clicks = np.zeros((n_shots, len(U)), dtype=int)
    for shot, number in zip(clicks, rng.choice(len(outcomes), n_shots, p=chances), strict=True):
        shot[list(outcomes[number])] = 1
    return clicks


_SHOTS = 20_000


def _sampled(answer, U, photons, identical, n_shots=_SHOTS):
    """Return an answer's clicks and what was given, or say that they have another form."""
    clicks = answer(U.copy(), list(photons), n_shots, drawn(20), identical)
    given = f"{len(U)} bins, photons {list(photons)}, {n_shots:,} shots, identical = {identical}"
    expect(np.shape(clicks), (n_shots, len(U)), given=f"{given}, shape of the clicks")
    clicks = np.asarray(clicks, dtype=float)
    expect(np.unique(clicks).tolist() in ([0, 1], [1], [0]), True, given=f"{given}, only 0 and 1")
    return clicks, given


def _certain(answer):
    """Where each photon has one way only, every shot is the same, for both kinds of light."""
    U = np.eye(4)[[1, 2, 3, 0]]  # what enters bin 1 leaves in bin 0, and so on
    for identical in (True, False):
        clicks, given = _sampled(answer, U, [1, 3], identical, n_shots=3)
        expect(clicks, [[1, 0, 1, 0]] * 3, given=f"{given}, U moves all by one bin")


def _one_photon_alone(answer):
    """One photon leaves in each bin as often as |U|^2 says, whatever kind it is."""
    U = _network(4, 21)
    for identical in (True, False):
        clicks, given = _sampled(answer, U, [2], identical)
        said = f"{given}: share of clicks in each bin"
        expect(clicks.mean(axis=0), U[:, 2] ** 2, given=said, tolerance=0.025)


def _at_a_splitter(answer):
    """Behind a 50:50 splitter identical photons never click apart, classical ones in half."""
    for identical, apart in ((True, 0.0), (False, 0.5)):
        clicks, given = _sampled(answer, _FIFTY, [0, 1], identical)
        said = f"50:50 splitter, {given}: share of shots with two clicks"
        expect((clicks.sum(axis=1) == 2).mean(), apart, given=said, tolerance=0.025)


def _every_pattern(answer):
    """Every pattern of clicks is as frequent as the exact probability says."""
    for state, loops in (((1, 1, 1), (1, 1)), ((1, 0, 1, 0), (1, 1)), ((0, 1, 1, 1), (1,))):
        angles = drawn(23).uniform(-np.pi, np.pi, len(loops) * (len(state) - 1))
        places = 2 ** np.arange(len(state))[::-1]
        for identical in (True, False):
            circuit = TimeBinInterferometer(state, loops, indistinguishability=float(identical))
            U, photons = circuit.unitary(angles), np.flatnonzero(state)
            clicks, given = _sampled(answer, U, photons.tolist(), identical)
            shares = np.bincount((clicks @ places).astype(int), minlength=2 ** len(state)) / _SHOTS
            said = f"{given}: share of each pattern, 0...0 to 1...1"
            expect(shares, circuit.click_probabilities(angles), given=said, tolerance=0.025)


def _sampler(ways, correct=True, count=False):
    """Return a sampler with other ways to an outcome, without factorials, or of numbers."""

    def sample(U, photons, n_shots, rng, identical):
        outcomes = list(combinations_with_replacement(range(len(U)), len(photons)))
        chances = np.array([ways(U[np.ix_(bins, photons)], identical) for bins in outcomes])
        if correct:
            chances /= [prod(map(factorial, np.bincount(bins))) for bins in outcomes]
        shots = rng.choice(len(outcomes), n_shots, p=chances / chances.sum())
        numbers = np.array([np.bincount(bins, minlength=len(U)) for bins in outcomes])[shots]
        return numbers if count else (numbers > 0).astype(int)

    return sample


def _ways(table, identical):
    return permanent(table) ** 2 if identical else permanent(table**2)


_SAMPLE_CLICKS = Exercise(
    number="1.2",
    name="A sampler for both kinds of photons",
    difficulty=3,
    minutes=30,
    task="""
    Build the simulator of this notebook for a few photons. Your function samples the clicks behind
    a network `U`, for identical photons and for classical particles. Three steps: list all
    outcomes, find the probability of each, draw. An outcome says how many photons leave in each
    bin. The detectors are threshold detectors: a bin with two photons clicks once.

    For identical photons use section 4. For classical particles the same sum over all ways is
    needed; only the square moves to another place. Where does it go? You may call `permanent`,
    `factorial` and `combinations_with_replacement`.
    """,
    reference=sample_clicks,
    laws=(_certain, _one_photon_alone, _at_a_splitter, _every_pattern),
    probes=lambda: [
        (_network(3, 4), [0, 1], 200, np.random.default_rng(1), identical)
        for identical in (True, False)
    ],
    mistakes=(
        Mistake(
            _sampler(lambda table, identical: permanent(table) ** 2),
            "both kinds bunch. Classical particles have no amplitudes: square every entry of the "
            "table first, then add up the ways.",
        ),
        Mistake(
            _sampler(lambda table, identical: permanent(table**2)),
            "both kinds are classical: for identical photons amplitudes are added first, and the "
            "sum is squared.",
        ),
        Mistake(
            _sampler(_ways, correct=False),
            "outcomes with two photons in one bin come too often: the permanent counts each of "
            "their ways twice. Divide by the factorials.",
        ),
        Mistake(
            _sampler(lambda table, identical: 1.0),
            "all outcomes are equally likely here. The network decides: take the rows in which "
            "photons leave, the columns in which they enter.",
        ),
        Mistake(
            lambda U, *rest: sample_clicks(U.T, *rest),
            "rows and columns are exchanged: U[i, j] leads from bin j to bin i.",
        ),
        Mistake(
            _sampler(_ways, count=True),
            "these are photon numbers. A threshold detector clicks once, however many arrive.",
        ),
    ),
    hints=(
        "List an outcome by its bins: (0, 0, 2) has two photons in bin 0 and one in bin 2. "
        "combinations_with_replacement(range(len(U)), len(photons)) gives each of them once.",
        "The table of an outcome is U[np.ix_(bins, photons)]. Identical: permanent(table) ** 2. "
        "Classical: the chances of the ways add, so square the entries.",
        "Divide by prod(map(factorial, np.bincount(bins))). Then rng.choice(len(outcomes), "
        "n_shots, p=chances) draws an outcome for each shot, and its bins click.",
    ),
    explanation="""
    Photons: add, then square. Classical particles: square, then add. Everything that is quantum
    about this circuit stands in the place of one square. For one photon the table is a single
    entry, there is nothing to add, and both kinds agree.

    The list of outcomes is what makes this slow: 8 photons in 16 bins have 490,314 of them. The
    helper's sampler never writes the list (`circuit_simulator/sampling`).
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
    nearly $1/e \\approx 0.37$. The probabilities of single bins (the marginals) do not determine
    those of patterns.
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
    The mean photon numbers are the same for both kinds.
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

EXERCISES = (_ONE_IN_EACH_BIN, _SAMPLE_CLICKS, _CLICKS_OF_COINS, _MEAN_CLICKS)
