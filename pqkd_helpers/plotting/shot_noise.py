"""The gain in accuracy over the number of shots."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..experiments.decay_fits import PaperFit
from .style import COLOURS, style

_LOOKS = {
    "ema": (0, "o", "-"),
    "raw": (1, "s", "-"),
    "frozen-ema": (3, "^", "--"),
    "frozen-raw": (5, "D", "--"),
}


def gain_over_shots(
    rows: list[dict[str, Any]],
    fits: dict[str, dict[str, PaperFit]],
    baseline: dict[str, float],
) -> Figure:
    """Draw the gain over the number of shots, one panel per measure.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.shot_noise`.
    fits : dict of str to dict
        Measure -> curve -> fit of the paper's form.
    baseline : dict of str to float
        Measure -> gain of a student trained with coin tosses.

    Returns
    -------
    matplotlib.figure.Figure
    """
    titles = list(dict.fromkeys(row["measure"] for row in rows))
    with style():
        figure = Figure(figsize=(9.4, 3.9), layout="constrained")
        panels = figure.subplots(1, len(titles), sharey=True)
        for axes, title, measure in zip(panels, titles, fits, strict=True):
            _draw_panel(axes, [row for row in rows if row["measure"] == title], fits[measure])
            if measure in baseline:
                axes.axhline(
                    baseline[measure], color="black", linewidth=1.0, label="coin tosses, S = 200"
                )
            axes.set(title=title, xlabel="shots S")
        panels[0].set_ylabel("gain over z = 0 (percentage points)")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        return figure


def _draw_panel(axes: Axes, rows: list[dict[str, Any]], fits: dict[str, PaperFit]) -> None:
    shots = sorted({row["shots"] for row in rows if row["shots"] != "infinite"})
    edge = 3.0 * shots[-1]
    for arm, (colour, marker, line) in _LOOKS.items():
        found = [row for row in rows if row["arm"] == arm]
        if not found:
            continue
        where = np.array([edge if row["shots"] == "infinite" else row["shots"] for row in found])
        means = np.array([row["mean"] for row in found])
        for place, row in zip(where, found, strict=True):
            seeds = [float(value) for value in row["values"].split()]
            axes.plot([place] * len(seeds), seeds, ".", color=COLOURS[colour], markersize=3)
        axes.plot(where, means, marker, color=COLOURS[colour], label=found[0]["curve"])
        axes.plot(where[where < edge], means[where < edge], line, color=COLOURS[colour], alpha=0.7)
        if arm in fits:
            s = np.geomspace(shots[0], shots[-1], 100)
            axes.plot(s, fits[arm].limit - fits[arm].slope / np.sqrt(s), ":", color=COLOURS[colour])
    axes.set(xscale="log", ylim=(-12.0, 100.0))
    axes.set_xticks([*shots[::2], edge], [*map(str, shots[::2]), "∞"])
    axes.minorticks_off()
