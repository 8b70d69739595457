"""The experiment on SPSA's contribution: what its arms share, and what is stored."""

import json

import pytest

from pqkd_helpers.command_line.main import main
from pqkd_helpers.experiments.grids.grid import FRESH
from pqkd_helpers.experiments.grids.paper import SPSA_CONTRIBUTION
from pqkd_helpers.experiments.runs.presets import preset
from pqkd_helpers.paper_figures.spsa_contribution import PAIRS
from pqkd_helpers.records import stored_record
from pqkd_helpers.records.record import read_record
from pqkd_helpers.records.stored import STORED_RECORDS

pytestmark = pytest.mark.slow

ARMS = SPSA_CONTRIBUTION.arms
SEEDS = range(10)


def test_the_arms_differ_from_the_quick_run_by_what_they_are_named_after():
    quick = {**preset("quick").as_json(), **FRESH}
    for arm, changes in ARMS.items():
        found = SPSA_CONTRIBUTION.config("cpu", "mnist-5k", arm, 3).as_json()
        assert found == {**quick, **changes, "seed": 3}


def test_it_runs_is_resumed_and_stores_one_record_per_run(tmp_path):
    command = ["reproduce", "spsa-contribution", "--seeds", "2", "--tier", "smoke"]
    command += ["--device", "cpu", "--runs", str(tmp_path / "runs"), "--out", str(tmp_path)]
    assert main(command) == 0
    paths = sorted((tmp_path / "spsa-contribution").iterdir())
    records = [read_record(path) for path in paths]
    assert {(r["experiment"], r["arm"], r["seed"]) for r in records} == {
        ("spsa-contribution", arm, seed) for arm in ARMS for seed in (0, 1)
    }
    assert all("theta" in r["student"]["epochs"][0] for r in records)  # traces are kept
    before = [path.read_bytes() for path in paths]
    assert main(command) == 0
    assert [path.read_bytes() for path in paths] == before
    assert len(list((tmp_path / "runs").glob("teacher-*"))) == 2  # the arms share it


def test_it_needs_a_seed(tmp_path, capsys):
    command = ["reproduce", "spsa-contribution", "--seeds", "0", "--out", str(tmp_path)]
    assert main(command) == 2
    assert "seeds is 0" in capsys.readouterr().err


def test_the_stored_records_are_complete_pairs_of_todays_experiment():
    records = [read_record(path) for path in STORED_RECORDS.glob("spsa-contribution/*.json")]
    found = {(record["arm"], record["seed"]) for record in records}
    assert found == {(arm, seed) for arm in ARMS for seed in SEEDS}
    for record in records:
        config = SPSA_CONTRIBUTION.config("cpu", "mnist-5k", record["arm"], record["seed"])
        assert record["configuration"] == json.loads(json.dumps(config.as_json()))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("asked", ["fresh", "through-ema"])
def test_the_stored_arms_of_a_seed_share_their_teacher(asked, seed):
    """Those that were run on one machine, and only those are paired."""
    arms = {arm for arm in ARMS if arm.startswith("through-ema") == (asked == "through-ema")}
    teachers = [
        stored_record(f"spsa-contribution-{arm}-seed{seed}")["teacher"]["final"] for arm in arms
    ]
    assert all(teacher == teachers[0] for teacher in teachers)
    assert all(set(pair) <= arms or not set(pair) & arms for pair in PAIRS)
