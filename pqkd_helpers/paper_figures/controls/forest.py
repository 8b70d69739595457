"""The forest plot: light minus each control, with the margin (notebook 09)."""

import numpy as np
from matplotlib.figure import Figure

from ...common.figure_style import LEAST_TEXT, WIDTH, say_what_to_see, style
from ..difference_marks import draw_difference
from ..markdown_table import Row
from .looks import LOOKS

# Title of a block -> the groups of rows in it.
BLOCKS = {
    "Tested, by a plan made beforehand": ("planned", "follow-up", "checks"),
    "The light changed, or something else in its place": ("circuit", "instead"),
    "Students without z, or with batch norm": ("students",),
}
# Arm -> what it is, for the picture.
IN_PLAIN_WORDS = {
    "photonic": "the light",
    "yoked": "another run's z",
    "distinguishable": "distinguishable photons",
    "classical-map": "classical map",
    "distinguishable-as-photonic": "distinguishable, light's recipe",
    "classical-map-as-photonic": "classical map, light's recipe",
    "gaussian-frozen": "the frozen vector",
    "shuffled": "bins shuffled: no difference",
    "rank-3": "three filters: a known loss",
    "photonic-exact": "no shot noise",
    "photonic-frozen": "angles at rest",
    "photonic-one-shot": "one histogram, kept",
    "photonic-sham": "SPSA with random signs",
    "random-search": "random search, no SPSA",
    "marginals": "independent bits, same rates",
    "single-photon": "a single photon",
    "gaussian-fresh": "a new random vector an epoch",
    "gaussian-drift": "a random vector that drifts",
    "uniform-bits": "coin tosses",
    "learned-z": "z trained by gradient",
    "hypernetwork": "z from a trained network",
    "zero": "z = 0",
    "photonic-batch-norm": "the light, batch norm",
    "gaussian-frozen-batch-norm": "frozen vector, batch norm",
    "narrow-cnn": "narrow net, with teacher",
    "narrow-cnn-alone": "narrow net, alone",
    "narrow-cnn-batch-norm": "narrow net, teacher, batch norm",
    "narrow-cnn-batch-norm-alone": "narrow net, alone, batch norm",
    "low-rank-mixing": "mixing of low rank",
    "low-rank-mixing-batch-norm": "low rank, batch norm",
    "dense-distilled": "dense net, with teacher",
}
# Group -> what its colour says, where a block has several.
GROUPS = {
    "planned": "family 1, planned first",
    "follow-up": "family 2, planned later",
    "checks": "checks of the experiment",
}
DIFFERENCE = "photonic minus it"  # a row's mean and interval, percentage points of test error


def in_words(rows: list[Row], margin: float) -> str:
    """Return what a forest plot of these rows shows, for readers who do not see it."""
    parts = "; ".join(f"{IN_PLAIN_WORDS[row['arm']]} {row[DIFFERENCE]:+.2f}" for row in rows)
    return (
        "Horizontal intervals, one line per control: light minus control, test error in "
        f"percentage points, with the margin of {margin:.2f} shaded. {parts}."
    )


def forest(rows: list[Row], margin: float) -> Figure:
    """Draw light minus each control with its 95 % interval and the margin, one block per kind.

    The rows of a block keep their order.
    """
    blocks = [[row for row in rows if row["group"] in groups] for groups in BLOCKS.values()]
    shown = {title: block for title, block in zip(BLOCKS, blocks, strict=True) if block}
    with style():
        n_lines = len(rows) + 1.8 * len(shown)
        figure = Figure(figsize=(WIDTH, 0.25 * n_lines + 1.2), layout="constrained")
        say_what_to_see(
            figure, "Left of zero the light is better; inside the grey band it hardly matters"
        )
        panels = figure.subplots(
            len(shown),
            1,
            sharex=True,
            squeeze=False,
            height_ratios=[len(b) for b in shown.values()],
        ).ravel()
        reach = _reach(rows, margin)
        for axes, (title, block) in zip(panels, shown.items(), strict=True):
            axes.axvspan(-margin, margin, color="0.85", linewidth=0, zorder=0)
            axes.axvline(0.0, color="black", linewidth=1.0)
            for place, row in enumerate(block):
                draw_difference(axes, place, row[DIFFERENCE], look=LOOKS[row["group"]], reach=reach)
            axes.set_yticks(range(len(block)), [_label(row) for row in block])
            axes.set_title(title, loc="left", fontsize=LEAST_TEXT, weight="bold", x=0.0)
            axes.set(xlim=(-reach, reach), ylim=(len(block) - 0.4, -0.6))
            axes.grid(axis="y", visible=False)
        panels[-1].set_xlabel("light minus control: test error (points)")
        present = [group for group in GROUPS if any(row["group"] == group for row in rows)]
        if len(present) > 1:
            for group in present:
                colour, marker = LOOKS[group]
                panels[0].plot([], [], marker, color=colour, label=GROUPS[group])
            figure.legend(loc="outside lower center", ncols=len(present))
        return figure


def _label(row: Row) -> str:
    return f"{IN_PLAIN_WORDS.get(row['arm'], row['arm'])} ({row['n']})"


def _reach(rows: list[Row], margin: float) -> float:
    """Return half the width that shows the planned contrasts and most others."""
    ends = [max(-row[DIFFERENCE].low, row[DIFFERENCE].high) for row in rows]
    tested = ("planned", "follow-up")
    planned = [end for end, row in zip(ends, rows, strict=True) if row["group"] in tested]
    return 1.1 * max(4.0 * margin, float(np.quantile(ends, 0.8)), *planned)
