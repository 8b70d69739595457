"""Exercises of notebook 05: SPSA from nothing, predictions, a fair loss, a shift, blindness."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...spsa import SPSA
from ..exercise import Answer, Exercise, Mistake, drawn, expect, shown

Vector = Any  # an array as the notebooks write it

# 5.1 -------------------------------------------------------------------------------------------


def spsa_path(loss, theta, n_steps, a, c, bound, rng):
    """Return the angles before the first step and after every step, (n_steps + 1, d).

    loss: function that takes angles (d,) and returns a number; a step calls it twice.
    theta: (d,) radians, the start; a step size; c: shift in radians, > 0.
    bound: angles are clipped to [-bound, bound] after every step.
    rng: np.random.Generator, the coins.
    """
    path = [np.array(theta, dtype=float)]
    for _ in range(n_steps):
        here = path[-1]
        direction = rng.choice([-1.0, 1.0], size=len(here))
        difference = loss(here + c * direction) - loss(here - c * direction)
        estimate = difference / (2 * c) * direction
        path.append(np.clip(here - a * estimate, -bound, bound))
    return np.array(path)


class _Watched:
    """A loss of a few angles that remembers where it was asked and what it said."""

    def __init__(self, rng: np.random.Generator, d: int, steepness: float = 1.0) -> None:
        self._lowest, self._steepness = rng.uniform(-1.0, 1.0, d), steepness
        self.points: list[Vector] = []
        self.losses: list[float] = []

    def __call__(self, theta: Vector) -> float:
        point = np.array(theta, dtype=float)
        value = self._steepness * float(np.sum((point - self._lowest) ** 2) + np.sin(point).prod())
        self.points.append(point)
        self.losses.append(value)
        return value

    def seen_from(self, path: Vector) -> tuple[Vector, Vector]:
        """Return shifts (n, 2, d) of the points from the angles, and losses (n, 2), of n steps."""
        points = np.reshape(self.points, (-1, 2, path.shape[1]))
        return points - path[:-1, None], np.reshape(self.losses, (-1, 2))


def _run(
    answer: Answer, draw: int, d: int, n_steps: int, **changes: Any
) -> tuple[Vector, _Watched, Vector, str]:
    """Return an answer's path, the loss that it was given, its start, and what was given."""
    rng = drawn(draw)
    loss = _Watched(rng, d, changes.pop("steepness", 1.0))
    theta = changes.pop("theta", rng.uniform(-1.0, 1.0, d))
    numbers = {"a": 0.05, "c": 0.1, "bound": np.pi, **changes}
    handed_in = theta.copy()
    path = answer(loss, handed_in, n_steps, *numbers.values(), rng)
    given = f"{d} angles, {n_steps} steps, a = {numbers['a']:g}, c = {numbers['c']:g}"
    expect(np.shape(path), (n_steps + 1, d), given=f"{given}, shape of the path")
    expect(len(loss.points), 2 * n_steps, given=f"{given}, calls of loss")
    expect(handed_in, theta, given=f"{given}, the array that was handed in, afterwards")
    return np.asarray(path, dtype=float), loss, theta, given


def _begins_at_the_start(answer: Answer) -> None:
    """The path begins with the start; every step adds a row and asks for two losses, no more."""
    for draw, d, n_steps in ((0, 3, 1), (1, 30, 4), (2, 2, 0)):
        path, _, theta, given = _run(answer, draw, d, n_steps)
        expect(path[0], theta, given=f"{given}, first row of the path")


def _both_sides(answer: Answer) -> None:
    """The two points lie on both sides of the angles, each angle moved by exactly c."""
    for draw, c in ((3, 0.1), (4, 0.7)):
        path, loss, _, given = _run(answer, draw, 4, 5, c=c)
        shifts, _ = loss.seen_from(path)
        expect(np.abs(shifts), np.full((5, 2, 4), c), given=f"{given}, sizes of the shifts")
        expect(shifts.sum(axis=1), np.zeros((5, 4)), given=f"{given}, sum of the two shifts")


