"""Many small pictures in one: filters and kernels side by side."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray


def mosaic(tiles: ArrayLike, columns: int) -> NDArray[np.float64]:
    """Put small pictures side by side, with one empty line (NaN) between them.

    Parameters
    ----------
    tiles : (n, height, width) array_like
    columns : int
        Tiles in a row.

    Returns
    -------
    (rows * (height + 1) - 1, columns * (width + 1) - 1) float64

    Examples
    --------
    >>> mosaic([[[1.0]], [[2.0]], [[3.0]]], columns=2)
    array([[ 1., nan,  2.],
           [nan, nan, nan],
           [ 3., nan, nan]])
    """
    pictures = np.asarray(tiles, dtype=np.float64)
    n, height, width = pictures.shape
    rows = -(-n // columns)
    result = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for index, picture in enumerate(pictures):
        top, left = (index // columns) * (height + 1), (index % columns) * (width + 1)
        result[top : top + height, left : left + width] = picture
    return result


def draw_tiles(
    axes: Axes, tiles: ArrayLike, columns: int, title: str, limit: float | None = None
) -> None:
    """Draw filters in grey: black is negative, middle grey zero, white positive."""
    values = mosaic(tiles, columns)
    limit = float(np.nanmax(np.abs(values))) if limit is None else limit
    axes.imshow(values, cmap="gray", vmin=-limit, vmax=limit, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title, fontsize=10)
