"""What Table 1 is made of: the runs that are shown, their numbers, and the paper's next to them."""

import numpy as np
from numpy.typing import NDArray

from ..records.measured import finals
from ..records.record import Record
from ..records.stored import TIERS, Catalogue, seeds_shown
from ..statistics.verdicts import Comparison, compare_with_paper
from .paper_values import (
    TABLE1,
    PaperValue,
    accuracy_margin,
    cross_entropy_margin,
    training_margin,
)
from .readings import DEFAULT

EXPERIMENT = "table1"
ARM = "conv1-conv2"  # SPSA is asked about a fresh z
ARMS = (DEFAULT, ARM)  # the chosen reading first
NAMES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}


def shown_runs(catalogue: Catalogue, dataset: str) -> list[Record]:
    """Return the runs of a data set that are shown.

    Enough seeds come before a larger scale, that before more seeds, and these before `ARMS`' order.
    """
    found = []
    for arm in ARMS:
        if tier := catalogue.tier(EXPERIMENT, dataset, arm):
            runs = catalogue.runs(EXPERIMENT, tier=tier, dataset=dataset, arm=arm)
            rank = (len(runs) >= seeds_shown(dataset), -TIERS.index(tier), len(runs))
            found.append((rank, runs))
    return max(found, key=lambda each: each[0], default=((), []))[1]


def quantities(records: list[Record], network: str, name: str) -> NDArray[np.float64]:
    """Return a quantity of Table 1, one value per record: percent, or nats."""
    split, _, kind = name.partition(" ")
    return finals(records, network, split, kind.replace("-", "_"))


def decimals(name: str) -> int:
    """Return how many decimals the paper prints of a quantity."""
    return 2 if "accuracy" in name else 3


def margin_of(name: str, paper: PaperValue) -> float:
    """Return the margin for a quantity of the table."""
    if name.startswith("train"):
        return training_margin(paper)
    return (accuracy_margin if name.endswith("accuracy") else cross_entropy_margin)(paper.mean)


def compared(dataset: str, records: list[Record], network: str, name: str) -> Comparison:
    """Compare a quantity of our runs with the paper's."""
    paper = TABLE1[dataset][network][name]
    return compare_with_paper(
        quantities(records, network, name),
        paper_mean=paper.mean,
        paper_deviation=paper.deviation,
        margin=margin_of(name, paper),
    )
