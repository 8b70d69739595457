"""The gain over the number of shots at test time, of students that were trained once.

Backs notebook 10; the study is `experiments.studies.shot_sweep`.
"""

import math

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..common.figure_style import COLOURS, say_what_to_see, style
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.decay_fits import PaperFit, fit_like_the_paper
from ..statistics.means import mean_of
from .gain_curves import limits_of_seeds
from .markdown_table import Row, markdown_table
from .paper_values import SHOT_NOISE_LIMIT, SHOT_NOISE_R_SQUARED
from .result import Result

EXPERIMENT = "shot-sweep"
KINDS = {"smoothed": "ema", "fresh": "raw"}  # z at test time -> the paper's curve
# The fit's first S, and what that range is.
RANGES = {1: "all S", 25: "S from 25 on, as in notebook 07"}


def sweeps(catalogue: Catalogue) -> list[Record]:
    """Return the study's records, one per student, in the order of their seeds."""
    return [r for r in catalogue.runs(EXPERIMENT, tier="cpu") if r["kind"] == "study"]


def sweep_gains(records: list[Record], kind: str) -> tuple[list[int], NDArray[np.float64]]:
    """Return the numbers of shots, and the gains over z = 0, means over the draws.

    Parameters
    ----------
    records : list of Record
    kind : {"fresh", "smoothed"}

    Returns
    -------
    (n_shots,) list of int and (n_seeds, n_shots) array
        Gains in percentage points of test accuracy.
    """
    rows = [[row for row in r["results"]["rows"] if row["z"] == kind] for r in records]
    accuracies = [[100.0 * np.mean(row["accuracies"]) for row in found] for found in rows]
    zero = [[100.0 * record["results"]["at_zero"]] for record in records]
    return [row["shots"] for row in rows[0]], np.array(accuracies) - np.array(zero)


def sweep_fit(records: list[Record], kind: str, least: int = 1) -> PaperFit:
    """Return the paper's fit of the means over the students, from ``least`` shots on."""
    shots, means = _means(records, kind)
    kept = [i for i, s in enumerate(shots) if s >= least]
    return fit_like_the_paper([shots[i] for i in kept], means[kept], np.ones(len(kept)))


def sweep_limits(records: list[Record], kind: str, least: int = 1) -> NDArray[np.float64]:
    """Return the limit of the paper's fit of every student, ``(n_seeds,)``."""
    shots, gains = sweep_gains(records, kind)
    kept = [i for i, s in enumerate(shots) if s >= least]
    return limits_of_seeds([shots[i] for i in kept], gains[:, kept])


def shot_sweep(catalogue: Catalogue) -> Result | None:
    """Return the test-time curves next to the paper's limits, or None without a record."""
    records = sweeps(catalogue)
    if not records:
        return None
    rows = [row for kind in KINDS for row in _rows(records, kind)]
    n_seeds = len(records)
    return Result(
        name="shot-sweep",
        title="Accuracy gain over the number of shots at test time",
        rows=rows,
        findings=[],
        draw=lambda: gain_at_test_time(records, rows),
        alt=_alt(rows),
        reading=(
            f"{n_seeds} student{'s' * (n_seeds > 1)}, trained once with 200 shots and the angles "
            "at rest, then tested with other z. Fresh: one histogram of S shots. Smoothed: the "
            "moving average of 100 epochs of S shots each. Small dots: students. At the right "
            "edge: the exact z, infinitely many shots. The fits have the paper's form, "
            f"limit - k / sqrt(S):\n\n{_fits_table(records)}{_worth_of_smoothing(records)}"
        ),
        rerun="python -m pqkd_helpers reproduce shot-sweep --tier cpu --seeds 3",
        differs=[
            "The net is the narrow one of our shot-noise figure: widths (16, 32, 32), 10,000 "
            "images, 30 epochs.",
            "Both curves test the same student. We do not know whether the paper's two curves do.",
        ],
        assumed=["z is scaled to unit root mean square.", "The angles rest: shot noise is alone."],
        limits=[
            "Both curves tend to the same gain, that of the exact z, and the fits need not: the "
            "form does not fit a curve that rises late. That the paper's limits come from such a "
            "test is a guess after the fact; we do not know its range of S.",
        ],
        columns=("z", "shots", "gain", "n"),
        formats={"gain": "{gain:.2f}"},
    )


def _rows(records: list[Record], kind: str) -> list[Row]:
    shots, gains = sweep_gains(records, kind)
    exact = [100.0 * (r["results"]["exact"] - r["results"]["at_zero"]) for r in records]
    columns = [*zip(shots, gains.T, strict=True), (math.inf, np.array(exact))]
    return [
        {
            "z": kind,
            "shots": s,
            "gain": mean_of(values),
            "n": len(values),
            "values": values.round(4).tolist(),
        }
        for s, values in columns
    ]


