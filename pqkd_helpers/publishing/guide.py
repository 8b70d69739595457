"""The teacher's guide: its lists of times, prerequisites and exercises, from the curriculum."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from ..lessons.checking import find_exercise
from ..paper_figures.result import markdown_table
from .blocks import with_blocks


def with_curriculum(text: str, notebooks: Path) -> str:
    """Return the guide's text with its blocks from the curriculum written anew.

    Parameters
    ----------
    text : str
    notebooks : Path
        Folder of ``curriculum.json``.

    Raises
    ------
    ValueError
        If a block has an unknown name.
    """
    entries = json.loads((notebooks / "curriculum.json").read_text("utf-8"))["notebooks"]
    blocks = {entry["file"][:2]: partial(_facts, entry) for entry in entries}
    return with_blocks(text, "curriculum", {**blocks, "all": partial(_overview, entries)})


def _facts(entry: dict[str, Any]) -> str:
    """Return time, prerequisites and exercises of one notebook."""
    builds_on = ", ".join(name[:2] for name in entry["builds_on"]) or "nothing"
    exercises = [find_exercise(number) for number in entry["exercises"]]
    listed = ", ".join(
        f"{exercise.number} {exercise.name} ({exercise.minutes})" for exercise in exercises
    )
    return (
        f"{entry['minutes']} minutes alone · builds on {builds_on} · exercises, with minutes: "
        f"{listed}"
    )


def _linked(entry: dict[str, Any]) -> str:
    name = Path(entry["file"]).stem
    return f"[{name}]({entry['file']})" if entry["ready"] else f"{name} (planned)"


def _overview(entries: list[dict[str, Any]]) -> str:
    """Return a table of all notebooks."""
    rows = [
        {
            "notebook": _linked(entry),
            "alone": f"{entry['minutes']} min",
            "builds on": ", ".join(name[:2] for name in entry["builds_on"]) or "-",
            "exercises": len(entry["exercises"]),
            "of these": f"{sum(find_exercise(n).minutes for n in entry['exercises'])} min",
        }
        for entry in entries
    ]
    return markdown_table(rows)
