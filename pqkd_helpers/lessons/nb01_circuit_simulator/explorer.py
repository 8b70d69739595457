"""Explorers of notebook 01: the Hong-Ou-Mandel dip, clicks of a small device, phases of loops."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ..explorer import Choice, Explorer, Slider
from .pictures import hong_ou_mandel, patterns_and_phases, small_click_histogram

Array = np.ndarray[Any, Any]

_ANGLES = np.linspace(0.0, np.pi / 2, 61)
_VALUES = np.linspace(0.0, 1.0, 5)


@lru_cache(maxsize=256)
def _splitter(indistinguishability: float) -> TimeBinInterferometer:
    return TimeBinInterferometer((1, 1), (1,), indistinguishability=indistinguishability)


def _outcomes(angles: Array, indistinguishability: float) -> Array:
    """Return P(2, 0), P(1, 1), P(0, 2) at every angle: (angles, 3)."""
    return _splitter(indistinguishability).photon_probabilities(angles[:, None])[1]


def draw_dip(*, degrees: float, indistinguishability: float) -> Figure:
    """Draw two photons on one splitter of this angle."""
    theta = np.array([np.radians(degrees)])
    over_angle = {
        name: _outcomes(_ANGLES, value)[:, 1]
        for name, value in (
            ("identical", 1.0),
            ("chosen", indistinguishability),
            ("classical", 0.0),
        )
    }
    along = [_outcomes(theta, float(value))[0, 1] for value in _VALUES]
    return hong_ou_mandel(
        float(theta[0]),
        indistinguishability,
        {"angles": _ANGLES, **over_angle},
        {"values": _VALUES, "here": along},
        {
            "chosen": _outcomes(theta, indistinguishability)[0],
            "classical": _outcomes(theta, 0.0)[0],
        },
    )


DIP = Explorer(
    name="1.dip",
    draw=draw_dip,
    controls={
        "degrees": Slider("splitter angle (degrees)", 0.0, 90.0, 2.5, 45.0),
        "indistinguishability": Slider("indistinguishability V", 0.0, 1.0, 0.05, 0.8),
    },
    alt=(
        "Three plots of two photons on a beam splitter, one from each side. Left: probability of "
        "one photon in each bin over the angle, from 1 at 0 degrees down to 45 degrees and up "
        "again; at 45 degrees identical photons have 0, classical particles 0.5. Middle: the same "
        "at {degrees:.1f} degrees, a straight line over the indistinguishability. Right: bars for "
        "the three outcomes at {degrees:.1f} degrees and V = {indistinguishability:.2f}, next to "
        "classical particles."
    ),
    grid={
        "degrees": (0.0, 11.25, 22.5, 33.75, 45.0, 56.25, 67.5, 78.75, 90.0),
        "indistinguishability": (0.0, 0.5, 0.8, 1.0),
    },
)


def draw_clicks(
    *,
    photons: tuple[int, ...],
    first: float,
    second: float,
    third: float,
    indistinguishability: float,
) -> Figure:
    """Draw the click patterns of two photons in four bins behind one loop."""
    theta = np.radians([first, second, third])
    device = TimeBinInterferometer(photons, (1,), indistinguishability=indistinguishability)
    classical = TimeBinInterferometer(photons, (1,), indistinguishability=0.0)
    states, probabilities = device.photon_probabilities(theta)
    return small_click_histogram(
        device.click_probabilities(theta),
        classical.click_probabilities(theta),
        probabilities @ states,
        probabilities @ (states > 0),
    )


CLICKS = Explorer(
    name="1.clicks",
    draw=draw_clicks,
    controls={
        "photons": Choice(
            "photons enter in bins",
            {"0 and 1": (1, 1, 0, 0), "0 and 2": (1, 0, 1, 0), "0 and 3": (1, 0, 0, 1)},
            (1, 1, 0, 0),
        ),
        "first": Slider("angle of bins 0, 1 (degrees)", 0.0, 90.0, 2.5, 45.0),
        "second": Slider("angle of bins 1, 2 (degrees)", 0.0, 90.0, 2.5, 45.0),
        "third": Slider("angle of bins 2, 3 (degrees)", 0.0, 90.0, 2.5, 30.0),
        "indistinguishability": Slider("indistinguishability V", 0.0, 1.0, 0.05, 1.0),
    },
    alt=(
        "Two photons (input {photons}) in four time bins behind one loop, with splitter angles "
        "{first:.0f}, {second:.0f} and {third:.0f} degrees and V = {indistinguishability:.2f}. "
        "Above: bars with the probability of each of the 16 click patterns, drawn under them as "
        "four squares, and diamonds for classical particles. Below: mean photons and "
        "mean clicks of the four bins."
    ),
    grid={
        "photons": ((1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1)),
        "first": (0.0, 45.0, 90.0),
        "second": (0.0, 45.0, 90.0),
        "third": (0.0, 30.0),
    },
)


def draw_phases(*, first_loop: float, second_loop: float, splitters: float) -> Figure:
    """Draw the click patterns of two photons in four bins, behind two loops with phases."""
    chosen, equal = (
        TimeBinInterferometer((1, 1, 0, 0), loop_phases=phases)
        for phases in (np.radians([first_loop, second_loop]).tolist(), 0.0)
    )
    theta = np.radians([splitters] * 6)
    return patterns_and_phases(chosen.click_probabilities(theta), equal.click_probabilities(theta))


PHASES = Explorer(
    name="1.phases",
    draw=draw_phases,
    controls={
        "first_loop": Slider("phase per round, loop 1 (degrees)", 0, 180, 15, 60),
        "second_loop": Slider("phase per round, loop 2 (degrees)", 0, 180, 15, 0),
        "splitters": Slider("angle of all splitters (degrees)", 0, 90, 15, 45),
    },
    alt=(
        "Two photons from bins 0 and 1 behind two loops, all splitters at {splitters} degrees. "
        "Bars: probability of each of the 16 click patterns when light collects {first_loop} "
        "degrees of phase per round in loop 1 and {second_loop} in loop 2. Diamonds: the same "
        "for equal phases."
    ),
    grid={
        "first_loop": (0, 30, 60, 90, 120, 150, 180),
        "second_loop": (0, 60, 120, 180),
        "splitters": (0, 45, 90),
    },
)

EXPLORERS = (DIP, CLICKS, PHASES)
