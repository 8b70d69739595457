"""The picture of notebook 08: accuracy over the size of the file that must be shipped."""

from typing import Any

from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, style

# Beginning of the names -> colour, marker. The longest beginning that fits counts.
_LOOKS = {
    "PQKD student": (0, "o"),
    "teacher": (1, "s"),
    "teacher, pruned": (3, "D"),
}


def accuracy_over_bytes(rows: list[dict[str, Any]]) -> Figure:
    """Draw test accuracy over the bytes of the file, the points numbered in the rows' order.

    Parameters
    ----------
    rows : list of dict
        Keys "name", "file_bytes" and "test_accuracy" (a share), as in the compression study.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(8.6, 3.8), layout="constrained")
        axes = figure.subplots()
        for number, row in enumerate(rows, start=1):
            colour, marker = _LOOKS[max(filter(row["name"].startswith, _LOOKS), key=len)]
            size, accuracy = row["file_bytes"] / 1000.0, 100.0 * row["test_accuracy"]
            axes.plot(
                size, accuracy, marker, color=COLOURS[colour], label=f"{number}: {row['name']}"
            )
            axes.annotate(str(number), (size, accuracy), xytext=(5, 4), textcoords="offset points")
        axes.margins(0.1, 0.12)
        axes.set(xscale="log", xlabel="file (kB)", ylabel="test accuracy (%)")
        axes.xaxis.set_major_formatter("{x:g}")
        figure.legend(loc="outside right center", fontsize=9)
        return figure
