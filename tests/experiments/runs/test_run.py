import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from pqkd_helpers.experiments.runs.building import build_student, build_teacher
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.run import Labels, carry_out, record_of
from pqkd_helpers.experiments.runs.run_folder import RunFolderError
from pqkd_helpers.experiments.runs.student_runs import variance_ratio
from pqkd_helpers.experiments.runs.teacher_runs import teacher_name
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.experiments.tables import record_table
from pqkd_helpers.records.record import read_record, without_seconds

OPTIONS = {
    "dataset": "digits",
    "widths": (4, 6, 8),
    "scope": "all",
    "epochs": 3,
    "learning_rate": 0.01,
    "schedule": "one-cycle",
    "n_shots": 20,
    "spsa_steps": 2,
    "fresh_draws": 3,
}
CONFIG = RunConfig(**OPTIONS)


def run(root, config=CONFIG, labels=None, **options):
    place = Workplace(root, device="cpu", **options)
    return carry_out(config, name="run", place=place, labels=labels)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    return root, run(root)


def test_the_record_is_stored_and_valid(finished):
    root, record = finished
    assert read_record(root / "run" / "record.json") == record
    assert record["kind"] == "run" and record["experiment"] == "train"
    assert record["arm"] == "photonic" and record["dataset"] == "digits" and record["seed"] == 0
    assert len(record["student"]["epochs"]) == len(record["teacher"]["epochs"]) == 3


def test_the_record_holds_no_feature_vectors(finished):
    _, record = finished

    def longest(value):
        if isinstance(value, dict):
            return max(map(longest, value.values()), default=0)
        if isinstance(value, list):
            return max([len(value), *map(longest, value)])
        return 0

    assert longest(record) <= 30
    assert len(json.dumps(record)) < 20_000


def test_the_books_are_right(finished):
    _, record = finished
    shots, evaluations = record["ledger"]["shots"], record["ledger"]["circuit_evaluations"]
    assert evaluations == {"training": 3 * 5, "fitting": 0, "fresh_z": 3 + 3}
    assert shots == {"training": 300, "fitting": 0, "fresh_z": 120}
    assert sum(epoch["shots"] for epoch in record["student"]["epochs"]) == 300 + 60


def test_final_results_are_consistent(finished):
    _, record = finished
    final, last = record["student"]["final"], record["student"]["epochs"][-1]
    assert final["validation"]["accuracy"] == last["validation_accuracy"]
    assert final["headline"] == final["test"]
    assert record["student"]["spsa_images"] == 148
    assert final["validation_without_spsa"]["n_images"] == 297 - 148
    assert len(final["test_fresh_z"]["accuracies"]) == 3
    assert final["test_fresh_z"]["n_images"] == final["test"]["n_images"] == 300
    assert record["compression"]["n_angles"] == 30


def test_a_finished_run_is_not_done_again(finished, monkeypatch):
    root, record = finished
    monkeypatch.setattr("pqkd_helpers.datasets.loading.load_dataset", None)
    assert run(root) == record


def test_a_finished_run_has_the_labels_of_whoever_asks_for_it(finished):
    root, record = finished
    labels = {"experiment": "controls", "arm": "mine", "tier": "smoke"}
    assert run(root, labels=Labels(**labels)) == record | labels
    assert run(root) == record


def test_the_same_run_elsewhere_gives_the_same_numbers(finished):
    torch.manual_seed(99)
    labels = {"experiment": "controls", "arm": "mine", "tier": "smoke"}
    elsewhere = record_of(CONFIG, (*labels.values(),))
    assert without_seconds(elsewhere) == without_seconds(finished[1]) | labels


def test_another_seed_gives_other_numbers(finished, tmp_path):
    other = run(tmp_path, RunConfig(**{**OPTIONS, "seed": 1}))
    assert other["student"]["final"]["test"] != finished[1]["student"]["final"]["test"]


