"""Pictures of notebook 01: where light goes, two photons, how often bins click."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style
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
        figure = Figure(figsize=(5.4, 4.8), layout="constrained")
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
        axes.tick_params(labelsize=8)
        handles = [Rectangle((0, 0), 1, 1, fc=face, ec=BLUE) for face in (BLUE, "white")]
        axes.legend(
            handles, ["positive amplitude", "negative amplitude"], loc="lower left", frameon=True
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
        figure = Figure(figsize=(8.8, 2.9))
        left, middle, right = figure.subplots(1, 3, width_ratios=(5, 3, 4))
        figure.subplots_adjust(left=0.08, right=0.99, top=0.98, bottom=0.17, wspace=0.2)
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
        left.set(xlabel="splitter angle (degrees)", ylabel="P(1 and 1)", ylim=(0, 1.25))
        left.set_xticks((0, 22.5, 45, 67.5, 90))
        for axes in (left, middle, right):
            axes.set_yticks((0.0, 0.5, 1.0))
            axes.tick_params(labelleft=axes is left)
        left.legend(loc="upper center", ncols=3, fontsize=8, columnspacing=1.0, handlelength=1.6)
        values = over_indistinguishability["values"]
        middle.plot(values, over_indistinguishability["here"], color=BLUE)
        middle.plot(indistinguishability, here, "o", color=ORANGE, ms=8, zorder=5, clip_on=False)
        middle.set(xlabel="indistinguishability V", ylabel="P(1 and 1)", ylim=(0, 1.25))
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
        right.set(xlabel="photons in bins 0 and 1", ylabel="probability", ylim=(0, 1.25))
        right.legend(loc="upper center", ncols=2, fontsize=8)
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
        figure = Figure(figsize=(8.4, 3.0), layout="constrained")
        axes = figure.subplots()
        axes.bar(bins, photons, color="#E6E6E6", edgecolor=GREY, label="mean photons (both kinds)")
        axes.plot(bins, classical, "D", color=DARK, mfc="white", label="clicks, classical")
        axes.plot(bins, identical, "o", color=BLUE, label="clicks, identical photons")
        axes.set(xlabel="time bin", ylabel="mean per shot", ylim=(0, 1.35))
        axes.set_xticks(bins)
        axes.grid(axis="x", visible=False)
        axes.legend(ncols=3, loc="upper center", fontsize=9)
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
    heights = np.asarray(patterns).round(9)  # no hairlines where rounding leaves 1e-17
    m = len(heights).bit_length() - 1
    with style():
        figure = Figure(figsize=(8.8, 2.9))
        left, right = figure.subplots(1, 2, width_ratios=(3, 1))
        figure.subplots_adjust(left=0.07, right=0.99, top=0.97, bottom=0.24, wspace=0.2)
        places = np.arange(len(heights))
        left.bar(places, heights, color=BLUE, label="chosen photons")
        left.plot(places, classical, "D", color=DARK, mfc="white", label="classical particles")
        names = [format(place, f"0{m}b") for place in places]
        left.set_xticks(places, names, rotation=90, family="monospace", fontsize=8)
        left.set(xlabel="click pattern (bin 0 first)", ylabel="probability", ylim=(0, 1.25))
        left.set_yticks((0.0, 0.5, 1.0))
        left.grid(axis="x", visible=False)
        left.legend(loc="upper center", ncols=2, fontsize=9)
        bins = np.arange(m)
        right.bar(bins, photons, color="#E6E6E6", edgecolor=GREY, label="photons")
        right.plot(bins, clicks, "o", color=BLUE, label="clicks")
        right.set(xlabel="time bin", ylabel="mean per shot", ylim=(0, 2.5))
        right.set_xticks(bins)
        right.set_yticks((0, 1, 2))
        right.legend(loc="upper center", ncols=2, fontsize=8, columnspacing=1.0, handlelength=1.4)
        return figure


def patterns_and_phases(patterns: ArrayLike, equal: ArrayLike) -> Figure:
    """Draw click patterns behind two loops: at the chosen phases, and where the phases are equal.

    Parameters
    ----------
    patterns, equal : (2^m,) array_like
        Probabilities of the patterns, at the chosen phases and at equal ones.
    """
    heights = np.asarray(patterns).round(9)  # no hairlines where rounding leaves 1e-17
    m = len(heights).bit_length() - 1
    with style():
        figure = Figure(figsize=(7.4, 3.1), layout="constrained")
        axes = figure.subplots()
        places = np.arange(len(heights))
        axes.bar(places, heights, color=BLUE, label="the phases you chose")
        axes.plot(places, equal, "D", color=DARK, mfc="white", label="equal phases")
        names = [format(place, f"0{m}b") for place in places]
        axes.set_xticks(places, names, rotation=90, family="monospace")
        axes.set(xlabel="click pattern (bin 0 first)", ylabel="probability", ylim=(0, 1.25))
        axes.set_yticks((0.0, 0.5, 1.0))
        axes.grid(axis="x", visible=False)
        axes.legend(loc="upper center", ncols=2)
        return figure
