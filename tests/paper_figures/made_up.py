"""Made-up records whose results are known beforehand: no network was trained for them."""

import base64
import copy
from pathlib import Path

import numpy as np

from pqkd_helpers.experiments.grids.grid import Job
from pqkd_helpers.experiments.grids.paper import GRIDS
from pqkd_helpers.experiments.jobs.work import without_traces
from pqkd_helpers.experiments.runs.new_record import study_record
from pqkd_helpers.experiments.studies.bytes_at_best import BytesAtBestStudy
from pqkd_helpers.experiments.studies.ema_variance import EMAVarianceStudy
from pqkd_helpers.experiments.studies.kernel_noise import KernelNoiseStudy
from pqkd_helpers.experiments.studies.shot_sweep import ShotSweepStudy
from pqkd_helpers.paper_figures.paper_values import EXTREME, TABLE1
from pqkd_helpers.records import Record, stored_record
from pqkd_helpers.records.record import (
    METHOD_VERSION,
    configuration_hash,
    record_path,
    write_record,
)

TEMPLATE = stored_record("train-quick-seed0")


def evaluation(accuracy: float, cross_entropy: float = 0.1, error: float = 0.01) -> dict:
    """Return an evaluation; the accuracy in percent."""
    return {
        "accuracy": min(max(accuracy / 100.0, 0.0), 1.0),
        "cross_entropy": cross_entropy,
        "n_images": 10_000,
        "calibration_error": error,
    }


def run(
    experiment: str,
    arm: str,
    seed: int,
    *,
    dataset: str = "mnist",
    tier: str = "cpu",
    teacher: dict | None = None,
    student: dict | None = None,
    fresh: float = 50.0,
    traces: bool = False,
) -> Record:
    """Return a record.

    ``teacher`` and ``student`` hold evaluations by split; those left out are at 99 %, of the
    training images at 99.95 %: memorised.
    """
    config = GRIDS[experiment].config(tier, dataset, arm, seed).as_json()
    record = copy.deepcopy(TEMPLATE)
    record |= {
        "experiment": experiment,
        "arm": arm,
        "tier": tier,
        "dataset": dataset,
        "seed": seed,
        "configuration": config,
        "configuration_hash": configuration_hash(config),
        "method_version": METHOD_VERSION,
    }
    for network, found in (("teacher", teacher), ("student", student)):
        final = record[network]["final"]
        for split in ("train", "validation", "test"):
            usual = evaluation(99.95 if split == "train" else 99.0)
            final[split] = (found or {}).get(split, usual)
        record[network]["temperature_scaled"] = {"temperature": 1.1, "test": final["test"]}
    final = record["student"]["final"]
    final["headline"] = final["test"]
    if config.get("student") == "dense-distilled":
        for name in ("validation_without_spsa", "test_fresh_z", "accuracy_at_zero_z"):
            del final[name]
        del record["student"]["spsa_images"], record["student"]["variance_ratio"]
    else:
        final["validation_without_spsa"] = final["validation"]
        final["accuracy_at_zero_z"] = 0.1
        final["test_fresh_z"]["accuracies"] = [min(max(fresh / 100.0, 0.0), 1.0)] * 2
    return record if traces else without_traces(record)


def store(folder: Path, record: Record) -> None:
    """Write a record under the name that its job gives it."""
    from pqkd_helpers.experiments.runs.configuration import RunConfig

    job = Job(
        record["experiment"],
        record["arm"],
        record["tier"],
        RunConfig(dataset=record["dataset"], seed=record["seed"]),
    )
    write_record(record, record_path(folder, job.experiment, job.name))


