"""What README and teacher's guide list of the notebooks, from curriculum and exercises."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from ..lessons.checking import exercises_of
from ..lessons.exercise import Exercise
from ..paper_figures.markdown_table import markdown_table
from .blocks import with_blocks

_PRIMER = "11"  # it is read before the others


def with_curriculum(text: str, notebooks: Path) -> str:
    """Return a text with its blocks from the curriculum written anew.

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
    tables = {"all": partial(_overview, entries), "series": partial(_series, entries)}
    tables["syllabus"] = partial(_syllabus, entries)
    return with_blocks(text, "curriculum", {**blocks, **tables})


def _exercises(entry: dict[str, Any]) -> tuple[Exercise, ...]:
    return exercises_of(str(int(entry["file"][:2])))


def _facts(entry: dict[str, Any]) -> str:
    """Return time, prerequisites and exercises of one notebook."""
    builds_on = ", ".join(name[:2] for name in entry["builds_on"]) or "nothing"
    listed = ", ".join(
        f"{exercise.number} {exercise.name} ({exercise.minutes})" for exercise in _exercises(entry)
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
            "exercises": len(_exercises(entry)),
            "of these": f"{sum(exercise.minutes for exercise in _exercises(entry))} min",
        }
        for entry in entries
    ]
    return markdown_table(rows)


def _series(entries: list[dict[str, Any]]) -> str:
    """Return the README's table of all notebooks, with the module that backs each."""
    rows = [
        {
            "notebook": f"[`{Path(entry['file']).stem}`](notebooks/{entry['file']})",
            "title": entry["title"],
            "backed by": f"[`{_within_package(entry['module'])}`]({entry['module']})",
            "study": f"{entry['minutes']} min",
        }
        for entry in entries
    ]
    return markdown_table(rows)


def _syllabus(entries: list[dict[str, Any]]) -> str:
    """Return a table with a lesson for each notebook: what to prepare, what is left for home."""
    rows = []
    lessons = sorted(entries, key=lambda entry: entry["file"].startswith(_PRIMER), reverse=True)
    for lesson, entry in enumerate(lessons):
        exercises = _exercises(entry)
        at_home = sum(exercise.minutes for exercise in exercises)
        before = [f"[{name[:2]}]({name})" for name in entry["builds_on"]]
        rows.append(
            {
                "lesson": lesson,
                "notebook": f"[{entry['file'][:2]}]({entry['file']}) {entry['title']}",
                "have read": ", ".join(before) or "-",
                "text": f"{entry['minutes'] - at_home} min",
                "exercises": f"{', '.join(each.number for each in exercises)}: {at_home} min",
                "in all": f"{entry['minutes']} min",
            }
        )
    return markdown_table(rows)


def _within_package(module: str) -> str:
    return module.removeprefix("pqkd_helpers/") or module
