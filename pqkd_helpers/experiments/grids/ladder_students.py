"""Where a student's values go: what all else leaves of a number of values, the 3x3 filters take.

    values = 30 + 25 R_1 + 9 R + p (C_1 + C_2 + C_3) + 10 (C_3 + 1)

30 are the circuit's angles, 25 a filter of conv1, 9 a filter of the basis of the two 3x3 layers (18
if each has a basis of its own). p is 1 with biases and 2 with batch norm:
its scale and shift make the bias idle, and the file holds them as a gain and a bias. The linear
layer takes the rest. If conv3 is trained as it is, its 9 C_2 C_3 values are added, and the basis is
that of conv2 alone.
"""

from .grid import Values

N_ANGLES = 30
MOST, FEWER = 1984, 1184

# Values per channel, and the options that train them.
CHANNELS: dict[str, tuple[int, Values]] = {
    "batch-norm": (2, {"batch_norm": True, "gains": False, "bias": False}),
    "biases": (1, {"batch_norm": False, "gains": False, "bias": True}),
}


def student(
    *,
    widths: tuple[int, int, int] = (16, 32, 32),
    first: int = 16,
    most: int = MOST,
    channels: str = "batch-norm",
    shared: bool = True,
    dense_conv3: bool = False,
) -> Values:
    """Return a student whose 3x3 filters take what all else leaves of a number of values.

    Parameters
    ----------
    widths : (int, int, int)
        Its channels.
    first : int
        Filters of conv1.
    most : int
        Values in all, the angles included.
    channels : {"batch-norm", "biases"}
        What is trained per channel: 2 values or 1.
    shared : bool
        Whether conv2 and conv3 share one basis.
    dense_conv3 : bool
        Whether conv3 is trained as it is.

    Examples
    --------
    >>> student()["rank"], student(widths=(32, 48, 24), first=8)["rank"]
    ((16, 118, 118), (8, 144, 144))
    """
    per_channel, options = CHANNELS[channels]
    left = most - N_ANGLES - 25 * first - per_channel * sum(widths) - 10 * (widths[2] + 1)
    if dense_conv3:
        rank: tuple[int, ...] = (first, (left - 9 * widths[1] * widths[2]) // 9)
        scope: Values = {"scope": "conv1+conv2", "shared_basis": False}
    else:
        filters = left // (9 if shared else 18)
        rank, scope = (first, filters, filters), {"scope": "all", "shared_basis": shared}
    return {**options, **scope, "student_widths": widths, "rank": rank}
