"""Grading one submission: every exercise in the student's process, every law on this side."""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from ..exercises.checking import MODULES, exercises_of, first_problem, typical_mistake
from ..exercises.exercise import Exercise, private_seed
from .needed_code import (
    MissingFunctionError,
    NotebookCode,
    UnreadableCodeError,
    unresolved_names,
)
from .student_process import Limits, StudentProcess, StudentProcessGoneError
from .submissions import Submission, SubmissionError, notebook_number

Status = Literal[
    "right",
    "wrong",
    "not started",
    "syntax error",
    "missing",
    "failed",
    "not read",
    "several files",
]


@dataclass(frozen=True)
class Row:
    """What came of one exercise of one student.

    Attributes
    ----------
    student, exercise, name : str
        Who, the exercise's number and title; both are empty in a remark on a file.
    score : int
        1 if every law holds, else 0.
    status : str
        "right", "wrong", "not started"; "syntax error": the cell with the function is no Python;
        "missing": the function, or the whole notebook, cannot be found or read; "failed": no answer
        in time, or the process ended. Of a file: "not read", and "several files", where a student
        handed in more than one.
    law : str
        The first law that is broken, or what else went wrong.
    hint : str
        For the student: a typical mistake if it is one, else the first hint.
    file : str
        The file that the answer is in, below the folder of all submissions.
    """

    student: str
    exercise: str
    name: str
    score: int
    status: Status
    law: str = ""
    hint: str = ""
    file: str = ""


def grade(
    submission: Submission,
    *,
    notebooks: Path,
    seed: int,
    limits: Limits,
    sandboxed: bool,
    expected: str | None = None,
) -> list[Row]:
    """Return one row per exercise of the submission's notebook.

    Parameters
    ----------
    submission : Submission
    notebooks : Path
        Folder of the original notebooks.
    seed : int
        The private seed of the laws' inputs.
    limits : Limits
        Of every exercise.
    sandboxed : bool
    expected : str or None
        Number of the notebook, where the submission does not tell it.

    Raises
    ------
    ValueError
        If the original notebook is not there: answers need what it defines.
    """
    try:
        cells = submission.code_cells()
        number = notebook_number(cells)
        number = number if number in MODULES else expected
        if number is None:
            raise SubmissionError("the notebook holds no exercise's cells")
        code = NotebookCode(cell["source"] for cell in cells)
    except (SubmissionError, UnreadableCodeError) as error:
        return nothing_read(submission.student, expected, str(error))
    original = _original(notebooks, number)
    with _Processes(limits, sandboxed=sandboxed) as processes, private_seed(seed):
        return [
            _graded(submission.student, exercise, code, original, processes)
            for exercise in exercises_of(number)
        ]


def as_json(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as plain JSON."""
    return [asdict(row) for row in rows]


def _graded(
    student: str,
    exercise: Exercise,
    submitted: NotebookCode,
    original: NotebookCode,
    processes: "_Processes",
) -> Row:
    def row(status: Status, law: str = "", hint: str = "") -> Row:
        right = int(status == "right")
        return Row(student, exercise.number, exercise.name, right, status, law, hint)

    try:
        code = assembled(exercise, submitted, original)
    except MissingFunctionError as error:
        return row("missing", str(error), "Keep the cell with the function, and its name.")
    except UnreadableCodeError as error:
        return row("syntax error", str(error), "Run the cell: Python says where it stumbles.")
    try:
        answer = processes.current().define(code, exercise.reference.__name__)
        problem = first_problem(exercise, answer)
        if problem is None:
            return row("right")
        hint = typical_mistake(exercise, answer) or exercise.hints[0]
        return row("wrong", _in_one_line(problem), " ".join(hint.split()))
    except NotImplementedError:
        return row("not started", hint=exercise.hints[0])
    except StudentProcessGoneError as gone:
        processes.restart()
        return row("failed", str(gone), "Does a loop never end? Does it take too much memory?")
    except Exception as error:  # the definition itself raised
        return row("wrong", f"running the cell raised {type(error).__name__}: {error}")


def _in_one_line(problem: str) -> str:
    """Return the law, and what trying it raised; values that were got may be long."""
    law, _, rest = problem.partition("\n")
    return f"{law} ({' '.join(rest.split())})" if " raised " in rest else law


def assembled(exercise: Exercise, submitted: NotebookCode, original: NotebookCode) -> str:
    """Return the code that defines a student's function and all that it needs.

    What the submission does not define comes from the original notebook; other exercises'
    functions are the worked solutions.

    Raises
    ------
    MissingFunctionError, UnreadableCodeError
        If the function is not there, or no Python.
    """
    name = exercise.reference.__name__
    number = exercise.number.split(".")[0]
    others = {other.reference.__name__ for other in exercises_of(number)} - {name}
    code = submitted.needed(name, without=others)
    parts = []
    for unknown in sorted(unresolved_names(code)):
        if unknown in others:
            module = f"pqkd_helpers.exercises.{MODULES[number]}"
            parts.append(f"from {module} import {unknown}")
            continue
        try:
            parts.append(original.needed(unknown, without=others))
        except (MissingFunctionError, UnreadableCodeError):
            continue  # a NameError will tell
    return "\n".join([*parts, code])


def _original(notebooks: Path, number: str) -> NotebookCode:
    """Return the code of the original notebook."""
    return _code(find_original(notebooks, number).read_bytes())


def find_original(notebooks: Path, number: str) -> Path:
    """Return the original notebook of that number.

    Raises
    ------
    ValueError
        If it is not there.
    """
    name = f"{int(number):02d}_*.ipynb"
    path = next(notebooks.glob(name), None)
    if path is None:
        raise ValueError(
            f"there is no {name} in {notebooks.resolve()}; the folder of the original notebooks is "
            "expected (--notebooks)"
        )
    return path


@lru_cache(maxsize=16)
def _code(notebook: bytes) -> NotebookCode:
    """Return a notebook's code; its content is the key, so a changed file is read anew."""
    cells = json.loads(notebook)["cells"]
    return NotebookCode("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def nothing_read(student: str, number: str | None, problem: str) -> list[Row]:
    """Return the rows of a student of whom nothing can be graded, and why.

    Parameters
    ----------
    student : str
    number : str or None
        The notebook's number, if it is known what was to be handed in.
    problem : str
    """
    if number is None:
        return [Row(student, "", "", 0, "missing", problem)]
    return [
        Row(student, exercise.number, exercise.name, 0, "missing", problem)
        for exercise in exercises_of(number)
    ]


class _Processes:
    """One process for all exercises of a student, replaced when it is gone."""

    def __init__(self, limits: Limits, *, sandboxed: bool) -> None:
        self._limits, self._sandboxed = limits, sandboxed
        self._process: StudentProcess | None = None

    def current(self) -> StudentProcess:
        if self._process is None:
            self._process = StudentProcess(self._limits, sandboxed=self._sandboxed)
        return self._process

    def restart(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None

    def __enter__(self) -> "_Processes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.restart()
