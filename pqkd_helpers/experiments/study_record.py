"""The record of a study: what was computed without training a network, or from several runs."""

from typing import Any

import torch

from .method_version import METHOD_VERSION, configuration_hash
from .provenance import provenance
from .records import SCHEMA_VERSION, Record


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