def _fair_coins(answer: Answer) -> None:
    """A coin is tossed for every angle in every step: two angles agree about every second time."""
    path, loss, _, given = _run(answer, 5, 4, 600, a=1e-3)
    signs = np.sign(loss.seen_from(path)[0][:, 0])
    for i, j in itertools.combinations(range(4), 2):
        share = float(np.mean(signs[:, i] == signs[:, j]))
        said = f"{given}, share of steps in which angles {i} and {j} move the same way"
        expect(share, 0.5, given=said, tolerance=0.12)


def _down_the_slope(answer: Answer) -> None:
    """A step moves each angle by a times the slope that was measured, downhill along Delta."""
    for draw, a, c in ((6, 0.05, 0.1), (7, 0.2, 0.4)):
        path, loss, _, given = _run(answer, draw, 3, 4, a=a, c=c, bound=np.inf)
        shifts, losses = loss.seen_from(path)
        for k in range(4):
            slope = (losses[k, 0] - losses[k, 1]) / (2 * c)
            said = f"{given}, step {k} with Delta = {shown(shifts[k, 0] / c)}, losses "
            said += f"{losses[k, 0]:.4g} at theta + c Delta and {losses[k, 1]:.4g} at the other"
            expected = -a * slope * shifts[k, 0] / c
            expect(path[k + 1] - path[k], expected, given=f"{said}: the move", tolerance=1e-6)


def _stays_within_the_bound(answer: Answer) -> None:
    """A step that would leave [-bound, bound] ends at the bound; the two points may lie outside."""
    for draw, bound in ((8, np.pi), (9, 1.0)):
        start = bound * np.array([1.0, -1.0, 0.2])
        path, loss, _, given = _run(answer, draw, 3, 6, bound=bound, steepness=40.0, theta=start)
        shifts, losses = loss.seen_from(path)
        said = f"{given}, bound = {bound:.4g}, a steep loss"
        expect(np.abs(shifts), np.full((6, 2, 3), 0.1), given=f"{said}, sizes of the shifts")
        slopes = (losses[:, :1] - losses[:, 1:]) / 0.2
        ends = path[:-1] - 0.05 * slopes * shifts[:, 0] / 0.1
        expect(path[1:], np.clip(ends, -bound, bound), given=f"{said}, the path", tolerance=1e-6)


def _spsa_variant(
    *,
    coins: Callable[..., Vector] = lambda rng, d: rng.choice([-1.0, 1.0], size=d),
    estimate: Callable[..., Vector] | None = None,
    fence: Callable[..., Vector] = lambda x, bound: np.clip(x, -bound, bound),
    with_start: bool = True,
) -> Answer:
    """Return SPSA with one thing changed."""

    def two_sided(loss: Any, here: Vector, s: Vector, c: float, bound: float) -> Vector:
        return (loss(here + c * s) - loss(here - c * s)) / (2 * c) * s

    measure = estimate or two_sided

    def path_of(
        loss: Any, theta: Vector, n_steps: int, a: float, c: float, bound: float, rng: Any
    ) -> Vector:
        path = [np.array(theta, dtype=float)]
        for _ in range(n_steps):
            here = path[-1]
            slopes = measure(loss, here, coins(rng, len(here)), c, bound)
            path.append(fence(here - a * slopes, bound))
        return np.array(path if with_start else path[1:])

    return path_of


def _in_place(
    loss: Any, theta: Vector, n_steps: int, a: float, c: float, bound: float, rng: Any
) -> Vector:
    path = [theta]
    for _ in range(n_steps):
        s = rng.choice([-1.0, 1.0], size=len(theta))
        theta -= a * (loss(theta + c * s) - loss(theta - c * s)) / (2 * c) * s
        np.clip(theta, -bound, bound, out=theta)
        path.append(theta)
    return np.array(path)


def _one_sided(loss: Any, here: Vector, s: Vector, c: float, bound: float) -> Vector:
    return (loss(here + c * s) - loss(here)) / c * s


def _only_c(loss: Any, here: Vector, s: Vector, c: float, bound: float) -> Vector:
    return (loss(here + c * s) - loss(here - c * s)) / c * s


