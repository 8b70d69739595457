"""Running a command with the network cut, for itself and for every kernel that it starts.

Where the system allows it the command gets a network namespace of its own, with nothing in it but
loopback, which Jupyter's kernels need. Elsewhere a hook in Python refuses other addresses.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from pqkd_helpers.publishing.execution import ENVIRONMENT

_LOOPBACK_UP = (
    "import fcntl, os, socket, struct, sys;"
    "s = socket.socket();"
    "fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 0x49));"  # SIOCSIFFLAGS: up, running
    "os.execv(sys.argv[1], sys.argv[1:])"
)
_HOOK = str(Path(__file__).parent / "offline_hook")


@cache
def namespaces_work() -> bool:
    """Tell whether a process may have a network namespace of its own here."""
    if shutil.which("unshare") is None:
        return False
    return (
        subprocess.run(_in_namespace(["-c", ""]), check=False, capture_output=True).returncode == 0
    )


def _in_namespace(python_arguments: list[str]) -> list[str]:
    python = sys.executable
    return ["unshare", "-rn", python, "-c", _LOOPBACK_UP, python, *python_arguments]


def run_offline(
    python_arguments: list[str], *, with_namespace: bool | None = None
) -> subprocess.CompletedProcess:
    """Run ``python ARGUMENTS`` with the network cut and return how it went.

    Parameters
    ----------
    python_arguments : list of str
    with_namespace : bool or None
        None: a namespace where that works, else the hook.
    """
    if namespaces_work() if with_namespace is None else with_namespace:
        return run_online(python_arguments, command=_in_namespace(python_arguments))
    path = os.pathsep.join(filter(None, [_HOOK, os.environ.get("PYTHONPATH")]))
    return run_online(python_arguments, PYTHONPATH=path)


def run_online(
    python_arguments: list[str], *, command: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess:
    """Run ``python ARGUMENTS`` as it is, for comparison."""
    return subprocess.run(
        command or [sys.executable, *python_arguments],
        cwd=Path(__file__).parents[2],
        env=os.environ | ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        check=False,
    )
