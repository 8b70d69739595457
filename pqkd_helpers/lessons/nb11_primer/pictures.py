"""The pictures of notebook 11: an image, a filter and its map; losses; what went wrong."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style

FRAME = COLOURS[1]
N_CLASSES = 10


def from_image_to_numbers(
    image: ArrayLike, kernel: ArrayLike, feature_map: ArrayLike, scores: ArrayLike
) -> Figure:
    """Draw what happens to one image: filter, map, ReLU, average, and a network's ten numbers.

    Parameters
    ----------
    image : (h, w) array_like
    kernel : (k, k) array_like
        The filter.
    feature_map : (h - k + 1, w - k + 1) array_like
        The filter's answer at every place.
    scores : (10,) array_like
        Probabilities of the ten digits.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    feature_map, scores = np.asarray(feature_map), np.asarray(scores)
    kept = np.maximum(feature_map, 0.0)
    with style():
        figure = Figure(figsize=(7.0, 5.0), layout="constrained")
        top, bottom = figure.subplots(2, 3)
        _grey(top[0], image, "1. the image")
        _signed(top[1], kernel, "2. a filter")
        _signed(top[2], feature_map, "3. its map")
        _signed(bottom[0], kept, "4. ReLU: below 0 is cut", np.abs(feature_map).max())
        bottom[1].barh(["map"], [kept.mean()], color=COLOURS[0], height=0.4)
        bottom[1].text(kept.mean(), 0, f" {kept.mean():.2f}", va="center")
        bottom[1].set(title="5. the average", xlim=(0, 1.6 * kept.mean()), ylim=(-1, 1))
        bottom[2].bar(range(len(scores)), scores, color=COLOURS[0])
        bottom[2].set(title="6. ten probabilities", xlabel="digit", ylim=(0, 1))
        bottom[2].set_xticks(range(len(scores)))
        for axes in (bottom[1], bottom[2]):
            axes.grid(visible=False)
        return figure


def sliding_filter(
    image: ArrayLike, kernel: ArrayLike, feature_map: ArrayLike, row: int, column: int
) -> Figure:
    """Draw a filter at one place of an image, and the pixel of the map that it gives there.

    Parameters
    ----------
    image, kernel, feature_map
        As for `from_image_to_numbers`.
    row, column : int
        Upper left corner of the place.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    feature_map = np.asarray(feature_map)
    size = kernel.shape[0]
    with style():
        figure = Figure(figsize=(7.0, 2.7), layout="constrained")
        left, middle, right = figure.subplots(1, 3)
        _grey(left, image, "image")
        _frame(left, row, column, size)
        _signed(middle, kernel, "filter")
        _signed(right, feature_map, f"map: here {feature_map[row, column]:.2f}")
        _frame(right, row, column, 1)
        return figure


def loss_curve(curve: Sequence[tuple[float, float]], n_epochs: int) -> Figure:
    """Draw the losses so far, on axes that hold the whole training.

    Parameters
    ----------
    curve : sequence of (float, float)
        Loss of the training and of the validation images, in nats, after each epoch.
    n_epochs : int
        Epochs of the whole training.
    """
    train, validation = np.asarray(curve).T
    epochs = np.arange(1, len(curve) + 1)
    with style():
        figure = Figure(figsize=(7.0, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.axhline(np.log(N_CLASSES), color="black", linestyle=":", linewidth=1.2)
        axes.text(n_epochs, np.log(N_CLASSES), "all ten equally likely ", ha="right", va="bottom")
        axes.plot(epochs, train, "o-", color=COLOURS[0], label="training images")
        axes.plot(epochs, validation, "s--", color=COLOURS[1], label="validation images")
        axes.set(xlim=(0, n_epochs + 0.5), ylim=(0, 2.7), xlabel="epoch", ylabel="loss (nats)")
        axes.set_title(f"epoch {len(curve)}: loss {train[-1]:.2f} and {validation[-1]:.2f}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="lower left")
        return figure


def learning_rates(losses: Mapping[float, Sequence[float]]) -> Figure:
    """Draw the training loss at several learning rates; what is beyond the axes leaves them.

    Parameters
    ----------
    losses : dict of float to sequence of float
        Learning rate -> mean loss of the training images during each epoch, in nats.
    """
    with style():
        figure = Figure(figsize=(7.0, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.axhline(np.log(N_CLASSES), color="black", linestyle=":", linewidth=1.2)
        looks = zip(("o-", "s--", "^-."), (COLOURS[0], COLOURS[1], COLOURS[6]), strict=True)
        for (rate, values), (line, colour) in zip(losses.items(), looks, strict=False):
            epochs = np.arange(1, len(values) + 1)
            axes.plot(epochs, values, line, color=colour, label=f"learning rate {rate:g}")
        axes.set(ylim=(0, 5), xlabel="epoch", ylabel="mean loss in the epoch (nats)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="upper right")
        return figure


def answers(images: ArrayLike, labels: Sequence[int], said: Sequence[int]) -> Figure:
    """Draw up to eight images in a row, each with its label and the network's answer.

    Parameters
    ----------
    images : (n, h, w) array_like
    labels, said : sequence of int
    """
    images = np.asarray(images)[:8]
    with style():
        figure = Figure(figsize=(7.0, 1.5), layout="constrained")
        row = figure.subplots(1, len(images), squeeze=False)[0]
        for axes, image, label, answer in zip(row, images, labels, said, strict=False):
            _grey(axes, image, f"{label}, said {answer}")
            axes.title.set_fontsize(10)
        return figure


def _grey(axes: Axes, image: np.ndarray, title: str) -> None:
    axes.imshow(image, cmap="gray", vmin=0.0, vmax=1.0)
    _bare(axes, title)


def _signed(axes: Axes, values: np.ndarray, title: str, most: float | None = None) -> None:
    """Violet below zero, white at zero, orange above; with the numbers where there is room."""
    most = most or np.abs(values).max() or 1.0
    axes.imshow(values, cmap="PuOr_r", vmin=-1.3 * most, vmax=1.3 * most)  # not too dark
    if values.size <= 9:
        for (i, j), value in np.ndenumerate(values):
            dark = abs(value) > 0.6 * most
            axes.text(
                j, i, f"{value:.2g}", ha="center", va="center", color="white" if dark else "black"
            )
    _bare(axes, title)


def _bare(axes: Axes, title: str) -> None:
    axes.set(title=title, xticks=[], yticks=[])
    axes.grid(visible=False)


def _frame(axes: Axes, row: int, column: int, size: int) -> None:
    corner = (column - 0.5, row - 0.5)
    axes.add_patch(Rectangle(corner, size, size, fill=False, edgecolor=FRAME, linewidth=3.0))
