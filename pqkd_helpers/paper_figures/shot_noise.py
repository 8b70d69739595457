"""The gain in accuracy over the number of shots, with and without smoothing (notebook 07).

Two measures of the gain, named beforehand:

- *with the z trained with* (primary, since that z is part of the model): test accuracy minus the
  accuracy of the same student at z = 0, which is that of a constant answer;
- *with a fresh z* (hardware in the loop): mean over fresh features minus the same.

A zero is no fair opponent, so both are shown next to the gain of a student trained with coin
tosses in the place of clicks.
"""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..common.figure_style import COLOURS, style
from ..records.measured import gains, late_turns
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.decay_fits import PaperFit
from ..statistics.means import mean_of
from .finding import scale_of
from .gain_curves import (
    EXPERIMENT,
    curve_fit,
    gain_curve,
    is_complete,
    plan,
)
from .markdown_table import Row
from .result import Result
from .shot_noise_claims import CURVES, RULE, claims

MEASURES = {False: "with the z trained with", True: "with a fresh z"}  # is z fresh?
LEAST_SHOTS = 25  # the plan of this figure; smaller budgets are for the readings
LATE_EPOCHS = 10


def shot_noise(catalogue: Catalogue) -> Result | None:
    """Return the shot-noise curves next to the paper's fit.

    None without the same points with and without smoothing, of the same two seeds or more. The
    curves with angles that are not tuned are added where they are complete too.
    """
    tier = catalogue.tier(EXPERIMENT)
    if tier is None:
        return None
    curves = {name: gain_curve(catalogue, tier, name, least=LEAST_SHOTS) for name in CURVES}
    curves = {name: points for name, points in curves.items() if is_complete(points)}
    if not {"ema", "raw"} <= curves.keys() or plan(curves["ema"]) != plan(curves["raw"]):
        return None
    rows = [
        _row(name, shots, records, fresh=fresh)
        for name, points in curves.items()
        for shots, records in points.items()
        for fresh in MEASURES
    ]
    fits = {
        fresh: {name: curve_fit(curves[name], fresh=fresh) for name in ("ema", "raw")}
        for fresh in MEASURES
    }
    coins = catalogue.runs(EXPERIMENT, tier=tier, arm="coins")
    baseline = {fresh: gains(coins, fresh=fresh).mean() for fresh in MEASURES if coins}
    return Result(
        name="shot-noise",
        title="Accuracy gain over the number of shots",
        rows=rows,
        findings=claims(curves, fits, coins),
        draw=lambda: gain_over_shots(rows, fits, baseline),
        alt=_alt(rows),
        reading=(
            "Gain of test accuracy over z = 0, in percentage points, over the number of shots S. "
            "Left with the z trained with, right with a fresh z. Small dots: seeds. Dotted "
            "lines: the paper's form, fitted. At the right edge: infinitely many shots, measured "
            "with exact features. The horizontal line: a student trained with coins instead of "
            "light, 200 shots in which each of the 16 time bins clicks with probability 1/2. The "
            "table gives the angle between the z of one epoch and that of the next in degrees, the "
            "median of the last ten epochs."
        ),
        rerun="python -m pqkd_helpers reproduce shot-noise --tier cpu --seeds 3",
        rule=RULE,
        scale=scale_of(catalogue.runs(EXPERIMENT, tier=tier, arm="ema-exact")),
        differs=[
            "Tier cpu: widths (16, 32, 32), 10,000 training images, 30 epochs at 3e-3 (the average "
            "is then settled to nine tenths).",
            "S = infinity is measured with exact features, not extrapolated.",
        ],
        assumed=[
            "conv1 and conv2 compressed: the paper's limit, 89 points above chance, is the "
            "accuracy of such a student.",
            "z is scaled to unit root mean square.",
        ],
        limits=[
            "acc(z = 0) is the share of one class, since every compressed kernel is then zero. The "
            "gain is the accuracy minus chance and does not show that light helped.",
        ],
        columns=("measure", "curve", "shots", "gain", "turn of z", "n"),
        formats={"gain": "{gain:.2f}"},
    )


