"""The best students in bytes: whose runs they are, and that each row is what its file holds."""

from dataclasses import replace

import pytest
import torch

from pqkd_helpers.command_line.main import main
from pqkd_helpers.compression import read_compressed, save_compressed, to_dense
from pqkd_helpers.compression.compressed_file import compressed_bytes
from pqkd_helpers.datasets.image_format import ImageFormat
from pqkd_helpers.experiments.grids.ladder import FRONTIER_AT_BEST
from pqkd_helpers.experiments.jobs.chosen_jobs import chosen_jobs
from pqkd_helpers.experiments.jobs.work import is_done
from pqkd_helpers.experiments.runs.building import build_student, feature_specification
from pqkd_helpers.experiments.runs.run_folder import STUDENT_FILE
from pqkd_helpers.experiments.studies.byte_rows import compression_table
from pqkd_helpers.experiments.studies.bytes_at_best import ARMS, BytesAtBestStudy
from pqkd_helpers.networks.evaluation import evaluate
from pqkd_helpers.records.record import read_record

ARM = "pqkd-1184"
SMALL = BytesAtBestStudy(ARM, "smoke", fine_tuning_epochs=1)
(RUN,) = SMALL.runs().values()
OTHER = replace(FRONTIER_AT_BEST, base={**FRONTIER_AT_BEST.base, "n_shots": 50})


def test_its_runs_are_those_of_the_frontier():
    frontier = {job.name: job for job in FRONTIER_AT_BEST.jobs("cpu", 2)}
    for arm in ARMS:
        (job,) = BytesAtBestStudy(arm, seed=1).runs().values()
        assert job == frontier[job.name] and job.folder == frontier[job.name].folder


def test_every_size_of_the_frontier_can_be_asked_for():
    sizes = {arm for arm in FRONTIER_AT_BEST.arms if arm.startswith("pqkd")}
    assert {*ARMS} == sizes and len(sizes) == 5


def test_one_command_asks_for_one_arm_and_all_leaves_it_out():
    jobs = chosen_jobs("bytes-at-best", "cpu", 2, arms=["pqkd-1984"])
    studies = [BytesAtBestStudy("pqkd-1984", seed=seed) for seed in (0, 1)]
    assert jobs == [study for one in studies for study in (*one.runs().values(), one)]
    assert not any(isinstance(job, BytesAtBestStudy) for job in chosen_jobs("all", "smoke", 1))


def test_what_an_arm_means_today_is_part_of_the_study(monkeypatch):
    before = SMALL.as_json()
    assert before["run"] == RUN.as_json()
    monkeypatch.setitem(ARMS, ARM, OTHER)
    assert SMALL.as_json() == {**before, "run": {**before["run"], "n_shots": 50, "fresh_shots": 50}}


@pytest.mark.parametrize(
    "wrong",
    [{"arm": "plain-1984"}, {"tier": "huge"}, {"fine_tuning_epochs": 0}, {"seed": -1}],
)
def test_bad_input(wrong):
    with pytest.raises(ValueError, match="expected"):
        BytesAtBestStudy(**wrong)


def test_the_files_of_1984_values_have_at_most_7_kb_and_a_third_of_the_smallest_is_text():
    (job,) = BytesAtBestStudy("pqkd-1984").runs().values()
    student = build_student(job.config, 1, 10)
    student.condition(torch.rand(512))
    options = {
        "feature": feature_specification(job.config, [0.1] * 30),
        "images": ImageFormat((1, 28, 28), (0.13062754273414612,), (0.30810779333114624,)),
    }
    half = compressed_bytes(student, dtype=torch.float16, **options)
    eight_bits = compressed_bytes(student, dtype=torch.int8, **options)
    assert len(eight_bits) < len(half) <= 7000
    assert 0.25 < int.from_bytes(eight_bits[:8], "little") / len(eight_bits) < 0.42


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("bytes")
    reproduce(root, root / "records")
    return root, read_record(root / "records" / "bytes-at-best" / f"{SMALL.name}.json")


