"""The command ``train``."""

import re
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import tyro

from ..common.picture_files import write_pictures
from ..datasets.available import DatasetName
from ..datasets.own_files import look_at
from ..experiments.runs.building import check_feature
from ..experiments.runs.configuration import Preset, RunConfig
from ..experiments.runs.presets import PRESETS
from ..experiments.runs.run import Labels, carry_out
from ..experiments.runs.workplace import Workplace
from ..experiments.tables import record_table
from ..networks.adam import select_device
from ..records.record import Record, configuration_hash
from .progress import PROGRAM, ProgressBars

_MAKEFILE = Path(__file__).parents[2] / "Makefile"  # in a clone of the project alone

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Options(RunConfig):
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
    config: tyro.conf.OmitArgPrefixes[Options] = field(default_factory=Options)


def train(command: Train) -> Record:
    """Carry out the command ``train`` and print its results."""
    options, own = command.config, None
    if options.dataset not in get_args(DatasetName):
        own = look_at(options.dataset)
        options = replace(options, dataset=own.name)
    config = options.checked()
    check_feature(config)
    device = select_device(command.device)
    tier = _tier(config, command.preset)
    name = _checked_name(command.name or _default_name(config, tier))
    folder = command.runs / name
    student = (
        f"{config.scope} compressed, rank {config.rank}, {config.features} features"
        if config.student == "pqkd"
        else f"student {config.student}"
    )
    if own is not None:
        print(own)
    print(
        f"PQKD on {config.dataset}: widths {config.widths}, {student}, seed {config.seed}, "
        f"{device.type}"
    )
    with ProgressBars() as bars:
        record = carry_out(
            config,
            name=name,
            place=Workplace(
                command.runs,
                command.data_root,
                command.device,
                announce=bars.announce,
                own_data=own,
            ),
            labels=Labels(arm=config.features, tier=tier),
        )
    print(f"\n{record_table(record)}\n")
    print(f"Record:  {folder / 'record.json'}")
    for figure in write_pictures([folder / "training_curves.png"], partial(_curves, record)):
        print(f"Figure:  {figure}")
    if _MAKEFILE.is_file():
        print("Next:    make lab                                     the notebooks")
    print(
        f"         {PROGRAM} train --help         every number of the method\n"
        f"         {PROGRAM} train --dataset mnist --epochs 10   the full MNIST"
    )
    return record


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
    from ..paper_figures.training_curves import training_curves

    return training_curves(record)
