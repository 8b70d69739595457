"""Exercises of notebook 12: an impostor, a memory for drift, a dip behind losses, whose clicks."""

from functools import cache

import numpy as np
from scipy.special import expit

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...circuit_simulator.measured_clicks.validation import impostors
from ..exercise import Exercise, Mistake, drawn, expect

# 12.1 ------------------------------------------------------------------------------------------


def three_dips():
    """Return P(both detectors click) for (a), (b) and (c), as a list."""
    return [0.0, 0.5, 0.25]


_SPLITTER = TimeBinInterferometer((1, 1), (1,))


def _both_click(source):
    return float(source.click_probabilities([np.pi / 4])[3].round(12))


def _three_numbers(answer):
    """There are three probabilities, one number each."""
    expect(np.shape(answer()), (3,), given="the shape of your result")


def _identical(answer):
    """(a) Identical photons: the simulator is asked."""
    expect(answer()[0], _both_click(_SPLITTER), given="identical photons")


def _distinguishable(answer):
    """(b) Distinguishable photons: the simulator is asked."""
    other = impostors(_SPLITTER)["distinguishable photons"]
    expect(answer()[1], _both_click(other), given="distinguishable photons")


def _mean_field(answer):
    """(c) The mean field: its exact probabilities are asked."""
    other = impostors(_SPLITTER)["mean field"]
    expect(answer()[2], _both_click(other), given="mean field")


_THREE_DIPS = Exercise(
    number="12.1",
    name="three dips",
    difficulty=1,
    minutes=6,
    task="""
        Predict with pen and paper. One photon enters each input of a 50:50 splitter. With what
        probability do **both detectors click** if

        - (a) the photons are identical;
        - (b) they are distinguishable;
        - (c) an impostor makes the clicks? It draws a phase $\\varphi$, each value being equally
          likely. Then two photons go their own ways, each to the first bin with probability
          $p = (1 + \\cos\\varphi) / 2$. (This is the **mean-field sampler**.)

        The check asks the simulator.
        """,
    reference=three_dips,
    laws=(_three_numbers, _identical, _distinguishable, _mean_field),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: [0.0, 0.5, 0.5],
            "(a) and (b) are right. In (c) both photons of a shot share one phase: average "
            "2 p (1 - p) over it, not p.",
        ),
        Mistake(
            lambda: [0.0, 0.5, 0.0],
            "(a) and (b) are right. The impostor's photons bunch, but no amplitudes cancel: is "
            "there any phase at which they can part?",
        ),
        Mistake(
            lambda: [0.5, 0.5, 0.25],
            "(b) and (c) are right. In (a) two amplitudes lead to one photon in each bin; add them "
            "before you square.",
        ),
        Mistake(
            lambda: [0.0, 0.5, 0.125],
            "(a) and (b) are right. In (c) the two photons can part in two ways: the first here "
            "and the second there, or the other way round.",
        ),
    ),
    hints=(
        "(a) is the dip of Hong, Ou and Mandel, (b) are two coins.",
        "In (c), given the phase, the photons part with probability 2 p (1 - p).",
        "2 p (1 - p) = sin^2(phi) / 2, and the mean of sin^2 is 1/2.",
    ),
    explanation="""
        (c) $2p(1-p) = \\tfrac12 \\sin^2\\varphi$, in the mean $1/4$. Half of the dip is seen
        without any interference between photons. At this splitter the mean field looks like
        $V = 1/2$, at other angles like another $V$ or like none. So a dip of less than a half
        proves nothing, and neither does bunching alone: an experiment has to rule this impostor
        out.
        """,
)

# 12.2 ------------------------------------------------------------------------------------------


def best_memory(step, noise):
    """Return the share beta of the old average at which the mean square error is smallest.

    step: mean squared step of the exact histogram from one epoch to the next, >= 0.
    noise: mean squared noise of one epoch's histogram, > 0.
    """
    ratio = step / noise
    return 1 + ratio / 2 - np.sqrt(ratio + ratio**2 / 4)


def _square_error(beta, step, noise):
    """Return the mean square error of the average, term by term of its memory."""
    ages = np.arange(4000)
    weights = (1 - beta) * beta**ages  # of the histogram of so many epochs ago
    behind = np.cumsum(weights[::-1])[::-1][1:]  # a step so long ago is not yet in the average
    return noise * np.sum(weights**2) + step * np.sum(behind**2)


