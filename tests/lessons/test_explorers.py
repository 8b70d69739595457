"""Every explorer of every notebook, without a browser: ends of its controls, time to redraw."""

import time

import pytest
from matplotlib.figure import Figure

from pqkd_helpers.lessons.explorer import Slider
from pqkd_helpers.lessons.rooms import ROOMS, names_in_room
from pqkd_helpers.lessons.showing import png_bytes

from ..machine_speed import in_time

EXPLORERS = [
    explorer
    for number in ROOMS
    for explorer in names_in_room(number, "explorer").get("EXPLORERS", ())
]
every = pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda explorer: explorer.name)


def test_every_notebook_but_the_short_first_one_has_one_under_a_name_of_its_own():
    names = [explorer.name for explorer in EXPLORERS]
    assert len(set(names)) == len(names)
    assert {name.split(".")[0] for name in names} == set(ROOMS) - {"0"}


@every
def test_it_draws_at_all_ends_of_its_controls(explorer):
    for values in [explorer.start(), *explorer.ends()]:
        assert isinstance(explorer.draw(**values), Figure)
        assert "{" not in explorer.describe(**values)


@every
def test_its_grid_on_the_site_holds_the_start_and_a_few_values_within_the_ends(explorer):
    assert any(isinstance(explorer.controls[keyword], Slider) for keyword in explorer.grid)
    for keyword, values in explorer.grid.items():
        control = explorer.controls[keyword]
        assert control.start in values and len(set(values)) == len(values) > 1
        if isinstance(control, Slider):
            assert list(values) == sorted(values)
            assert control.low <= values[0] and values[-1] <= control.high
        else:
            assert set(values) <= set(control.options.values())


@pytest.mark.slow
@every
def test_it_redraws_within_a_fifth_of_a_second(explorer):
    times = []
    for values in [explorer.start(), explorer.start(), *explorer.ends()]:
        started = time.perf_counter()
        png_bytes(explorer.draw(**values))
        times.append(time.perf_counter() - started)
    times.sort()
    assert in_time(times[len(times) // 2], 0.2)


@every
def test_its_controls_are_labelled_and_wait_for_the_release(explorer):
    for control in explorer.controls.values():
        widget = control.widget()
        assert widget.description and widget.value == control.start
        assert getattr(widget, "continuous_update", False) is False


@every
def test_every_control_changes_the_picture(explorer):
    start = explorer.start()
    reference = png_bytes(explorer.draw(**start))
    for keyword, control in explorer.controls.items():
        others = [value for value in control.ends() if value != start[keyword]]
        assert any(
            png_bytes(explorer.draw(**start | {keyword: value})) != reference for value in others
        )
    assert png_bytes(explorer.draw(**start)) == reference  # the same values, the same picture
