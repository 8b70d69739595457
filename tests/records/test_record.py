import copy
import json
from pathlib import Path

import pytest

from pqkd_helpers.records import RecordError
from pqkd_helpers.records.record import read_record, write_record

STORED = sorted((Path(__file__).parents[2] / "figures" / "records").glob("*/*.json"))


@pytest.fixture
def record():
    return read_record(next(path for path in STORED if path.stem.startswith("train-")))


def test_every_stored_record_is_valid_and_lies_with_its_experiment():
    assert STORED
    for path in STORED:
        assert read_record(path)["experiment"] == path.parent.name


def test_what_is_written_can_be_read(record, tmp_path):
    write_record(record, tmp_path / "a" / "record.json")
    assert read_record(tmp_path / "a" / "record.json") == record


@pytest.mark.parametrize(
    "path",
    [
        ("seed",),
        ("student",),
        ("ledger", "shots"),
        ("student", "final", "test"),
        ("student", "epochs", 0, "theta"),
        ("teacher", "final", "test", "accuracy"),
    ],
)
def test_a_missing_part_is_refused(record, path, tmp_path):
    broken = copy.deepcopy(record)
    part = broken
    for key in path[:-1]:
        part = part[key]
    del part[path[-1]]
    with pytest.raises(RecordError, match="must contain"):
        write_record(broken, tmp_path / "record.json")
    assert not (tmp_path / "record.json").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [("kind", "story"), ("seed", 1.5), ("arm", "Not a label"), ("extra", 1), ("threads", 0)],
)
def test_a_wrong_value_is_refused(record, key, value):
    with pytest.raises(RecordError, match=key):
        write_record({**record, key: value}, Path("never-written"))


def test_an_accuracy_above_one_is_refused(record):
    record["student"]["final"]["test"]["accuracy"] = 98.5
    with pytest.raises(RecordError, match="accuracy"):
        write_record(record, Path("never-written"))


def test_an_edited_configuration_is_noticed(record, tmp_path):
    record["configuration"]["seed"] = 77
    (tmp_path / "record.json").write_text(json.dumps(record))
    with pytest.raises(RecordError, match="one of them was changed"):
        read_record(tmp_path / "record.json")


def test_a_study_needs_results_and_no_networks(record):
    study = {k: v for k, v in record.items() if k not in ("teacher", "student")}
    with pytest.raises(RecordError, match="results"):
        write_record({**study, "kind": "study"}, Path("never-written"))


def test_what_is_no_json_is_refused(tmp_path):
    (tmp_path / "record.json").write_text("{")
    with pytest.raises(RecordError, match="not JSON"):
        read_record(tmp_path / "record.json")
