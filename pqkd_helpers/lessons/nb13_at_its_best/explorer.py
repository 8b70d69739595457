"""The explorer of notebook 13: what channels cost, and how many filters are left."""

from matplotlib.figure import Figure

from ...experiments.grids.ladder_students import MOST
from ..explorer import Explorer, Slider
from .exercises import where_they_go
from .pictures import spending


def draw(conv1: int, conv2: int, conv3: int, first: int) -> Figure:
    """Draw how 1,984 values are spent; the 3x3 filters take what all else leaves."""
    widths = (conv1, conv2, conv3)
    left = MOST - sum(where_they_go(widths, first, 0).values())
    filters = max(left // 9, 0)
    title = f"{filters} filters of 3 x 3 are left" if filters else "Nothing is left for 3x3 filters"
    return spending({"student": where_they_go(widths, first, filters)}, title=title, most=MOST)


BUDGET = Explorer(
    name="13.budget",
    draw=draw,
    controls={
        "conv1": Slider("channels of conv1", 4, 64, 4, 16),
        "conv2": Slider("channels of conv2", 8, 128, 8, 32),
        "conv3": Slider("channels of conv3", 8, 128, 8, 64),
        "first": Slider("5x5 filters", 4, 32, 4, 16),
    },
    alt=(
        "One horizontal bar of 1,984 values for a student with {conv1}, {conv2} and {conv3} "
        "channels and {first} filters of 5 x 5: angles, filters, batch norm, linear layer; a "
        "dashed line marks the budget."
    ),
    grid={
        "conv1": (16, 32),
        "conv2": (32, 64),
        "conv3": (16, 32, 64, 128),
        "first": (8, 16),
    },
)
EXPLORERS = (BUDGET,)