def _fits_table(records: list[Record]) -> str:
    """Return the limits of the fits by range of S, the paper's last, as a Markdown table."""
    rows: list[Row] = []
    for kind, curve in KINDS.items():
        fits = {range_: sweep_fit(records, kind, least) for least, range_ in RANGES.items()}
        rows += [
            {"z": kind, "fitted": name, "limit": f"{fit.limit:.2f}", "R²": f"{fit.r_squared:.2f}"}
            for name, fit in fits.items()
        ]
        paper = f"{SHOT_NOISE_LIMIT[curve].mean:.2f}", f"{SHOT_NOISE_R_SQUARED[curve]:.3f}"
        smoothing = "with smoothing" if curve == "ema" else "without smoothing"
        theirs = f"the paper's, {smoothing}"
        rows.append({"z": theirs, "fitted": "not known to us", "limit": paper[0], "R²": paper[1]})
    return markdown_table(rows)


def _worth_of_smoothing(records: list[Record]) -> str:
    """Return in words how many shots the average is worth, next to budgets about as far apart."""
    beta = records[0]["configuration"]["beta"]
    factor = (1.0 + beta) / (1.0 - beta)
    gains = {kind: dict(zip(*_means(records, kind), strict=True)) for kind in KINDS}
    pairs = ((5, 100), (10, 200))
    if not all(few in gains["smoothed"] and many in gains["fresh"] for few, many in pairs):
        return ""
    found = "; ".join(
        f"smoothed over {few} shots a student gains {gains['smoothed'][few]:.1f} points, fresh "
        f"with {many} {gains['fresh'][many]:.1f}"
        for few, many in pairs
    )
    return (
        f"\n\nWith beta = {beta} the average has the noise of (1 + beta) / (1 - beta) = "
        f"{factor:.0f} times as many shots. It tests nearly like that: {found}."
    )


def _means(records: list[Record], kind: str) -> tuple[list[int], NDArray[np.float64]]:
    shots, gains = sweep_gains(records, kind)
    return shots, gains.mean(axis=0)


def _alt(rows: list[Row]) -> str:
    parts = []
    for kind in KINDS:
        gain = {row["shots"]: f"{row['gain'].mean:.0f}" for row in rows if row["z"] == kind}
        text = ", ".join(f"{gain[s]} at S = {s}" for s in list(gain)[:-1:3])
        parts.append(f"{kind} z: {text}, {gain[math.inf]} with the exact z")
    return "Gain of test accuracy in percentage points over the shots at test time. " + "; ".join(
        parts
    )


def gain_at_test_time(records: list[Record], rows: list[Row]) -> Figure:
    """Draw the gain of the trained students over the shots at test time, both kinds of z."""
    with style():
        figure = Figure(figsize=(6.6, 4.4), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "How many shots at test time does a trained student need?")
        for number, (kind, curve) in enumerate(KINDS.items()):
            colour, found = COLOURS[number], [row for row in rows if row["z"] == kind]
            shots = [row["shots"] for row in found[:-1]]
            where = [*shots, 3 * shots[-1]]
            for place, row in zip(where, found, strict=True):
                axes.plot([place] * row["n"], row["values"], ".", color=colour, markersize=3)
            means = [row["gain"].mean for row in found]
            # Both end at one point: the circle is the larger there.
            axes.plot(where[:-1], means[:-1], "os"[number], color=colour, label=f"{kind} z")
            look = {"color": colour, "markersize": (11, 5)[number]}
            axes.plot(
                where[-1:], means[-1:], "os"[number], fillstyle=("none", "full")[number], **look
            )
            for (least, range_), line in zip(RANGES.items(), (":", "-."), strict=True):
                s, fit = np.geomspace(least, shots[-1], 100), sweep_fit(records, kind, least)
                label = f"fit, {range_.split(',')[0]}"
                axes.plot(s, fit.limit - fit.slope / np.sqrt(s), line, color=colour, label=label)
            paper = SHOT_NOISE_LIMIT[curve].mean
            axes.axhline(paper, color=colour, linestyle=("-", "--")[number], linewidth=0.8)
            axes.annotate(
                f"paper, {'smoothed' if curve == 'ema' else 'not smoothed'}: {paper:.2f}",
                (where[-1], paper),
                textcoords="offset points",
                xytext=(0, 3),
                ha="right",
                color=colour,
            )
        axes.set(
            xscale="log",
            ylim=(-12.0, 100.0),
            xlabel="shots S at test time",
            ylabel="gain over z = 0 (percentage points)",
        )
        ticks = [s for s in (1, 10, 100, 1000) if shots[0] <= s <= shots[-1]]
        axes.set_xticks([*ticks, where[-1]], [*map(str, ticks), "∞"])
        axes.minorticks_off()
        axes.legend(loc="lower right")
        return figure
