"""How much slower this machine is, right now, than the one that limits in seconds are meant for.

A limit such as "15 seconds on two processor cores" says nothing on a slower or a busy machine. So
every limit is multiplied by `slowness`: the time of a fixed piece of work, done here and now, over
its time on the reference machine, and 1 at least. That takes a second, so `in_time` measures it
only where the limit itself was exceeded.
"""

import time
from collections.abc import Callable
from functools import cache

import torch
from matplotlib.figure import Figure
from torch import nn

from pqkd_helpers.lessons.showing import png_bytes

# Medians on the reference machine, quiet, one thread.
REFERENCE_SECONDS = {"training": 0.1, "drawing": 0.045}


def in_time(seconds: float, limit: float) -> bool:
    """Tell whether work that just took so many seconds would keep the limit elsewhere."""
    return seconds <= limit or seconds <= limit * slowness()


def slowness() -> float:
    """Return the factor for limits in seconds, 1 or more."""
    return max(1.0, *(_seconds(work) / REFERENCE_SECONDS[work] for work in WORK))


def _training() -> None:
    """Train a small convolution for some steps, with one thread as the notebooks do."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        layer, images = _network()
        for _ in range(20):
            layer(images).square().mean().backward()
    finally:
        torch.set_num_threads(threads)


@cache
def _network() -> tuple[nn.Module, torch.Tensor]:
    layers = nn.Sequential(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.Conv2d(16, 32, 3))
    return layers, torch.ones(32, 1, 28, 28)


def _drawing() -> None:
    """Draw a figure with two panels."""
    figure = Figure(figsize=(7.0, 3.0))
    for axes in figure.subplots(1, 2):
        axes.plot(range(100))
    png_bytes(figure)


WORK: dict[str, Callable[[], None]] = {"training": _training, "drawing": _drawing}


def _seconds(work: str) -> float:
    """Return the median time of the work over five repetitions, after one to warm up."""
    times = []
    for _ in range(6):
        started = time.perf_counter()
        WORK[work]()
        times.append(time.perf_counter() - started)
    return sorted(times[1:])[2]