def _no_direction(loss: Any, here: Vector, s: Vector, c: float, bound: float) -> Vector:
    return np.full(len(here), (loss(here + c * s) - loss(here - c * s)) / (2 * c))


def _uphill(loss: Any, here: Vector, s: Vector, c: float, bound: float) -> Vector:
    return (loss(here - c * s) - loss(here + c * s)) / (2 * c) * s


def _fenced_points(loss: Any, here: Vector, s: Vector, c: float, bound: float) -> Vector:
    ends = (np.clip(here + sign * c * s, -bound, bound) for sign in (1.0, -1.0))
    plus, minus = (loss(end) for end in ends)
    return (plus - minus) / (2 * c) * s


def _spsa_probes() -> list[tuple[Any, ...]]:
    def steep(x: Vector) -> float:
        return 6.0 * float(np.sum((np.asarray(x) - [0.3, -0.9, 1.5]) ** 2))

    theta = np.array([1.0, -1.0, 0.4])
    return [(steep, theta.copy(), 5, 0.05, 0.2, 1.0, np.random.default_rng(k)) for k in (1, 2)]


BUILD_SPSA = Exercise(
    number="5.1",
    name="SPSA from nothing",
    difficulty=2,
    minutes=25,
    task="""
        Build the optimiser, without `SPSA` from the package: from the start, toss a coin for every
        angle, measure two losses, take the step, clip; and again, `n_steps` times. The clipping is
        for the angles after a step; the two points may lie outside the bound. `path[k + 1]` is
        where step $k$ ended.

        The check hands in losses that remember where they were asked. It does not mind in which
        order you ask for the two, nor how you toss (`rng.choice([-1.0, 1.0], size=d)` is one way).
        When it is solved, try yours on `bowl` from the section on one step.
        """,
    reference=spsa_path,
    laws=(_begins_at_the_start, _both_sides, _fair_coins, _down_the_slope, _stays_within_the_bound),
    probes=_spsa_probes,
    mistakes=(
        Mistake(
            _spsa_variant(with_start=False),
            "The path lacks its first row, the start: it has n_steps + 1 rows.",
        ),
        Mistake(
            _in_place,
            "`theta -= ...` changes one and the same array, which is then in every row of the path "
            "(and the start that was handed in is lost). Make a new array in every step.",
        ),
        Mistake(
            _spsa_variant(estimate=_one_sided),
            "One of your two points is theta itself. SPSA steps to both sides, so that the "
            "curvature cancels.",
        ),
        Mistake(
            _spsa_variant(coins=lambda rng, d: rng.normal(size=d)),
            "Your directions are normal numbers. SPSA's are signs: each angle moves by c exactly.",
        ),
        Mistake(
            _spsa_variant(coins=lambda rng, d: np.full(d, rng.choice([-1.0, 1.0]))),
            "One coin is tossed for all angles together, so SPSA can only move along one line.",
        ),
        Mistake(
            _spsa_variant(estimate=_only_c),
            "The two points are 2c apart, not c: this is twice the slope.",
        ),
        Mistake(
            _spsa_variant(estimate=_no_direction),
            "That is the slope along Delta, the same number for every angle. An angle that was "
            "moved down needs the opposite sign.",
        ),
        Mistake(
            _spsa_variant(estimate=_uphill),
            "The step goes uphill: the loss at theta + c Delta comes first in the difference, and "
            "the step is taken off.",
        ),
        Mistake(
            _spsa_variant(fence=lambda x, bound: x),
            "The angles leave the bound: clip them after every step.",
        ),
        Mistake(
            _spsa_variant(fence=lambda x, bound: (x + bound) % (2 * bound) - bound),
            "You take angles modulo the bound, so one that leaves on the right comes back on the "
            "left. Algorithm S1 clips: it stays at the bound.",
        ),
        Mistake(
            _spsa_variant(estimate=_fenced_points),
            "The two points are clipped. At the bound they are then no longer 2c apart, and the "
            "slope is wrong: clip only the angles after the step.",
        ),
    ),
    hints=(
        "Write one step first: coins, two losses, slope along Delta, new angles. The cell on one "
        "step by hand has them all; then loop, and keep every new array in a list.",
        "The slope along Delta is the difference of the two losses over the distance 2c; times "
        "Delta it gives each angle its own sign back.",
        "path = [np.array(theta)]; in each step here = path[-1], and at its end "
        "path.append(np.clip(here - a * slope * direction, -bound, bound)); np.array(path).",
    ),
    explanation="""
        Strictly, SPSA divides each component by its own shift $c\\,\\Delta_i$. For signs,
        $1/\\Delta_i = \\Delta_i$, so dividing and multiplying are the same. Nothing here knows
        what the loss is made of: a bowl, a circuit, or a network that was fed by a circuit.
        """,
)

