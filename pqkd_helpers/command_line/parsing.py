"""What the command line understands: one frozen dataclass per command."""

import dataclasses
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from ..experiments.runs.configuration import Preset, RunConfig
from ..experiments.runs.presets import PRESETS
from .classroom import Classroom
from .progress import PROGRAM
from .reproduce import Reproduce
from .student_files import Checkpoint, Export, Inspect
from .train import Options, Train


@dataclass(frozen=True)
class Doctor:
    """Show versions, device, data found and what is missing."""


Command = Train | Export | Inspect | Checkpoint | Reproduce | Classroom | Doctor


def parse(arguments: Sequence[str]) -> Command:
    """Return the command that was asked for; tyro prints help and errors of usage by itself."""
    chosen = _preset_of(arguments)
    start = PRESETS[chosen] if chosen else RunConfig()
    default = Train(preset=chosen, config=Options(**vars(start)))
    commands = (
        Annotated[Train, tyro.conf.subcommand("train", default=default)]
        | Annotated[Export, tyro.conf.subcommand("export")]
        | Annotated[Inspect, tyro.conf.subcommand("inspect")]
        | Annotated[Checkpoint, tyro.conf.subcommand("checkpoint")]
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
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--preset", nargs="?")
    name: Any = parser.parse_known_args(arguments)[0].preset
    return name if name in PRESETS else None
