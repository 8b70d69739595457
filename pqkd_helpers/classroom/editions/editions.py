"""Editions of a notebook: for students without solutions, for teachers with all of them."""

import copy
import re

from nbformat import NotebookNode

from ...lessons.checking import find_exercise
from ...lessons.exercise_cells import reference_source

# What students do not get: teachers' notes, and words about solutions, between two comments.
_NOT_FOR_STUDENTS = re.compile(
    r"\s*<details><summary>Notes for teachers</summary>.*?</details>"
    r"|<!-- solutions -->.*?<!-- end -->",
    flags=re.DOTALL,
)
_IS_AN_ANSWER = "hide-output"  # the tag of the results below a prediction


def student_edition(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without worked solutions and teachers' notes.

    Outputs of exercises and below predictions are gone too: they come when their cells are run.
    """
    edition = _without_exercise_outputs(notebook)
    edition.cells = [cell for cell in edition.cells if part_of(cell) != "solution"]
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = _NOT_FOR_STUDENTS.sub("", cell.source)
        elif _IS_AN_ANSWER in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    return edition


def teacher_edition(notebook: NotebookNode) -> NotebookNode:
    """Return a copy in which every exercise is solved."""
    edition = _without_exercise_outputs(notebook)
    for cell in edition.cells:
        if part_of(cell) == "stub":
            cell.source = reference_source(find_exercise(cell.metadata["pqkd"]["exercise"]))
    return edition


def _without_exercise_outputs(notebook: NotebookNode) -> NotebookNode:
    edition = copy.deepcopy(notebook)
    edition.metadata.pop("pqkd", None)  # the fingerprint is the original's
    for cell in edition.cells:
        if cell.cell_type == "code" and part_of(cell) is not None:
            cell.outputs, cell.execution_count = [], None
    return edition


def part_of(cell: NotebookNode) -> str | None:
    """Return which part of an exercise a cell is, or None."""
    mark = cell.metadata.get("pqkd", {})
    return mark.get("part") if "exercise" in mark else None
