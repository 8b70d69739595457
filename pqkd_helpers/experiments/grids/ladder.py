"""PQKD at its best, planned before any run counts: the ideas, their order, how they are chosen.

All students train at most 1,984 values (1,184; or the size that the arm names), the circuit's 30
angles included, also where they rest; `ladder_students` says where the values go. MNIST; the
teacher, one for all students of a seed, has the widths (32, 64, 64) and one-cycle of Adam at 3e-3;
the students have one-cycle of 20 epochs. Where SPSA moves the angles it is asked as by the
package's default, unless the arm says fresh.

**1. Choices** (`ladder-choices`; seeds 1000 and 1001, then discarded; 10,000 images; no test image
counts). Every question of `SHAPES` and `QUESTIONS` is asked around `base`, one change at a time.
The answer is the candidate with the highest mean validation accuracy over both seeds; of those
within 0.1 point of it the one that is named first, the simplest. So is the rate of the plain CNN
chosen. The answers go into `CHOSEN` and are committed. Then `best`, which has all of them, and
`base` are run on seeds 1002 and 1003. If `best` has not the higher mean, the answers are taken
back, from the last question on, until it has.

**2. The ladder** (`ladder`; seeds 0 to 4, all images). The rungs of `STEPS`, each on top of those
before. An idea that its question answered with "base" is no rung here; what it is worth is in 3. At
the end 100 epochs, at 1,984 and 1,184 values, beside a plain CNN of as many values, alone and
distilled. Each arm is run once, after all choices.

**3. Single rungs** (`ladder-rungs`; seeds 0 to 2, 10,000 images). All candidates again, also those
that were not chosen, and three controls, paired by seed with `base`.

**4. The frontier** (`frontier-at-best`; seeds 0 to 2, all images). Five sizes; the chosen recipe
beside the plain CNN, with batch norm and without, alone and distilled.

**What must be reached** (test, mean of 5 seeds): 98.5 % at 1,984 values, 97.5 % at 1,184. A
difference between arms is a paired one with its 95 % interval, whoever wins. Every run is stored. A
look at test results that leads to another run makes that run a further look: it gets an arm whose
name says so, and the text counts it.

**Hours** (of one thread; steps of 64 images timed on two busy cores, where (64, 128, 128) takes 125
ms, (16, 32, 32) with 118 filters 19 ms, the plain CNN of 8 channels 10 ms; two quiet cores need
about half): choices 2.5, ladder 22 with its teachers, single rungs 4, frontier 7.
"""

from collections.abc import Mapping
from typing import Any

from .controls import LABELS_ALONE
from .grid import BY_DEFAULT, FRESH, Grid, Values
from .ladder_students import FEWER, MOST, N_ANGLES, student

# The candidates of every question, the simplest first; all but one around "base". Of a student's
# shape, as arguments of `student`:
SHAPES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "channels": {"base": {}, "biases": {"channels": "biases"}, "gains": {"channels": "gains"}},
    "basis": {"base": {}, "two-bases": {"shared": False}},
    "values": {
        "base": {},
        "fewer-first": {"first": 8},
        "wide": {"widths": (32, 64, 32)},
        "wide-few-last": {"widths": (32, 64, 16)},
        "many-filters": {"widths": (32, 48, 24), "first": 8},
        "conv3-dense": {"widths": (16, 16, 8), "first": 8, "dense_conv3": True},
    },
}

MOVING: Values = {"features": "photonic", "spsa_steps": 10}
ANNEALED: Values = {**MOVING, "resting_share": 1 / 3}
# Once an epoch, with nothing to average: z follows the angles at once, and they alone make it.
EXACT_STEPS: Values = {
    **{"features": "photonic-exact", "angle_search": "exact-gradient", "spsa_steps": 1},
    **{"resting_share": 1 / 3, "spsa_batches": 10, "ema_beta": 0.0, "spsa_step_size": 0.05},
}
UNIT_VECTORS: Values = {"averaged": "unit-vectors"}

