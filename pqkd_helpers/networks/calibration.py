"""Calibration: whether a network is right as often as it says.

The expected calibration error sorts the answers by their confidence (the largest probability)
into bins of equal width and averages the gaps ``|accuracy - mean confidence|``, weighted by the
number of answers. A low cross-entropy is not the same: it also rewards being right.

Temperature scaling divides all logits by one number, fitted on images that were not trained on.
It changes no answer, only the confidence.

Reference: C. Guo et al., "On calibration of modern neural networks", arXiv:1706.04599.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from ..common.checks import check_whole
from .logits import check_answers, check_distributions

_LARGEST_FACTOR = 100.0


def expected_calibration_error(logits: Tensor, labels: Tensor, *, n_bins: int = 15) -> float:
    """Return the expected calibration error, in [0, 1].

    Parameters
    ----------
    logits : (n, n_classes) tensor
        n >= 1.
    labels : (n,) tensor of whole numbers
    n_bins : int
        Bins of equal width over the confidences from 0 to 1; an edge belongs to the bin below it.

    Raises
    ------
    ValueError
        If logits and labels do not fit each other, logits make no probabilities, or ``n_bins`` is
        not a whole number >= 1.

    Examples
    --------
    Two answers, each with confidence 0.9; one of them is right:

    >>> logits = torch.tensor([[0.9, 0.1], [0.9, 0.1]]).log()
    >>> round(expected_calibration_error(logits, torch.tensor([0, 1])), 6)
    0.4
    """
    check_whole("n_bins", n_bins, least=1)
    labels = check_answers(logits, labels)
    check_distributions("logits", logits)
    confidence, answers = functional.softmax(logits.double(), dim=1).max(dim=1)
    # each bin includes its upper edge
    edges = torch.arange(1, n_bins + 1, device=confidence.device).double() / n_bins
    bins = torch.bucketize(confidence, edges).clamp(max=n_bins - 1)
    surplus = (answers == labels).double() - confidence
    return (torch.zeros_like(edges).index_add(0, bins, surplus).abs().sum() / len(labels)).item()


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """Return the temperature that makes the cross-entropy of ``logits / temperature`` smallest.

    Parameters
    ----------
    logits : (n, n_classes) tensor
        Of images that the network was not trained on; n >= 1.
    labels : (n,) tensor of whole numbers

    Returns
    -------
    float
        Between 1/100 and 100: close to 1/100 where all answers are right, to 100 where chance
        would do better.

    Raises
    ------
    ValueError
        If logits and labels do not fit each other, or logits make no probabilities.
    """
    from scipy.optimize import minimize_scalar

    labels = check_answers(logits, labels)
    check_distributions("logits", logits)
    logits = logits.double()

    def loss(log_temperature: float) -> float:
        return functional.cross_entropy(logits / math.exp(log_temperature), labels).item()

    edge = math.log(_LARGEST_FACTOR)
    return math.exp(minimize_scalar(loss, bounds=(-edge, edge), method="bounded").x)