def _row(name: str, shots: float, records: list[Record], *, fresh: bool) -> Row:
    found = gains(records, fresh=fresh)
    return {
        "measure": MEASURES[fresh],
        "curve": CURVES[name],
        "shots": shots,
        "gain": mean_of(found),
        "turn of z": _turn(records),
        "n": len(found),
        "arm": name,
        "values": found.round(4).tolist(),
    }


def _turn(records: list[Record]) -> float | None:
    """Return by how many degrees z turned per epoch: the median of all late epochs."""
    late = [turn for record in records for turn in late_turns(record, LATE_EPOCHS) or ()]
    turns = [turn for turn in late if turn is not None]  # the first epoch has none
    return round(float(np.degrees(np.median(turns))), 1) if turns else None


def _alt(rows: list[Row]) -> str:
    parts = []
    for measure in MEASURES.values():
        for name in ("ema", "raw"):
            gain = {
                row["shots"]: f"{row['gain'].mean:.0f}"
                for row in rows
                if row["measure"] == measure and row["arm"] == name
            }
            least = min(gain)
            text = f"{gain[least]} at S = {least}, {gain[math.inf]} at S = infinite"
            parts.append(f"{measure}, {CURVES[name]}: {text}")
    return "Gain of accuracy in percentage points over the number of shots. " + "; ".join(parts)


_LOOKS = {
    "ema": (0, "o", "-"),
    "raw": (1, "s", "-"),
    "frozen-ema": (3, "^", "--"),
    "frozen-raw": (5, "D", "--"),
}


def gain_over_shots(
    rows: list[Row],
    fits: dict[bool, dict[str, PaperFit]],
    baseline: dict[bool, float],
) -> Figure:
    """Draw the gain over the number of shots, one panel per measure; coin tosses as baseline."""
    with style():
        figure = Figure(figsize=(9.4, 3.9), layout="constrained")
        panels = figure.subplots(1, len(MEASURES), sharey=True)
        for axes, (fresh, title) in zip(panels, MEASURES.items(), strict=True):
            _draw_panel(axes, [row for row in rows if row["measure"] == title], fits[fresh])
            if fresh in baseline:
                label = "coin tosses, S = 200"
                axes.axhline(baseline[fresh], color="black", linewidth=1.0, label=label)
            axes.set(title=title, xlabel="shots S")
        panels[0].set_ylabel("gain over z = 0 (percentage points)")
        legend = panels[0].get_legend_handles_labels()
        figure.legend(*legend, loc="outside lower center", ncols=3)
        return figure


def _draw_panel(axes: Axes, rows: list[Row], fits: dict[str, PaperFit]) -> None:
    shots = sorted({row["shots"] for row in rows if row["shots"] < math.inf})
    edge = 3.0 * shots[-1]
    for arm, (colour, marker, line) in _LOOKS.items():
        found = [row for row in rows if row["arm"] == arm]
        if not found:
            continue
        where = np.array([min(row["shots"], edge) for row in found])
        means = np.array([row["gain"].mean for row in found])
        for place, row in zip(where, found, strict=True):
            axes.plot([place] * row["n"], row["values"], ".", color=COLOURS[colour], markersize=3)
        axes.plot(where, means, marker, color=COLOURS[colour], label=found[0]["curve"])
        axes.plot(where[where < edge], means[where < edge], line, color=COLOURS[colour], alpha=0.7)
        if arm in fits:
            s = np.geomspace(shots[0], shots[-1], 100)
            axes.plot(s, fits[arm].limit - fits[arm].slope / np.sqrt(s), ":", color=COLOURS[colour])
    axes.set(xscale="log", ylim=(-12.0, 100.0))
    axes.set_xticks([*shots[::2], edge], [*map(str, shots[::2]), "∞"])
    axes.minorticks_off()
