"""The picture of notebook 08: accuracy over the size of the file that must be shipped."""

from typing import Any

from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, say_what_to_see, style

# Beginning of the names -> colour, marker. The longest beginning that fits counts.
_LOOKS = {
    "PQKD student": (0, "o"),
    "teacher": (1, "s"),
    "teacher, pruned": (3, "D"),
}
# Name -> what stands at its point, and where: points to the right and up.
_LABELS = {
    "teacher, float32": ("teacher,\nfloat32", (8, 17)),
    "teacher, int8": ("teacher, int8", (0, 9)),
    "PQKD student, conv1+conv2, float32": ("student,\nconv1 + conv2,\nfloat32", (34, -34)),
    "PQKD student, conv1+conv2, float16": ("student,\nconv1 + conv2,\nfloat16", (-36, -34)),
    "PQKD student, all, float32": ("student, all\ncompressed,\nfloat32", (44, 0)),
    "PQKD student, all, float16": ("student, all\ncompressed,\nfloat16", (-46, 0)),
    "teacher, pruned to 149,368 values, int8": ("teacher, pruned\na little, int8", (-54, 2)),
    "teacher, pruned to 1,984 values, int8": ("pruned to\nthe student's\nvalues", (-44, -6)),
    "teacher, pruned to fit 6,684 bytes, int8": ("pruned to the\nstudent's bytes", (0, 20)),
}
_FROM, _TO = "PQKD student, all, float16", "teacher, pruned to fit 6,684 bytes, int8"


def accuracy_over_bytes(rows: list[dict[str, Any]]) -> Figure:
    """Draw test accuracy over the bytes of the file, with an arrow between equal bytes.

    The arrow leads from the smallest student to the teacher that was pruned to fit into as many
    bytes.

    Parameters
    ----------
    rows : list of dict
        Keys "name", "file_bytes" and "test_accuracy" (a share), as in the compression study.

    Returns
    -------
    matplotlib.figure.Figure
    """
    places = {row["name"]: (row["file_bytes"] / 1000, 100 * row["test_accuracy"]) for row in rows}
    with style():
        figure = Figure(figsize=(6.8, 4.4), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "Follow the arrow: the same bytes, two accuracies")
        for name, place in places.items():
            colour, marker = _LOOKS[max(filter(name.startswith, _LOOKS), key=len)]
            axes.plot(*place, marker, color=COLOURS[colour], markersize=7, label=name)
            text, offset = _LABELS.get(name, (name, (0, 12)))
            axes.annotate(
                text, place, xytext=offset, textcoords="offset points", ha="center", va="center"
            )
        if _FROM in places and _TO in places:
            start, end = places[_FROM], places[_TO]
            axes.annotate(
                "",
                end,
                xytext=start,
                arrowprops={"arrowstyle": "-|>", "lw": 1.8, "shrinkA": 6, "shrinkB": 6},
            )
            axes.annotate(
                f"same bytes:\n{start[1]:.1f} % → {end[1]:.1f} %",
                (start[0], 0.5 * start[1] + 0.5 * end[1]),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                weight="bold",
            )
        axes.margins(0.3, 0.16)
        axes.set(xscale="log", xlabel="file (kB)", ylabel="test accuracy (%)")
        axes.xaxis.set_major_formatter("{x:g}")
        return figure
