"""Paths as users give them; files that a crash at any moment leaves old or new, never in part."""

import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import Any


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return a path given by a user, ``~`` replaced by the home folder.

    As in a shell, a name that begins with ``~`` and is no user's stays as it is.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111  (Path's own fails at such a name)


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` under a temporary name in the same folder, then rename it to ``path``.

    Missing parent folders are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{uuid.uuid4().hex}-{path.name}")
    try:
        write_durably(partial, content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's list of names, where the system allows it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def json_bytes(value: Any) -> bytes:
    """Return readable JSON; numbers must be finite."""
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode()


def sha256(content: bytes) -> str:
    """Return the SHA-256 sum as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
