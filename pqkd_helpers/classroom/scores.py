"""Grading a class: one table of all students and exercises, a summary, a picture; resumable."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..exercises.checking import MODULES
from ..files import json_bytes, write_atomically
from ..plotting.classroom import solved_shares
from .grading import Row, as_json, grade
from .student_process import Limits
from .submissions import Submission, SubmissionError, find_submissions, notebook_number

# Rows that were graded by another version of the grader are graded again.
GRADER = 1
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

    It can be stopped at any moment: what was graded is kept beside the table, and the same call
    goes on. A submission that was changed is graded again.

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
        If there are no submissions.
    """
    found = find_submissions(submissions)
    expected = _commonest_notebook(found)
    folder = out.with_name(f"{out.stem}.parts")
    rows: list[Row] = []
    for done, submission in enumerate(found):
        report(done, len(found))
        part = folder / f"{_fingerprint(submission, expected, seed, limits)}.json"
        if not part.exists():
            graded = grade(
                submission,
                notebooks=notebooks,
                seed=seed,
                limits=limits,
                sandboxed=sandboxed,
                expected=expected,
            )
            write_atomically(part, json_bytes(as_json(graded)))
        rows += [Row(**values) for values in json.loads(part.read_bytes())]
    report(len(found), len(found))
    return _written(rows, out)


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
    for number in sorted(found, key=lambda text: [int(part) for part in text.split(".")]):
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
    return text.getvalue().encode()


def _commonest_notebook(found: list[Submission]) -> str | None:
    """Return the number of the notebook that most submissions come from."""
    numbers: Counter[str] = Counter()
    for submission in found:
        try:
            number = notebook_number(submission.code_cells())
        except (SubmissionError, OSError):
            continue
        if number in MODULES:
            numbers[number] += 1
    return numbers.most_common(1)[0][0] if numbers else None


def _fingerprint(submission: Submission, expected: str | None, seed: int, limits: Limits) -> str:
    """Return a name for what is graded: the same file under the same conditions."""
    found = hashlib.sha256()
    conditions = [GRADER, submission.student, submission.path.name, expected, seed, limits.seconds]
    found.update(json.dumps([*conditions, limits.memory]).encode())
    with submission.path.open("rb") as file:
        while block := file.read(2**20):
            found.update(block)
    return found.hexdigest()[:24]
