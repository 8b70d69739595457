"""Made-up submissions, the notebook of an exercise with answers put in; grading them."""

import csv
import json
from pathlib import Path

from pqkd_helpers.classroom.grading.scores import grade_class
from pqkd_helpers.classroom.sandbox.student_process import Limits
from pqkd_helpers.classroom.sandbox.walls import has_sandbox
from pqkd_helpers.lessons.checking import exercises_of
from pqkd_helpers.lessons.exercise_cells import reference_source

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def original(number):
    (path,) = NOTEBOOKS.glob(f"{int(number):02d}_*.ipynb")
    return json.loads(path.read_text())


def submission(path, number="2", answers=None, solve=True):
    """Write a notebook whose stubs hold worked solutions, or what ``answers`` says."""
    sources = {
        exercise.number: reference_source(exercise) for exercise in exercises_of(number) if solve
    }
    sources |= answers or {}
    notebook = original(number)
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("pqkd", {})
        if mark.get("part") == "stub" and mark["exercise"] in sources:
            cell["source"] = sources[mark["exercise"]]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return notebook


def graded_class(folder, out, **options):
    """Grade a class into the folder ``out``, as the command does but for the options named."""
    usual = {"notebooks": NOTEBOOKS, "seed": 1, "limits": Limits(), "sandboxed": has_sandbox()}
    return grade_class(folder, out=out / "scores.csv", **usual | options)


def read_table(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
