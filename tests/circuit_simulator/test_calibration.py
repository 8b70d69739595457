import dataclasses

import numpy as np
import pytest
from scipy.stats import binom

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.measured_clicks.calibration import calibrate
from pqkd_helpers.circuit_simulator.measured_clicks.intervals import climb, estimates
from pqkd_helpers.circuit_simulator.measured_clicks.likelihood import offset_angles

TINY = TimeBinInterferometer((1, 1, 0), (1,))
TWO_LOOPS = TimeBinInterferometer((1, 1, 0, 1), (1, 1), dark_count_probability=0.01)
OFFSETS = {TINY: (0.15,), TWO_LOOPS: (0.15, -0.1)}


def settings_of(device, n_settings, rng):
    return rng.uniform(-np.pi, np.pi, (n_settings, device.n_angles))


def measured(device, seed, *, n_settings=5, n_shots=1_000, offsets=None, V=0.8, efficiency=0.6):
    """Settings, and the clicks of a device with these flaws."""
    rng = np.random.default_rng(seed)
    theta = settings_of(device, n_settings, rng)
    real = dataclasses.replace(device, indistinguishability=V, efficiency=efficiency)
    offsets = OFFSETS[device] if offsets is None else offsets
    return theta, real.sample(offset_angles(device, theta, offsets), n_shots, rng=rng)


def all_estimates(found):
    return (found.indistinguishability, found.efficiency, *found.offsets)


def values(found):
    return np.array([estimate.value for estimate in all_estimates(found)])


def errors(found):
    return np.array([estimate.standard_error for estimate in all_estimates(found)])


@pytest.mark.parametrize("device", [TINY, TWO_LOOPS])
def test_every_parameter_is_found_within_its_error(device):
    found = calibrate(device, *measured(device, 0))
    truth = np.array([0.8, 0.6, *OFFSETS[device]])
    assert (np.abs(values(found) - truth) < 4 * errors(found)).all()
    assert (errors(found) < 0.05).all()
    assert found.device == dataclasses.replace(
        device,
        indistinguishability=found.indistinguishability.value,
        efficiency=found.efficiency.value,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("V", "n_sets"), [(0.8, 100), (1.0, 40)])
def test_intervals_hold_the_truth_as_often_as_they_promise(V, n_sets):
    """Far from the ends of a range; more often where the truth lies at an end, in (1 + p) / 2."""
    level = 0.7
    truth = np.array([V, 0.6, 0.15])
    held = np.zeros(3)
    for seed in range(n_sets):
        found = calibrate(TINY, *measured(TINY, seed, V=V, n_shots=400), level=level)
        lower, upper = np.array([(e.lower, e.upper) for e in all_estimates(found)]).T
        held += (lower <= truth) & (truth <= upper)
    rates = np.array([level if V < 1.0 else (1 + level) / 2, level, level])
    assert (binom.cdf(held, n_sets, rates) > 1e-4).all(), held
    assert (binom.sf(held - 1, n_sets, rates) > 1e-4).all(), held


def test_four_times_the_shots_halve_the_errors():
    few, many = (calibrate(TINY, *measured(TINY, 1, n_shots=n)) for n in (2_000, 8_000))
    assert errors(few) / errors(many) == pytest.approx(2.0, rel=0.15)


def test_the_order_of_settings_and_shots_says_nothing():
    theta, clicks = measured(TWO_LOOPS, 2)
    found = calibrate(TWO_LOOPS, theta, clicks)
    assert calibrate(TWO_LOOPS, theta, clicks[:, ::-1]) == found
    order = [3, 0, 4, 1, 2]
    other = calibrate(TWO_LOOPS, theta[order], clicks[order])
    assert values(other) == pytest.approx(values(found), abs=1e-5)
    assert errors(other) == pytest.approx(errors(found), rel=1e-3)


def test_what_is_taken_from_the_angles_is_found_in_the_offset():
    theta, clicks = measured(TINY, 3)
    found, other = calibrate(TINY, theta, clicks), calibrate(TINY, theta - 0.3, clicks)
    assert values(other) - values(found) == pytest.approx([0.0, 0.0, 0.3], abs=1e-5)


