"""The interactive picture of notebook 08: which layers hold the values that are left."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...common.figure_style import COLOURS, style
from ...compression.counting import Compression, measure_compression
from ...experiments.grids.paper import WIDTHS
from ...networks.settings import Scope
from ...networks.teacher_and_student import ConvNet, StudentCNN, TeacherCNN, trained_values
from ..explorer import Choice, Explorer, Slider

PARTS = ("conv1", "conv2", "conv3", "linear layer", "angles")


def values_by_part(network: ConvNet, n_angles: int) -> list[int]:
    """Return the trained values of conv1, conv2, conv3 and the linear layer, then the angles."""
    layers = (network.conv1, network.conv2, network.conv3, network.linear)
    return [*(trained_values(layer) for layer in layers), n_angles]


def draw(widths: tuple[int, int, int], scope: Scope, rank: int, n_angles: int) -> Figure:
    """Draw the trained values of teacher and student by layer, and the three ratios."""
    teacher = TeacherCNN(widths=widths)
    student = StudentCNN(widths=widths, rank=rank, scope=scope)
    return values_by_layer(
        dict(zip(PARTS, values_by_part(teacher, 0), strict=True)),
        dict(zip(PARTS, values_by_part(student, n_angles), strict=True)),
        measure_compression(teacher, student, n_angles),
        f"widths {widths[0]}, {widths[1]}, {widths[2]}; compressed: {scope}; rank {rank}; "
        f"{n_angles} angles",
    )


LAYERS_AND_RATIOS = Explorer(
    name="8.ratios",
    draw=draw,
    controls={
        "widths": Choice(
            "widths of the three convolutions",
            {name.replace("-", ", "): widths for name, widths in WIDTHS.items()},
            (64, 128, 128),
        ),
        "scope": Choice(
            "compressed convolutions",
            {name: name for name in ("conv1", "conv1+conv2", "all")},
            "conv1+conv2",
        ),
        "rank": Slider("rank R (filters per basis)", 1, 32, 1, 8),
        "n_angles": Slider("angles of the circuit", 15, 45, 15, 30),
    },
    alt=(
        "Two stacked bars of trained values by layer, the teacher's above the student's, each with "
        "its own scale, and the three compression ratios in the title, for widths {widths}, "
        "compressed: {scope}, rank {rank}, {n_angles} angles."
    ),
    grid={
        "widths": tuple(WIDTHS.values()),
        "scope": ("conv1", "conv1+conv2", "all"),
        "rank": (1, 8, 32),
    },
)


EXPLORERS = (LAYERS_AND_RATIOS,)


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
        figure = Figure(figsize=(7.0, 3.9))
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
        figure.legend(handles, labels, ncols=len(labels), loc="lower center")
        figure.suptitle(
            f"{title}\nratio: {compression.whole_network:,.2f} (whole network), "
            f"{compression.convolutions:,.2f} (convolutions with biases), "
            f"{compression.convolution_kernels:,.2f} (kernels)",
            fontsize=10,
        )
        return figure
