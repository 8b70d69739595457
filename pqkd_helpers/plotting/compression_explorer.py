"""Where the trained values of teacher and student sit, each bar on a scale of its own."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..compression.counting import Compression
from .style import COLOURS, style

_LOOKS = (
    ("white", ""),
    (COLOURS[7], "///"),
    (COLOURS[9], ""),
    (COLOURS[0], ""),
    (COLOURS[1], "xx"),
)
_SMALLEST_WRITTEN = 0.06  # a share below has no room for its percentage


def values_by_layer(
    teacher: Mapping[str, int], student: Mapping[str, int], compression: Compression, title: str
) -> Figure:
    """Draw two stacked bars of trained values, and the three ratios above them.

    Parameters
    ----------
    teacher, student : mapping of str to int
        Part of the network -> its trained values; the same parts, five at most.
    compression : Compression
        The ratios of the same two networks.
    title : str
        What was chosen; the ratios are added below it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(8.0, 3.9))
        figure.subplots_adjust(left=0.1, right=0.96, bottom=0.22, top=0.8, hspace=1.0)
        panels = figure.subplots(2, 1)
        for axes, name, parts in zip(
            panels, ("teacher", "student"), (teacher, student), strict=True
        ):
            counts = np.array(list(parts.values()))
            total, start = counts.sum(), 0
            for part, count, (colour, hatch) in zip(parts, counts, _LOOKS, strict=False):
                axes.barh(
                    0, count, left=start, color=colour, hatch=hatch, edgecolor="#333333",
                    linewidth=0.6, label=part,
                )  # fmt: skip
                if count >= _SMALLEST_WRITTEN * total:
                    axes.text(
                        start + count / 2, 0, f"{count / total:.0%}", ha="center", va="center",
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
                    )  # fmt: skip
                start += count
            axes.set(xlim=(0, total), yticks=[])
            axes.set_ylabel(name, rotation=0, ha="right", va="center")
            axes.set_title(f"{total:,} trained values", fontsize=10, loc="left")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.grid(visible=False)
        panels[1].set_xlabel("trained values; each bar has its own scale")
        handles, labels = panels[1].get_legend_handles_labels()
        figure.legend(handles, labels, ncols=len(labels), loc="lower center", fontsize=9)
        figure.suptitle(
            f"{title}\nratio: {compression.whole_network:,.2f} (whole network), "
            f"{compression.convolutions:,.2f} (convolutions with biases), "
            f"{compression.convolution_kernels:,.2f} (kernels)",
            fontsize=10,
        )
        return figure
