"""Whose is which file: the folder of a class, as teachers, browsers and platforms lay it out.

A student is a notebook directly in the folder (``anna.ipynb``), or a folder with notebooks in it,
however deep. A folder around the students' folders, as unpacking an archive makes one, is looked
through; folders of groups are too. Nothing is left out: what is not read is listed with the reason.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePath

from ...common.files import as_path
from .submitted_file import Submission, SubmissionError, holds_notebook, notebook_number

_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__"}
_SYSTEMS |= {".ipynb_checkpoints", ".git", ".vscode", ".idea"}
_NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")


def find_submissions(folder: Path | str, *, but: Collection[Path] = ()) -> list[Submission]:
    """Return all that was handed in, one submission per file, in the order of the names.

    A student's name is that of the file, without its ending, or of the student's folder. Names that
    look the same are the same: an umlaut may be one character or two. A folder without a notebook
    stands for a student too. Files that are no notebooks have a `Submission.problem`.

    Parameters
    ----------
    folder : path
    but : collection of Path
        Files and folders that are none of a student's.

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
    base = folder.resolve()
    problems = {
        path.relative_to(base): problem
        for path, problem in _files(base, {path.resolve() for path in but})
    }
    notebooks = [file for file, problem in problems.items() if problem == ""]
    if not notebooks:
        first = [f"{file}: {problem}" for file, problem in problems.items() if problem][:3]
        listed = f" (not read: {'; '.join(first)})" if first else ""
        raise ValueError(f"{folder} holds no notebook (.ipynb){listed}")
    root = _class_folder(base, notebooks)
    students = {
        student
        for below, files in _by_folder(root, notebooks).items()
        for student in _student_folders(below, files)
    }
    full = {parent for file in notebooks for parent in file.parents}
    found: list[Submission] = []
    without: set[PurePath] = set()
    for file, problem in problems.items():
        owner = _owner(file, students, full)
        student = _name(file) if owner is None else _name_of_folder(root, owner)
        if owner is not None and owner not in full | without:
            without.add(owner)
            found.append(Submission(student, base / owner, owner.as_posix()))
        if problem is not None:
            found.append(Submission(student, base / file, file.as_posix(), problem))
    return found


def _files(folder: Path, but: Collection[Path]) -> Iterator[tuple[Path, str | None]]:
    """Go through the files below a folder, each with the reason why it is not read, or ``""``.

    For a folder in which there is nothing, there is a name in it that has None.
    """
    nothing = True
    try:
        for entry in sorted(folder.iterdir()):
            if _is_of_the_system(entry) or entry in but:
                continue
            nothing = False
            if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
                yield from _files(entry, but)
            else:
                yield entry, _problem(entry)
    except OSError as error:
        yield folder / "*", f"the folder cannot be read: {error.strerror}"
    else:
        if nothing:
            yield folder / "*", None


def _is_of_the_system(entry: Path) -> bool:
    """Tell whether nobody made this by hand: what systems and editors leave behind."""
    name = entry.name
    hidden = name.startswith(".") and not entry.is_dir() and not _NOTEBOOK.search(name)
    return hidden or name.startswith("._") or name in _SYSTEMS


def _problem(entry: Path) -> str:
    """Return why this is not read; nothing for a notebook, and for what stands in its place."""
    named_so = _NOTEBOOK.search(entry.name) and not entry.name.startswith(".")
    if named_so or entry.is_symlink():
        return ""
    if entry.is_dir():
        return "a hidden folder is not looked into"
    if not entry.is_file():
        return "this is neither a file nor a folder"
    if holds_notebook(entry):
        return ""
    if entry.suffix.lower() in _ARCHIVES:
        return "an archive is not read: unpack it there"
    return "this is no notebook (.ipynb), so it is not read"


def _class_folder(base: Path, notebooks: Sequence[PurePath]) -> PurePath:
    """Return the folder of the class: the one given, or a single one in it that holds them all."""
    root = PurePath()
    while True:
        inside = _by_folder(root, notebooks)
        if len(inside) != 1 or any(file.parent == root for file in notebooks):
            return root
        (inner,) = inside
        if _student_folders(inner, notebooks) == [inner] and not _are_of_many(base, notebooks):
            return root
        root = inner


def _are_of_many(base: Path, notebooks: Sequence[PurePath]) -> bool:
    """Tell whether one folder holds the same notebook several times.

    If there is no other folder, these are a class rather than the attempts of one student.
    """
    seen = set()
    for file in notebooks:
        try:
            number = notebook_number(Submission("", base / file).code_cells())
        except SubmissionError:
            continue
        if (file.parent, number) in seen:
            return True
        seen.add((file.parent, number))
    return False


def _student_folders(folder: PurePath, notebooks: Sequence[PurePath]) -> list[PurePath]:
    """Return the folders that stand for one student each: where several lie side by side, these."""
    if any(file.parent == folder for file in notebooks):
        return [folder]
    found = [
        student
        for below, files in _by_folder(folder, notebooks).items()
        for student in _student_folders(below, files)
    ]
    return found if len(found) > 1 else [folder]


def _by_folder(folder: PurePath, notebooks: Sequence[PurePath]) -> dict[PurePath, list[PurePath]]:
    """Return the notebooks below each folder that lies directly in this one."""
    inside: dict[PurePath, list[PurePath]] = {}
    for file in notebooks:
        if folder in file.parents and file.parent != folder:
            inside.setdefault(folder / file.relative_to(folder).parts[0], []).append(file)
    return inside


def _owner(
    file: PurePath, students: Collection[PurePath], full: Collection[PurePath]
) -> PurePath | None:
    """Return the student's folder that a file lies in, or None if it lies among the students'.

    It is one with notebooks, or else the outermost without any.
    """
    for parent in [*reversed(file.parents)][1:]:
        if parent in students or parent not in full:
            return parent
    return None


def _name_of_folder(root: PurePath, folder: PurePath) -> str:
    name = str(folder.relative_to(root) if root in folder.parents else folder)
    return unicodedata.normalize("NFC", _NOTEBOOK.sub("", name))


def _name(file: PurePath) -> str:
    """Return a file's name without its ending."""
    bare = _NOTEBOOK.sub("", file.name)
    if bare == file.name:
        bare = re.sub(r"\.\w{1,8}$", "", bare)
    return unicodedata.normalize("NFC", bare or file.name)