# 5.2 -------------------------------------------------------------------------------------------


def predict_three_numbers():
    """Return your predictions, a dictionary with the keys "move", "cosine" and "shots"."""
    move = 0.05 * 4.0 / (2 * 0.1)
    cosine = 1 / np.sqrt(64)
    shots = 200 * 4
    return {"move": move, "cosine": cosine, "shots": shots}


def _prediction(answer: Answer, key: str) -> Any:
    given = answer()
    keys = sorted(map(str, given)) if isinstance(given, dict) else f"a {type(given).__name__}"
    expect(keys, ["cosine", "move", "shots"], given="the keys of your dictionary")
    return given[key]


def _move_as_run(answer: Answer) -> None:
    """move: what `SPSA` itself does with two losses that are 4 nats apart."""
    spsa = SPSA(np.zeros(30), bound=np.inf, rng=drawn(0))
    spsa.ask()
    moved = np.abs(spsa.tell([4.0, 0.0]).theta).max()
    predicted = _prediction(answer, "move")
    expect(predicted, moved, given='"move", radians, from an SPSA step', tolerance=2e-3)


def _cosine_as_run(answer: Answer) -> None:
    """cosine: the root mean square over 64 directions at right angles to each other."""
    directions: Vector = np.ones((1, 1))
    for _ in range(6):
        directions = np.kron(directions, [[1.0, 1.0], [1.0, -1.0]])
    gradient = drawn(1).normal(size=64)
    estimates = (directions @ gradient)[:, None] * directions
    lengths = np.linalg.norm(estimates, axis=1) * np.linalg.norm(gradient)
    run = np.sqrt(np.mean((estimates @ gradient / lengths) ** 2))
    expect(_prediction(answer, "cosine"), run, given='"cosine", 64 angles', tolerance=1e-4)


def _shots_as_run(answer: Answer) -> None:
    """shots: a relative frequency from so many shots has half the spread of one from 200."""
    heads = np.arange(201)
    chances = np.array([math.comb(200, k) for k in heads], dtype=float)
    chances *= 0.3**heads * 0.7 ** (200 - heads)
    half = np.sqrt(chances @ (heads / 200 - 0.3) ** 2) / 2
    run = 0.3 * 0.7 / half**2
    expect(_prediction(answer, "shots"), run, given='"shots", half the spread', tolerance=0.5)


def _predictions(move: float, cosine: float, shots: int) -> Callable[[], dict[str, float]]:
    return lambda: {"move": move, "cosine": cosine, "shots": shots}


