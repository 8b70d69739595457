"""What the commands of ``python -m pqkd_helpers`` do; `commands` describes them."""

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tqdm.auto import tqdm

from .checks import check_whole
from .circuit_simulator.engines.orca_client import OrcaError
from .commands import (
    PROGRAM,
    Build,
    Classroom,
    Command,
    CompressionInBytes,
    ControlPreparation,
    Doctor,
    Export,
    Grade,
    Imperfections,
    Inspect,
    Reproduce,
    SPSAContribution,
    Study,
    Train,
    parse,
)
from .compression import export_onnx, read_compressed, save_compressed
from .compression.plain_network import require_onnx
from .compression.report import describe_file
from .datasets import DatasetUnavailableError
from .doctor import main as doctor
from .experiments.compression_study import run_compression_study
from .experiments.configuration import PRESETS, Preset, RunConfig
from .experiments.control_preparation import prepare_controls
from .experiments.executors import cluster_workers, local_workers
from .experiments.imperfection_study import (
    ImperfectionStudy,
    figure_card,
    figure_rows,
    run_imperfection_study,
)
from .experiments.jobs import Job, Workplace
from .experiments.method_version import configuration_hash
from .experiments.records import Record, record_path, write_record
from .experiments.report import compression_table, preparation_table, record_table
from .experiments.reproduction import chosen_jobs
from .experiments.run import Labels, carry_out
from .experiments.run_folder import STUDENT_FILE
from .experiments.scheduler import AnyJob, Progress, run_jobs
from .experiments.spsa_contribution import run_spsa_contribution
from .experiments.teacher_checkpoints import STORED_CHECKPOINTS
from .experiments.teacher_runs import train_teachers
from .gradient_training import select_device
from .pictures import picture_warnings_in_one_line, write_pictures
from .publishing.figure_folder import write_figure_folder
from .stored_figures import MissingFiguresError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``python -m pqkd_helpers``.
    """
    try:
        with picture_warnings_in_one_line(PROGRAM):
            return _carry_out(parse(arguments))
    except (
        ValueError,
        DatasetUnavailableError,
        FloatingPointError,
        MissingFiguresError,
        ModuleNotFoundError,
    ) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    except (OSError, OrcaError) as error:
        print(
            f"{PROGRAM}: {error}\nWhat was finished is safe: once this is mended, the same command "
            "goes on.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was finished is safe: the same command goes on.", file=sys.stderr)
        return 130


def _carry_out(command: Command) -> int:
    match command:
        case Doctor():
            return doctor()
        case Train():
            train(command)
        case Export():
            export(command)
        case Inspect():
            inspect(command)
        case Study():
            study(command.study)
        case Reproduce():
            return reproduce(command)
        case Classroom():
            classroom(command.classroom)
    return 0


def train(command: Train) -> Record:
    """Carry out the command ``train`` and tell its results."""
    config = command.config.checked()
    device = select_device(command.device)
    tier = _tier(config, command.preset)
    name = _checked_name(command.name or _default_name(config, tier))
    folder = command.runs / name
    student = (
        f"{config.scope} compressed, rank {config.rank}, {config.features} features"
        if config.student == "pqkd"
        else f"student {config.student}"
    )
    print(
        f"PQKD on {config.dataset}: widths {config.widths}, {student}, seed {config.seed}, "
        f"{device.type}"
    )
    with _ProgressBars() as bars:
        record = carry_out(
            config,
            name=name,
            runs_root=command.runs,
            device=device,
            data_root=command.data_root,
            labels=Labels(arm=config.features, tier=tier),
            announce=bars.announce,
        )
    print(f"\n{record_table(record)}\n")
    print(f"Record:  {folder / 'record.json'}")
    for figure in write_pictures([folder / "training_curves.png"], partial(_curves, record)):
        print(f"Figure:  {figure}")
    print(
        "Next:    make lab                                     the notebooks\n"
        f"         {PROGRAM} train --help         every number of the method\n"
        f"         {PROGRAM} train --dataset mnist --epochs 10   the full MNIST"
    )
    return record


def export(command: Export) -> None:
    """Carry out the command ``export`` and say what was written."""
    if command.onnx is not None:
        require_onnx()
    named = command.runs / command.source
    given = named if named.is_dir() else command.source
    if not given.exists():
        raise ValueError(
            f"there is neither a run {named} nor a file {given}; the name or the folder of a "
            "finished run, or a compressed student's file, is expected"
        )
    source = _student_file(given)
    found = read_compressed(source)
    if command.onnx is not None and found.images is None:
        raise ValueError(f"{source} does not say how large the images are: ONNX needs to know")
    name = given.resolve().stem if given.is_file() else given.resolve().name
    out = command.out or source.with_name(f"student-{command.dtype}.safetensors")
    if out.is_dir():
        out /= f"{name}-{command.dtype}.safetensors"
    n_bytes = save_compressed(
        found.student,
        out,
        feature=found.feature,
        images=found.images,
        dtype=getattr(torch, command.dtype),
    )
    print(f"{out}: {n_bytes:,} bytes")
    if command.onnx is not None and found.images is not None:
        onnx = command.onnx / f"{name}.onnx" if command.onnx.is_dir() else command.onnx
        size = export_onnx(found.student, onnx, image_size=found.images.shape[1:])
        print(f"{onnx}: {size:,} bytes (dense kernels, no longer compressed)")


def inspect(command: Inspect) -> None:
    """Carry out the command ``inspect``."""
    file = _student_file(command.file)
    if not file.is_file():
        raise ValueError(f"there is no file {file}; a compressed student's is expected")
    print(describe_file(file))


def _student_file(given: Path) -> Path:
    """Return the compressed student of a run's folder; anything else is taken for its file."""
    if not given.is_dir():
        return given
    file = given / STUDENT_FILE
    if not file.is_file() and (given / "record.json").is_file():
        raise ValueError(
            f"{given} is finished but holds no compressed student: only a student with z, without "
            "batch norm and not trained by gradient has such a file (nor do runs of an earlier "
            "version; train again under another --name)"
        )
    if not file.is_file():
        raise ValueError(f"{given} holds no trained student: finish the run first")
    return file


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
    from .plotting import imperfections

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


