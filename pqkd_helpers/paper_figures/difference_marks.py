"""A difference with its interval as one line of a forest plot; an arrow where it is far off."""

import math

from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from ..statistics.means import PairedDifference


def draw_difference(
    axes: Axes,
    height: float,
    difference: PairedDifference,
    *,
    look: tuple[str, str],
    reach: float = math.inf,
) -> None:
    """Draw mean and interval at a height; colour and marker are the look."""
    colour, marker = look
    if abs(difference.mean) > reach:
        edge = 0.99 if difference.mean > 0.0 else 0.01
        axes.text(
            edge,
            height,
            f"{difference.mean:+.1f} {'→' if edge > 0.5 else '←'}",
            transform=blended_transform_factory(axes.transAxes, axes.transData),
            ha="right" if edge > 0.5 else "left",
            va="center",
        )
        return
    axes.errorbar(
        difference.mean,
        height,
        xerr=difference.half_width,
        fmt=marker,
        color=colour,
        capsize=3,
    )