def _no_other_memory(answer):
    """No other memory gives a smaller error; the law adds it up, epoch by epoch."""
    betas = np.linspace(0.0, 0.99, 400)
    for step, noise in drawn(0).uniform(0.01, 1.0, (4, 2)):
        errors = [_square_error(beta, step, noise) for beta in betas]
        given = f"step = {step:.3f}, noise = {noise:.3f}, the best of 400 memories"
        expect(answer(step, noise), betas[np.argmin(errors)], given=given, tolerance=0.004)


def _only_the_ratio(answer):
    """Twice the noise and twice the step want the same memory."""
    step, noise = drawn(1).uniform(0.05, 0.5, 2)
    given = f"step = {step:.3f}, noise = {noise:.3f}, both doubled"
    expect(answer(2 * step, 2 * noise), answer(step, noise), given=given)


def _still(answer):
    """A device that stands still wants the longest memory."""
    expect(answer(0.0, 0.3), 1.0, given="step = 0, noise = 0.3")


_MEMORY = Exercise(
    number="12.2",
    name="how long a memory?",
    difficulty=2,
    minutes=15,
    task="""
        A device drifts by small independent steps. In an epoch the exact histogram's squared step
        is $d$ in the mean (`step`), and the squared noise of the shots is $a$ (`noise`). With the
        average
        $m_t = \\beta\\,m_{t-1} + (1-\\beta)\\,h_t$ the squared error is, in the mean,

        $$\\frac{1-\\beta}{1+\\beta}\\,a + \\frac{\\beta^2}{1-\\beta^2}\\,d .$$

        Find the $\\beta$ at which it is smallest: by hand or by search. The paper has 0.9: for
        which drift is that best?
        """,
    reference=best_memory,
    laws=(_no_other_memory, _only_the_ratio, _still),
    probes=lambda: [(0.02, 0.3), (0.5, 0.1), (0.3, 0.3)],
    mistakes=(
        Mistake(
            lambda step, noise: 0.9,
            "0.9 is the paper's. A device that drifts faster wants to forget sooner.",
        ),
        Mistake(
            lambda step, noise: 1 / (1 + step / (2 * noise)),
            "There smoothing is as good as no smoothing; it is best before that.",
        ),
        Mistake(
            lambda step, noise: (
                1
                + noise / max(step, 1e-9) / 2
                - np.sqrt(noise / max(step, 1e-9) + (noise / max(step, 1e-9)) ** 2 / 4)
            ),
            "Step and noise have changed places: much drift wants a short memory.",
        ),
        Mistake(
            lambda step, noise: (
                1 + step / (2 * noise) + np.sqrt(step / noise + (step / noise) ** 2 / 4)
            ),
            "The other root of the quadratic: this memory is longer than 1, and would grow.",
        ),
    ),
    hints=(
        "Draw the error over beta: the noise falls, the lag rises.",
        "Both terms have the denominator 1 - beta^2: (1 - beta)^2 a + beta^2 d over it. Set its "
        "derivative to zero; much cancels.",
        "(1 - beta)^2 / beta = d / a, a quadratic equation; the root below 1 counts.",
    ),
    explanation="""
        The derivative is zero if $\\beta\\,d = (1-\\beta)^2 a$, so $(1-\\beta)^2 / \\beta = d/a$.
        For $\\beta = 0.9$ that is $0.01/0.9$: a step of a tenth of the noise. (In exercise 2.3 all
        steps pointed one way; random ones partly cancel.) A device that moves
        in one epoch as far as its shots scatter wants
        $\\beta = 0.38$. (Smoothing as such helps while $d/a < 2(1-\\beta)/\\beta$.)
        """,
    private_inputs=lambda rng: (rng.uniform(0.0, 1.0), rng.uniform(0.05, 1.0)),
)

# 12.3 ------------------------------------------------------------------------------------------