def table1_like_the_paper(
    folder: Path, *, shift: float = 0.0, seeds: int = 5, tier: str = "cpu"
) -> None:
    """Store a Table 1 with the paper's means, validation accuracies shifted by so many points."""
    for dataset, networks in TABLE1.items():
        for seed in range(seeds):
            found = {}
            wobble = 0.02 * (seed - (seeds - 1) / 2)
            for network, stated in networks.items():
                loss = stated["validation cross-entropy"].mean * (1 + 0.01 * wobble)
                trained, validated = (
                    stated[f"{split} accuracy"].mean for split in ("train", "validation")
                )
                found[network] = {
                    "train": evaluation(trained + wobble * (trained < 100.0), loss),
                    "validation": evaluation(validated + shift + wobble, loss),
                }
            store(
                folder,
                run(
                    "table1",
                    "conv1-conv2",
                    seed,
                    dataset=dataset,
                    tier=tier,
                    **found,
                    traces=seed == 0,
                ),
            )


def extreme(folder: Path, *, rising: bool = True) -> None:
    """Store the extreme compressions, at the paper's accuracies or all alike."""
    for number, (arm, (_, paper)) in enumerate(EXTREME.items()):
        for seed in range(3):
            accuracy = (paper.mean if rising else 97.0) + 0.03 * ((seed + number) % 3 - 1)
            student = evaluation(accuracy, error=0.005)
            store(
                folder,
                run("extreme", arm, seed, student={"validation": student, "test": student}),
            )
    student = evaluation(97.5)
    frozen = {"validation": student, "test": student}
    store(folder, run("extreme", "frozen-32-64-64", 0, student=frozen))


def shot_noise(folder: Path, *, exponent: float = 0.5, seeds: int = 4, coins: float = 98.0) -> None:
    """Store curves ``99 - k S^(-exponent)`` of accuracy, with z fresh 10 points lower."""
    rng = np.random.default_rng(0)
    for arm in GRIDS["shot-noise"].arms:
        curve, _, budget = arm.rpartition("-")
        for seed in range(seeds):
            slope = 20.0 if curve.endswith("ema") else 60.0
            noise = (
                0.0
                if budget == "exact"
                else slope * (int(budget) / 25.0) ** -exponent
                if budget.isdigit()
                else 0.0
            )
            accuracy = 99.0 - noise + 0.1 * rng.standard_normal()
            if arm == "coins":
                accuracy = coins + 0.1 * rng.standard_normal()
            if arm == "zero":
                accuracy = 10.0
            student = evaluation(accuracy)
            record = run("shot-noise", arm, seed, student={"test": student}, fresh=accuracy - 10.0)
            store(folder, record)


def shot_sweep(folder: Path, *, limits: dict[str, float] | None = None, seeds: int = 3) -> None:
    """Store test-time curves ``limit - 60 / sqrt(S)`` of the gain, in points, by kind of z."""
    limits = limits or {"fresh": 85.0, "smoothed": 88.0}
    for seed in range(seeds):
        study = ShotSweepStudy(seed=seed)
        rows = [
            {
                "z": kind,
                "shots": shots,
                # Two draws, whose mean is on the curve.
                "accuracies": [
                    0.1 + (limit - 60.0 * shots**-0.5 + seed - 1.0 + noise) / 100.0
                    for noise in (-0.5, 0.5)
                ],
            }
            for shots in study.shots
            for kind, limit in limits.items()
        ]
        record = study_record(
            experiment=study.experiment,
            arm="sweep",
            tier="cpu",
            dataset="mnist",
            seed=seed,
            configuration=study.as_json(),
            results={"rows": rows, "exact": 0.98, "trained_with": 0.97, "at_zero": 0.1},
        )
        write_record(record, record_path(folder, study.experiment, study.name))


def readings(
    folder: Path,
    found: dict[str, tuple[float, float]],
    *,
    experiment: str = "readings",
    seeds: tuple[int, ...] = (10, 11, 12),
) -> None:
    """Store runs by arm: (spread of training accuracy, student minus teacher), in points."""
    for arm, (spread, difference) in found.items():
        for seed, step in zip(seeds, (-1.0, 0.0, 1.0), strict=False):
            student = {
                "train": evaluation(99.7 + spread * step),
                "validation": evaluation(99.0 + difference),
            }
            teacher = {"validation": evaluation(99.0)}
            store(folder, run(experiment, arm, seed, student=student, teacher=teacher))


