"""The experiment on SPSA's contribution: what its arms share, and what is stored."""

import dataclasses
import json
from pathlib import Path

import pytest

from pqkd_helpers.command_line.main import main
from pqkd_helpers.experiments.jobs.work import chosen_jobs as spsa_contribution
from pqkd_helpers.experiments.runs.presets import preset
from pqkd_helpers.records import stored_record
from pqkd_helpers.records.record import read_record

pytestmark = pytest.mark.slow

RECORDS = Path(__file__).parents[3] / "figures" / "records"
STORED = sorted(RECORDS.glob("spsa-contribution/*.json"))


def test_the_arms_differ_from_the_quick_run_by_what_they_are_named_after():
    quick = preset("quick").as_json()
    for arm, changes in spsa_contribution.ARMS.items():
        assert spsa_contribution.arm_config(arm, 3).as_json() == {**quick, **changes, "seed": 3}


def test_it_runs_is_resumed_and_stores_one_record_per_run(tmp_path, monkeypatch, capsys):
    small = dataclasses.replace(
        preset("quick"), dataset="digits", widths=(4, 6, 8), epochs=1, spsa_steps=2, n_shots=20
    )
    monkeypatch.setattr(spsa_contribution, "preset", lambda name: small)
    command = ["study", "spsa", "--n-seeds", "2", "--device", "cpu"]
    command += ["--runs", str(tmp_path / "runs"), "--out", str(tmp_path)]
    assert main(command) == 0
    paths = sorted((tmp_path / "records" / "spsa-contribution").iterdir())
    assert len(paths) == 2 * len(spsa_contribution.ARMS)
    records = [read_record(path) for path in paths]
    assert {(r["experiment"], r["arm"], r["seed"]) for r in records} == {
        ("spsa-contribution", arm, seed) for arm in spsa_contribution.ARMS for seed in (0, 1)
    }
    before = [path.read_bytes() for path in paths]
    assert main(command) == 0
    assert [path.read_bytes() for path in paths] == before
    assert len(list((tmp_path / "runs").glob("teacher-*"))) == 2  # the arms share it


def test_it_needs_a_seed(tmp_path, capsys):
    assert main(["study", "spsa", "--n-seeds", "0", "--out", str(tmp_path)]) == 2
    assert "--n-seeds is 0" in capsys.readouterr().err


def test_the_stored_records_are_complete_pairs_of_todays_experiment():
    records = [read_record(path) for path in STORED]
    found = {(record["arm"], record["seed"]) for record in records}
    seeds = range(spsa_contribution.N_SEEDS)
    assert found == {(arm, seed) for arm in spsa_contribution.ARMS for seed in seeds}
    for record in records:
        config = spsa_contribution.arm_config(record["arm"], record["seed"])
        assert record["configuration"] == json.loads(json.dumps(config.as_json()))


@pytest.mark.parametrize("seed", range(spsa_contribution.N_SEEDS))
def test_the_stored_arms_of_a_seed_share_their_teacher(seed):
    teachers = [
        stored_record(f"spsa-contribution-{arm}-seed{seed}")["teacher"]["final"]
        for arm in spsa_contribution.ARMS
    ]
    assert all(teacher == teachers[0] for teacher in teachers)
