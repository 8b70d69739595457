"""What a practitioner would do: the teacher, pruned and in int8, in a file of a given size.

No student, no dictionary, no light: the trained teacher is pruned by magnitude while it trains
on (`pruning`), then written with int8 weights (`quantisation`). How many weights fit into a
number of bytes cannot be known beforehand, for LZMA is at work and the weights that stay change
in training; so the share kept is searched.

Reference: S. Han, H. Mao, W. J. Dally, arXiv:1510.00149 (pruning, quantisation, entropy coding).
"""

from collections.abc import Callable

from ...common.checks import check_whole
from ...datasets.image_data import ImageData
from ...networks.settings import AdamSettings
from ...networks.teacher_and_student import ConvNet
from .pruning import count_weights, prune_at_once, prune_gradually
from .quantisation import pack, quantise

_MARGIN = 0.99  # of the size aimed at, once the first try came out too large


def prune_to_bytes(
    teacher: ConvNet,
    data: ImageData,
    *,
    at_most: int,
    settings: AdamSettings,
    seed: int,
    on_step: Callable[[], object] = lambda: None,
) -> bytes:
    """Return the file of a teacher that was pruned, fine-tuned, and quantised to fit a size.

    The share of weights that fits is found by bisection on the teacher pruned at once. After
    fine-tuning the file is about a tenth larger; then the fine-tuning is done again from the
    teacher, with fewer weights, until the file fits: usually two fine-tunings, each with all
    epochs of the settings. Only training images are looked at.

    Parameters
    ----------
    teacher : TeacherCNN or dense ConvNet
        The trained network, on the device of the data; it is left as it is.
    data : ImageData
    at_most : int
        Bytes the file may have.
    settings : AdamSettings
        The fine-tuning, as in `prune_gradually`.
    seed : int
        Run seed of the data order and dropout.
    on_step : callable
        Called after every step, for a progress bar.

    Returns
    -------
    bytes
        For ``unpack(file).network()``: the network to be evaluated.

    Raises
    ------
    ValueError
        If not even one weight fits in addition to scales and biases, or as `prune_gradually`.
    FloatingPointError
        If the loss is no longer finite.
    """
    check_whole("at_most", at_most, least=1)
    aim = float(at_most)
    while True:
        kept = _share_that_fits(teacher, aim)
        pruned = prune_gradually(
            teacher, data, kept=kept, settings=settings, seed=seed, on_step=on_step
        )
        file = pack(quantise(pruned))
        if len(file) <= at_most:
            return file
        aim *= _MARGIN * at_most / len(file)


def _share_that_fits(teacher: ConvNet, n_bytes: float) -> float:
    """Return the largest share of weights with which the teacher, pruned at once, fits."""
    n_weights = count_weights(teacher)[1]

    def size(n_kept: int) -> int:
        return len(pack(quantise(prune_at_once(teacher, n_kept / n_weights))))

    fits, too_many = 0, n_weights + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if size(middle) <= n_bytes:
            fits = middle
        else:
            too_many = middle
    if fits == 0:
        raise ValueError(
            f"at_most leaves {n_bytes:.0f} bytes, more than {size(1)} are expected: so many are "
            "needed for scales, biases and one weight"
        )
    return fits / n_weights
