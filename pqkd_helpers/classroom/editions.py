"""Two editions of the notebooks: for students without solutions, for teachers with all of them."""

import copy
import re
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..exercises.checking import find_exercise
from ..files import write_atomically
from ..publishing.execution import read_notebook
from ..publishing.exercise_cells import reference_source

_TEACHERS_NOTES = re.compile(
    r"\s*<details><summary>Notes for teachers</summary>.*?</details>", flags=re.DOTALL
)
EDITIONS = ("student", "teacher")


def student_edition(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without worked solutions, teachers' notes and outputs of exercises."""
    edition = _without_exercise_outputs(notebook)
    edition.cells = [cell for cell in edition.cells if _part(cell) != "solution"]
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = _TEACHERS_NOTES.sub("", cell.source)
    return edition


def teacher_edition(notebook: NotebookNode) -> NotebookNode:
    """Return a copy in which every exercise is solved."""
    edition = _without_exercise_outputs(notebook)
    for cell in edition.cells:
        if _part(cell) == "stub":
            cell.source = reference_source(find_exercise(cell.metadata["pqkd"]["exercise"]))
    return edition


def build_editions(notebooks: Path, out: Path) -> list[Path]:
    """Write both editions of all notebooks, and the files beside them that they link to.

    Parameters
    ----------
    notebooks : Path
        Folder of the originals, which are only read.
    out : Path
        Folder of the folders ``student`` and ``teacher``; made if missing.

    Returns
    -------
    list of Path
        The notebooks written.

    Raises
    ------
    ValueError
        If ``notebooks`` holds no notebook, or ``out`` lies in it or contains it.
    """
    sources = sorted(notebooks.glob("*.ipynb"))
    if not sources:
        raise ValueError(f"{notebooks} holds no notebook (.ipynb)")
    inside, outside = out.resolve(), notebooks.resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise ValueError(
            f"the editions cannot be written to {out}: a folder beside {notebooks}, not in it or "
            "around it, is expected"
        )
    written = []
    for path in sources:
        notebook = read_notebook(path)
        for name, edition in zip(
            EDITIONS, (student_edition(notebook), teacher_edition(notebook)), strict=True
        ):
            target = out / name / path.name
            write_atomically(target, (nbformat.writes(edition) + "\n").encode())
            written.append(target)
    for name in EDITIONS:
        shutil.copy(notebooks / "glossary.md", out / name / "glossary.md")
    shutil.copy(notebooks / "teaching.md", out / "teacher" / "teaching.md")
    return written


def _without_exercise_outputs(notebook: NotebookNode) -> NotebookNode:
    edition = copy.deepcopy(notebook)
    edition.metadata.pop("pqkd", None)  # the fingerprint is the original's
    for cell in edition.cells:
        if cell.cell_type == "code" and _part(cell) is not None:
            cell.outputs, cell.execution_count = [], None
    return edition


def _part(cell: NotebookNode) -> str | None:
    """Return which part of an exercise a cell is, or None."""
    mark = cell.metadata.get("pqkd", {})
    return mark.get("part") if "exercise" in mark else None
