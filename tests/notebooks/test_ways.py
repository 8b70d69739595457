"""The ways through the series, on the first page of README, site and 00: one table, true times."""

import json
import re
from itertools import pairwise, takewhile

import nbformat
import pytest
from nbformat.v4 import new_notebook

from pqkd_helpers.lessons.checking import exercises_of

from .listing import FOLDER, NOTEBOOKS, path_of
from .study_time import study_minutes

README = (FOLDER.parent / "README.md").read_text("utf-8").replace("](notebooks/", "](")
INDEX = (FOLDER / "index.md").read_text("utf-8")
START = "\n".join(
    cell.source
    for cell in nbformat.read(path_of("00_start_here"), as_version=4).cells
    if cell.cell_type == "markdown"
)
CURRICULUM = json.loads((FOLDER / "curriculum.json").read_text("utf-8"))["notebooks"]
STUDY = {entry["file"].removesuffix(".ipynb"): entry["minutes"] for entry in CURRICULUM}
MARK = re.compile(r"\*\*Short way, (\d+) minutes:\*\*")
LEFT_OUT = "*Engineer's way: leave this section out.*"
WORDS = {"90 minutes": 90, "two hours": 120, "four and a half hours": 270}


def ways(text):
    """Return the rows of the table: who, how long, what."""
    lines = text[text.index("| you are | time |") :].splitlines()
    rows = takewhile(lambda line: line.startswith("|"), lines)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows][2:]


def notebooks_in(cell):
    return re.findall(r"\]\((\w+)\.ipynb\)", cell)


def marked_minutes(name):
    """Return the minutes of every part of a notebook that is marked as on the short way."""
    cells = nbformat.read(path_of(name), as_version=4).cells
    return [int(found) for cell in cells for found in MARK.findall(cell.source)]


def test_one_table_stands_on_all_three_first_pages():
    assert ways(README) == ways(INDEX) == ways(START) and len(ways(README)) == 3


def test_the_short_way_takes_as_long_as_its_parts():
    _, time, parts = ways(README)[0]
    start, *others = notebooks_in(parts)
    assert start == "00_start_here" and {n for n in NOTEBOOKS if marked_minutes(n)} == {*others}
    marked = sum(minutes for name in others for minutes in marked_minutes(name))
    assert STUDY[start] + marked == WORDS[time]


@pytest.mark.parametrize("who, time, parts", ways(README)[1:], ids=lambda cell: cell[:20])
def test_the_others_take_their_parts_time_without_the_exercises(who, time, parts):
    required, found, _ = parts.partition(", without exercises")
    assert found
    reading = sum(
        sum(marked_minutes(name)) if "*short way*" in part else _reading_minutes(name)
        for part in required.split(";")
        for name in notebooks_in(part)
    )
    if "engineer" in who:
        reading -= sum(left_out_minutes(name) for name in notebooks_in(required))
    assert 0.9 * WORDS[time] < reading < 1.1 * WORDS[time]


def _reading_minutes(name):
    exercises = exercises_of(str(int(name[:2])))
    return STUDY[name] - sum(exercise.minutes for exercise in exercises)


def left_out_minutes(name):
    """Return the minutes of appendices and of what the engineer leaves out, without exercises."""
    cells = nbformat.read(path_of(name), as_version=4).cells
    left_out, level = [], 0  # of the heading of a section that is left out
    for cell in cells:
        heading = re.match(r"(#+) ", cell.source) if cell.cell_type == "markdown" else None
        if heading and (not level or len(heading[1]) <= level):
            left = LEFT_OUT in cell.source or cell.source.startswith("## Appendix")
            level = len(heading[1]) if left else 0
        if level and "exercise" not in cell.metadata.get("pqkd", {}):
            left_out.append(cell)
    return study_minutes(new_notebook(cells=left_out))


def test_what_the_engineer_leaves_out_stands_in_notebooks_on_that_way():
    (engineer,) = (row for row in ways(README) if "engineer" in row[0])
    marked = {name for name in NOTEBOOKS if LEFT_OUT in path_of(name).read_text("utf-8")}
    assert marked and marked <= set(notebooks_in(engineer[2]))


@pytest.mark.parametrize("text", [README, INDEX, START], ids=["README", "site", "00"])
def test_the_primer_is_linked_where_a_newcomer_begins(text):
    assert re.search(r"Never trained .*\[primer\]\(11_primer\.ipynb\)", text)


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if marked_minutes(name)])
def test_a_mark_stands_over_the_heading_of_its_part(name):
    cells = nbformat.read(path_of(name), as_version=4).cells
    for cell, below in pairwise(cells):
        if MARK.match(cell.source):
            assert below.source.startswith("## ")
