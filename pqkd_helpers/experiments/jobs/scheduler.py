"""Carrying out many jobs: in parallel, resumable, with failures retried and then reported.

The client hands out one job per worker at a time and writes every record itself, atomically, as
soon as its run is finished. Jobs that share a teacher wait until one of them has trained it. A
worker that dies breaks the pool: a new one is opened, and the jobs that were running go on after
their last finished epoch.
"""

import errno
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from ...common.files import as_path
from ...records.record import configuration_hash, record_path, write_record
from ..grids.grid import Job
from ..runs.workplace import Workplace
from ..studies.study import Study
from .executors import Workers
from .work import AnyJob, epochs_in, is_done, teacher_epochs_done, teacher_folder, work

ATTEMPTS = 2
_POLL_SECONDS = 1.0


@dataclass
class Progress:
    """How far the jobs are.

    Attributes
    ----------
    done, skipped : list of str
        Names of jobs finished now, and before.
    failed : dict of str to str
        Names of jobs given up, with the last error.
    running : dict of str to float
        Names of jobs in work, with the share of their epochs that is done.
    waiting : int
        Jobs not begun.
    """

    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    running: dict[str, float] = field(default_factory=dict)
    waiting: int = 0


class DiskFullError(OSError):
    """A record could not be written; what was finished before is kept."""


def run_jobs(
    jobs: Sequence[AnyJob],
    workers: Workers,
    place: Workplace,
    *,
    out: Path | str,
    report: Callable[[Progress], object] = lambda progress: None,
) -> Progress:
    """Carry out all jobs whose records are missing.

    Parameters
    ----------
    jobs : sequence of Job or Study
    workers : Workers
        See `executors`.
    place : Workplace
        Folders, device and threads of the workers.
    out : path
        Folder of the records.
    report : callable
        Called with the progress about once a second.

    Returns
    -------
    Progress
        Its ``failed`` names the jobs that failed twice.

    Raises
    ------
    DiskFullError
        If the disk is full: going on would be in vain.
    ClusterError
        If the cluster's scheduler is gone.
    """
    return _Scheduler(jobs, workers, place, as_path(out), report).run()


class _Scheduler:
    """The state of one `run_jobs`."""

    def __init__(
        self,
        jobs: Sequence[AnyJob],
        workers: Workers,
        place: Workplace,
        out: Path,
        report: Callable[[Progress], object],
    ) -> None:
        self.workers, self.place, self.out, self.report = workers, place, out, report
        self.progress = Progress(skipped=[job.name for job in jobs if is_done(job, out)])
        self.waiting = [job for job in jobs if job.name not in self.progress.skipped]
        self.running: dict[Future, AnyJob] = {}
        self.attempts: Counter[str] = Counter()

    def run(self) -> Progress:
        executor = self.workers.open()
        try:
            while self.waiting or self.running:
                self._hand_out(executor)
                self._tell()
                finished, _ = wait(self.running, _POLL_SECONDS, FIRST_COMPLETED)
                self.workers.check()
                broken = [self._take_in(future) for future in finished]
                if any(broken):
                    executor = self._reopened(executor)
        finally:
            self.workers.close(executor)
        self._tell()
        return self.progress

    def _hand_out(self, executor: Executor) -> None:
        while len(self.running) < self.workers.n_workers:
            job = next((job for job in self.waiting if self._may_begin(job)), None)
            if job is None:
                return
            try:
                future = executor.submit(work, job, self.place)
            except BrokenProcessPool:
                return  # found out before any of its futures did
            self.waiting.remove(job)
            self.attempts[job.name] += 1
            self.running[future] = job

    def _may_begin(self, job: AnyJob) -> bool:
        """Return whether no other job is to make the donor or the teacher that this one needs."""
        others = (*self.waiting, *self.running.values())
        if isinstance(job, Study):
            return not any(other.name in job.needs for other in others)
        if any(configuration_hash(other.as_json()) == job.donor_hash for other in others):
            return False
        teacher = teacher_folder(job, self.place)
        in_use = any(
            isinstance(other, Job) and teacher_folder(other, self.place) == teacher
            for other in self.running.values()
        )
        n_epochs = job.config.teacher_settings().epochs
        return not in_use or teacher_epochs_done(job, self.place) >= n_epochs

    def _take_in(self, future: Future) -> bool:
        """Store a result or note a failure; return whether the pool is broken."""
        job = self.running.pop(future)
        try:
            record = future.result()
            write_record(record, record_path(self.out, job.experiment, job.name))
            self.progress.done.append(job.name)
            return False
        except (Exception, FutureCancelledError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise DiskFullError(
                    error.errno, f"the disk is full ({error}); what was finished is kept"
                ) from error
            if self.attempts[job.name] < ATTEMPTS:
                self.waiting.insert(0, job)
            else:
                self.progress.failed[job.name] = f"{type(error).__name__}: {error}"
            return isinstance(error, BrokenProcessPool)

    def _reopened(self, broken: Executor) -> Executor:
        for future in list(self.running):
            self._take_in(future)  # all of them failed with the pool
        self.workers.close(broken)
        return self.workers.open()

    def _tell(self) -> None:
        self.progress.running = {job.name: self._share_done(job) for job in self.running.values()}
        self.progress.waiting = len(self.waiting)
        self.report(self.progress)

    def _share_done(self, job: AnyJob) -> float:
        if isinstance(job, Study):
            return 0.0
        done = epochs_in(self.place.runs_root / job.folder)
        return min(1.0, (teacher_epochs_done(job, self.place) + done) / job.n_epochs)
