"""Rows of numbers as a Markdown table: the one place where they become text for readers."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]


def markdown_table(
    rows: Sequence[Row], columns: Sequence[str] = (), formats: Mapping[str, str] | None = None
) -> str:
    r"""Return rows as a Markdown table; missing values (None) are left empty.

    Parameters
    ----------
    rows : list of dict
    columns : sequence of str
        Keys of the rows, or of the formats; empty: the keys of the first row.
    formats : dict of str to str or None
        Column -> a format string over the row; other columns show the value of this key.

    Examples
    --------
    >>> print(markdown_table([{"a": 1, "b": None}, {"a": 2.5, "b": "|x|"}]))
    | a | b |
    |:---|:---|
    | 1 |  |
    | 2.5 | \|x\| |
    >>> print(markdown_table([{"a": 0.5, "b": 2}], ["sum"], {"sum": "{a:.2f} + {b}"}))
    | sum |
    |:---|
    | 0.50 + 2 |
    """
    names, formats = columns or tuple(rows[0]), formats or {}
    lines = ["| " + " | ".join(names) + " |", "|" + ":---|" * len(names)]
    lines += ["| " + " | ".join(_cell(row, name, formats) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def folded(summary: str, text: str) -> str:
    r"""Return Markdown that a page shows folded, under its summary.

    Examples
    --------
    >>> folded("More", "text")
    '<details><summary>More</summary>\n\ntext\n\n</details>'
    """
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _cell(row: Row, name: str, formats: Mapping[str, str]) -> str:
    if name in formats and row.get(name, "") is not None:
        text = formats[name].format_map(row)
    elif (value := row[name]) is None:
        text = ""
    elif isinstance(value, float):
        text = "infinite" if value == math.inf else f"{value:.4g}"
    else:
        text = str(value)
    return text.replace("|", "\\|")  # a bare one would begin the next column
