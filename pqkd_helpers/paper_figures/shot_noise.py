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

from ..common.figure_style import COLOURS, LEAST_TEXT, WIDTH, say_what_to_see, style
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
    curves with angles at rest are added where they are complete too.
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
            "Above with smoothing, below without; left with the z trained with, right with a fresh "
            "z. Bars: 95 % intervals. Triangles: angles at rest, where they started. Dotted "
            "lines: the paper's form, fitted. At the right edge: infinitely many shots, measured "
            "with exact features. The horizontal line: a student trained with coins instead of "
            "light, 200 shots in which each of the 16 time bins clicks with probability 1/2. The "
            "table gives the angle between the z of one epoch and that of the next, the median of "
            "the last ten epochs."
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
        columns=("measure", "curve", "shots", "gain", "turn of z (degrees)", "n"),
        formats={"gain": "{gain:.2f}"},
    )


def _row(name: str, shots: float, records: list[Record], *, fresh: bool) -> Row:
    found = gains(records, fresh=fresh)
    return {
        "measure": MEASURES[fresh],
        "curve": CURVES[name],
        "shots": shots,
        "gain": mean_of(found),
        "turn of z (degrees)": _turn(records),
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


_PANELS = {"ema": "smoothed", "raw": "not smoothed"}
_LOOKS = {  # angles tuned by SPSA, or at rest
    "": (5, "o", "-", "angles tuned"),
    "frozen-": (3, "^", "--", "angles at rest"),
}


def gain_over_shots(
    rows: list[Row],
    fits: dict[bool, dict[str, PaperFit]],
    baseline: dict[bool, float],
) -> Figure:
    """Draw the gain over the number of shots; coin tosses as baseline.

    A panel for each measure (columns), and each with and without smoothing (rows).
    """
    with style():
        figure = Figure(figsize=(WIDTH, 5.8), layout="constrained")
        panels = figure.subplots(len(_PANELS), len(MEASURES), sharex=True, sharey=True)
        say_what_to_see(figure, "Do more shots help, and does S = ∞ continue the curve?")
        for column, (fresh, measure) in zip(panels.T, MEASURES.items(), strict=True):
            for axes, (curve, title) in zip(column, _PANELS.items(), strict=True):
                found = [row for row in rows if row["measure"] == measure]
                _draw_panel(axes, found, curve, fits[fresh][curve])
                if fresh in baseline:
                    label = "coin tosses, S = 200"
                    axes.axhline(baseline[fresh], color="black", linewidth=1.0, label=label)
                axes.set_title(f"{title},\n{measure}", fontsize=LEAST_TEXT)
            column[-1].set_xlabel("shots S")
        for axes in panels[:, 0]:
            axes.set_ylabel("gain over z = 0 (points)")
        legend = panels[0, 0].get_legend_handles_labels()
        figure.legend(*legend, loc="outside lower center", ncols=2)
        return figure


def _draw_panel(axes: Axes, rows: list[Row], curve: str, fit: PaperFit) -> None:
    shots = sorted({row["shots"] for row in rows if row["shots"] < math.inf})
    edge = 3.0 * shots[-1]
    s = np.geomspace(shots[0], shots[-1], 100)
    label = "the paper's form, fitted"
    axes.plot(s, fit.limit - fit.slope / np.sqrt(s), ":", color="0.6", label=label)
    for number, (start, (colour, marker, line, label)) in enumerate(_LOOKS.items()):
        found = [row for row in rows if row["arm"] == start + curve]
        if not found:
            continue
        # The second is moved a little to the right, so that intervals do not hide each other.
        where = 1.12**number * np.array([min(row["shots"], edge) for row in found])
        means = np.array([row["gain"].mean for row in found])
        halves = [row["gain"].half_width for row in found]
        look = {"color": COLOURS[colour], "markersize": 4}
        _, caps, bars = axes.errorbar(
            where, means, yerr=halves, fmt=marker, capsize=2, elinewidth=1, label=label, **look
        )
        if max(halves) > 30.0:  # bars that fill the panel would hide the points
            for part in (*caps, *bars):
                part.set(alpha=0.35)
        axes.plot(where[:-1], means[:-1], line, color=COLOURS[colour], linewidth=1.2)
    axes.set(xscale="log", ylim=(-12.0, 100.0))
    axes.set_xticks([*shots[::2], edge], [*map(str, shots[::2]), "∞"])
    axes.minorticks_off()
