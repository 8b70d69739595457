"""Evaluating a network: accuracy and cross-entropy on a split of the data."""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..common.checks import check_choice
from ..datasets.image_data import ImageData, Split
from .calibration import expected_calibration_error
from .logits import check_answers, check_distributions

SplitName = Literal["train", "validation", "test"]

_EVALUATION_BATCH = 100  # larger ones can be half as fast: every activation is fresh memory


@dataclass(frozen=True)
class Evaluation:
    """How a network does on some images.

    Attributes
    ----------
    accuracy : float
        Share of right answers, in [0, 1].
    cross_entropy : float
        Mean negative log-probability of the true class, in nats.
    n_images : int
    calibration_error : float
        Expected calibration error, in [0, 1]; see `calibration`.
    """

    accuracy: float
    cross_entropy: float
    n_images: int
    calibration_error: float


@torch.no_grad()
def predict_logits(model: nn.Module, data: ImageData, images: Tensor) -> Tensor:
    """Return the logits of uint8 images, in evaluation mode; the model's mode is kept.

    Returns
    -------
    (n, n_classes) float32 tensor
    """
    was_training = model.training
    model.eval()
    try:
        return torch.cat(
            [model(data.normalise(batch)) for batch in images.split(_EVALUATION_BATCH)]
        )
    finally:
        model.train(was_training)


def score(logits: Tensor, labels: Tensor) -> Evaluation:
    """Return accuracy and cross-entropy of logits ``(n, n_classes)`` for labels ``(n,)``.

    Raises
    ------
    ValueError
        If they do not fit each other, there is none, or logits make no probabilities.
    """
    logits, labels = logits.cpu(), labels.cpu()  # not every accelerator has float64
    labels = check_answers(logits, labels)
    check_distributions("logits", logits)
    return Evaluation(
        accuracy=(logits.argmax(dim=1) == labels).double().mean().item(),
        cross_entropy=functional.cross_entropy(logits.double(), labels).item(),
        n_images=len(labels),
        calibration_error=expected_calibration_error(logits, labels),
    )


def evaluate(model: nn.Module, data: ImageData, split: SplitName | Split = "test") -> Evaluation:
    """Evaluate a network on one split of the data, in evaluation mode.

    Parameters
    ----------
    model : torch.nn.Module
        A network on the device of the data. A student is evaluated with the z it was last
        conditioned on: after training, the z it was trained with.
    data : ImageData
        The data; its statistics normalise the images.
    split : {"train", "validation", "test"} or Split
        Which images, or the images themselves.

    Raises
    ------
    ValueError
        If the split is unknown.
    """
    if isinstance(split, str):
        check_choice("split", split, get_args(SplitName))
        split = getattr(data, split)
    assert isinstance(split, Split)
    return score(predict_logits(model, data, split.images), split.labels)
