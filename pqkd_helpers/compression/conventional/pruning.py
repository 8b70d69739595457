"""Magnitude pruning: the smallest weights of a trained network are set to zero, and stay there.

Weights of all layers are ranked together by their absolute value; biases are never pruned.
Pruned a little at a time while training goes on, a network loses far less than pruned at once.
After a share p of the pruning phase, the share pruned is (Zhu and Gupta, equation 1)

    s(p) = s_final (1 - (1 - p)^3)

fast at first, when most weights are redundant. The phase is the first half of the steps; then
the network trains on with its zeros.

References: S. Han, H. Mao, W. J. Dally, arXiv:1510.00149 (pruning as the first stage of
compression); M. Zhu, S. Gupta, arXiv:1710.01878 (gradual pruning).
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from ...common.checks import check_positive, check_share
from ...datasets.image_data import ImageData
from ...networks.adam import AdamEpochs, Batch
from ...networks.settings import AdamSettings
from ...networks.teacher_and_student import ConvNet, TeacherCNN
from .quantisation import dense_copy, dense_layers

_PHASE = 0.5  # pruning takes this share of all steps
_PRUNINGS = 100  # and happens so many times: ranking all weights costs as much as a step


def prune_at_once(teacher: ConvNet, kept: float) -> TeacherCNN:
    """Return a copy of a network with its smallest weights set to zero, not trained further.

    Parameters
    ----------
    teacher : TeacherCNN or dense ConvNet
        The trained network; it is left as it is.
    kept : float
        Share of the weights that stay, in (0, 1]; rounded to whole weights.

    Raises
    ------
    ValueError
        If the network has other than plain convolutions, or ``kept`` is out of range.

    Examples
    --------
    >>> count_weights(prune_at_once(TeacherCNN(1, (4, 6, 8)), kept=0.25))
    (207, 828)
    """
    pruned = _pruning_copy(teacher, kept)
    _prune(pruned, 1.0 - kept)
    return _finished(pruned)


def prune_gradually(
    teacher: ConvNet,
    data: ImageData,
    *,
    kept: float,
    settings: AdamSettings,
    seed: int,
    on_step: Callable[[], object] = lambda: None,
) -> TeacherCNN:
    """Return a copy of a trained network, pruned step by step while it trains on the labels.

    Parameters
    ----------
    teacher : TeacherCNN or dense ConvNet
        The trained network, on the device of the data; it is left as it is.
    data : ImageData
        Only its training split is used.
    kept : float
        Share of the weights that stay, in (0, 1]; rounded to whole weights.
    settings : AdamSettings
        The fine-tuning. Pruning takes the first half of its steps.
    seed : int
        Run seed of the data order and dropout.
    on_step : callable
        Called after every step, for a progress bar.

    Returns
    -------
    TeacherCNN
        In evaluation mode, with the weights of the last step; pruned weights are exactly 0.

    Raises
    ------
    ValueError
        If the network has other than plain convolutions, or ``kept`` is out of range.
    FloatingPointError
        If the loss is no longer finite.
    """
    pruned = _pruning_copy(teacher, kept)
    adam = AdamEpochs(pruned, data, settings, seed=seed, role="pruned")
    phase = max(1, int(_PHASE * settings.epochs * adam.steps_per_epoch))
    every = -(-phase // _PRUNINGS)
    done = 0

    def after_step() -> None:
        nonlocal done
        done += 1
        if done == phase or (done < phase and done % every == 0):
            _prune(pruned, pruned_share(done / phase, final=1.0 - kept))
        on_step()

    def loss(logits: Tensor, batch: Batch) -> Tensor:
        return nn.functional.cross_entropy(logits, batch.labels)

    for epoch in range(settings.epochs):
        adam.run(epoch, loss, after_step)
    return _finished(pruned)


def pruned_share(progress: float, *, final: float) -> float:
    """Return the share of weights pruned at a point of the pruning phase.

    Parameters
    ----------
    progress : float
        Steps done over steps of the phase, in [0, 1].
    final : float
        Share pruned at the end, in [0, 1].

    Examples
    --------
    >>> [round(pruned_share(progress, final=0.8), 3) for progress in (0.0, 0.5, 1.0)]
    [0.0, 0.7, 0.8]
    """
    return final * (1.0 - (1.0 - progress) ** 3)


def count_weights(network: ConvNet) -> tuple[int, int]:
    """Return how many weights (not biases) of a dense network are not zero, and how many it has.

    Raises
    ------
    ValueError
        If the network has other than plain convolutions.

    Examples
    --------
    >>> count_weights(TeacherCNN())
    (224064, 224064)
    """
    weights = [layer.weight for layer in dense_layers(network)]
    return sum(int(w.count_nonzero()) for w in weights), sum(w.numel() for w in weights)


def _pruning_copy(network: ConvNet, kept: float) -> TeacherCNN:
    """Check the share; return a copy in the memory layout that torch's pruning can flatten."""
    check_positive("kept", check_share("kept", kept))
    return dense_copy(network).to(memory_format=torch.contiguous_format)


def _prune(network: TeacherCNN, share: float) -> None:
    """Set the smallest weights to zero, those of earlier prunings among them.

    torch masks each weight on its way into the layer. The parameter behind it stays the same
    object, so an optimiser that holds it need not know.
    """
    _unmask(network)
    layers = dense_layers(network)
    prune.global_unstructured(
        [(layer, "weight") for layer in layers],
        pruning_method=prune.L1Unstructured,
        amount=round(share * sum(layer.weight.numel() for layer in layers)),
    )


def _finished(network: TeacherCNN) -> TeacherCNN:
    _unmask(network)
    return dense_copy(network)


def _unmask(network: TeacherCNN) -> None:
    """Write the zeros of the masks into the weights, and take the masks away."""
    for layer in dense_layers(network):
        if prune.is_pruned(layer):
            prune.remove(layer, "weight")