def test_an_ideal_device_has_intervals_that_end_at_1():
    found = calibrate(TINY, *measured(TINY, 4, V=1.0, efficiency=1.0))
    for estimate in (found.indistinguishability, found.efficiency):
        assert estimate.value == estimate.upper == 1.0
        assert 0.95 < estimate.lower < 1.0
        assert np.isnan(estimate.standard_error)
    offset = found.offsets[0]
    assert offset.lower < 0.15 < offset.upper
    assert offset.upper - offset.lower == pytest.approx(2 * 1.96 * offset.standard_error, rel=0.1)


def test_nothing_else_is_more_likely():
    """The likelihood is computed shot by shot, from the probabilities alone."""
    theta, clicks = measured(TINY, 5, n_settings=3, n_shots=300)
    numbers = clicks @ [4, 2, 1]

    def log_likelihood(V, efficiency, offset):
        device = dataclasses.replace(TINY, indistinguishability=V, efficiency=efficiency)
        p = device.click_probabilities(theta + offset)
        return sum(np.log(p[s, numbers[s]]).sum() for s in range(len(theta)))

    best = values(calibrate(TINY, theta, clicks))
    most = log_likelihood(*best)
    rng = np.random.default_rng(0)
    anywhere = np.column_stack([rng.random((100, 2)), rng.uniform(-np.pi / 2, np.pi / 2, 100)])
    nearby = best + rng.normal(0.0, 0.003, (100, 3))
    assert all(log_likelihood(*other) < most for other in (*anywhere, *nearby))


def test_the_device_makes_what_is_requested():
    device = TimeBinInterferometer((1, 1, 0), (1, 2), phase_shifters=True)
    theta, clicks = measured(device, 6, offsets=(0.1, -0.2), n_shots=3_000)
    found = calibrate(device, theta, clicks)
    wanted = np.arange(6.0)
    asked = found.request(wanted)
    assert found.angles(asked) == pytest.approx(wanted)
    assert wanted - asked == pytest.approx([0.1, 0.1, -0.2, 0.0, 0.0, 0.0], abs=0.05)
    assert (asked[3:] == wanted[3:]).all()  # phases


@pytest.mark.parametrize("state", [(1, 0, 0), (0, 0, 1)])
def test_one_photon_says_nothing_of_indistinguishability(state):
    device = TimeBinInterferometer(state, (1,))
    with pytest.raises(ValueError, match=r"do not tell indistinguishability \(.*whole range"):
        calibrate(device, *measured(device, 0, offsets=(0.0,)))


def test_photons_that_never_meet_say_nothing_of_indistinguishability():
    """The first one leaves before the second arrives: the loop is empty then."""
    theta = np.array([[0.0, 0.4], [0.0, 1.0]])
    device = dataclasses.replace(TINY, efficiency=0.5)
    clicks = device.sample(theta, 500, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="do not tell indistinguishability"):
        calibrate(TINY, theta, clicks)


@pytest.mark.parametrize("angles", [(0.4, 0.4), (0.4, 0.5)])
def test_an_offset_is_told_by_two_settings_and_not_by_one(angles):
    """At one setting the second angle may be the mirror image, and V makes up for the first."""
    real = dataclasses.replace(TINY, efficiency=0.7, indistinguishability=0.8)
    theta = np.array(angles) + np.array([[0.0], [0.5]])
    clicks = real.sample(theta + 0.15, 2_000, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="explain the clicks equally well: another setting"):
        calibrate(TINY, theta[:1], clicks[:1])
    offset = calibrate(TINY, theta, clicks).offsets[0]
    assert offset.lower < 0.15 < offset.upper
    assert offset.upper - offset.lower < 0.1