PREDICT = Exercise(
    number="5.2",
    name="predict, then run",
    difficulty=1,
    minutes=8,
    task="""
        Predict three numbers before you calculate anything with code. Return them in a dictionary.

        - `"move"`: with the paper's gains a = 0.05 and c = 0.1 the two losses of a step are
          4.0 nats apart. By how many radians does each angle move (before clipping)?
        - `"cosine"`: a larger device has 64 angles. What is the typical (root mean square)
          cosine of one noise-free estimate with the gradient?
        - `"shots"`: how many shots per evaluation halve the noise that 200 shots leave in the
          estimate, at the same c?

        The check runs all three.
        """,
    reference=predict_three_numbers,
    laws=(_move_as_run, _cosine_as_run, _shots_as_run),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            _predictions(0.05, 1 / 8, 800),
            "a = 0.05 is not a step in radians: it multiplies the slope, and 4 nats over 0.2 rad "
            "is a steep slope.",
        ),
        Mistake(
            _predictions(0.2, 1 / 8, 800),
            "That is a times the difference. The slope is the difference over 2c = 0.2 rad.",
        ),
        Mistake(_predictions(2.0, 1 / 8, 800), "The two points are 2c = 0.2 rad apart, not c."),
        Mistake(
            _predictions(1.0, 1.0, 800),
            "Two losses tell the slope along one line. With 64 angles there are 63 other "
            "directions about which they tell nothing.",
        ),
        Mistake(
            _predictions(1.0, 1 / 64, 800),
            "1/64 is the mean of the squared cosine: the typical cosine is its root.",
        ),
        Mistake(
            _predictions(1.0, 1 / 8, 400),
            "Twice the shots divide the noise by the root of two only.",
        ),
    ),
    hints=(
        "Each of the three is one line of arithmetic from this notebook.",
        "move = a |difference| / (2 c); the mean squared cosine is 1/d; noise falls as one over "
        "the root of the shots.",
        "0.05 * 4 / 0.2 rad; one over the root of 64; four times the shots.",
    ),
    explanation="""
        One radian is a third of the way from 0 to the bound $\\pi$, for all angles at once: the
        circuit after such a step has little to do with the circuit before.
        """,
)

# 5.3 -------------------------------------------------------------------------------------------


def fair_distance(histogram, target, n_shots):
    """Return an estimate of |h - target|^2 that is right on average; it may be negative.

    histogram: (2 n_bins,) relative frequencies of both halves, from n_shots >= 2 shots.
    target: (2 n_bins,) exact probabilities.
    """
    measured = np.sum((histogram - target) ** 2)
    offset = (2 - np.sum(histogram**2)) / (n_shots - 1)
    return measured - offset


_PATTERNS = np.array([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]])
_TARGET = np.array([0.2, 0.8, 0.7, 0.3])


def _mean_of(answer: Answer, law: Vector, n_shots: int) -> float:
    """Return the exact mean of an answer over all sequences of shots of two modes."""
    mean = 0.0
    for shots in itertools.product(range(4), repeat=n_shots):
        histogram = _PATTERNS[list(shots)].mean(axis=0)
        value = answer(histogram, _TARGET.copy(), n_shots)
        expect(np.shape(value) == () and value is not None, True, given="a single number returned")
        mean += np.prod(law[list(shots)]) * value
    return mean


def _right_on_average(answer: Answer) -> None:
    """Averaged over everything that the shots can show, the estimate is the true |h - target|^2."""
    for law in (np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.7, 0.0, 0.1, 0.2])):
        truth = float(np.sum((law @ _PATTERNS - _TARGET) ** 2))
        for n_shots in (2, 3, 5):
            got = _mean_of(answer, law, n_shots)
            given = f"pattern probabilities {law}, {n_shots} shots, mean over all outcomes"
            expect(got, truth, given=given, tolerance=1e-6)


def _certain_outcome(answer: Answer) -> None:
    """Where every shot shows the same pattern there is no noise, so nothing is to be taken off."""
    for pattern in _PATTERNS:
        for n_shots in (2, 200):
            got = answer(pattern.copy(), _TARGET.copy(), n_shots)
            truth = np.sum((pattern - _TARGET) ** 2)
            given = f"histogram {pattern}, {n_shots} shots"
            expect(got, truth, given=given, tolerance=1e-6)


def _distance_probes() -> list[tuple[Any, ...]]:
    even = np.array([0.5, 0.5, 0.5, 0.5])
    return [
        (np.array([0.25, 0.75, 0.5, 0.5]), _TARGET.copy(), 4),
        (even, even.copy(), 10),
        (_PATTERNS[0].copy(), _TARGET.copy(), 4),
    ]


def _plain(histogram: Vector, target: Vector, n_shots: int) -> float:
    return float(np.sum((histogram - target) ** 2))


