"""Accuracy against compression, one panel per quantity that is varied."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from .style import COLOURS, style

BASE = {"rank": "8", "scope": "all", "angles": "30", "widths": "32, 64, 64"}


def accuracy_over_ratio(rows: list[dict[str, Any]], families: dict[str, str]) -> Figure:
    """Draw test accuracy over the compression ratio.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.frontier`; the arm "base", once it is there, belongs to every panel.
    families : dict of str to str
        Beginning of the arms' names -> title of the panel.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(9.4, 5.6), layout="constrained")
        panels = figure.subplots(2, 2, sharey=True).ravel()
        base = [row for row in rows if row["arm"] == "base"]
        for number, (axes, (family, title)) in enumerate(
            zip(panels, families.items(), strict=True)
        ):
            found = [row for row in rows if row["arm"].startswith(f"{family}-")]
            found = sorted([*found, *base], key=lambda row: row["ratio"])
            axes.plot(
                [row["ratio"] for row in found],
                [row["mean"] for row in found],
                "--",
                color=COLOURS[(0, 1, 5, 3)[number]],
            )
            for row in found:
                error = None if row["low"] is None else [[row["mean"] - row["low"]]] * 2
                is_base = row in base
                axes.errorbar(
                    row["ratio"],
                    row["mean"],
                    yerr=error,
                    fmt="D" if is_base else "o",
                    color=COLOURS[(0, 1, 5, 3)[number]],
                    capsize=3,
                )
                label = BASE[family] if is_base else _value(row["arm"], family)
                axes.annotate(
                    label,
                    (row["ratio"], row["mean"]),
                    xytext=(4, 6),
                    textcoords="offset points",
                    fontsize=8,
                )
            axes.set(title=title, xlabel="teacher's trained values per student's", xscale="log")
            axes.margins(x=0.16)
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter("{x:g}")
            axes.minorticks_off()
        for axes in panels[::2]:
            axes.set_ylabel("test accuracy (%)")
        return figure


def _value(arm: str, family: str) -> str:
    value = arm.removeprefix(f"{family}-")
    return value.replace("-", "+" if family == "scope" else ", ")