def test_an_interval_reaches_over_a_second_maximum_that_is_not_rejected():
    """At two settings that are almost the same, the mirror image fits almost as well."""
    real = dataclasses.replace(TINY, efficiency=0.7, indistinguishability=0.8)
    theta = np.array([[0.4, 0.5], [0.405, 0.505]])
    clicks = real.sample(theta + 0.15, 1_000, rng=np.random.default_rng(0))
    offset = calibrate(TINY, theta, clicks).offsets[0]
    assert offset.lower < -2 * 0.5 - 0.15 < 0.15 < offset.upper
    assert offset.standard_error < 0.05  # of one maximum


def test_clicks_that_no_such_device_makes_are_named():
    device = TimeBinInterferometer((1, 0, 1, 0), (2,))  # bin 1 never holds light
    theta, clicks = measured(device, 0, offsets=(0.0,))
    clicks[2, 7] = [0, 1, 0, 0]
    with pytest.raises(ValueError, match=r"the clicks 0100 at theta\[2\] have probability 0"):
        calibrate(device, theta, clicks)


BAD = {
    "a shot has 3 clicks, more than the 2 photons": {"clicks": np.ones((2, 5, 3))},
    "clicks holds other values than 0 and 1": {"clicks": np.full((2, 5, 3), 2)},
    "clicks has shape (5, 3), (2, n_shots, 3) is expected": {"clicks": np.zeros((5, 3))},
    "clicks has shape (2, 0, 3), (2, n_shots, 3) is expected": {"clicks": np.zeros((2, 0, 3))},
    "clicks has shape (2, 5, 4), (2, n_shots, 3) is expected": {"clicks": np.zeros((2, 5, 4))},
    "clicks has shape (2, 5, 3), (n_shots, 3) is expected": {"theta": np.zeros(2)},
    "theta has 3 angles, 2 expected": {"theta": np.zeros((2, 3))},
    "level is 1.0, a number between 0 and 1 is expected": {"level": 1.0},
    "device is 'TINY', a TimeBinInterferometer is expected": {"device": "TINY"},
    "take fewer bins, photons or settings": {
        "device": TimeBinInterferometer(),
        "theta": np.zeros((2, 30)),
        "clicks": np.zeros((2, 5, 16)),
    },
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_refused_before_any_work(message):
    given = {"device": TINY, "theta": np.zeros((2, 2)), "clicks": np.zeros((2, 5, 3))}
    given |= BAD[message]
    level = given.pop("level", 0.95)
    with pytest.raises(ValueError) as error:
        calibrate(**given, level=level)
    assert message in str(error.value)


def test_the_interval_of_a_coin_that_never_showed_heads_is_known_in_closed_form():
    """2 n log(1 / (1 - p)) <= the quantile of chi^2: 3.841 at 95 %."""

    def never(p):
        return 10 * np.log(1.0 - p[0])

    ranges = np.array([[0.0, 0.999]])
    at, _ = climb(never, np.array([0.5]), ranges)
    (estimate,) = estimates(never, at, ranges, 0.95)
    assert estimate.value == estimate.lower == 0.0
    assert estimate.upper == pytest.approx(1 - np.exp(-3.841 / 20), abs=1e-4)
    assert np.isnan(estimate.standard_error)


def test_what_is_at_its_end_widens_the_intervals_of_others():
    """Two correlated numbers, the first at its end: a grid says what is not rejected."""
    top, precision = np.array([1.1, 0.0]), np.array([[25.0, -24.0], [-24.0, 25.0]])

    def bell(x):
        return -0.5 * (x - top) @ precision @ (x - top)

    ranges = np.array([[-5.0, 1.0], [-5.0, 5.0]])
    at, most = climb(bell, np.array([0.5, 0.5]), ranges)
    assert at == pytest.approx([1.0, -0.096], abs=1e-4)
    first, second = estimates(bell, at, ranges, 0.95)
    grid = np.linspace(-1.6, 0.5, 211)
    profile = [max(bell(np.array([x, y])) for x in np.linspace(-1, 1, 201)) for y in grid]
    allowed = grid[2 * (most - np.array(profile)) < 3.841]
    assert (second.lower, second.upper) == pytest.approx((allowed[0], allowed[-1]), abs=0.011)
    assert second.upper - second.lower > 2 * 2 * 1.96 * second.standard_error
    assert first.upper == 1.0
