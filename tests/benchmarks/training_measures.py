"""What the benchmark of training compares, and everything that follows from its times.

A measure is a ratio of two quantities, each measured or composed of measured parts. Nothing here
measures: these are functions of the stored times, so a test can compute them again.
"""

import statistics
from collections.abc import Callable
from typing import Any

Job = Callable[[], Any]
Jobs = dict[str, tuple[Job, int]]  # name: the work, and how many units of it one call does
STEPS_PER_EPOCH, RUN_EPOCHS = 860, 100
CONV2_ROWS, FEATURE_DIM = 128 * 64 * 8, 512

Quantity = dict[str, Any]  # minimum, median, calls, unit
Weights = dict[str, float]  # name: how often

DENSE = "dense step"
STUDENT = "student's step, {}, {}"
ARTICLE = "article: step"
ONE_Z, TWO_Z = "A z of the student, one z", "A z of the student, two z in one pass"
EVALUATION = "evaluation of the validation images, batch {}"
TEACHER_LOGITS = "teacher's logits of the validation images"
EPOCH, ARTICLE_EPOCH, LIMIT = "epoch", "article: epoch", "a step's operations at the {} rate"
MEMORY = "A, mixing and temporaries, {}"
RATES = {  # operations of one call
    "torch.mm, 1024": 2 * 1024**3,
    "torch.mm, 2048": 2 * 2048**3,
    "convolution 3x3, 128 to 128 channels, 64 x 28 x 28": 2 * 64 * 28**2 * 128**2 * 9,
}

# A composed quantity: how often each part is done.
COMPOSITION: dict[str, Weights] = {
    EPOCH: {
        STUDENT.format("conv1+conv2", "KD"): STEPS_PER_EPOCH,
        "SPSA": 1,
        "feature and A z": 1,
        EVALUATION.format(100): 1,
        "validation under a fresh z": 1,
        TEACHER_LOGITS: 60_000 / 5_000 / RUN_EPOCHS,  # once in a run of 100 epochs
    },
    ARTICLE_EPOCH: {
        ARTICLE: STEPS_PER_EPOCH,
        "article: SPSA": 1,
        "article: feature": 1,
        "article: validation": 1,
    },
}

# part of the epoch's gain: (with the article's way, with ours), per epoch. They overlap, and need
# not add up.
PARTS: dict[str, tuple[Weights, Weights]] = {
    **{
        part: ({ARTICLE: STEPS_PER_EPOCH}, {f"article: step, {switch}": STEPS_PER_EPOCH})
        for part, switch in {
            "teacher's logits once, not per step": "teacher's logits known",
            "A z once per z, not per forward pass": "A z once",
            "kernel rank by rank, channels last": "kernel by rank, channels last",
            "uint8 tensors, not a loader": "uint8 tensors",
            "pooling before ReLU": "pooled first",
            "fused Adam": "fused Adam",
        }.items()
    },
    "SPSA: batches from tensors, not a loader": (
        {"article: SPSA": 1},
        {"article: SPSA, uint8 tensors": 1},
    ),
    "SPSA: two points in one pass over A": ({ONE_Z: 20}, {TWO_Z: 10}),
    "SPSA: as a whole": ({"article: SPSA": 1}, {"SPSA": 1}),
    "evaluation batches of 100, not 500": (
        {EVALUATION.format(500): 2},
        {EVALUATION.format(100): 2},
    ),
    "validation: as a whole": ({"article: validation": 1}, {EVALUATION.format(100): 1}),
}

# measure: (ours, against, goal for the ratio of minima or None)
GOALS: dict[str, tuple[str, str, float | None]] = {
    **{
        f"training step, {scope}, {loss} / dense network": (
            STUDENT.format(scope, loss),
            DENSE,
            1.05,
        )
        for scope in ("conv1+conv2", "all")
        for loss in ("KD", "CE")
    },
    "epoch / article's design": (EPOCH, ARTICLE_EPOCH, 0.6),
    **{
        f"peak memory for A, {scope} / article's design": (
            MEMORY.format(scope),
            f"article: {MEMORY.format(scope)}",
            0.25,
        )
        for scope in ("conv1+conv2", "all")
    },
    "import of the NumPy half / import numpy": ("import of the NumPy half", "import numpy", 1.3),
    "import of all / import torch": ("import of all", "import torch", 1.1),
    **{
        f"operations at the {rate} rate / {name} step": (LIMIT.format(rate), step, None)
        for rate in ("matrix", "convolution")
        for name, step in {"student's": STUDENT.format("conv1+conv2", "KD"), "dense": DENSE}.items()
    },
    "A of conv2 generated / stored": ("A z, A generated", "A z, A stored", None),
    "evaluation, batch 100 / 500": (EVALUATION.format(100), EVALUATION.format(500), None),
}


# A student's file, (64, 128, 128), all convolutions, R = 8: the most bytes aimed at.
FILE_GOALS = {
    "float32, angles only": 10_000,
    "float32, with z": 13_000,
    "float16, angles only": 6_000,
    "float16, with z": 8_000,
}


def quantity(values: list[float], unit: str) -> Quantity:
    """Return minimum and median of repeated measurements."""
    return {
        "minimum": min(values),
        "median": statistics.median(values),
        "calls": len(values),
        "unit": unit,
    }


