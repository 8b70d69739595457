"""Pages to hand back: one for each student, and one of the class without any name.

HTML without scripts and without anything from elsewhere; all that comes from students is escaped.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .grading import Row

_TOPICS = 3  # exercises to discuss, and mistakes to each
_NO_MISTAKE = ("not started", "syntax error", "failed", "missing")
# What a verdict says, in front of its reason.
_LEADS = {
    "wrong": "This does not hold yet:",
    "not started": "Not written yet.",
    "syntax error": "No verdict:",
    "failed": "No verdict:",
    "missing": "Not found:",
}
_PAGES = Environment(
    loader=PackageLoader("pqkd_helpers.classroom.grading"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def feedback_page(student: str, rows: Sequence[Row]) -> str:
    """Return the page of one student.

    Parameters
    ----------
    student : str
    rows : sequence of Row
        All rows of this student, remarks among them.
    """
    answers = [row for row in rows if row.exercise]
    reasons = {row.law if row.status == "missing" else "" for row in answers}
    return _PAGES.get_template("feedback.html.j2").render(
        student=student,
        answers=answers,
        remarks=[row for row in rows if not row.exercise],
        solved=sum(row.score for row in answers),
        leads=_LEADS,
        nothing_read=reasons.pop() if len(reasons) == 1 else "",
    )


def class_page(rows: Sequence[Row], lines: Sequence[Mapping[str, Any]], closing: str) -> str:
    """Return the page of the class.

    Parameters
    ----------
    rows : sequence of Row
    lines : sequence of mapping
        As returned by `score_tables.summary`.
    closing : str
        As returned by `score_tables.closing_line`.
    """
    open_ones = [line for line in lines if line["right"] < line["students"]]
    least_solved = sorted(open_ones, key=lambda line: line["right"] / line["students"])
    topics = [
        {
            **line,
            "mistakes": _mistakes(rows, line["exercise"]),
            "others": [f"{line[status]} {status}" for status in _NO_MISTAKE if line[status]],
        }
        for line in least_solved[:_TOPICS]
    ]
    return _PAGES.get_template("class.html.j2").render(lines=lines, topics=topics, closing=closing)


def page_name(student: str, platform: str, number: str) -> str:
    """Return the name of a student's page; Moodle's begins as Moodle takes feedback files."""
    plain = re.sub(r"[^\w .,'()-]", "_", student).strip(" .") or "_"
    if platform == "Moodle":
        return f"{plain}_{number}_assignsubmission_file_feedback.html"
    return f"{plain}.html"


def _mistakes(rows: Sequence[Row], exercise: str) -> list[tuple[tuple[str, str], int]]:
    found = Counter(
        (row.law, row.hint) for row in rows if row.exercise == exercise and row.status == "wrong"
    )
    return found.most_common(_TOPICS)
