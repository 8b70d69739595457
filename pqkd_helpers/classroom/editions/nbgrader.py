"""The notebooks as sources of nbgrader assignments; nbgrader itself is not needed to write them.

Under every exercise's function stands a cell that nbgrader grades: it tries the exercise's laws on
the function, with inputs from a private seed, and is hidden from the students.
"""

import ast

import nbformat
from nbformat import NotebookNode

from ...lessons.checking import find_exercise
from ...lessons.exercise import Exercise
from ...lessons.exercise_cells import reference_source
from .editions import part_of, student_edition

_SCHEMA = 3


def nbgrader_source(notebook: NotebookNode, *, seed: int) -> NotebookNode:
    """Return a copy to be put into an nbgrader course's folder ``source``.

    Parameters
    ----------
    notebook : NotebookNode
        It is not changed.
    seed : int
        The private seed of the laws' inputs.
    """
    edition = student_edition(notebook)
    cells = []
    for cell in edition.cells:
        if part_of(cell) == "stub":
            exercise = find_exercise(cell.metadata["pqkd"]["exercise"])
            cell.source = with_marked_solution(exercise)
            cell.metadata["nbgrader"] = _mark(f"answer-{exercise.number}", solution=True)
            cells += [cell, _graded_cell(exercise, seed)]
        else:
            cells.append(cell)
    edition.cells = cells
    return edition


def with_marked_solution(exercise: Exercise) -> str:
    """Return the worked solution with nbgrader's marks around the body of the function."""
    source = reference_source(exercise)
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    first = function.body[0].end_lineno  # the docstring's last line
    lines = source.splitlines()
    return "\n".join(
        [*lines[:first], "    ### BEGIN SOLUTION", *lines[first:], "    ### END SOLUTION"]
    )


def _graded_cell(exercise: Exercise, seed: int) -> NotebookNode:
    source = (
        f"# The laws of exercise {exercise.number} are tried here.\n"
        "### BEGIN HIDDEN TESTS\n"
        "from pqkd_helpers.lessons import require\n\n"
        f'require("{exercise.number}", {exercise.reference.__name__}, seed={seed})\n'
        "### END HIDDEN TESTS"
    )
    cell = nbformat.v4.new_code_cell(source, id=f"graded-{exercise.number.replace('.', '-')}")
    cell.metadata["nbgrader"] = _mark(f"graded-{exercise.number}", points=1)
    return cell


def _mark(name: str, *, solution: bool = False, points: int | None = None) -> dict[str, object]:
    """Return nbgrader's mark of a cell: an answer to be written, or a test worth points."""
    mark: dict[str, object] = {
        "schema_version": _SCHEMA,
        "grade_id": name.replace(".", "-"),
        "solution": solution,
        "grade": points is not None,
        "locked": points is not None,
        "task": False,
    }
    return mark if points is None else {**mark, "points": points}
