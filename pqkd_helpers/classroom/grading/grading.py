"""Grading one submission: it is run in the student's process, and every law is tried on this side.

An answer is tried at the end of the cell that defines it, again where the notebook checks it, and
again at the end of the notebook, until it is right: as a learner may find it right.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ...lessons.checking import exercises_of, first_problem, typical_mistake
from ...lessons.exercise import Exercise, private_seed
from ...lessons.rooms import ROOMS
from ..sandbox.notebook_run import Moment, NotebookRun, TimeIsUpError
from ..sandbox.student_process import Limits, StudentProcessGoneError
from .submitted_file import Submission, SubmissionError, notebook_number

Status = Literal[
    "right",
    "wrong",
    "not started",
    "syntax error",
    "missing",
    "failed",
    "not read",
    "several files",
    "not on the roster",
]
Verdict = tuple[Status, str, str]  # with the problem and the hint
# As `first_problem` words it.
_PROBLEM = re.compile(
    r".*?\n  given     (?P<given>.*)\n  got       (?P<got>.*)\n  expected  (?P<expected>.*)",
    re.DOTALL,
)
_NEVER_ENDS = "Does a loop never end? Does it take too much memory?"
_KEEP_THE_CELL = "Keep the cell with the function, and its name."
_RUN_THE_CELL = "Run the cell: Python says where it stumbles."


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
        handed in more than one; of a student: "not on the roster".
    law : str
        The first law that is broken, or what else went wrong.
    hint : str
        For the student: a typical mistake if it is one, else the first hint.
    file : str
        The file that the answer is in, below the folder of all submissions.
    given, got, expected : str
        Of a law that is broken: what was put in, what came out, and what should have.
    """

    student: str
    exercise: str
    name: str
    score: int
    status: Status
    law: str = ""
    hint: str = ""
    file: str = ""
    given: str = ""
    got: str = ""
    expected: str = ""


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
        Number of the notebook, where the submission does not show it.

    Raises
    ------
    ValueError
        If the original notebook is not there: answers need what it defines.
    """
    try:
        cells = submission.code_cells()
        number = notebook_number(cells)
        number = number if number in ROOMS else expected
        if number is None:
            raise SubmissionError("the notebook holds no exercise's cells")
    except SubmissionError as error:
        return nothing_read(submission.student, expected, str(error))
    exercises = {exercise.number: exercise for exercise in exercises_of(number)}
    run = NotebookRun(
        [cell["source"] for cell in cells],
        _original(notebooks, number),
        {number: exercise.reference.__name__ for number, exercise in exercises.items()},
        limits,
        sandboxed=sandboxed,
    )
    try:
        with private_seed(seed):
            verdicts = _verdicts(exercises, run)
    finally:
        run.stop()
    return [
        _row(submission.student, exercise, verdicts[number])
        for number, exercise in exercises.items()
    ]


def _row(student: str, exercise: Exercise, verdict: Verdict) -> Row:
    status, problem, hint = verdict
    found = _PROBLEM.fullmatch(problem)
    law = _in_one_line(problem) if status == "wrong" else problem
    given, got, expected = found.group("given", "got", "expected") if found else ("", "", "")
    return Row(
        student,
        exercise.number,
        exercise.name,
        int(status == "right"),
        status,
        law,
        hint,
        given=given,
        got=got,
        expected=expected,
    )


def as_json(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as plain JSON."""
    return [asdict(row) for row in rows]


def _verdicts(exercises: Mapping[str, Exercise], run: NotebookRun) -> dict[str, Verdict]:
    """Return what came of each exercise."""
    found: dict[str, Verdict] = {}
    unrun: Verdict | None = None
    try:
        try:
            _follow(run.moments(), exercises, run, found)
        except TimeIsUpError:
            right = {number: verdict for number, verdict in found.items() if verdict[0] == "right"}
            try:
                _follow(run.moments(only_answers=True), exercises, run, found)
            finally:
                found |= right
    except StudentProcessGoneError as gone:
        unrun = "failed", str(gone), _NEVER_ENDS
    return {
        number: found.get(number) or unrun or _unanswered(exercise, run)
        for number, exercise in exercises.items()
    }


def _follow(
    moments: Iterable[Moment],
    exercises: Mapping[str, Exercise],
    run: NotebookRun,
    found: dict[str, Verdict],
) -> None:
    """Try each answer at the moments of a run, and put down the verdicts."""
    for moment in moments:
        for number in moment.new:
            found.pop(number, None)
        for number in sorted(moment.new | (moment.checked & found.keys())):
            found[number] = _tried(exercises[number], run, found.get(number))
    for number, verdict in found.items():
        found[number] = _tried(exercises[number], run, verdict)
        found[number] = _with_hint(exercises[number], run, found[number])


def _tried(exercise: Exercise, run: NotebookRun, before: Verdict | None) -> Verdict:
    """Return the verdict on an answer as it is now; right stays right."""
    if before is not None and before[0] in ("right", "failed"):
        return before
    hint = " ".join(exercise.hints[0].split())
    try:
        problem = first_problem(exercise, run.answer(exercise.number))
    except NotImplementedError:
        _, problem_of_cell = run.problems.get(exercise.number, ("", ""))
        return "not started", problem_of_cell, hint
    except StudentProcessGoneError as gone:
        run.recover()
        return "failed", str(gone), _NEVER_ENDS
    return ("right", "", "") if problem is None else ("wrong", problem, hint)


def _with_hint(exercise: Exercise, run: NotebookRun, verdict: Verdict) -> Verdict:
    """Return the verdict with the hint for a typical mistake, if the answer makes one."""
    status, law, hint = verdict
    if status != "wrong":
        return verdict
    try:
        mistake = typical_mistake(exercise, run.answer(exercise.number))
    except StudentProcessGoneError:
        run.recover()
        return verdict
    return status, law, hint if mistake is None else " ".join(mistake.split())


def _unanswered(exercise: Exercise, run: NotebookRun) -> Verdict:
    """Return the verdict on an exercise without an answer."""
    if exercise.number in run.problems:
        status, law = run.problems[exercise.number]
        return status, law, _RUN_THE_CELL if status == "syntax error" else _KEEP_THE_CELL
    return "missing", f"no cell defines the function {exercise.reference.__name__}", _KEEP_THE_CELL


def _in_one_line(problem: str) -> str:
    """Return the law, and what trying it raised; values that were got may be long."""
    law, _, rest = problem.partition("\n")
    return f"{law} ({' '.join(rest.split())})" if " raised " in rest else law


def _original(notebooks: Path, number: str) -> list[str]:
    """Return the code cells of the original notebook but for the exercises'."""
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
def _code(notebook: bytes) -> list[str]:
    """Return cells of a notebook; its content is the key, so a changed file is read anew."""
    return [
        "".join(cell["source"])
        for cell in json.loads(notebook)["cells"]
        if cell["cell_type"] == "code" and "exercise" not in cell["metadata"].get("pqkd", {})
    ]


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
