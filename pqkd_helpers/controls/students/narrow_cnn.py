"""A plain CNN, so narrow that it trains the PQKD student's number of values (notebook 09).

There is no z and no frozen A: it shows what a few trained values do by themselves.
"""

import itertools
import math
from collections.abc import Sequence

KERNEL_SIZES = (5, 3, 3)  # of the three convolutions


def plain_values(
    in_channels: int, widths: Sequence[int], n_classes: int, *, batch_norm: bool = False
) -> int:
    """Return how many values the plain network trains.

    Examples
    --------
    >>> plain_values(1, (64, 128, 128), 10)
    224394
    """
    channels = (in_channels, *widths)
    per_output = 3 if batch_norm else 1  # the bias; scale and shift
    layers = (
        outputs * (inputs * size**2 + per_output)
        for inputs, outputs, size in zip(channels, widths, KERNEL_SIZES, strict=False)
    )
    return sum(layers) + n_classes * (widths[-1] + 1)


def narrow_widths(
    target: int,
    *,
    in_channels: int,
    widths: Sequence[int],
    n_classes: int,
    batch_norm: bool = False,
) -> tuple[int, int, int]:
    """Return the widths of a plain network that trains about ``target`` values.

    Among all networks within 1 % of the target, the one whose widths are nearest to the given
    shape, in ratios.

    Parameters
    ----------
    target : int
        Trained values wanted.
    in_channels, n_classes : int
        Of images and labels.
    widths : (int, int, int)
        The shape to be narrowed.
    batch_norm : bool
        Whether the network has batch norm.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> narrow_widths(1984, in_channels=1, widths=(64, 128, 128), n_classes=10)
    (6, 11, 11)
    """

    def distance(found: tuple[int, ...]) -> float:
        ratios = [math.log(a / b) for a, b in zip(found, widths, strict=True)]
        mean = sum(ratios) / len(ratios)
        return sum((ratio - mean) ** 2 for ratio in ratios)

    def fits(found: tuple[int, ...]) -> bool:
        n_values = plain_values(in_channels, found, n_classes, batch_norm=batch_norm)
        return abs(n_values - target) <= 0.01 * target

    near = _near_widths(target, in_channels, widths, n_classes)
    fitting = [found for found in itertools.product(*near) if fits(found)]
    if not fitting:
        raise ValueError(f"no plain network trains {target} values to within 1 %")
    first, second, third = min(fitting, key=distance)
    return first, second, third


def _near_widths(
    target: int, in_channels: int, widths: Sequence[int], n_classes: int
) -> list[range]:
    """Return, for each layer, widths from a third to three times the narrowed shape's."""
    share = 1.0
    while plain_values(in_channels, _scaled(widths, share), n_classes) > target and share > 1e-3:
        share *= 0.95
    return [range(max(1, width // 3), 3 * width + 2) for width in _scaled(widths, share)]


def _scaled(widths: Sequence[int], share: float) -> tuple[int, ...]:
    return tuple(max(1, round(width * share)) for width in widths)
