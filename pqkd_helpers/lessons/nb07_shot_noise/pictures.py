"""The picture of notebook 07: the gain over the shots, before its cause is known."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, say_what_to_see, style
from ...paper_figures.markdown_table import Row


def gain_with_and_without_smoothing(rows: Sequence[Row]) -> Figure:
    """Draw the gain over the number of shots, with the z trained with and tuned angles alone.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the figure "shot-noise".
    """
    curves = {
        "ema": ("smoothed", COLOURS[0], "o-", 94),
        "raw": ("not smoothed", COLOURS[1], "s--", 52),
    }
    rows = [row for row in rows if row["measure"] == "with the z trained with"]
    with style():
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "Why does the lower curve jump at the right edge?")
        for arm, (label, colour, look, height) in curves.items():
            found = [row for row in rows if row["arm"] == arm]
            shots = [row["shots"] for row in found if row["shots"] < math.inf]
            edge = 3.0 * max(shots)
            # The curve below is moved a little to the right, so that both points at the edge show.
            where = np.array([min(row["shots"], edge) for row in found])
            where = where * (1.12 if arm == "raw" else 1.0)
            means = np.array([row["gain"].mean for row in found])
            halves = [row["gain"].half_width for row in found]
            bars = {"color": colour, "capsize": 2, "elinewidth": 1}
            axes.errorbar(where, means, yerr=halves, fmt=look[0], **bars)
            axes.plot(where[:-1], means[:-1], look[1:], color=colour)
            axes.text(30.0, height, label, color=colour)
        axes.set(xscale="log", ylim=(0, 100), xlabel="shots S", ylabel="gain over z = 0 (points)")
        axes.set_xticks([*shots[::2], edge], [*map(str, shots[::2]), "∞"])
        axes.minorticks_off()
    return figure
