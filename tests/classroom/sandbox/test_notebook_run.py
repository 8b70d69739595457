"""A submission does what it does in Jupyter, statement by statement, and nothing stops it."""

import textwrap

import numpy as np
import pytest

from pqkd_helpers.classroom.sandbox import notebook_run
from pqkd_helpers.classroom.sandbox.notebook_run import NotebookRun, TimeIsUpError
from pqkd_helpers.classroom.sandbox.student_process import (
    Limits,
    StudentProcess,
    StudentProcessGoneError,
)

F = "def f():\n    return v"


@pytest.fixture(scope="module")
def process():
    found = StudentProcess(Limits(60.0), sandboxed=False)
    yield found
    found.stop()


def answer_of(process, cells, name="f"):
    """Run cells and return what stands for their function."""
    defines, _ = process.open(cells, [], {"2.1": name})
    for cell, statements in enumerate(defines):
        for statement in range(len(statements)):
            process.run(cell, statement, 60.0)
    return process.answer("2.1")


# Cells, and what f() returns after Jupyter has run all of them in order.
IN_ORDER = {
    "star import": (["from math import *", "def f():\n    return sqrt(4.0)"], 2.0),
    "helper in except": (["try:\n    import no\nexcept ImportError:\n    v = 3", F], 3),
    "answer in if": (["if __name__ == '__main__':\n    def f():\n        return 1"], 1),
    "appended": (["v = []", "v.append(2)", F], [2]),
    "appended in a comprehension": (["v = []", "_ = [v.append(i) for i in range(2)]", F], [0, 1]),
    "assigned in a part": (["v = [0, 0]", "for i in range(2):\n    v[i] = i", F], [0, 1]),
    "filled by a function": (
        ["import numpy as np\nv = np.ones((2, 2))\nnp.fill_diagonal(v, 0)", F],
        [[0, 1], [1, 0]],
    ),
    "changed through another name": (["v = {'a': 1}", "w = v\nw['a'] = 2", F], {"a": 2}),
    "set by a function": (["def set_up():\n    global v\n    v = 1\nset_up()", F], 1),
    "globals()": (["globals()['v'] = 1", F], 1),
    "exec": (["exec('v = 1')", F], 1),
    "the module itself": (["import __main__\n__main__.v = 1", F], 1),
    "matched": (["match (1, 2):\n    case (v, _):\n        pass", F], 1),
    "deleted and made anew": (["v = 7\ndel v\nv = 1", F], 1),
    "from itself": (["s = 4", "s = s / 2", "def f():\n    return s"], 2.0),
    "a setting of a library": (
        ["import numpy as np\nnp.set_printoptions(2)", "def f():\n    return str(np.ones(1) / 3)"],
        "[0.33]",
    ),
    "counted": (["n = 0", "def f():\n    global n\n    n += 1\n    return n"], 1),
    "default of the same name": (["k = 5", "def f(k=k):\n    return k"], 5),
    "comprehension": (["i = 7", "def f():\n    return [i for i in range(2)] + [i]"], [0, 1, 7]),
    "attribute of the function": (["def f():\n    return f.v", "f.v = 3"], 3),
    "wrapped": (
        ["def twice(g):\n    return lambda: 2 * g()", "def f():\n    return 1", "f = twice(f)"],
        2,
    ),
    "method": (["class A:\n    one = 1\n    def f(self):\n        return self.one\nf = A().f"], 1),
    "defined twice": (["def f():\n    return 1", "def f():\n    return 2"], 2),
    "a value of the same name below": (["def f():\n    return 1", "f = f()"], 1),
    "awaited": (["import asyncio\nv = await asyncio.sleep(0, 1)", F], 1),
    "annotations": (
        ["from __future__ import annotations", "def f(x: Unknown = 1) -> Vector:\n    return x"],
        1,
    ),
    "a number that no decimal can write": ([f"v = 0x{'f' * 4000}\nv = v % 2", F], 1),
    # IPython's own forms
    "cell magic": (["%%time\ndef f():\n    return 1"], 1),
    "line magics": (["%matplotlib inline\n!ls \\\n  -l\nimport math\nmath.pi?\nv = 1", F], 1),
    "magic in a block": (["for v in range(2):\n    %time v", F], 1),
    "magic with a result": (["t = %timeit -o -n1 -r1 1 + 1\nv = t.loops", F], 1),
    "output of a command": (["v = !ls", F], []),
    "line that starts with %": (["%time 1 + 1\nv = (7\n% 4)", F], 3),
    "text with a line that starts with %": (["%time 1 + 1\nv = '''\n%d'''", F], "\n%d"),
    "prompts": ([">>> v = 1", ">>> def f():\n...     return v"], 1),
    "get_ipython": (["def f():\n    return get_ipython().user_ns['v']", "v = 1"], 1),
    "the last result": (["2 * 2;\n1 + 0", "v = _", F], 1),
    "a numbered result": (["6", "7", "v = Out[1]", F], 6),
    "pylab": (["%pylab inline", "def f():\n    return zeros(2)"], [0, 0]),
    "a file": (["%%writefile g.py\nv = 1", "from g import v", F], 1),
    # What fails in a cell keeps neither its other statements nor other cells from being run
    "errors": (["1 / 0", "n = int(input())\nv = 1", "raise SystemExit", "def g(:", F, "exit()"], 1),
}


