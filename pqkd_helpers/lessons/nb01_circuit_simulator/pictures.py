"""Pictures of notebook 01: where light goes, two photons, how often bins click."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, say_what_to_see, style
from ...paper_figures.imperfections import imperfections as imperfections
from .device_in_time import device_in_time as device_in_time
from .one_loop import one_loop as one_loop

BLUE, ORANGE, GREY, DARK = COLOURS[0], COLOURS[1], COLOURS[2], COLOURS[3]
OUTCOMES = ("2 and 0", "1 and 1", "0 and 2")
_PULSE = np.linspace(-0.34, 0.34, 25)


def transfer_picture(U: ArrayLike) -> Figure:
    """Draw a transfer matrix: a square per entry, its area the probability ``|U|^2``.

    Parameters
    ----------
    U : (m, m) array_like
        Transfer matrix, real. Entries with a probability below 0.0001 are left out.
    """
    amplitudes = np.asarray(U)
    with style():
        figure = Figure(figsize=(6.0, 5.4), layout="constrained")
        axes = figure.subplots()
        for (i, j), amplitude in np.ndenumerate(amplitudes):
            if amplitude**2 >= 1e-4:
                side = 0.95 * abs(amplitude)
                face = BLUE if amplitude > 0 else "white"
                corner = (j - side / 2, i - side / 2)
                axes.add_patch(Rectangle(corner, side, side, fc=face, ec=BLUE, zorder=3))
        m = len(amplitudes)
        axes.plot([2.5, m - 0.5], [-0.5, m - 3.5], "--", color=DARK, linewidth=1.2)
        axes.set(xlim=(-0.5, m - 0.5), ylim=(m - 0.5, -0.5), aspect="equal")
        axes.set(xlabel="bin in which one photon enters", ylabel="bin in which it leaves")
        axes.set_xticks(range(m))
        axes.set_yticks(range(m))
        handles = [Rectangle((0, 0), 1, 1, fc=face, ec=BLUE) for face in (BLUE, "white")]
        axes.legend(
            handles, ["positive amplitude", "negative amplitude"], loc="upper right", frameon=True
        )
        return figure


def clicks_per_shot(coins: ArrayLike, photon: ArrayLike) -> Figure:
    """Draw how often a shot has 0, 1, 2 ... clicks: tossed coins next to one photon.

    Parameters
    ----------
    coins, photon : (k,) array_like
        Shares of the shots with 0 ... k - 1 clicks.
    """
    shares = {"independent coins": np.asarray(coins), "one photon": np.asarray(photon)}
    with style():
        figure = Figure(figsize=(6.4, 3.0), layout="constrained")
        axes = figure.subplots()
        for side, (label, values) in enumerate(shares.items()):
            axes.bar(
                np.arange(len(values)) + 0.4 * side - 0.2,
                values,
                width=0.38,
                color=(ORANGE, BLUE)[side],
                hatch=("//", "")[side],
                edgecolor="white",
                label=label,
            )
        axes.set(xlabel="clicks in one shot", ylabel="share of the shots")
        axes.legend()
        return figure


def hong_ou_mandel(
    theta: float,
    indistinguishability: float,
    over_angle: dict[str, ArrayLike],
    over_indistinguishability: dict[str, ArrayLike],
    outcomes: dict[str, ArrayLike],
) -> Figure:
    """Draw the coincidences of two photons on one splitter, and all three outcomes.

    Parameters
    ----------
    theta, indistinguishability : float
        The setting that is marked.
    over_angle : dict
        "angles" (radians) and, at each, P(1 and 1) for "identical", "chosen", "classical".
    over_indistinguishability : dict
        "values" in [0, 1] and P(1 and 1) "here", at the marked angle.
    outcomes : dict
        Probabilities of (2, 0), (1, 1), (0, 2) for "chosen" and "classical".
    """
    with style():
        figure = Figure(figsize=(7.0, 3.5))
        left, middle, right = figure.subplots(1, 3, width_ratios=(5, 3, 4))
        figure.subplots_adjust(left=0.08, right=0.99, top=0.98, bottom=0.15, wspace=0.25)
        looks = {
            "identical": ("-", GREY),
            "classical": ("--", DARK),
            "chosen": ("-", BLUE),
        }
        for name, (line, colour) in looks.items():
            label = f"V = {indistinguishability:.2f}" if name == "chosen" else name
            degrees = np.degrees(over_angle["angles"])
            left.plot(degrees, over_angle[name], line, color=colour, label=label)
        here = np.asarray(outcomes["chosen"])[1]
        left.plot(np.degrees(theta), here, "o", color=ORANGE, ms=8, zorder=5, clip_on=False)
        left.set(xlabel="splitter angle (degrees)", ylabel="P(1 and 1)", ylim=(0, 1.6))
        left.set_xticks((0, 22.5, 45, 67.5, 90))
        for axes in (left, middle, right):
            axes.set_yticks((0.0, 0.5, 1.0))
            axes.tick_params(labelleft=axes is left)
        left.legend(loc="upper center")
        values = over_indistinguishability["values"]
        middle.plot(values, over_indistinguishability["here"], color=BLUE)
        middle.plot(indistinguishability, here, "o", color=ORANGE, ms=8, zorder=5, clip_on=False)
        middle.set(xlabel="indistinguishability V", ylabel="P(1 and 1)", ylim=(0, 1.6))
        middle.set_xticks((0.0, 0.5, 1.0))
        for side, name in enumerate(("chosen", "classical")):
            label = f"V = {indistinguishability:.2f}" if name == "chosen" else name
            right.bar(
                np.arange(3) + 0.4 * side - 0.2,
                outcomes[name],
                width=0.38,
                color=(BLUE, "white")[side],
                edgecolor=("white", DARK)[side],
                label=label,
            )
        right.set_xticks(range(3), OUTCOMES)
        right.set(xlabel="photons in bins 0 and 1", ylabel="probability", ylim=(0, 1.6))
        right.legend(loc="upper center")
        return figure


def means_per_bin(photons: ArrayLike, identical: ArrayLike, classical: ArrayLike) -> Figure:
    """Draw the mean photons of every bin, and the mean clicks of two kinds of particles.

    Parameters
    ----------
    photons, identical, classical : (m,) array_like
        Mean photons; mean clicks of identical photons; of classical particles.
    """
    bins = np.arange(len(np.asarray(photons)))
    with style():
        figure = Figure(figsize=(7.0, 3.2), layout="constrained")
        axes = figure.subplots()
        axes.bar(bins, photons, color="#E6E6E6", edgecolor=GREY, label="mean photons (both kinds)")
        axes.plot(bins, classical, "D", color=DARK, mfc="white", label="clicks, classical")
        axes.plot(bins, identical, "o", color=BLUE, label="clicks, identical photons")
        axes.set(xlabel="time bin", ylabel="mean per shot", ylim=(0, 1.35))
        axes.set_xticks(bins)
        axes.grid(axis="x", visible=False)
        axes.legend(ncols=3, loc="upper center", columnspacing=1.0, handletextpad=0.4)
        return figure


def small_click_histogram(
    patterns: ArrayLike, classical: ArrayLike, photons: ArrayLike, clicks: ArrayLike
) -> Figure:
    """Draw the probabilities of all click patterns of a small device, and its means per bin.

    Parameters
    ----------
    patterns, classical : (2^m,) array_like
        Probabilities of the patterns, of the chosen photons and of classical ones.
    photons, clicks : (m,) array_like
        Mean photons and mean clicks of the chosen photons.
    """
    with style():
        figure = Figure(figsize=(6.6, 4.6), layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=(3, 2))
        say_what_to_see(figure, "Where bars and diamonds part, photons interfered with each other")
        _draw_patterns(above, patterns, classical, ("chosen photons", "classical particles"))
        bins = np.arange(len(np.asarray(photons)))
        below.bar(bins, photons, color="#E6E6E6", edgecolor=GREY, label="photons", width=0.5)
        below.plot(bins, clicks, "o", color=BLUE, label="clicks")
        below.set(xlabel="time bin", ylabel="mean per shot", ylim=(0, 2.1))
        below.set(xticks=bins, yticks=(0, 1, 2), xlim=(-0.6, len(bins) + 0.6))
        below.legend(loc="upper right")
        return figure


def patterns_and_phases(patterns: ArrayLike, equal: ArrayLike) -> Figure:
    """Draw click patterns behind two loops: at the chosen phases, and where the phases are equal.

    Parameters
    ----------
    patterns, equal : (2^m,) array_like
        Probabilities of the patterns, at the chosen phases and at equal ones.
    """
    with style():
        figure = Figure(figsize=(6.6, 3.2), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "Where bars and diamonds part, the phases matter")
        _draw_patterns(axes, patterns, equal, ("the phases you chose", "equal phases"))
        return figure


def _draw_patterns(
    axes: Axes, bars: ArrayLike, diamonds: ArrayLike, labels: tuple[str, str]
) -> None:
    """Draw probabilities of all patterns, each over its pictogram: a square per bin, full: click.

    Bin 0, the first digit of the pattern's binary number, is the square on top.
    """
    heights = np.asarray(bars).round(9)  # no hairlines where rounding leaves 1e-17
    places, m = np.arange(len(heights)), len(heights).bit_length() - 1
    axes.bar(places, heights, color=BLUE, label=labels[0])
    axes.plot(places, diamonds, "D", color=DARK, mfc="white", label=labels[1], clip_on=False)
    below = axes.get_xaxis_transform()  # heights are shares of the axes
    for (pattern, place), clicked in np.ndenumerate(places[:, None] >> np.arange(m)[::-1] & 1):
        corner = (pattern - 0.3, -0.09 * (place + 1.4))
        look = {"fc": DARK if clicked else "white", "ec": DARK, "lw": 0.8}
        axes.add_patch(Rectangle(corner, 0.6, 0.075, transform=below, clip_on=False, **look))
    for bin_, name in ((0, "bin 0"), (m - 1, f"bin {m - 1}")):
        axes.text(-0.8, -0.09 * (bin_ + 1), name, transform=below, ha="right", va="center")
    axes.set_xticks([])
    axes.set_xlabel("click pattern: one column each, dark is a click")
    axes.xaxis.set_label_coords(0.5, -0.09 * (m + 0.7))  # below the lowest squares
    axes.set(ylabel="probability", ylim=(0, 1.0), xlim=(-0.7, len(heights) - 0.3))
    axes.set_yticks((0.0, 0.5, 1.0))
    axes.grid(axis="x", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
