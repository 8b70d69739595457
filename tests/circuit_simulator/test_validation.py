import dataclasses

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.measured_clicks.calibration import calibrate
from pqkd_helpers.circuit_simulator.measured_clicks.mean_field import MeanFieldSampler
from pqkd_helpers.circuit_simulator.measured_clicks.patterns import (
    check_measurement,
    count_patterns,
)
from pqkd_helpers.circuit_simulator.measured_clicks.validation import (
    count_clicks,
    impostors,
    scores,
    validate,
)
from tests.circuit_simulator.devices import LISTED, draw_angles
from tests.goodness_of_fit import fits

DEVICE = TimeBinInterferometer(
    (1, 1, 0, 1, 0), (1, 1), efficiency=0.7, indistinguishability=0.9, dark_count_probability=0.01
)
SOURCES = {"the device": DEVICE, **impostors(DEVICE)}
THETA = np.random.default_rng(0).uniform(-np.pi, np.pi, (6, DEVICE.n_angles))


@pytest.mark.parametrize("name", LISTED)
def test_the_mean_field_sampler_draws_by_its_exact_probabilities(name):
    sampler = MeanFieldSampler(LISTED[name])
    theta = draw_angles(sampler, 0, (2,))
    clicks = sampler.sample(theta, 20_000, rng=np.random.default_rng(1))
    numbers = clicks @ (1 << np.arange(sampler.n_modes)[::-1])
    counts = count_patterns(numbers, sampler.n_modes)
    for seen, p in zip(counts, sampler.click_probabilities(theta), strict=True):
        assert p.sum() == pytest.approx(1.0)
        assert fits(seen, p)


@pytest.mark.parametrize("state", [(0, 1, 0, 0), (0, 3, 0, 0)])
def test_photons_that_share_their_bin_are_a_mean_field(state):
    device = TimeBinInterferometer(state, (1, 2), efficiency=0.8, loop_efficiency=0.9)
    theta = draw_angles(device, 0, (4,))
    assert np.allclose(
        MeanFieldSampler(device).click_probabilities(theta), device.click_probabilities(theta)
    )


def test_the_mean_field_is_an_average_over_random_phases():
    """Phase by phase, each photon by itself: the photons of one shot are a multinomial draw."""
    device = TimeBinInterferometer((1, 1, 2), (1, 1))
    theta = draw_angles(device, 1)
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, (100_000, 3))
    amplitudes = (np.exp(1j * phases) * np.sqrt([1 / 4, 1 / 4, 1 / 2])) @ device.unitary(theta).T
    silent = (1 - np.abs(amplitudes) ** 2) ** 4
    p = MeanFieldSampler(device).click_probabilities(theta)
    for mode in range(3):
        without = [k for k in range(8) if not k & (4 >> mode)]
        assert p[without].sum() == pytest.approx(silent[:, mode].mean(), abs=0.005)


@pytest.mark.parametrize("V", [1.0, 0.6])
def test_two_photons_on_a_splitter_show_the_dip_of_each_kind_of_light(V):
    """Both click: (1 - V) / 2 for photons; 1/2 for distinguishable ones, 1/4 for a mean field."""
    device = TimeBinInterferometer((1, 1), (1,), indistinguishability=V)
    sources = {"the device": device, **impostors(device)}
    both = [source.click_probabilities([np.pi / 4])[3] for source in sources.values()]
    assert both == pytest.approx([(1 - V) / 2, 1 / 2, 1 / 4])


@pytest.mark.parametrize("impostor", impostors(DEVICE))
@pytest.mark.parametrize("sign", [1, -1])
def test_clicks_are_recognised_as_whose_they_are_with_growing_confidence(impostor, sign):
    maker = DEVICE if sign == 1 else SOURCES[impostor]
    clicks = maker.sample(THETA, 4_000, rng=np.random.default_rng(2))
    few, more, most = (validate(DEVICE, THETA, clicks[:, :n])[impostor] for n in (100, 1000, 4000))
    assert 0 < sign * few.log_odds < sign * more.log_odds < sign * most.log_odds
    assert most.probability == pytest.approx(float(sign > 0), abs=1e-6)
    expected = most.if_device if sign > 0 else most.if_impostor
    assert abs(most.score - expected) < 4 * most.standard_error
    other = most.if_impostor if sign > 0 else most.if_device
    assert abs(most.score - other) > 20 * most.standard_error
    assert few.standard_error / most.standard_error == pytest.approx(np.sqrt(40), rel=0.2)


def test_clicks_of_a_third_fit_neither():
    clicks = SOURCES["mean field"].sample(THETA, 4_000, rng=np.random.default_rng(3))
    odds = validate(DEVICE, THETA, clicks)["distinguishable photons"]
    for expected in (odds.if_device, odds.if_impostor):
        assert abs(odds.score - expected) > 10 * odds.standard_error


