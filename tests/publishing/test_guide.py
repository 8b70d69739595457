"""The teacher's guide agrees with the curriculum and with the exercises."""

import json
import re
from pathlib import Path

import pytest

from pqkd_helpers.lessons.checking import exercises_of
from pqkd_helpers.lessons.rooms import ROOMS
from pqkd_helpers.publishing.guide import with_curriculum

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
GUIDE = (NOTEBOOKS / "teaching.md").read_text("utf-8")
PLAN = json.loads((NOTEBOOKS / "curriculum.json").read_text("utf-8"))["notebooks"]
SECTIONS = {part[:2]: part for part in GUIDE.split("\n## ") if part[:2].isdigit()}


def minutes(text):
    return [int(found) for found in re.findall(r"(?m)^- (\d+) min: ", text)]


def test_its_blocks_are_those_of_the_curriculum():
    assert with_curriculum(GUIDE, NOTEBOOKS) == GUIDE, "make notebooks"


def test_every_exercise_is_in_the_curriculum():
    listed = [number for entry in PLAN for number in entry["exercises"]]
    assert listed == [exercise.number for name in ROOMS for exercise in exercises_of(name)]


@pytest.mark.parametrize("entry", PLAN, ids=lambda entry: entry["file"][:2])
def test_each_notebook_has_plan_goals_misconceptions_and_questions(entry):
    section = SECTIONS[entry["file"][:2]]
    assert sum(minutes(section)) == 90
    assert "**Goals.**" in section and "**Discuss.**" in section
    revealed = re.findall(r"(?m)^\| [^|]+ \| (\d+\.\d+) \|$", section)
    assert revealed == entry["exercises"]


def test_the_workshop_fits_half_a_day():
    workshop = GUIDE.split("\n## A workshop of half a day")[1].split("\n## ")[0]
    assert sum(minutes(workshop)) == 210


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", GUIDE):
        assert "://" in target or (NOTEBOOKS / target).exists(), target