def dip_behind_losses(counts):
    """Return V where the likelihood is largest, and both ends of its 95 % interval.

    counts: (3,) shots with no click, one click, and clicks of both detectors.
    """
    V = np.linspace(0, 1, 201)[:, None]
    eta = np.linspace(0.005, 1, 200)[None, :]
    none = (1 - eta) ** 2 * np.ones_like(V)
    both = eta**2 * (1 - V) / 2
    p = np.stack([none, 1 - none - both, both])  # (3, 201, 200)
    log_p = np.log(np.maximum(p, 1e-300))  # what is impossible costs much
    log_likelihood = np.tensordot(counts, log_p, axes=1)
    profile = log_likelihood.max(axis=1)  # the best efficiency for each V
    inside = V[profile > profile.max() - 1.92, 0]
    return V[profile.argmax(), 0], inside.min(), inside.max()


def _shares(V, eta):
    """Return the probability of no click, one and two: the simulator is asked."""
    device = TimeBinInterferometer((1, 1), (1,), indistinguishability=V, efficiency=eta)
    p = device.click_probabilities([np.pi / 4])
    return np.array([p[0], p[1] + p[2], p[3]])


def _three_in_order(answer):
    """There are three numbers in [0, 1]: the estimate lies in its interval."""
    V, low, high = answer(np.array([40, 340, 20]))
    given = "40, 340 and 20 shots: 0 <= lower end <= V <= upper end <= 1"
    expect(bool(0 <= low <= V <= high <= 1), True, given=given)


def _expected_counts(answer):
    """Counts that are exactly those expected of a device give its V, whatever it loses."""
    for V, eta in ((0.0, 0.6), *drawn(2).uniform((0.1, 0.3), (0.95, 0.95), (4, 2))):
        given = f"V = {V:.3f}, efficiency = {eta:.3f}, the expected counts of 200,000 shots"
        expect(answer(200_000 * _shares(V, eta))[0], V, given=f"{given}: V", tolerance=0.02)


def _the_truth_is_inside(answer):
    """Most measurements, about 95 of 100, have the true V in their interval."""
    V, eta, n = 0.5, 0.4, 1000
    draws = drawn(3).multinomial(n, _shares(V, eta), 100)
    inside = [low <= V <= high for _, low, high in map(answer, draws)]
    given = f"V = {V}, efficiency = {eta}, {n} shots, 100 times: the truth inside at least 87 times"
    expect(bool(np.sum(inside) >= 87), True, given=given)


def _a_perfect_dip(answer):
    """Where both never click together, V = 1 fits best, and smaller ones are not ruled out."""
    V, low, high = answer(np.array([90, 410, 0]))
    expect((V, high), (1.0, 1.0), given="90, 410 and 0 shots: V and upper end")
    expect(bool(0.8 < low < 1.0), True, given="90, 410 and 0 shots: 0.8 < lower end < 1")


def _error_of_both(V, eta, n):
    """Return the standard error of V: what the scatter of the three counts leads to."""
    none, _, both = _shares(V, eta)
    slopes = np.array([-2 * both / (eta**3 * np.sqrt(none)), -2 / eta**2])  # of V, by the shares
    share = np.array([none, both])
    scatter = (np.diag(share) - np.outer(share, share)) / n
    return np.sqrt(slopes @ scatter @ slopes)


def _as_wide_as_two_unknowns(answer):
    """The interval is as wide as two unknowns, V and efficiency, make it: about 4 errors of V."""
    for V, eta, n in ((0.25, 0.95, 2_000), (0.6, 0.6, 2_000), (0.6, 0.6, 8_000)):
        _, low, high = answer(n * _shares(V, eta))
        ratio = (high - low) / (2 * 1.96 * _error_of_both(V, eta, n))
        given = f"V = {V}, efficiency = {eta}, {n:,} expected shots: width over 2 * 1.96 errors"
        expect(ratio, 1.0, given=given, tolerance=0.14)


@cache
def _sizes():
    V, eta = np.linspace(0, 1, 201)[:, None], np.linspace(0.005, 1, 200)[None, :]
    return V, eta


def _dip_variant(*, power=2, drop=1.92, profile=None, none=None):
    def answer(counts):
        V, eta = _sizes()
        empty = (none or (lambda eta: (1 - eta) ** 2))(eta) * np.ones_like(V)
        both = eta**power * (1 - V) / 2
        p = np.stack([empty, 1 - empty - both, both])
        height = np.tensordot(counts, np.log(np.maximum(p, 1e-300)), axes=1)
        along = (profile or (lambda height: height.max(axis=1)))(height)
        inside = V[along > along.max() - drop, 0]
        return V[along.argmax(), 0], inside.min(), inside.max()

    return answer