def step_operations(batch: int = 64) -> int:
    """Return the operations of the convolutions in one training step of (64, 128, 128)."""
    forward = (64 * 25 * 28**2, 128 * 64 * 9 * 14**2, 128 * 128 * 9 * 7**2)
    passes = (2, 3, 3)  # forward, weights' gradient, input's gradient (conv1 needs none)
    return 2 * batch * sum(n * times for n, times in zip(forward, passes, strict=True))


def derived(result: dict[str, Any]) -> dict[str, Any]:
    """Return everything that follows from the times measured."""
    times = result["measured"]
    rates = {
        name: {kind: operations / times[name][kind] / 1e6 for kind in ("minimum", "median")}
        for name, operations in RATES.items()
    }
    composed = {
        name: {kind: total(times, weights, kind) for kind in ("minimum", "median")}
        for name, weights in COMPOSITION.items()
    }
    for limit, names in {"matrix": list(RATES)[:2], "convolution": list(RATES)[2:]}.items():
        composed[LIMIT.format(limit)] = {
            kind: step_operations() / max(rates[name][kind] for name in names) / 1e6
            for kind in ("minimum", "median")
        }
    with_unit: dict[str, Quantity] = {
        name: {**values, "unit": "ms"} for name, values in composed.items()
    }
    return {
        "composed": with_unit,
        "ratios": ratios(times | with_unit),
        "parts": {name: saved(times, *weights) for name, weights in PARTS.items()},
        "rates": rates,
        "images_per_second": {
            name: 1e3 * result["size"]["validation_images"] / times[name]["minimum"]
            for name in (EVALUATION.format(100), EVALUATION.format(500), TEACHER_LOGITS)
        },
        "nanoseconds_per_value_of_A": (
            1e6 * times["A z, A generated"]["minimum"] / (CONV2_ROWS * FEATURE_DIM)
        ),
    }


def total(times: dict[str, Quantity], weights: Weights, kind: str) -> float:
    """Return the sum of the parts' minima or medians, each as often as it is done."""
    return sum(weight * times[name][kind] for name, weight in weights.items())


def saved(times: dict[str, Quantity], before: Weights, after: Weights) -> dict[str, float]:
    """Return the seconds per epoch that a part saves."""
    return {
        kind: (total(times, before, kind) - total(times, after, kind)) / 1e3
        for kind in ("minimum", "median")
    }


def ratios(times: dict[str, Quantity]) -> dict[str, Any]:
    """Return each measure's ratio of minima and of medians, with its goal."""
    return {
        name: {
            "minima": times[ours]["minimum"] / times[against]["minimum"],
            "medians": times[ours]["median"] / times[against]["median"],
            "goal": goal,
        }
        for name, (ours, against, goal) in GOALS.items()
        if ours in times and against in times
    }


def ratio_table(result: dict[str, Any]) -> str:
    """Return the ratios in Markdown."""
    known = result["measured"] | result["composed"]
    lines = ["| measure | ours | against | ratio of minima | of medians | goal |"]
    lines.append("|---|---|---|---|---|---|")
    for name, ratio in result["ratios"].items():
        ours, against, _ = GOALS[name]
        goal = "" if ratio["goal"] is None else f"at most {ratio['goal']:g}"
        lines.append(
            f"| {name} | {shown(known[ours])} | {shown(known[against])} "
            f"| {ratio['minima']:.3g} | {ratio['medians']:.3g} | {goal} |"
        )
    return "\n".join(lines)


def table(result: dict[str, Any]) -> str:
    """Return the ratios, the parts of the epoch's gain, the files and the rates in Markdown."""
    lines = [ratio_table(result)]
    lines += ["", "| part of the epoch's gain | seconds per epoch (minima) | (medians) |"]
    lines.append("|---|---|---|")
    for name, gain in result["parts"].items():
        lines.append(f"| {name} | {gain['minimum']:.2f} | {gain['median']:.2f} |")
    lines += ["", "| file of a student, all convolutions | bytes | goal |", "|---|---|---|"]
    for name, size in result["file_bytes"].items():
        lines.append(f"| {name} | {size:,} | at most {FILE_GOALS[name]:,} |")
    return "\n".join([*lines, "", *remarks(result)])


def shown(value: Quantity) -> str:
    """Return a minimum with its unit."""
    if value["unit"] == "ms" and value["minimum"] >= 1e3:
        return f"{value['minimum'] / 1e3:.3g} s"
    return f"{value['minimum']:.3g} {value['unit']}"


def remarks(result: dict[str, Any]) -> list[str]:
    """Return what is no ratio, a sentence each."""
    whole = result["whole_epoch_seconds"]
    images = result["images_per_second"]
    rates = ", ".join(f"{rate['minimum']:.0f} ({name})" for name, rate in result["rates"].items())
    return [
        f"One whole epoch of each, once, as a check: {whole[EPOCH]:.1f} s and "
        f"{whole[ARTICLE_EPOCH]:.1f} s, ratio {whole[EPOCH] / whole[ARTICLE_EPOCH]:.2f}.",
        f"Thousand million operations per second at best: {rates}.",
        f"Evaluation: {images[EVALUATION.format(100)]:,.0f} images a second in batches of 100, "
        f"{images[EVALUATION.format(500)]:,.0f} in batches of 500.",
        f"A: {result['nanoseconds_per_value_of_A']:.2f} ns a value, generated and multiplied.",
        f"100 epochs of teacher and of student on a GPU: {result['cuda']}.",
    ]
