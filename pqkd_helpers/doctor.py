"""What a user pastes into a question: versions, device, data found, what is missing."""

import os
import sys
from typing import get_args

from . import __version__
from .stored_figures import MissingFiguresError, check_figures

REQUIRED = (
    "torch",
    "torchvision",
    "numpy",
    "matplotlib",
    "jupyterlab",
    "nbval",
    "ipywidgets",
    "mlxtend",
    "scikit-learn",
    "pandas",
    "safetensors",
    "fastjsonschema",
    "tyro",
    "tqdm",
    "filelock",
)
OPTIONAL = ("perceval-quandela", "cuda-quantum-cu12", "distributed")
_WIDTH = max(map(len, (*REQUIRED, *OPTIONAL))) + 1


def report() -> tuple[str, bool]:
    """Describe the installation.

    Returns
    -------
    text : str
        Several lines to read or to paste.
    healthy : bool
        Whether everything needed for the embedded data is there.
    """
    problems: list[str] = []
    lines = [f"pqkd_helpers {__version__} on {sys.platform}", *_versions(problems)]
    try:
        lines += [*_torch_lines(), *_data_lines()]
    except ImportError as error:
        problems.append(f"a working torch ({error})")
    try:
        lines.append(f"Stored records: {check_figures() / 'records'}")
    except MissingFiguresError as error:
        problems.append(str(error))
    lines += [f"MISSING: {problem}" for problem in problems] or ["Nothing is missing."]
    if problems:
        lines.append("Install what is missing: pip install -r requirements.txt")
    return "\n".join(lines), not problems


def main() -> int:
    """Print the report and return the exit status: 0 if nothing is missing."""
    text, healthy = report()
    print(text)
    return 0 if healthy else 1


def _versions(problems: list[str]) -> list[str]:
    from importlib import metadata

    python = ".".join(map(str, sys.version_info[:3]))
    lines = [f"  {'python':<{_WIDTH}}{python}"]
    for name in REQUIRED:
        try:
            lines.append(f"  {name:<{_WIDTH}}{metadata.version(name)}")
        except metadata.PackageNotFoundError:
            problems.append(name)
    for name in OPTIONAL:
        try:
            lines.append(f"  {name:<{_WIDTH}}{metadata.version(name)} (optional engine)")
        except metadata.PackageNotFoundError:
            lines.append(f"  {name:<{_WIDTH}}not installed (optional engine)")
    return lines


def _torch_lines() -> list[str]:
    import torch

    cuda = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    mps = "present (only used with --device mps)" if torch.backends.mps.is_available() else "none"
    return [
        f"Threads: {torch.get_num_threads()} of {os.cpu_count()} processors",
        f"CUDA device: {cuda}",
        f"Apple GPU: {mps}",
    ]


def _data_lines() -> list[str]:
    from .datasets import DATA_VARIABLE, EMBEDDED, DatasetName, data_root, is_on_disk

    given = os.environ.get(DATA_VARIABLE)
    lines = [
        f"Data folder: {data_root()} "
        f"({DATA_VARIABLE} is {'set' if given else 'not set'}; another: --data-root)"
    ]
    for name in get_args(DatasetName):
        if name in EMBEDDED:
            state = "embedded"
        else:
            state = "found" if is_on_disk(name) else "not here yet; downloaded on first use"
        lines.append(f"  {name:<14}{state}")
    return lines
