"""What the command line understands: one frozen dataclass per command."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import tyro

from .experiments.compression_study import CompressionStudy
from .experiments.configuration import PRESETS, Preset, RunConfig
from .experiments.grids import Tier
from .experiments.spsa_contribution import N_SEEDS
from .gradient_training import Arithmetic

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
class Export:
    """Write a trained student to one small file, without the frozen matrix A.

    Attributes
    ----------
    source : Path
        Name or folder of a finished run, or a file written by this command.
    out : Path or None
        The file, or a folder for NAME-DTYPE.safetensors; None is student-DTYPE.safetensors in the
        folder of the run.
    dtype : {"float32", "float16"}
        Type of the stored numbers.
    onnx : Path or None
        Write the equivalent plain network to this ONNX file, or into this folder, too.
    runs : Path
        Folder of all runs.
    """

    source: tyro.conf.Positional[Path]
    out: Path | None = None
    dtype: Literal["float32", "float16"] = "float32"
    onnx: Path | None = None
    runs: Path = Path("runs")


@dataclass(frozen=True)
class Inspect:
    """Show what a compressed student's file holds, and its ledger beside a teacher of its shape.

    Attributes
    ----------
    file : Path
        A file written by export, or the folder of a run.
    """

    file: tyro.conf.Positional[Path]


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


@dataclass(frozen=True)
class Build:
    """Write the students' edition (no solutions) and the teacher's edition (all solved).

    Attributes
    ----------
    out : Path
        Folder of both; made if missing.
    notebooks : Path
        Folder of the originals, which are only read.
    nbgrader_seed : int or None
        Write sources of nbgrader assignments too, with this private seed.
    """

    out: Path
    notebooks: Path = Path("notebooks")
    nbgrader_seed: int | None = None


@dataclass(frozen=True)
class Grade:
    """Grade what students handed in: one row per student and exercise, a summary, a picture.

    It can be stopped at any moment; the same command goes on. Every exercise runs in a process of
    its own, in a bubblewrap sandbox where there is one; the laws are tried on this side.

    Attributes
    ----------
    submissions : Path
        Folder of notebooks, NAME.ipynb or NAME/anything.ipynb.
    seed : int
        Private seed of the laws' inputs; another one gives other inputs.
    out : Path
        The table; summary and picture are written beside it.
    trust_submissions : bool
        Run them without a sandbox where there is none.
    seconds : float
        Time that one exercise, or one statement, of one student may take.
    memory : float
        Memory of a student's process, GB.
    notebooks : Path
        Folder of the original notebooks.
    """

    submissions: tyro.conf.Positional[Path]
    seed: int
    out: Path = Path("scores.csv")
    trust_submissions: bool = False
    seconds: float = 10.0
    memory: float = 4.0
    notebooks: Path = Path("notebooks")


@dataclass(frozen=True)
class Classroom:
    """For teachers: editions of the notebooks, and grading."""

    classroom: tyro.conf.OmitSubcommandPrefixes[
        Annotated[Build, tyro.conf.subcommand("build")]
        | Annotated[Grade, tyro.conf.subcommand("grade")]
    ]


@dataclass(frozen=True)
class Doctor:
    """Show versions, device, data found and what is missing."""


Command = Train | Export | Inspect | Study | Reproduce | Classroom | Doctor


def parse(arguments: Sequence[str]) -> Command:
    """Return the command that was asked for; tyro prints help and errors of usage by itself."""
    chosen = _preset_of(arguments)
    start = PRESETS[chosen] if chosen else RunConfig()
    default = Train(preset=chosen, config=_Options(**vars(start)))
    commands = (
        Annotated[Train, tyro.conf.subcommand("train", default=default)]
        | Annotated[Export, tyro.conf.subcommand("export")]
        | Annotated[Inspect, tyro.conf.subcommand("inspect")]
        | Annotated[Study, tyro.conf.subcommand("study")]
        | Annotated[Reproduce, tyro.conf.subcommand("reproduce")]
        | Annotated[Classroom, tyro.conf.subcommand("classroom")]
        | Annotated[Doctor, tyro.conf.subcommand("doctor")]
    )
    command: Command = tyro.cli(commands, args=list(arguments), prog=PROGRAM)
    return _at_home(command)


def _at_home(value: Any) -> Any:
    """Return settings with ~ resolved in every path: the shell does not for ``--runs=~/x``."""
    if isinstance(value, Path):
        try:
            return value.expanduser()
        except RuntimeError as error:
            raise ValueError(f"{value}: {error}") from error
    if isinstance(value, tuple):
        return tuple(map(_at_home, value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        changed = {item.name: _at_home(getattr(value, item.name)) for item in fields}
        return dataclasses.replace(value, **changed)
    return value


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
