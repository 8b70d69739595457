"""Where and with what a result was computed: package versions, machine, revision, threads."""

import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

PACKAGES = (
    *("torch", "torchvision", "numpy", "pandas", "scikit-learn", "mlxtend", "safetensors"),
    *("perceval-quandela", "cuda-quantum-cu12"),  # optional engines
)


def package_versions(names: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """Return the versions of Python and of installed packages; a missing one is left out."""
    versions = {"python": platform.python_version()}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def git_revision() -> str | None:
    """Return the checked-out revision of this package, ``-dirty`` if changed, or None."""
    here = Path(__file__).parent
    try:
        # A copy installed inside somebody else's repository has no revision there.
        subprocess.run(
            ["git", "ls-files", "--error-unmatch", Path(__file__).name],
            cwd=here,
            capture_output=True,
            check=True,
            timeout=10,
        )
        answer = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


def machine(device: torch.device) -> dict[str, Any]:
    """Describe the machine, without its name."""
    accelerator = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "accelerator": accelerator,
    }


def provenance(device: torch.device) -> dict[str, Any]:
    """Return the fields of a record that tell where it was computed."""
    return {
        "git_revision": git_revision(),
        "versions": package_versions(),
        "machine": machine(device),
        "device": device.type,
        "threads": torch.get_num_threads(),
    }
