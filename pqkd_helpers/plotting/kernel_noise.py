"""The feature's shot noise over the number of shots."""

from typing import Any

from matplotlib.figure import Figure

from .style import COLOURS, style


def error_over_shots(rows: list[dict[str, Any]]) -> Figure:
    """Draw measured errors, the exact law and the bound.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.kernel_noise`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    shots = [row["shots"] for row in rows]
    with style():
        figure = Figure(figsize=(6.0, 3.6), layout="constrained")
        axes = figure.subplots()
        for key, look, colour, label in (
            ("bound", "--", 1, r"the paper's bound $\sqrt{K/S}$"),
            ("law", "-", 0, r"exact law $\sqrt{(2-|z|^2)/S}$"),
            ("feature_error", "o", 5, "measured"),
        ):
            axes.plot(shots, [row[key] for row in rows], look, color=COLOURS[colour], label=label)
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="shots S",
            ylabel="error of the feature (root mean square)",
        )
        axes.set_xticks(shots[::2], [str(s) for s in shots[::2]])
        axes.minorticks_off()
        axes.legend()
        return figure
