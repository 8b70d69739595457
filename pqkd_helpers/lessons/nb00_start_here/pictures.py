"""The pictures of notebook 00: test accuracies, many seeds side by side, counted values."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style
from ...compression.counting import Compression
from .idea_in_one_picture import idea_in_one_picture as idea_in_one_picture


def accuracies(results: Mapping[str, tuple[float, float, float]], chance: float) -> Figure:
    """Draw accuracies as bars with their intervals, and the line of guessing.

    Parameters
    ----------
    results : dict of str to (float, float, float)
        Label -> accuracy, lower end, upper end, all in [0, 1].
    chance : float
        Accuracy of guessing, in [0, 1].
    """
    with style():
        figure = Figure(figsize=(7.0, 0.9 + 0.5 * len(results)), layout="constrained")
        axes = figure.subplots()
        hatches = ("", "///", "...", "xx")
        for place, (share, low, high) in enumerate(results.values()):
            axes.barh(
                place,
                100 * share,
                height=0.6,
                color=(COLOURS[0], COLOURS[7], COLOURS[8], COLOURS[9])[place % 4],
                edgecolor="#333333",
                hatch=hatches[place % 4],
                xerr=[[100 * (share - low)], [100 * (high - share)]],
                error_kw={"capsize": 4, "elinewidth": 1.5},
            )
        axes.axvline(100 * chance, color="black", linestyle="--", linewidth=1.2)
        axes.set_yticks(range(len(results)), list(results))
        axes.invert_yaxis()
        axes.set(xlim=(0, 100), xlabel="test accuracy (%), dashed: always the same answer")
        axes.grid(visible=False, axis="y")
        return figure


def seeds(teacher: ArrayLike, student: ArrayLike, interval: tuple[float, float]) -> Figure:
    """Draw teacher and student for every seed, and their differences with the mean's interval.

    Parameters
    ----------
    teacher, student : (n,) array_like
        Test accuracies in percent, the same seed at the same place.
    interval : (float, float)
        Confidence interval of the mean difference, student minus teacher, percentage points.
    """
    teacher, student = np.asarray(teacher), np.asarray(student)
    places = np.arange(len(teacher))
    with style():
        figure = Figure(figsize=(7.0, 3.3), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.vlines(places, teacher, student, color=COLOURS[6], linewidth=1.2)
        left.plot(places, teacher, "o", color=COLOURS[3], label="teacher")
        left.plot(
            places, student, "s", color="white", markeredgecolor=COLOURS[0], markeredgewidth=1.8,
            label="student",
        )  # fmt: skip
        left.set(xlabel="seed", ylabel="test accuracy (%)", xticks=places)
        left.margins(y=0.25)
        left.legend(ncols=2, loc="upper right")
        difference = student - teacher
        right.axhspan(*interval, color=COLOURS[0], alpha=0.2, label="95 % interval of the mean")
        right.axhline(difference.mean(), color=COLOURS[0], linestyle="--", label="mean")
        right.axhline(0.0, color="black", linewidth=1.0)
        right.plot(places, difference, "D", color=COLOURS[3])
        right.set(xlabel="seed", ylabel="student - teacher (points)", xticks=places)
        right.margins(y=0.3)
        right.legend(loc="upper right")
        return figure


PARTS = ("conv1", "conv2", "conv3", "linear", "angles")
RATIOS = ("whole network", "convolutions with biases", "convolution kernels alone")


def counted_values(
    parts: Mapping[str, Sequence[int]], compression: Compression, title: str
) -> Figure:
    """Draw the trained values of teacher and student by part, and the three ratios.

    Parameters
    ----------
    parts : dict of str to sequence of int
        "teacher" and "student" -> values of conv1, conv2, conv3, linear layer and angles.
    compression : Compression
        The three ratios.
    title : str
    """
    with style():
        figure = Figure(figsize=(7.0, 3.2))
        figure.subplots_adjust(left=0.11, right=0.97, bottom=0.32, top=0.88, wspace=0.62)
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        looks = zip(
            ("white", COLOURS[7], COLOURS[9], COLOURS[0], COLOURS[1]),
            ("", "///", "", "", "xx"),
            strict=True,
        )
        ends = np.zeros(len(parts))
        for number, (colour, hatch) in enumerate(looks):
            widths = np.array([counts[number] for counts in parts.values()])
            left.barh(
                range(len(parts)), widths, left=ends, height=0.55, color=colour, hatch=hatch,
                edgecolor="#333333", linewidth=0.6, label=PARTS[number],
            )  # fmt: skip
            ends = ends + widths
        for place, end in enumerate(ends):
            left.text(end, place, f" {end:,.0f}", va="center")
        left.set_yticks(range(len(parts)), list(parts))
        left.invert_yaxis()
        left.set(xlim=(0, 1.22 * ends.max()), xlabel="trained values")
        left.xaxis.set_major_locator(MaxNLocator(4))
        left.xaxis.set_major_formatter("{x:,.0f}")
        figure.legend(ncols=5, loc="lower center")
        left.set_title(title, fontsize=10)
        ratios = (
            compression.whole_network, compression.convolutions, compression.convolution_kernels,
        )  # fmt: skip
        right.barh(range(3), ratios, height=0.55, color=COLOURS[6], edgecolor="#333333")
        for place, ratio in enumerate(ratios):
            right.text(ratio, place, f" {ratio:,.2f}x", va="center")
        right.set_yticks(range(3), [name.replace(" ", "\n", 1) for name in RATIOS])
        right.invert_yaxis()
        right.set(xlim=(0, 1.4 * max(ratios)), xlabel="compression ratio")
        right.xaxis.set_major_locator(MaxNLocator(4))
        for axes in (left, right):
            axes.grid(visible=False, axis="y")
        return figure
