"""The cells of an exercise, written from its reference so that the two cannot drift apart.

A notebook marks them in the cell's metadata: ``{"pqkd": {"exercise": "2.3", "part": "stub"}}``,
with the parts task, stub, check and solution.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable

from nbformat import NotebookNode

from .checking import find_exercise
from .exercise import Exercise

DIFFICULTY_DOTS = {1: "●○○", 2: "●●○", 3: "●●●"}


def reference_source(exercise: Exercise) -> str:
    """Return the code of the worked solution."""
    return textwrap.dedent(inspect.getsource(exercise.reference)).strip()


def task(exercise: Exercise) -> str:
    """Return the heading and the task."""
    return (
        f"### Exercise {exercise.number}: {exercise.name}\n\n"
        f"{DIFFICULTY_DOTS[exercise.difficulty]} about {exercise.minutes} minutes\n\n"
        f"{textwrap.dedent(exercise.task).strip()}"
    )


def stub(exercise: Exercise) -> str:
    """Return the function to be filled in: signature and docstring of the reference."""
    source = reference_source(exercise)
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function), f"the reference of {exercise.number} has no docstring"
    head = source.splitlines()[: function.body[0].end_lineno]
    return "\n".join([*head, "    raise NotImplementedError  # your turn"])


def check_call(exercise: Exercise) -> str:
    """Return the cell that checks the learner's function."""
    name = exercise.reference.__name__
    return f'{name} = check("{exercise.number}", {name})'


def solution(exercise: Exercise) -> str:
    """Return the folded worked solution."""
    source = reference_source(exercise)
    return (
        f"<details><summary>Worked solution {exercise.number}</summary>\n\n"
        f"```python\n{source}\n```\n\n{textwrap.dedent(exercise.explanation).strip()}\n\n</details>"
    )


PARTS: dict[str, Callable[[Exercise], str]] = {
    "task": task,
    "stub": stub,
    "check": check_call,
    "solution": solution,
}


def refresh_exercises(notebook: NotebookNode) -> None:
    """Write the source of every exercise cell anew."""
    for cell in notebook.cells:
        mark = cell.metadata.get("pqkd", {})
        if "exercise" in mark:
            cell.source = PARTS[mark["part"]](find_exercise(mark["exercise"]))
