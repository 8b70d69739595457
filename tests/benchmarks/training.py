"""How fast training is, against the limits of the machine and against the article's design.

    python -m tests.benchmarks.training            about 10 minutes on 2 cores
    python -m tests.benchmarks.training --quick    seconds; its numbers mean nothing

writes ``training.json`` beside this file. The full MNIST is needed (set ``PQKD_DATA``).

Limits, written down before the measurement. A training step of widths (64, 128, 128), batch 64,
28 x 28 pixels, needs for its convolutions (multiply-adds; the poolings halve the sides):

    conv1   64 * (28 * 28) * 64 * 25           80 million, times 2: forward, weights' gradient
    conv2   64 * (14 * 14) * 128 * 64 * 9     925 million, times 3: and the input's gradient
    conv3   64 * (7 * 7) * 128 * 128 * 9      462 million, times 3

that is 4.3 thousand million multiply-adds, 8.6 thousand million operations. Over the largest rate
that ``torch.mm`` reaches on the machine this is a step's time at the matrix rate; over that of a
large convolution, which on some processors is a faster library's, it is the least time of a
step. ReLU, pooling, dropout and Adam come on top. The student's kernels add 1.2 million
operations per pass: nothing. So its step can at best cost about what the dense network's does.
A z once per z needs one pass over A, 134 MB for conv2 if stored: the memory's bandwidth;
generated anew, 33.5 million random values.

Every round, all contenders do their work once, in alternating order. A contender of the steps is a
block of 20 steps. Whole epochs are composed from their parts (``composition`` in the JSON: how
often each part is done in an epoch), and one of each is timed as a check. Minima are compared,
since whatever else the machine does only adds time; medians are kept beside them.
"""

import argparse
import dataclasses
import functools
import itertools
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.common.files import json_bytes, write_atomically
from pqkd_helpers.common.random_streams import numpy_stream
from pqkd_helpers.compression import FeatureSpecification
from pqkd_helpers.compression.compressed_file import compressed_bytes
from pqkd_helpers.controls.circuit_settings import CircuitSettings
from pqkd_helpers.datasets import ImageData, Split, data_root, load_dataset
from pqkd_helpers.datasets.image_format import ImageFormat
from pqkd_helpers.dictionary_convolutions import FixedProjection
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
from pqkd_helpers.networks import AdamEpochs, AdamSettings, evaluation, train_teacher
from pqkd_helpers.networks.adam import Batch
from pqkd_helpers.training_loop import PQKDSettings, PQKDTrainer
from tests.benchmarks import article_loop
from tests.benchmarks.article_loop import ArticleCNN, ArticleTrainer
from tests.benchmarks.processes import THREADS, bytes_by_arithmetic, import_jobs, memory
from tests.benchmarks.training_measures import (
    ARTICLE,
    ARTICLE_EPOCH,
    COMPOSITION,
    CONV2_ROWS,
    DENSE,
    EPOCH,
    EVALUATION,
    FEATURE_DIM,
    FILE_GOALS,
    ONE_Z,
    RATES,
    RUN_EPOCHS,
    STUDENT,
    TEACHER_LOGITS,
    TWO_Z,
    Job,
    Jobs,
    Quantity,
    derived,
    quantity,
    step_operations,
    table,
)

HERE = Path(__file__).parent
RESULT = HERE / "training.json"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
OTHER_VARIABLES = ("OMP_WAIT_POLICY", "OMP_PROC_BIND", "KMP_AFFINITY", "MALLOC_MMAP_THRESHOLD_")
PAUSE = 0.05  # seconds in which the loader's workers finish what they have begun


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 21
    once_rounds: int = 5
    steps: int = 20
    repeats: int = 8
    train_images: int = 55_000
    validation_images: int = 5_000
    spsa_steps: int = 10
    warm_up: bool = True
    scopes: tuple[str, ...] = ("conv1+conv2", "all")  # whose memory is measured
    memory_rounds: int = 3


QUICK = Size(
    rounds=1,
    once_rounds=1,
    steps=1,
    repeats=1,
    train_images=640,
    validation_images=320,
    spsa_steps=1,
    warm_up=False,
    scopes=("conv1+conv2",),
    memory_rounds=1,
)


