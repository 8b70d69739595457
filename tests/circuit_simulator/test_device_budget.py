import dataclasses
import math
import re

import numpy as np
import pytest
from scipy.stats import binom, norm, poisson

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.device_budget import PHASE_TOLERANCE, DeviceBudget
from pqkd_helpers.circuit_simulator.heralded_source import HeraldedSource
from pqkd_helpers.feature_histograms import click_histograms
from tests.goodness_of_fit import fits

PERFECT = HeraldedSource(multiplexed_pulses=10**6)  # a photon whenever one is asked for


@pytest.mark.parametrize("mu", [0.01, 0.3, 2.0])
@pytest.mark.parametrize("seen", [0.1, 0.8, 1.0])
def test_a_heralded_pulse_is_a_thermal_one_of_which_a_herald_is_seen(mu, seen):
    """Photon number by photon number, far beyond where any light is left."""
    n = np.arange(2000)
    chance = np.exp(n * np.log(mu) - (n + 1) * np.log1p(mu)) * (1 - (1 - seen) ** n)
    source = HeraldedSource(pairs_per_pulse=mu, herald_efficiency=seen)
    assert source.herald_probability == pytest.approx(chance.sum())
    given = chance / chance.sum()
    assert source.one_photon_share == pytest.approx(given[1])
    assert source.g2 == pytest.approx(n * (n - 1) @ given / (n @ given) ** 2)


def test_multiplexing_makes_photons_more_certain_and_not_purer():
    one = HeraldedSource(multiplexed_pulses=1)
    assert one.photon_on_demand == pytest.approx(one.herald_probability)
    for pulses in (2, 40):
        many = dataclasses.replace(one, multiplexed_pulses=pulses)
        no_herald = binom.pmf(0, pulses, one.herald_probability)
        assert many.photon_on_demand == pytest.approx(1 - no_herald)
        assert many.g2 == one.g2


def test_a_herald_that_is_never_seen_announces_nothing():
    blind = DeviceBudget(source=HeraldedSource(herald_efficiency=0.0))
    assert blind.source.photon_on_demand == blind.all_detected == 0
    assert blind.seconds_per_complete_epoch() == math.inf


def test_eight_photons_survive_an_efficiency_of_three_tenths_in_seven_of_100000_shots():
    budget = DeviceBudget(total_efficiency=0.3)
    assert budget.all_survive == pytest.approx(0.3**8) == pytest.approx(6.561e-5)
    assert 1 / budget.all_survive == pytest.approx(15_000, rel=0.02)  # as a page says
    certain = DeviceBudget(total_efficiency=0.3, source=PERFECT, jitter=0.0)
    assert certain.all_detected == pytest.approx(budget.all_survive)
    assert budget.all_detected < budget.all_survive


def test_the_number_of_detected_photons_is_binomial_and_the_simulators():
    budget = DeviceBudget(circuit=TimeBinInterferometer((1, 1, 0, 1), (1, 1)), dark_count_rate=0.0)
    p = budget.detected_photons()
    assert np.allclose(p, binom.pmf(range(4), 3, budget.photon_efficiency))
    assert p[-1] == pytest.approx(budget.all_detected)
    photons = budget.simulated().sample_photons(
        np.linspace(-1, 1, 6), 20_000, rng=np.random.default_rng(0)
    )
    assert fits(np.bincount(photons.sum(axis=1), minlength=4), p)


def test_dark_counts_are_poisson():
    budget = DeviceBudget(dark_count_rate=2e6, gate_length=1e-7)
    assert budget.dark_count_probability == pytest.approx(1 - poisson.pmf(0, 0.2))
    assert budget.simulated().dark_count_probability == budget.dark_count_probability
    rare = DeviceBudget(dark_count_rate=1e-3, gate_length=1e-9)
    assert rare.dark_count_probability == pytest.approx(1e-12, rel=1e-9, abs=0)  # not rounded away


def test_the_jitter_is_gaussian_and_its_width_that_at_half_maximum():
    budget = DeviceBudget(jitter=1e-9, gate_length=1.5e-9)
    times = norm(scale=1 / math.sqrt(8 * math.log(2)))  # in nanoseconds
    assert times.pdf(0.5) == pytest.approx(times.pdf(0) / 2)
    assert budget.share_in_gate == pytest.approx(times.cdf(0.75) - times.cdf(-0.75))
    sharp = dataclasses.replace(budget, jitter=0.0)
    assert sharp.share_in_gate == 1
    expected = budget.share_in_gate * sharp.photon_efficiency
    assert budget.photon_efficiency == pytest.approx(expected)


def test_an_epoch_is_its_shots_and_its_reconfigurations():
    budget = DeviceBudget(bin_spacing=1e-6, reconfiguration_time=0.5, jitter=0.0, source=PERFECT)
    # 16 bins and one round of delay in each of two loops
    assert budget.shot_duration == pytest.approx(18e-6)
    assert budget.shots_per_second == pytest.approx(1 / 18e-6)
    assert budget.seconds_per_epoch() == pytest.approx(4200 * 18e-6 + 21 * 0.5)
    assert budget.seconds_per_epoch(n_settings=22) == pytest.approx(4400 * 18e-6 + 22 * 0.5)
    complete = 4200 * 18e-6 / 0.3**8 + 21 * 0.5
    assert budget.seconds_per_complete_epoch() == pytest.approx(complete)


