"""The command ``reproduce``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from tqdm.auto import tqdm

from ..common.checks import check_whole
from ..experiments.grids.grid import Job, Tier
from ..experiments.grids.paper import N_SEEDS
from ..experiments.jobs.chosen_jobs import chosen_jobs, run_spsa_contribution
from ..experiments.jobs.executors import cluster_workers, local_workers
from ..experiments.jobs.scheduler import AnyJob, run_jobs
from ..experiments.runs.teacher_checkpoints import STORED_CHECKPOINTS
from ..experiments.runs.teacher_runs import train_teachers
from ..experiments.runs.workplace import Workplace
from ..experiments.studies.compression import (
    CompressionStudy,
    compression_table,
    run_compression_study,
)
from ..experiments.studies.control_preparation import preparation_table, prepare_controls
from ..experiments.studies.imperfections import ImperfectionStudy, run_imperfection_study
from ..networks.adam import select_device
from ..networks.settings import Arithmetic
from ..paper_figures.imperfections import figure_card, figure_rows
from ..publishing.figure_folder import write_figure_folder
from ..records.record import Record, record_path, write_record

if TYPE_CHECKING:
    from matplotlib.figure import Figure
from .progress import _JobsBar, _ProgressBars


@dataclass(frozen=True)
class Imperfections:
    """What loss, distinguishable photons and dark counts do to the feature.

    Attributes
    ----------
    out : Path
        Folder of records and figures.
    n_settings : int
        Random settings of the angles.
    n_shots : int
        Shots whose noise stands beside the distances.
    seed : int
        Seed of the settings.
    """

    out: Path = Path("figures")
    n_settings: int = 200
    n_shots: int = 200
    seed: int = 0


@dataclass(frozen=True)
class SPSAContribution:
    """What SPSA contributes: the quick run with SPSA, with a sham and without (about an hour).

    It can be stopped at any moment; the same command goes on.

    Attributes
    ----------
    out : Path
        Folder of records and figures.
    runs : Path
        Folder of all runs.
    n_seeds : int
        Number of paired seeds.
    device : str
        auto (CUDA where there is one, else the CPU), cpu, cuda or mps.
    """

    out: Path = Path("figures")
    runs: Path = Path("runs")
    n_seeds: int = N_SEEDS
    device: str = "auto"


@dataclass(frozen=True)
class CompressionInBytes:
    """Files and accuracy of PQKD students and of the pruned, int8 teacher (about 20 minutes).

    It can be stopped at any moment; the same command goes on after the last finished epoch.

    Attributes
    ----------
    out : Path
        Folder of the records.
    runs : Path
        Folder of all runs.
    data_root : Path or None
        Folder of the downloaded data sets; None is $PQKD_DATA, else ./data.
    device : str
        auto (CUDA where there is one, else the CPU), cpu, cuda or mps.
    """

    out: Path = Path("figures/records")
    runs: Path = Path("runs")
    data_root: Path | None = None
    device: str = "auto"
    study: tyro.conf.OmitArgPrefixes[CompressionStudy] = field(default_factory=CompressionStudy)


@dataclass(frozen=True)
class ControlPreparation:
    """What the controls' search and pilot decide: recipes, margin and number of seeds.

    Attributes
    ----------
    records : Path
        Folder of the records of reproduce controls-search and controls-pilot.
    out : Path
        Folder of the study records.
    """

    records: Path
    out: Path = Path("figures/records")


@dataclass(frozen=True)
class Study:
    """Carry out a study of several runs or settings and store its records."""

    study: tyro.conf.OmitSubcommandPrefixes[
        Annotated[Imperfections, tyro.conf.subcommand("imperfections")]
        | Annotated[SPSAContribution, tyro.conf.subcommand("spsa")]
        | Annotated[CompressionInBytes, tyro.conf.subcommand("compression")]
        | Annotated[ControlPreparation, tyro.conf.subcommand("controls")]
    ]


Experiment = Literal[
    "table1",
    "readings",
    "frontier",
    "extreme",
    "shot-noise",
    "ema-variance",
    "regularisation",
    "article",
    "controls-search",
    "controls-pilot",
    "controls",
    "controls-scale",
    "all",
]


@dataclass(frozen=True)
class Reproduce:
    """Carry out the paper's experiments and store one record per run.

    It can be stopped at any moment; the same command goes on. Finished runs are skipped.

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
    arms : tuple of str
        Only these arms; none named: all of the experiment.
    teachers_only : bool
        Train the teachers alone, one after the other, and store them in the folder checkpoints
        beside that of the records.
    arithmetic : {"float32", "bfloat16"} or None
        Numbers of the training steps at tier "paper"; None is the experiment's choice. bfloat16 is
        faster where the processor has units for it, and slower elsewhere.
    device : str
        auto (CUDA where there is one, else the CPU), cpu, cuda or mps.
    workers : int
        Runs computed at a time on this machine.
    cluster : str or None
        Address of a Dask scheduler, such as tcp://127.0.0.1:8786, whose workers compute instead.
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
    arms: tuple[str, ...] = ()
    teachers_only: tyro.conf.FlagCreatePairsOff[bool] = False
    arithmetic: Arithmetic | None = None
    device: str = "auto"
    workers: int = 1
    cluster: str | None = None
    out: Path = Path("figures/records")
    runs: Path = Path("runs")
    data_root: Path | None = None


