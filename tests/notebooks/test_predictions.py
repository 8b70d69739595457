"""No prediction is spoiled: where a notebook asks for one, no answer stands in sight below."""

import nbformat
import pytest

from pqkd_helpers.classroom.editions.editions import student_edition

from .listing import NOTEBOOKS, path_of
from .predictions import asks, calls, part_of, problems, tags_of

every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


def read(name):
    return nbformat.read(path_of(name), as_version=4)


@every_notebook
def test_no_answer_stands_in_sight_below_a_prediction(name):
    assert problems(read(name), str(int(name[:2]))) == []


@every_notebook
def test_every_notebook_asks_and_its_last_cell_says_what_is_open(name):
    cells = read(name).cells
    assert any(asks(cell) for cell in cells)
    assert any(calls(cell, "predict") for cell in cells)
    assert cells[-1].source == f'progress("{int(name[:2])}")'


@every_notebook
def test_nothing_is_guessed_beforehand(name):
    for cell in read(name).cells:
        if calls(cell, "predict"):
            assert cell.source.count("=None") == sum(map(len, calls(cell, "predict").values()))
            assert not cell.outputs


@every_notebook
def test_the_students_edition_has_no_output_below_a_prediction(name):
    edition = student_edition(read(name))
    folded = [cell for cell in edition.cells if "hide-output" in tags_of(cell)]
    assert folded and not any(cell.outputs for cell in folded)
    assert problems(edition, str(int(name[:2]))) == []


# --- spoiled notebooks -----------------------------------------------------------------------


def cell_with(cells, text):
    return next(cell for cell in cells if text in cell.source)


def untag(cell, tag):
    cell.metadata["tags"] = [other for other in cell.metadata["tags"] if other != tag]


SPOILERS = {
    "a result in sight": (
        lambda cells: untag(cell_with(cells, "half @ half"), "hide-output"),
        "is in sight",
    ),
    "an assert in sight": (
        lambda cells: cell_with(cells, "half @ half").update(
            source="light = half\nassert light[0] == 0"
        ),
        "an assert",
    ),
    "a description in sight": (
        lambda cells: untag(cell_with(cells, '"1.clicks_per_shot"'), "hide-input"),
        "the description",
    ),
    "a comparison in sight": (
        lambda cells: untag(cell_with(cells, 'reveal("1.twice"'), "hide-input"),
        "cell that compares is not folded",
    ),
    "a comparison whose first line shows": (
        lambda cells: cell_with(cells, 'reveal("1.twice"').update(
            source='reveal("1.twice", bin_0=0)'
        ),
        "shows the first line",
    ),
    "no place to write it down": (
        lambda cells: cell_with(cells, 'predict("1.twice"').update(source="x = 1"),
        "no cell in which to write",
    ),
    "no comparison": (
        lambda cells: cell_with(cells, 'reveal("1.twice"').update(source="x = 1"),
        "revealed before it is asked",
    ),
    "other names": (
        lambda cells: cell_with(cells, 'reveal("1.twice"').update(
            source='reveal("1.twice", chance=1)'
        ),
        "predicted were ['bin_0']",
    ),
    "a name twice": (
        lambda cells: cell_with(cells, 'predict("1.pair"').update(
            source='predict("1.twice", bin_0=None)'
        ),
        "two predictions have one name",
    ),
    "another number": (
        lambda cells: cell_with(cells, 'predict("1.twice"').update(
            source='predict("2.twice", bin_0=None)'
        ),
        "another notebook's number",
    ),
    "a question more": (
        lambda cells: cell_with(cells, "The photon surely changes its bin").update(
            source="Guess what comes next."
        ),
        "no cell in which to write",
    ),
    "an unfolded solution": (
        lambda cells: [
            next(cell for cell in cells if part_of(cell) == part).update(source=source)
            for part, source in (("task", "Predict it."), ("solution", "It is 0."))
        ],
        "its solution is not folded",
    ),
    "an answer as first picture": (
        lambda cells: cell_with(cells, '"1.device_in_time"').metadata.update(tags=["hide-output"]),
        "the first picture",
    ),
}


@pytest.mark.parametrize("what", SPOILERS)
def test_what_spoils_a_prediction_is_noticed(what):
    notebook = read("01_circuit_simulator")
    spoil, sentence = SPOILERS[what]
    spoil(notebook.cells)
    found = problems(notebook, "1")
    assert any(sentence in problem for problem in found), found
