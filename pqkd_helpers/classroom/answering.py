"""A student's process: it defines one function at a time and answers with what it returns.

Started by `student_process`, inside a sandbox where there is one. It owns no secret: what is right
is known, and decided, on the other side.
"""

import builtins
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from . import wire


def main() -> None:
    """Answer messages from standard input on standard output until the other side is gone."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what a student's code prints or reads is not ours
        os.dup2(nowhere, stream)
    limit_memory(int(sys.argv[1]))
    function: Callable[..., Any] = _nothing
    while True:
        try:
            message = wire.receive(incoming)
        except EOFError:
            return
        try:
            if "define" in message:
                namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
                exec(compile(message["define"], "<submission>", "exec"), namespace)
                function = namespace[message["name"]]
                reply: dict[str, Any] = {"value": None, "generators": []}
            else:
                reply = _called(function, message, incoming, outgoing)
        except BaseException as error:  # SystemExit too: whatever a student's code may raise
            reply = _error(error)
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
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _called(
    function: Callable[..., Any], message: dict[str, Any], incoming: BinaryIO, outgoing: BinaryIO
) -> dict[str, Any]:
    def call(number: int, *arguments: Any) -> Any:
        asked = {"callback": number, "arguments": wire.encode(arguments), "turn": message["turn"]}
        wire.send(outgoing, asked)
        return wire.decode(wire.receive(incoming)["value"])

    arguments = wire.decode(message["arguments"], call)
    value = wire.encode(function(*arguments))
    return {"value": value, "generators": wire.states_of(arguments)}


def _error(error: BaseException) -> dict[str, Any]:
    return {
        "error": type(error).__name__,
        "text": str(error)[:300],
        "not started": isinstance(error, NotImplementedError),
    }


def _nothing(*arguments: Any) -> None:
    raise NotImplementedError


if __name__ == "__main__":
    main()
