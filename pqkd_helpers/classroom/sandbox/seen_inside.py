"""What a student's process sees behind its walls: Python, its packages, and this project."""

import sys
from pathlib import Path

from ...common.stored_figures import FIGURES

PACKAGE = Path(__file__).parents[2]
LARGEST_FILES = 64 * 2**20  # bytes of all files that it writes, which are in memory
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "PYTHONPATH": str(PACKAGE.parent),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}


def readable_paths() -> list[str]:
    """Return the files and folders that it may read: those that are there."""
    python_itself = (sys.base_prefix, sys.prefix, str(Path(sys.executable).parent))
    seen = dict.fromkeys([*_SYSTEM, *python_itself, str(PACKAGE), str(FIGURES)])
    return [path for path in seen if Path(path).exists()]
