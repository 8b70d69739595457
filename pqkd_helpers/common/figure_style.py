"""One style for all figures: a colour-blind-safe palette, and marks that differ in grey too.

It starts from matplotlib's defaults, not from the user's settings: these may ask for a TeX that is
not installed.

A page shows a figure with 100 of its pixels to the inch, 700 at most, and files hold two for each:
`WIDTH` inches fill a page. A wider figure is shown smaller, and so is its text (`smallest_text`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import matplotlib as mpl
import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.text import Text

WIDTH = 7.0  # inches
SHOWN_DPI, STORED_DPI = 100, 200
LEAST_TEXT = 10.0  # points
STYLE: dict[Any, Any] = {
    "figure.dpi": SHOWN_DPI,
    "savefig.dpi": STORED_DPI,
    "font.size": LEAST_TEXT,
    "figure.titlesize": 11,
    "figure.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "legend.frameon": False,
}
COLOURS = mpl.style.library["tableau-colorblind10"]["axes.prop_cycle"].by_key()["color"]


@contextmanager
def style() -> Iterator[None]:
    """Draw inside the block in the series' style."""
    with mpl.style.context(["default", STYLE]):
        yield


def say_what_to_see(figure: Figure, title: str) -> None:
    """Write a sentence above the figure, from its left edge on."""
    figure.suptitle(title, x=0.01, ha="left")


def smallest_text(figure: Figure) -> float:
    """Return the smallest size of a figure's text as a page shows it, points.

    Exponents and indices inside formulas are not looked at.
    """
    figure.draw_without_rendering()  # ticks get their labels when they are drawn
    texts = cast("list[Text]", figure.findobj(Text))
    sizes = [t.get_fontsize() for t in texts if t.get_visible() and t.get_text().strip()]
    return float(min(sizes) * min(1.0, WIDTH / figure.get_size_inches()[0]))