def study(
    command: Imperfections | SPSAContribution | CompressionInBytes | ControlPreparation,
) -> None:
    """Carry out the command ``study`` and say where its records are."""
    match command:
        case Imperfections():
            _imperfections(command)
        case SPSAContribution():
            _spsa_contribution(command)
        case CompressionInBytes():
            _compression(command)
        case ControlPreparation():
            written = prepare_controls(command.records, command.out)
            for path, record in written.items():
                print(f"{path}\n{preparation_table(record)}")


def _imperfections(command: Imperfections) -> None:
    settings = ImperfectionStudy(
        n_settings=command.n_settings, n_shots=command.n_shots, seed=command.seed
    )
    record = run_imperfection_study(settings)
    path = record_path(command.out / "records", record["experiment"], "study-imperfections")
    write_record(record, path)
    files = write_figure_folder(
        command.out / "imperfections",
        partial(_imperfection_figure, record),
        figure_rows(record),
        figure_card(record),
    )
    print("\n".join(["Record and figure:", *(f"  {file}" for file in (path, *files))]))


def _imperfection_figure(record: Record) -> "Figure":
    from ..paper_figures.imperfections import imperfections

    return imperfections(record)


def _spsa_contribution(command: SPSAContribution) -> None:
    n_seeds = check_whole("--n-seeds", command.n_seeds, least=1)
    device = select_device(command.device)
    with _ProgressBars() as bars:
        run_spsa_contribution(
            n_seeds=n_seeds,
            runs_root=command.runs,
            out=command.out / "records",
            device=device,
            announce=bars.announce,
            on_record=lambda path: tqdm.write(f"Record: {path}"),
        )


def _compression(command: CompressionInBytes) -> None:
    device = select_device(command.device)
    with _ProgressBars() as bars:
        record = run_compression_study(
            command.study,
            runs_root=command.runs,
            out=command.out,
            device=device,
            data_root=command.data_root,
            announce=bars.announce,
            on_record=lambda path: tqdm.write(f"Record: {path}"),
        )
    print(compression_table(record))


def reproduce(command: Reproduce) -> int:
    """Carry out the command ``reproduce``; return 1 if a run failed."""
    jobs = chosen_jobs(
        command.experiment,
        command.tier,
        command.seeds,
        datasets=command.datasets,
        arms=command.arms,
        arithmetic=command.arithmetic,
    )
    if command.teachers_only:
        _train_teachers(command, jobs)
        return 0
    workers = (
        cluster_workers(command.cluster) if command.cluster else local_workers(command.workers)
    )
    if command.cluster is None:
        select_device(command.device)  # refused now, not once per worker
    place = Workplace(command.runs.absolute(), command.data_root, command.device, workers.threads)
    with _JobsBar(jobs) as bar:
        progress = run_jobs(jobs, workers, place, out=command.out, report=bar.report)
    print(
        f"{len(progress.done)} done, {len(progress.skipped)} done before, "
        f"{len(progress.failed)} failed; records in {command.out}"
    )
    for name, error in progress.failed.items():
        print(f"failed twice: {name}: {error}", file=sys.stderr)
    return 1 if progress.failed else 0


def _train_teachers(command: Reproduce, jobs: Sequence[AnyJob]) -> None:
    with _ProgressBars() as bars:
        train_teachers(
            [job.config for job in jobs if isinstance(job, Job)],
            command.out.parent / STORED_CHECKPOINTS.name,
            runs_root=command.runs,
            device=select_device(command.device),
            data_root=command.data_root,
            announce=bars.announce,
            on_teacher=lambda path: tqdm.write(f"Teacher: {path}"),
        )