def _no_loss(counts):
    V = np.linspace(0, 1, 201)
    p = np.clip((1 - V) / 2, 1e-300, 1.0)
    height = counts[2] * np.log(p) + (np.sum(counts) - counts[2]) * np.log1p(-p)
    inside = V[height > height.max() - 1.92]
    return V[height.argmax()], inside[0], inside[-1]


def _one_efficiency(height):
    return height[:, height.max(axis=0).argmax()]


_DIP = Exercise(
    number="12.3",
    name="the dip behind losses",
    difficulty=3,
    minutes=30,
    task="""
        One photon enters each side of a 50:50 splitter. A laboratory counts shots with
        no, one and two clicks. The efficiency $\\eta$ of a photon's detection is
        **not known**. Estimate the visibility $V$, with an interval.

        1. Write down the three probabilities. Two photons must survive, and part:
           $P(\\text{both}) = \\eta^2 (1-V)/2$.
        2. The log likelihood sums counts times log probabilities. Take a grid of $V$ and $\\eta$,
           in steps of 0.005, and put $10^{-300}$ for a probability of zero.
        3. For each $V$ keep the best $\\eta$: the **profile**. Its top is the estimate; the 95 %
           interval is every $V$ less than 1.92 below the top: half the 95 % quantile of $\\chi^2$.
        """,
    reference=dip_behind_losses,
    laws=(
        _three_in_order,
        _expected_counts,
        _a_perfect_dip,
        _as_wide_as_two_unknowns,
        _the_truth_is_inside,
    ),
    probes=lambda: [(np.array([8, 1292, 700]),), (np.array([90, 410, 0]),)],
    mistakes=(
        Mistake(
            _no_loss,
            "You took every lost photon for a sign of bunching. How often do both photons survive?",
        ),
        Mistake(
            _dip_variant(power=1),
            "Both clicks need *both* photons: the efficiency counts twice.",
        ),
        Mistake(
            _dip_variant(none=lambda eta: 1 - eta),
            "No click means that both photons were lost: (1 - eta)^2.",
        ),
        Mistake(
            _dip_variant(drop=3.84),
            "3.84 is the quantile of twice the drop: the interval is too wide.",
        ),
        Mistake(
            _dip_variant(profile=_one_efficiency),
            "You fixed the efficiency at its best value. It is not known: for every V take the "
            "efficiency that fits best with this V, or the interval is too narrow.",
        ),
        Mistake(
            lambda counts: dip_behind_losses(np.asarray(counts) / np.sum(counts)),
            "Shares forget how many shots there were: multiply log probabilities by the counts.",
        ),
    ),
    hints=(
        "One click is what remains: 1 - P(none) - P(both). A grid is V[:, None] next to "
        "eta[None, :].",
        "log_likelihood = sum of counts[k] * log(p[k]), of shape (201, 200). A probability may be "
        "0: np.maximum(p, 1e-300) before the logarithm.",
        "profile = log_likelihood.max(axis=1); inside = V[profile > profile.max() - 1.92]; return "
        "V at profile.argmax(), inside.min(), inside.max().",
    ),
    explanation="""
        The shots *without* a click tell the efficiency, those with *two* clicks the visibility:
        two unknowns, two shares. So the interval of $V$ includes that $\\eta$ is uncertain. It may
        end at 1, where a standard error would promise more than a perfect dip; there the rule of
        1.92 is only roughly right. With $\\eta = 0.3$ only nine shots in a hundred
        keep both photons; the others say next to nothing about $V$. `calibrate` does the same for
        a whole device, with an offset of the angles for each loop.
        """,
    private_inputs=lambda rng: (rng.multinomial(500, _shares(*rng.uniform(0.2, 0.9, 2))),),
)

# 12.4 ------------------------------------------------------------------------------------------


