"""Carry out a run: teacher, student, final tests, record; resumable after every epoch."""

import itertools
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...controls.features.gaussian_features import drifting_features
from ...controls.features.recorded_feature import RecordedFeature
from ...networks.teacher_and_student import StudentCNN
from ...records.record import (
    METHOD_VERSION,
    SCHEMA_VERSION,
    Record,
    configuration_hash,
    read_record,
    write_record,
)
from ...training_loop.photonic_feature import angle_between
from .building import build_student, check_feature, source_of
from .configuration import RunConfig
from .epochs import total_seconds
from .new_record import provenance
from .run_folder import RunFolder
from .student_runs import train_distilled, train_pqkd
from .teacher_runs import load_data, trained_teacher
from .workplace import Workplace


class Labels(NamedTuple):
    """By what a record is looked up, in addition to its data set and seed."""

    experiment: str = "train"
    arm: str = "photonic"
    tier: str = "custom"


def carry_out(
    config: RunConfig, *, name: str, place: Workplace, labels: Labels | None = None
) -> Record:
    """Do a run, or go on with one that was begun, and return its record.

    Parameters
    ----------
    config : RunConfig
        What to do.
    name : str
        The run's folder in the folder of all runs.
    place : Workplace
        Where to compute.
    labels : Labels or None
        By what the record is looked up; None: a run of the command line.

    Returns
    -------
    dict
        The record; it is also in the run's folder. There it has the labels of the run that first
        needed it, which may be another run whose donor it is.

    Raises
    ------
    RunFolderError
        If the folder belongs to another configuration, or is damaged.
    DatasetUnavailableError
        If the data cannot be read.
    """
    labels = labels or Labels(arm=config.features)
    configuration = config.as_json()
    check_feature(config)
    with RunFolder(place.runs_root / name, configuration, device=place.torch_device.type) as folder:
        if not folder.record_path.exists():
            record = _computed(config, folder, place, labels)
            write_record(record, folder.record_path)
        return {**read_record(folder.record_path), **labels._asdict()}


def record_of(config: RunConfig, labels: tuple[str, str, str] | None = None) -> Record:
    """Carry out a run on the CPU, keep none of its files, and return its record.

    Parameters
    ----------
    config : RunConfig
        What to do.
    labels : (str, str, str) or None
        Experiment, arm and tier; None: as in `carry_out`.

    Raises
    ------
    DatasetUnavailableError
        If the data cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(Path(folder), device="cpu")
        return carry_out(
            config, name="run", place=place, labels=None if labels is None else Labels(*labels)
        )


def _computed(config: RunConfig, folder: RunFolder, place: Workplace, labels: Labels) -> Record:
    """Train, or go on training, and test; return the record."""
    configuration = config.as_json()
    device, announce = place.torch_device, place.announce
    data = load_data(config, place).to(device)
    student = build_student(config, data.n_channels, data.n_classes).to(device)
    teacher, teacher_results = trained_teacher(config, data, place)
    if isinstance(student, StudentCNN) and not config.z_is_trained:
        donor = config.donor()
        source = source_of(config) if donor is None else recorded_feature(config, donor, place)
        results = train_pqkd(student, teacher, data, config, folder, announce, source)
    else:
        results = train_distilled(student, teacher, data, config, folder, announce)
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "run",
        **labels._asdict(),
        "dataset": config.dataset,
        "seed": config.seed,
        "configuration": configuration,
        "configuration_hash": configuration_hash(configuration),
        "method_version": METHOD_VERSION,
        **provenance(device),
        "teacher": teacher_results,
        **results,
        "seconds": {"teacher": total_seconds(teacher_results["epochs"]), **results["seconds"]},
    }


def recorded_feature(config: RunConfig, donor: RunConfig, place: Workplace) -> RecordedFeature:
    """Return the feature that replays, or drifts as, the z of the donor's run.

    The donor's folder is found by the hash of its configuration; a run that is missing, or not
    finished, is done first.
    """
    configuration = donor.as_json()
    digits = configuration_hash(configuration)[:8]
    found = sorted(path.parent.name for path in place.runs_root.glob(f"*-{digits}/run.json"))
    name = found[0] if found else f"donor-{donor.dataset}-seed{donor.seed}-{digits}"
    carry_out(donor, name=name, place=place)
    device = place.torch_device.type
    with RunFolder(place.runs_root / name, configuration, device=device, wait=True) as folder:
        z = folder.features()["z"].numpy()
    if config.features == "gaussian-drift":
        angles = [angle_between(a, b) for a, b in itertools.pairwise(z)]
        norm = float(np.linalg.norm(z[-1]))
        z = drifting_features(angles, z.shape[1], norm=norm, seed=config.seed)
    return RecordedFeature(z, n_angles=donor.n_angles)
