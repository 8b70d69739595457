"""New records: where and with what a result was computed, and what a study says of itself."""

import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from ...records.record import METHOD_VERSION, SCHEMA_VERSION, Record, configuration_hash

PACKAGES = (
    *("torch", "torchvision", "numpy", "pandas", "scikit-learn", "mlxtend", "safetensors"),
    *("perceval-quandela", "cuda-quantum-cu12"),  # optional engines
)


def study_record(
    *,
    experiment: str,
    arm: str,
    tier: str,
    seed: int,
    configuration: dict[str, Any],
    results: dict[str, Any],
    dataset: str | None = None,
    device: torch.device | str = "cpu",
    seconds: dict[str, float] | None = None,
) -> Record:
    """Return a record of kind "study".

    Parameters
    ----------
    experiment, arm, tier, seed, dataset
        By what the record is looked up.
    configuration : dict
        The settings, plain JSON values.
    results : dict
        What came out.
    device : torch.device or str
        Where it was computed.
    seconds : dict or None
        What took how long.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "study",
        "experiment": experiment,
        "arm": arm,
        "dataset": dataset,
        "tier": tier,
        "seed": seed,
        "configuration": configuration,
        "configuration_hash": configuration_hash(configuration),
        "method_version": METHOD_VERSION,
        **provenance(torch.device(device)),
        "seconds": seconds or {},
        "results": results,
    }


def provenance(device: torch.device) -> dict[str, Any]:
    """Return the fields of a record that say where it was computed."""
    accelerator = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    return {
        "git_revision": git_revision(),
        "versions": package_versions(),
        "machine": {  # without its name
            "system": platform.system(),
            "architecture": platform.machine(),
            "accelerator": accelerator,
        },
        "device": device.type,
        "threads": torch.get_num_threads(),
    }


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