def test_who_changes_sides_changes_the_sign():
    clicks = DEVICE.sample(THETA, 10, rng=np.random.default_rng(4))
    other = impostors(DEVICE)["distinguishable photons"]
    assert np.allclose(scores(DEVICE, other, THETA, clicks), -scores(other, DEVICE, THETA, clicks))


@pytest.mark.parametrize("maker", SOURCES)
def test_the_number_of_clicks_is_that_of_its_maker(maker):
    clicks = SOURCES[maker].sample(THETA, 4_000, rng=np.random.default_rng(5))
    counts = count_clicks(DEVICE, THETA, clicks)
    assert abs(counts[maker].deviation) < 4
    assert counts[maker].measured == clicks.sum(axis=2).mean()
    others = [abs(count.deviation) for name, count in counts.items() if name != maker]
    assert min(others) > 6


def test_deviations_scatter_by_1():
    clicks = DEVICE.sample(THETA, 1_200, rng=np.random.default_rng(8))
    parts = np.split(clicks, 60, axis=1)
    found = [count_clicks(DEVICE, THETA, part)["the device"].deviation for part in parts]
    assert np.std(found) == pytest.approx(1.0, abs=0.3)
    assert abs(np.mean(found)) < 0.5


def test_photons_that_bunch_make_fewer_clicks():
    """The mean field bunches, too."""
    clicks = DEVICE.sample(THETA, 1, rng=np.random.default_rng(6))
    counts = count_clicks(DEVICE, THETA, clicks)
    device, distinguishable, mean_field = (count.expected for count in counts.values())
    assert device < distinguishable
    assert mean_field < distinguishable


def test_a_number_of_clicks_that_is_certain_deviates_infinitely_or_not_at_all():
    device = TimeBinInterferometer((1, 1), (1,))
    for clicks, deviation in (([1, 1], 0.0), ([1, 0], -np.inf)):
        counts = count_clicks(device, [0.0], [clicks])
        assert counts["distinguishable photons"].deviation == deviation


def test_a_device_is_validated_once_it_is_calibrated():
    """Its angles are not those that it was asked for: at those, distinguishable photons do."""
    model = dataclasses.replace(DEVICE, efficiency=1.0, indistinguishability=1.0)
    clicks = DEVICE.sample(THETA + 0.2, 1_000, rng=np.random.default_rng(7))
    found = calibrate(model, THETA, clicks)
    before = validate(DEVICE, THETA, clicks)
    after = validate(found.device, found.angles(THETA), clicks)
    for name, odds in after.items():
        assert odds.log_odds > before[name].log_odds
        assert odds.probability > 1 - 1e-9
        assert abs(odds.score - odds.if_device) < 4 * odds.standard_error


def test_what_is_impossible_decides_at_once():
    ideal = TimeBinInterferometer((1, 1), (1,))
    odds = validate(ideal, [np.pi / 4], [[1, 0], [1, 1]])["distinguishable photons"]
    assert (odds.log_odds, odds.probability) == (-np.inf, 0.0)
    assert odds.if_impostor == -np.inf
    assert np.isnan(odds.standard_error)
    with pytest.raises(ValueError, match=r"the clicks 00 at theta\[0\] have probability 0 for"):
        validate(ideal, [np.pi / 4], [[0, 0]])


def test_one_shot_has_no_standard_error():
    odds = validate(DEVICE, THETA, np.zeros((6, 1, 5)))["mean field"]
    assert np.isfinite(odds.log_odds)
    assert np.isnan(odds.standard_error)


def test_too_many_phases_are_refused_and_can_be_sampled():
    sampler = MeanFieldSampler(TimeBinInterferometer())
    with pytest.raises(ValueError, match=r"8 photons in 16 time bins, 1 times, .* samples need"):
        sampler.click_probabilities(np.zeros(30))
    clicks = sampler.sample(np.zeros(30), 50, rng=np.random.default_rng(0))
    assert clicks.shape == (50, 16)
    assert not clicks[:, 1::2].any()  # no light is moved


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="device is 3, a LoopDevice is expected"):
        MeanFieldSampler(3)
    with pytest.raises(ValueError, match="theta has 2 angles, 8 expected"):
        validate(DEVICE, np.zeros((1, 2)), np.zeros((1, 1, 5)))
    with pytest.raises(ValueError, match="n_shots is 0"):
        MeanFieldSampler(DEVICE).sample(THETA, 0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="rng is 0"):
        MeanFieldSampler(DEVICE).sample(THETA, 1, rng=0)


def test_patterns_are_numbered_as_the_exact_probabilities_are():
    device = TimeBinInterferometer((1, 0, 0), (1,))
    clicks = device.sample([0.0, 0.0], 3, rng=np.random.default_rng(0))
    _, patterns = check_measurement(device, [0.0, 0.0], clicks)
    assert (device.click_probabilities([0.0, 0.0])[patterns] == 1.0).all()
