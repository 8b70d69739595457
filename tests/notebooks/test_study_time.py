"""The minutes under a notebook's title follow one rule, within a sixth."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .listing import FOLDER
from .study_time import study_minutes

PLAN = json.loads((FOLDER / "curriculum.json").read_text("utf-8"))["notebooks"]


@pytest.mark.parametrize("entry", PLAN, ids=lambda entry: entry["file"][:2])
def test_the_minutes_are_those_of_the_rule(entry):
    notebook = nbformat.read(FOLDER / entry["file"], as_version=4)
    assert 6 / 7 < study_minutes(notebook) / entry["minutes"] < 7 / 6


@pytest.mark.parametrize(
    "cell, minutes",
    [
        (new_markdown_cell("word " * 320), 2.0),
        (new_markdown_cell("<details><summary>Notes for teachers</summary>a\n</details>"), 0.0),
        (new_markdown_cell("37 seconds to run"), 4 / 160 + 37 / 60),
        (new_markdown_cell("the [word](a_page.ipynb) $a + b$"), 3 / 160),
        (new_code_cell("x = 1\n" * 24), 2.0),
        (new_code_cell("x = 1\n" * 24, metadata={"tags": ["hide-input"]}), 0.0),
        (new_code_cell('predict("1.twice", bin_0=None)'), 1 + 1 / 12),
    ],
)
def test_a_cell_takes_as_long_as_the_rule_says(cell, minutes):
    assert study_minutes(new_notebook(cells=[cell])) == pytest.approx(minutes)


@pytest.mark.parametrize("part, minutes", [("task", 6.0), ("stub", 0.0), ("solution", 0.0)])
def test_an_exercise_takes_what_it_says(part, minutes):
    cell = new_markdown_cell("word " * 320, metadata={"pqkd": {"exercise": "1.1", "part": part}})
    assert study_minutes(new_notebook(cells=[cell])) == minutes


def test_what_stands_under_for_later_does_not_count():
    later = [new_markdown_cell("## 6. For later: flaws"), new_markdown_cell("word " * 320)]
    assert study_minutes(new_notebook(cells=later)) == 0