def classroom(command: Build | Grade) -> None:
    """Carry out the command ``classroom`` and say where its files are."""
    from .classroom.building import build_editions
    from .classroom.sandbox import choose_sandbox
    from .classroom.scores import grade_class
    from .classroom.student_process import Limits

    if isinstance(command, Build):
        written = build_editions(command.notebooks, command.out, command.nbgrader_seed)
        print("\n".join(sorted({f"{path.parent}/" for path in written})))
        return
    with tqdm(unit="submission", disable=True if os.environ.get("CI") else None) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        sandboxed = choose_sandbox(trust=command.trust_submissions)
        files = grade_class(
            command.submissions,
            notebooks=command.notebooks,
            out=command.out,
            seed=check_whole("--seed", command.seed, least=0),
            limits=Limits(command.seconds, round(command.memory * 2**30)),
            sandboxed=sandboxed,
            report=report,
            remark=tqdm.write,
        )
    print(
        "Each submission ran in a bubblewrap sandbox."
        if sandboxed
        else "Without a sandbox, because --trust-submissions was given."
    )
    print("\n".join(f"{name.capitalize() + ':':9} {path}" for name, path in files.items()))


class _JobsBar:
    """One bar for all jobs, in epochs; silent under CI and where the output is no terminal."""

    def __init__(self, jobs: Sequence[AnyJob]) -> None:
        self._epochs = {job.name: job.n_epochs for job in jobs}
        self._bar = tqdm(
            total=sum(self._epochs.values()),
            unit="epoch",
            disable=True if os.environ.get("CI") else None,
        )

    def __enter__(self) -> "_JobsBar":
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.close()

    def report(self, progress: Progress) -> None:
        if self._bar.disable:
            return
        finished = [*progress.done, *progress.skipped, *progress.failed]
        epochs = float(sum(self._epochs[name] for name in finished))
        epochs += sum(share * self._epochs[name] for name, share in progress.running.items())
        if progress.skipped and self._bar.n == 0:
            self._bar.initial = sum(self._epochs[name] for name in progress.skipped)
        self._bar.n = round(epochs)
        self._bar.set_description(
            f"{len(finished)} done, {len(progress.running)} running, {progress.waiting} waiting"
        )


def _tier(config: RunConfig, chosen: Preset | None) -> str:
    """Return the preset's name if nothing but data set and seed differs from it."""
    if chosen is None:
        return "custom"
    same = replace(PRESETS[chosen], dataset=config.dataset, seed=config.seed)
    return chosen if config == same else "custom"


def _default_name(config: RunConfig, tier: str) -> str:
    digits = configuration_hash(config.as_json())[:8]
    return f"{tier}-{config.dataset}-{config.features}-seed{config.seed}-{digits}"


def _checked_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", name):
        raise ValueError(
            f"--name is {name!r}, letters, digits and . _ + - are expected, no folders"
        )
    return name


def _curves(record: Record) -> "Figure":
    from .plotting import training_curves

    return training_curves(record)


class _ProgressBars:
    """One bar per stage, silent under CI and where the output is no terminal."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._stage = ""

    def __enter__(self) -> "_ProgressBars":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def announce(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.__exit__()
            silent = True if os.environ.get("CI") else None
            self._stage = stage
            self._bar = tqdm(desc=stage, total=total, initial=done, unit="step", disable=silent)
        elif self._bar is not None:
            self._bar.update(done - self._bar.n if not self._bar.disable else 0)
