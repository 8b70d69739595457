"""The factor for limits in seconds: 1 at least, larger on a slower machine."""

import time

import pytest

from . import machine_speed


@pytest.mark.parametrize("work", ["training", "drawing"])
def test_slower_work_raises_the_factor(monkeypatch, work):
    pause = 2.0 * machine_speed.REFERENCE_SECONDS[work]
    monkeypatch.setitem(machine_speed.WORK, work, lambda: time.sleep(pause))
    assert machine_speed.slowness() >= 2.0


def test_a_limit_is_stretched_on_a_slow_machine_alone(monkeypatch):
    monkeypatch.setattr(machine_speed, "slowness", lambda: 2.0)
    assert machine_speed.in_time(1.9, 1.0) and not machine_speed.in_time(2.1, 1.0)
    monkeypatch.setattr(machine_speed, "slowness", lambda: 1.0)
    assert machine_speed.in_time(1.0, 1.0) and not machine_speed.in_time(1.1, 1.0)


def test_a_fast_machine_gets_no_tighter_limits(monkeypatch):
    for work in machine_speed.WORK:
        monkeypatch.setitem(machine_speed.WORK, work, lambda: None)
    assert machine_speed.slowness() == 1.0