def test_the_phases_wander_as_the_root_of_the_time_and_a_fringe_fades():
    budget = DeviceBudget(loop_phase_drift=0.2)
    assert budget.phase_drift(1) == pytest.approx(0.2) and budget.phase_drift(0) == 0
    assert budget.phase_drift(9) == pytest.approx(0.6)
    drifts = np.random.default_rng(0).normal(0.0, 0.6, 200_000)
    assert budget.phase_contrast(9) == pytest.approx(np.cos(drifts).mean(), abs=3e-3)


def test_phases_within_the_tolerance_move_less_than_a_tenth_of_the_shot_noise():
    ideal, drifted = (TimeBinInterferometer(loop_phases=(p, 0.0)) for p in (0.0, PHASE_TOLERANCE))
    rng = np.random.default_rng(1)
    theta = rng.uniform(-np.pi, np.pi, (30, 30))
    exact = ideal.half_click_probabilities(theta).reshape(30, 512)
    moved = drifted.half_click_probabilities(theta).reshape(30, 512) - exact
    noise = [click_histograms(shots) for shots in ideal.sample(theta, 200, rng=rng)] - exact
    assert 0 < np.abs(moved).sum() < 0.1 * np.abs(noise).sum()


def test_the_laser_must_give_the_pulses_that_are_multiplexed():
    source = HeraldedSource(multiplexed_pulses=20, repetition_rate=1e8)
    enough = DeviceBudget(source=source, bin_spacing=1e-7)  # a photon in every second bin
    assert enough.pulses_per_photon == 20 and not enough.violations()
    full = dataclasses.replace(enough, circuit=TimeBinInterferometer((1,) * 16))
    assert full.pulses_per_photon == 10
    alone = dataclasses.replace(enough, circuit=TimeBinInterferometer((1,) + (0,) * 15))
    assert alone.pulses_per_photon == 180  # until the next shot


CHANGES = [
    ({"bin_spacing": 4e-8, "dead_time": 1e-7}, "3 detectors in turn"),
    ({"gate_length": 2e-7}, "a gate lasts 200 ns, longer than the 167 ns from bin to bin"),
    (
        {"jitter": 2e-9},
        r"with a jitter of 2 ns \(FWHM\), a gate of 2 ns catches 0\.761 of the clicks",
    ),
    ({"switching_time": 2e-3}, "a splitter takes 2 ms to switch"),
    ({"source": HeraldedSource(multiplexed_pulses=67)}, "67 pulses .* the laser gives 66"),
    ({"reconfiguration_time": 1.0}, r"the difference .* drifts by 0\.458 rad in an epoch of 21 s"),
]


def test_what_is_assumed_by_default_violates_nothing():
    assert DeviceBudget().violations() == []


@pytest.mark.parametrize(("change", "message"), CHANGES, ids=[text[:20] for _, text in CHANGES])
def test_each_condition_that_is_not_met_is_said_with_its_numbers(change, message):
    budget = DeviceBudget(source=HeraldedSource(multiplexed_pulses=1))
    (sentence,) = dataclasses.replace(budget, **change).violations()
    assert re.search(message, sentence)


def test_every_number_has_a_unit_and_a_reference_or_is_assumed():
    rows = DeviceBudget().numbers()
    assert len(rows) == 13
    for name, value, unit, origin in rows:
        share = name.endswith("efficiency")
        assert value > 0 and bool(unit) != share
        assert origin == "assumed" or origin.startswith(("doi:10.", "arXiv:"))
    changed = DeviceBudget(dead_time=1e-8, source=HeraldedSource(pairs_per_pulse=0.1)).numbers()
    assert [row[0] for row in changed if row[3] == "given"] == ["pairs_per_pulse", "dead_time"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"total_efficiency": 1.1}, r"total_efficiency is 1\.1, a number in \[0, 1\]"),
        ({"bin_spacing": 0}, "bin_spacing is 0, a finite number > 0"),
        ({"gate_length": math.inf}, "gate_length is inf"),
        ({"dead_time": -1e-9}, "dead_time is -1e-09, a finite number >= 0"),
        ({"jitter": math.nan}, "jitter is nan"),
        ({"dark_count_rate": "130"}, "dark_count_rate is '130'"),
        ({"loop_phase_drift": None}, "loop_phase_drift is None"),
        ({"circuit": (1, 0)}, r"circuit is \(1, 0\), a TimeBinInterferometer is expected"),
        ({"circuit": TimeBinInterferometer(efficiency=0.9)}, "without losses and dark counts"),
        ({"circuit": TimeBinInterferometer(loop_efficiency=0.9)}, "total_efficiency and dark"),
        ({"source": 0.5}, r"source is 0\.5, a HeraldedSource is expected"),
    ],
)
def test_impossible_devices_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        DeviceBudget(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pairs_per_pulse": 0}, "pairs_per_pulse is 0"),
        ({"herald_efficiency": 2}, "herald_efficiency is 2"),
        ({"multiplexed_pulses": 2.5}, r"multiplexed_pulses is 2\.5, a whole number >= 1"),
        ({"repetition_rate": -1}, "repetition_rate is -1"),
    ],
)
def test_impossible_sources_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        HeraldedSource(**wrong)


def test_impossible_epochs_and_times_are_refused():
    budget = DeviceBudget()
    with pytest.raises(ValueError, match="n_settings is 0"):
        budget.seconds_per_epoch(n_settings=0)
    with pytest.raises(ValueError, match=r"n_shots is 1\.5"):
        budget.seconds_per_complete_epoch(n_shots=1.5)
    with pytest.raises(ValueError, match="seconds is -1"):
        budget.phase_drift(-1)
