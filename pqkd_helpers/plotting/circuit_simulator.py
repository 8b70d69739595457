"""Pictures of notebook 01: the device drawn in time, where light goes, how often bins click."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle, Rectangle
from numpy.typing import ArrayLike, NDArray

from .style import COLOURS, style

BLUE, ORANGE, GREY, DARK = COLOURS[0], COLOURS[1], COLOURS[2], COLOURS[3]
OUTCOMES = ("2 and 0", "1 and 1", "0 and 2")
_PULSE = np.linspace(-0.34, 0.34, 25)


def device_in_time(
    input_state: Sequence[int],
    loop_lengths: Sequence[int],
    clicks: ArrayLike,
    click_shares: ArrayLike,
) -> Figure:
    """Draw a time-bin interferometer in space, then in time, above the clicks of some shots.

    Parameters
    ----------
    input_state : sequence of int
        Photons in each of m time bins.
    loop_lengths : sequence of int
        Length of each loop in time bins.
    clicks : (n_shots, m) array_like
        A few shots, 0 or 1.
    click_shares : (m,) array_like
        Share of many shots in which each bin clicks.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels: the device in space; the light in time, with a common time axis to the last:
        one row per shot, and a row of shares under them.
    """
    m, delay = len(input_state), sum(loop_lengths)
    with style():
        figure = Figure(figsize=(9.4, 6.0))
        space, light, shots = figure.subplots(3, 1, height_ratios=(1.1, 3.2, 3.0))
        figure.subplots_adjust(left=0.115, right=0.985, top=0.97, bottom=0.085, hspace=0.12)
        _draw_device(space, loop_lengths)
        _draw_light(light, input_state, loop_lengths)
        _draw_shots(shots, np.asarray(clicks), np.asarray(click_shares), delay)
        for axes in (light, shots):
            axes.set_xlim(-0.8, m + delay - 0.2)
            axes.set_xticks(range(0, m + delay, 2 if m > 8 else 1))
            axes.grid(visible=False)
        return figure


def _draw_device(axes: Axes, loop_lengths: Sequence[int]) -> None:
    axes.set(xlim=(0.0, 21.0), ylim=(-0.85, 1.15), aspect="equal")
    axes.axis("off")
    axes.plot([1.0, 20.0], [0.0, 0.0], color=DARK, zorder=1)
    for x, text in ((1.0, "photon\nsource"), (20.0, "detector\nand clock")):
        axes.text(
            x, 0.0, text, ha="center", va="center", bbox={"facecolor": "white", "edgecolor": DARK}
        )
    for i in range(4):
        pulse = 2.8 + 0.75 * i + _PULSE
        axes.plot(pulse, 0.55 * np.exp(-((_PULSE / 0.15) ** 2)), color=BLUE, linewidth=1.2)
    for number, length in enumerate(loop_lengths):
        x = 5.6 + (number + 0.5) * 11.6 / len(loop_lengths)
        axes.add_patch(Circle((x, 0.55), 0.5, fill=False, edgecolor=DARK, linewidth=1.8))
        axes.add_patch(Rectangle((x - 0.2, -0.16), 0.4, 0.32, color=ORANGE, zorder=3))
        bins = "1 time bin" if length == 1 else f"{length} time bins"
        axes.text(x + 0.7, 0.65, f"loop {number + 1}: one round\nlasts {bins}", va="center")
        axes.text(x, -0.3, "beam splitter", ha="center", va="top")


def _draw_light(axes: Axes, input_state: Sequence[int], loop_lengths: Sequence[int]) -> None:
    m, n_loops = len(input_state), len(loop_lengths)
    top = float(n_loops) + 1.0
    for i, photons in enumerate(input_state):
        height = 0.5 * np.exp(-((_PULSE / 0.15) ** 2))
        axes.plot(i + _PULSE, top + height, color=BLUE, linewidth=1.2)
        if photons:
            axes.fill_between(i + _PULSE, top, top + height, color=BLUE)
        axes.text(i, top + 0.58, str(i), ha="center", fontsize=8)
    delay, first = 0, 0
    for number, length in enumerate(loop_lengths):
        level = top - 1.0 - number
        for i in range(m):
            at = i + delay
            axes.plot([at, at], [level, level + 1.0], color=DARK, linewidth=0.9, zorder=1)
            turn = Arc(
                (at + length / 2, level), length, 0.62, theta1=0, theta2=180, color=DARK, lw=0.9
            )
            axes.add_patch(turn)
        gates = np.arange(m - length) + length + delay
        axes.plot(
            gates,
            np.full(len(gates), level),
            "s",
            color=ORANGE,
            markersize=6,
            zorder=3,
            label="beam splitter" if number == 0 else None,
        )
        for gate in (0, m - length - 1):
            axes.annotate(
                rf"$\theta_{{{first + gate}}}$",
                (gates[gate], level),
                xytext=(5, -11),
                textcoords="offset points",
                fontsize=9,
            )
        delay, first = delay + length, first + m - length
    for i in range(m):
        axes.annotate(
            "", (i + delay, 0.28), (i + delay, 1.0), arrowprops={"arrowstyle": "->", "color": DARK}
        )
    names = ["pulses in,\nby bin", *(f"loop {k + 1}" for k in range(n_loops)), "to the\ndetector"]
    axes.set_yticks([*np.arange(top, 0.5, -1.0), 0.35], names)
    axes.set(ylim=(0.2, top + 0.95))
    axes.tick_params(length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _draw_shots(axes: Axes, clicks: NDArray, shares: NDArray, delay: int) -> None:
    n_shots, m = clicks.shape
    for shot in range(n_shots):
        for i in range(m):
            face = DARK if clicks[shot, i] else "white"
            axes.add_patch(
                Rectangle((i + delay - 0.4, shot + 0.1), 0.8, 0.8, fc=face, ec=GREY, lw=0.6)
            )
    base = n_shots + 3.3
    axes.bar(np.arange(m) + delay, -2.9 * shares, width=0.8, bottom=base, color=BLUE, ec="white")
    axes.plot([delay - 0.5, m + delay - 0.5], [base, base], color=DARK, linewidth=0.9)
    for i in range(m):
        axes.text(i + delay, base + 0.25, str(i), ha="center", va="top", fontsize=8)
    axes.set(ylim=(base + 1.4, -0.2), xlabel="time (bins)")
    axes.set_yticks(
        [n_shots / 2, base - 1.3, base + 0.7],
        [f"clicks in\n{n_shots} shots", "share of\nmany shots", "bin"],
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


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
    """Draw how often a shot has 0, 1, 2 ... clicks: tossed coins beside one photon.

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
