"""Writing the editions of all notebooks, with the texts that they link to."""

import shutil
from pathlib import Path

import nbformat

from ...common.checks import check_whole
from ...common.files import as_path, write_atomically
from .editions import student_edition, teacher_edition
from .nbgrader import nbgrader_source

# Texts that each edition's notebooks and texts link to, where the folder holds them; the guide is
# for teachers alone.
_FOR_ALL = (
    "glossary.md",
    "cheat_sheet.md",
    "bring_your_own.md",
    "simulator.md",
    "reproducing.md",
    "students.md",
    "syllabus.md",
    "installing.md",
)
_TEXTS = {
    "student": _FOR_ALL,
    "teacher": (*_FOR_ALL, "teaching.md", "nbgrader.md"),
    "nbgrader": _FOR_ALL,
}
_FILMS = "films"


def build_editions(
    notebooks: Path | str, out: Path | str, nbgrader_seed: int | None = None
) -> list[Path]:
    """Write the editions of all notebooks.

    Parameters
    ----------
    notebooks : path
        Folder of the originals, which are only read.
    out : path
        Folder of the folders ``student`` and ``teacher``; made if missing.
    nbgrader_seed : int or None
        Private seed of nbgrader's tests; given, there is a folder ``nbgrader`` too.

    Returns
    -------
    list of Path
        The notebooks written.

    Raises
    ------
    ValueError
        If ``notebooks`` holds no notebook, ``out`` lies in it or contains it, or the seed is none.
    """
    notebooks, out = as_path(notebooks), as_path(out)
    sources = sorted(notebooks.glob("*.ipynb"))
    if not sources:
        raise ValueError(f"{notebooks} holds no notebook (.ipynb)")
    if nbgrader_seed is not None:
        check_whole("nbgrader_seed", nbgrader_seed, least=0)
    inside, outside = out.resolve(), notebooks.resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise ValueError(
            f"the editions cannot be written to {out}: a folder outside {notebooks}, not in it or "
            "around it, is expected"
        )
    written = []
    for path in sources:
        notebook = nbformat.read(path, as_version=4)
        editions = {"student": student_edition(notebook), "teacher": teacher_edition(notebook)}
        if nbgrader_seed is not None:
            editions["nbgrader"] = nbgrader_source(notebook, seed=nbgrader_seed)
        for name, edition in editions.items():
            written.append(out / name / path.name)
            write_atomically(written[-1], (nbformat.writes(edition) + "\n").encode())
    for name in {path.parent.name for path in written}:
        for text in _TEXTS[name]:
            if (notebooks / text).is_file():
                shutil.copy(notebooks / text, out / name / text)
        if (notebooks / _FILMS).is_dir():
            shutil.copytree(notebooks / _FILMS, out / name / _FILMS, dirs_exist_ok=True)
    return written
