"""Pictures in a notebook carry their description."""

import pytest
from matplotlib.figure import Figure

from pqkd_helpers.lessons import installed
from pqkd_helpers.lessons import showing as notebook
from pqkd_helpers.lessons.showing import png_bytes


def a_figure():
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot([0, 1], [1, 0])
    return figure


def test_a_shown_picture_has_bytes_alt_text_and_a_text_for_terminals(monkeypatch):
    shown = []
    monkeypatch.setattr(notebook, "display", lambda data, **kind: shown.append((data, kind)))
    notebook.show(a_figure(), alt="A line that\n   falls from 1 to 0.")
    ((data, kind),) = shown
    assert data["text/plain"] == "A line that falls from 1 to 0."
    assert data["image/png"].startswith(b"\x89PNG")
    metadata = {"image/png": {"alt": "A line that falls from 1 to 0."}}
    assert kind == {"raw": True, "metadata": metadata}


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_picture_without_description_is_refused(alt):
    with pytest.raises(ValueError, match="describes the picture"):
        notebook.show(a_figure(), alt=alt)


def test_the_same_figure_gives_the_same_bytes():
    assert png_bytes(a_figure()) == png_bytes(a_figure())


def test_the_line_of_versions_names_what_is_missing():
    line = installed("numpy", "no-such-package")
    assert line.startswith("Python 3") and ", numpy " in line and "no-such-package missing" in line