def reproduce(root, out):
    command = ["reproduce", "bytes-at-best", "--tier", "smoke", "--seeds", "1", "--arms", ARM]
    assert main([*command, "--device", "cpu", "--runs", str(root / "runs"), "--out", str(out)]) == 0


@pytest.mark.slow
def test_the_records_are_stored_the_run_as_one_of_the_frontier(small):
    root, record = small
    assert record["configuration"] == SMALL.as_json()
    assert (record["arm"], record["tier"], record["dataset"]) == (ARM, "smoke", "digits")
    assert record["seconds"]["bytes"] > 0
    names = {str(path.relative_to(root / "records")) for path in (root / "records").glob("*/*")}
    assert names == {f"frontier-at-best/{RUN.name}.json", f"bytes-at-best/{SMALL.name}.json"}


@pytest.mark.slow
def test_the_rows_are_what_comes_out_of_the_files(small, digits, tmp_path):
    root, record = small
    run = read_record(root / "records" / "frontier-at-best" / f"{RUN.name}.json")
    rows = {row["name"]: row for row in record["results"]["rows"]}
    found = read_compressed(root / "runs" / RUN.folder / STUDENT_FILE)
    data = digits.with_train_images(200)
    for dtype in ("float32", "float16", "int8"):
        row = rows[f"PQKD student, {dtype}"]
        options = {"feature": found.feature, "images": found.images}
        n_bytes = save_compressed(
            found.student, tmp_path / dtype, dtype=getattr(torch, dtype), **options
        )
        plain = to_dense(read_compressed(tmp_path / dtype).student)
        assert row["file_bytes"] == n_bytes == (tmp_path / dtype).stat().st_size
        assert row["values"] == run["compression"]["student_values"]
        assert row["test_accuracy"] == evaluate(plain, data).accuracy
        assert row["validation_accuracy"] == evaluate(plain, data, "validation").accuracy
    full, half, eight_bits = (
        rows[f"PQKD student, {name}"] for name in ("float32", "float16", "int8")
    )
    assert full["file_bytes"] > half["file_bytes"] > eight_bits["file_bytes"]
    assert full["test_accuracy"] == run["student"]["final"]["test"]["accuracy"]
    assert rows["teacher, float32"]["test_accuracy"] == run["teacher"]["final"]["test"]["accuracy"]


@pytest.mark.slow
def test_the_teacher_is_pruned_to_the_bytes_of_every_file(small):
    rows = {row["name"]: row for row in small[1]["results"]["rows"]}
    sizes = [row["file_bytes"] for name, row in rows.items() if name.startswith("PQKD")]
    for size in sizes:
        assert rows[f"teacher, pruned to fit {size:,} bytes, int8"]["file_bytes"] <= size
    n_values = rows["PQKD student, int8"]["values"]
    assert rows[f"teacher, pruned to {n_values:,} values, int8"]["values"] <= n_values
    assert len(sizes) == 3 and len(rows) == 1 + 3 + 1 + 1 + 3


@pytest.mark.slow
def test_the_command_goes_on_with_what_is_there_and_prints_the_table(small, capsys):
    root, record = small
    trained = root / "runs" / RUN.folder / "record.json"
    before = trained.stat().st_mtime_ns
    reproduce(root, root / "again")
    again = read_record(root / "again" / "bytes-at-best" / f"{SMALL.name}.json")
    assert again["results"] == record["results"] and trained.stat().st_mtime_ns == before
    assert compression_table(record) in capsys.readouterr().out


@pytest.mark.slow
def test_a_record_is_made_anew_once_the_arm_means_something_else(small, monkeypatch):
    out = small[0] / "records"
    assert is_done(SMALL, out)
    monkeypatch.setitem(ARMS, ARM, OTHER)
    assert not is_done(SMALL, out)
