"""The code of the page "bring your own" runs, from top to bottom, and does what it says."""

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "notebooks" / "bring_your_own.md"


def blocks():
    return re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)


def test_its_code_runs_and_trains(capsys):
    names = {}
    for block in blocks():
        exec(compile(block, PAGE.name, "exec"), names)
    numbers = [float(text) for text in re.findall(r"\d\.\d+", capsys.readouterr().out)]
    with_coins, of_bands, of_one_layer = numbers
    assert with_coins > 0.7 and of_one_layer > 0.7  # of ten digits, after twelve epochs
    assert of_bands > 0.9  # the bands are easy
    assert names["student"].feature_dim == 512


def test_the_sampler_has_twenty_lines_at_most():
    assert blocks()[0].strip().count("\n") < 20


def test_the_sampler_keeps_the_protocol():
    names = {}
    exec(compile(blocks()[0], PAGE.name, "exec"), names)
    source = names["Coins"]()
    assert (source.n_modes, source.n_angles) == (16, 16)
    clicks = source.sample(np.full(16, np.pi / 2), 5, rng=np.random.default_rng(0))
    assert clicks.shape == (5, 16) and clicks.all()
