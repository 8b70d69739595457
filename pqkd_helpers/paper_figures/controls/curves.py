"""What the runs of the controls did on the way: learning, length and turning of z (notebook 09).

All arms that are drawn together are shown with the same seeds.
"""

from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ...common.figure_style import COLOURS, say_what_to_see, style
from ...records.measured import late_turns
from ...records.record import Record
from ...records.stored import Catalogue
from .contrasts import (
    CIRCUIT,
    EXPERIMENT,
    FOLLOW_UP,
    LIGHT,
    OTHER_SOURCES,
    PRIMARY,
    errors,
)
from .forest import IN_PLAIN_WORDS

Array = NDArray[np.float64]
SCALE = "controls-scale"
SIZED = ("photonic", "gaussian-frozen")
LATE_EPOCHS = 5


def learning(catalogue: Catalogue, arms: Sequence[str]) -> dict[str, Array]:
    """Return the validation errors of arms, percent, each ``(n_seeds, n_epochs)``."""
    return {
        arm: np.array(
            [
                [100.0 * (1.0 - epoch["validation_accuracy"]) for epoch in run["student"]["epochs"]]
                for run in runs
            ]
        )
        for arm, runs in _same_seeds(catalogue, arms).items()
    }


def over_length(catalogue: Catalogue) -> dict[str, Array]:
    """Return length of z and test error, percent, of runs that differ in that length alone.

    Returns
    -------
    dict of str to (n_runs, 2) array
        By source; the runs at the factor 1 are those of the controls with the same seeds.
    """
    found = {}
    scaled = catalogue.runs(SCALE, tier="cpu")
    for source in SIZED:
        runs = [run for run in scaled if run["configuration"]["features"] == source]
        seeds = {run["seed"] for run in runs}
        runs += [run for run in _runs(catalogue, source) if run["seed"] in seeds]
        lengths = [run["configuration"].get("feature_gain", 1.0) * np.sqrt(512.0) for run in runs]
        found[source] = np.stack([lengths, errors(runs)], axis=1)
    return found


def over_turning(catalogue: Catalogue) -> dict[str, Array]:
    """Return late turn of z per epoch, degrees, and test error, percent, of every source of z.

    Returns
    -------
    dict of str to (n_seeds, 2) array
        By arm; an arm whose records tell no turn is left out.
    """
    found = {}
    arms = (LIGHT, *PRIMARY.values(), *CIRCUIT, *OTHER_SOURCES, *FOLLOW_UP.values())
    for arm, runs in _same_seeds(catalogue, arms).items():
        turn = late_turn(runs)
        if turn is not None:
            found[arm] = np.stack([turn, errors(runs)], axis=1)
    return found


def _runs(catalogue: Catalogue, arm: str) -> list[Record]:
    return catalogue.runs(EXPERIMENT, tier="cpu", arm=arm)


def _same_seeds(catalogue: Catalogue, arms: Sequence[str]) -> dict[str, list[Record]]:
    """Return the runs of each arm that has any, at the seeds that all of these arms have."""
    runs = {arm: found for arm in arms if (found := _runs(catalogue, arm))}
    common = set.intersection(*({run["seed"] for run in found} for found in runs.values()))
    return {arm: [run for run in found if run["seed"] in common] for arm, found in runs.items()}


def late_turn(records: list[Record]) -> NDArray[np.float64] | None:
    """Return the mean turn of z per epoch over the last epochs of each run, degrees."""
    turns = [late_turns(record, LATE_EPOCHS) for record in records]
    if None in turns:
        return None
    return np.array([np.degrees(np.mean([turn or 0.0 for turn in run or ()])) for run in turns])


def learning_curves(curves: dict[str, np.ndarray]) -> Figure:
    """Draw the mean validation error over the epochs, one line per arm.

    Parameters
    ----------
    curves : dict of str to (n_seeds, n_epochs) array
        Validation errors, percent.
    """
    lines = ("-", "--", "-.", ":")
    with style():
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.subplots()
        for number, (arm, errors) in enumerate(curves.items()):
            epochs = np.arange(1, errors.shape[1] + 1)
            axes.plot(
                epochs,
                errors.mean(axis=0),
                linestyle=lines[number % 4],
                marker="" if number < 4 else "o",
                markersize=3,
                color=COLOURS[number % len(COLOURS)],
                label=f"{IN_PLAIN_WORDS.get(arm, arm)} ({len(errors)})",
            )
        axes.set(xlabel="epoch", ylabel="validation error (%)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
        return figure


def error_over_turning(
    points: dict[str, np.ndarray], named: Collection[str] = (LIGHT, "gaussian-fresh")
) -> Figure:
    """Draw the test error of each run over the turning of its z in the late epochs.

    Parameters
    ----------
    points : dict of str to (n_seeds, 2) array
        For each arm: mean turn of z per epoch, degrees, and test error, percent.
    named : collection of str
        Arms in colour, with their names next to them; all others are grey.
    """
    with style():
        figure = Figure(figsize=(6.6, 4.2), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "Does a student err more where its z turns more?")
        others = [values for arm, values in points.items() if arm not in named]
        if others:
            label = "all other sources of z"
            axes.plot(*np.concatenate(others).T, "o", color="0.6", markersize=4, label=label)
        for number, arm in enumerate(arm for arm in named if arm in points):
            values, colour = points[arm], COLOURS[(0, 5)[number % 2]]
            axes.plot(
                *values.T, "Ds^v"[number % 4], color=colour, markersize=7, label=IN_PLAIN_WORDS[arm]
            )
        axes.set(xlabel="turn of z per epoch, late epochs (degrees)", ylabel="test error (%)")
        axes.set_ylim(bottom=0.0)
        figure.legend(loc="outside lower center", ncols=3)
        return figure


def error_over_length(points: dict[str, np.ndarray]) -> Figure:
    """Draw the test error over the length of z, one curve of means per source, seeds as dots.

    Parameters
    ----------
    points : dict of str to (n_runs, 2) array
        For each source: length of z and test error, percent.
    """
    with style():
        figure = Figure(figsize=(6.0, 3.4), layout="constrained")
        axes = figure.subplots()
        for number, (source, values) in enumerate(points.items()):
            lengths = np.unique(values[:, 0])
            means = [values[values[:, 0] == length, 1].mean() for length in lengths]
            look = {"color": COLOURS[number], "marker": "osD^"[number % 4]}
            label = IN_PLAIN_WORDS.get(source, source)
            axes.plot(lengths, means, linestyle=("-", "--")[number % 2], label=label, **look)
            axes.plot(values[:, 0], values[:, 1], linestyle="", markersize=3, alpha=0.5, **look)
        axes.set(
            xscale="log", xlabel="length |z| (no unit)", ylabel="test error (%)", ylim=(0.0, 100.0)
        )
        axes.legend()
        return figure