# Of all else, as settings of the run:
QUESTIONS: Mapping[str, Mapping[str, Values]] = {
    "rate": {
        "base": {},
        "rate-3e-3": {"learning_rate": 3e-3},
        "rate-3e-2": {"learning_rate": 3e-2},
    },
    "orthogonal": {"base": {}, "orthogonal-mixing": {"orthogonal": True}},
    "dropout": {"base": {}, "no-dropout": {"dropout": 0.0}},
    "angles": {
        "base": {},
        "one-shot": {"features": "photonic-one-shot"},
        "exact-at-rest": {"features": "photonic-exact", "spsa_steps": 0},
        "moving": MOVING,
        "moving-fresh": {**MOVING, **FRESH},
        "annealed": ANNEALED,
        "annealed-fresh": {**ANNEALED, **FRESH},
        "exact-steps": EXACT_STEPS,
        "short-exact-steps": {**EXACT_STEPS, "spsa_step_size": 0.01},
        "exact-steps-through-ema": {**EXACT_STEPS, "ema_beta": 0.9},
    },
    "average": {"base": {}, "unit-vectors": UNIT_VECTORS},
    "distillation": {
        "base": {},
        "labels-alone": LABELS_ALONE,
        "cool": {"temperature": 1.5},
        "hot": {"temperature": 6.0},
        "mostly-teacher": {"hard_weight": 0.1},
        "hot-teacher": {"temperature": 6.0, "hard_weight": 0.1},
    },
    "teacher": {"base": {}, "wide-teacher": {"widths": (64, 128, 128)}},
}

# Of the plain CNN of as many values:
PLAIN_RATES: Mapping[str, Values] = {
    "plain-rate-1e-2": {"learning_rate": 1e-2},
    "plain-rate-3e-3": {"learning_rate": 3e-3},
    "plain-rate-3e-2": {"learning_rate": 3e-2},
}

# The answers, by the names above; the first candidates until the choices are made.
CHOSEN: dict[str, str] = {
    **dict.fromkeys((*SHAPES, *QUESTIONS), "base"),
    "plain": "plain-rate-1e-2",
}

_SHAPE = {name: v for question in SHAPES for name, v in SHAPES[question][CHOSEN[question]].items()}
_ANSWERS = {question: QUESTIONS[question][CHOSEN[question]] for question in QUESTIONS}

TEACHER: Values = {
    **{"widths": (32, 64, 64), "teacher_learning_rate": 3e-3, "teacher_schedule": "one-cycle"},
    "teacher_epochs": 12,
}
NET: Values = {**BY_DEFAULT, **TEACHER, "scope": "all", "scaling": "unit-rms"}
AT_REST: Values = {"features": "photonic-frozen"}
ONE_CYCLE: Values = {"schedule": "one-cycle", "learning_rate": 1e-2}
BASE: Values = {**AT_REST, **ONE_CYCLE, **student()}
_RECIPE = {
    **{**AT_REST, **ONE_CYCLE},
    **{name: value for answer in _ANSWERS.values() for name, value in answer.items()},
}


def best(**shape: Any) -> Values:
    """Return the chosen student and recipe; arguments of `student` change its shape."""
    return {**_RECIPE, **student(**{**_SHAPE, **shape})}


CANDIDATES: dict[str, Values] = {
    **{
        arm: {**AT_REST, **ONE_CYCLE, **student(**shape)}
        for arms in SHAPES.values()
        for arm, shape in arms.items()
    },
    **{arm: {**BASE, **values} for arms in QUESTIONS.values() for arm, values in arms.items()},
}
# While nothing is chosen, the best is the base.
ANSWERED: dict[str, Values] = {} if best() == BASE else {"best": best()}
# Unit vectors where the angles move (to be compared with "moving"); 512 Gaussian numbers in the
# place of z; three more filters, 27 values, instead of the 30 angles.
RUNG_CONTROLS: dict[str, Values] = {
    "moving-unit-vectors": {**BASE, **MOVING, **UNIT_VECTORS},
    "gaussian": {**BASE, "features": "gaussian-frozen"},
    "filters-for-angles": {**BASE, **student(most=MOST + N_ANGLES)},
}
PLAIN: Values = {
    **{"student": "four-layer-cnn", "batch_norm": True, "schedule": "one-cycle"},
    **PLAIN_RATES[CHOSEN["plain"]],
}
SMALLER: Values = {"train_images": 10_000, "epochs": 20, "teacher_epochs": 20, "fresh_draws": 5}

