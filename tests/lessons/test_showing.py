"""Pictures in a notebook carry their description."""

import io

import pytest
from matplotlib.figure import Figure
from PIL import Image

from pqkd_helpers.lessons import installed, show
from pqkd_helpers.lessons import showing as notebook
from pqkd_helpers.lessons.nb02_feature_histograms.pictures import moving_average
from pqkd_helpers.lessons.showing import png_bytes


def a_figure():
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot([0, 1], [1, 0])
    return figure


def test_a_shown_picture_has_bytes_alt_text_and_a_text_for_terminals(monkeypatch):
    shown = []
    monkeypatch.setattr(notebook, "display", lambda data, **kind: shown.append((data, kind)))
    show(a_figure(), alt="A line that\n   falls from 1 to 0.")
    ((data, kind),) = shown
    assert data["text/plain"] == "A line that falls from 1 to 0."
    assert data["image/png"].startswith(b"\x89PNG")
    metadata = {"image/png": {"alt": "A line that falls from 1 to 0.", "width": 400}}
    assert kind == {"raw": True, "metadata": metadata}


@pytest.mark.parametrize(("inches", "shown"), [(4.0, 400), (7.0, 700), (9.0, 700)])
def test_a_picture_has_two_pixels_for_each_that_a_page_shows(monkeypatch, inches, shown):
    widths = []

    def display(data, *, metadata, **_):
        stored = Image.open(io.BytesIO(data["image/png"])).width
        widths.append((metadata["image/png"]["width"], stored))

    monkeypatch.setattr(notebook, "display", display)
    show(Figure(figsize=(inches, 1.0)), alt="Nothing.")
    ((width, stored),) = widths
    assert width == shown and stored >= 2 * shown


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_picture_without_description_is_refused(alt):
    with pytest.raises(ValueError, match="describes the picture"):
        show(a_figure(), alt=alt)


def test_the_same_figure_gives_the_same_bytes():
    assert png_bytes(a_figure()) == png_bytes(a_figure())


def test_the_line_of_versions_names_what_is_missing(monkeypatch):
    assert installed().startswith("Python 3") and ", numpy " in installed()
    monkeypatch.setattr(notebook, "PACKAGES", ("no-such-package",))
    assert installed().endswith("no-such-package missing")


def test_a_picture_is_drawn_by_its_name_from_the_data(monkeypatch):
    shown = []
    monkeypatch.setattr(notebook, "display", lambda data, **kind: shown.append(data["image/png"]))
    show("2.moving_average", [3.0, 1.0, 2.0], [3.0, 2.0, 2.0], jump=2, alt="Two lines.")
    figure = moving_average([3.0, 1.0, 2.0], [3.0, 2.0, 2.0], jump=2)
    assert shown == [png_bytes(figure)]


def test_a_wrong_name_is_answered_with_the_pictures_of_the_notebook():
    with pytest.raises(ValueError, match=r"'2.average', one of .*'2.moving_average'.* is expected"):
        show("2.average", alt="Two lines.")
    with pytest.raises(ValueError, match=r"'4.softmax', one of"):  # no picture, though it is there
        show("4.softmax", [0.0], alt="Two lines.")
    with pytest.raises(ValueError, match="the notebook's number is 'average', one of"):
        show("average", alt="Two lines.")


def test_data_of_a_figure_that_is_drawn_already_are_refused():
    with pytest.raises(TypeError, match="drawn already"):
        show(a_figure(), [1.0], alt="A line.")