def interleaved(jobs: Jobs, rounds: int, what: str, *, warm_up: bool) -> dict[str, Quantity]:
    """Time all jobs in every round; return milliseconds per unit."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for job, _ in jobs.values() if warm_up else ():
        job()  # what is done once is not timed
    for number in range(rounds):
        for name in list(jobs)[:: 1 if number % 2 == 0 else -1]:
            job, units = jobs[name]
            start = time.perf_counter()
            job()
            times[name].append(1e3 * (time.perf_counter() - start) / units)
            time.sleep(PAUSE)
        print(f"{what}: round {number + 1} of {rounds}", file=sys.stderr)
    return {name: quantity(values, "ms") for name, values in times.items()}


class FirstSteps(AdamEpochs):
    """Our epochs of Adam, each ended after its first steps."""

    steps = 0

    def _batches(self, epoch: int) -> Iterator[Batch]:
        return itertools.islice(super()._batches(epoch), self.steps)


@dataclass(frozen=True)
class Contenders:
    """The two loops on the same images, ready to train."""

    size: Size
    data: ImageData
    teacher: nn.Module
    ours: PQKDTrainer
    article: ArticleTrainer
    switched: dict[str, ArticleTrainer]


def contenders(size: Size) -> Contenders:
    """Build everything that is timed. The teachers are untrained: that costs the same."""
    data = load_dataset("mnist")
    data = dataclasses.replace(
        data,
        train=_first(data.train, size.train_images),
        validation=_first(data.validation, size.validation_images),
    )
    teacher, student = TeacherCNN(), StudentCNN()
    settings = PQKDSettings(spsa_steps=size.spsa_steps)
    ours = PQKDTrainer(student, teacher, data, TimeBinInterferometer(), settings, seed=0)
    ours.student.condition(ours.feature.update(ours.theta, np.random.default_rng(0)))
    return Contenders(size, data, TeacherCNN(), ours, *_article_trainers(size, data))


def _first(split: Split, n: int) -> Split:
    return Split(split.images[:n].clone(), split.labels[:n].clone())


def _article_trainers(
    size: Size, data: ImageData
) -> tuple[ArticleTrainer, dict[str, ArticleTrainer]]:
    """The article's loop, and the same with one part replaced."""
    splits = article_loop.article_splits(data_root(), size.train_images, size.validation_images)
    teacher = ArticleCNN("none")

    def trainer(
        student: nn.Module,
        kind: type[ArticleTrainer] = ArticleTrainer,
        teacher: nn.Module = teacher,
    ) -> ArticleTrainer:
        circuit = TimeBinInterferometer()
        return kind(student, teacher, splits, circuit, spsa_steps=size.spsa_steps)

    by_rank = ArticleCNN(layer=article_loop.KernelByRank).to(memory_format=torch.channels_last)
    teacher_last = ArticleCNN("none").to(memory_format=torch.channels_last)
    fused = trainer(ArticleCNN())
    fused.optimiser = torch.optim.Adam(fused.student.parameters(), lr=1e-3, fused=True)
    tensors = trainer(ArticleCNN(), article_loop.TensorBatches)
    assert isinstance(tensors, article_loop.TensorBatches)
    tensors.data = data
    return trainer(ArticleCNN()), {
        "teacher's logits known": trainer(ArticleCNN(), article_loop.TeacherOnce),
        "A z once": trainer(ArticleCNN(layer=article_loop.MixingOnce)),
        "kernel by rank, channels last": trainer(by_rank, teacher=teacher_last),
        "uint8 tensors": tensors,
        "pooled first": trainer(
            article_loop.PooledFirst(), teacher=article_loop.PooledFirst("none")
        ),
        "fused Adam": fused,
    }


def our_steps(c: Contenders) -> Jobs:
    """Our loop's blocks of steps, through `AdamEpochs` as in every run."""

    assert c.ours.feature.z is not None

    def cross_entropy(logits: Tensor, batch: Batch) -> Tensor:
        return functional.cross_entropy(logits, batch.labels)

    def block(model: nn.Module, loss: Callable[[Tensor, Batch], Tensor]) -> tuple[Job, int]:
        adam = FirstSteps(model, c.data, AdamSettings(), seed=0, role="benchmark")
        adam.steps = c.size.steps
        epoch = itertools.count()
        return lambda: adam.run(next(epoch), loss), c.size.steps

    jobs = {DENSE: block(c.teacher, cross_entropy)}
    for scope in ("conv1+conv2", "all"):
        for name, loss in {"KD": c.ours.distillation.loss, "CE": cross_entropy}.items():
            student = StudentCNN(scope=scope)
            student.condition(c.ours.feature.z)
            jobs[STUDENT.format(scope, name)] = block(student, loss)
    return jobs


