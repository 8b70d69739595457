"""The ideas of the ladder in plain words, by the question that they answer."""

from collections.abc import Mapping

# Run once the others had chosen.
TOGETHER = ("best", "all-but-rate")
MOVING_UNIT_VECTORS = "moving-unit-vectors"
# What is asked -> arm -> what it changes about the base.
IDEAS: Mapping[str, Mapping[str, str]] = {
    "Where should the values go?": {
        "biases": "biases, no batch norm",
        "two-bases": "two bases of half the filters",
        "wide-few-last": "channels 32, 64, 16",
    },
    "At what rate, with what noise?": {
        "rate-3e-2": "rate 0.03, not 0.01",
        "orthogonal-mixing": "orthogonal mixings",
        "no-dropout": "no dropout",
    },
    "Should the angles move?": {
        "moving": "moved by SPSA",
        "exact-steps": "by exact gradient, 0.05 rad",
        MOVING_UNIT_VECTORS: "unit vectors, against moving",
    },
    "How should the teacher teach?": {
        "labels-alone": "not at all: labels alone",
        "hot": "temperature 6, not 3",
    },
    "What is the light worth?": {
        "gaussian": "512 Gaussian numbers for z",
        "filters-for-angles": "3 more filters for 30 angles",
    },
    "The answers together": {
        "best": "all of them",
        "all-but-rate": "all but the rate, a further look",
    },
}