@pytest.mark.parametrize("kind", IN_ORDER)
def test_what_is_run_is_what_jupyter_would_hold(kind, process):
    cells, expected = IN_ORDER[kind]
    assert np.array_equal(answer_of(process, cells)(), expected)


def test_what_is_pasted_from_a_window_is_run_too(process):
    assert answer_of(process, ["def f():\r\n    return 1\r\n"])() == 1
    assert answer_of(process, ["def f():\r    return 1\r"])() == 1


CHECKED = {
    "assigned": "f = check('2.1', f)",
    "under another name": "from pqkd_helpers.lessons import check as tried\nf = tried('2.1', f)",
    "as an attribute": "import pqkd_helpers.lessons as e\nf = e.check('2.1', f)",
    "with an annotation": "f: object = check('2.1', f)",
    "in a tuple": "f, done = check('2.1', f), True",
    "in a block": "if True:\n    f = check('2.1', f)",
    "in a function": "def tried():\n    global f\n    f = check('2.1', f)\ntried()",
    "twice": "f = check('2.1', check('2.1', f))",
    "in one expression": "(f := check('2.1', f))",
    "wrapped": "g = check('2.1', f)\nf = lambda: g()",
    "a part of it": "from functools import partial\nf = partial(check('2.1', f))",
    "called for nothing": "check('2.1', f)",
}


@pytest.mark.parametrize("form", CHECKED)
def test_what_check_hands_back_is_the_students_answer_on_trial(form, process):
    imports = "from pqkd_helpers.lessons import check"
    for body, raised in (("return 3.5", None), ("raise NotImplementedError", NotImplementedError)):
        mine = f"def f():\n    {body}\n{CHECKED[form]}"
        answer = answer_of(process, [imports, mine])
        if raised is None:
            assert answer() == 3.5
        else:
            with pytest.raises(raised):
                answer()


def test_other_exercises_go_on_from_the_worked_solution(process):
    cells = [
        "import numpy as np\nfrom pqkd_helpers.lessons import check",
        "def accuracy_at_zero():\n    raise NotImplementedError",
        "accuracy_at_zero = check('0.1', accuracy_at_zero)",
        "def f():\n    return accuracy_at_zero() + twin(np.ones((1, 1)))[0, 0]",
    ]
    process.open(cells, [], {"0.1": "accuracy_at_zero", "2.2": "f", "2.1": "twin"})
    for cell, statement in ((1, 0), (1, 1), (2, 0), (3, 0), (4, 0)):
        process.run(cell, statement, 60.0)
    assert process.answer("2.2")() == 11.0
    with pytest.raises(Exception, match=r"2\.1"):
        process.answer("2.1")()  # there is no answer, only what stands for one


def test_what_stands_for_a_missing_answer_is_none(process):
    process.open(
        ["g = accuracy_at_zero", "globals()['accuracy_at_zero'] = lambda: g()"],
        [],
        {"0.1": "accuracy_at_zero"},
    )
    for cell in (1, 2):
        process.run(cell, 0, 60.0)
    with pytest.raises(Exception, match="no answer of the student's"):
        process.answer("0.1")()


