"""The list of a class: who is in it, what each is called, who handed in nothing.

A row is a student. Any cell that stands in one row alone, such as an e-mail address, a login or a
number, is another name of that student; so what a platform exports can be used as it is: Moodle's
grading worksheet (``Identifier``, ``Full name``) or participants, Canvas's gradebook (``Student``,
``ID``).
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...common.files import as_path
from .submitted_file import Submission

_NAMES = ("name", "student", "full name")
_FIRST, _LAST = ("first name", "firstname"), ("last name", "lastname", "surname")
_NOBODY = ("points possible", "student, test", "test student")


@dataclass(frozen=True)
class Roster:
    """The students of a class.

    Attributes
    ----------
    students : dict of str to dict of str to str
        By name: the cells of the student's row, by column.
    """

    students: dict[str, dict[str, str]] = field(default_factory=dict)

    def named(self, submissions: Iterable[Submission]) -> list[Submission]:
        """Return submissions with the names of the roster; who is not on it keeps the name."""
        keys = self._keys()
        found = []
        for submission in submissions:
            numbers = [_number(submission.platform, submission.number)] if submission.number else []
            last = submission.student.rpartition("/")[2]
            names = [*numbers, _key(submission.student), _key(last)]
            name = next((keys[key] for key in names if key in keys), submission.student)
            found.append(replace(submission, student=name))
        return found

    def _keys(self) -> dict[str, str]:
        keys: dict[str, set[str]] = {}
        for name, cells in self.students.items():
            own = {turned for text in (name, *cells.values()) for turned in _turned(text)}
            own |= {_key(cell.partition("@")[0]) for cell in cells.values() if "@" in cell}
            own |= {_number("Moodle", _digits(cells.get("Identifier", "")))}
            own |= {_number("Canvas", cells.get("ID", ""))}
            for key in own:
                keys.setdefault(key, set()).add(name)
        return {key: names.pop() for key, names in keys.items() if key and len(names) == 1}


def read_roster(path: Path | str) -> Roster:
    """Read the list of a class.

    Parameters
    ----------
    path : path
        A CSV file (UTF-8; commas or semicolons) with a first line of column names: ``name``, or
        ``Student``, ``Full name``, or ``First name`` and ``Last name``.

    Raises
    ------
    ValueError
        If it cannot be read, has no such column, or no student, or two of one name.
    """
    path = as_path(path)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise ValueError(f"the roster {path} cannot be read: {error}") from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
    columns = [column or "" for column in reader.fieldnames or []]
    name_columns = _name_columns(columns)
    if not name_columns:
        raise ValueError(
            f"the roster {path} has the columns {columns}; one called name, Student or Full name "
            "is expected, or First name and Last name"
        )
    rows = []
    for row in reader:
        cells = {column: (row[column] or "").strip() for column in columns}
        name = unicodedata.normalize("NFC", " ".join(cells[column] for column in name_columns))
        if name.strip() and not name.lower().strip().startswith(_NOBODY):
            rows.append((name.strip(), cells))
    twice = [name for name, times in Counter(name for name, _ in rows).items() if times > 1]
    if twice or not rows:
        what = f"{twice[0]} more than once: make the names differ" if twice else "no student"
        raise ValueError(f"the roster {path} holds {what}")
    return Roster(dict(rows))


def _name_columns(columns: Sequence[str]) -> list[str]:
    for wanted in ((_NAMES,), (_FIRST, _LAST)):
        found = [
            next((column for column in columns if column.strip().lower() in names), None)
            for names in wanted
        ]
        if None not in found:
            return [column for column in found if column is not None]
    return []


def _key(text: str) -> str:
    """Return a name as it is compared: letters and digits, without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())


def _turned(text: str) -> set[str]:
    """Return the forms of a name: Anna Meyer, Meyer Anna."""
    words = re.split(r"[\s,]+", text)
    return {_key("".join(words[i:] + words[:i])) for i in range(len(words))} if text else set()


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _number(platform: str, number: str) -> str:
    return f"{platform} {number}" if number else ""
