"""Rows are kept beside the table; whatever they depend on is part of their name."""

import shutil

import pytest

from pqkd_helpers.classroom.grading import grading, scores
from pqkd_helpers.classroom.grading.grading import nothing_read
from pqkd_helpers.classroom.sandbox.student_process import Limits

from ..made_up_class import NOTEBOOKS, submission


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A class of one, anna, with originals, grader and records of its own."""

    class World:
        folder, notebooks = tmp_path / "class", tmp_path / "notebooks"
        package, records = tmp_path / "package", tmp_path / "records"

        def __init__(self):
            self.graded = []
            self.options = {"seed": 1, "limits": Limits(), "sandboxed": False}

        def grade(self):
            """Return whether anna was graded."""
            self.graded.clear()
            scores.grade_class(
                self.folder, notebooks=self.notebooks, out=tmp_path / "scores.csv", **self.options
            )
            return "anna" in self.graded

    world = World()

    def grade(found, **options):
        world.graded.append(found.student)
        return nothing_read(found.student, "2", "not tried")

    submission(world.folder / "anna.ipynb")
    for folder, name in ((world.package, "laws.py"), (world.records / "one", "one.json")):
        folder.mkdir(parents=True)
        (folder / name).write_text("1")
    world.notebooks.mkdir()
    shutil.copy(next(NOTEBOOKS.glob("02_*")), world.notebooks)
    monkeypatch.setattr(scores, "_PACKAGE", world.package)
    monkeypatch.setattr(scores, "STORED_RECORDS", world.records)
    monkeypatch.setattr(scores, "check_processes", lambda *a, **k: None)
    monkeypatch.setattr(scores, "write_tables", lambda *a: {})
    monkeypatch.setattr(scores, "grade", grade)
    return world


def _change(path):
    path.write_text(path.read_text() + "\n")


CHANGES = {
    "the submission": lambda w: _change(w.folder / "anna.ipynb"),
    "the file's name": lambda w: (w.folder / "anna.ipynb").rename(w.folder / "anna.ipynb.txt"),
    "the original notebook": lambda w: _change(next(w.notebooks.glob("02_*"))),
    "another original notebook": lambda w: (w.notebooks / "05_spsa.ipynb").write_text("{}"),
    "the laws, or the grader": lambda w: _change(w.package / "laws.py"),
    "a record": lambda w: _change(w.records / "one" / "one.json"),
    "the seed": lambda w: w.options.update(seed=2),
    "the time": lambda w: w.options.update(limits=Limits(seconds=3.0)),
    "the memory": lambda w: w.options.update(limits=Limits(memory=2**30)),
    "the sandbox": lambda w: w.options.update(sandboxed=True),
    "the notebook that the others hand in": lambda w: [
        submission(w.folder / f"{name}.ipynb", "5") for name in ("x", "y", "z")
    ],
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_rows_depend_on_is_in_their_name(change, world):
    shutil.copy(next(NOTEBOOKS.glob("05_*")), world.notebooks / "05_of_others.ipynb")
    assert world.grade() and not world.grade()
    CHANGES[change](world)
    assert world.grade() and not world.grade()


def test_so_are_the_versions_of_the_packages(world, monkeypatch):
    assert world.grade() and not world.grade()
    monkeypatch.setattr(scores, "package_versions", lambda names: {"numpy": "99"})
    assert world.grade() and not world.grade()


@pytest.mark.parametrize("missing", ["the folder", "its notebooks", "the one handed in"])
def test_a_mistyped_folder_of_originals_is_refused_before_any_work(missing, world, tmp_path):
    if missing == "the folder":
        shutil.rmtree(world.notebooks)
    else:
        (original,) = world.notebooks.glob("02_*")
        original.unlink()
        if missing == "the one handed in":
            shutil.copy(next(NOTEBOOKS.glob("05_*")), world.notebooks)
    with pytest.raises(ValueError, match=r"no 02_\*.ipynb in .*notebooks; .*--notebooks"):
        world.grade()
    assert not world.graded and {path.name for path in tmp_path.glob("scores*")} == set()


def test_what_the_grader_stumbles_over_is_tried_again(world, monkeypatch):
    real = scores.grade

    def stumbles(found, **options):
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(scores, "grade", stumbles)
    assert not world.grade()
    monkeypatch.setattr(scores, "grade", real)
    assert world.grade()


def test_an_original_that_changes_is_read_anew(world):
    (path,) = world.notebooks.glob("02_*")
    before = grading._original(world.notebooks, "2")
    assert grading._original(world.notebooks, "2") is before
    _change(path)
    assert grading._original(world.notebooks, "2") is not before