def test_the_teacher_is_shared(finished, monkeypatch):
    root, record = finished
    config = RunConfig(**{**OPTIONS, "scope": "conv1"})
    stages = []
    other = carry_out(
        config,
        name="other",
        place=Workplace(
            root,
            device="cpu",
            announce=lambda stage, done, total: stages.append((stage, done)),
        ),
    )
    assert other["teacher"] == record["teacher"]
    assert [done for stage, done in stages if stage == "teacher"] == [57]  # nothing left to do


def test_another_configuration_in_the_same_folder_is_refused(finished):
    root, _ = finished
    with pytest.raises(RunFolderError, match="rank was 8, now 4"):
        run(root, RunConfig(**{**OPTIONS, "rank": 4}))


def test_progress_is_announced_step_by_step(tmp_path):
    calls = []
    run(tmp_path, announce=lambda *call: calls.append(call))
    for stage in ("teacher", "student"):
        done = [call[1] for call in calls if call[0] == stage]
        assert done == list(range(58))
    assert calls[0] == ("teacher", 0, 57) and calls[-1] == ("final tests", 3, 3)


# Children that kill themselves with SIGKILL in their n-th durable write, half of the bytes written:
# in the teacher's first and third epoch, in the student's second epoch, and in the record.
CHILDREN = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads({threads})
from pqkd_helpers.common import files
from pqkd_helpers.experiments.runs import run_folder
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.run import carry_out
from pqkd_helpers.experiments.runs.workplace import Workplace

writes = 0
root = Path(sys.argv[1])

