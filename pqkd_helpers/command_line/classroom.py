"""The command ``classroom``: editions and grading."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from tqdm.auto import tqdm

from ..common.checks import check_whole
from .progress import SILENT


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
    """Grade what students handed in: tables, a summary, a page for each student and the class.

    It can be stopped at any moment; the same command goes on. Every exercise runs in another
    process, in a sandbox where there is one (bubblewrap, else Docker or Podman); the laws are tried
    on this side.

    Attributes
    ----------
    submissions : Path
        Folder of notebooks, NAME.ipynb or NAME/anything.ipynb, or the zip file that Moodle or
        Canvas gives.
    seed : int
        Private seed of the laws' inputs; another one gives other inputs.
    out : Path
        The table; all other files are written next to it, under names that begin as its own.
    roster : Path or None
        CSV file of the class, with a column name (or Student, or Full name), as Moodle and Canvas
        export it: it corrects names and shows who handed in nothing.
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
    roster: Path | None = None
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


def classroom(command: Build | Grade) -> None:
    """Carry out the command ``classroom`` and say where its files are."""
    from ..classroom.editions.building import build_editions
    from ..classroom.grading.scores import grade_class
    from ..classroom.sandbox.student_process import Limits
    from ..classroom.sandbox.walls import NAMES, choose_sandbox, working_sandbox

    if isinstance(command, Build):
        written = build_editions(command.notebooks, command.out, command.nbgrader_seed)
        print("\n".join(sorted({f"{path.parent}/" for path in written})))
        return
    with tqdm(unit="submission", disable=SILENT) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        sandboxed = choose_sandbox(trust=command.trust_submissions)
        graded = grade_class(
            command.submissions,
            notebooks=command.notebooks,
            out=command.out,
            roster=command.roster,
            workers=os.cpu_count() or 1,
            seed=check_whole("--seed", command.seed, least=0),
            limits=Limits(command.seconds, round(command.memory * 2**30)),
            sandboxed=sandboxed,
            report=report,
            remark=tqdm.write,
        )
    program = working_sandbox() if sandboxed else None
    print(
        "Without a sandbox, because --trust-submissions was given."
        if program is None
        else f"Each submission ran in {NAMES[program]}."
    )
    print("\n".join(f"{name.capitalize() + ':':9} {path}" for name, path in graded.files.items()))
    print(graded.closing)