def _plug_in(histogram: Vector, target: Vector, n_shots: int) -> float:
    return _plain(histogram, target, n_shots) - (2 - np.sum(histogram**2)) / n_shots


def _never_negative(histogram: Vector, target: Vector, n_shots: int) -> float:
    return max(0.0, fair_distance(histogram, target, n_shots))


def _targets_noise(histogram: Vector, target: Vector, n_shots: int) -> float:
    return _plain(histogram, target, n_shots) - (2 - np.sum(target**2)) / n_shots


DISTANCE = Exercise(
    number="5.3",
    name="a loss without the offset",
    difficulty=2,
    minutes=12,
    task="""
        Shots make the squared distance too large, by $(2-|h|^2)/S$ on average, and $h$ is not
        known. Write a loss that is right on average for every circuit, from the measured
        histogram $h_S$ alone. Mind that $|h_S|^2$ is too large on average too, by the same
        amount: $E|h_S|^2 = |h|^2 + (2-|h|^2)/S$.
        """,
    reference=fair_distance,
    laws=(_right_on_average, _certain_outcome),
    probes=_distance_probes,
    private_inputs=lambda rng: (
        np.append(rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(4))),
        np.append(rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(4))),
        int(rng.integers(2, 500)),
    ),
    mistakes=(
        Mistake(
            _plain, "This is the plain distance: shot noise adds (2 - |h|^2)/S to it on average."
        ),
        Mistake(
            _plug_in,
            "Close: putting the measured h_S for h makes the offset too small by a factor "
            "1 - 1/S, since |h_S|^2 is itself too large.",
        ),
        Mistake(
            _never_negative,
            "A distance is never negative, but an estimate may be: cutting it off makes the mean "
            "too large again.",
        ),
        Mistake(
            _targets_noise,
            "The noise is that of the measured circuit, not of the target: use |h_S|^2.",
        ),
    ),
    hints=(
        "Estimate the offset from the measured histogram and take it off.",
        "On average 2 - |h_S|^2 is (2 - |h|^2)(1 - 1/S): solve for (2 - |h|^2)/S.",
        "(2 - |h|^2)/S is, on average, (2 - |h_S|^2)/(S - 1).",
    ),
    explanation="""
        $E(2-|h_S|^2) = (2-|h|^2)(1-\\tfrac1S)$, so $(2-|h_S|^2)/(S-1)$ has the mean
        $(2-|h|^2)/S$. It is the step from $1/n$ to $1/(n-1)$ in a sample variance. Does SPSA need
        it? An offset that is equal at both points cancels in their difference; this one changes
        with $\\theta$, slowly: the plain loss favours circuits whose outcomes are more certain.
        """,
)

# 5.4 -------------------------------------------------------------------------------------------


def best_shift(noise, third):
    """Return the shift c, radians, at which the mean square error of the slope is smallest.

    noise: standard deviation sigma of one loss, >= 0; without noise the best shift is 0.
    third: third derivative T, > 0.
    """
    return (3 * noise / third) ** (1 / 3)


def _square_error(c: float, noise: float, third: float) -> float:
    """Return the mean square error on L(x) = x + T x^3 / 6 at x = 0, noise +-sigma by coin."""
    errors = [
        ((c + third * c**3 / 6 + plus) - (-c - third * c**3 / 6 + minus)) / (2 * c) - 1.0
        for plus in (-noise, noise)
        for minus in (-noise, noise)
    ]
    return float(np.mean(np.square(errors)))


def _nothing_does_better(answer: Answer) -> None:
    """No other shift gives a smaller mean square error."""
    for noise, third in ((0.15, 40.0), (0.02, 3.0), (0.5, 0.7)):
        others = np.geomspace(1e-3, 10.0, 4001)
        best = others[np.argmin([_square_error(c, noise, third) for c in others])]
        got = answer(noise, third)
        given = f"noise = {noise}, third derivative = {third}, answer over best of 4,001 shifts"
        expect(np.asarray(got, dtype=float) / best, 1.0, given=given, tolerance=0.02)


