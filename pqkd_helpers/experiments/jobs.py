"""One piece of work of a reproduction: a run or a study, with its name and its place in the books.

A job is described by plain values and carried out in any process, on this machine or another.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from ..checks import set_field
from ..files import as_path
from ..gradient_training import select_device
from .configuration import RunConfig
from .method_version import METHOD_VERSION, configuration_hash
from .records import Record, RecordError, read_record, record_path
from .run import Labels, carry_out
from .teacher_checkpoints import checkpoint_path
from .teacher_runs import teacher_name


class Study(Protocol):
    """What a study job computes: a frozen dataclass of settings that makes its own record."""

    @property
    def experiment(self) -> str:
        """The experiment, by which its record is looked up."""

    @property
    def name(self) -> str:
        """Name of the record."""

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""

    def record(self) -> Record:
        """Carry out the study."""


@dataclass(frozen=True)
class Workplace:
    """Where and how a worker computes.

    Attributes
    ----------
    runs_root : path
        Folder of all runs; shared by all workers if possible, so that they share teachers.
    data_root : path or None
        See `load_dataset`.
    device : str
        auto, cpu, cuda or mps.
    threads : int
        Threads of torch; they change the last digits of results.
    """

    runs_root: Path
    data_root: Path | None = None
    device: str = "auto"
    threads: int = 1

    def __post_init__(self) -> None:
        set_field(self, "runs_root", as_path(self.runs_root))
        if self.data_root is not None:
            set_field(self, "data_root", as_path(self.data_root))


@dataclass(frozen=True)
class Job:
    """A run of an experiment.

    Attributes
    ----------
    experiment, arm, tier : str
        By what its record is looked up.
    config : RunConfig
        What to do.
    keep_traces : bool
        Whether the record keeps theta and the losses of every SPSA step.
    """

    experiment: str
    arm: str
    tier: str
    config: RunConfig
    keep_traces: bool = False

    @property
    def name(self) -> str:
        """Name of the record."""
        return (
            f"{self.experiment}-{self.tier}-{self.config.dataset}-{self.arm}-seed{self.config.seed}"
        )

    @property
    def folder(self) -> str:
        """Name of the run's folder; another recipe gets another one."""
        return f"{self.name}-{configuration_hash(self.as_json())[:8]}"

    @property
    def donor_hash(self) -> str | None:
        """Hash of the run whose z this one needs; None if it needs none."""
        donor = self.config.donor()
        return None if donor is None else configuration_hash(donor.as_json())

    @property
    def n_epochs(self) -> int:
        """Epochs of teacher and student."""
        return self.config.teacher_settings().epochs + self.config.epochs

    def as_json(self) -> dict[str, Any]:
        """Return the run's configuration as plain JSON values."""
        return self.config.as_json()

    def carry_out(self, place: Workplace) -> Record:
        """Do the run, or go on with it, and return its record."""
        record = carry_out(
            self.config,
            name=self.folder,
            runs_root=place.runs_root,
            device=select_device(place.device),
            data_root=place.data_root,
            labels=Labels(self.experiment, self.arm, self.tier),
        )
        return record if self.keep_traces else without_traces(record)

    def teacher(self, place: Workplace) -> Path:
        """Return the folder of the teacher."""
        device = select_device(place.device).type
        return place.runs_root / teacher_name(self.config, device, place.threads)

    def teacher_epochs_done(self, place: Workplace) -> int:
        """Return how many epochs of the teacher need not be trained any more."""
        if checkpoint_path(self.config).exists():
            return self.config.teacher_settings().epochs
        return epochs_in(self.teacher(place))


@dataclass(frozen=True)
class StudyJob:
    """A study of an experiment: no network is trained."""

    study: Study
    n_epochs: int = 1

    @property
    def experiment(self) -> str:
        """The experiment, by which its record is looked up."""
        return self.study.experiment

    @property
    def name(self) -> str:
        """Name of the record."""
        return self.study.name

    def as_json(self) -> dict[str, Any]:
        """Return the study's settings as plain JSON values."""
        return self.study.as_json()

    def carry_out(self, place: Workplace) -> Record:
        """Carry out the study and return its record."""
        return self.study.record()


def work(job: Job | StudyJob, place: Workplace) -> Record:
    """Carry out a job in this process; what workers are asked to do."""
    torch.set_num_threads(place.threads)
    return job.carry_out(place)


def is_done(job: Job | StudyJob, out: Path | str) -> bool:
    """Return whether the folder of records holds the job's record, of today's configuration.

    Tier "paper" may be computed in bfloat16, so its arithmetic makes no difference here.
    """
    try:
        record = read_record(record_path(as_path(out), job.experiment, job.name))
    except (FileNotFoundError, RecordError):
        return False
    found, asked = record["configuration"], job.as_json()
    if record["tier"] == "paper":
        found, asked = ({**values, "arithmetic": None} for values in (found, asked))
    return found == asked and record["method_version"] == METHOD_VERSION


def epochs_in(folder: Path) -> int:
    """Return how many finished epochs the folder of a run holds."""
    return sum(1 for _ in folder.glob("epoch_*"))


def without_traces(record: Record) -> Record:
    """Return a run's record with means in the place of every epoch's angles and SPSA losses."""
    epochs = []
    for epoch in record["student"]["epochs"]:
        if "theta" in epoch:
            epoch = dict(epoch)
            del epoch["theta"]
            losses, norms = epoch.pop("spsa_losses"), epoch.pop("spsa_gradient_norms")
            epoch["spsa_mean_loss"] = float(np.mean(losses)) if losses else None
            epoch["spsa_mean_gradient_norm"] = float(np.mean(norms)) if norms else None
        epochs.append(epoch)
    return {**record, "student": {**record["student"], "epochs": epochs}}
