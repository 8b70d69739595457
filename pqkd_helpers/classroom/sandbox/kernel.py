"""A submitted notebook as Jupyter would run it, one statement at a time: IPython's own shell.

It stands in the student's process. It knows which exercises there are, and keeps for each the last
function that the notebook gave the exercise's name, also if it was first handed to `check`.
"""

import ast
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import update_wrapper
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.utils.text import LSString, SList
from traitlets.config import Config

from ... import lessons as package
from ...lessons.checking import collect_answers, find_exercise, is_worked_solution
from ...lessons.exercise import WorkedSolutionError, is_on_trial
from ...lessons.rooms import ROOMS
from .code_to_run import code_to_run


class _Shell(InteractiveShell):
    """IPython without a screen and a history; it starts no other programs."""

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Show nothing: nobody looks."""

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing, as where pictures are drawn inline."""

    def system(self, cmd: str) -> None:
        """Run no `!command`: installing and fetching is the student's, not the teacher's."""
        self.user_ns["_exit_code"] = 0

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Return what a command says that prints nothing."""
        return SList() if split else LSString()


class HandedBack:
    """What `check` hands back while a submission is graded.

    It answers as the worked solution does, so that other exercises can go on from it; where its own
    exercise is on trial, it is what the student handed in.
    """

    def __init__(self, number: str, answer: Any = None) -> None:
        update_wrapper(self, answer)
        self._number, self.answer = number, answer

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Answer as the student's function or the worked solution."""
        if not is_on_trial(self._number):
            return find_exercise(self._number).reference(*arguments, **options)
        if self.answer is None:
            raise WorkedSolutionError("there is no answer of the student's here")
        return self.answer(*arguments, **options)


class Kernel:
    """A notebook to be run, and the answers found so far.

    Parameters
    ----------
    cells : sequence of str
        Code cells of the submission.
    original : sequence of str
        Those of the original notebook, without the exercises' own.
    exercises : mapping of str to str
        Number and name of each exercise's function.
    only_answers : bool
        Whether to run no more than these functions need.

    Attributes
    ----------
    defines : list of list of list of str
        For each statement of each cell that is run, the exercises whose function it defines.
    unreadable : dict of str to str
        Numbers of exercises whose function seems to stand in a cell that is no Python, and why.
    answers : dict of str to object
        What was found last for each exercise.
    unbound : dict of str to str
        Names that a statement should have bound, and what it raised.
    """

    def __init__(
        self,
        cells: Sequence[str],
        original: Sequence[str],
        exercises: Mapping[str, str],
        only_answers: bool = False,
    ) -> None:
        _Shell.clear_instance()
        self._shell = _Shell.instance(
            ipython_dir=str(Path.cwd() / ".ipython"),
            config=Config(HistoryManager={"enabled": False}),
        )
        self._exercises = exercises
        only = [*exercises.values()] if only_answers else None
        code = code_to_run(cells, original, self._parsed, only=only)
        self._cells = code.cells
        self.defines = [
            [[n for n, name in exercises.items() if name in s.bound] for s in cell]
            for cell in self._cells
        ]
        self.unreadable = {
            number: problem
            for number, name in exercises.items()
            for source, problem in code.unreadable
            if f"def {name}" in source
        }
        self.answers: dict[str, Any] = {}
        self.unbound: dict[str, str] = {}
        self._checked: set[str] = set()
        collect_answers(self._collect)
        for number, name in exercises.items():
            if name in code.missing:
                self._shell.user_ns[name] = HandedBack(number)

    def _parsed(self, source: str) -> list[ast.stmt]:
        cell = self._shell.compile.ast_parse(self._shell.transform_cell(source))
        assert isinstance(cell, ast.Module)
        return cell.body

    def run(self, cell: int, place: int) -> tuple[list[str], list[str], str | None]:
        """Run one statement.

        Returns
        -------
        new, checked : list of str
            Numbers of the exercises that have another answer than before, and of those for which
            `check` was called.
        problem : str or None
            What the statement raised; None if it only misses the function of an exercise.
        """
        statement, result = self._cells[cell][place], ExecutionResult(None)
        is_last = place == len(self._cells[cell]) - 1
        # Cell 0 is what was lost, so results get Jupyter's numbers.
        self._shell.execution_count += cell - self._shell.displayhook.prompt_count
        with self._shell.builtin_trap, self._shell.display_trap:
            running = self._shell.run_ast_nodes(
                [statement.node],
                "<cell>",
                "last_expr" if is_last else "none",  # for the names _ and Out
                compiler=self._shell.compile,
                result=result,
            )
            if statement.is_async:
                self._shell.loop_runner(running)
            else:  # here, not in a task, which would keep `numpy.seterr` and the like to itself
                with suppress(StopIteration):
                    running.send(None)
        checked, self._checked = sorted(self._checked), set()
        error = result.error_before_exec or result.error_in_exec
        if error is None or getattr(error, "name", None) in self._exercises.values():
            return self._new(), checked, None
        problem = described(error)
        self.unbound |= dict.fromkeys(statement.bound, problem)
        return self._new(), checked, problem

    def _new(self) -> list[str]:
        """Return the exercises that have another answer now; a value is none where one was."""
        new = []
        for number, name in self._exercises.items():
            found = self._shell.user_ns.get(name)
            if isinstance(found, HandedBack):
                found = found.answer
            known = self.answers.get(number)
            if found is None or found is known or (callable(known) and not callable(found)):
                continue
            self.answers[number] = found
            new.append(number)
        return new

    def answer(self, number: str) -> Callable[..., Any]:
        """Return the answer to an exercise.

        Raises
        ------
        WorkedSolutionError
            If it is the package's own.
        """
        found = self.answers[number]
        module = f"{package.__name__}.{ROOMS[number.split('.')[0]]}.exercises"
        if module in sys.modules and is_worked_solution(find_exercise(number), found):
            raise WorkedSolutionError("this is the worked solution itself")
        return found

    def _collect(self, number: str, answer: Any) -> HandedBack:
        if number in self._exercises:
            self._checked.add(number)
        else:
            find_exercise(number)  # there may be no such exercise
        return answer if isinstance(answer, HandedBack) else HandedBack(number, answer)


def described(error: BaseException) -> str:
    """Return an error's name and text; the text may fail in a student's class."""
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except Exception:
        return type(error).__name__
