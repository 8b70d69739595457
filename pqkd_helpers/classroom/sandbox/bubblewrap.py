"""A student's process in bubblewrap, Linux's sandbox without a service and without rights of root.

It sees the interpreter, its packages, this package and the project's stored records, all read-only,
an empty folder for files, no network, no other process, and nothing of the other students.
"""

from collections.abc import Sequence

from .seen_inside import ENVIRONMENT, LARGEST_FILES, readable_paths


def bubblewrapped(command: Sequence[str]) -> list[str]:
    """Return the command line that runs a command in bubblewrap."""
    walls = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    walls += ["--proc", "/proc", "--dev", "/dev", "--size", str(LARGEST_FILES), "--tmpfs", "/tmp"]
    for path in readable_paths():
        walls += ["--ro-bind", path, path]
    # Only /tmp can be written to: files elsewhere in memory would count towards no limit.
    walls += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        walls += ["--setenv", name, value]
    return [*walls, "--", *command]
