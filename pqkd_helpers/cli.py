"""The command line: ``python -m pqkd_helpers train``, ``study`` and ``doctor``."""

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, get_args

import tyro
from tqdm.auto import tqdm

from .checks import check_whole
from .circuit_simulator.engines.orca_client import OrcaError
from .datasets import DatasetUnavailableError
from .doctor import main as doctor
from .experiments.configuration import PRESETS, Preset, RunConfig
from .experiments.figure_folder import write_figure_folder
from .experiments.imperfection_study import (
    ImperfectionStudy,
    figure_card,
    figure_rows,
    run_imperfection_study,
)
from .experiments.method_version import configuration_hash
from .experiments.records import Record, write_record
from .experiments.report import record_table
from .experiments.run import Labels, carry_out
from .experiments.spsa_contribution import N_SEEDS, run_spsa_contribution
from .files import write_atomically
from .gradient_training import select_device

PROGRAM = "python -m pqkd_helpers"


@dataclass(frozen=True)
class _Options(RunConfig):
    """Everything that a run's result depends on; defaults at the paper's scale."""

    def __post_init__(self) -> None:
        pass  # `checked` finds what is wrong; tyro would hide the message in its own

    def checked(self) -> RunConfig:
        """Return the configuration, or raise ``ValueError``."""
        return RunConfig(**vars(self))


@dataclass(frozen=True)
class Train:
    """Train a teacher, distil a PQKD student from it, and store a record.

    A run that was interrupted goes on where it stopped when the same command is given again.

    Attributes
    ----------
    preset : {"paper", "article", "quick"} or None
        Start from these values instead of the defaults; other options still override them.
    name : str or None
        Folder of the run below the runs folder; None makes a name from the configuration.
    runs : Path
        Folder of all runs.
    data_root : Path or None
        Folder of the downloaded data sets; None is $PQKD_DATA, else ./data.
    device : str
        auto (CUDA where there is one, else the CPU), cpu, cuda or mps.
    """

    preset: Preset | None = None
    name: str | None = None
    runs: Path = Path("runs")
    data_root: Path | None = None
    device: str = "auto"
    config: tyro.conf.OmitArgPrefixes[_Options] = field(default_factory=_Options)


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
class Study:
    """Carry out a study of several runs or settings and store its records."""

    study: tyro.conf.OmitSubcommandPrefixes[
        Annotated[Imperfections, tyro.conf.subcommand("imperfections")]
        | Annotated[SPSAContribution, tyro.conf.subcommand("spsa")]
    ]


@dataclass(frozen=True)
class Doctor:
    """Show versions, device, data found and what is missing."""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``python -m pqkd_helpers``.
    """
    try:
        command = _parse(arguments)
        if isinstance(command, Doctor):
            return doctor()
        if isinstance(command, Study):
            study(command.study)
        else:
            train(command)
        return 0
    except (
        ValueError,
        DatasetUnavailableError,
        FloatingPointError,
        ModuleNotFoundError,
    ) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    except (OSError, OrcaError) as error:
        print(
            f"{PROGRAM}: {error}\nFinished epochs, if any, are safe: once this is mended, the same "
            "command goes on.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Finished epochs are safe: the same command goes on.", file=sys.stderr)
        return 130


def _parse(arguments: Sequence[str]) -> Train | Study | Doctor:
    chosen = _preset_of(arguments)
    start = PRESETS[chosen] if chosen else RunConfig()
    default = Train(preset=chosen, config=_Options(**vars(start)))
    commands = (
        Annotated[Train, tyro.conf.subcommand("train", default=default)]
        | Annotated[Study, tyro.conf.subcommand("study")]
        | Annotated[Doctor, tyro.conf.subcommand("doctor")]
    )
    return tyro.cli(commands, args=list(arguments), prog=PROGRAM)


def _preset_of(arguments: Sequence[str]) -> Preset | None:
    """Find the preset before the other options are read: it sets their defaults."""
    for position, argument in enumerate(arguments):
        name = None
        if argument == "--preset":
            name = arguments[position + 1] if position + 1 < len(arguments) else None
        elif argument.startswith("--preset="):
            name = argument.removeprefix("--preset=")
        for known in get_args(Preset):
            if name == known:
                return known
    return None


def train(command: Train) -> Record:
    """Carry out the command ``train`` and tell its results."""
    config = command.config.checked()
    device = select_device(command.device)
    tier = _tier(config, command.preset)
    name = _checked_name(command.name or _default_name(config, tier))
    folder = command.runs / name
    print(
        f"PQKD on {config.dataset}: widths {config.widths}, {config.scope} compressed, "
        f"rank {config.rank}, {config.features} features, seed {config.seed}, {device.type}"
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
    figure = folder / "training_curves.png"
    _save_curves(record, figure)
    print(f"\n{record_table(record)}\n")
    print(f"Record:  {folder / 'record.json'}\nFigure:  {figure}")
    print(
        "Next:    make lab                                     the notebooks\n"
        f"         {PROGRAM} train --help         every number of the method\n"
        f"         {PROGRAM} train --dataset mnist --epochs 10   the full MNIST"
    )
    return record


def study(command: Imperfections | SPSAContribution) -> None:
    """Carry out the command ``study`` and say where its records are."""
    if isinstance(command, SPSAContribution):
        _spsa_contribution(command)
    else:
        _imperfections(command)


def _imperfections(command: Imperfections) -> None:
    from .plotting import imperfections

    settings = ImperfectionStudy(
        n_settings=command.n_settings, n_shots=command.n_shots, seed=command.seed
    )
    record = run_imperfection_study(settings)
    path = command.out / "records" / "study-imperfections.json"
    write_record(record, path)
    files = write_figure_folder(
        command.out / "imperfections",
        imperfections(record),
        figure_rows(record),
        figure_card(record),
    )
    print("\n".join(["Record and figure:", *(f"  {file}" for file in (path, *files))]))


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


def _save_curves(record: Record, path: Path) -> None:
    import io

    from .plotting import training_curves

    image = io.BytesIO()
    training_curves(record).savefig(image, format="png")
    write_atomically(path, image.getvalue())


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
