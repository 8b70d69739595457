"""The gain in accuracy over the number of shots, with and without smoothing.

Two measures of the gain, named beforehand:

- *with the z trained with* (primary, since that z is part of the model): test accuracy minus the
  accuracy of the same student at z = 0, which is that of a constant answer;
- *with z sampled afresh* (hardware in the loop): mean over fresh features minus the same.

A zero is no fair opponent, so the gain over a student trained with coin tosses in the place of
clicks stands beside both.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..common.figure_style import COLOURS, style
from ..experiments.grids.paper import SHOTS
from ..records.record import Record
from ..records.stored import Catalogue, accuracies, same_seeds
from ..statistics.decay_fits import FreeFit, PaperFit, fit_free_exponent, fit_like_the_paper
from ..statistics.means import mean_of, paired_difference
from ..statistics.verdicts import compare_with_paper, judge_claim, verdict
from .paper_values import SHOT_NOISE_LIMIT, SHOT_NOISE_R_SQUARED
from .result import SCALES, Finding, Result

Array = NDArray[np.float64]


EXPERIMENT = "shot-noise"


MEASURES = {
    "trained-with": "with the z trained with",
    "fresh": "with z sampled afresh",
}


CURVES = {
    "ema": "smoothed",
    "raw": "not smoothed",
    "frozen-ema": "smoothed, angles not tuned",
    "frozen-raw": "not smoothed, angles not tuned",
}


LIMIT_MARGIN = 2.0


LATE_EPOCHS = 10


RULE = (
    "Primary measure: the z trained with. A limit of the paper's fit counts as equal if the 90 % "
    "interval of ours minus the paper's lies within 2 points, the scatter of its own points "
    "around the fit being larger than that. The law 1/sqrt(S) counts as confirmed only if the "
    "95 % interval of a free exponent lies within 0.1 of 1/2, as rejected if it does not hold 1/2."
)


def gains(records: list[Record], measure: str) -> Array:
    """Return the gain over z = 0 of every run, percentage points of test accuracy."""
    own = accuracies(records)
    if measure == "fresh":
        own = np.array(
            [
                100.0 * np.mean(record["student"]["final"]["test_fresh_z"]["accuracies"])
                for record in records
            ]
        )
    zero = np.array(
        [100.0 * record["student"]["final"]["accuracy_at_zero_z"] for record in records]
    )
    return own - zero


def curve(catalogue: Catalogue, tier: str, name: str) -> dict[int | None, list[Record]]:
    """Return the runs of a curve by number of shots; None stands for infinitely many."""
    found: dict[int | None, list[Record]] = {
        shots: catalogue.runs(EXPERIMENT, tier=tier, arm=f"{name}-{shots}") for shots in SHOTS
    }
    found[None] = catalogue.runs(EXPERIMENT, tier=tier, arm=f"{name}-exact")
    return {shots: records for shots, records in found.items() if records}


def fits(catalogue: Catalogue, tier: str, measure: str) -> tuple[dict[str, PaperFit], FreeFit]:
    """Return the paper's fit of both curves with SPSA, and the free one of both together."""
    paper, stacks = {}, {}
    for name in ("ema", "raw"):
        points = {s: r for s, r in curve(catalogue, tier, name).items() if s is not None}
        stack = np.stack([gains(records, measure) for records in points.values()], axis=1)
        shots = np.array(list(points))
        spread = np.sqrt((stack.var(axis=0, ddof=1)).mean() / len(stack))
        paper[name] = fit_like_the_paper(
            shots, stack.mean(axis=0), np.full(len(shots), max(spread, 1e-3))
        )
        stacks[name] = stack
    return paper, fit_free_exponent(shots, stacks, rng=np.random.default_rng(0))