def _slow_in_the_shots(answer: Answer) -> None:
    """64 times the shots (an eighth of the noise) only halve the best shift."""
    ratio = np.asarray(answer(0.1 / 8, 5.0), dtype=float) / answer(0.1, 5.0)
    expect(ratio, 0.5, given="noise 0.0125 against 0.1", tolerance=0.01)


def _without_noise(answer: Answer) -> None:
    """Without noise, and only then, smaller is better without end."""
    expect(answer(0.0, 2.0), 0.0, given="noise = 0", tolerance=0.01)


SHIFT = Exercise(
    number="5.4",
    name="how small should c be?",
    difficulty=2,
    minutes=12,
    task="""
        The slope along $\\Delta$ is measured as $(L_+ - L_-)/(2c)$. Each of the two losses has
        noise of standard deviation $\\sigma$, so the slope has the variance $\\sigma^2/(2c^2)$.
        The curve's third derivative $T$ along $\\Delta$ adds an error $T c^2/6$ that no number
        of shots removes. Find the $c$ at which the mean square error,
        $\\sigma^2/(2c^2) + (T c^2/6)^2$, is smallest: by hand or by search.
        """,
    reference=best_shift,
    laws=(_nothing_does_better, _slow_in_the_shots, _without_noise),
    probes=lambda: [(0.15, 40.0), (0.02, 3.0), (0.5, 0.7)],
    private_inputs=lambda rng: (rng.uniform(0.01, 0.6), rng.uniform(0.5, 50.0)),
    mistakes=(
        Mistake(
            lambda noise, third: 1e-3,
            "As small as possible is best for a loss without noise. Here the noise is divided by "
            "2c: at c = 0.001 hardly anything else is left.",
        ),
        Mistake(
            lambda noise, third: (18 * noise**2 / third**2) ** (1 / 6),
            "Where the two errors are equal their sum is not yet smallest: set the derivative to "
            "zero instead.",
        ),
        Mistake(
            lambda noise, third: (3 * noise / third) ** (1 / 2),
            "Check the power: the derivative has 1/c^3 in one term and c^3 in the other.",
        ),
        Mistake(
            lambda noise, third: (noise / third) ** (1 / 3),
            "The power is right, the factor is not: the 2 of the variance and the 6 of the bias "
            "leave a number behind.",
        ),
    ),
    hints=(
        "Draw the mean square error over c: it falls, then rises. Where is the bottom?",
        "The derivative is -sigma^2/c^3 + T^2 c^3/9. It is zero at the bottom.",
        "c^6 = 9 sigma^2 / T^2; take the sixth root.",
    ),
    explanation="""
        $-\\sigma^2/c^3 + T^2c^3/9 = 0$ gives $c^6 = 9\\sigma^2/T^2$. The noise falls as
        $1/\\sqrt S$, so the best $c$ falls as $S^{-1/6}$: choosing $c$ again after changing the
        shots is rarely needed. It also grows when the loss gets flatter ($T$ small) near the end.
        """,
)

# 5.5 -------------------------------------------------------------------------------------------


def mirror_signs(n_modes, loop_lengths):
    """Return signs D with U(-theta) = D U(theta) D for every theta, or None if there are none.

    n_modes: at most 10. loop_lengths: tuple of int. D: (n_modes,), each +1 or -1.
    """
    pairs = [(i, i + length) for length in loop_lengths for i in range(n_modes - length)]
    for signs in itertools.product([1, -1], repeat=n_modes):
        if all(signs[i] == -signs[j] for i, j in pairs):
            return np.array(signs)
    return None


