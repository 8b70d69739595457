"""Import times and peak memory, measured in fresh processes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from pqkd_helpers.knowledge_distillation import StudentCNN
from tests.benchmarks import article_loop
from tests.benchmarks.article_loop import ArticleCNN
from tests.benchmarks.training_measures import (
    CONV2_ROWS,
    FEATURE_DIM,
    MEMORY,
    Job,
    Jobs,
    Quantity,
    quantity,
)

ROOT = Path(__file__).parents[2]
THREADS = 2
NUMPY_HALF = "pqkd_helpers.circuit_simulator, pqkd_helpers.feature_histograms, pqkd_helpers.spsa"
TORCH_HALF = "pqkd_helpers.training_loop.trainer, pqkd_helpers.compression, pqkd_helpers.experiments.runs.run"  # noqa: E501
IMPORTS = {
    "import of the NumPy half": NUMPY_HALF,
    "import numpy": "numpy",
    "import of all": f"{NUMPY_HALF}, {TORCH_HALF}",
    "import torch": "torch",
}


def import_jobs() -> Jobs:
    """Whole processes that import something and end."""

    def process(modules: str) -> Job:
        return lambda: _python(f"import {modules}")

    return {name: (process(modules), 1) for name, modules in IMPORTS.items()}


def _python(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def memory(scopes: tuple[str, ...], rounds: int) -> dict[str, Quantity]:
    """Peak memory of fresh processes that condition a student, less that of one that does not."""
    peaks: dict[str, list[float]] = {}
    for number in range(rounds):
        for scope in scopes:
            base = _peak_in_a_process("nothing", scope)
            for kind, name in {"ours": MEMORY, "article": f"article: {MEMORY}"}.items():
                peak = _peak_in_a_process(kind, scope) - base
                peaks.setdefault(name.format(scope), []).append(peak)
        print(f"memory: round {number + 1} of {rounds}", file=sys.stderr)
    return {name: quantity(values, "MB") for name, values in peaks.items()}


def _peak_in_a_process(kind: str, scope: str) -> float:
    call = f"processes.peak_memory({kind!r}, {scope!r})"
    return float(_python(f"from tests.benchmarks import processes; print({call})"))


def peak_memory(kind: str, scope: Any) -> float:
    """Condition a student and return by how many MB this process grew at most (Linux).

    The libraries are warmed up by a tiny student, and the kernel's high-water mark is reset, so
    that what importing took is not in it.
    """
    torch.set_num_threads(THREADS)
    z = torch.ones(FEATURE_DIM)
    StudentCNN(widths=(2, 2, 2)).condition(z)
    torch.randn(64, FEATURE_DIM) @ z
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    kept: list[Any] = [z]
    if kind == "article":
        article = ArticleCNN(scope)
        layers = [m for m in article.children() if isinstance(m, article_loop.ArticleDictConv2d)]
        kept += [article, *(layer.mixing(z) for layer in layers)]
    else:
        student = StudentCNN(scope=scope)
        kept.append(student)
        if kind == "ours":
            student.condition(z)
    return _status("VmHWM") - before


def _status(name: str) -> float:
    """Return an entry of this process's status in MB (10^6 bytes)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / 1e6


def bytes_by_arithmetic() -> dict[str, dict[str, int]]:
    """What A and the mixings of the students take, counted."""
    layers = {"conv1": 64 * 1 * 8, "conv2": CONV2_ROWS, "conv3": 128 * 128 * 8}
    scopes = {"conv1+conv2": ("conv1", "conv2"), "all": ("conv1", "conv2", "conv3")}
    return {
        scope: {
            "A": sum(4 * FEATURE_DIM * layers[name] for name in names),
            "mixing": sum(4 * layers[name] for name in names),
        }
        for scope, names in scopes.items()
    }
