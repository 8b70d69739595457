"""The ladder's arms in plain words, by the question that they answer."""

from collections.abc import Mapping
from typing import Any

MOVING_UNIT_VECTORS = "moving-unit-vectors"
BEST = "best"
ANGLES = {
    "one-shot": "one histogram, kept",
    "exact-at-rest": "at rest, no shot noise",
    "moving": "moved by SPSA",
    "moving-fresh": "by SPSA, asked about a fresh z",
    "annealed": "by SPSA, last third at rest",
    "annealed-fresh": "fresh z, last third at rest",
    "exact-steps": "by exact gradient, 0.05 rad",
    "short-exact-steps": "by exact gradient, 0.01 rad",
    "exact-steps-through-ema": "exact gradient, averaged z",
}
# What is asked -> arm -> what it changes about the base.
SINGLE: Mapping[str, Mapping[str, str]] = {
    "Where should the values go?": {
        "biases": "biases, no batch norm",
        "gains": "gains and biases instead",
        "two-bases": "two bases of half the filters",
        "fewer-first": "8 filters in conv1, not 16",
        "wide": "channels 32, 64, 32",
        "wide-few-last": "channels 32, 64, 16",
        "many-filters": "32, 48, 24, filters 8 and 144",
        "conv3-dense": "16, 16, 8, conv3 not compressed",
    },
    "At what rate, with what noise?": {
        "rate-3e-3": "rate 0.003, not 0.01",
        "rate-3e-2": "rate 0.03, not 0.01",
        "orthogonal-mixing": "orthogonal mixings",
        "no-dropout": "no dropout",
    },
    "Should the angles move?": {**ANGLES, "unit-vectors": "at rest, unit vectors averaged"},
    "How should the teacher teach?": {
        "labels-alone": "not at all: labels alone",
        "cool": "temperature 1.5, not 3",
        "hot": "temperature 6, not 3",
        "mostly-teacher": "weight of labels 0.1, not 0.5",
        "hot-teacher": "6 and 0.1 together",
        "wide-teacher": "a wider teacher",
    },
    "Controls": {
        "gaussian": "512 Gaussian numbers for z",
        "filters-for-angles": "3 more filters for 30 angles",
        MOVING_UNIT_VECTORS: "unit vectors, against moving",
    },
    "All answers together": {BEST: "the chosen recipe"},
}
# The cumulated ladder: rung -> what it adds to those before it.
RUNGS = {
    "published": "as published, all convolutions",
    "at-rest": "angles at rest, a falling rate",
    "allocated": "fewer channels, more filters",
    "shared-basis": "one basis for both 3x3 layers",
    "batch-norm": "batch norm, paid for in filters",
}
CHOSEN_RUNGS = tuple(
    f"chosen-{question}"
    for question in (
        *("shape", "orthogonal", "dropout", "angles", "average"),
        *("distillation", "teacher"),
    )
)


def rung_in_words(arm: str, configuration: Mapping[str, Any]) -> str:
    """Return what a rung adds; of a chosen one, as its configuration has it.

    Examples
    --------
    >>> rung_in_words("chosen-distillation", {"temperature": 6.0, "hard_weight": 0.1})
    'temperature 6, labels weigh 0.1'
    """
    match arm.removeprefix("chosen-"):
        case "shape":
            return f"channels {', '.join(map(str, configuration['student_widths']))}"
        case "orthogonal":
            return SINGLE["At what rate, with what noise?"]["orthogonal-mixing"]
        case "dropout":
            return SINGLE["At what rate, with what noise?"]["no-dropout"]
        case "angles":
            return f"angles: {ANGLES[_movement(configuration)]}"
        case "average":
            return "unit vectors averaged"
        case "distillation" if configuration["hard_weight"] == 1.0:
            return "labels alone"
        case "distillation":
            heat, weight = configuration["temperature"], configuration["hard_weight"]
            return f"temperature {heat:g}, labels weigh {weight:g}"
        case "teacher":
            return "a wider teacher"
    return RUNGS[arm]


def _movement(configuration: Mapping[str, Any]) -> str:
    """Return which of the candidates a configuration's angles are."""
    if configuration["features"] == "photonic-one-shot":
        return "one-shot"
    if not configuration["spsa_steps"]:
        return "exact-at-rest"
    if configuration.get("angle_search") == "exact-gradient":
        if configuration["ema_beta"]:
            return "exact-steps-through-ema"
        return "exact-steps" if configuration["spsa_step_size"] >= 0.05 else "short-exact-steps"
    name = "annealed" if configuration.get("resting_share") else "moving"
    return f"{name}-fresh" if configuration["objective"] == "fresh" else name
