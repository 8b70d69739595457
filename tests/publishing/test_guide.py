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
SYLLABUS = (NOTEBOOKS / "syllabus.md").read_text("utf-8")
PLAN = json.loads((NOTEBOOKS / "curriculum.json").read_text("utf-8"))["notebooks"]
SECTIONS = {part[:2]: part for part in GUIDE.split("\n## ") if part[:2].isdigit()}


def minutes(text):
    return [int(found) for found in re.findall(r"(?m)^- (\d+) min: ", text)]


@pytest.mark.parametrize("text", [GUIDE, README, SYLLABUS], ids=["guide", "README", "syllabus"])
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


def test_the_syllabus_has_a_lesson_for_each_notebook_with_its_minutes():
    rows = re.findall(
        r"(?m)^\| (\d+) \| \[(\d\d)\].*\| (\d+) min \| .*?: (\d+) min \| (\d+) min", SYLLABUS
    )
    assert [int(lesson) for lesson, *_ in rows] == [*range(len(PLAN))] and rows[0][1] == "11"
    minutes_of = {entry["file"][:2]: entry["minutes"] for entry in PLAN}
    assert {number: int(in_all) for _, number, *_, in_all in rows} == minutes_of
    assert all(int(text) + int(tasks) == int(in_all) for *_, text, tasks, in_all in rows)


@pytest.mark.parametrize("entry", PLAN, ids=lambda entry: entry["file"][:2])
def test_a_notebooks_notes_for_teachers_name_the_same_minutes_alone(entry):
    notebook = json.loads((NOTEBOOKS / entry["file"]).read_text("utf-8"))
    texts = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    said = re.findall(r"Time: (?:alone, with exercises, )?(\d+) minutes(?: alone)?,?", texts)
    assert {int(found) for found in said} <= {entry["minutes"]}


def test_the_workshop_fits_half_a_day():
    workshop = GUIDE.split("\n## A workshop of half a day")[1].split("\n## ")[0]
    assert sum(minutes(workshop)) == 210


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", GUIDE):
        assert "://" in target or (NOTEBOOKS / target).exists(), target
