"""How long a notebook takes: the rule behind the minutes in `curriculum.json`.

Text is read at 160 words a minute (a formula is a word), code that is not folded at 12 lines a
minute. A picture takes half a minute, a prediction one. Exercises take the minutes that they name,
whatever stands in their cells. The run is waited for. What stands under a heading "For later" is
not counted: there a reader may stop.
"""

import json
import re

from nbformat import NotebookNode

from pqkd_helpers.lessons.checking import find_exercise

from .predictions import calls, part_of, tags_of

WORDS, LINES = 160, 12  # a minute
PICTURE, PREDICTION = 0.5, 1.0  # minutes
_UNREAD = re.compile(r"<details><summary>Notes for teachers.*?</details>|\]\(.*?\)", re.DOTALL)
_FORMULA = re.compile(r"\$\$.*?\$\$|\$.*?\$", re.DOTALL)
_SECONDS = re.compile(r"(\d+) seconds to run")


def study_minutes(notebook: NotebookNode) -> float:
    """Return the minutes for text, code, pictures, predictions, exercises and the run."""
    cells = _now(notebook.cells)
    own = [cell for cell in cells if part_of(cell) is None]
    tasks = [cell for cell in cells if part_of(cell) == "task"]
    texts = [cell.source for cell in own if cell.cell_type == "markdown"]
    code = [cell for cell in own if cell.cell_type == "code" and "hide-input" not in tags_of(cell)]
    pictures = sum("image/png" in json.dumps(cell.get("outputs", [])) for cell in own)
    predictions = sum(len(calls(cell, "predict")) for cell in own)
    exercises = (find_exercise(cell.metadata["pqkd"]["exercise"]) for cell in tasks)
    return (
        sum(map(_words, texts)) / WORDS
        + sum(len(cell.source.splitlines()) for cell in code) / LINES
        + PICTURE * pictures
        + PREDICTION * predictions
        + sum(exercise.minutes for exercise in exercises)
        + sum(int(found) for text in texts for found in _SECONDS.findall(text)) / 60
    )


def _now(cells: list[NotebookNode]) -> list[NotebookNode]:
    later = (i for i, c in enumerate(cells) if re.match(r"## (\d\. )?For later", c.source))
    return cells[: next(later, len(cells))]


def _words(text: str) -> int:
    return len(re.findall(r"\w[\w'-]*", _FORMULA.sub(" x ", _UNREAD.sub(" ", text))))
