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
    if not draw_if_far_off(axes, height, difference.mean, reach):
        axes.errorbar(
            difference.mean,
            height,
            xerr=difference.half_width,
            fmt=marker,
            color=colour,
            capsize=3,
        )


def draw_if_far_off(axes: Axes, height: float, mean: float, reach: float) -> bool:
    """Write a mean beyond the reach at its edge, with an arrow; say whether it is beyond."""
    if abs(mean) <= reach:
        return False
    edge = 0.99 if mean > 0.0 else 0.01
    axes.text(
        edge,
        height,
        f"{mean:+.1f} {'→' if edge > 0.5 else '←'}",
        transform=blended_transform_factory(axes.transAxes, axes.transData),
        ha="right" if edge > 0.5 else "left",
        va="center",
    )
    return True
