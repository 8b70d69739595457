import dataclasses

import pytest
import torch

from pqkd_helpers.command_line.main import main
from pqkd_helpers.datasets import load_dataset
from pqkd_helpers.experiments.grids.grid import Job
from pqkd_helpers.experiments.jobs.work import teacher_epochs_done
from pqkd_helpers.experiments.runs import teacher_checkpoints, teacher_runs
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.teacher_checkpoints import checkpoint_path, load_teacher
from pqkd_helpers.experiments.runs.teacher_runs import train_teachers, trained_teacher
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.knowledge_distillation import TeacherCNN
from pqkd_helpers.networks import AdamSettings, TeacherTrainer
from pqkd_helpers.records.record import without_seconds

CONFIG = RunConfig(
    dataset="digits", train_images=100, widths=(2, 3, 4), epochs=2, teacher_evaluated_images=50
)


def cpu(runs):
    return Workplace(runs, device="cpu")


def stored(folder, runs):
    train_teachers([CONFIG], folder, place=cpu(runs), on_teacher=lambda path: None)
    return checkpoint_path(CONFIG, folder)


def test_a_run_takes_the_stored_teacher(tmp_path, monkeypatch):
    """It gives the run the same teacher with the same history, and nothing is trained."""
    path = stored(tmp_path / "checkpoints", tmp_path / "runs")
    data = teacher_runs.load_data(CONFIG, cpu(tmp_path / "runs"))
    trained, results = trained_teacher(CONFIG, data, cpu(tmp_path / "runs"))
    monkeypatch.setattr(teacher_checkpoints, "STORED_CHECKPOINTS", path.parent)
    monkeypatch.setattr(teacher_runs, "run_epochs", None)
    taken, same_results = trained_teacher(CONFIG, data, cpu(tmp_path / "elsewhere"))
    assert without_seconds(same_results) == without_seconds(results)
    assert not taken.training and not (tmp_path / "elsewhere").exists()
    for name, value in trained.state_dict().items():
        assert torch.equal(taken.state_dict()[name], value)
    job = Job("table1", "at-rest", "smoke", CONFIG)
    assert teacher_epochs_done(job, cpu(tmp_path / "elsewhere")) == CONFIG.epochs


def test_another_teacher_is_not_taken(tmp_path):
    path = stored(tmp_path, tmp_path / "runs")
    other = dataclasses.replace(CONFIG, seed=1)
    assert checkpoint_path(other, tmp_path) != path
    with pytest.raises(ValueError, match="another configuration"):
        load_teacher(path, other)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="damaged"):
        load_teacher(path, CONFIG)


def test_teachers_alone_are_trained_once(tmp_path, capsys, monkeypatch):
    command = ["reproduce", "table1", "--tier", "smoke", "--datasets", "mnist", "--seeds", "1"]
    folders = ["--out", str(tmp_path / "records"), "--runs", str(tmp_path / "runs")]
    assert main([*command, *folders, "--teachers-only"]) == 0
    (file,) = (tmp_path / "checkpoints").iterdir()
    assert str(file) in capsys.readouterr().out
    assert not (tmp_path / "records").exists()
    monkeypatch.setattr(teacher_runs, "trained_teacher", None)
    assert main([*command, *folders, "--teachers-only"]) == 0


def test_evaluating_on_training_images_changes_no_weight():
    data = load_dataset("digits").with_train_images(100)
    settings = AdamSettings(epochs=1)
    epochs, weights = [], []
    for n_images in (0, 60):
        teacher = TeacherCNN(1, (2, 3, 4), 10, seed=0)
        trainer = TeacherTrainer(teacher, data, settings, evaluated_images=n_images, seed=0)
        epochs.append(dataclasses.asdict(trainer.run_epoch()))
        weights.append(torch.cat([value.flatten() for value in teacher.parameters()]))
    assert torch.equal(*weights)
    plain, evaluated = epochs
    assert plain.items() < evaluated.items()
    with torch.no_grad():
        logits = teacher.eval()(data.normalise(data.train.images[:60]))
    labels = data.train.labels[:60]
    right = (logits.argmax(dim=1) == labels).double().mean().item()
    assert evaluated["evaluated_train_accuracy"] == pytest.approx(right)
    loss = torch.nn.functional.cross_entropy(logits.double(), labels).item()
    assert evaluated["evaluated_train_cross_entropy"] == pytest.approx(loss, rel=1e-6)


def test_the_teacher_may_have_an_augmentation_of_its_own():
    base = RunConfig(augmentation="flip-and-shift")
    own = dataclasses.replace(base, teacher_augmentation="none")
    assert base.teacher_settings().augmentation == "flip-and-shift"
    assert own.teacher_settings().augmentation == "none" and own.augmentation == "flip-and-shift"
    assert own.teacher_as_json() == dataclasses.replace(RunConfig()).teacher_as_json()
    with pytest.raises(ValueError, match="augmentation is 'blur'"):
        RunConfig(teacher_augmentation="blur")
