"""What students hand in: files that may be anything, read without being run."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..files import as_path

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
        Name of the file or folder directly below that of all submissions.
    path : Path
    """

    student: str
    path: Path

    def code_cells(self) -> list[dict[str, Any]]:
        """Return the code cells, each with a ``source`` of str and a ``metadata`` of dict.

        Raises
        ------
        SubmissionError
            If there is no such file, or it is too large, no JSON, or no notebook.
        """
        if self.path.is_symlink():
            raise SubmissionError("this is a link; the notebook itself is expected")
        if self.path.is_dir():
            raise SubmissionError("the folder holds no notebook (.ipynb)")
        try:
            return self._read()
        except OSError as error:
            raise SubmissionError(f"the file cannot be read: {error.strerror}") from error

    def _read(self) -> list[dict[str, Any]]:
        size = self.path.stat().st_size
        if size > LARGEST_FILE:
            raise SubmissionError(
                f"the file has {size / 2**20:.0f} MB, {LARGEST_FILE // 2**20} at most are read; "
                "clear the outputs"
            )
        try:
            notebook = json.loads(self.path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise SubmissionError(f"the file is not JSON: {str(error)[:120]}") from error
        cells = notebook.get("cells") if isinstance(notebook, dict) else None
        if not isinstance(cells, list):
            raise SubmissionError("the file is no notebook: it has no list of cells")
        found = [
            {"source": _text(cell.get("source")), "metadata": _dictionary(cell.get("metadata"))}
            for cell in cells
            if isinstance(cell, dict) and cell.get("cell_type") == "code"
        ]
        if sum(len(cell["source"]) for cell in found) > LARGEST_CODE:
            raise SubmissionError(f"there are more than {LARGEST_CODE:,} characters of code")
        return found


def find_submissions(folder: Path | str, *, but: Path | None = None) -> list[Submission]:
    """Return all notebooks below a folder, in the order of their names.

    A student's name is that of the file directly in the folder, or of the subfolder that it is in.
    A subfolder without a notebook, and a link, stand for a student too: nothing can be read there,
    and the student's rows will say so.

    Parameters
    ----------
    folder : path
    but : Path or None
        A subfolder that is none of a student's.

    Raises
    ------
    ValueError
        If there is no such folder, or no notebook in it.
    """
    folder = as_path(folder)
    if not folder.is_dir():
        raise ValueError(
            f"there is no folder {folder}; one with the students' notebooks is expected"
        )
    found = []
    for entry in sorted(folder.iterdir()):
        if _is_of_the_system(entry) or (but is not None and entry.resolve() == but.resolve()):
            continue
        if entry.is_dir() and not entry.is_symlink():
            inside = sorted(path for path in entry.rglob("*") if _is_notebook(path))
            found += [Submission(_student(entry), path) for path in inside or [entry]]
        elif _is_notebook(entry) or entry.is_symlink():
            found.append(Submission(_student(entry), entry))
    if not found:
        raise ValueError(f"{folder} holds no notebook (.ipynb)")
    return found


def _is_notebook(path: Path) -> bool:
    """Tell whether a path is a notebook's by its name, and no folder, and no system's copy."""
    is_file = path.is_symlink() or path.is_file()
    copies = any(part.startswith(".") for part in path.parts[-2:])
    return path.suffix.lower() == ".ipynb" and is_file and not copies


def _is_of_the_system(entry: Path) -> bool:
    return entry.name.startswith(".") or entry.name == "__MACOSX"


def _student(entry: Path) -> str:
    return entry.stem if entry.suffix.lower() == ".ipynb" else entry.name


def notebook_number(cells: list[dict[str, Any]]) -> str | None:
    """Return the number of the series' notebook that these cells come from, or None.

    Marks of exercises and calls of ``check`` decide, the commonest number wins.
    """
    found: Counter[str] = Counter()
    for cell in cells:
        numbers = re.findall(r"""check\(\s*["'](\d+)\.\d+["']""", cell["source"])
        numbers += re.findall(
            r"^(\d+)\.\d+$", str(_dictionary(cell["metadata"].get("pqkd")).get("exercise"))
        )
        found.update(numbers)
    return found.most_common(1)[0][0] if found else None


def _text(source: Any) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
