"""A student's function as the grader sees it: calls go to the student's process and come back."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory
from typing import Any

from ..checks import check_positive, check_whole
from . import sandbox, wire


@dataclass(frozen=True)
class Limits:
    """What one exercise of one student may take.

    Attributes
    ----------
    seconds : float
        Time, from the definition of the function to the last law.
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
    """A process that defines a function and answers calls of it.

    Parameters
    ----------
    limits : Limits
    sandboxed : bool
        Whether to run it in the sandbox.
    """

    def __init__(self, limits: Limits, *, sandboxed: bool) -> None:
        self.limits = limits
        self._folder = TemporaryDirectory()
        arguments = ["-B", "-m", "pqkd_helpers.classroom.answering", str(limits.memory)]
        self._process = subprocess.Popen(
            sandbox.command(arguments, sandboxed=sandboxed),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=self._folder.name,
            env=None if sandboxed else sandbox.environment(),
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._turn = 0
        self._pipes = _Pipes(self._process.stdin.fileno(), self._process.stdout.fileno())

    def define(self, code: str, name: str) -> Callable[..., Any]:
        """Run code that defines a function, and return what stands for it here.

        Parameters
        ----------
        code : str
        name : str
            Name of the function in it.

        Raises
        ------
        StudentProcessGoneError
            If the process takes too long or ends.
        Exception
            Whatever the code raises, of the same name.
        """
        self._pipes.deadline = time.monotonic() + self.limits.seconds
        self._turn = 0
        self._say({"define": code, "name": name})
        self._heard((), [])

        def answer(*arguments: Any) -> Any:
            functions: list[Callable[..., Any]] = []
            self._turn += 1
            self._say({"arguments": wire.encode(arguments, functions)})
            return self._heard(arguments, functions)

        answer.__name__ = name
        return answer

    @contextmanager
    def _gone(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            message = f"no answer within {self.limits.seconds:g} seconds"
            raise StudentProcessGoneError(message) from error
        except (EOFError, OSError) as error:
            raise StudentProcessGoneError("the process ended by itself") from error
        except (wire.WireError, LookupError, TypeError) as error:
            raise StudentProcessGoneError(f"the process says nonsense: {error}") from error

    def stop(self) -> None:
        """End the process and all that it started."""
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
        with self._gone():
            wire.send(self._pipes, {**message, "turn": self._turn})

    def _heard(self, arguments: tuple[Any, ...], functions: list[Callable[..., Any]]) -> Any:
        failed: Exception | None = None
        while True:
            with self._gone():
                reply = wire.receive(self._pipes)
                if reply.get("turn") != self._turn:
                    raise wire.WireError("an answer out of turn")
                if "error" not in reply and "callback" not in reply:
                    wire.advance(arguments, reply["generators"])
                    return wire.decode(reply["value"])
            if "error" in reply:
                raise failed if failed and reply.get("from callback") else _raised(reply)
            try:
                with self._gone():
                    function, given = functions[reply["callback"]], wire.decode(reply["arguments"])
                value = {"value": wire.encode(function(*given))}
            except Exception as error:  # called with what it does not take
                failed = error
                value = {"error": type(error).__name__, "text": str(error)[:300]}
            self._say(value)


class _Pipes:
    """A stream to and from a process that may never read or write, up to a deadline."""

    def __init__(self, to: int, origin: int) -> None:
        self._to, self._from = to, origin
        os.set_blocking(to, False)
        self.deadline = float("inf")

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
        left = self.deadline - time.monotonic()
        if left <= 0 or not any(select.select(readable, writable, [], left)):
            raise TimeoutError


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
        answer = process.define("import numpy as np\n\ndef f(x):\n    return np.add(x, 1)", "f")
        works, problem = bool(answer(1) == 2), "it gives a wrong answer"
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
