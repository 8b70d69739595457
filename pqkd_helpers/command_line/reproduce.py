"""The command ``reproduce``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import tyro
from tqdm.auto import tqdm
from tyro.extras import literal_type_from_choices

from ..datasets.own_files import look_at
from ..experiments.grids.grid import Job, Tier
from ..experiments.jobs.chosen_jobs import EXPERIMENTS, PREPARATIONS, chosen_jobs
from ..experiments.jobs.comparison import comparison
from ..experiments.jobs.executors import Workers, cluster_workers, local_workers
from ..experiments.jobs.plan import plan_of
from ..experiments.jobs.scheduler import run_jobs
from ..experiments.jobs.step_time import step_time
from ..experiments.jobs.work import AnyJob
from ..experiments.runs.teacher_checkpoints import STORED_CHECKPOINTS
from ..experiments.runs.teacher_runs import train_teachers
from ..experiments.runs.workplace import Workplace
from ..experiments.studies.byte_rows import compression_table
from ..experiments.studies.bytes_at_best import BytesAtBestStudy
from ..experiments.studies.compression import CompressionStudy
from ..experiments.studies.control_preparation import preparation_table, prepare_controls
from ..networks.adam import select_device
from ..networks.settings import Arithmetic
from ..records.record import read_record, record_path
from .progress import JobsBar, ProgressBars

_UNASKED_SECONDS = 600.0

if TYPE_CHECKING:
    Experiment = str
else:
    Experiment = literal_type_from_choices((*EXPERIMENTS, "all"))


@dataclass(frozen=True)
class Reproduce:
    """Carry out the paper's experiments and store one record per run.

    First it says which runs would start and how long they take. It can be stopped at any moment;
    the same command goes on. Runs whose record is in the folder --out are skipped; those that the
    project stores are not: at the end a table compares them with yours.

    Attributes
    ----------
    experiment : str
        Which one.
    tier : {"smoke", "cpu", "paper"}
        smoke: seconds, on 8 x 8 digits, only to see that it works; cpu: hours on two processor
        cores, with fewer epochs and, where stated, narrower networks and fewer images; paper: 100
        epochs, meant for a GPU.
    seeds : int
        Number of seeds, 0, 1, ...
    datasets : tuple of str
        Only these data sets; none named: all of the experiment.
    dataset : Path or None
        Images of your own in their place: a folder of pictures per class, a file .npz, or a folder
        written by save_to_disk of Hugging Face's datasets. Workers of a cluster read them too.
    arms : tuple of str
        Only these arms; none named: all of the experiment.
    teachers_only : bool
        Train the teachers alone, one after the other, and store them in the folder checkpoints,
        next to that of the records.
    arithmetic : {"float32", "bfloat16"} or None
        Numbers of the training steps at tier "paper"; None is the experiment's choice. bfloat16 is
        faster where the processor has units for it, and slower elsewhere.
    device : str
        auto (CUDA where there is one, else the CPU), cpu, cuda or mps.
    workers : int
        Runs computed at a time on this machine.
    cluster : str or None
        Address of a Dask scheduler, such as tcp://127.0.0.1:8786, whose workers compute instead.
    dry_run : bool
        Say what would be done, and do nothing.
    yes : bool
        Do not ask before work of more than ten minutes.
    out : Path
        Folder of the records.
    runs : Path
        Folder of all runs; best shared by all workers.
    data_root : Path or None
        Folder of the downloaded data sets; None is $PQKD_DATA, else ./data.
    """

    experiment: tyro.conf.Positional[Experiment]
    tier: Tier = "cpu"
    seeds: int = 5
    datasets: tuple[str, ...] = ()
    dataset: Path | None = None
    arms: tuple[str, ...] = ()
    teachers_only: tyro.conf.FlagCreatePairsOff[bool] = False
    arithmetic: Arithmetic | None = None
    device: str = "auto"
    workers: int = 1
    cluster: str | None = None
    dry_run: tyro.conf.FlagCreatePairsOff[bool] = False
    yes: tyro.conf.FlagCreatePairsOff[bool] = False
    out: Path = Path("runs/reproduction")
    runs: Path = Path("runs")
    data_root: Path | None = None


def reproduce(command: Reproduce) -> int:
    """Carry out the command ``reproduce``; return 1 if a run failed."""
    own = look_at(command.dataset) if command.dataset else None
    if own is not None:
        print(own)
    jobs = chosen_jobs(
        command.experiment,
        command.tier,
        command.seeds,
        datasets=command.datasets,
        arms=command.arms,
        arithmetic=command.arithmetic,
        own_data=own,
    )
    workers = (
        cluster_workers(command.cluster) if command.cluster else local_workers(command.workers)
    )
    device = str(workers.call(select_device, command.device))  # refused now, not once per worker
    place = Workplace(
        command.runs.absolute(), command.data_root, device, workers.threads, own_data=own
    )
    if not _agreed(command, jobs, place, workers):
        workers.close(workers.open())  # the line to a cluster is open from the start
        return 0
    if command.teachers_only:
        _train_teachers(command, jobs, place)
        return 0
    with JobsBar(jobs) as bar:
        progress = run_jobs(jobs, workers, place, out=command.out, report=bar.report)
    if not progress.failed:
        _conclude(command, jobs)
    print(
        f"{len(progress.done)} done, {len(progress.skipped)} done before, "
        f"{len(progress.failed)} failed; records in {command.out}"
    )
    for name, error in progress.failed.items():
        print(f"failed twice: {name}: {error}", file=sys.stderr)
    if table := comparison(jobs, command.out):
        print(table)
    return 1 if progress.failed else 0


def _agreed(command: Reproduce, jobs: Sequence[AnyJob], place: Workplace, workers: Workers) -> bool:
    """Print what would be done, and return whether to do it.

    Raises
    ------
    ValueError
        If it takes long, and nobody is there to be asked.
    """
    teachers = _checkpoints(command) if command.teachers_only else None
    plan = plan_of(
        jobs,
        place,
        out=command.out,
        n_workers=workers.n_workers,
        teachers_only=teachers,
        measure=partial(workers.call, step_time),
    )
    print(f"{plan}\nRecords: {command.out}", flush=True)
    if command.dry_run:
        return False
    if command.yes or plan.total_seconds < _UNASKED_SECONDS:
        return True
    if not sys.stdin.isatty():
        raise ValueError(
            "this takes long, and there is no terminal to ask at: give --yes to start it, or "
            "--dry-run to see no more than the plan"
        )
    try:
        return input("Start? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _checkpoints(command: Reproduce) -> Path:
    return command.out.parent / STORED_CHECKPOINTS.name


def _conclude(command: Reproduce, jobs: Sequence[AnyJob]) -> None:
    """Print what an experiment decides once all its runs are there."""
    if command.experiment in PREPARATIONS and command.tier == "cpu" and not command.arms:
        try:
            for path, record in prepare_controls(command.out, command.experiment).items():
                print(f"{path}\n{preparation_table(record)}")
        except ValueError as error:  # too few seeds to decide; the runs themselves are there
            print(error)
    for study in jobs:
        if isinstance(study, (CompressionStudy, BytesAtBestStudy)):
            path = record_path(command.out, study.experiment, study.name)
            print(f"{path}\n{compression_table(read_record(path))}")


def _train_teachers(command: Reproduce, jobs: Sequence[AnyJob], place: Workplace) -> None:
    with ProgressBars() as bars:
        train_teachers(
            [job.config for job in jobs if isinstance(job, Job)],
            _checkpoints(command),
            place=replace(place, threads=None, announce=bars.announce),
            on_teacher=lambda path: tqdm.write(f"Teacher: {path}"),
        )