def regularisation(folder: Path, *, losses: dict[str, float], teacher: float = 0.3) -> None:
    """Store the arms with the validation cross-entropies given."""
    for arm, loss in losses.items():
        for seed in range(3):
            wobble = 0.002 * (seed - 1)
            found = {
                "teacher": {"validation": evaluation(90.0, teacher + wobble)},
                "student": {
                    "validation": evaluation(91.0, loss + 0.5 * wobble),
                },
            }
            store(folder, run("regularisation", arm, seed, dataset="fashion-mnist", **found))


def frontier(folder: Path) -> None:
    """Store every arm of the frontier."""
    for number, arm in enumerate(GRIDS["frontier"].arms):
        for seed in range(3):
            student = {"test": evaluation(90.0 + 0.5 * number + 0.1 * seed)}
            record = run("frontier", arm, seed, student=student)
            record["compression"]["whole_network"] = 10.0 + 5.0 * number
            store(folder, record)


def controls(
    folder: Path,
    *,
    gains: dict[str, float] | None = None,
    scatter: float = 0.05,
    seeds: int = 10,
    margin: float = 0.3,
    follow_up: bool = False,
    through_ema: bool = False,
) -> None:
    """Store the planned arms of the controls, the pilot that sets the margin, and the follow-ups.

    ``gains`` says by how many points an arm's test error is above the light's; rank-3 is a margin
    above where it is not named.
    """
    arms = ["photonic", "yoked", "distinguishable", "classical-map", "shuffled", "rank-3"]
    if follow_up:
        arms += ["distinguishable-as-photonic", "classical-map-as-photonic", "gaussian-frozen"]
    if through_ema:
        arms += [f"{name}-through-ema" for name in ("photonic", "yoked", "distinguishable")]
    gains = {"rank-3": margin, **(gains or {})}
    rng = np.random.default_rng(0)
    for arm in arms:
        for seed in range(seeds):
            error = 6.0 + 0.3 * seed + gains.get(arm, 0.0) + scatter * rng.standard_normal()
            record = run("controls", arm, seed, student={"test": evaluation(100.0 - error)})
            right = np.arange(10_000) >= round(100 * error)
            record["student"]["test_images_right"] = base64.b64encode(
                np.packbits(right).tobytes()
            ).decode()
            store(folder, record)
    study = study_record(
        experiment="controls-pilot",
        arm="all",
        tier="cpu",
        dataset="mnist",
        seed=2000,
        configuration={},
        results={
            "margin": margin,
            "log_margin": 0.05,
            "pairs": seeds,
            "rank": 4,
            "test_errors": {
                f"rank-{rank}": (10.0 - 2.0 * np.log2(rank / 4) + rng.random(8)).tolist()
                for rank in (2, 4, 8)
            },
        },
    )
    write_record(study, folder / "controls-pilot" / "controls-pilot-cpu.json")


def flawed_light(folder: Path, *, costs: dict[str, float] | None = None) -> None:
    """Store students of flawed light, their test errors larger by so many points, and the ideal."""
    rng = np.random.default_rng(1)
    arms = ["photonic-through-ema", *GRIDS["flawed-light"].arms]
    for arm in arms:
        for seed in range(10):
            error = 6.0 + 0.3 * seed + (costs or {}).get(arm, 0.0) + 0.1 * rng.standard_normal()
            experiment = "controls" if arm == arms[0] else "flawed-light"
            student = {"test": evaluation(100.0 - error)}
            record = run(experiment, arm, seed, student=student, fresh=90.0 - error)
            store(folder, record)