def test_the_worked_solution_itself_is_no_answer(process):
    module = "pqkd_helpers.lessons.nb02_feature_histograms.exercises"
    for source in (
        f"from {module} import twin as f",
        f"import {module} as m\nf = m.twin",
    ):
        answer = answer_of(process, [f"import {module} as m", source])
        with pytest.raises(Exception, match="the worked solution itself"):
            answer()


def test_arguments_are_changed_here_as_they_are_there(process):
    source = """
    def f(array, items, both, rng, keys, call):
        array[0] = items.pop()
        both[0][:] = 1.0
        keys["a"] = rng.random()
        return call(array, scale=2)
    """
    answer = answer_of(process, [textwrap.dedent(source)])
    array, items, both, keys = np.zeros(2), [1, 2], (np.zeros(2), "x"), {"b": 1}
    rng, twin = np.random.default_rng(1), np.random.default_rng(1)
    assert answer(array, items, both, rng, keys, lambda a, scale: scale * a.sum()) == 4.0
    assert array.tolist() == [2.0, 0.0] and items == [1] and both[0].tolist() == [1.0, 1.0]
    assert keys == {"b": 1, "a": twin.random()} and rng.random() == twin.random()


@pytest.mark.parametrize(
    "value",
    [
        "pd.Series([1.0, 2.0])",
        "deque([1, 2])",
        "range(1, 3)",
        "(Fraction(1), Decimal(2))",
        "torch.tensor([1.0, 2.0], requires_grad=True)",
        "np.ma.masked_array([1, 2])",
    ],
)
def test_what_check_accepts_comes_back(value, process):
    imports = "import numpy as np, pandas as pd, torch\nfrom collections import deque\n"
    imports += "from fractions import Fraction\nfrom decimal import Decimal\n"
    found = answer_of(process, [imports, f"def f():\n    return {value}"])()
    assert np.array_equal(found, [1, 2])


def test_an_answer_without_what_its_cell_should_have_read_is_told_why(process):
    answer = answer_of(process, ["v = open('mine.csv').read()", F])
    with pytest.raises(Exception, match=r"'v' is not defined; its cell raised FileNotFoundError"):
        answer()


STOPPING = {
    "endless": "while True:\n    pass",
    "asleep": "import time\ntime.sleep(1e6)",
    "ended": "import os\nos._exit(0)",
}


@pytest.mark.slow
def test_what_does_not_end_is_left_out():
    cells = [*STOPPING.values(), "v = 1", F, "while True: v = 2", "boom = 1 / 0"]
    run = NotebookRun(cells, [], {"2.1": "f"}, Limits(1.0), sandboxed=False)
    try:
        assert [moment.new for moment in run.moments()].count({"2.1"}) == 1
        assert run.answer("2.1")() == 1
    finally:
        run.stop()


@pytest.mark.slow
def test_a_notebook_that_costs_all_its_time_is_cut_to_its_answers(monkeypatch):
    monkeypatch.setattr(notebook_run, "_LEAST", 0.6)
    cells = [*["while True: pass"] * 9, "v = 1", F]
    run = NotebookRun(cells, [], {"2.1": "f"}, Limits(0.5), sandboxed=False)
    try:
        with pytest.raises(TimeIsUpError, match="more than 1 seconds"):
            list(run.moments())
        assert [moment.new for moment in run.moments(only_answers=True)][-1] == {"2.1"}
        assert run.answer("2.1")() == 1
    finally:
        run.stop()


@pytest.mark.slow
def test_after_the_process_is_gone_the_notebook_goes_on_where_it_was():
    cells = [
        "n = []",
        "n.append(1)",
        "def f():\n    import os\n    os._exit(1)",
        "def f(): return n",
    ]
    run = NotebookRun(cells, [], {"2.1": "f"}, Limits(5.0), sandboxed=False)
    try:
        for moment in run.moments():
            if moment.new:
                try:
                    assert run.answer("2.1")() == [1]
                except StudentProcessGoneError:
                    run.recover()
        assert run.answer("2.1")() == [1]
    finally:
        run.stop()
