"""The pictures of notebook 00: test accuracies, many seeds side by side, counted values."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style
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
        left.plot(places, teacher, "o", color=COLOURS[3], markersize=9, label="teacher")
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
