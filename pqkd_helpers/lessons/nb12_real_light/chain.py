"""The first picture of notebook 12: from the source to the student, and what may go wrong where."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Rectangle, Wedge

from ...common.figure_style import COLOURS, LEAST_TEXT, say_what_to_see, style

BLUE, ORANGE, DARK = COLOURS[0], COLOURS[1], COLOURS[3]
FIBRE = 2.0
# Where it stands, its name, what may go wrong there, and the sections that ask.
STATIONS = (
    (0.0, "source", "no photon, or two;\nphotons not alike", "sections 1, 6, 7"),
    (2.0, "two fibre loops", "light is lost;\nphases and\nangles drift", "sections 1, 2, 5, 6"),
    (4.0, "detector", "no click, or one\nwithout light", "sections 1, 6"),
    (6.0, "the way to you", "jobs fail,\nshots are wrong", "appendix"),
    (8.0, "student", "what of all this\ndoes it notice?", "sections 3, 4"),
)


def chain() -> Figure:
    """Draw the way from the photons to the student, and under each station what may go wrong."""
    with style():
        figure = Figure(figsize=(7.0, 2.8), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "What may go wrong on the way from the photons to the student?")
        axes.plot([0.0, 4.0], [FIBRE, FIBRE], color=DARK, linewidth=1.2, zorder=1)
        axes.plot([4.0, 8.0], [FIBRE, FIBRE], ":", color=DARK, linewidth=1.2, zorder=1)
        _draw_light(axes)
        for place, name in ((0.0, ""), (6.0, "clicks"), (8.0, "z")):
            corner = (place - 0.45, FIBRE - 0.35)
            axes.add_patch(Rectangle(corner, 0.9, 0.7, fc="white", ec=DARK, zorder=3))
            axes.text(place, FIBRE, name, ha="center", va="center", zorder=4)
        axes.plot(0.0, FIBRE, "*", color=ORANGE, markersize=13, zorder=4)
        axes.add_patch(Wedge((3.95, FIBRE), 0.4, -90, 90, fc="white", ec=DARK, zorder=3))
        for place, name, trouble, sections in STATIONS:
            axes.text(place, 3.05, name, ha="center", weight="bold")
            axes.text(place, 1.3, trouble, ha="center", va="top", fontsize=LEAST_TEXT)
            axes.text(place, -0.1, sections, ha="center", color=BLUE)
        axes.set(xlim=(-1.05, 9.05), ylim=(-0.25, 3.4))
        axes.axis("off")
        return figure


def _draw_light(axes: Axes) -> None:
    for place in (1.5, 2.5):
        axes.add_patch(Arc((place, FIBRE + 0.38), 0.6, 0.76, color=DARK, linewidth=1.2, zorder=1))
        side = 0.09
        axes.plot([place - side, place + side], [FIBRE - 0.14, FIBRE + 0.14], color=BLUE, zorder=2)
    axes.plot(np.array([0.65, 0.95, 1.8, 3.1]), np.full(4, FIBRE), "o", color=ORANGE, zorder=3)
