"""A student's process in a container of Docker or Podman, where there is no bubblewrap.

The image is empty: a container sees this machine's own Python through read-only mounts, so nothing
is downloaded, and it works on Linux alone. Not yet tried with a running Docker or Podman; a test
reads the command line.
"""

import os
import subprocess
from collections.abc import Sequence
from typing import Literal

from .seen_inside import ENVIRONMENT, LARGEST_FILES, readable_paths

Program = Literal["docker", "podman"]
IMAGE = "pqkd-empty:1"
_NOBODY = 65534
_EMPTY_TAR = bytes(10240)
_PATIENCE = 60.0  # seconds for a command to the service


def make_image(program: Program) -> bool:
    """Make the empty image if it is not there; tell whether it is now."""
    if _succeeds([program, "image", "inspect", IMAGE]):
        return True
    return _succeeds([program, "import", "-", IMAGE], _EMPTY_TAR)


def contained(
    program: Program, command: Sequence[str], *, name: str, memory: int, seconds: float
) -> list[str]:
    """Return the command line that runs a command in a container.

    Parameters
    ----------
    program : str
        "docker" or "podman".
    command : sequence of str
    name : str
        Of the container; `end` wants it.
    memory : int
        Bytes, swap among them.
    seconds : float
        Processor time after which it is killed, whatever becomes of the grader.
    """
    user = os.getuid() or _NOBODY
    walls = [program, "run", "--rm", "--interactive", "--name", name, "--pull", "never"]
    walls += ["--network", "none", "--ipc", "none", "--log-driver", "none"]
    walls += ["--user", f"{user}:{os.getgid() or _NOBODY}", "--cap-drop", "ALL"]
    walls += ["--security-opt", "no-new-privileges", "--security-opt", "label=disable"]
    if program == "podman" and user == os.getuid():
        walls += ["--userns", "keep-id"]
    walls += ["--memory", str(memory), "--memory-swap", str(memory), "--pids-limit", "256"]
    walls += ["--cpus", "1", "--ulimit", f"cpu={round(seconds)}"]
    walls += ["--read-only", "--tmpfs", f"/tmp:rw,mode=1777,size={LARGEST_FILES}"]
    walls += ["--workdir", "/tmp"]
    for path in readable_paths():
        walls += ["--mount", f"type=bind,source={path},target={path},readonly"]
    for variable, value in ENVIRONMENT.items():
        walls += ["--env", f"{variable}={value}"]
    return [*walls, IMAGE, *command]


def end(program: Program, name: str) -> None:
    """End a container: it lives on when the command that began it is killed."""
    _succeeds([program, "kill", name])


def _succeeds(command: Sequence[str], given: bytes = b"") -> bool:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
