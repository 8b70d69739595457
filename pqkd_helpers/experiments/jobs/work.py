"""One job of a reproduction, a run or a study: carried out, and found again in the records.

A job is described by plain values and carried out in any process, on this machine or another.
"""

from pathlib import Path

import numpy as np
import torch

from ...common.files import as_path
from ...records.record import METHOD_VERSION, Record, RecordError, read_record, record_path
from ..grids.grid import Job
from ..runs.run import Labels, carry_out
from ..runs.teacher_checkpoints import checkpoint_path
from ..runs.teacher_runs import teacher_name
from ..runs.workplace import Workplace
from ..studies.study import Study

AnyJob = Job | Study


def work(job: AnyJob, place: Workplace) -> Record:
    """Carry out a job in this process, or go on with it; what workers are asked to do."""
    if place.threads is not None:
        torch.set_num_threads(place.threads)
    if isinstance(job, Study):
        return job.record(place)
    labels = Labels(job.experiment, job.arm, job.tier)
    record = carry_out(job.config, name=job.folder, place=place, labels=labels)
    return record if job.keep_traces else without_traces(record)


def teacher_folder(job: Job, place: Workplace) -> Path:
    """Return the folder of a run's teacher."""
    name = teacher_name(job.config, place.device_type, place.torch_threads)
    return place.runs_root / name


def teacher_epochs_done(job: Job, place: Workplace) -> int:
    """Return how many epochs of a run's teacher need not be trained any more."""
    if checkpoint_path(job.config).exists():
        return job.config.teacher_settings().epochs
    return epochs_in(teacher_folder(job, place))


def is_done(job: AnyJob, out: Path | str) -> bool:
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
