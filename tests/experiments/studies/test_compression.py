"""The study of compression in bytes: what it does on a small scale, and what is stored."""

import json
from pathlib import Path

import pytest

from pqkd_helpers.command_line.main import main
from pqkd_helpers.experiments.studies.byte_rows import compression_table
from pqkd_helpers.experiments.studies.compression import ARMS, CompressionStudy
from pqkd_helpers.records import stored_record
from pqkd_helpers.records.record import METHOD_VERSION, read_record

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
SMALL = CompressionStudy(dataset="digits", widths=(4, 6, 8), epochs=1, fine_tuning_epochs=1)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("study")
    command = ["reproduce", "compression", "--tier", "smoke", "--device", "cpu"]
    command += ["--runs", str(root / "runs"), "--out", str(root / "records")]
    assert main(command) == 0
    return root, read_record(root / "records" / "compression" / "study-compression.json")


def test_the_records_are_stored(small):
    root, record = small
    assert record["configuration"] == SMALL.as_json()
    names = {path.name for path in (root / "records" / "compression").iterdir()}
    assert names == {f"compression-{arm}-seed0.json" for arm in ARMS} | {"study-compression.json"}


def test_the_rows_are_what_they_say(small):
    root, record = small
    _teacher, *students, int8, as_many, least, fitted = record["results"]["rows"]
    for arm, (full, half) in zip(ARMS, (students[:2], students[2:]), strict=True):
        run = read_record(root / "records" / "compression" / f"compression-{arm}-seed0.json")
        assert full["values"] == half["values"] == run["compression"]["student_values"]
        sizes = run["ledger"]["sizes"]["file_bytes"]
        assert full["file_bytes"] == sizes["student"]
        assert half["file_bytes"] == sizes["student_float16"]
        assert full["test_accuracy"] == run["student"]["final"]["test"]["accuracy"]
    assert int8["values"] > as_many["values"] > least["values"]
    assert as_many["values"] <= students[0]["values"] and least["values"] <= students[-1]["values"]
    assert min(int8["file_bytes"], as_many["file_bytes"]) > least["file_bytes"]
    assert fitted["file_bytes"] <= students[-1]["file_bytes"]


def test_the_command_goes_on_with_what_is_there(small, capsys):
    root, record = small
    command = ["reproduce", "compression", "--tier", "smoke", "--device", "cpu"]
    command += ["--runs", str(root / "runs"), "--out", str(root / "again")]
    assert main(command) == 0
    again = json.loads((root / "again" / "compression" / "study-compression.json").read_text())
    assert again["results"] == record["results"]
    assert compression_table(record) in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"widths": (1, 2)}, {"dataset": "nothing"}])
def test_bad_input(wrong):
    with pytest.raises(ValueError, match="expected"):
        CompressionStudy(**wrong)


def test_the_stored_study_is_todays():
    record = stored_record("study-compression")
    assert record["configuration"] == CompressionStudy().as_json()
    assert record["method_version"] == METHOD_VERSION
    rows = {row["name"]: row for row in record["results"]["rows"]}
    for arm, scope in ARMS.items():
        run = stored_record(f"compression-{arm}-seed0")
        full, half = (rows[f"PQKD student, {scope}, float{bits}"] for bits in (32, 16))
        assert full["file_bytes"] == run["ledger"]["sizes"]["file_bytes"]["student"]
        assert abs(full["test_accuracy"] - run["student"]["final"]["test"]["accuracy"]) <= 2e-4
        assert abs(half["test_accuracy"] - full["test_accuracy"]) <= 1e-3  # 0.1 point
    assert compression_table(record) in (ROOT / "notebooks" / "files_and_bytes.md").read_text()
