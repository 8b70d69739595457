"""Where a student's process runs: in bubblewrap, else in a container, or without any walls.

Without them only if the teacher says so. Walls stop careless code and simple tricks; none of them
stops an attack on the system's kernel.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from typing import Literal

from .bubblewrap import bubblewrapped
from .containers import contained, end, make_image
from .seen_inside import ENVIRONMENT

Program = Literal["bwrap", "docker", "podman"]
NAMES: dict[Program, str] = {
    "bwrap": "a bubblewrap sandbox",
    "docker": "a Docker container without a network",
    "podman": "a Podman container without a network",
}
_MEMORY, _SECONDS = 4 * 2**30, 600.0  # of a container, where nothing else is said


class NoSandboxError(ValueError):
    """There is no sandbox, and nobody said that the submissions can be trusted."""


def command(
    arguments: list[str],
    *,
    sandboxed: bool,
    name: str = "pqkd",
    memory: int = _MEMORY,
    seconds: float = _SECONDS,
) -> list[str]:
    """Return the command line that runs Python with these arguments.

    Parameters
    ----------
    arguments : list of str
        What follows ``python``.
    sandboxed : bool
        Whether there are walls around it: the first that work here.
    name, memory, seconds
        Of a container; see `containers.contained`.
    """
    program = working_sandbox() if sandboxed else None
    return _within(program, arguments, name, memory, seconds)


def end_container(name: str) -> None:
    """End what `command` began under this name, if it is a container."""
    program = working_sandbox()
    if program in ("docker", "podman"):
        end(program, name)


def environment() -> dict[str, str]:
    """Return the environment of a process without walls."""
    return dict(ENVIRONMENT)


@cache
def working_sandbox() -> Program | None:
    """Return the first of bubblewrap, Docker and Podman that is installed and works here."""
    return next(filter(_works, NAMES), None)


def has_sandbox() -> bool:
    """Tell whether there is one."""
    return working_sandbox() is not None


def choose_sandbox(*, trust: bool) -> bool:
    """Return whether to use the sandbox.

    Parameters
    ----------
    trust : bool
        Whether to do without one where there is none.

    Raises
    ------
    NoSandboxError
        If there is none and ``trust`` is false.
    """
    if os.name != "posix":
        raise NoSandboxError("grading needs Linux or macOS; on Windows use WSL")
    if has_sandbox():
        return True
    if trust:
        return False
    raise NoSandboxError(
        "there is no working bubblewrap (bwrap), Docker or Podman on this machine, so a submission "
        "could read and change your files: install one (Linux: apt install bubblewrap), or, if you "
        "trust every submission, add --trust-submissions"
    )


def _within(
    program: Program | None, arguments: list[str], name: str, memory: int, seconds: float
) -> list[str]:
    python = [sys.executable, *arguments]
    if program is None:
        return python
    if program == "bwrap":
        return bubblewrapped(python)
    return contained(program, python, name=name, memory=memory, seconds=seconds)


def _works(program: Program) -> bool:
    if shutil.which(program) is None or (program != "bwrap" and not make_image(program)):
        return False
    name = f"pqkd-try-{os.getpid()}"
    try:
        tried = subprocess.run(
            _within(program, ["-c", "pass"], name, _MEMORY, _SECONDS),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
