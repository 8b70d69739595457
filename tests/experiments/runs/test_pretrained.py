"""Networks that were trained beforehand give what their record says."""

import re
import shutil
from pathlib import Path

import pytest
import torch

from pqkd_helpers.command_line.main import main
from pqkd_helpers.common.stored_figures import FIGURES, MissingFiguresError
from pqkd_helpers.compression import load_compressed
from pqkd_helpers.datasets import is_on_disk, load_dataset
from pqkd_helpers.experiments import load_pretrained
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.teacher_checkpoints import checkpoint_path
from pqkd_helpers.networks import evaluate

from .tiny_run import train

STORED = sorted(path.parent.name for path in (FIGURES / "checkpoints").glob("*/record.json"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run, and the folder of checkpoints that the command made of it."""
    folder = tmp_path_factory.mktemp("made")
    assert train(folder / "runs", "--name", "mine") == 0
    places = ("--runs", str(folder / "runs"), "--out", str(folder / "checkpoints"))
    assert main(["checkpoint", "mine", *places]) == 0
    return folder


def test_the_page_on_training_lists_what_is_stored():
    page = (FIGURES.parent / "notebooks" / "training.md").read_text("utf-8")
    listed = re.findall(r"^\| `([^`]+)` \| [^|]+ \| (?:mnist-5k|MNIST) \|$", page, re.MULTILINE)
    assert sorted(listed) == STORED


@pytest.mark.slow
@pytest.mark.parametrize("name", STORED)
def test_stored_networks_have_the_accuracy_of_their_record(name):
    found = load_pretrained(name)
    if not is_on_disk(found.record["dataset"]):
        pytest.skip(f"{found.record['dataset']} is not here: set PQKD_DATA to its folder")
    data = load_dataset(found.record["dataset"])
    assert found.images == data.format
    for network in ("teacher", "student"):
        accuracy = evaluate(getattr(found, network), data, "test").accuracy
        stated = found.record[network]["final"]["test"]["accuracy"]
        assert abs(accuracy - stated) <= 1.001 / len(data.test)  # another machine: one image


@pytest.mark.parametrize("name", STORED)
def test_stored_networks_are_small_and_no_run_takes_its_teacher_from_them(name):
    files = list((FIGURES / "checkpoints" / name).iterdir())
    assert all(file.stat().st_size < 1_000_000 for file in files)
    config = RunConfig(**load_pretrained(name).record["configuration"])
    assert not checkpoint_path(config).exists()


def test_a_checkpoint_is_what_the_run_trained(made):
    found = load_pretrained("mine", made / "checkpoints")
    assert not found.teacher.training and not found.student.training
    data = load_dataset("digits")
    same = load_compressed(made / "runs/mine/student.safetensors")
    batch = data.normalise(data.test.images[:8])
    with torch.no_grad():
        assert torch.equal(found.student(batch), same(batch))
    stated = found.record["teacher"]["final"]["test"]["accuracy"]
    assert evaluate(found.teacher, data, "test").accuracy == stated


def test_an_unknown_name_is_answered_with_the_list(made):
    with pytest.raises(ValueError, match=r"'yours'.*mine"):
        load_pretrained("yours", made / "checkpoints")


def test_damage_and_mixed_up_files_are_noticed(made, tmp_path):
    shutil.copytree(made / "checkpoints", tmp_path, dirs_exist_ok=True)
    teacher = tmp_path / "mine/teacher.safetensors"
    shutil.copy(FIGURES / "checkpoints/quick-through-ema-seed0/teacher.safetensors", teacher)
    with pytest.raises(ValueError, match="another configuration"):
        load_pretrained("mine", tmp_path)
    teacher.write_bytes(teacher.read_bytes()[:-1])
    with pytest.raises(ValueError, match="damaged"):
        load_pretrained("mine", tmp_path)


def test_without_the_projects_files_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("pqkd_helpers.common.stored_figures.FIGURES", tmp_path / "figures")
    with pytest.raises(MissingFiguresError, match="stored records are missing"):
        load_pretrained("quick-through-ema-seed0")


def test_a_run_that_is_missing_or_lost_its_teacher_is_refused(made, tmp_path, capsys):
    runs = tmp_path / "runs"
    shutil.copytree(made / "runs", runs)
    (teacher,) = runs.glob("teacher-*")
    shutil.rmtree(teacher)
    options = ("--runs", str(runs), "--out", str(tmp_path / "out"))
    for name, message in (
        ("mine", f"{Path(teacher)} with its epochs"),
        ("none", "there is no run"),
    ):
        assert main(["checkpoint", name, *options]) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
