"""What every command settles before anything else: its text and its pictures."""

import os
import sys


def prepare() -> None:
    """Let every text be printed and every picture be drawn, on any terminal.

    A character that the terminal does not know is printed as a question mark. Pictures go to
    files: a backend in MPLBACKEND, perhaps another program's, is of no use and may not even exist.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # standard error never fails
    os.environ.pop("MPLBACKEND", None)
