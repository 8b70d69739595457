"""``~`` stands for the home folder wherever a path enters, as text and as a path."""

import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from pqkd_helpers.classroom.editions.building import build_editions
from pqkd_helpers.classroom.grading.archives import Unpacking
from pqkd_helpers.classroom.grading.submissions import find_submissions
from pqkd_helpers.common.files import as_path
from pqkd_helpers.common.stored_figures import FIGURES
from pqkd_helpers.compression import export_onnx, load_compressed, save_compressed
from pqkd_helpers.compression.file_description import describe_file
from pqkd_helpers.datasets import data_root, is_on_disk
from pqkd_helpers.datasets.available import FILES
from pqkd_helpers.experiments.runs.run_folder import RunFolder
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.knowledge_distillation import StudentCNN
from pqkd_helpers.paper_figures.stored_claims import FILE, stored_claims
from pqkd_helpers.publishing.figure_folder import write_figure_folder
from pqkd_helpers.records import Catalogue
from pqkd_helpers.records.record import read_record, write_record
from pqkd_helpers.records.stored import STORED_RECORDS

RECORD = STORED_RECORDS / "train" / "train-quick-seed0.json"


@pytest.fixture(params=[str, Path])
def home(request, tmp_path, monkeypatch):
    """Return what makes a path below ``~`` from its name; nothing may appear elsewhere."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    for folder in ("home", "elsewhere"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    yield lambda name: request.param(f"~/{name}")
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.fixture(scope="module")
def student():
    student = StudentCNN(widths=(4, 4, 4), seed=0)
    student.condition(np.ones(512))
    return student


def test_students_are_written_and_read_there(home, tmp_path, student):
    size = save_compressed(student, home("models/s.safetensors"))
    assert (tmp_path / "home" / "models" / "s.safetensors").stat().st_size == size
    assert load_compressed(home("models/s.safetensors")).widths == (4, 4, 4)
    assert f"{size:,} bytes" in describe_file(home("models/s.safetensors"))


def test_onnx_files_are_written_there(home, tmp_path, student, monkeypatch):
    """The file's content, which takes seconds, is tested elsewhere."""
    monkeypatch.setattr(torch.onnx, "export", lambda _, example, made, **_k: made.write_bytes(b"1"))
    export_onnx(student, home("s.onnx"), image_size=(8, 8))
    assert (tmp_path / "home" / "s.onnx").read_bytes() == b"1"


def test_records_are_written_and_read_there(home):
    record = read_record(RECORD)
    name = f"records/{record['experiment']}/one.json"
    write_record(record, home(name))
    assert read_record(home(name)) == record
    assert Catalogue(home("records")).runs(record["experiment"]) == [record]


def test_runs_lie_there(home, tmp_path):
    with RunFolder(home("runs/one"), {"seed": 0}, device="cpu") as folder:
        assert folder.path == tmp_path / "home" / "runs" / "one" and folder.path.is_dir()
    place = Workplace(home("runs"), home("data"))
    assert place.runs_root == tmp_path / "home" / "runs"
    assert place.data_root == tmp_path / "home" / "data"


def test_data_are_looked_for_there(home, tmp_path, monkeypatch):
    for file in FILES["mnist"]:
        (tmp_path / "home" / "data" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "home" / "data" / file).touch()
    assert is_on_disk("mnist", home("data"))
    monkeypatch.setenv("PQKD_DATA", str(home("data")))
    assert data_root() == tmp_path / "home" / "data" and is_on_disk("mnist")


def test_figures_are_written_and_claims_read_there(home, tmp_path):
    figure, axes = plt.subplots(figsize=(1, 1))
    axes.plot([0, 1])
    written = write_figure_folder(home("figures/one"), lambda: figure, [{"a": 1}], "a card")
    plt.close(figure)
    assert {path.parent for path in written} == {tmp_path / "home" / "figures" / "one"}
    shutil.copyfile(FIGURES / "table1" / FILE, tmp_path / "home" / "figures" / "one" / FILE)
    assert stored_claims("one", figures=home("figures")) == stored_claims("table1")


def test_editions_and_submissions_lie_there(home, tmp_path):
    originals = Path(__file__).parents[2] / "notebooks"
    shutil.copytree(originals, tmp_path / "home" / "notebooks", ignore=only_the_first)
    build_editions(home("notebooks"), home("class"))
    (tmp_path / "home" / "handed-in").mkdir()
    shutil.copy(next(originals.glob("01_*.ipynb")), tmp_path / "home" / "handed-in" / "ada.ipynb")
    found = find_submissions(home("handed-in"), Unpacking(tmp_path / "unpacked"))
    assert [submission.student for submission in found] == ["ada"]
    assert (tmp_path / "home" / "class" / "student").is_dir()


def only_the_first(folder, names):
    return {name for name in names if not name.endswith(".md") and not name.startswith("00")}


def test_other_tildes_are_names():
    assert as_path("data/~/x") == Path("data/~/x")
    assert as_path("~no-such-user/x") == Path("~no-such-user/x")
    assert as_path(Path("data")) == Path("data")
