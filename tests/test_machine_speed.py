"""The factor for limits in seconds: 1 at least, larger on a slower machine."""

import time

import pytest

from . import machine_speed


@pytest.mark.parametrize("work", ["training", "drawing"])
def test_slower_work_raises_the_factor(monkeypatch, work):
    pause = 2.0 * machine_speed.REFERENCE_SECONDS[work]
    monkeypatch.setitem(machine_speed.WORK, work, lambda: time.sleep(pause))
    assert machine_speed.slowness() >= 2.0


def test_a_fast_machine_gets_no_tighter_limits(monkeypatch):
    for work in machine_speed.WORK:
        monkeypatch.setitem(machine_speed.WORK, work, lambda: None)
    assert machine_speed.slowness() == 1.0
