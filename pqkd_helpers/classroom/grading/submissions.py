"""Whose is which file: the folder of a class, as teachers, browsers and platforms lay it out.

What Moodle or Canvas has named belongs to the student in the name. Else a student is a notebook
directly in the folder (``anna.ipynb``), or a folder with notebooks in it, however deep. A folder
around the students' folders, as unpacking an archive makes one, is looked through; folders of
groups are too; and a zip file is a folder. Nothing is left out: what is not read is listed with the
reason.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from ...common.files import as_path
from .archives import ArchiveError, Unpacking
from .files_below import (
    HandedIn,
    files_below,
    is_zip,
    without_ending,
    without_notebook_ending,
)
from .platform_names import Owner, owner_of_file, owner_of_folder
from .submitted_file import Submission, SubmissionError, notebook_number


def find_submissions(
    folder: Path | str, unpacking: Unpacking, *, but: Collection[Path] = ()
) -> list[Submission]:
    """Return all that was handed in, one submission per file, in the order of the names.

    A student's name is the one that a platform gave, or that of the file, without its ending, or of
    the student's folder. Names that look the same are the same: an umlaut may be one character or
    two; but where a platform has two students of one name, their numbers tell them apart. A folder
    without a notebook stands for a student too, and so does an archive that is refused. Files that
    are no notebooks have a `Submission.problem`.

    Parameters
    ----------
    folder : path
        A folder or a zip file.
    unpacking : Unpacking
        Where zip files are unpacked.
    but : collection of Path
        Files and folders that are none of a student's.

    Raises
    ------
    ValueError
        If there is no such folder or zip file, it is refused, or there is no notebook in it.
    """
    folder = as_path(folder)
    if not folder.is_dir() and not (folder.is_file() and is_zip(folder.name)):
        raise ValueError(
            f"there is no folder {folder}; one with the students' notebooks is expected, or a zip "
            "file of them"
        )
    try:
        found = [*files_below(folder.resolve(), unpacking, but={path.resolve() for path in but})]
    except ArchiveError as error:
        raise ValueError(f"{folder}: {error}") from error
    notebooks = {file.name: file.path for file in found if file.problem == ""}
    if not notebooks:
        first = [f"{file.name}: {file.problem}" for file in found if file.problem][:3]
        listed = f" (not read: {'; '.join(first)})" if first else ""
        raise ValueError(f"{folder} holds no notebook (.ipynb){listed}")
    return _told_apart(_of_students(found, notebooks))


def _of_students(found: Sequence[HandedIn], notebooks: Mapping[PurePath, Path]) -> list[Submission]:
    root = _class_folder(notebooks)
    students = {
        student
        for below, files in _by_folder(root, notebooks).items()
        for student in _student_folders(below, files)
    }
    full = {parent for name in notebooks for parent in name.parents}
    submissions: list[Submission] = []
    seen = {whose for name in notebooks if (whose := _named_by_a_platform(name)) is not None}
    without: set[PurePath] = set()
    for file in found:
        whose = _named_by_a_platform(file.name)
        folder = _owner(file.name, students, full)
        if whose is not None and whose not in seen:  # a student of whom there is no notebook
            seen.add(whose)
            submissions.append(_submission(whose, None, file.name))
        elif whose is None and folder is not None and folder not in full | without:
            without.add(folder)
            submissions.append(_submission(Owner(_name_of_folder(root, folder)), None, folder))
        if file.problem is None:
            continue
        if whose is None:
            alone = folder is None
            whose = Owner(_name(file.name) if folder is None else _name_of_folder(root, folder))
            if alone and file.is_archive:  # it is all that there is of the student
                submissions.append(_submission(whose, None, file.name, file.problem))
                continue
        submissions.append(_submission(whose, file.path, file.name, file.problem))
    return submissions


def _submission(owner: Owner, path: Path | None, name: PurePath, problem: str = "") -> Submission:
    return Submission(owner.name, path, name.as_posix(), problem, owner.platform, owner.number)


def _named_by_a_platform(name: PurePath) -> Owner | None:
    """Return whom the outermost name given by a platform names, if there is one."""
    owners = [owner_of_folder(part.removesuffix(".zip")) for part in name.parts[:-1]]
    owners.append(owner_of_file(name.name))
    for owner in owners:
        if owner.platform:
            return replace(owner, name=unicodedata.normalize("NFC", owner.name))
    return None


def _told_apart(submissions: list[Submission]) -> list[Submission]:
    """Return submissions in which two numbers of a platform are two students."""
    numbers = {(s.student, s.platform, s.number) for s in submissions}
    often = Counter(student for student, _, number in numbers if number)
    return [
        replace(s, student=f"{s.student} ({s.number})") if s.number and often[s.student] > 1 else s
        for s in submissions
    ]


def _class_folder(notebooks: Mapping[PurePath, Path]) -> PurePath:
    """Return the folder of the class: the one given, or a single one in it that holds them all."""
    root = PurePath()
    while True:
        inside = _by_folder(root, notebooks)
        if len(inside) != 1 or any(file.parent == root for file in notebooks):
            return root
        (inner,) = inside
        if _student_folders(inner, notebooks) == [inner] and not _are_of_many(notebooks):
            return root
        root = inner


def _are_of_many(notebooks: Mapping[PurePath, Path]) -> bool:
    """Tell whether one folder holds the same notebook several times.

    If there is no other folder, these are a class rather than the attempts of one student.
    """
    seen = set()
    for file, path in notebooks.items():
        try:
            number = notebook_number(Submission("", path).code_cells())
        except SubmissionError:
            continue
        if (file.parent, number) in seen:
            return True
        seen.add((file.parent, number))
    return False


def _student_folders(folder: PurePath, notebooks: Collection[PurePath]) -> list[PurePath]:
    """Return the folders that stand for one student each: where several lie side by side, these."""
    if any(file.parent == folder for file in notebooks):
        return [folder]
    found = [
        student
        for below, files in _by_folder(folder, notebooks).items()
        for student in _student_folders(below, files)
    ]
    return found if len(found) > 1 else [folder]


def _by_folder(folder: PurePath, notebooks: Collection[PurePath]) -> dict[PurePath, list[PurePath]]:
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
    name = folder.relative_to(root) if root in folder.parents else folder
    parts = [part[:-4] if is_zip(part) else part for part in name.parts]
    return unicodedata.normalize("NFC", without_notebook_ending("/".join(parts)))


def _name(name: PurePath) -> str:
    return unicodedata.normalize("NFC", without_ending(name.name))
