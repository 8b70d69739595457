"""All files that were handed in, in folders and zip files, and why some of them are not read."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from .archives import DEEPEST, ArchiveError, Unpacking
from .submitted_file import holds_notebook

_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__"}
_SYSTEMS |= {".ipynb_checkpoints", ".git", ".vscode", ".idea"}
_NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")


@dataclass(frozen=True)
class HandedIn:
    """A file.

    Attributes
    ----------
    name : PurePath
        Where it lies below the folder of the class; an archive is a folder.
    path : Path
        Where it is.
    problem : str or None
        Why it is not read; ``""`` if it is; None for a folder in which there is nothing, and then
        the last part of the name is a star.
    is_archive : bool
        Whether it is an archive, which is not read.
    """

    name: PurePath
    path: Path
    problem: str | None
    is_archive: bool = False


def files_below(
    folder: Path, unpacking: Unpacking, *, but: Collection[Path] = ()
) -> Iterator[HandedIn]:
    """Go through the files of a folder or zip file.

    Parameters
    ----------
    folder : Path
        A folder or a zip file.
    unpacking : Unpacking
    but : collection of Path
        Files and folders that are left out.

    Raises
    ------
    ArchiveError
        If it is a zip file that is refused.
    """
    if folder.is_dir():
        yield from _in_folder(folder, PurePath(), unpacking, but)
    else:
        yield from _in_archive(folder, PurePath(), unpacking, 1)


def without_notebook_ending(name: str) -> str:
    """Return a name without ``.ipynb`` and what browsers add to it."""
    return _NOTEBOOK.sub("", name)


def without_ending(name: str) -> str:
    """Return a file's name without its ending."""
    bare = without_notebook_ending(name)
    return (re.sub(r"\.\w{1,8}$", "", bare) if bare == name else bare) or name


def is_zip(name: str) -> bool:
    """Tell whether a file is called a zip file."""
    return name.lower().endswith(".zip")


def _in_folder(
    folder: Path, place: PurePath, unpacking: Unpacking, but: Collection[Path]
) -> Iterator[HandedIn]:
    nothing = True
    try:
        for entry in sorted(folder.iterdir()):
            is_folder = entry.is_dir() and not entry.is_symlink()
            if _is_of_the_system(entry.name, is_folder=entry.is_dir()) or entry in but:
                continue
            nothing = False
            if is_folder and not entry.name.startswith("."):
                yield from _in_folder(entry, place / entry.name, unpacking, but)
            else:
                yield from _file(place / entry.name, entry, unpacking, 1)
    except OSError as error:
        problem = f"the folder cannot be read: {error.strerror}"
        yield HandedIn(place / "*", folder / "*", problem)
    else:
        if nothing:
            yield HandedIn(place / "*", folder / "*", None)


def _in_archive(
    archive: Path, place: PurePath, unpacking: Unpacking, depth: int
) -> Iterator[HandedIn]:
    for name, path, problem in unpacking.unpack(archive):
        folders = name.parts[:-1]
        if _is_of_the_system(name.name) or any(
            _is_of_the_system(folder, is_folder=True) for folder in folders
        ):
            continue
        if any(folder.startswith(".") for folder in folders):
            problem = "a hidden folder is not looked into"
        if problem:
            yield HandedIn(place / name, path, problem, is_archive=is_zip(name.name))
        else:
            yield from _file(place / name, path, unpacking, depth + 1)


def _file(name: PurePath, path: Path, unpacking: Unpacking, depth: int) -> Iterator[HandedIn]:
    """Return a file, or the files in it."""
    problem = _problem(name.name, path)
    if not problem or path.is_symlink() or not path.is_file():
        yield HandedIn(name, path, problem)
    elif not is_zip(name.name):
        is_archive = name.name.lower().endswith(_ARCHIVES)
        yield HandedIn(name, path, problem, is_archive)
    elif depth > DEEPEST:
        yield HandedIn(name, path, "an archive so deep in others is not read: unpack it", True)
    elif path.name == name.name and path.with_suffix("").is_dir():
        yield HandedIn(name, path, "this archive is not read: a folder of its name lies beside it")
    else:
        try:
            inside = list(_in_archive(path, name, unpacking, depth))
            yield from inside or [HandedIn(name / "*", path, None)]
        except ArchiveError as error:
            yield HandedIn(name, path, str(error), True)


def _is_of_the_system(name: str, *, is_folder: bool = False) -> bool:
    """Tell whether nobody made this by hand: what systems and editors leave behind."""
    hidden = name.startswith(".") and not is_folder and not _NOTEBOOK.search(name)
    return hidden or name.startswith("._") or name in _SYSTEMS


def _problem(name: str, path: Path) -> str:
    """Return why this is not read; nothing for a notebook, and for what stands in its place."""
    if (_NOTEBOOK.search(name) and not name.startswith(".")) or path.is_symlink():
        return ""
    if path.is_dir():
        return "a hidden folder is not looked into"
    if not path.is_file():
        return "this is neither a file nor a folder"
    if holds_notebook(path):
        return ""
    if name.lower().endswith(_ARCHIVES):
        return "of the archives only zip files are read: unpack it there"
    return "this is no notebook (.ipynb), so it is not read"