def shot_noise(catalogue: Catalogue) -> Result | None:
    """Return the shot-noise curves beside the paper's fit.

    None without the same points with and without smoothing, of the same two seeds or more. The
    curves with angles that are not tuned are added where they are complete too.
    """
    tier = catalogue.tier(EXPERIMENT)
    if tier is None:
        return None
    curves = {name: curve(catalogue, tier, name) for name in CURVES}
    curves = {name: points for name, points in curves.items() if _is_complete(points)}
    if not {"ema", "raw"} <= curves.keys() or _plan(curves["ema"]) != _plan(curves["raw"]):
        return None
    rows = [
        _row(name, shots, records, measure)
        for name, points in curves.items()
        for shots, records in points.items()
        for measure in MEASURES
    ]
    fitted = {measure: fits(catalogue, tier, measure) for measure in MEASURES}
    coins = catalogue.runs(EXPERIMENT, tier=tier, arm="coins")
    baseline = {measure: gains(coins, measure).mean() for measure in MEASURES if coins}
    return Result(
        name="shot-noise",
        title="Accuracy gain over the number of shots",
        rows=rows,
        findings=_findings(curves, fitted, coins, SCALES[tier]),
        draw=lambda: gain_over_shots(rows, {m: fit for m, (fit, _) in fitted.items()}, baseline),
        alt=_alt(rows),
        reading=(
            "Gain of test accuracy over z = 0, in percentage points, over the number of shots S. "
            "Left with the z trained with, right with z sampled afresh. Small dots: seeds. Dotted "
            "lines: the paper's form, fitted. At the right edge: infinitely many shots, measured "
            "with exact features. The horizontal line: a student trained with coins instead of "
            "light, 200 shots in which each of the 16 time bins clicks with probability 1/2. The "
            "table gives the angle between the z of one epoch and that of the next in degrees, the "
            "median of the last ten epochs."
        ),
        rerun="python -m pqkd_helpers reproduce shot-noise --tier cpu --seeds 3",
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
    )


def _is_complete(points: dict[int | None, list[Record]]) -> bool:
    """Return whether a curve has three budgets and infinity, of the same two seeds or more."""
    seeds = {*_plan(points).values()}
    return len(points) > 3 and None in points and len(seeds) == 1 and len(seeds.pop()) > 1


def _plan(points: dict[int | None, list[Record]]) -> dict[int | None, tuple[int, ...]]:
    """Return the seeds of every budget."""
    return {shots: tuple(r["seed"] for r in records) for shots, records in points.items()}


def _row(name: str, shots: int | None, records: list[Record], measure: str) -> dict[str, Any]:
    found = gains(records, measure)
    mean = mean_of(found)
    return {
        "measure": MEASURES[measure],
        "curve": CURVES[name],
        "shots": "infinite" if shots is None else shots,
        "gain": mean.text().rpartition(",")[0],
        "turn of z": _turn(records),
        "n": mean.n,
        "arm": name,
        "mean": mean.mean,
        "low": mean.low,
        "high": mean.high,
        "values": " ".join(f"{value:.4f}" for value in found),
    }


def _turn(records: list[Record]) -> float | None:
    """Return by how many degrees z turned per epoch: the median of all late epochs."""
    late = [epoch["drift"] for r in records for epoch in r["student"]["epochs"][-LATE_EPOCHS:]]
    turns = [drift for drift in late if drift is not None]  # the first epoch has none
    return round(float(np.degrees(np.median(turns))), 1) if turns else None


def _findings(
    curves: dict[str, dict[int | None, list[Record]]],
    fitted: dict[str, tuple[dict[str, PaperFit], FreeFit]],
    coins: list[Record],
    scale: str,
) -> list[Finding]:
    common = {"rule": RULE, "scale": scale, "notebook": "07", "records": "shot-noise-*"}
    paper_fits, free = fitted["trained-with"]
    findings = []
    for name, paper in SHOT_NOISE_LIMIT.items():
        limits = _limits_by_seed(curves[name])
        found = compare_with_paper(limits, paper_mean=paper.mean, margin=LIMIT_MARGIN)
        fresh = fitted["fresh"][0][name].limit
        findings.append(
            Finding(
                claim=f"Limit of the gain, fit with 1/sqrt(S), {CURVES[name]}",
                paper=f"{paper.mean:.2f} points (R² {SHOT_NOISE_R_SQUARED[name]:.2f})",
                ours=(
                    f"{mean_of(limits).text()} (R² {paper_fits[name].r_squared:.2f}); with z "
                    f"afresh {fresh:.2f}"
                ),
                difference=f"{found.difference:+.2f}",
                verdict=verdict([found.finding]),
                **common,
            )
        )
    law = {"confirmed": "holds", "rejected": "contradicted", "undecided": "open"}
    findings.append(
        Finding(
            claim="The gain follows limit - k / sqrt(S)",
            paper="exponent 1/2 assumed",
            ours=(
                f"exponent {free.exponent:.2f} [{free.exponent_low:.2f}, {free.exponent_high:.2f}]"
                f", common limit {free.limit:.1f}"
            ),
            difference="",
            verdict=verdict([], law[free.finding]),  # type: ignore[arg-type]
            **common,
        )
    )
    findings.append(_smoothing_at_infinity(curves, common))
    light = curves["ema"].get(200)
    if light and coins:
        findings.append(_against_coins(light, coins, common))
    return findings


def _limits_by_seed(points: dict[int | None, list[Record]]) -> Array:
    """Return the limit of the paper's fit for every seed."""
    sampled = {shots: records for shots, records in points.items() if shots is not None}
    stack = np.stack([gains(records, "trained-with") for records in sampled.values()], axis=1)
    errors = np.ones(len(sampled))
    return np.array([fit_like_the_paper(list(sampled), y, errors).limit for y in stack])


