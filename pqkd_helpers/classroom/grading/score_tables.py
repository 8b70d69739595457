"""The files of a graded class: tables, a summary and its picture, pages to hand back."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...common.files import write_atomically
from ...common.picture_files import write_pictures
from .grading import Row, as_json
from .pages import class_page, feedback_page, page_name
from .submitted_file import Submission
from .wide_tables import canvas_lines, moodle_lines, wide_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BEST_FIRST = ("right", "wrong", "not started", "failed", "syntax error", "missing")


def best_rows(rows: Iterable[Row]) -> list[Row]:
    """Return one row per student and exercise, the best; of equal ones the first; and all remarks.

    Parameters
    ----------
    rows : iterable of Row

    Returns
    -------
    list of Row
        Students in the order they came in, the exercises of each by number, remarks at the end; one
        of them says so where several files have the same exercise.
    """
    found: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        found.setdefault(row.student, {}).setdefault(row.exercise, []).append(row)
    best = []
    for student, by_exercise in found.items():
        remarks = by_exercise.pop("", [])
        for number in sorted(by_exercise, key=_in_order):
            best.append(min(by_exercise[number], key=lambda row: _BEST_FIRST.index(row.status)))
        files = dict.fromkeys(
            row.file for same in by_exercise.values() if len(same) > 1 for row in same
        )
        if files:
            text = f"of {len(files)} files the best answer to each exercise counts"
            best.append(
                Row(student, "", "", 0, "several files", text, file=", ".join(sorted(files)))
            )
        best += remarks
    return best


def _in_order(number: str) -> list[int]:
    return [int(part) for part in number.split(".")]


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
                **{status: sum(row.status == status for row in here) for status in _BEST_FIRST},
                "commonest mistake": mistake,
                "times": times,
            }
        )
    return lines


def closing_line(rows: Iterable[Row]) -> str:
    """Return a sentence with the counts: students, exercises by status, files that are not read."""
    rows = list(rows)
    answers = [row for row in rows if row.exercise]
    statuses = Counter[str](row.status for row in answers)
    counts = ", ".join(f"{statuses[name]} {name}" for name in _BEST_FIRST if statuses[name])
    students = {row.student for row in answers}
    empty = students - {row.student for row in answers if row.status != "missing"}
    n_unread = sum(row.status == "not read" for row in rows)
    parts = [
        f"{_counted(len(students), 'student')}, {_counted(len(answers), 'answer')} expected: "
        f"{counts or 'none'}"
    ]
    parts += [f"{len(empty)} without anything that could be graded"] if empty else []
    parts += [f"{_counted(n_unread, 'file')} not read"] if n_unread else []
    return "; ".join(parts) + "."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def table_files(out: Path) -> dict[str, Path]:
    """Return the files that are written; ``feedback`` is a folder."""
    endings = {
        "summary": "-summary.csv",
        "picture": "-summary.png",
        "wide": "-wide.csv",
        "moodle": "-moodle.csv",
        "canvas": "-canvas.csv",
        "class": "-class.html",
        "feedback": "-feedback",
    }
    return {"scores": out} | {n: out.with_name(f"{out.stem}{e}") for n, e in endings.items()}


def write_tables(
    rows: list[Row],
    files: Mapping[str, Path],
    submissions: Sequence[Submission] = (),
    roster: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Path]:
    """Write all tables, the picture and the pages, and return the files that were written.

    Parameters
    ----------
    rows : list of Row
    files : dict of str to Path
        As returned by `table_files`.
    submissions : sequence of Submission
        Where numbers of platforms are found.
    roster : mapping
        As `Roster.students`.
    """
    lines, roster = summary(rows), roster or {}
    write_atomically(files["scores"], _csv(as_json(rows), [item.name for item in fields(Row)]))
    write_atomically(files["summary"], _csv(lines, list(lines[0]) if lines else ["exercise"]))
    tables = {
        "wide": wide_lines(rows),
        "moodle": moodle_lines(rows, submissions, roster),
        "canvas": canvas_lines(rows, submissions, roster),
    }
    for name, table in tables.items():
        if table:
            write_atomically(files[name], _csv(table, list(table[0])))
    write_atomically(files["class"], _page(class_page(rows, lines, closing_line(rows))))
    _write_feedback(rows, files["feedback"], submissions)
    drawn = write_pictures([files["picture"]], partial(_draw, _handed_in(lines)))
    left_out = {name for name, table in tables.items() if not table}
    left_out |= set() if drawn else {"picture"}
    return {name: path for name, path in files.items() if name not in left_out}


def _write_feedback(rows: list[Row], folder: Path, submissions: Sequence[Submission]) -> None:
    numbers = {s.student: (s.platform, s.number) for s in submissions}
    by_student: dict[str, list[Row]] = {}
    for row in rows:
        by_student.setdefault(row.student, []).append(row)
    taken: set[str] = set()
    for student, own in by_student.items():
        if any(row.exercise for row in own):
            name = page_name(printable(student), *numbers.get(student, ("", "")))
            while name.lower() in taken:
                name = f"_{name}"
            taken.add(name.lower())
            write_atomically(folder / name, _page(feedback_page(student, own)))


def _handed_in(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the lines of those notebooks in which somebody has begun; of all if there is none."""
    begun = {
        line["exercise"].split(".")[0]
        for line in lines
        if line["not started"] + line["missing"] < line["students"]
    }
    return [line for line in lines if line["exercise"].split(".")[0] in begun] or list(lines)


def _page(text: str) -> bytes:
    return printable(text).encode()


def _draw(lines: Sequence[Mapping[str, Any]]) -> "Figure":
    from .picture import solved_shares

    return solved_shares(lines)


def _csv(lines: Iterable[Mapping[str, Any]], columns: list[str]) -> bytes:
    """Return a CSV file that spreadsheets take for UTF-8; what they take for a formula is plain."""
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
    return codecs.BOM_UTF8 + printable(text.getvalue()).encode()


def printable(text: str) -> str:
    """Return a text in which what is no character, as in names of another system, is spelt out."""
    return text.encode(errors="backslashreplace").decode()
