"""The main picture of notebook 00: the whole method on one page, with real values in it."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, WIDTH, style

# How a value comes about -> look of its frame; they differ in line style and hatch too.
KINDS: dict[str, dict[str, Any]] = {
    "trained": {"edgecolor": COLOURS[0], "facecolor": "#E3EEF8", "linewidth": 3.0},
    "sampled": {
        **{"edgecolor": COLOURS[5], "facecolor": "#FFF3E6", "linewidth": 2.2},
        "linestyle": (0, (3, 1.6)),
    },
    "frozen": {"edgecolor": "#666666", "facecolor": "#EFEFEF", "linewidth": 1.2, "hatch": "///"},
    "computed": {"edgecolor": "#333333", "facecolor": "white", "linewidth": 1.0},
}
_WIDTH, _HEIGHT = 110.0, 76.0  # units of the page; one is wider than it is high
_ROUND = WIDTH / _WIDTH / (WIDTH / _HEIGHT)  # height of a circle of width 1
_PLAIN = {"boxstyle": "square,pad=0.2", "facecolor": "white", "edgecolor": "none"}


def idea_in_one_picture(
    *,
    input_state: ArrayLike,
    clicks: ArrayLike,
    histogram: ArrayLike,
    projection: ArrayLike,
    mixing: ArrayLike,
    basis: ArrayLike,
    kernels: ArrayLike,
    digit: ArrayLike,
    n_angles: int,
) -> Figure:
    """Draw the whole method on one page, with real values where there are any.

    Parameters
    ----------
    input_state : (n_modes,) array_like of int
        Photons that enter, per time bin.
    clicks : (n_shots, n_modes) array_like of 0 and 1
        Some of the shots.
    histogram : (512,) array_like
        Both histograms, end to end.
    projection : (rows, columns) array_like
        A part of the frozen matrix A.
    mixing : (out_channels, rank) array_like
        Mixing of a layer with one input channel.
    basis : (rank, k, k) array_like
        Its trained filters.
    kernels : (out_channels, k, k) array_like
        Its kernels, mixed from them.
    digit : (height, width) array_like
        An image.
    n_angles : int
        Angles of the circuit.
    """
    with style():
        figure = Figure(figsize=(WIDTH, WIDTH))
        page = figure.add_axes((0, 0, 1, 1), label="page")
        page.set(xlim=(0, _WIDTH), ylim=(0, _HEIGHT))
        page.axis("off")
        _bands(page)
        _light_row(page, input_state, clicks, histogram, n_angles)
        _kernel_row(page, projection, mixing, basis, kernels)
        _image_row(page, digit)
        _optimisers(page)
        _legend(page)
        return figure


def _bands(page: Axes) -> None:
    bands = ((52.5, 18.5, "light"), (29.0, 20.5, "kernels"), (6.0, 20.0, "images"))
    for low, height, name in bands:
        page.add_patch(Rectangle((0.8, low), 104.2, height, facecolor="#EDEDED", zorder=-2))
        page.text(
            2.4, low + height / 2, name, rotation=90, ha="center", va="center", color="#444444"
        )


def _panel(
    page: Axes, x: float, y: float, width: float, height: float, kind: str, name: str, note: str
) -> None:
    """Draw a frame whose line and hatch tell how its values come about."""
    look = KINDS[kind]
    page.add_patch(
        FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=1", **look)
    )
    centred: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "bbox": _PLAIN if "hatch" in look else None,
    }
    page.text(x + width / 2, y + height - 1.6, name, weight="bold", **centred)
    page.text(x + width / 2, y + 1.6, note, **centred)


def _inset(page: Axes, x: float, y: float, width: float, height: float, label: str) -> Axes:
    figure = page.figure
    assert isinstance(figure, Figure)
    axes = figure.add_axes((x / _WIDTH, y / _HEIGHT, width / _WIDTH, height / _HEIGHT), label=label)
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return axes


def _circle(x: float, y: float, radius: float, **look: Any) -> Ellipse:
    """Return what is a circle on a page whose units differ in width and height."""
    return Ellipse((x, y), 2.0 * radius, 2.0 * radius * _ROUND, **look)


def _map(axes: Axes, values: ArrayLike, cmap: str) -> None:
    values = np.asarray(values)
    signed = values.min() < 0
    top = np.abs(values).max()
    axes.imshow(
        values, cmap=cmap, aspect="auto", interpolation="nearest",
        vmin=-top if signed else 0, vmax=top,
    )  # fmt: skip


def _light_row(
    page: Axes, input_state: ArrayLike, clicks: ArrayLike, histogram: ArrayLike, n_angles: int
) -> None:
    photons, shots = np.asarray(input_state), np.asarray(clicks)
    _panel(page, 5, 54, 20, 15.5, "computed", "photons",
           f"{photons.sum()} in {photons.size} time bins")  # fmt: skip
    for place, count in enumerate(photons):
        left = 6.6 + place * 16.8 / photons.size
        page.add_patch(Rectangle((left, 60.5), 16.8 / photons.size, 2.4, facecolor="white",
                                 edgecolor="#888888", linewidth=0.8))  # fmt: skip
        if count:
            page.add_patch(_circle(left + 8.4 / photons.size, 61.7, 0.42, color=COLOURS[5]))
    _panel(page, 31, 54, 20, 15.5, "trained", "two fibre loops",
           rf"{n_angles} angles $\theta$")  # fmt: skip
    page.plot([32.5, 49.5], [59, 59], color="black", linewidth=1.5)
    for centre in (37.2, 44.8):
        page.add_patch(_circle(centre, 61.0, 2.9, fill=False, edgecolor="black", linewidth=1.5))
        corners = ((centre - 1.1, 59), (centre, 60.1), (centre + 1.1, 59), (centre, 57.9))
        page.add_patch(Polygon(corners, facecolor=COLOURS[0], edgecolor="black", zorder=3))
    _panel(page, 57, 54, 18, 15.5, "sampled", "clicks", "200 shots")
    _map(_inset(page, 59.5, 57.4, 13, 8.8, "clicks"), shots, "Greys")
    _panel(page, 81, 54, 23, 15.5, "computed", "two histograms", "512 numbers $z$")
    axes = _inset(page, 82.5, 57.4, 20, 8.4, "histogram")
    values = np.asarray(histogram)
    half = values.size // 2
    for side, colour in enumerate((COLOURS[5], "#444444")):
        part = slice(side * half, (side + 1) * half)
        axes.bar(np.arange(values.size)[part], values[part], width=3.0, color=colour)
    axes.axvline(half - 0.5, color="#888888", linestyle=":", linewidth=1.2)
    axes.set(xlim=(-4, values.size + 3))
    axes.patch.set_alpha(0.0)
    axes.spines["bottom"].set_visible(True)
    for start, end in ((25.4, 30.4), (51.6, 56.4), (75.5, 80.4)):
        _arrow(page, [(start, 61.7), (end, 61.7)])


def _kernel_row(
    page: Axes, projection: ArrayLike, mixing: ArrayLike, basis: ArrayLike, kernels: ArrayLike
) -> None:
    _panel(page, 81, 30.5, 23, 17, "frozen", "random matrix $A$", "drawn once")
    _map(_inset(page, 84.5, 33.7, 16, 10.3, "projection"), projection, "gray")
    _panel(page, 57, 30.5, 18, 17, "computed", "mixing", "$M = A\\,z$")
    _map(_inset(page, 61, 33.7, 10, 10.3, "mixing"), mixing, "gray")
    _panel(page, 32, 30.5, 18, 17, "trained", "basis $B$", "a few filters")
    _tiles(page, 34.0, 34.0, 14.0, 10.0, np.asarray(basis), 4, "basis")
    _panel(page, 6, 30.5, 20, 17, "computed", "kernels", "$W = M\\,B$")
    _tiles(page, 9.6, 33.4, 12.8, 10.8, np.asarray(kernels), 4, "kernels")
    page.text(53.5, 39, "with", ha="center", va="center")
    _arrow(page, [(31.4, 39), (26.6, 39)])
    _arrow(page, [(92.5, 53.4), (92.5, 48.1)])
    page.text(93.6, 50.8, "$z$", fontsize=13, va="center")
    _arrow(page, [(80.4, 39), (75.6, 39)])


def _tiles(
    page: Axes, x: float, y: float, width: float, height: float,
    filters: np.ndarray, columns: int, label: str,
) -> None:  # fmt: skip
    """Draw small filters side by side, with a gap between them."""
    rows = -(-len(filters) // columns)
    size = filters.shape[-1] + 1
    board = np.full((rows * size - 1, columns * size - 1), np.nan)
    for place, values in enumerate(filters):
        top, left = place // columns * size, place % columns * size
        board[top : top + size - 1, left : left + size - 1] = values
    axes = _inset(page, x, y, width, height, label)
    largest = np.nanmax(np.abs(board))
    axes.imshow(board, cmap="gray", vmin=-largest, vmax=largest, interpolation="nearest")
    axes.axis("off")


def _image_row(page: Axes, digit: ArrayLike) -> None:
    axes = _inset(page, 6.5, 10.6, 11, 11, "digit")
    _map(axes, digit, "Greys")
    page.text(12, 8.6, "an image", ha="center", va="center")
    _panel(page, 25, 17, 24, 7.6, "trained", "student", "and its plain weights")
    _panel(page, 25, 7.4, 24, 7.6, "frozen", "teacher", "trained beforehand")
    for y, name in ((20.8, "answer"), (11.2, "soft targets")):
        page.text(61, y + 1.2, name, ha="center", va="center")
        page.text(61, y - 1.4, "10 numbers", ha="center", va="center")
        _arrow(page, [(49.6, y), (54.6, y)])
    _panel(page, 75, 10.5, 22, 11, "computed", "distillation loss", "targets, label")
    page.text(86, 15.6, "answer against", ha="center", va="center")
    _arrow(page, [(18, 18), (24.4, 20.8)])
    _arrow(page, [(18, 14), (24.4, 11.2)])
    _arrow(page, [(67.4, 20.8), (74.4, 17.8)])
    _arrow(page, [(67.4, 11.2), (74.4, 14.2)])
    _arrow(page, [(16, 29.9), (16, 27.4), (30, 27.4), (30, 25.2)])


def _optimisers(page: Axes) -> None:
    colour = COLOURS[0]
    adam = {"color": colour, "linewidth": 2.6}
    _arrow(page, [(86, 22.2), (86, 27.4), (41, 27.4), (41, 29.8)], **adam)
    _arrow(page, [(41, 27.4), (41, 25.2)], **adam)
    page.text(63.5, 27.4, "Adam: gradients", color=colour, weight="bold", ha="center", va="center",
              bbox=_PLAIN)  # fmt: skip
    spsa = {**adam, "linestyle": (0, (5, 2))}
    _arrow(page, [(97.6, 16), (107.5, 16), (107.5, 73.4), (41, 73.4), (41, 70.2)], **spsa)
    page.text(74, 73.4, "SPSA: compares two losses, no gradient", color=colour,
              weight="bold", ha="center", va="center", bbox=_PLAIN)  # fmt: skip


def _arrow(page: Axes, points: list[tuple[float, float]], **look: Any) -> None:
    """Draw an arrow through points, straight from one to the next."""
    look = {"color": "black", "linewidth": 1.6, **look}
    if len(points) > 2:
        x, y = zip(*points[:-1], strict=True)
        page.plot(x, y, solid_joinstyle="miter", **look)
    head = {key: value for key, value in look.items() if key != "linestyle"}
    page.add_patch(
        FancyArrowPatch(
            points[-2], points[-1], arrowstyle="-|>", mutation_scale=15,
            shrinkA=0, shrinkB=0, **head,
        )
    )  # fmt: skip


def _legend(page: Axes) -> None:
    for place, kind in enumerate(KINDS):
        x = 12 + 24 * place
        page.add_patch(
            FancyBboxPatch((x, 1.4), 5, 2.6, boxstyle="round,pad=0,rounding_size=0.6",
                           **KINDS[kind])
        )  # fmt: skip
        page.text(x + 6.4, 2.7, kind, va="center")