def _smoothing_at_infinity(
    curves: dict[str, dict[int | None, list[Record]]], common: dict[str, Any]
) -> Finding:
    """Without shot noise smoothing has only the drift of the angles left to smooth."""
    smoothed, raw = same_seeds(curves["ema"][None], curves["raw"][None])
    first, second = gains(smoothed, "trained-with"), gains(raw, "trained-with")
    return Finding(
        claim="Without shot noise, smoothing still raises the gain (89 against 47 points)",
        paper="42.4 points (extrapolated)",
        ours=f"{first.mean():.2f} against {second.mean():.2f}, measured with exact features",
        difference=str(paired_difference(first, second)) if len(first) > 1 else "",
        verdict=verdict([], judge_claim(first, second, "above")),
        **common,
    )


def _against_coins(light: list[Record], coins: list[Record], common: dict[str, Any]) -> Finding:
    first, second = (accuracies(records) for records in same_seeds(light, coins))
    return Finding(
        claim="Photonic features do something that random noise cannot (S = 200)",
        paper="compared with z = 0 only",
        ours=f"{first.mean():.2f} % against {second.mean():.2f} % with coin tosses",
        difference=str(paired_difference(first, second)) if len(first) > 1 else "",
        verdict=verdict([], judge_claim(first, second, "above")),
        **common,
    )


def _alt(rows: list[dict[str, Any]]) -> str:
    parts = []
    for measure in MEASURES.values():
        for name in ("ema", "raw"):
            found = [row for row in rows if row["measure"] == measure and row["arm"] == name]
            parts.append(
                f"{measure}, {CURVES[name]}: {found[0]['mean']:.0f} at S = {found[0]['shots']}, "
                f"{found[-1]['mean']:.0f} at S = {found[-1]['shots']}"
            )
    return "Gain of accuracy in percentage points over the number of shots. " + "; ".join(parts)


_LOOKS = {
    "ema": (0, "o", "-"),
    "raw": (1, "s", "-"),
    "frozen-ema": (3, "^", "--"),
    "frozen-raw": (5, "D", "--"),
}


def gain_over_shots(
    rows: list[dict[str, Any]],
    fits: dict[str, dict[str, PaperFit]],
    baseline: dict[str, float],
) -> Figure:
    """Draw the gain over the number of shots, one panel per measure.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.shot_noise`.
    fits : dict of str to dict
        Measure -> curve -> fit of the paper's form.
    baseline : dict of str to float
        Measure -> gain of a student trained with coin tosses.

    Returns
    -------
    matplotlib.figure.Figure
    """
    titles = list(dict.fromkeys(row["measure"] for row in rows))
    with style():
        figure = Figure(figsize=(9.4, 3.9), layout="constrained")
        panels = figure.subplots(1, len(titles), sharey=True)
        for axes, title, measure in zip(panels, titles, fits, strict=True):
            _draw_panel(axes, [row for row in rows if row["measure"] == title], fits[measure])
            if measure in baseline:
                axes.axhline(
                    baseline[measure], color="black", linewidth=1.0, label="coin tosses, S = 200"
                )
            axes.set(title=title, xlabel="shots S")
        panels[0].set_ylabel("gain over z = 0 (percentage points)")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        return figure


def _draw_panel(axes: Axes, rows: list[dict[str, Any]], fits: dict[str, PaperFit]) -> None:
    shots = sorted({row["shots"] for row in rows if row["shots"] != "infinite"})
    edge = 3.0 * shots[-1]
    for arm, (colour, marker, line) in _LOOKS.items():
        found = [row for row in rows if row["arm"] == arm]
        if not found:
            continue
        where = np.array([edge if row["shots"] == "infinite" else row["shots"] for row in found])
        means = np.array([row["mean"] for row in found])
        for place, row in zip(where, found, strict=True):
            seeds = [float(value) for value in row["values"].split()]
            axes.plot([place] * len(seeds), seeds, ".", color=COLOURS[colour], markersize=3)
        axes.plot(where, means, marker, color=COLOURS[colour], label=found[0]["curve"])
        axes.plot(where[where < edge], means[where < edge], line, color=COLOURS[colour], alpha=0.7)
        if arm in fits:
            s = np.geomspace(shots[0], shots[-1], 100)
            axes.plot(s, fits[arm].limit - fits[arm].slope / np.sqrt(s), ":", color=COLOURS[colour])
    axes.set(xscale="log", ylim=(-12.0, 100.0))
    axes.set_xticks([*shots[::2], edge], [*map(str, shots[::2]), "∞"])
    axes.minorticks_off()