def whose_clicks(p_device, p_impostor, patterns):
    """Return the probability that the clicks are the device's, if both were equally probable.

    p_device, p_impostor: (n_patterns,) probability of each click pattern, above 0.
    patterns: (n_shots,) integers, the pattern of each shot.
    """
    scores = np.log(p_device[patterns]) - np.log(p_impostor[patterns])
    return expit(scores.sum())


def _two_sources(seed, n_patterns=8):
    rng = drawn(seed)
    return (*rng.dirichlet(np.full(n_patterns, 3.0), 2), rng)


def _no_shot(answer):
    """Without a shot, nothing is known: 1/2."""
    p, q, _ = _two_sources(130)
    expect(answer(p, q, np.zeros(0, dtype=int)), 0.5, given="no shot")


def _one_shot(answer):
    """One shot: Bayes' rule, p / (p + q)."""
    p, q, _ = _two_sources(131)
    for k in range(3):
        expect(answer(p, q, np.array([k])), p[k] / (p[k] + q[k]), given=f"one shot, pattern {k}")


def _who_is_who(answer):
    """Device and impostor change places: what was P is 1 - P."""
    p, q, rng = _two_sources(132)
    shots = rng.integers(8, size=5)
    expect(answer(q, p, shots), 1 - answer(p, q, shots), given="5 shots, places changed")


def _in_two_parts(answer):
    """The odds of all shots are the product of the odds of two parts."""
    p, q, rng = _two_sources(133)
    shots = rng.integers(8, size=12)
    odds = [answer(p, q, part) / (1 - answer(p, q, part)) for part in (shots, shots[:5], shots[5:])]
    expect(odds[0] / (odds[1] * odds[2]), 1.0, given="12 shots; 5 and 7 of them, ratio of the odds")


def _many_shots(answer):
    """Of 50,000 shots, their source is certain, and the result still is a number."""
    p, q, rng = _two_sources(134)
    for truth, source in ((1.0, p), (0.0, q)):
        shots = rng.choice(8, 50_000, p=source)
        expect(answer(p, q, shots), truth, given="50,000 shots of one of both", tolerance=1e-6)


_WHOSE_CLICKS = Exercise(
    number="12.4",
    name="whose clicks?",
    difficulty=2,
    minutes=10,
    task="""
        You know the exact probability of every click pattern for your device and for an impostor,
        and you have measured shots. Beforehand both are equally probable. How probable is the
        device **after** the shots? It has to work for 50,000 of them.
        (`expit` turns log odds into a probability.)
        """,
    reference=whose_clicks,
    laws=(_no_shot, _one_shot, _who_is_who, _in_two_parts, _many_shots),
    probes=lambda: [(*_two_sources(135)[:2], np.array([0, 3, 3, 7]))],
    mistakes=(
        Mistake(
            lambda p, q, k: np.exp((np.log(p[k]) - np.log(q[k])).sum()),
            "Those are the odds. A probability is odds / (1 + odds).",
        ),
        Mistake(
            lambda p, q, k: expit((np.log(p[k]) - np.log(q[k])).mean()) if len(k) else 0.5,
            "The mean forgets how many shots there are: independent shots multiply the odds.",
        ),
        Mistake(
            lambda p, q, k: expit((np.log(q[k]) - np.log(p[k])).sum()),
            "That is the probability of the impostor.",
        ),
        Mistake(
            lambda p, q, k: np.mean(p[k] > q[k]) if len(k) else 0.5,
            "A vote per shot throws away by how much each shot speaks for one of both.",
        ),
    ),
    hints=(
        "Bayes: the odds after the shots are the odds before them (1) times the ratio of the two "
        "likelihoods.",
        "Shots are independent: the logarithm of the ratio is a sum over them.",
        "From log odds L to a probability: 1 / (1 + exp(-L)); expit (imported above) does it "
        "without overflow.",
    ),
    explanation="""
        Each shot adds its score $\\log p - \\log q$. For the device's clicks its mean is a
        Kullback-Leibler divergence, for the impostor's *minus* one, with p and q exchanged: so the
        odds grow or fall exponentially. But a probability near 1 says only that the device is
        *the better of two*. Clicks of a third kind may favour it just as well: compare the mean
        score with the one that
        is expected.
        """,
)

EXERCISES = (_THREE_DIPS, _MEMORY, _DIP, _WHOSE_CLICKS)
