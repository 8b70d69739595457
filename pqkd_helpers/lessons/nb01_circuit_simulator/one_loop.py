"""A worked picture of notebook 01: who leaves a loop and who goes round, at 0 and at 90 degrees."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc

from ...common.figure_style import COLOURS, style

BLUE, ORANGE, DARK = COLOURS[0], COLOURS[1], COLOURS[3]
ARRIVES, LOOP, LEAVES = 2.0, 1.0, 0.0
TITLES = {
    True: "0°: what the loop holds leaves, what arrives goes round",
    False: "90°: what the loop holds stays, what arrives leaves at once",
}


def one_loop(n_pulses: int = 4) -> Figure:
    """Draw the way of some pulses through one loop, at 0 and at 90 degrees.

    Parameters
    ----------
    n_pulses : int
        Pulses that arrive, 2 or more. The splitter has one setting more: the first loads the loop
        and the last empties it, both at 0 degrees.
    """
    with style():
        figure = Figure(figsize=(7.0, 6.0), layout="constrained")
        for axes, swaps in zip(figure.subplots(2, 1), (True, False), strict=True):
            _draw_loop(axes, n_pulses, swaps=swaps)
        axes.set_xlabel("time (bins)")
        return figure


def _draw_loop(axes: Axes, n_pulses: int, *, swaps: bool) -> None:
    held: int | None = None
    for time in range(n_pulses + 1):
        arriving = time if time < n_pulses else None
        fixed = time in (0, n_pulses)
        _draw_splitter(axes, time, fixed=fixed)
        if swaps or fixed:
            leaving, held = held, arriving
        else:
            leaving = arriving
        if arriving is not None:
            _draw_pulse(axes, time, ARRIVES, arriving)
            axes.plot([time, time], [ARRIVES - 0.22, LOOP + 0.1], color=DARK, lw=1.2, zorder=1)
        if leaving is not None:
            axes.plot([time, time], [LOOP - 0.1, LEAVES + 0.22], color=DARK, lw=1.2, zorder=1)
            _draw_pulse(axes, time, LEAVES, leaving)
        if held is not None:
            axes.add_patch(
                Arc((time + 0.5, LOOP), 1.0, 0.9, theta1=0, theta2=180, color=DARK, lw=1.2)
            )
            _draw_pulse(axes, time + 0.5, LOOP + 0.45, held)
    axes.set_title(TITLES[swaps], loc="left", fontsize=11)
    axes.set(xlim=(-0.5, n_pulses + 0.9), ylim=(-0.4, 2.4))
    axes.set_yticks([ARRIVES, LOOP, LEAVES], ["pulse\narrives", "splitter\nand loop", "leaves"])
    axes.set_xticks(range(n_pulses + 1))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)


def _draw_splitter(axes: Axes, time: int, *, fixed: bool) -> None:
    axes.plot(time, LOOP, "s", color=ORANGE, mfc="white" if fixed else ORANGE, ms=12, zorder=3)
    if fixed:
        word = "empty" if time else "load"
        axes.annotate(word, (time, LOOP), (9, -14), textcoords="offset points")


def _draw_pulse(axes: Axes, time: float, level: float, number: int) -> None:
    axes.text(
        time,
        level,
        str(number),
        ha="center",
        va="center",
        color="white",
        zorder=4,
        bbox={"boxstyle": "circle,pad=0.3", "facecolor": BLUE, "edgecolor": "white"},
    )
