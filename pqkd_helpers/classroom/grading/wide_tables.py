"""A row per student: for a teacher's own table, and as Moodle and Canvas import grades.

Moodle: the grading worksheet of an assignment (``mod/assign/feedback/offline``) needs the columns
``Identifier``, ``Grade`` and ``Last modified (grade)``; ``Feedback comments`` is read too. Canvas:
a gradebook (``lib/gradebook_importer.rb``) begins with ``Student``, ``ID``, ``SIS User ID``, ``SIS
Login ID``, ``Section``; other columns are assignments, and a row ``Points Possible`` follows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .grading import Row
from .submitted_file import Submission

Line = dict[str, Any]
MOODLE = ("Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def wide_lines(rows: Sequence[Row]) -> list[Line]:
    """Return a line per student: points for each exercise, their sum and how many there are."""
    exercises = _exercises(rows)
    lines: dict[str, Line] = {}
    for row in rows:
        if row.exercise:
            line = lines.setdefault(
                row.student, {"student": row.student} | dict.fromkeys(exercises, "")
            )
            line[row.exercise] = row.score
    return [
        {**line, "total": _total(line, exercises), "of": len(exercises)} for line in lines.values()
    ]


def moodle_lines(
    rows: Sequence[Row],
    submissions: Sequence[Submission],
    roster: Mapping[str, Mapping[str, str]],
) -> list[Line]:
    """Return Moodle's grading worksheet; empty if no number of Moodle's is known."""
    numbers = _numbers(submissions, "Moodle")
    found = []
    for line in wide_lines(rows):
        cells = roster.get(line["student"], {})
        number = numbers.get(line["student"])
        identifier = cells.get("Identifier") or (f"Participant {number}" if number else "")
        if identifier:
            open_ones = [
                f"{row.exercise} {row.name}: {row.status}"
                for row in rows
                if row.student == line["student"] and row.exercise and not row.score
            ]
            comment = "; ".join(open_ones) or "All exercises are solved."
            values = (identifier, line["student"], line["total"])
            modified = cells.get("Last modified (grade)", "")
            found.append(dict(zip(MOODLE, (*values, modified, comment), strict=True)))
    return found


def canvas_lines(
    rows: Sequence[Row],
    submissions: Sequence[Submission],
    roster: Mapping[str, Mapping[str, str]],
) -> list[Line]:
    """Return Canvas's gradebook, a column per notebook; empty if no number of Canvas's is known."""
    numbers = _numbers(submissions, "Canvas")
    exercises = _exercises(rows)
    notebooks = list(dict.fromkeys(number.split(".")[0] for number in exercises))
    titles = {number: f"Notebook {int(number):02d}" for number in notebooks}
    inside = {n: [each for each in exercises if each.split(".")[0] == n] for n in notebooks}
    found = []
    for line in wide_lines(rows):
        cells = {name: roster.get(line["student"], {}).get(name, "") for name in CANVAS}
        cells |= {"Student": line["student"]}
        cells["ID"] = cells["ID"] or numbers.get(line["student"], "")
        if cells["ID"] or cells["SIS User ID"] or cells["SIS Login ID"]:
            points = {titles[n]: _total(line, inside[n]) for n in notebooks}
            found.append({**cells, **points})
    if not found:
        return []
    possible = {titles[n]: len(inside[n]) for n in notebooks}
    return [dict.fromkeys(CANVAS, "") | {"Student": "    Points Possible"} | possible, *found]


def _exercises(rows: Sequence[Row]) -> list[str]:
    found = {row.exercise for row in rows if row.exercise}
    return sorted(found, key=lambda number: [int(part) for part in number.split(".")])


def _total(line: Line, exercises: Sequence[str]) -> int:
    return sum(line[number] or 0 for number in exercises)


def _numbers(submissions: Sequence[Submission], platform: str) -> dict[str, str]:
    return {s.student: s.number for s in submissions if s.platform == platform and s.number}
