"""An explorer shows its picture at fixed settings, and anew when a control changes."""

import ipywidgets
import pytest
from matplotlib.figure import Figure

from pqkd_helpers.lessons import explore
from pqkd_helpers.lessons import explorer as module
from pqkd_helpers.lessons.explorer import Choice, Explorer, Slider


def draw(width, colour):
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, width], color=colour)
    return figure


LINE = Explorer(
    name="line",
    draw=draw,
    controls={
        "width": Slider("width (cm)", 1, 3, 1, 2),
        "colour": Choice("colour", {"dark": "black", "light": "grey"}, "black"),
    },
    alt="A {colour} line, {width} cm high.",
    grid={"width": (1, 2, 3), "colour": ("black", "grey")},
)


def test_all_ends_are_tried():
    assert list(LINE.ends()) == [
        {"width": 1, "colour": "black"},
        {"width": 1, "colour": "grey"},
        {"width": 3, "colour": "black"},
        {"width": 3, "colour": "grey"},
    ]


def test_fixed_settings_are_shown_with_their_descriptions(monkeypatch):
    shown = []
    monkeypatch.setattr(module, "show", lambda figure, alt: shown.append(alt))
    LINE.show_at({}, {"width": 3, "colour": "grey"})
    assert shown == ["A black line, 2 cm high.", "A grey line, 3 cm high."]


def test_a_whole_slider_stays_whole_and_a_fine_one_does_not():
    assert isinstance(LINE.controls["width"].widget(), ipywidgets.IntSlider)
    assert isinstance(Slider("x", 0.0, 1.0, 0.1, 0.5).widget(), ipywidgets.FloatSlider)


def test_moving_a_control_draws_anew(monkeypatch):
    shown, boxes = [], []
    monkeypatch.setattr(module, "show", lambda figure, alt: shown.append(alt))
    monkeypatch.setattr(module, "display", boxes.append)
    LINE.live()
    slider, choice, _ = boxes[0].children
    slider.value = 3
    choice.value = "grey"
    assert shown == [
        "A black line, 2 cm high.",
        "A black line, 3 cm high.",
        "A grey line, 3 cm high.",
    ]


def test_an_unknown_control_is_an_error():
    with pytest.raises(TypeError):
        LINE.show_at({"height": 1})


def test_an_explorer_is_found_by_its_name():
    assert explore("5.gains").name == "5.gains"


def test_a_wrong_name_is_answered_with_those_of_the_notebook():
    with pytest.raises(
        ValueError, match=r"'1.dipp', one of \('1.dip', '1.clicks', '1.phases'\) is expected"
    ):
        explore("1.dipp")
    with pytest.raises(ValueError, match=r"the notebook's number is '99', one of .* is expected"):
        explore("99.dip")
