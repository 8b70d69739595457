"""The tables of a graded class: a row per student and exercise, a summary, a picture of it."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...common.files import write_atomically
from ...common.picture_files import write_pictures
from .grading import Row, as_json

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


def table_files(out: Path) -> dict[str, Path]:
    """Return the files that are written."""
    return {
        "scores": out,
        "summary": out.with_name(f"{out.stem}-summary.csv"),
        "picture": out.with_name(f"{out.stem}-summary.png"),
    }


def write_tables(rows: list[Row], files: Mapping[str, Path]) -> dict[str, Path]:
    """Write all rows, their summary and its picture, and return the files that were written.

    Parameters
    ----------
    rows : list of Row
    files : dict of str to Path
        As returned by `table_files`.
    """
    lines = summary(rows)
    write_atomically(files["scores"], _csv(as_json(rows), [item.name for item in fields(Row)]))
    write_atomically(files["summary"], _csv(lines, list(lines[0]) if lines else ["exercise"]))
    drawn = write_pictures([files["picture"]], partial(_draw, lines))
    return {name: path for name, path in files.items() if name != "picture" or drawn}


def _draw(lines: list[dict[str, Any]]) -> "Figure":
    from .picture import solved_shares

    return solved_shares(lines)


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
    return printable(text.getvalue()).encode()


def printable(text: str) -> str:
    """Return a text in which what is no character, as in names of another system, is spelt out."""
    return text.encode(errors="backslashreplace").decode()
