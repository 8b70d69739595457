"""What every command settles before anything else: its text and its pictures."""

import os
import sys


def prepare() -> None:
    """Let every text be printed and every picture be drawn, whatever the terminal and the settings.

    A character that the terminal does not know is printed as a question mark. Pictures go to
    files: the user's MPLBACKEND, perhaps another program's, is of no use and may not even exist.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    os.environ["MPLBACKEND"] = "agg"