def article_steps(c: Contenders) -> Jobs:
    """Blocks of steps of the article's loop and of its switched twins; they share one loader."""
    loader = _endless(c.article)

    def block(trainer: ArticleTrainer) -> tuple[Job, int]:
        own = isinstance(trainer, article_loop.TensorBatches)
        batches = _endless(trainer) if own else loader

        def job() -> None:
            for images, labels in itertools.islice(batches, c.size.steps):
                trainer.step(images, labels)

        return job, c.size.steps

    switched = {f"{ARTICLE}, {name}": block(trainer) for name, trainer in c.switched.items()}
    return {ARTICLE: block(c.article), **switched}


def _endless(trainer: ArticleTrainer) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield from trainer.batches()


def rate_jobs(size: Size) -> Jobs:
    """Matrix products and a large convolution, as many calls as take about a block's time."""
    small, large = torch.randn(1024, 1024), torch.randn(2048, 2048)
    images = torch.randn(64, 128, 28, 28).to(memory_format=torch.channels_last)
    kernel = torch.randn(128, 128, 3, 3).to(memory_format=torch.channels_last)
    calls: list[Job] = [
        lambda: torch.mm(small, small),
        lambda: torch.mm(large, large),
        lambda: functional.conv2d(images, kernel, padding=1),
    ]

    def repeated(call: Job, n: int) -> tuple[Job, int]:
        return lambda: [call() for _ in range(n)], n

    repeats = (4 * size.repeats, size.repeats, size.repeats)
    return {name: repeated(call, n) for name, call, n in zip(RATES, calls, repeats, strict=True)}


def once_jobs(c: Contenders) -> Jobs:
    """What either loop does once per epoch, and the evaluation's and A's own rows."""
    ours, article, rng = c.ours, c.article, np.random.default_rng(0)
    one = ours.feature.probe(ours.theta, rng, through_ema=False)
    two = np.stack([one, one])
    z = torch.from_numpy(one).float()
    projection = FixedProjection(in_features=FEATURE_DIM, out_features=CONV2_ROWS, seed=0)
    A = torch.from_numpy(projection.rows(0, CONV2_ROWS))

    def evaluate(model: nn.Module, batch: int) -> Job:
        def job() -> None:
            with mock.patch.object(evaluation, "_EVALUATION_BATCH", batch):
                evaluation.evaluate(model, c.data, "validation")

        return job

    jobs: dict[str, Job] = {
        "SPSA": lambda: ours._tune_angles(numpy_stream(0, "shots")),
        "feature and A z": lambda: ours.student.condition(ours.feature.update(ours.theta, rng)),
        "validation under a fresh z": lambda: ours.evaluate_with_fresh_z("validation", rng=rng),
        EVALUATION.format(100): evaluate(ours.student, 100),
        EVALUATION.format(500): evaluate(ours.student, 500),
        TEACHER_LOGITS: evaluate(c.teacher, 100),
        ONE_Z: lambda: ours.student.condition(one),
        TWO_Z: lambda: list(ours.student.condition_on_each(two)),
        "article: SPSA": article.tune_angles,
        "article: SPSA, uint8 tensors": c.switched["uint8 tensors"].tune_angles,
        "article: feature": article.update_feature,
        "article: validation": article.validation_accuracy,
        "A z, A generated": lambda: projection(z),
        "A z, A stored": lambda: torch.mm(z[None], A.T),
    }
    return {name: (job, 1) for name, job in jobs.items()}


def file_bytes() -> dict[str, int]:
    """Return the sizes of a student's files: (64, 128, 128), all convolutions, R = 8.

    They do not depend on what was trained.
    """
    theta = tuple(np.random.default_rng(0).uniform(-np.pi, np.pi, 30).tolist())
    exact = FeatureSpecification(CircuitSettings(), theta, n_shots=None)
    smoothed = FeatureSpecification(CircuitSettings(), theta, n_shots=200, ema_beta=0.9)
    student = StudentCNN(scope="all")
    student.condition(exact.z())
    images = ImageFormat((1, 28, 28), (0.1306,), (0.3081,))
    kinds = itertools.product((torch.float32, torch.float16), (exact, smoothed))
    return {
        name: len(compressed_bytes(student, feature=feature, images=images, dtype=dtype))
        for name, (dtype, feature) in zip(FILE_GOALS, kinds, strict=True)
    }