def _mirrored(answer: Answer) -> None:
    """The signs mirror the device: U(-theta) = D U(theta) D at random angles."""
    rng = drawn(0)
    for least, loops in ((6, (1,)), (7, (1, 1)), (8, (1, 3)), (7, (2,)), (8, (2, 2)), (5, (3,))):
        n_modes = least + int(rng.integers(3))
        device = TimeBinInterferometer((1,) + (0,) * (n_modes - 1), loops)
        signs = answer(n_modes, loops)
        given = f"n_modes = {n_modes}, loop_lengths = {loops}"
        expect("None" if signs is None else "signs", "signs", given=given)
        D = np.asarray(signs, dtype=float)
        expect(np.abs(D), np.ones(n_modes), given=f"{given}, size of each sign")
        theta = rng.uniform(-np.pi, np.pi, device.n_angles)
        difference = device.unitary(-theta) - D[:, None] * device.unitary(theta) * D
        size = np.abs(difference).max()
        expect(size, 0.0, given=f"{given}, largest |U(-theta) - D U(theta) D|")


def _no_mirror(answer: Answer) -> None:
    """Loops that would need equal and opposite signs at once have no mirror: None."""
    rng = drawn(1)
    for least, loops in ((6, (1, 2)), (7, (2, 1)), (8, (2, 4)), (7, (3, 2)), (8, (1, 1, 2))):
        n_modes = least + int(rng.integers(3))
        given = f"n_modes = {n_modes}, loop_lengths = {loops}"
        expect("None" if answer(n_modes, loops) is None else "signs", "None", given=given)


def _always_alternating(n_modes: int, loop_lengths: tuple[int, ...]) -> Vector:
    return (-1) ** np.arange(n_modes)


def _first_loop_only(n_modes: int, loop_lengths: tuple[int, ...]) -> Vector:
    return mirror_signs(n_modes, loop_lengths[:1])


def _equal_loops_only(n_modes: int, loop_lengths: tuple[int, ...]) -> Vector:
    return mirror_signs(n_modes, loop_lengths) if len(set(loop_lengths)) == 1 else None


def _no_signs(n_modes: int, loop_lengths: tuple[int, ...]) -> Vector:
    return np.ones(n_modes, dtype=int)


MIRROR = Exercise(
    number="5.5",
    name="which devices start blind?",
    difficulty=2,
    minutes=12,
    task="""
        Why is $p(-\\theta) = p(\\theta)$ for some devices? Because flipping the sign of a beam
        splitter's angle is the same as flipping the sign of *one* of its two time bins, before
        and after it. If one set of signs $D$ (one per time bin) does that for every beam splitter
        at once, then $U(-\\theta) = D\\,U(\\theta)\\,D$ for $U$, the matrix of one photon's
        amplitudes (notebook 01), and signs of amplitudes do not change probabilities. A loop of
        length $\\ell$ has beam splitters on the time bins $(i, i+\\ell)$, $i = 0, 1, \\dots$,
        `n_modes` $- \\ell$ in all.

        (Any such $D$ will do. `itertools` is imported.)
        """,
    reference=mirror_signs,
    laws=(_mirrored, _no_mirror),
    probes=lambda: [(6, (1,)), (8, (1, 3)), (7, (2,)), (6, (1, 2)), (8, (2, 2))],
    mistakes=(
        Mistake(
            _always_alternating,
            "+ - + - suits a loop of length 1. Bins that are two apart get equal signs in it.",
        ),
        Mistake(
            _first_loop_only,
            "The signs must suit the beam splitters of every loop, not only of the first.",
        ),
        Mistake(
            _equal_loops_only,
            "Loops of different lengths can share a mirror: try the lengths 1 and 3.",
        ),
        Mistake(_no_signs, "With all signs equal, D U D is U itself: nothing is mirrored."),
    ),
    hints=(
        "What must hold for the two signs of one beam splitter? They must be opposite.",
        "List all pairs (i, i + length) of all loops; then look for signs that differ in every "
        "pair.",
        "At most 10 bins are at most 1,024 sets of signs: itertools.product([1, -1], "
        "repeat=n_modes) tries them all.",
    ),
    explanation="""
        Odd lengths share the signs + - + -. With lengths 1 and 2 the time bins 0 and 2 would have
        to be equal (by way of time bin 1) and opposite (directly): no mirror. In the language of
        graphs: time bins are points, beam splitters are lines, and a mirror is a colouring with
        two colours.
        """,
)

EXERCISES = (BUILD_SPSA, PREDICT, DISTANCE, SHIFT, MIRROR)
