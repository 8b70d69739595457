import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqkd_helpers.controls.angle_searches import LocalRandomSearch
from pqkd_helpers.spsa import SPSA


def new(theta, **settings):
    return SPSA(theta, rng=np.random.default_rng(0), **settings)


def test_points_are_theta_plus_and_minus_c_times_signs():
    spsa = new([0.5, -0.2, 3.1], perturbation=0.1)
    plus, minus = spsa.ask()
    assert np.allclose(plus + minus, 2 * spsa.theta)
    assert np.allclose(np.abs(plus - spsa.theta), 0.1)
    assert plus.max() > np.pi or minus.max() > np.pi  # the points are not clipped


def test_asking_twice_gives_the_same_points():
    spsa = new(np.zeros(8))
    assert np.array_equal(spsa.ask(), spsa.ask())


def test_each_step_draws_a_new_direction():
    spsa = new(np.zeros(20))
    first = spsa.ask()
    spsa.tell([1.0, 1.0])
    assert not np.array_equal(first, spsa.ask())


def test_estimate_is_unbiased_on_a_quadratic():
    """The mean over all 2^4 directions is the gradient, exactly."""
    theta, curvature = np.array([0.3, -1.0, 0.7, 2.0]), np.diag([1.0, 2.0, 3.0, 4.0])
    curvature[0, 1] = curvature[1, 0] = 0.5

    def loss(x):
        return 0.5 * x @ curvature @ x

    class Fixed:
        def __init__(self, signs):
            self.signs = np.array(signs)

        def choice(self, values, size):
            return self.signs

    moves = []
    for signs in itertools.product([-1.0, 1.0], repeat=4):
        spsa = SPSA(theta, step_size=0.01, perturbation=0.3, bound=np.inf, rng=Fixed(signs))
        moves.append(spsa.step(loss).theta - theta)
    assert np.allclose(np.mean(moves, axis=0), -0.01 * curvature @ theta, atol=1e-14)


def test_one_step_by_hand():
    spsa = new([1.0, 1.0], step_size=0.5, perturbation=0.2)
    plus, _ = spsa.ask()
    signs = (plus - 1.0) / 0.2
    step = spsa.tell([3.0, 2.6])
    estimate = (3.0 - 2.6) / 0.4 * signs
    assert np.allclose(step.theta, 1.0 - 0.5 * estimate)
    assert step.gradient_norm == pytest.approx(np.linalg.norm(estimate))
    assert step.losses.tolist() == [3.0, 2.6] and spsa.n_steps == 1


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.1, 10.0))
def test_the_update_stays_within_the_bound(a, b, bound):
    spsa = new(np.zeros(5), bound=bound)
    spsa.ask()
    assert np.abs(spsa.tell([a, b]).theta).max() <= bound


def test_it_finds_the_minimum_of_a_noisy_quadratic_in_30_dimensions():
    rng = np.random.default_rng(3)
    spsa = SPSA(np.full(30, 1.0), step_size=0.02, rng=rng)
    for _ in range(1500):
        spsa.step(lambda x: float(x @ x) + 0.01 * rng.standard_normal())
    assert np.linalg.norm(spsa.theta) < 0.3 < np.linalg.norm(np.full(30, 1.0))


def test_spalls_gains_decay():
    spsa = new([0.0], step_size=1.0, perturbation=1.0, decay_offset=9.0)
    assert spsa.gains() == (1.0, 1.0)
    for _ in range(10):
        spsa.ask()
        spsa.tell([0.0, 0.0])
    a, c = spsa.gains()
    assert a == pytest.approx((10 / 20) ** 0.602) and c == pytest.approx(11**-0.101)


@pytest.mark.parametrize("losses", [[1.0], [np.nan, 1.0], [1.0, np.inf], 3.0, [1.0, 2.0, 3.0]])
def test_bad_losses_change_nothing(losses):
    spsa = new([0.1, 0.2])
    points = spsa.ask()
    with pytest.raises(ValueError, match="two finite numbers"):
        spsa.tell(losses)
    assert spsa.n_steps == 0 and np.array_equal(points, spsa.ask())


def test_tell_before_ask():
    with pytest.raises(RuntimeError, match="ask"):
        new([0.0]).tell([1.0, 2.0])


@pytest.mark.parametrize("optimiser", [SPSA, LocalRandomSearch])
def test_pi_in_float32_is_a_start_though_rounded_up(optimiser):
    assert float(np.float32(np.pi)) > np.pi
    start = np.full(3, np.float32(np.pi))
    found = optimiser(-start, rng=np.random.default_rng(0))
    assert found.theta.tolist() == [-np.pi] * 3
    found.ask()
    assert np.abs(found.tell([1.0, 2.0]).theta).max() <= np.pi


@pytest.mark.parametrize(
    ("theta", "settings", "message"),
    [
        ([], {}, "vector of finite angles"),
        ([np.nan], {}, "vector of finite angles"),
        ([[0.0]], {}, "vector of finite angles"),
        ([4.0], {}, "within"),
        ([0.0], {"step_size": 0.0}, "step_size"),
        ([0.0], {"perturbation": -1.0}, "perturbation"),
        ([0.0], {"bound": np.nan}, "bound"),
        ([0.0], {"decay_offset": -1.0}, "decay_offset"),
        ([0.0], {"decay_offset": "10"}, "decay_offset is '10'"),
        ([3.1416], {}, "within"),
    ],
)
def test_bad_settings(theta, settings, message):
    with pytest.raises(ValueError, match=message):
        new(theta, **settings)
