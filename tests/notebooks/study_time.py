"""How long a notebook takes: the rule behind the minutes in `curriculum.json`.

Text is read at 160 words a minute; a table's row counts as its words, a formula as one word. Code that
is not folded is read at 12 lines a minute. A picture or an explorer takes half a minute, a prediction
one. Exercises take what they say, whatever stands in their cells. The run is waited for.
"""

import json
import re

from nbformat import NotebookNode

from pqkd_helpers.lessons.checking import exercises_of

from .predictions import calls, part_of, tags_of

WORDS, LINES = 160, 12  # a minute
PICTURE, PREDICTION = 0.5, 1.0  # minutes
_UNREAD = re.compile(r"<details><summary>Notes for teachers.*?</details>|!?\[|\]\(.*?\)", re.DOTALL)
_FORMULA = re.compile(r"\$\$.*?\$\$|\$.*?\$", re.DOTALL)
_SECONDS = re.compile(r"(\d+) seconds to run")


def parts(notebook: NotebookNode, number: str) -> dict[str, float]:
    """Return the minutes for text, code, pictures, predictions, exercises and the run."""
    own = [cell for cell in notebook.cells if part_of(cell) is None]
    texts = [cell.source for cell in own if cell.cell_type == "markdown"]
    code = [cell for cell in own if cell.cell_type == "code" and "hide-input" not in tags_of(cell)]
    words = sum(len(re.findall(r"\w[\w'-]*", _read(text))) for text in texts)
    lines = sum(
        len(re.sub(r"alt=.*?,\n\)", "", c.source, flags=re.DOTALL).splitlines()) for c in code
    )
    pictures = sum("image/png" in json.dumps(cell.get("outputs", [])) for cell in own)
    predictions = sum(len(calls(cell, "predict")) for cell in own)
    (seconds,) = (int(s) for text in texts for s in _SECONDS.findall(text))
    return {
        "text": words / WORDS,
        "code": lines / LINES,
        "pictures": PICTURE * pictures,
        "predictions": PREDICTION * predictions,
        "exercises": float(sum(exercise.minutes for exercise in exercises_of(number))),
        "run": seconds / 60,
    }


def _read(text: str) -> str:
    return _FORMULA.sub(" x ", _UNREAD.sub(" ", text))
