"""Grading a class: one table of all students and exercises, a summary, a picture; resumable."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..exercises.checking import MODULES
from ..files import json_bytes, write_atomically
from ..plotting.classroom import solved_shares
from .grading import Row, as_json, grade, nothing_read
from .student_process import Limits, check_processes
from .submissions import Submission, SubmissionError, find_submissions, notebook_number

# Rows that were graded by another version of the grader are graded again.
GRADER = 3
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def grade_class(
    submissions: Path,
    *,
    notebooks: Path,
    out: Path,
    seed: int,
    limits: Limits,
    sandboxed: bool,
    report: Callable[[int, int], object] = lambda done, total: None,
) -> dict[str, Path]:
    """Grade all submissions and write the tables and the picture.

    It can be stopped at any moment: what was graded is kept beside the table, in a folder
    ``NAME.parts``, and the same call goes on. A submission that was changed is graded again. Of
    several files of one student the best answer to each exercise counts.

    Parameters
    ----------
    submissions : Path
        Folder of the students' notebooks; see `find_submissions`.
    notebooks : Path
        Folder of the original notebooks.
    out : Path
        The table, a CSV file.
    seed : int
        The private seed.
    limits : Limits
    sandboxed : bool
    report : callable
        Told how many submissions are done, and of how many.

    Returns
    -------
    dict of str to Path
        The files: ``scores``, ``summary``, ``picture``.

    Raises
    ------
    ValueError
        If there are no submissions, the table cannot be written, or no student's process starts.
    """
    if out.is_dir():
        raise ValueError(f"{out} is a folder; the name of a file is expected for the table")
    folder = out.with_name(f"{out.stem}.parts")
    found = find_submissions(submissions, but=folder)
    check_processes(limits, sandboxed=sandboxed)
    expected = _commonest_notebook(found)
    rows: list[Row] = []
    for done, submission in enumerate(found):
        report(done, len(found))
        conditions = [GRADER, expected, seed, limits.seconds, limits.memory, sandboxed]
        part = folder / f"{_fingerprint(submission, conditions)}.json"
        if not part.exists():
            try:
                graded = grade(
                    submission,
                    notebooks=notebooks,
                    seed=seed,
                    limits=limits,
                    sandboxed=sandboxed,
                    expected=expected,
                )
            except Exception as error:  # one student's file must not cost the others anything
                problem = f"the grader met {type(error).__name__}: {str(error)[:200]}"
                graded = nothing_read(submission.student, expected, problem)
            write_atomically(part, json_bytes(as_json(graded)))
        rows += [Row(**values) for values in json.loads(part.read_bytes())]
    report(len(found), len(found))
    return _written(best_rows(rows), out)


_BEST_FIRST = ("right", "wrong", "not started", "failed", "missing")


def best_rows(rows: Iterable[Row]) -> list[Row]:
    """Return one row per student and exercise, the best; of equal ones the first.

    Parameters
    ----------
    rows : iterable of Row

    Returns
    -------
    list of Row
        Students in the order they came in, the exercises of each by number.
    """
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        of_student = found.setdefault(row.student, {})
        old = of_student.get(row.exercise)
        if old is None or _BEST_FIRST.index(row.status) < _BEST_FIRST.index(old.status):
            of_student[row.exercise] = row
    best = []
    for of_student in found.values():
        if len(of_student) > 1:
            of_student.pop("", None)  # a second file that was no notebook
        best += [of_student[number] for number in sorted(of_student, key=_in_order)]
    return best


def _in_order(number: str) -> list[int]:
    return [int(part) for part in number.split(".") if part]


def summary(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return, for every exercise, how many solved it and the commonest mistake.

    Parameters
    ----------
    rows : iterable of Row

    Returns
    -------
    list of dict
        In the order of the exercises' numbers.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.exercise:
            found.setdefault(row.exercise, []).append(row)
    lines = []
    for number in sorted(found, key=_in_order):
        here = found[number]
        mistakes = Counter(row.hint or row.law for row in here if row.status == "wrong")
        ((mistake, times),) = mistakes.most_common(1) or [("", 0)]
        lines.append(
            {
                "exercise": number,
                "name": here[0].name,
                "students": len(here),
                **{
                    status: sum(row.status == status for row in here)
                    for status in ("right", "wrong", "not started", "missing", "failed")
                },
                "commonest mistake": mistake,
                "times": times,
            }
        )
    return lines


def _written(rows: list[Row], out: Path) -> dict[str, Path]:
    lines = summary(rows)
    files = {
        "scores": out,
        "summary": out.with_name(f"{out.stem}-summary.csv"),
        "picture": out.with_name(f"{out.stem}-summary.png"),
    }
    write_atomically(out, _csv(as_json(rows), [item.name for item in fields(Row)]))
    write_atomically(files["summary"], _csv(lines, list(lines[0]) if lines else ["exercise"]))
    image = io.BytesIO()
    solved_shares(lines).savefig(image, format="png")
    write_atomically(files["picture"], image.getvalue())
    return files


def _csv(lines: Iterable[Mapping[str, Any]], columns: list[str]) -> bytes:
    """Return a CSV file; a cell that a spreadsheet would take for a formula is made plain."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    for line in lines:
        writer.writerow(
            {
                name: f"'{value}" if str(value).startswith(_FORMULA) else value
                for name, value in line.items()
            }
        )
    return text.getvalue().encode(errors="backslashreplace")


def _commonest_notebook(found: list[Submission]) -> str | None:
    """Return the number of the notebook that most submissions come from."""
    numbers: Counter[str] = Counter()
    for submission in found:
        try:
            number = notebook_number(submission.code_cells())
        except SubmissionError:
            continue
        if number in MODULES:
            numbers[number] += 1
    return numbers.most_common(1)[0][0] if numbers else None


def _fingerprint(submission: Submission, conditions: list[Any]) -> str:
    """Return a name for what is graded: the same file under the same conditions."""
    found = hashlib.sha256()
    place = "/".join(submission.path.parts[-2:])
    found.update(json.dumps([*conditions, submission.student, place]).encode())
    if submission.path.is_file() and not submission.path.is_symlink():
        with suppress(OSError), submission.path.open("rb") as file:
            while block := file.read(2**20):
                found.update(block)
    return found.hexdigest()[:24]
