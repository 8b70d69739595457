"""One style for all figures: a colour-blind-safe palette, and marks that differ in grey too.

It starts from matplotlib's defaults, not from the user's settings: these may ask for a TeX that is
not installed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.style

STYLE: dict[Any, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "font.size": 10,
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
