"""What smoothing does to the variance of a feature."""

from typing import Any

from matplotlib.figure import Figure

from .style import COLOURS, style


def variance_over_length(record: dict[str, Any], paper: float) -> Figure:
    """Draw the variance ratio over the length of the series it was estimated from.

    Parameters
    ----------
    record : dict
        The record of the study of the moving average.
    paper : float
        The paper's ratio.

    Returns
    -------
    matplotlib.figure.Figure
    """
    results = record["results"]
    with style():
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.subplots()
        for number, start in enumerate(("first value", "settled")):
            rows = [row for row in results["rows"] if row["start"] == start]
            lengths = [row["epochs"] for row in rows]
            axes.plot(
                lengths,
                [row["variance_median"] for row in rows],
                marker="os"[number],
                linestyle=("-", "-.")[number],
                color=COLOURS[(0, 5)[number]],
                label=("begun at its first value", "settled beforehand")[number],
            )
            axes.fill_between(
                lengths,
                [row["variance_lower_quartile"] for row in rows],
                [row["variance_upper_quartile"] for row in rows],
                color=COLOURS[(0, 5)[number]],
                alpha=0.2,
                linewidth=0,
            )
        steady = results["steady_state_variance"]
        axes.axhline(steady, color="black", linestyle="--", linewidth=1.2, label="steady state")
        axes.axhline(paper, color=COLOURS[1], linestyle=":", label="paper")
        axes.set(
            xscale="log",
            xlabel="epochs of the series",
            ylabel="variance, smoothed / raw",
            ylim=(0.0, 0.06),
        )
        ticks = sorted({row["epochs"] for row in results["rows"]})
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.legend(loc="lower right")
        return figure