LADDER_CHOICES = Grid(
    "ladder-choices",
    arms={
        **CANDIDATES,
        **{arm: {**PLAIN, "value_budget": MOST, **rate} for arm, rate in PLAIN_RATES.items()},
        **ANSWERED,
    },
    base=NET,
    cpu=SMALLER,
    first_seed=1000,
)
LADDER_RUNGS = Grid(
    "ladder-rungs",
    arms={**CANDIDATES, **RUNG_CONTROLS, **ANSWERED},
    base=NET,
    cpu=SMALLER,
)

# Each on top of those before it: the last of them is `best()`.
STEPS: dict[str, Values] = {
    "published": {
        **{"student_widths": (64, 128, 128), "rank": 8},
        **{"schedule": "constant", "learning_rate": 1e-3},
    },
    "at-rest": {**AT_REST, **ONE_CYCLE, **_ANSWERS["rate"]},
    "allocated": student(channels="biases", shared=False),
    "shared-basis": student(channels="biases"),
    "batch-norm": student(),
    "chosen-shape": student(**_SHAPE),
    **{f"chosen-{name}": values for name, values in _ANSWERS.items() if name != "rate"},
}


def _cumulated() -> dict[str, Values]:
    arms: dict[str, Values] = {}
    so_far: Values = {}
    for name, values in STEPS.items():
        later = {**so_far, **values}
        if later != so_far:
            arms[name] = later
        so_far = later
    return arms


LONG: Values = {"epochs": 100}
SMALL: Mapping[str, Any] = {"widths": (16, 32, 16), "first": 12, "dense_conv3": False}
ENDS: dict[str, Values] = {"": LABELS_ALONE, "-distilled": {}}

LADDER = Grid(
    "ladder",
    arms={
        **_cumulated(),
        "long": {**best(), **LONG},
        "small-long": {**best(**SMALL, most=FEWER), **LONG},
        "small-many-filters-long": {
            **best(**{**SMALL, "widths": (16, 24, 24), "first": 8}, most=FEWER),
            **LONG,
        },
        **{
            f"plain-{most}-long{end}": {**PLAIN, **LONG, "value_budget": most, **values}
            for most in (MOST, FEWER)
            for end, values in ENDS.items()
        },
    },
    base=NET,
    cpu={"epochs": 20, "fresh_draws": 5},
)

# From 6,000 values on conv3 is trained as it is: so many filters would need an A of gigabytes.
SIZES: dict[int, Mapping[str, Any]] = {
    600: {**SMALL, "widths": (12, 16, 12), "first": 6},
    FEWER: SMALL,
    MOST: {},
    6_000: {"widths": (32, 32, 16), "first": 16, "dense_conv3": True},
    20_000: {"widths": (32, 64, 32), "first": 16, "dense_conv3": True},
}
FRONTIER_AT_BEST = Grid(
    "frontier-at-best",
    arms={
        **{f"pqkd-{most}": best(**shape, most=most) for most, shape in SIZES.items()},
        **{
            f"plain{norm}{end}-{most}": {**PLAIN, **option, "value_budget": most, **values}
            for most in SIZES
            for norm, option in {"": {}, "-without-batch-norm": {"batch_norm": False}}.items()
            for end, values in ENDS.items()
        },
    },
    base=NET,
    cpu={"epochs": 20, "fresh_draws": 5},
)

LADDER_GRIDS = (LADDER_CHOICES, LADDER, LADDER_RUNGS, FRONTIER_AT_BEST)
