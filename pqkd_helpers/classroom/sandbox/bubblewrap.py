"""Where a student's process runs: in a bubblewrap sandbox, or, if the teacher says so, in none.

In the sandbox it sees the interpreter, its packages, this package and the project's stored records,
all read-only, an empty folder for files, no network, no other process, and nothing of the other
students. It is a wall against careless code and simple tricks; it is no wall against an attack on
the system's kernel.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from ...common.stored_figures import FIGURES

PACKAGE = Path(__file__).parents[2]
_FILES = 64 * 2**20
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "PYTHONPATH": str(PACKAGE.parent),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}


class NoSandboxError(ValueError):
    """There is no sandbox, and nobody said that the submissions can be trusted."""


def command(arguments: list[str], *, sandboxed: bool) -> list[str]:
    """Return the command line that runs Python with these arguments.

    Parameters
    ----------
    arguments : list of str
        What follows ``python``.
    sandboxed : bool
        Whether bubblewrap is around it.
    """
    python = [sys.executable, *arguments]
    if not sandboxed:
        return python
    python_itself = (sys.base_prefix, sys.prefix, str(Path(sys.executable).parent))
    seen = dict.fromkeys([*_SYSTEM, *python_itself, str(PACKAGE), str(FIGURES)])
    walls = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    walls += ["--proc", "/proc", "--dev", "/dev", "--size", str(_FILES), "--tmpfs", "/tmp"]
    for path in seen:
        walls += ["--ro-bind-try", path, path]
    # Only /tmp can be written to: files elsewhere in memory would count towards no limit.
    walls += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--clearenv"]
    for name, value in _ENVIRONMENT.items():
        walls += ["--setenv", name, value]
    return [*walls, "--", *python]


def environment() -> dict[str, str]:
    """Return the environment of a process outside the sandbox."""
    return dict(_ENVIRONMENT)


@cache
def has_sandbox() -> bool:
    """Tell whether bubblewrap is installed and works here."""
    if shutil.which("bwrap") is None:
        return False
    try:
        tried = subprocess.run(
            command(["-c", "pass"], sandboxed=True), capture_output=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


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
        "there is no working bubblewrap (bwrap) on this machine, so a submission could read and "
        "change your files: install it (Linux: apt install bubblewrap), or, if you trust every "
        "submission, add --trust-submissions"
    )
