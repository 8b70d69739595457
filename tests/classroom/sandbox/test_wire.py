"""Values that come and go between processes, and messages that are none."""

import io
import json
from collections import deque
from enum import IntEnum
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from pqkd_helpers.classroom.sandbox import wire
from pqkd_helpers.lessons.checking import exercises_of
from pqkd_helpers.lessons.exercise import same
from pqkd_helpers.lessons.rooms import ROOMS


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        2**60,
        -1.5,
        float("inf"),
        1 + 2j,
        "text",
        np.float32(0.1),
        np.int64(3),
        np.bool_(True),
        np.arange(6).reshape(2, 3),
        np.array(2.0),
        np.zeros((0, 3)),
        np.arange(6.0).reshape(2, 3).T,
        np.array([1j, 2.0]),
        (1, [2.0, (3,)], {"a": [None], 4: "b"}),
        [],
        {},
    ],
)
def test_values_arrive_as_they_were(value):
    found = wire.decode(json.loads(json.dumps(wire.encode(value))))
    assert type(found) is type(value)
    if isinstance(value, np.ndarray | np.generic):
        assert found.dtype == value.dtype and found.shape == value.shape
    assert same(found, value) or value is None


def test_a_tensor_arrives_as_an_array():
    assert np.array_equal(wire.decode(wire.encode(torch.ones(2, 2))), np.ones((2, 2)))


def test_a_generator_goes_on_where_it_stood():
    here = np.random.default_rng(3)
    here.integers(0, 10, 3, dtype=np.uint32)
    there = wire.decode(json.loads(json.dumps(wire.encode(here))))
    drawn = there.standard_normal(5)
    wire.change((1, here), (1, wire.decode(wire.encode(there))))
    assert here.random() == there.random()
    assert not np.array_equal(drawn, here.standard_normal(5))


def test_what_was_handed_over_is_changed_here_as_it_was_there():
    array, items, keys = np.zeros(2), [1], {"a": 1}
    constant = np.zeros(2)
    constant.flags.writeable = False
    wire.change((array, items, keys, constant, "x"), (np.ones(2), [2, 3], {"b": 2}, [1, 1], "y"))
    assert array.tolist() == [1.0, 1.0] and items == [2, 3] and keys == {"b": 2}
    assert constant.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (np.zeros(2), np.zeros(3)),
        (np.random.default_rng(0), 3),
        ({}, 3),
        ([], 3),
        ((1, 2), (1,)),
    ],
)
def test_what_has_not_become_of_the_arguments_is_refused(here, there):
    with pytest.raises(wire.WireError, match="has not become"):
        wire.change(here, there)


@pytest.mark.parametrize(
    "value",
    [
        deque([1, 2]),
        range(1, 3),
        [Fraction(1), IntEnum("Two", {"two": 2}).two],
        pd.Series([1, 2]),
        torch.tensor([1.0, 2.0], requires_grad=True),
        np.ma.masked_array([1, 2]),
        np.array([Fraction(1), 2], dtype=object),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_laws_take_for_numbers_arrives(value):
    assert same(wire.decode(json.loads(json.dumps(wire.encode({"a": value})))), {"a": [1, 2]})


def test_arguments_of_every_exercise_arrive_with_their_types():
    for notebook in ROOMS:
        for exercise in exercises_of(notebook):
            for given in exercise.probes():
                there = wire.decode(wire.encode(given, []), print)
                assert [type(a) for a in there if not callable(a)] == [
                    type(a) for a in given if not callable(a)
                ]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", np.array([object()]), print])
def test_other_values_are_refused(value):
    with pytest.raises(wire.WireError, match="cannot be handed over"):
        wire.encode(value)


def test_endless_nesting_is_refused():
    value = []
    value.append(value)
    with pytest.raises(wire.WireError, match="deep"):
        wire.encode(value)


@pytest.mark.parametrize(
    "value",
    [
        {"array": ["|O", [1], ""]},
        {"array": ["<f8", [10**12], ""]},
        {"array": ["nonsense", [1], ""]},
        {"array": 3},
        {"function": 0},
        {"one": 1, "two": 2},
        {},
        {"generator": {"state": -1, "inc": 0, "has_uint32": 0, "uinteger": 0}},
        {"dict": [[["list"], 1]]},
    ],
)
def test_what_is_no_value_is_refused(value):
    with pytest.raises(wire.WireError):
        wire.decode(value)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EOFError),
        (b"\0\0\0\5{", EOFError),
        (b"\0\0\0\1{", wire.WireError),
        (b"\0\0\0\2[]", wire.WireError),
        (b"\xff\xff\xff\xff", wire.WireError),
        (b"\0\0\0\2\xff\xff", wire.WireError),
    ],
)
def test_what_is_no_message_is_refused(data, error):
    with pytest.raises(error):
        wire.receive(io.BytesIO(data))


def test_a_message_arrives():
    stream = io.BytesIO()
    wire.send(stream, {"a": [1.5, None]})
    stream.seek(0)
    assert wire.receive(stream) == {"a": [1.5, None]}


def test_a_message_too_long_is_not_sent():
    stream = io.BytesIO()
    with pytest.raises(wire.WireError, match="too large"):
        wire.send(stream, {"a": "x" * wire.LARGEST_MESSAGE})
    assert stream.getvalue() == b""
