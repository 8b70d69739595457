"""Values and messages between the grader and a student's process, none of which is ever run.

A message is a length (four bytes, most significant first) and JSON. Numbers, texts, arrays,
tuples, lists and dictionaries are written out, and so is what `plain` makes one of these, as it
does for the laws; functions stay where they are and are called from there; random generators
travel with their state. Nothing is unpickled.
"""

import base64
import json
import struct
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from ...lessons.plain_values import NUMBERS, plain_part

LARGEST_MESSAGE = 32 * 2**20
_DEEPEST = 20
_LENGTH = struct.Struct(">I")


class Stream(Protocol):
    """What messages are written to and read from."""

    def read(self, n_bytes: int, /) -> bytes:
        """Return some bytes, n_bytes at most; none at the end."""

    def write(self, data: bytes, /) -> int:
        """Write all of the data."""

    def flush(self) -> None:
        """Send what was written."""


class WireError(Exception):
    """A value that cannot be handed over, or a message that is none."""


def send(stream: Stream, message: dict[str, Any]) -> None:
    """Write one message.

    Raises
    ------
    WireError
        If it is too long.
    """
    try:
        payload = json.dumps(message).encode()
    except ValueError as error:  # a whole number of thousands of digits
        raise WireError(f"a value cannot be written out: {error}") from error
    if len(payload) > LARGEST_MESSAGE:
        raise WireError(
            f"a value of {len(payload):,} bytes is too large: {LARGEST_MESSAGE:,} at most"
        )
    stream.write(_LENGTH.pack(len(payload)) + payload)
    stream.flush()


def receive(stream: Stream) -> dict[str, Any]:
    """Read one message.

    Raises
    ------
    EOFError
        If the other side is gone.
    WireError
        If it is no message, or too long.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > LARGEST_MESSAGE:
        raise WireError(f"a message of {length:,} bytes is too large")
    try:
        message = json.loads(_exactly(stream, length))
    except (ValueError, RecursionError) as error:
        raise WireError(f"this is no message: {error}") from error
    if not isinstance(message, dict):
        raise WireError("this is no message")
    return message


def _exactly(stream: Stream, n_bytes: int) -> bytes:
    found = b""
    while len(found) < n_bytes:
        part = stream.read(n_bytes - len(found))
        if not part:
            raise EOFError("the other side is gone")
        found += part
    return found


def encode(value: Any, functions: list[Callable[..., Any]] | None = None, depth: int = 0) -> Any:
    """Return a value as plain JSON.

    Parameters
    ----------
    value : object
        None, number, text, array of any library, numpy.random.Generator (PCG64), or tuple, list
        or dict of these.
    functions : list or None
        Where functions among them are put down; None: there must be none.

    Raises
    ------
    WireError
        If it holds something else.
    """
    if depth > _DEEPEST:
        raise WireError(f"values nested more than {_DEEPEST} deep cannot be handed over")
    if isinstance(value, tuple | list):
        parts = [encode(part, functions, depth + 1) for part in value]
        return {"tuple": parts} if isinstance(value, tuple) else parts
    if isinstance(value, dict):
        items = [(key, value[key]) for key in value]
        return {"dict": [[encode(part, functions, depth + 1) for part in item] for item in items]}
    if isinstance(value, np.random.Generator):
        return {"generator": _state_of(value)}
    if callable(value) and functions is not None:
        functions.append(value)
        return {"function": len(functions) - 1}
    value = plain_part(value)
    if isinstance(value, list):
        return encode(value, functions, depth + 1)
    if isinstance(value, np.ndarray | np.generic):
        return _encoded_array(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):  # of another class: an enumeration
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    raise WireError(
        f"a {type(value).__name__} cannot be handed over; numbers, texts, arrays, tuples, lists "
        "and dictionaries of these are expected"
    )


def decode(value: Any, call: Callable[..., Any] | None = None) -> Any:
    """Return the value that was encoded.

    Parameters
    ----------
    value : JSON value
    call : callable or None
        Calls the other side's function of a number: ``call(number, *args, **options)``; None:
        there is none.

    Raises
    ------
    WireError
        If this is no encoded value.
    """
    try:
        return _decoded(value, call)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WireError(f"this is no value: {error}") from error


def _decoded(value: Any, call: Callable[..., Any] | None) -> Any:
    if isinstance(value, list):
        return [_decoded(part, call) for part in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    match kind:
        case "complex":
            return complex(*content)
        case "tuple":
            return tuple(_decoded(part, call) for part in content)
        case "dict":
            return {_decoded(key, call): _decoded(part, call) for key, part in content}
        case "array":
            return _decoded_array(*content)
        case "generator":
            return _generator_of(content)
        case "function" if call is not None:
            return lambda *args, **options: call(content, *args, **options)
    raise ValueError(f"{kind!r} is not known")


def _encoded_array(value: Any) -> dict[str, Any]:
    array = np.asarray(value, order="C")
    if array.dtype.kind not in NUMBERS:
        raise WireError(f"an array of {array.dtype} cannot be handed over; numbers are expected")
    is_array = isinstance(value, np.ndarray)
    data = base64.b64encode(array.tobytes()).decode()
    return {"array": [array.dtype.str, list(array.shape) if is_array else None, data]}


def _decoded_array(dtype: str, shape: list[int] | None, data: str) -> Any:
    kind = np.dtype(dtype)
    if kind.kind not in NUMBERS:
        raise ValueError(f"an array of {kind}")
    flat = np.frombuffer(base64.b64decode(data), dtype=kind)
    return flat.copy()[0] if shape is None else flat.reshape(shape).copy()


def _state_of(generator: np.random.Generator) -> dict[str, int]:
    state = generator.bit_generator.state
    if state["bit_generator"] != "PCG64":
        raise WireError(f"a generator {state['bit_generator']} cannot be handed over")
    return {
        **{name: int(state["state"][name]) for name in ("state", "inc")},
        **{name: int(state[name]) for name in ("has_uint32", "uinteger")},
    }


def _generator_of(state: dict[str, int]) -> np.random.Generator:
    generator = np.random.Generator(np.random.PCG64(0))
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {name: int(state[name]) for name in ("state", "inc")},
        **{name: int(state[name]) for name in ("has_uint32", "uinteger")},
    }
    return generator


def change(here: Any, there: Any) -> None:
    """Change values into what has become of their copies on the other side.

    Parameters
    ----------
    here : object
        Arguments of a call: arrays, lists, dictionaries and random generators are changed.
    there : object
        What was decoded, of the same form.

    Raises
    ------
    WireError
        If it is not.
    """
    try:
        _change(here, there)
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise WireError(f"this has not become of the arguments: {error}") from error


def _change(here: Any, there: Any) -> None:
    if isinstance(here, np.random.Generator):
        here.bit_generator.state = there.bit_generator.state
    elif isinstance(here, np.ndarray):
        if here.flags.writeable:
            here[...] = there
    elif isinstance(here, list):
        here[:] = there
    elif isinstance(here, dict):
        new = dict(there)
        here.clear()
        here.update(new)
    elif isinstance(here, tuple):
        for mine, theirs in zip(here, there, strict=True):
            _change(mine, theirs)
