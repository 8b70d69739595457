"""What a user pastes into a question: versions, device, data found, what is missing."""

import os
import sys
from importlib import metadata
from pathlib import Path
from typing import get_args

from .. import __version__
from ..common.stored_figures import MissingFiguresError, check_figures

_REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"  # in a clone of the project
OPTIONAL = {  # extras, and what needs them; make test and make bench install theirs themselves
    "perceval": "train --engine perceval",
    "cudaq": "train --engine cudaq",
    "onnx": "export --onnx",
    "cluster": "reproduce --cluster",
    "arrow": "--dataset of Arrow files",
    "site": "make site",
}


def report() -> tuple[str, bool]:
    """Describe the installation.

    Returns
    -------
    text : str
        Several lines to read or to paste.
    healthy : bool
        Whether everything needed for the embedded data is there, in a version that is declared to
        work.
    """
    problems: list[str] = []
    install = f"pip install -r {_REQUIREMENTS.name}" if _REQUIREMENTS.is_file() else ""
    lines = [f"pqkd_helpers {__version__} on {sys.platform}"]
    try:
        package_lines, lacking, command = _packages()
        lines += package_lines
        problems += lacking
        install = install or command
    except metadata.PackageNotFoundError:
        problems.append("pqkd-helpers (not installed: which versions it needs is not known)")
    except ImportError as error:  # before everything is installed
        problems.append(f"{error.name or error} (so the other packages were not looked at)")
    try:
        lines += [*_torch_lines(), *_data_lines()]
    except (ImportError, OSError) as error:
        problems.append(f"a working torch ({error})")
    of_packages = bool(problems)
    try:
        lines.append(f"Stored records: {check_figures() / 'records'}")
    except MissingFiguresError as error:
        problems.append(str(error))
    lines += [f"MISSING: {problem}" for problem in problems] or ["Nothing is missing."]
    if of_packages:
        lines.append(f"Install what is missing: {install or 'this package, with pip'}")
    return "\n".join(lines), not problems


def main() -> int:
    """Print the report and return the exit status: 0 if nothing is missing."""
    text, healthy = report()
    print(text)
    return 0 if healthy else 1


def _packages() -> tuple[list[str], list[str], str]:
    """Return what to say of the packages, what is lacking, and the command that installs it."""
    from packaging.requirements import Requirement

    from ..common.requirements import DISTRIBUTION, Needed, install_command, needed

    python = Requirement(f"python{metadata.metadata(DISTRIBUTION)['Requires-Python']}")
    packages = [Needed(python, ".".join(map(str, sys.version_info[:3]))), *needed()]
    unmet = [package for package in packages if not package.is_met]
    lines = _columns({one.requirement.name: one.version or "not installed" for one in packages})
    optional = {}
    for extra, purpose in OPTIONAL.items():
        packages = needed(extra)
        lacking = [package for package in packages if not package.is_met]
        found = ", ".join(f"{one.requirement.name} {one.version}" for one in packages)
        optional[purpose] = (
            f"lacks {', '.join(map(str, lacking))}: {install_command(lacking)}"
            if lacking
            else found
        )
    command = install_command(one for one in unmet if one.requirement.name != "python")
    return [*lines, "Optional:", *_columns(optional)], list(map(str, unmet)), command


def _columns(table: dict[str, str]) -> list[str]:
    width = max(map(len, table)) + 2
    return [f"  {name:<{width}}{text}" for name, text in table.items()]


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
    from ..datasets.available import (
        DATA_VARIABLE,
        EMBEDDED,
        DatasetName,
        damaged_files,
        data_root,
        is_on_disk,
    )

    given = os.environ.get(DATA_VARIABLE)
    states = {}
    for name in get_args(DatasetName):
        if name in EMBEDDED:
            states[name] = "embedded"
        elif damaged := damaged_files(name):
            states[name] = f"damaged, delete: {', '.join(damaged)}"
        else:
            states[name] = "found" if is_on_disk(name) else "not here yet; downloaded on first use"
    return [
        f"Data folder: {data_root()} "
        f"({DATA_VARIABLE} is {'set' if given else 'not set'}; another: --data-root)",
        *_columns(states),
    ]