def whole_epochs(c: Contenders) -> dict[str, float]:
    """Time one real epoch of each loop, once, in seconds: a check of the composed ones."""
    epochs: dict[str, Job] = {EPOCH: c.ours.run_epoch, ARTICLE_EPOCH: c.article.run_epoch}
    seconds = {}
    for name, run in epochs.items():
        start = time.perf_counter()
        run()
        seconds[name] = time.perf_counter() - start
        print(f"{name}: {seconds[name]:.1f} s", file=sys.stderr)
    return seconds


def cuda_row(device: torch.device, epochs: int = RUN_EPOCHS) -> dict[str, Any]:
    """Time full runs of teacher and student on MNIST, in seconds."""
    data = load_dataset("mnist").to(device)
    teacher, student = TeacherCNN().to(device), StudentCNN().to(device)
    start = time.perf_counter()
    train_teacher(teacher, data, AdamSettings(epochs=epochs), seed=0)
    _wait_for(device)
    middle = time.perf_counter()
    settings = PQKDSettings(epochs=epochs)
    trainer = PQKDTrainer(student, teacher, data, TimeBinInterferometer(), settings, seed=0)
    for _ in range(epochs):
        trainer.run_epoch()
    _wait_for(device)
    end = time.perf_counter()
    return {"epochs": epochs, "teacher_seconds": middle - start, "student_seconds": end - middle}


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def measure(size: Size, *, cuda: bool) -> dict[str, Any]:
    """Measure everything and return the result as plain JSON values."""
    timed = functools.partial(interleaved, warm_up=size.warm_up)
    times = timed(import_jobs(), size.rounds, "imports")
    times |= memory(size.scopes, size.memory_rounds)
    c = contenders(size)
    times |= timed(once_jobs(c), size.once_rounds, "once per epoch")
    steps = our_steps(c) | article_steps(c) | rate_jobs(size)
    times |= timed(steps, size.rounds, "training steps")
    has_cuda = torch.cuda.is_available()
    missing = f"not measured: {'--cuda was not given' if has_cuda else 'no CUDA device'}"
    result = {
        "size": dataclasses.asdict(size),
        "quick": not size.warm_up,
        "measured": times,
        "whole_epoch_seconds": whole_epochs(c),
        "composition": COMPOSITION,
        "bytes_by_arithmetic": bytes_by_arithmetic(),
        "step_operations": step_operations(),
        "file_bytes": file_bytes(),
        "cuda": cuda_row(torch.device("cuda")) if cuda and has_cuda else missing,
        "threads": threads(),
        "versions": versions(),
        "machine": {"system": platform.system(), "architecture": platform.machine()},
    }
    return result | derived(result)


def threads() -> dict[str, Any]:
    """Return how many threads computed, and what in the environment could have changed it."""
    return {
        "torch": torch.get_num_threads(),
        "torch_interop": torch.get_num_interop_threads(),
        "loader_workers": article_loop.WORKERS,
        "cores": os.cpu_count(),
        "environment": {name: os.environ.get(name) for name in THREAD_VARIABLES + OTHER_VARIABLES},
    }


def versions() -> dict[str, str]:
    """Versions of everything that was timed."""
    packages = ("numpy", "torch", "torchvision")
    return {"python": platform.python_version()} | {p: metadata.version(p) for p in packages}


def main() -> None:
    """Run the benchmark, print the table, write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, help=f"interleaved rounds (default {Size.rounds})")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--quick", action="store_true", help="seconds; only shows that it runs")
    parser.add_argument("--cuda", action="store_true", help="also train fully on a GPU, if any")
    options = parser.parse_args()
    size = QUICK if options.quick else Size()
    if options.rounds is not None:
        if options.rounds < 1:
            parser.error("at least one round is expected")
        size = dataclasses.replace(size, rounds=options.rounds)
    torch.set_num_threads(THREADS)
    result = measure(size, cuda=options.cuda)
    write_atomically(options.out, json_bytes(result))
    print(table(result))


if __name__ == "__main__":
    main()
