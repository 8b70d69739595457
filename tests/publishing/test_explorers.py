"""Explorers on the site: every value of the grid has a picture, a name and a description."""

import html
import json
import re

import nbformat
import pytest
from matplotlib.figure import Figure
from PIL import Image

from pqkd_helpers.lessons.explorer import Choice, Explorer, Slider
from pqkd_helpers.publishing import explorers
from pqkd_helpers.publishing.explorers import as_html, draw, frames, with_pictures


def line(width, colour, style):
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, width], color=colour, linestyle=style)
    return figure


LINE = Explorer(
    name="0.line",
    draw=line,
    controls={
        "width": Slider("width (cm)", 1.0, 3.0, 0.5, 2.0),
        "colour": Choice("colour", {"dark & deep": "black", "light": "grey"}, "grey"),
        "style": Choice("style", {"solid": "-", "dashed": "--"}, "--"),
    },
    alt="A {colour} line, {width} cm < 4 cm.",
    grid={"width": (1.0, 2.0, 3.0), "colour": ("black", "grey")},
)


def test_a_picture_is_named_by_the_places_of_its_values_and_other_controls_rest():
    named = dict(frames(LINE))
    assert list(named) == ["0-0", "0-1", "1-0", "1-1", "2-0", "2-1"]
    assert named["2-0"] == {"width": 3.0, "colour": "black", "style": "--"}


@pytest.fixture
def page(tmp_path):
    draw(LINE, tmp_path / "explorers" / "0.line")
    return tmp_path, as_html(LINE, tmp_path)


def test_every_picture_is_drawn_and_described(page):
    folder, written = page
    told = json.loads(re.search(r"(?s)<script[^>]*>(.*)</script>", written)[1])
    drawn = {path.stem: path.read_bytes() for path in (folder / "explorers/0.line").glob("*.png")}
    assert told.keys() == drawn.keys() == dict(frames(LINE)).keys()
    assert len(set(drawn.values())) == len(drawn)
    assert told["0-0"] == "A black line, 1.0 cm < 4 cm."


def test_the_page_starts_where_the_explorer_does(page):
    folder, written = page
    image = re.search(r'<img alt="([^"]*)" src="([^"]*)" width="(\d+)" height="(\d+)"', written)
    assert html.unescape(image[1]) == LINE.describe(**LINE.start())
    assert image[2] == "explorers/0.line/1-1.png"
    with Image.open(folder / image[2]) as picture:
        assert (str(picture.width), str(picture.height)) == (image[3], image[4])
    assert 'value="1" autocomplete="off" aria-valuetext="2"' in written
    assert '<option value="1" selected>light</option>' in written


def test_every_control_has_a_label_and_waits_for_the_script(page):
    _, written = page
    names = re.findall(r'<(?:input|select) id="([^"]*)"', written)
    assert (
        names == re.findall(r'<label for="([^"]*)">', written) == ["0.line-width", "0.line-colour"]
    )
    assert "<fieldset hidden>" in written and "dark &amp; deep" in written


def test_only_interactive_cells_get_an_output(tmp_path, monkeypatch):
    monkeypatch.setattr(explorers, "explore", {"0.line": LINE}.__getitem__)
    cells = [
        nbformat.v4.new_code_cell('explore("0.line").show_at({})'),
        nbformat.v4.new_code_cell('explore("0.line").live()'),
        nbformat.v4.new_markdown_cell('explore("0.line").live()'),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with_pictures(notebook, tmp_path)
    assert [len(cell.get("outputs", [])) for cell in notebook.cells] == [0, 1, 0]
    assert notebook.cells[1].outputs[0].data["text/html"] == as_html(LINE, tmp_path)
