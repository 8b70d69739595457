"""Stored records stay those of their grids, whatever becomes of the defaults."""

import json
from dataclasses import replace
from typing import get_args

import pytest

from pqkd_helpers.experiments.grids.grid import Job, Tier
from pqkd_helpers.experiments.grids.paper import BASELINES, GRIDS
from pqkd_helpers.experiments.jobs.chosen_jobs import chosen_jobs
from pqkd_helpers.experiments.jobs.work import is_done
from pqkd_helpers.experiments.runs.run import record_of
from pqkd_helpers.experiments.studies.compression import ARMS as COMPRESSED
from pqkd_helpers.experiments.studies.compression import CompressionStudy
from pqkd_helpers.experiments.studies.shot_sweep import ShotSweepStudy
from pqkd_helpers.records.record import without_seconds
from pqkd_helpers.records.stored import STORED_RECORDS

TIERS = get_args(Tier)


def stored_runs():
    for path in sorted(STORED_RECORDS.glob("*/*.json")):
        record = json.loads(path.read_bytes())
        # Runs named "train" are those of a command line, and of no grid.
        if record["kind"] == "run" and record["experiment"] != "train":
            yield path.stem, record


def todays_configuration(record):
    experiment, arm, seed = record["experiment"], record["arm"], record["seed"]
    if experiment == "compression":
        return CompressionStudy(seed=seed).run_config(COMPRESSED[arm])
    if experiment == "shot-sweep":
        return ShotSweepStudy(seed=seed).runs()[arm].config
    tier = record["tier"] if record["tier"] in TIERS else "cpu"
    return GRIDS[experiment].config(tier, record["dataset"], arm, seed)


def test_reproducing_would_start_no_stored_run():
    """Each stored run equals its grid's configuration, under the name that its job has today."""
    begun_anew = []
    for name, record in stored_runs():
        config = todays_configuration(record)
        same = record["configuration"] == config.as_json()
        if record["experiment"] in GRIDS:
            job = Job(record["experiment"], record["arm"], record["tier"], config)
            same = same and job.name == name and is_done(job, STORED_RECORDS)
        if not same:
            begun_anew.append(name)
    assert not begun_anew


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_every_arm_says_what_spsa_judges(grid):
    """A change of the default objective or gain must not change what an arm means."""
    for values in grid.arms.values():
        assert {"objective", "spsa_step_size"} <= {**grid.base, **values}.keys()


def test_the_paper_tier_may_be_computed_in_another_arithmetic(monkeypatch):
    (job,) = chosen_jobs("table1", "paper", 1, datasets=["mnist"], arms=["at-rest"])
    (faster,) = chosen_jobs(
        "table1", "paper", 1, datasets=["mnist"], arms=["at-rest"], arithmetic="bfloat16"
    )
    assert faster.config.arithmetic == "bfloat16" and faster.name == job.name
    with pytest.raises(ValueError, match="at tier 'paper' only"):
        chosen_jobs("table1", "cpu", 1, arithmetic="bfloat16")
    record = json.loads((STORED_RECORDS / "train" / "train-quick-seed0.json").read_bytes())
    record["configuration"] = faster.as_json()
    monkeypatch.setattr("pqkd_helpers.experiments.jobs.work.read_record", lambda path: record)
    for tier, done in (("paper", True), ("cpu", False)):
        record["tier"] = tier
        assert is_done(job, STORED_RECORDS) == done


def test_arms_through_the_average_differ_in_what_spsa_is_asked_alone():
    grid = GRIDS["shot-noise"]
    for shots in (25, 50, 100, 200):
        fresh, through = (
            grid.config("cpu", "mnist", f"{curve}-{shots}", 0) for curve in ("ema", "through-ema")
        )
        assert through == replace(fresh, objective="through-ema")
    for shots in (5, 10):
        more = grid.config("cpu", "mnist", "raw-25", 0)
        assert grid.config("cpu", "mnist", f"raw-{shots}", 0) == replace(more, n_shots=shots)
        assert grid.config("cpu", "mnist", f"through-ema-{shots}", 0).ema_beta == 0.9


def test_one_cycle_arms_differ_from_the_stored_ones_by_their_schedule():
    grid, changed = GRIDS["extreme"], {"epochs": 30, "learning_rate": 3e-3, "schedule": "one-cycle"}
    for arm, values in {
        "one-cycle-at-rest": {"spsa_steps": 0},
        "one-cycle-through-ema": {"objective": "through-ema"},
    }.items():
        constant = grid.config("cpu", "mnist", "32-64-64", 1)
        assert grid.config("cpu", "mnist", arm, 1) == replace(constant, **changed, **values)


@pytest.mark.slow
def test_without_an_average_both_objectives_are_the_same_run():
    """Why there is no second curve without smoothing."""
    config = replace(GRIDS["shot-noise"].config("smoke", "mnist", "raw-25", 0), spsa_steps=2)
    fresh, through = (
        without_seconds(record_of(replace(config, objective=objective)))
        for objective in ("fresh", "through-ema")
    )
    assert fresh["student"] == through["student"]
    assert fresh["student"]["epochs"][-1]["theta"] != fresh["student"]["epochs"][0]["theta"]
    smoothed = without_seconds(record_of(replace(config, objective="through-ema", ema_beta=0.9)))
    assert smoothed["student"] != through["student"]


@pytest.mark.slow
@pytest.mark.parametrize("arm", BASELINES)
def test_a_baseline_of_table_1_can_be_run(arm):
    """A frozen vector cannot be standardised over the settings, so it has its own scaling."""
    final = record_of(GRIDS["table1"].config("smoke", "mnist", arm, 0))["student"]["final"]
    assert 0.0 <= final["validation"]["accuracy"] <= 1.0
