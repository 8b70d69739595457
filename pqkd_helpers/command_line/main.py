"""Running the commands of ``python -m pqkd_helpers``; `parsing` describes them."""

import sys
from collections.abc import Sequence

from ..circuit_simulator.engines.orca_client import OrcaError
from ..common.picture_files import picture_warnings_in_one_line
from ..common.stored_figures import MissingFiguresError
from ..datasets.loading import DatasetUnavailableError
from .classroom import Classroom, classroom
from .doctor import main as doctor
from .parsing import Command, Doctor, parse
from .progress import PROGRAM
from .reproduce import Reproduce, reproduce
from .student_files import Checkpoint, Export, Inspect, checkpoint, export, inspect
from .train import Train, train


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
        case Checkpoint():
            checkpoint(command)
        case Reproduce():
            return reproduce(command)
        case Classroom():
            classroom(command.classroom)
    return 0
