"""PQKD at its best, planned before any run counts: the ideas, their order, how they are chosen.

All students train at most 1,984 values (1,184; or the size that the arm names), the circuit's 30
angles included, also where they rest. MNIST; the teacher, one for all students of a seed, has the
widths (32, 64, 64) and one-cycle of Adam at 3e-3; the students have one-cycle of 20 epochs. Where
SPSA moves the angles it is asked through the moving average, as is the package's default, unless the
arm says fresh.

**Where the values go.** 30 are the angles, 25 a filter of conv1, 9 a filter of the basis (or of the
two bases) of the 3x3 layers, 1 per channel a bias, 2 batch norm (its scale and shift make the bias
idle; the file holds them as gain and bias, 2 numbers), 10 per channel of conv3 and 10 the linear
layer. `student` gives what is left of a number of values to the 3x3 filters.

**1. Choices** (`ladder-choices`; seeds 1000 and 1001, then discarded; 10,000 images; no test image
counts). Every question of `SHAPES` and `QUESTIONS` is asked around `base`, one change at a time.
The answer is the candidate with the highest mean validation accuracy over both seeds; of those
within 0.1 point of it the one that is named first, the simplest. The answers go into `CHOSEN` and
are committed. Then `best`, which has all of them, and `base` are run on seeds 1002 and 1003. If
`best` has not the higher mean, the answers are taken back, from the last question on, until it has.

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
"""

from collections.abc import Mapping
from typing import Any

from .controls import LABELS_ALONE
from .grid import BY_DEFAULT, FRESH, Grid, Values

N_ANGLES = 30
MOST, FEWER = 1984, 1184

# Values per channel, and the options that train them.
CHANNELS: dict[str, tuple[int, Values]] = {
    "batch-norm": (2, {"batch_norm": True, "gains": False, "bias": False}),
    "biases": (1, {"batch_norm": False, "gains": False, "bias": True}),
    "gains": (2, {"batch_norm": False, "gains": True, "bias": True}),
}


def student(
    *,
    widths: tuple[int, int, int] = (16, 32, 32),
    first: int = 16,
    most: int = MOST,
    channels: str = "batch-norm",
    shared: bool = True,
    dense_conv3: bool = False,
) -> Values:
    """Return a student whose 3x3 filters take what all else leaves of a number of values.

    Parameters
    ----------
    widths : (int, int, int)
        Its channels.
    first : int
        Filters of conv1.
    most : int
        Values in all, the angles included.
    channels : {"batch-norm", "biases", "gains"}
        What is trained per channel: 2 values, 1 or, gains and biases, 2.
    shared : bool
        Whether conv2 and conv3 share one basis.
    dense_conv3 : bool
        Whether conv3 is trained as it is.

    Examples
    --------
    >>> student()["rank"], student(widths=(32, 48, 24), first=8)["rank"]
    ((16, 118, 118), (8, 144, 144))
    """
    per_channel, options = CHANNELS[channels]
    left = most - N_ANGLES - 25 * first - per_channel * sum(widths) - 10 * (widths[2] + 1)
    if dense_conv3:
        rank: tuple[int, ...] = (first, (left - 9 * widths[1] * widths[2]) // 9)
        scope: Values = {"scope": "conv1+conv2", "shared_basis": False}
    else:
        filters = left // (9 if shared else 18)
        rank, scope = (first, filters, filters), {"scope": "all", "shared_basis": shared}
    return {**options, **scope, "student_widths": widths, "rank": rank}


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

# The answers, by the names above; "base" until the choices are made.
CHOSEN: dict[str, str] = dict.fromkeys((*SHAPES, *QUESTIONS), "base")

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
# With moving angles alone has the average something to average; 512 Gaussian numbers in the place
# of z; and 27 of the 30 values of the angles as three filters more.
RUNG_CONTROLS: dict[str, Values] = {
    "moving-unit-vectors": {**BASE, **MOVING, **UNIT_VECTORS},
    "gaussian": {**BASE, "features": "gaussian-frozen"},
    "filters-for-angles": {**BASE, **student(most=MOST + N_ANGLES)},
}
SMALLER: Values = {"train_images": 10_000, "epochs": 20, "teacher_epochs": 20, "fresh_draws": 5}

LADDER_CHOICES = Grid(
    "ladder-choices", arms={**CANDIDATES, "best": best()}, base=NET, cpu=SMALLER, first_seed=1000
)
LADDER_RUNGS = Grid(
    "ladder-rungs",
    arms={**CANDIDATES, **RUNG_CONTROLS, "best": best()},
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
PLAIN: Values = {
    **{"student": "four-layer-cnn", "batch_norm": True, "schedule": "one-cycle"},
    "learning_rate": 1e-2,
}
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
