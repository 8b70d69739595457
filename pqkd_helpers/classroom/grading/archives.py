"""What lies in a zip file, without trusting it: no path of its own, no link, no bomb.

A file is unpacked under a number, not under the name that the archive gives it, so no name can lead
anywhere. An archive is refused as a whole if one of its names leads out of it or stands in it
twice, if it is encrypted, or if it holds too much.
"""

import stat
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath, PureWindowsPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from .submitted_file import LARGEST_FILE

MOST_FILES = 10_000  # in one archive
LARGEST_ARCHIVE = 500 * 2**20  # bytes unpacked, of one archive
LARGEST_CLASS = 4 * 2**30  # bytes unpacked, of all archives of a class
DEEPEST = 2  # a student's archive may lie in that of the class
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


class ArchiveError(Exception):
    """An archive that is not read, and why."""


@dataclass
class Unpacking:
    """A folder that archives are unpacked into, and what may still be.

    Attributes
    ----------
    folder : Path
        Empty; whoever made it removes it.
    left : int
        Bytes.
    """

    folder: Path
    left: int = LARGEST_CLASS
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    def unpack(self, archive: Path) -> list[tuple[PurePosixPath, Path, str]]:
        """Unpack the files of a zip file.

        Parameters
        ----------
        archive : Path

        Returns
        -------
        list of (PurePosixPath, Path, str)
            Each file's name in the archive, where it is now, and why it is not there: it is a link,
            or too large.

        Raises
        ------
        ArchiveError
            If the archive is refused.
        """
        try:
            with ZipFile(archive) as opened:
                files = _checked(opened.infolist())
                size = sum(file.file_size for _, file in files if not _problem(file))
                if size > self.left:
                    raise ArchiveError("all archives together unpack to too much: unpack it there")
                self.left -= size
                return [self._unpacked(opened, name, file) for name, file in files]
        except (BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
            raise ArchiveError(f"the archive is damaged: {error}") from error
        except (OSError, ValueError) as error:
            raise ArchiveError(f"the archive cannot be read: {error}") from error

    def _unpacked(
        self, opened: ZipFile, name: PurePosixPath, file: ZipInfo
    ) -> tuple[PurePosixPath, Path, str]:
        path, problem = self.folder / str(next(self._numbers)), _problem(file)
        if not problem:
            with opened.open(file) as stream:
                content = stream.read(file.file_size + 1)
            if len(content) != file.file_size:
                raise ArchiveError(f"{name} is not as long as the archive says")
            path.write_bytes(content)
        return name, path, problem


def _checked(entries: list[ZipInfo]) -> list[tuple[PurePosixPath, ZipInfo]]:
    """Return the files with their names, or refuse the archive."""
    if len(entries) > MOST_FILES:
        raise ArchiveError(f"the archive holds {len(entries):,} files, {MOST_FILES:,} are read")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise ArchiveError("the archive is encrypted: one without a password is expected")
    files = [(_name(entry), entry) for entry in entries if not entry.is_dir()]
    times = Counter(name for name, _ in files)
    folders = {parent for name, _ in files for parent in name.parents}
    for name, often in times.items():
        if often > 1 or name in folders:
            raise ArchiveError(f"the archive holds {name} more than once: which one counts?")
    size = sum(entry.file_size for _, entry in files if not _problem(entry))
    if size > LARGEST_ARCHIVE:
        raise ArchiveError(
            f"the archive unpacks to {size / 2**20:,.0f} MB, {LARGEST_ARCHIVE // 2**20} are read"
        )
    return files


def _name(entry: ZipInfo) -> PurePosixPath:
    """Return a file's name; one that leads out of the archive is refused."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:  # some programs do not say that their names are UTF-8
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    path = PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/")))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive or not path.parts:
        raise ArchiveError(f"the archive holds {name!r}, a path that leads out of it")
    return path


def _problem(entry: ZipInfo) -> str:
    """Return why a file is not unpacked."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "this is a link; the notebook itself is expected"
    if entry.file_size > LARGEST_FILE:
        size = entry.file_size / 2**20
        return f"the file has {size:.0f} MB, {LARGEST_FILE // 2**20} at most are read"
    return ""
