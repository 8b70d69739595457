"""What a reproduction would do, before it does it: which runs would start, and how long they take.

Times are estimates: counted images times measured steps (`step_time`), less the epochs that are
there already. A study takes as long as the project's stored one took.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...records.record import read_record, record_path
from ...records.stored import STORED_RECORDS
from ..grids.grid import Job
from ..runs.configuration import RunConfig
from ..runs.teacher_checkpoints import checkpoint_path
from ..runs.teacher_runs import teacher_name
from ..runs.workplace import Workplace
from ..studies.study import Study
from .step_time import (
    StepTime,
    step_time,
    student_seconds,
    teacher_seconds,
    widths_of_student,
)
from .work import AnyJob, epochs_in, is_done, teacher_epochs_done

_COLUMNS = "{:<52}{:>8}{:>6}{:>10}{:>13}"


@dataclass(frozen=True)
class Plan:
    """What would be done.

    Attributes
    ----------
    jobs : tuple of Job or Study
        All that were chosen.
    done : frozenset of str
        Names of those whose record is in the folder of one's own.
    stored : frozenset of str
        Names of those of which the project stores a record.
    seconds : dict of str to (float or None)
        How long those take that would start; None: not known.
    teachers : dict of str to float
        How long the teachers take that these need, by `teacher_key`.
    n_workers : int
        Jobs computed at a time.
    """

    jobs: tuple[AnyJob, ...]
    done: frozenset[str]
    stored: frozenset[str]
    seconds: dict[str, float | None]
    teachers: dict[str, float]
    n_workers: int

    @property
    def total_seconds(self) -> float:
        """How long all of it takes: shared evenly, but a run waits for its teacher."""
        known = [*(value or 0.0 for value in self.seconds.values()), *self.teachers.values()]
        waiting = [
            (self.seconds.get(job.name) or 0.0) + self.teachers.get(teacher_key(job), 0.0)
            for job in self.jobs
        ]
        return max(sum(known) / self.n_workers, *waiting)

    def __str__(self) -> str:
        """Return a table, a line for each arm, and how long all of it takes."""
        arms: dict[str, list[AnyJob]] = {}
        for job in self.jobs:
            arms.setdefault(_arm(job), []).append(job)
        lines = [_COLUMNS.format("", "stored", "done", "to start", "each")]
        for arm, jobs in arms.items():
            names = [job.name for job in jobs]
            to_start = [name for name in names if name in self.seconds]
            each = [self.seconds[name] for name in to_start]
            text = duration(max(value or 0.0 for value in each)) if any(each) else ""
            counts = [sum(name in part for name in names) for part in (self.stored, self.done)]
            unknown = "unknown" if to_start else ""
            lines.append(_COLUMNS.format(arm, *counts, len(to_start), text or unknown))
        if self.teachers:
            text = duration(max(self.teachers.values()))
            lines.append(_COLUMNS.format("their teachers", "", "", len(self.teachers), text))
        runs = "1 run" if len(self.jobs) == 1 else f"{len(self.jobs)} runs"
        lines.append(
            f"{runs}: {len(self.stored)} stored with the project, {len(self.done)} done, "
            f"{len(self.seconds)} to start."
        )
        if self.seconds or self.teachers:
            workers = "1 worker" if self.n_workers == 1 else f"{self.n_workers} workers"
            lines.append(
                f"About {duration(self.total_seconds)} on {workers}, at the step measured just "
                "now (an estimate)."
            )
        return "\n".join(lines)


def plan_of(
    jobs: Sequence[AnyJob],
    place: Workplace,
    *,
    out: Path,
    n_workers: int = 1,
    teachers_only: Path | None = None,
    measure: Callable[..., StepTime] | None = None,
) -> Plan:
    """Return what a reproduction would do; writes nothing.

    Parameters
    ----------
    jobs : sequence of Job or Study
    place : Workplace
        Folders, device and threads of one worker.
    out : Path
        Folder of the records.
    n_workers : int
        Jobs computed at a time.
    teachers_only : Path or None
        Folder of stored teachers, if nothing but these is to be trained.
    measure : callable or None
        `step_time`, or what calls it where the jobs are computed; None: here.
    """
    measure = measure or step_time
    done, stored = (
        frozenset(job.name for job in jobs if is_done(job, folder))
        for folder in (out, STORED_RECORDS)
    )
    to_start = [job for job in jobs if job.name not in done or teachers_only is not None]
    steps: dict[tuple[object, ...], StepTime] = {}

    def step(config: RunConfig, widths: tuple[int, ...]) -> StepTime:
        what = (config.dataset, widths, config.batch_size, config.arithmetic)
        if what not in steps:
            shape = place.sizes(config.dataset).shape
            steps[what] = measure(config, widths, shape, place.device, place.torch_threads)
        return steps[what]

    def step_of_student(config: RunConfig) -> StepTime:
        n_channels, *_ = place.sizes(config.dataset).shape
        return step(config, widths_of_student(config, n_channels))

    teachers = {}
    for job in to_start:
        if isinstance(job, Job):
            left = _teacher_left(job, place, teachers_only, step(job.config, job.config.widths))
            if left:
                teachers[teacher_key(job)] = left
    if teachers_only is not None:
        return Plan(tuple(jobs), done, stored, {}, teachers, 1)
    seconds = {
        job.name: _student_left(job, place, step_of_student(job.config))
        if isinstance(job, Job)
        else _study_seconds(job)
        for job in to_start
    }
    return Plan(tuple(jobs), done, stored, seconds, teachers, n_workers)


def teacher_key(job: AnyJob) -> str:
    """Return what jobs with the same teacher share; "" for a study."""
    return teacher_name(job.config, "", 0) if isinstance(job, Job) else ""


def _teacher_left(job: Job, place: Workplace, folder: Path | None, step: StepTime) -> float:
    """Return how long the teacher of a run still has to be trained."""
    if folder is not None and checkpoint_path(job.config, folder).exists():
        return 0.0
    n_epochs = job.config.teacher_settings().epochs
    share = 1.0 - teacher_epochs_done(job, place) / n_epochs
    return max(0.0, share) * teacher_seconds(job.config, place.sizes(job.config.dataset), step)


def _student_left(job: Job, place: Workplace, step: StepTime) -> float:
    """Return how long a run still takes without its teacher."""
    share = 1.0 - epochs_in(place.runs_root / job.folder) / job.config.epochs
    return max(0.0, share) * student_seconds(job.config, place.sizes(job.config.dataset), step)


def _study_seconds(study: Study) -> float | None:
    """Return how long the stored study of the same settings took; None: not known."""
    if not is_done(study, STORED_RECORDS):
        return None
    record = read_record(record_path(STORED_RECORDS, study.experiment, study.name))
    return float(sum(record["seconds"].values()))


def _arm(job: AnyJob) -> str:
    return f"{job.experiment} {job.config.dataset} {job.arm}" if isinstance(job, Job) else job.name


def duration(seconds: float) -> str:
    """Return a time for people: the two largest units of it.

    Examples
    --------
    >>> duration(42), duration(3_000), duration(100_000)
    ('42 s', '50 min', '27 h 46 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
