"""A student's process as the grader sees it: what is asked of it goes there, answers come back."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from ...common.checks import check_positive, check_whole
from . import walls, wire

# What statements define, and what is unreadable: see `kernel.Kernel`.
Notebook = tuple[list[list[list[str]]], dict[str, str]]
# Exercises with another answer, exercises checked, what was raised: see `kernel.Kernel.run`.
Ran = tuple[list[str], list[str], str | None]
_START = 60.0  # seconds; a slow disk is not the student's fault
_EXERCISES = 20  # that a process may answer, each in its time, with the notebook's own run


@dataclass(frozen=True)
class Limits:
    """What one exercise of one student may take.

    Attributes
    ----------
    seconds : float
        Time that the process may take for all laws, those of the grader not counted; and for one
        statement of the notebook, see `NotebookRun`.
    memory : int
        Bytes of address space.
    """

    seconds: float = 10.0
    memory: int = 4 * 2**30

    def __post_init__(self) -> None:
        check_positive("seconds", self.seconds)
        check_whole("memory", self.memory, least=2**28)


class StudentProcessGoneError(BaseException):
    """The process is of no more use; no law may take that for a wrong answer."""


class StudentProcess:
    """A process that runs a notebook and answers calls of the functions in it.

    Parameters
    ----------
    limits : Limits
    sandboxed : bool
        Whether to run it in the sandbox.
    """

    def __init__(self, limits: Limits, *, sandboxed: bool) -> None:
        self.limits = limits
        self._folder = TemporaryDirectory()
        self._container = f"pqkd-{uuid4().hex}" if sandboxed else ""
        arguments = ["-B", "-m", "pqkd_helpers.classroom.sandbox.answering", str(limits.memory)]
        self._process = subprocess.Popen(
            walls.command(
                arguments,
                sandboxed=sandboxed,
                name=self._container,
                memory=limits.memory,
                seconds=_START + _EXERCISES * limits.seconds,
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=self._folder.name,
            env=None if sandboxed else walls.environment(),
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._turn = 0
        self._seconds = 0.0
        self._pipes = _Pipes(self._process.stdin.fileno(), self._process.stdout.fileno())

    def open(
        self,
        cells: Sequence[str],
        original: Sequence[str],
        exercises: Mapping[str, str],
        only_answers: bool = False,
    ) -> Notebook:
        """Hand over a notebook and return what its statements define, and what is unreadable.

        See `kernel.Kernel`.

        Raises
        ------
        StudentProcessGoneError
            If the process takes too long or ends.
        Exception
            Whatever is raised there, of the same name; of the other methods too.
        """
        notebook = [*cells], [*original], {**exercises}, only_answers
        defines, unreadable = self._asked({"notebook": notebook}, self.limits.seconds + _START)
        return defines, unreadable

    def run(self, cell: int, statement: int, seconds: float) -> Ran:
        """Run one statement of the notebook; see `kernel.Kernel.run`."""
        new, checked, problem = self._asked({"run": [cell, statement]}, seconds)
        return new, checked, problem

    def answer(self, exercise: str) -> Callable[..., Any]:
        """Return what stands here for the answer to an exercise; its time begins now.

        Parameters
        ----------
        exercise : str
            Its number.
        """
        self._begin(self.limits.seconds)

        def answer(*arguments: Any, **options: Any) -> Any:
            given, functions = (arguments, options), list[Callable[..., Any]]()
            self._say({"exercise": exercise, "arguments": wire.encode(given, functions)})
            return self._heard(given, functions)

        return answer

    def _asked(self, message: dict[str, Any], seconds: float) -> Any:
        self._begin(seconds)
        self._say(message)
        return self._heard(((), {}), [])

    def _begin(self, seconds: float) -> None:
        self._seconds = self._pipes.seconds = seconds

    @contextmanager
    def _gone(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            message = f"no answer within {self._seconds:g} seconds"
            raise StudentProcessGoneError(message) from error
        except (EOFError, OSError) as error:
            raise StudentProcessGoneError("the process ended by itself") from error
        except (wire.WireError, LookupError, TypeError) as error:
            raise StudentProcessGoneError(f"the process says nonsense: {error}") from error

    def stop(self) -> None:
        """End the process and all that it started."""
        if self._container:
            walls.end_container(self._container)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()  # without a sandbox, what it started may hold the other end for long
        self._process.wait()
        self._folder.cleanup()

    def _say(self, message: dict[str, Any]) -> None:
        self._turn += 1
        self._send(message)

    def _send(self, message: dict[str, Any]) -> None:
        with self._gone():
            wire.send(self._pipes, {**message, "turn": self._turn})

    def _heard(self, given: Any, functions: list[Callable[..., Any]]) -> Any:
        failed: Exception | None = None
        while True:
            with self._gone():
                reply = wire.receive(self._pipes)
                if reply.get("turn") != self._turn:
                    raise wire.WireError("an answer out of turn")
                if "error" not in reply and "callback" not in reply:
                    if reply.get("changed") is not None:
                        wire.change(given, wire.decode(reply["changed"], lambda *_: None))
                    return wire.decode(reply["value"])
            if "error" in reply:
                raise failed if failed and reply.get("from callback") else _raised(reply)
            try:
                with self._gone():
                    function = functions[reply["callback"]]
                    arguments, options = wire.decode(reply["arguments"])
                value = {"value": wire.encode(function(*arguments, **options))}
            except Exception as error:  # called with what it does not take
                failed = error
                value = {"error": type(error).__name__, "text": str(error)[:300]}
            self._send(value)


class _Pipes:
    """A stream to and from a process that may never read or write; waiting for it is limited."""

    def __init__(self, to: int, origin: int) -> None:
        self._to, self._from = to, origin
        os.set_blocking(to, False)
        self.seconds = 0.0  # left

    def read(self, n_bytes: int) -> bytes:
        self._wait(readable=[self._from])
        return os.read(self._from, n_bytes)

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left:
            self._wait(writable=[self._to])
            left = left[os.write(self._to, left) :]
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def _wait(self, readable: Sequence[int] = (), writable: Sequence[int] = ()) -> None:
        started = time.monotonic()
        is_ready = any(select.select(readable, writable, [], max(self.seconds, 0.0)))
        self.seconds -= time.monotonic() - started
        if not is_ready or self.seconds <= 0.0:
            raise TimeoutError


@cache
def check_processes(limits: Limits, *, sandboxed: bool) -> None:
    """Raise unless a student's process starts here, finds its packages and answers.

    Parameters
    ----------
    limits : Limits
        Those of the students; the time is not limited here.
    sandboxed : bool

    Raises
    ------
    ValueError
        If it does not. Then every student would fail.
    """
    process = StudentProcess(replace(limits, seconds=120.0), sandboxed=sandboxed)
    try:
        cell = "import torch\n\ndef f(x):\n    return torch.tensor(x) + 1"
        process.open([cell], [], {"0.1": "f"})
        for statement in range(2):
            process.run(1, statement, 120.0)
        works, problem = bool(process.answer("0.1")(1) == 2), "it gives a wrong answer"
    except (StudentProcessGoneError, Exception) as error:
        works, problem = False, str(error)
    finally:
        process.stop()
    if not works:
        raise ValueError(
            f"a student's process does not work here ({problem}): install the packages into the "
            "environment itself (not by PYTHONPATH or --user), and give it more --memory"
        )


def _raised(reply: dict[str, Any]) -> Exception:
    if reply.get("not started"):
        return NotImplementedError()
    name = str(reply["error"])[:80]
    kind = type(name if name.isidentifier() else "Error", (Exception,), {})
    return kind(str(reply.get("text", ""))[:300])
