"""What a student hands in: a file that may be anything, read without being run."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .platform_names import Platform

LARGEST_FILE = 20 * 2**20
LARGEST_CODE = 2**20


class SubmissionError(Exception):
    """A file that cannot be read as a notebook."""


@dataclass(frozen=True)
class Submission:
    """One student's file.

    Attributes
    ----------
    student : str
    path : Path or None
        None: the student is there, and no notebook.
    file : str
        The path below the folder of all submissions, for the table; an archive stands in it as a
        folder.
    problem : str
        Why it is not read, where that is plain from the outside: a text, a picture, ...
    platform, number : str
        Of a file that a learning platform has named: which one, and its number for the student.
    """

    student: str
    path: Path | None
    file: str = ""
    problem: str = ""
    platform: Platform = ""
    number: str = ""

    def code_cells(self) -> list[dict[str, Any]]:
        """Return the code cells, each with a ``source`` of str and a ``metadata`` of dict.

        Raises
        ------
        SubmissionError
            If there is no such file, or it is too large, no JSON, or no notebook.
        """
        if self.problem or self.path is None:
            raise SubmissionError(self.problem or "no notebook (.ipynb) was handed in")
        if self.path.is_symlink():
            raise SubmissionError("this is a link; the notebook itself is expected")
        if self.path.is_dir():
            raise SubmissionError("the folder holds no notebook (.ipynb)")
        if self.path.exists() and not self.path.is_file():
            raise SubmissionError("this is neither a file nor a folder")
        try:
            return self._read(self.path)
        except OSError as error:
            raise SubmissionError(f"the file cannot be read: {error.strerror}") from error

    def _read(self, path: Path) -> list[dict[str, Any]]:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise SubmissionError(
                f"the file has {size / 2**20:.0f} MB, {LARGEST_FILE // 2**20} at most are read; "
                "clear the outputs"
            )
        try:
            cells = _cells(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise SubmissionError(f"the file is not JSON: {str(error)[:120]}") from error
        if cells is None:
            raise SubmissionError("the file is no notebook: it has no list of cells")
        found = [
            {"source": _text(cell.get("source")), "metadata": _dictionary(cell.get("metadata"))}
            for cell in cells
            if isinstance(cell, dict) and cell.get("cell_type") == "code"
        ]
        if sum(len(cell["source"]) for cell in found) > LARGEST_CODE:
            raise SubmissionError(f"there are more than {LARGEST_CODE:,} characters of code")
        return found


def holds_notebook(path: Path) -> bool:
    """Tell whether a file holds a notebook, under any name, such as ``anna.json``."""
    try:
        with path.open("rb") as file:
            begin = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        small = path.stat().st_size <= LARGEST_FILE
        return begin.startswith(b"{") and small and _cells(path.read_bytes()) is not None
    except (OSError, ValueError, RecursionError):
        return False


def notebook_number(cells: list[dict[str, Any]]) -> str | None:
    """Return the number of the series' notebook that these cells come from, or None.

    Marks of exercises and calls of ``check`` decide, the commonest number wins.
    """
    return next(iter(notebook_numbers(cells)), None)


def notebook_numbers(cells: list[dict[str, Any]]) -> list[str]:
    """Return the numbers of all notebooks of the series in these cells, the commonest first."""
    found: Counter[str] = Counter()
    for cell in cells:
        numbers = re.findall(r"""check\(\s*["'](\d+)\.\d+["']""", cell["source"])
        numbers += re.findall(
            r"^(\d+)\.\d+$", str(_dictionary(cell["metadata"].get("pqkd")).get("exercise"))
        )
        found.update(numbers)
    return [number for number, _ in found.most_common()]


def _cells(content: bytes) -> list[Any] | None:
    """Return a notebook's cells, or None if the JSON is no notebook's."""
    notebook = json.loads(content)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    return cells if isinstance(cells, list) else None


def _text(source: Any) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
