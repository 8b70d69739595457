"""README and teacher's guide agree with the curriculum and with the exercises."""

import json
import re
from pathlib import Path

import pytest

from pqkd_helpers.lessons.checking import exercises_of
from pqkd_helpers.publishing.guide import with_curriculum

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
README = (NOTEBOOKS.parent / "README.md").read_text("utf-8")
GUIDE = (NOTEBOOKS / "teaching.md").read_text("utf-8")
PLAN = json.loads((NOTEBOOKS / "curriculum.json").read_text("utf-8"))["notebooks"]
SECTIONS = {part[:2]: part for part in GUIDE.split("\n## ") if part[:2].isdigit()}


def minutes(text):
    return [int(found) for found in re.findall(r"(?m)^- (\d+) min: ", text)]


@pytest.mark.parametrize("text", [GUIDE, README], ids=["guide", "README"])
def test_its_blocks_are_those_of_the_curriculum(text):
    assert "<!-- from the curriculum: " in text
    assert with_curriculum(text, NOTEBOOKS) == text, "make notebooks"


@pytest.mark.parametrize("entry", PLAN, ids=lambda entry: entry["file"][:2])
def test_each_notebook_has_plan_goals_misconceptions_and_questions(entry):
    section = SECTIONS[entry["file"][:2]]
    assert sum(minutes(section)) == (30 if "primer" in entry["file"] else 90)
    assert "**Goals.**" in section and "**Discuss.**" in section
    assert section.index("**A good answer.** ") > section.index("**Discuss.** ")
    revealed = re.findall(r"(?m)^\| [^|]+ \| (\d+\.\d+) \|$", section)
    number = str(int(entry["file"][:2]))
    assert revealed == [exercise.number for exercise in exercises_of(number)]


def test_the_workshop_fits_half_a_day():
    workshop = GUIDE.split("\n## A workshop of half a day")[1].split("\n## ")[0]
    assert sum(minutes(workshop)) == 210


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", GUIDE):
        assert "://" in target or (NOTEBOOKS / target).exists(), target