def deadly(path, content, original=files.write_durably):
    global writes
    writes += 1
    if writes == kill_at:
        path.write_bytes(content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    original(path, content)

files.write_durably = run_folder.write_durably = deadly
for kill_at in {kill_at}:
    child = os.fork()  # all of them import torch once
    if child == 0:
        carry_out(RunConfig(**{options}), name="run", place=Workplace(root, device="cpu"))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    epochs, done = len(list(root.glob("*/epoch_*"))), (root / "run" / "record.json").exists()
    print(os.waitstatus_to_exitcode(status), epochs, done)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")
def test_killed_while_writing_again_and_again_it_ends_with_the_same_numbers(finished, tmp_path):
    _, expected = finished
    kill_at, threads = (3, 7, 9, 9, 0), torch.get_num_threads()
    code = CHILDREN.format(kill_at=kill_at, options=OPTIONS, threads=threads)
    answer = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert answer.returncode == 0, answer.stderr
    ends = [line.split() for line in answer.stdout.splitlines()]
    assert [status for status, _, _ in ends] == ["-9"] * 4 + ["0"], answer.stderr
    assert [done for _, _, done in ends] == ["False"] * 4 + ["True"]
    epochs = [int(number) for _, number, _ in ends]
    assert epochs == sorted(epochs)  # no finished epoch is lost
    record = read_record(tmp_path / "run" / "record.json")
    assert without_seconds(record) == without_seconds(expected)
    trained = Path("run") / "epoch_0003" / "state.safetensors"
    assert (tmp_path / trained).read_bytes() == (finished[0] / trained).read_bytes()


@pytest.mark.slow
def test_the_articles_choices_run(tmp_path):
    config = RunConfig(
        **{
            **OPTIONS,
            "features": "single-photon",
            "scaling": "raw",
            "basis_start": "rank",
            "theta_start": "zero",
            "teacher_epochs": 10,
            "teacher_selection": "best-of-every-10th",
            "final_feature": "fresh",
            "fresh_shots": 60,
            "epochs": 1,
        }
    )
    record = run(tmp_path, config)
    final = record["student"]["final"]
    assert record["teacher"]["selected_epoch"] == 10 and record["arm"] == "single-photon"
    assert final["headline"]["accuracy"] == final["test_fresh_z"]["accuracies"][0]
    assert final["test_fresh_z"]["n_shots"] == 60
    assert "a fresh z, from 60 shots" in record_table(record)
    assert record["student"]["variance_ratio"] is None


def test_standardised_shots_are_in_the_books(tmp_path):
    config = RunConfig(**{**OPTIONS, "scaling": "standardised", "fit_settings": 4, "epochs": 1})
    assert run(tmp_path, config)["ledger"]["shots"]["fitting"] == 80


def test_the_table_shows_the_records_numbers(finished):
    _, record = finished
    table = record_table(record)
    final = record["student"]["final"]
    for text in (
        f"{100 * final['test']['accuracy']:.2f} %",
        f"{record['teacher']['final']['test']['cross_entropy']:.3f}",
        f"{record['compression']['whole_network']:.2f}x",
        f"{record['compression']['student_values']:,}",
        "300 for training",
    ):
        assert text in table


def test_variance_ratio_by_hand():
    raw = torch.tensor([[0.0, 1.0, 5.0], [2.0, 3.0, 5.0]])
    smoothed = torch.tensor([[0.0, 1.0, 5.0], [1.0, 1.5, 5.0]])
    ratio = variance_ratio({"histogram": raw, "smoothed_histogram": smoothed})
    assert ratio == pytest.approx(np.median([1 / 4, 1 / 16]))


def test_a_teacher_is_not_shared_between_devices_and_numbers_of_threads():
    """Its last digits differ, and a run must not depend on what ran before it."""
    names = {teacher_name(CONFIG, *where) for where in (("cpu", 1), ("cpu", 2), ("cuda", 1))}
    assert len(names) == 3


def test_teacher_names_are_readable():
    assert teacher_name(CONFIG, "cpu", 2).startswith("teacher-digits-4x6x8-seed0-cpu2-")


def test_a_dense_student_is_distilled_and_recorded(finished, tmp_path):
    root, record = finished
    config = RunConfig(**{**OPTIONS, "student": "dense-distilled", "label_smoothing": 0.1})
    other = carry_out(config, name="dense", place=Workplace(root, device="cpu"))
    assert other["teacher"] == record["teacher"]
    assert other["configuration"]["student"] == "dense-distilled"
    assert other["student"]["final"]["headline"] == other["student"]["final"]["test"]
    assert other["compression"]["whole_network"] == 1.0
    assert sum(other["ledger"]["shots"].values()) == 0
    sizes = other["ledger"]["sizes"]
    assert sizes["file_bytes"]["student"] == sizes["file_bytes"]["teacher"]
    assert "with z" not in record_table(other) and "angles" not in record_table(other)


def test_the_student_does_not_start_as_the_teacher():
    dense = RunConfig(student="dense-distilled")
    student, teacher = build_student(dense, 1, 10), build_teacher(dense, 1, 10)
    assert not torch.equal(student.conv2.weight, teacher.conv2.weight)


@pytest.mark.parametrize("features", ["photonic-exact", "uniform-bits", "zero"])
def test_other_sources_of_z_run(tmp_path, features):
    record = run(tmp_path, RunConfig(**{**OPTIONS, "features": features, "epochs": 1}))
    assert record["arm"] == features
    shots = sum(record["ledger"]["shots"].values())
    assert (shots > 0) == (features == "uniform-bits")
    if features == "zero":
        assert record["student"]["final"]["test"]["accuracy"] < 0.2
        assert record["student"]["epochs"][0]["feature_norm"] == 0.0


def test_fewer_images_make_another_teacher(tmp_path):
    config = RunConfig(**{**OPTIONS, "train_images": 100, "epochs": 1})
    record = run(tmp_path, config)
    assert record["student"]["final"]["train"]["n_images"] == 100
    assert config.teacher_as_json() != CONFIG.teacher_as_json()


def test_calibration_is_in_the_record(finished):
    _, record = finished
    for network in ("teacher", "student"):
        final, scaled = record[network]["final"], record[network]["temperature_scaled"]
        assert 0 < final["test"]["calibration_error"] < 1 and scaled["temperature"] > 0
        assert scaled["test"]["accuracy"] == final["test"]["accuracy"]
