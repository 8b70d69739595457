"""The plan of the students of flawed light keeps its word: one flaw an arm, and its arithmetic."""

import math

import pytest
from scipy import optimize, stats

from pqkd_helpers.circuit_simulator.device_budget import DeviceBudget
from pqkd_helpers.experiments.grids import flawed_light
from pqkd_helpers.experiments.grids.flawed_light import FLAWED_LIGHT, IDEAL
from pqkd_helpers.experiments.grids.paper import GRIDS
from pqkd_helpers.experiments.jobs.chosen_jobs import chosen_jobs
from pqkd_helpers.records import stored_record
from pqkd_helpers.statistics import detection_power
from pqkd_helpers.statistics.equivalence import equivalence_power

PLAN = " ".join((flawed_light.__doc__ or "").split())
FLAWS = {
    "efficiency": 0.3,
    "indistinguishability": 0.9,
    "dark_count_probability": 0.002,
    "loop_phases": (0.0, math.pi / 2),
}
N_PAIRS, N_CONTRASTS = 10, 5


def ideal(seed):
    experiment, arm = IDEAL
    return GRIDS[experiment].config("cpu", "mnist", arm, seed)


@pytest.mark.parametrize("arm", FLAWED_LIGHT.arms)
def test_an_arm_differs_from_the_ideal_light_by_its_flaw_alone(arm):
    expected = FLAWS if arm == "all-flaws" else {arm.replace("-", "_"): ...}
    expected = {
        {"dark_counts": "dark_count_probability"}.get(name, name): value
        for name, value in expected.items()
    }
    flawed = FLAWED_LIGHT.config("cpu", "mnist", arm, 3)
    changed = {
        name: getattr(flawed, name)
        for name in vars(flawed)
        if getattr(flawed, name) != getattr(ideal(3), name)
    }
    assert changed == {name: FLAWS[name] for name in expected}
    assert flawed.teacher_as_json() == ideal(3).teacher_as_json()


def test_reproduce_knows_its_fifty_runs_and_leaves_them_out_of_all():
    jobs = chosen_jobs("flawed-light", "cpu", N_PAIRS)
    assert len(jobs) == N_CONTRASTS * N_PAIRS == len({job.name for job in jobs})
    assert {job.config.seed for job in jobs} == {*range(10)}
    assert all(job.experiment != "flawed-light" for job in chosen_jobs("all", "cpu", 1))


def test_dark_counts_of_a_good_detector_could_do_nothing():
    device = DeviceBudget()
    assert f"{device.dark_count_probability:.1e}" == "2.6e-07"
    config = ideal(0)
    shots = config.epochs * (2 * config.spsa_steps + 1) * config.n_shots
    assert 0.3 < shots * config.n_modes * device.dark_count_probability < 0.4
    assert f"{device.all_survive:.0e}" == "7e-05"


def test_the_plan_says_what_ten_pairs_can_decide():
    pilot = stored_record("study-controls-pilot")["results"]
    deviation, margin = pilot["standard_deviation"], pilot["margin"]
    assert f"margin: that of the controls, {margin:.2f}" in PLAN.lower()
    assert f"by {deviation:.2f} points" in PLAN

    def power(effect, level):
        t = stats.t.ppf(1.0 - level / 2.0, N_PAIRS - 1)
        return stats.nct.sf(t, N_PAIRS - 1, effect / deviation * math.sqrt(N_PAIRS))

    assert power(1.0, 0.05) == pytest.approx(detection_power(N_PAIRS, deviation, 1.0))
    shown = [
        optimize.brentq(lambda effect, level=level: power(effect, level) - 0.8, 0.1, 5.0)
        for level in (0.05, 0.05 / N_CONTRASTS)
    ]
    assert f"difference of {shown[0]:.2f} points with probability 0.80" in PLAN
    assert f"and of {shown[1]:.2f} where the correction counts in full" in PLAN
    equal = equivalence_power(N_PAIRS, deviation, margin, level=0.05 / N_CONTRASTS)
    assert f"equivalent with probability {equal:.2f}" in PLAN
    beyond = margin + stats.t.ppf(0.975, N_PAIRS - 1) * deviation / math.sqrt(N_PAIRS)
    assert f"takes a measured difference of {beyond:.2f} points" in PLAN
