"""The final evaluation of a trained network."""

import base64
import dataclasses
from typing import Any

import numpy as np
from torch import nn

from ...datasets.image_data import ImageData
from ...networks.calibration import fit_temperature
from ...networks.evaluation import evaluate, predict_logits, score


def evaluate_all_splits(network: nn.Module, data: ImageData) -> dict[str, Any]:
    """Return the results of a trained network on all three splits."""
    return {
        split: dataclasses.asdict(evaluate(network, data, split))
        for split in ("train", "validation", "test")
    }


def images_right(network: nn.Module, data: ImageData) -> str:
    """Return which test images a network gets right: one bit each, packed, in base64.

    `unpacked_images` reads it.
    """
    logits = predict_logits(network, data, data.test.images)
    right = (logits.argmax(dim=1) == data.test.labels).cpu().numpy()
    return base64.b64encode(np.packbits(right).tobytes()).decode()


def evaluate_with_temperature(network: nn.Module, data: ImageData) -> dict[str, Any]:
    """Return the temperature fitted on the validation images, and the test results under it."""
    validation = predict_logits(network, data, data.validation.images)
    temperature = fit_temperature(validation.cpu(), data.validation.labels.cpu())
    logits = predict_logits(network, data, data.test.images) / temperature
    return {"temperature": temperature, "test": dataclasses.asdict(score(logits, data.test.labels))}
