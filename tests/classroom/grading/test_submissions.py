"""What lies in a folder of submissions in real life: everybody and everything is in the table."""

import json
import os
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pqkd_helpers.classroom.grading.archives import Unpacking
from pqkd_helpers.classroom.grading.grading import nothing_read
from pqkd_helpers.classroom.grading.scores import MOST_REMARKS
from pqkd_helpers.classroom.grading.submissions import find_submissions
from pqkd_helpers.classroom.grading.submitted_file import Submission, notebook_numbers
from pqkd_helpers.lessons.checking import exercises_of

from ..made_up_class import NOTEBOOKS, read_table

CELL = {"cell_type": "code", "metadata": {}, "source": 'f = check("2.1", f)'}
NOTEBOOK = json.dumps({"cells": [CELL]})


def lay(folder, *files, content=NOTEBOOK):
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def handed_in(folder):
    with TemporaryDirectory() as unpacked:
        return find_submissions(folder, Unpacking(Path(unpacked)))


def whose(folder):
    found = {}
    for submission in handed_in(folder):
        found.setdefault(submission.student, []).append(submission.file)
    return found


MOODLE = ("Änne M_4711_assignsubmission_file_", "Łukasz O'Neil_12_assignsubmission_file_")
NAMES = ("Änne M", "Łukasz O'Neil")
LAYOUTS = {
    "one file each": (["anna.ipynb", "ben.IPYNB"], {"anna", "ben"}),
    "one folder each": ([f"{name}/02 (1).ipynb" for name in MOODLE], {*NAMES}),
    "both": (["anna.ipynb", "ben/work/02.ipynb"], {"anna", "ben"}),
    "a folder around the class": ([f"Übung 2-4242/{name}/02.ipynb" for name in MOODLE], {*NAMES}),
    "two folders around it": (["a/b/anna/02.ipynb", "a/b/ben/02.ipynb"], {"anna", "ben"}),
    "a folder around files": (["a/anna.ipynb", "a/ben.ipynb"], {"anna", "ben"}),
    "two folders around files": (["a/b/anna.ipynb", "a/b/ben.ipynb"], {"anna", "ben"}),
    "groups": (["A/anna/1.ipynb", "A/ben/1.ipynb", "B/carl/1.ipynb"], {"A/anna", "A/ben", "B"}),
    "groups in a folder": (
        ["x/A/anna/1.ipynb", "x/A/ben/1.ipynb", "x/B/carl/1.ipynb", "x/B/dora/1.ipynb"],
        {"A/anna", "A/ben", "B/carl", "B/dora"},
    ),
    "a class of one": (["anna/02.ipynb"], {"anna"}),
    "a class of one, with an older file": (["anna/02.ipynb", "anna/old/02.ipynb"], {"anna"}),
    "endings of browsers": (
        ["anna.ipynb.txt", "ben.ipynb.json", "carl.json", "dora.txt", "emil (1).ipynb", "M. Meyer"],
        {"anna", "ben", "carl", "dora", "emil (1)", "M. Meyer"},
    ),
    "a file without a name": (["anna.ipynb", ".ipynb"], {"anna", ".ipynb"}),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_student_is_one_however_the_folder_is_laid_out(layout, tmp_path):
    files, students = LAYOUTS[layout]
    found = handed_in(lay(tmp_path / "class", *files))
    assert {submission.student for submission in found} == students
    assert sorted(submission.file for submission in found) == sorted(files)
    assert all(submission.code_cells() for submission in found)


def test_the_archive_may_lie_beside_what_was_in_it(tmp_path):
    lay(lay(tmp_path, "a/anna/1.ipynb", "a/ben/1.ipynb"), "a.zip", content="PK")
    assert whose(tmp_path) == {"a": ["a.zip"], "anna": ["a/anna/1.ipynb"], "ben": ["a/ben/1.ipynb"]}


def test_the_different_notebooks_of_the_only_student_are_no_class(tmp_path):
    lay(tmp_path, "anna/02.ipynb")
    lay(tmp_path, "anna/05.ipynb", content=NOTEBOOK.replace("2.1", "5.1"))
    assert {*whose(tmp_path)} == {"anna"}


@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
def test_an_umlaut_is_the_same_as_one_character_or_two(forms, tmp_path):
    lay(tmp_path, unicodedata.normalize(forms[0], "Müller.ipynb"))
    lay(tmp_path, unicodedata.normalize(forms[1], "Müller") + "/02.ipynb")
    assert {*whose(tmp_path)} == {unicodedata.normalize("NFC", "Müller")}


@pytest.mark.parametrize("given", ["..", "../../.handed-in", "."])
def test_the_folders_own_name_does_not_matter(given, tmp_path, monkeypatch):
    lay(tmp_path / ".handed-in", "anna.ipynb", "tools/02.ipynb")
    monkeypatch.chdir(tmp_path / ".handed-in" / ("tools" if given != "." else ""))
    found = handed_in(type(tmp_path)(given))
    assert {submission.student for submission in found} == {"anna", "tools"}


def test_only_the_original_notebooks_number_is_in_each():
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = Submission("", path).code_cells()
        assert notebook_numbers(cells) == [str(int(path.name[:2]))]


@pytest.fixture
def table(grade_without_process):
    """Grade: every exercise of a readable notebook is missing. Return the rows and the remarks."""

    def graded(folder, **options):
        told = []
        done = grade_without_process(
            folder,
            lambda found: nothing_read(found.student, "2", "not tried"),
            remark=told.append,
            **options,
        )
        return read_table(done.files["scores"]), told

    return graded


def test_every_file_has_its_name_in_the_table_and_what_is_not_read_has_a_reason(tmp_path, table):
    folder = lay(tmp_path / "class", "anna.ipynb", "anna (1).ipynb", "ben/02.ipynb", "ben/1.ipynb")
    others = (
        "emil.zip",
        "fritz.py",
        "gerd.html",
        "hans.pdf",
        "list.csv",
        "x.json",
        ".inga/1.ipynb",
    )
    lay(folder, *others, "anna/02.zip", "ben/work/plot.png", "carl/hand-in.zip", content="{}")
    lay(folder, "dora.ipynb", "ben/notes.ipynb", "kim.ipynb.txt", content="{")
    lay(
        folder, ".DS_Store", "__MACOSX/._anna.ipynb", "ben/.ipynb_checkpoints/02.ipynb", "._x.ipynb"
    )
    (folder / "nina").mkdir()
    (folder / "olga.ipynb").symlink_to(folder / "anna.ipynb")
    rows, told = table(folder)
    named = {name for row in rows for name in row["file"].split(", ")}
    assert named == {
        *("anna.ipynb", "anna (1).ipynb", "ben/02.ipynb", "ben/1.ipynb", *others[:-1], ".inga"),
        *(
            "anna",
            "anna/02.zip",
            "ben/work/plot.png",
            "carl",
            "carl/hand-in.zip",
            "dora.ipynb",
            "nina",
        ),
        *("ben/notes.ipynb", "kim.ipynb.txt", "olga.ipynb"),
    }
    remarks = {row["file"]: row for row in rows if not row["exercise"]}
    assert all(row["law"] and row["score"] == "0" for row in remarks.values())
    assert remarks["anna/02.zip"]["student"] == "anna"
    assert {row["status"] for row in rows if row["file"] == "emil.zip"} == {"missing"}
    assert len(told) == len(remarks) and "fritz: this is no notebook" in "\n".join(told)
    assert all(row["status"] in ("not read", "several files") for row in remarks.values())
    without_marks = {"anna", "anna (1)", "ben", "carl", "dora", "emil", "kim", "nina", "olga"}
    assert {row["student"] for row in rows if row["exercise"]} == without_marks


def test_a_folder_full_of_other_files_does_not_bury_the_table(tmp_path, table):
    lay(tmp_path / "class", *(f"anna/data/{i}.csv" for i in range(MOST_REMARKS + 7)), content="x")
    rows, _ = table(lay(tmp_path / "class", "anna/02.ipynb"))
    assert len(rows) == len(exercises_of("2")) + MOST_REMARKS + 1
    assert rows[-1]["law"] == "and 7 more files are not read"


def test_a_folder_that_cannot_be_listed_is_no_empty_one(tmp_path, table, monkeypatch):
    lay(tmp_path / "class", "anna.ipynb", "ben/02.ipynb")
    real = type(tmp_path).iterdir

    def iterdir(self):
        if self.name == "ben":
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(type(tmp_path), "iterdir", iterdir)
    rows, told = table(tmp_path / "class")
    assert {row["student"] for row in rows if row["exercise"]} == {"anna", "ben"}
    assert "Permission denied" in told[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in the file system")
def test_nobody_waits_for_a_pipe(tmp_path, table):
    lay(tmp_path / "class", "anna.ipynb")
    os.mkfifo(tmp_path / "class" / "ben.ipynb")
    os.mkfifo(tmp_path / "class" / "carl")
    rows, _ = table(tmp_path / "class")
    refused = {row["student"] for row in rows if row["law"].startswith("this is neither")}
    assert refused == {"ben", "carl"}


def test_exercises_of_a_second_notebook_in_the_same_file_have_a_remark(tmp_path, table):
    cells = [CELL, CELL, {**CELL, "source": 'g = check("5.1", g)'}]
    lay(tmp_path, "anna.ipynb", content=json.dumps({"cells": cells}))
    _, told = table(tmp_path)
    assert told == ["anna: exercises of notebook 5 are in it too and not graded (anna.ipynb)"]


def test_the_graders_own_files_are_nobodys(tmp_path, table):
    folder = lay(tmp_path, "anna.ipynb")
    first = table(folder, out=folder)
    assert table(folder, out=folder) == first and {*whose(folder)} > {"anna"}


def test_a_folder_without_a_notebook_says_what_is_there(tmp_path):
    lay(tmp_path, "anna.zip", "ben/answers.py", content="x = 1")
    with pytest.raises(
        ValueError, match=r"no notebook.*anna.zip: the archive is damaged.*ben/answers.py"
    ):
        handed_in(tmp_path)
