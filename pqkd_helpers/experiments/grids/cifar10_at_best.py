"""CIFAR-10 at its best, planned before any run counts: what PQKD reaches where conv3 stays dense.

The published network, (64, 128, 128), with conv1 and conv2 compressed: 1.5 times fewer
trained values than its teacher has, the 30 angles included. The recipe is the ladder's: z at rest,
a rate that falls to zero, no dropout, and more filters than the paper's eight, 16 and 32. The paper
reports 79.72 % for its student, our Table 1 at reduced scale 67.8 %.

**1. Choices** (`cifar10-choices`; seed 1000, then discarded; 10,000 images, ten epochs, labels
alone). Batch norm or biases, at the ladder's rate or at the teacher's: the highest validation
accuracy; of those within 0.5 point of it the one that is named first.

**2. The run** (`cifar10-at-best`; seed 0, once). A teacher of 30 epochs, trained as Table 1's was;
the student, and a dense network of the teacher's size with the same teacher, each of 30 epochs.
Flips and shifts; a square is erased for the teacher alone. **To be reached: 80 % of the validation
images.** One seed shows no scatter: whatever comes out is told as one run.
"""

from .controls import LABELS_ALONE
from .grid import BY_DEFAULT, Grid, Values
from .ladder import RESTING
from .ladder_students import CHANNELS

TEACHERS_RATE = 3e-3
PQKD: Values = {
    **{**RESTING, "scope": "conv1+conv2", "rank": (16, 32)},
    **{"dropout": 0.0, "scaling": "unit-rms"},
}
CANDIDATES: dict[str, Values] = {
    f"{channels}{at}": {**PQKD, **CHANNELS[channels][1], **rate}
    for channels in ("biases", "batch-norm")
    for at, rate in (("", {}), ("-rate-3e-3", {"learning_rate": TEACHERS_RATE}))
}
NET: Values = {
    **{**BY_DEFAULT, "augmentation": "flip-and-shift", "arithmetic": "bfloat16"},
    **{"teacher_learning_rate": TEACHERS_RATE, "teacher_schedule": "one-cycle"},
}

CIFAR10_CHOICES = Grid(
    "cifar10-choices",
    arms={arm: {**values, **LABELS_ALONE} for arm, values in CANDIDATES.items()},
    base=NET,
    cpu={"train_images": 10_000, "epochs": 10, "teacher_epochs": 1, "fresh_draws": 1},
    datasets={"cifar10": {}},
    first_seed=1000,
)

# The answer, as the stored runs of the choices have it.
CHOSEN = "batch-norm"
CIFAR10_AT_BEST = Grid(
    "cifar10-at-best",
    arms={
        "pqkd": CANDIDATES[CHOSEN],
        "dense-distilled": {
            **{"student": "dense-distilled", "schedule": "one-cycle"},
            "learning_rate": TEACHERS_RATE,
        },
    },
    base={**NET, "teacher_augmentation": "flip-shift-erase"},
    cpu={"epochs": 30, "teacher_epochs": 30, "fresh_draws": 5},
    datasets={"cifar10": {}},
)
