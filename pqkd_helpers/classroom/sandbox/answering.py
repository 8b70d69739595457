"""A student's process: it runs a notebook and answers with what the functions in it return.

Started by `student_process`, inside a sandbox where there is one. It owns no secret: what is right
is known, and decided, on the other side.
"""

import builtins
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from ...lessons.exercise import on_trial
from . import wire
from .kernel import Kernel

Message = dict[str, Any]


def main() -> None:
    """Answer messages from standard input on standard output until the other side is gone."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what a student's code prints or reads is not ours
        os.dup2(nowhere, stream)
    limit_memory(int(sys.argv[1]))
    kernel = Kernel([], [], {})
    while True:
        try:
            message = wire.receive(incoming)
        except EOFError:
            return
        try:
            if "notebook" in message:
                kernel = Kernel(*message["notebook"])
                reply: Message = {"value": wire.encode((kernel.defines, kernel.unreadable))}
            elif "run" in message:
                reply = {"value": wire.encode(kernel.run(*message["run"]))}
            else:
                answer = kernel.answer(message["exercise"])
                with on_trial(message["exercise"]):
                    reply = _called(answer, message, incoming, outgoing)
        except BaseException as error:  # SystemExit too: a student's code may raise anything
            reply = _error(error)
            if isinstance(error, NameError) and error.name in kernel.unbound:
                reply["text"] += f"; its cell raised {kernel.unbound[error.name]}"
        turn = {"turn": message["turn"]}
        try:
            wire.send(outgoing, reply | turn)
        except wire.WireError as error:
            wire.send(outgoing, _error(error) | turn)


def limit_memory(n_bytes: int) -> None:
    """Let this process have no more memory than that, where the system can limit it."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return
    for kind, wanted in ((resource.RLIMIT_AS, n_bytes), (resource.RLIMIT_CORE, 0)):
        most = resource.getrlimit(kind)[1]
        least = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        with suppress(ValueError, OSError):  # systems that know the limit and do not take it
            resource.setrlimit(kind, (least, least))


def _called(
    function: Callable[..., Any], message: Message, incoming: BinaryIO, outgoing: BinaryIO
) -> Message:
    def call(number: int, *arguments: Any, **options: Any) -> Any:
        given = wire.encode((arguments, options))
        wire.send(outgoing, {"callback": number, "arguments": given, "turn": message["turn"]})
        reply = wire.receive(incoming)
        if "error" in reply:
            raise _callback_error(reply)
        return wire.decode(reply["value"])

    arguments, options = wire.decode(message["arguments"], call)
    value = wire.encode(function(*arguments, **options))
    afterwards = wire.encode((arguments, options), [])
    changed = afterwards != message["arguments"]
    return {"value": value, "changed": afterwards if changed else None}


def _callback_error(reply: Message) -> Exception:
    """Return what a function of the other side raised there, of the same kind if it is Python's."""
    kind = getattr(builtins, str(reply["error"]), Exception)
    is_kind = isinstance(kind, type) and issubclass(kind, Exception)
    error: Exception
    try:
        error = (kind if is_kind else Exception)(reply["text"])
    except TypeError:  # UnicodeError and others that want more
        error = Exception(reply["text"])
    error.from_callback = True  # type: ignore[attr-defined]
    return error


def _error(error: BaseException) -> Message:
    try:
        text = str(error)[:300]
    except Exception:  # of a student's class
        text = ""
    return {
        "error": type(error).__name__[:80],
        "text": text,
        "not started": isinstance(error, NotImplementedError),
        "from callback": getattr(error, "from_callback", False) is True,
    }


if __name__ == "__main__":
    main()
