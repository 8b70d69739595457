"""The pictures of notebook 13: where it begins, and where the trained values go."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, LEAST_TEXT, say_what_to_see, style

_HATCHES = ("", "//", "..", "xx", "\\\\")
_COLOURS = (5, 0, 2, 3, 1)


def spending(
    students: Mapping[str, Mapping[str, int]], *, title: str, most: int | None = None
) -> Figure:
    """Draw where the trained values of students go, one bar for each.

    Parameters
    ----------
    students : dict of str to dict of str to int
        Values by part, by the student's name; parts have the same names in all of them.
    title : str
    most : int or None
        The budget, drawn as a line.
    """
    with style():
        figure = Figure(figsize=(6.8, 1.9 + 0.55 * len(students)), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, title)
        for number, part in enumerate(next(iter(students.values()))):
            starts = [_before(parts, part) for parts in students.values()]
            bars = axes.barh(
                range(len(students)),
                [parts[part] for parts in students.values()],
                left=starts,
                height=0.6,
                color=COLOURS[_COLOURS[number % 5]],
                hatch=_HATCHES[number % 5],
                edgecolor="white",
                label=part,
            )
            labels = [
                f"{parts[part]:,}" if parts[part] > 0.06 * _longest(students) else ""
                for parts in students.values()
            ]
            for text in axes.bar_label(bars, labels, label_type="center", fontsize=LEAST_TEXT):
                text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.0})
        if most is not None:
            axes.axvline(most, color="black", linestyle="--", linewidth=1.5)
        axes.set_yticks(range(len(students)), [*students])
        axes.invert_yaxis()
        axes.set(xlabel="trained values", xlim=(0, 1.05 * max(_longest(students), most or 0)))
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside lower center", ncols=3)
        return figure


def _before(parts: Mapping[str, int], part: str) -> int:
    """Return where a part's bar starts: at the end of all parts before it."""
    names = [*parts]
    return sum(parts[name] for name in names[: names.index(part)])


def _longest(students: Mapping[str, Mapping[str, int]]) -> int:
    return max(sum(parts.values()) for parts in students.values())


def starting_point(ours: Sequence[float], paper: float) -> Figure:
    """Draw where the published student ends: our seeds, their mean, and the paper's number.

    Parameters
    ----------
    ours : sequence of float
        Validation accuracies of our seeds, percent.
    paper : float
        The paper's, percent.
    """
    mean = float(np.mean(ours))
    with style():
        figure = Figure(figsize=(6.8, 2.0), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "1,984 trained values: how far does the idea come?")
        axes.axhline(0.0, color="0.8", zorder=0)
        axes.plot(ours, [0.0] * len(ours), ".", color="0.4")
        for place, marker, colour, words in (
            (mean, "s", 5, f"ours, 12 epochs: {mean:.1f} %"),
            (paper, "o", 0, f"paper, 100 epochs: {paper:.2f} %"),
        ):
            axes.plot(place, 0.0, marker, color=COLOURS[colour], markersize=9)
            axes.annotate(words, (place, 0.0), (0, 12), textcoords="offset points", ha="center")
        axes.set(xlim=(92.0, 100.0), ylim=(-0.5, 1.0), yticks=[])
        axes.set_xlabel("validation images right (%)")
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False)
        return figure
