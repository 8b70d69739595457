"""Editions of a notebook: for students without solutions, for teachers with all of them."""

import copy
import re

from nbformat import NotebookNode

from ...lessons.checking import find_exercise
from ...lessons.exercise_cells import reference_source

_TEACHERS_NOTES = re.compile(
    r"\s*<details><summary>Notes for teachers</summary>.*?</details>", flags=re.DOTALL
)


def student_edition(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without worked solutions, teachers' notes and outputs of exercises."""
    edition = _without_exercise_outputs(notebook)
    edition.cells = [cell for cell in edition.cells if part_of(cell) != "solution"]
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = _TEACHERS_NOTES.sub("", cell.source)
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
