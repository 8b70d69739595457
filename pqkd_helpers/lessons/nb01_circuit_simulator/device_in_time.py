"""The main picture of notebook 01: the device in space, its light in time, and the clicks."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle, Rectangle
from numpy.typing import ArrayLike, NDArray

from ...common.figure_style import COLOURS, style

BLUE, ORANGE, GREY, DARK = COLOURS[0], COLOURS[1], COLOURS[2], COLOURS[3]
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
        figure = Figure(figsize=(7.0, 6.4))
        space, light, shots = figure.subplots(3, 1, height_ratios=(1.1, 3.2, 3.0))
        figure.subplots_adjust(left=0.145, right=0.985, top=0.97, bottom=0.085, hspace=0.12)
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
    for x, text in ((1.6, "photon\nsource"), (19.2, "detector\nand clock")):
        axes.text(
            x, 0.0, text, ha="center", va="center", bbox={"facecolor": "white", "edgecolor": DARK}
        )
    for i in range(4):
        pulse = 3.8 + 0.65 * i + _PULSE
        axes.plot(pulse, 0.55 * np.exp(-((_PULSE / 0.15) ** 2)), color=BLUE, linewidth=1.2)
    for number, length in enumerate(loop_lengths):
        x = 6.2 + (number + 0.3) * 11.2 / len(loop_lengths)
        axes.add_patch(Circle((x, 0.55), 0.5, fill=False, edgecolor=DARK, linewidth=1.8))
        axes.add_patch(Rectangle((x - 0.2, -0.16), 0.4, 0.32, color=ORANGE, zorder=3))
        bins = "1 time bin" if length == 1 else f"{length} time bins"
        axes.text(x + 0.7, 0.85, f"loop {number + 1}: round\nin {bins}", va="center")
        axes.text(x, -0.3, "beam splitter", ha="center", va="top")


def _draw_light(axes: Axes, input_state: Sequence[int], loop_lengths: Sequence[int]) -> None:
    m, n_loops = len(input_state), len(loop_lengths)
    top = float(n_loops) + 1.0
    for i, photons in enumerate(input_state):
        height = 0.5 * np.exp(-((_PULSE / 0.15) ** 2))
        axes.plot(i + _PULSE, top + height, color=BLUE, linewidth=1.2)
        if photons:
            axes.fill_between(i + _PULSE, top, top + height, color=BLUE)
        axes.text(i, top + 0.58, str(i), ha="center")
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
        axes.text(i + delay, base + 0.25, str(i), ha="center", va="top")
    axes.set(ylim=(base + 1.4, -0.2), xlabel="time (bins)")
    axes.set_yticks(
        [n_shots / 2, base - 1.3, base + 0.7],
        [f"clicks in\n{n_shots} shots", "share of\nmany shots", "bin"],
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
