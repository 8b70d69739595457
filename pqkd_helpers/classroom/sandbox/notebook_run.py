"""Running a submitted notebook in order, also if a cell never ends or ends the process.

A statement may take half of the time that is left for the notebook, at most the limit of one
exercise. One that takes longer, or ends its process, is left out: a new process runs those before
it once more, and goes on below it. So a cell that never ends costs time and nothing else. Where
many such cells use up the time, the notebook is run once more, cut to what its answers need.
A statement that raises does not keep those below it from being run: the student's files, packages
and answers to `input()` are not here.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .student_process import Limits, Notebook, Ran, StudentProcess, StudentProcessGoneError

_TIMES = 2  # the limit of one exercise, for the whole notebook
_LEAST = 0.05  # of that limit: with a smaller share nothing is run any more


class TimeIsUpError(StudentProcessGoneError):
    """All cells together take too long."""


@dataclass
class Moment:
    """What has changed in a cell.

    Attributes
    ----------
    new : set of str
        Numbers of the exercises that have another answer.
    checked : set of str
        Of those for which the notebook called `check`.
    """

    new: set[str] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)


class NotebookRun:
    """A run of a notebook in a student's process.

    Parameters
    ----------
    cells, original, exercises
        See `kernel.Kernel`.
    limits : Limits
    sandboxed : bool

    Attributes
    ----------
    problems : dict of str to (str, str)
        Status and reason of exercises that may have no answer: their cell is no Python, raised,
        or was left out.
    """

    def __init__(
        self,
        cells: Sequence[str],
        original: Sequence[str],
        exercises: Mapping[str, str],
        limits: Limits,
        *,
        sandboxed: bool,
    ) -> None:
        self._notebook = (cells, original, exercises)
        self._only_answers = False
        self._limits, self._sandboxed = limits, sandboxed
        self._left = 0.0
        self._done: list[tuple[int, int]] = []
        self._process: StudentProcess | None = None
        self.problems: dict[str, tuple[Literal["wrong", "syntax error", "failed"], str]] = {}

    def moments(self, *, only_answers: bool = False) -> Iterator[Moment]:
        """Run the notebook, and stop after each cell.

        Parameters
        ----------
        only_answers : bool
            Whether to run no more than the answers need.

        Raises
        ------
        TimeIsUpError
            If all its time is used up.
        StudentProcessGoneError
            If it cannot be read.
        """
        self._only_answers, self._done = only_answers, []
        self._left = _TIMES * self._limits.seconds
        defines, unreadable = self._start()
        for exercise, problem in unreadable.items():
            name = self._notebook[2][exercise]
            law = f"the cell that defines {name} is not valid Python: {problem}"
            self.problems[exercise] = "syntax error", law
        for cell, statements in enumerate(defines):
            moment = Moment()
            for statement, defined in enumerate(statements):
                self._run((cell, statement), defined, moment)
            yield moment

    def answer(self, exercise: str) -> Callable[..., Any]:
        """Return what stands for the answer to an exercise, as it is now."""
        assert self._process is not None
        return self._process.answer(exercise)

    def recover(self) -> None:
        """Go on where it was, in a new process."""
        self._start()
        for place in self._done.copy():
            try:
                self._ran(place, self._limits.seconds)
            except StudentProcessGoneError:
                self._done.remove(place)
                return self.recover()
        return None

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _start(self) -> Notebook:
        self.stop()
        self._process = StudentProcess(self._limits, sandboxed=self._sandboxed)
        return self._process.open(*self._notebook, self._only_answers)

    def _run(self, place: tuple[int, int], defined: list[str], moment: Moment) -> None:
        share = min(self._left / 2, self._limits.seconds)
        if share < _LEAST * self._limits.seconds:
            total = _TIMES * self._limits.seconds
            raise TimeIsUpError(f"the cells above take more than {total:g} seconds")
        started = time.monotonic()
        try:
            new, checked, problem = self._ran(place, share)
        except StudentProcessGoneError as gone:
            self._left -= time.monotonic() - started
            self.problems |= dict.fromkeys(defined, ("failed", str(gone)))
            self.recover()
            return
        self._left -= time.monotonic() - started
        self._done.append(place)
        if problem is not None:
            reason = f"running the cell raised {problem}"
            self.problems |= dict.fromkeys(defined, ("wrong", reason))
        moment.new.update(new)
        moment.checked.update(checked)

    def _ran(self, place: tuple[int, int], seconds: float) -> Ran:
        assert self._process is not None
        try:
            return self._process.run(*place, seconds)
        except Exception as error:  # the student's code has broken the shell itself
            return [], [], str(error)