def spsa_contribution(folder: Path, *, gain: float = 0.0) -> None:
    """Store what SPSA contributes, its students better by so many points."""
    for arm in GRIDS["spsa-contribution"].arms:
        for seed in range(4):
            accuracy = 95.0 + 0.1 * seed + (gain + 0.05 * (seed % 2)) * (arm == "through-ema-spsa")
            student = {"test": evaluation(accuracy)}
            record = run("spsa-contribution", arm, seed, dataset="mnist-5k", student=student)
            store(folder, {**record, "tier": "quick"})


def ladder(
    folder: Path,
    accuracies: dict[str, float] | None = None,
    *,
    experiment: str = "frontier-at-best",
    seeds: int = 3,
) -> None:
    """Store every arm of a grid of the ladder, at 97 % or as given; seed s lies 0.1 s higher."""
    first = GRIDS[experiment].first_seed
    for arm in GRIDS[experiment].arms:
        for number in range(seeds):
            found = evaluation((accuracies or {}).get(arm, 97.0) + 0.1 * number)
            final = {"test": found, "validation": found}
            record = run(experiment, arm, first + number, student=final)
            sizes = [int(part) for part in arm.split("-") if part.isdigit() and len(part) > 2]
            record["compression"]["student_values"] = sizes[0] if sizes else 1984
            store(folder, record)


def bytes_at_best(
    folder: Path,
    *,
    arms: tuple[str, ...] = ("pqkd-1984",),
    seeds: int = 3,
    accuracy: float = 98.4,
    lead: float = -0.3,
) -> None:
    """Store students in three files, by so many points better than the teacher of as many bytes."""
    sizes = {"float32": 11_600, "float16": 6_700, "int8": 4_200}
    for arm in arms:
        n_values = int(arm.removeprefix("pqkd-"))
        for seed in range(seeds):
            study = BytesAtBestStudy(arm, seed=seed)
            files = [("teacher, float32", 56_714, 228_000, 99.0)]
            files.append(("teacher, int8", 55_000, 54_000, 99.0))
            pruned_to = f"teacher, pruned to {n_values:,} values, int8"
            files.append((pruned_to, n_values, 4_400, accuracy - 1.0))
            for number, (name, size) in enumerate(sizes.items()):
                size = round(size * n_values / 1984) + seed
                reached = accuracy - 0.05 * number + 0.1 * seed
                files.append((f"PQKD student, {name}", n_values, size, reached))
                fitted = f"teacher, pruned to fit {size:,} bytes, int8"
                files.append((fitted, size // 2, size - 20, reached - lead - 0.02 * seed))
            keys = ("name", "values", "file_bytes", "test_accuracy")
            rows = [dict(zip(keys, (*file[:3], file[3] / 100.0), strict=True)) for file in files]
            record = study_record(
                experiment=study.experiment,
                arm=arm,
                tier="cpu",
                dataset="mnist",
                seed=seed,
                configuration=study.as_json(),
                results={"rows": rows},
            )
            write_record(record, record_path(folder, study.experiment, study.name))


def studies(folder: Path) -> None:
    """Carry out the two studies of noise on very few settings."""
    for study in (EMAVarianceStudy("cpu", n_settings=3), KernelNoiseStudy("cpu", n_settings=3)):
        write_record(study.record(), record_path(folder, study.experiment, study.name))


def everything(folder: Path) -> None:
    """Store a whole made-up reproduction."""
    table1_like_the_paper(folder)
    extreme(folder)
    shot_noise(folder)
    frontier(folder)
    studies(folder)
    controls(folder)
    flawed_light(folder)
    ladder(folder)
    ladder(folder, experiment="ladder-choices", seeds=2)
    bytes_at_best(folder)
    spsa_contribution(folder)
    shot_sweep(folder)
    readings(folder, {"at-rest": (0.02, 0.0)})
    store(folder, run("article", "single-photon", 0, traces=True))
    regularisation(
        folder,
        losses={
            "dense-distilled": 0.27,
            "dense-smoothed-labels": 0.28,
            "compressed-distilled": 0.24,
            "compressed-alone": 0.29,
            "compressed-smoothed-labels": 0.29,
        },
    )
