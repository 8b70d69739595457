"""The pictures of notebook 04: soft targets, the loss and its gradient, calibration."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, PercentFormatter
from numpy.typing import ArrayLike, NDArray

from ...common.figure_style import COLOURS, style
from ...statistics.means import PairedDifference
from .examples import EXAMPLES, image_of

HATCHES = ("", "//", "..", "xx")
MARKERS = "os^D"
SERIES = [COLOURS[i] for i in (0, 1, 3, 5)]  # dark enough for lines and points


def softmax(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return ``softmax(logits / temperature)`` over the last axis, in float64.

    Examples
    --------
    >>> softmax([0.0, 0.0], 3.0)
    array([0.5, 0.5])
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    weights = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def soft_targets(example: str, temperatures: Sequence[float]) -> Figure:
    """Draw an image next to the teacher's soft targets for it at several temperatures.

    Parameters
    ----------
    example : str
        One of `EXAMPLES`, such as "a 7 with a bar".
    temperatures : sequence of float

    Returns
    -------
    matplotlib.figure.Figure
        The image, then one panel of bars per temperature.
    """
    with style():
        figure = Figure(figsize=(7.0, 2.6))
        left, *panels = figure.subplots(
            1,
            1 + len(temperatures),
            gridspec_kw={"width_ratios": [0.75, *([1.0] * len(temperatures))]},
        )
        _draw_image(left, image_of(example))
        for i, (axes, temperature) in enumerate(zip(panels, temperatures, strict=True)):
            shares = softmax(EXAMPLES[example].teacher, temperature)
            axes.bar(range(shares.size), shares, color=COLOURS[0])
            axes.set(title=rf"$\tau = {temperature:g}$", xlabel="class")
            axes.set(xlim=(-1.4, 9.6), ylim=(0.0, 1.1), xticks=range(shares.size))
            axes.grid(axis="x", visible=False)
            if i == 0:
                axes.set_ylabel("probability")
            else:
                axes.tick_params(labelleft=False)
            for k in np.argsort(shares)[-2:]:
                axes.text(k, shares[k] + 0.02, f"{shares[k]:.2f}", ha="center")
        figure.subplots_adjust(0.01, 0.2, 0.99, 0.88, wspace=0.16)
        left.set_position((0.01, 0.25, 0.13, 0.55))  # room for the scale next to it
        return figure


def lookalikes(maps: Sequence[ArrayLike], titles: Sequence[str]) -> Figure:
    """Draw mean soft targets per true class as heat maps, the wrong classes with their numbers.

    Parameters
    ----------
    maps : sequence of (n_classes, n_classes) array_like
        Row: true class, column: class; probabilities.
    titles : sequence of str

    Returns
    -------
    matplotlib.figure.Figure
        One panel per map. The diagonal is left blank: only the wrong classes are coloured.
    """
    with style():
        figure = Figure(figsize=(3.5 * len(maps), 3.6), layout="constrained")
        panels = np.atleast_1d(figure.subplots(1, len(maps)))
        wrong = [np.where(np.eye(len(np.asarray(m)), dtype=bool), np.nan, m) for m in maps]
        top = max(float(np.nanmax(values)) for values in wrong)
        for axes, values, title in zip(panels, wrong, titles, strict=True):
            image = axes.imshow(values, cmap="Blues", vmin=0.0, vmax=top)
            axes.set(title=title, xlabel="class", ylabel="true class")
            axes.set_xticks(range(len(values)))
            axes.set_yticks(range(len(values)))
            axes.grid(visible=False)
            for (row, column), value in np.ndenumerate(values):
                if row == column:
                    axes.text(column, row, "x", ha="center", va="center", color="0.6")
                elif value >= 0.035:
                    colour = "white" if value > 0.6 * top else "black"
                    text = f"{100 * value:.0f}"
                    axes.text(column, row, text, ha="center", va="center", color=colour)
        scale = figure.colorbar(image, ax=list(panels), label="mean soft target (%)", shrink=0.85)
        scale.formatter = PercentFormatter(1.0, decimals=0, symbol="")
        return figure


def gradient_sizes(
    temperatures: ArrayLike, with_factor: ArrayLike, without_factor: ArrayLike, limit: float
) -> Figure:
    """Draw the size of the soft term's gradient over the temperature, with and without tau^2.

    Parameters
    ----------
    temperatures, with_factor, without_factor : (n,) array_like
    limit : float
        The gradient's size at infinite temperature, with the factor.
    """
    with style():
        figure = Figure(figsize=(6.4, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.plot(temperatures, with_factor, "-", color=COLOURS[0], label=r"with $\tau^2$")
        axes.plot(temperatures, without_factor, "--", color=COLOURS[1], label=r"without $\tau^2$")
        axes.axhline(limit, color="black", linestyle=":", label="limit at large temperature")
        axes.set(xscale="log", yscale="log", xlabel=r"temperature $\tau$")
        axes.set_ylabel("size of the soft gradient\n(nats per unit of logit)")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.legend()
        return figure


def divergence_directions(shares: ArrayLike, forward: ArrayLike, reverse: ArrayLike) -> Figure:
    """Draw both directions of the divergence over a student's bet, with their minima.

    Parameters
    ----------
    shares : (n,) array_like
        The probability that the student gives to one class.
    forward, reverse : (n,) array_like
        KL(teacher || student) and KL(student || teacher), in nats.
    """
    q = np.asarray(shares, dtype=np.float64)
    with style():
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        axes = figure.subplots()
        for i, (values, label) in enumerate(
            ((forward, "KL(teacher || student)"), (reverse, "KL(student || teacher)"))
        ):
            y = np.asarray(values, dtype=np.float64)
            best = int(y.argmin())
            axes.plot(q, y, ("-", "--")[i], color=COLOURS[i], label=label)
            axes.plot(q[best], y[best], MARKERS[i], color=COLOURS[i], markersize=8)
            axes.annotate(
                f"best at {q[best]:.2f}",
                (q[best], y[best]),
                xytext=(0, -15),
                textcoords="offset points",
                ha="center",
            )
        axes.set(xlabel='the student\'s probability for "4"', ylabel="divergence (nats)")
        axes.set_ylim(bottom=0.0)
        axes.legend()
        return figure


def paired_students(
    gains: Mapping[str, tuple[ArrayLike, PairedDifference]], ylabel: str, axes: Axes
) -> None:
    """Draw each pair's difference as a point, and mean and interval next to them.

    Parameters
    ----------
    gains : mapping from str to ((n,) array_like, PairedDifference)
        Name of the comparison -> the pairs' differences, and their summary.
    ylabel : str
        Quantity and unit.
    axes : matplotlib.axes.Axes
        Where to draw.
    """
    for i, (pairs, summary) in enumerate(gains.values()):
        points = np.asarray(pairs, dtype=np.float64)
        spread = np.linspace(-0.1, 0.1, points.size)
        axes.plot(i - 0.16 + spread, points, ".", color="0.55")
        axes.errorbar(
            i + 0.16,
            summary.mean,
            yerr=[[summary.mean - summary.low], [summary.high - summary.mean]],
            fmt=MARKERS[i % len(MARKERS)],
            color=SERIES[i % len(SERIES)],
            capsize=4,
        )
    axes.axhline(0.0, color="black", linewidth=1.0)
    axes.set_xticks(range(len(gains)), list(gains))
    axes.set(ylabel=ylabel, xlim=(-0.5, len(gains) - 0.5))
    axes.grid(axis="x", visible=False)


def student_gains(
    accuracy: Mapping[str, tuple[ArrayLike, PairedDifference]],
    cross_entropy: Mapping[str, tuple[ArrayLike, PairedDifference]],
) -> Figure:
    """Draw paired differences in accuracy (above) and cross-entropy (below).

    Parameters
    ----------
    accuracy, cross_entropy
        As `paired_students` takes them; accuracy in percentage points.
    """
    with style():
        figure = Figure(figsize=(6.4, 5.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        paired_students(accuracy, "accuracy gained (points)\nup is better", above)
        paired_students(cross_entropy, "change of cross-entropy (nats)\ndown is better", below)
        return figure


def reliability(curves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Figure:
    """Draw a reliability diagram: how often answers are right over the confidence stated.

    Parameters
    ----------
    curves : mapping from str to ((n_bins,) array_like, (n_bins,) array_like)
        Name -> mean confidence and accuracy of the bins that hold answers.
    """
    with style():
        figure = Figure(figsize=(5.4, 4.2), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="black", linewidth=1.0, label="perfect")
        for i, (name, (confidence, accuracy)) in enumerate(curves.items()):
            axes.plot(
                confidence,
                accuracy,
                color=SERIES[i % len(SERIES)],
                marker=MARKERS[i % len(MARKERS)],
                linestyle=("-", "--", ":", "-.")[i % 4],
                label=name,
            )
        axes.text(0.66, 0.12, "says more\nthan it knows", ha="center", color="0.35")
        axes.text(0.3, 0.85, "knows more\nthan it says", ha="center", color="0.35")
        axes.set(xlabel="mean confidence of the bin", ylabel="share of right answers in the bin")
        axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.02))
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        return figure


def soft_targets_and_loss(
    image: ArrayLike,
    shares: Mapping[str, ArrayLike],
    parts: Mapping[str, float],
    *,
    title: str,
) -> Figure:
    """Draw an image, soft targets of teacher and student, and the parts of the loss.

    Parameters
    ----------
    image : (height, width) array_like
    shares : mapping from str to (n_classes,) array_like
        Whose -> probabilities.
    parts : mapping from str to float
        Part of the loss -> nats.
    title : str
    """
    with style():
        figure = Figure(figsize=(7.0, 3.0))
        left, middle, right = figure.subplots(1, 3, gridspec_kw={"width_ratios": [1.0, 2.6, 1.5]})
        _draw_image(left, image)
        for i, (whose, values) in enumerate(shares.items()):
            heights = np.asarray(values, dtype=np.float64)
            middle.bar(
                np.arange(heights.size) + 0.4 * i - 0.2,
                heights,
                width=0.38,
                color=COLOURS[i],
                hatch=HATCHES[i],
                edgecolor="white",
                label=whose,
            )
        middle.set(xlabel="class", ylabel=r"probability at $\tau$", ylim=(0.0, 1.0), title=title)
        middle.set_xticks(range(heights.size))
        middle.grid(axis="x", visible=False)
        middle.legend()
        places = range(len(parts))
        bars = right.barh(places, list(parts.values()), color=COLOURS[3], height=0.6)
        right.bar_label(bars, fmt="%.2f", padding=3)
        right.set_yticks(places, list(parts))
        right.set(xlabel="loss (nats)", xlim=(0.0, max(2.0, 1.3 * max(parts.values()))))
        right.invert_yaxis()
        right.grid(axis="y", visible=False)
        figure.subplots_adjust(0.01, 0.19, 0.985, 0.88, wspace=0.42)
        return figure


def _draw_image(axes: Axes, image: ArrayLike) -> None:
    axes.imshow(np.asarray(image), cmap="gray_r")
    axes.set_axis_off()
