"""One figure or table of the reproduction: numbers, findings, picture and card (notebook 10).

Rows hold numbers, and intervals as `statistics.means` makes them. They become text here, in
`markdown_table`, and in the CSV file of `publishing.figure_folder`; nowhere else.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..common.checks import check_choice
from ..records.record import Record
from ..statistics.means import paired_difference
from ..statistics.verdicts import (
    ClaimFinding,
    Direction,
    NumberFinding,
    Verdict,
    judge_claim,
    verdict,
)

Row = dict[str, Any]

SCALES = {
    "paper": "paper scale",
    "cpu": "reduced scale",
    "quick": "reduced scale",
    None: "not carried out",
}


@dataclass(frozen=True)
class Finding:
    """A claim of the paper, what we found, and the verdict.

    Attributes
    ----------
    claim : str
        In our words.
    paper, ours, difference : str
        Numbers with their intervals.
    verdict : str
        By `verdicts.verdict`, or "shape only" or "not attempted".
    rule : str
        In words: when this row is reproduced.
    scale : str
        "paper scale", "reduced scale" or "not carried out", and what SPSA minimised.
    notebook : str
        Number of the notebook that explains it.
    records : str
        Pattern of the records' names.
    """

    claim: str
    paper: str
    ours: str
    difference: str
    verdict: Verdict
    rule: str
    scale: str
    notebook: str
    records: str


@dataclass(frozen=True)
class Rule:
    """What decides a result's verdicts, and when that was laid down.

    Attributes
    ----------
    text : str
        The rule and the reason of its margin.
    commit : str
        The commit that stated it first.
    older : tuple of str
        Commits of stored records that do not come after it.
    amended : str
        What was changed once the runs were there, and why.
    """

    text: str
    commit: str
    older: tuple[str, ...] = ()
    amended: str = ""

    def __str__(self) -> str:
        """Return all of it in sentences."""
        stated = f"Stated in commit {self.commit}, before the runs."
        if self.older:
            stated = (
                f"Stated in commit {self.commit}; records of {', '.join(self.older)} are older, so "
                "for them it is not shown that the rule came first."
            )
        return " ".join(part for part in (self.text, stated, self.amended) if part)


def scale_of(records: Sequence[Record]) -> str:
    """Return the scale of runs and what SPSA minimised in them."""
    configuration = records[0]["configuration"]
    scale = SCALES[records[0]["tier"]]
    if not configuration["features"].startswith("photonic"):
        return scale
    if not configuration["spsa_steps"]:
        return f"{scale}, angles at rest"
    return f"{scale}, reading `{configuration.get('objective', 'fresh')}`"


def decided(
    findings: Sequence[NumberFinding | ClaimFinding],
    runs: Sequence[Record],
    *,
    premise: bool = True,
    **texts: Any,
) -> Finding:
    """Return the finding on a claim, its verdict and scale taken from what runs gave.

    ``texts`` are the other fields of the finding.
    """
    return Finding(
        verdict=verdict(findings, premise=premise, paper_recipe=runs[0]["tier"] == "paper"),
        scale=scale_of(runs),
        **texts,
    )


def paired_finding(
    first: ArrayLike,
    second: ArrayLike,
    direction: Direction,
    runs: Sequence[Record],
    **texts: Any,
) -> Finding:
    """Return the finding on a claim about two arms, by pairs of equal seeds; see `decided`."""
    return decided(
        [judge_claim(first, second, direction)],
        runs,
        difference=str(paired_difference(first, second)) if np.size(first) > 1 else "",
        **texts,
    )


class Findings(list[Finding]):
    """A list of findings, which makes a table."""

    def table(self) -> str:
        """Return the findings as a Markdown table."""
        return markdown_table(
            [
                {
                    "claim": finding.claim,
                    "paper": finding.paper,
                    "ours": finding.ours,
                    "difference": finding.difference,
                    "reproduced if": finding.rule,
                    "verdict": f"**{finding.verdict}** ({finding.scale})",
                }
                for finding in self
            ]
        )


@dataclass(frozen=True)
class Result:
    """A figure or table with all that belongs to it.

    Attributes
    ----------
    name : str
        Its folder below figures/.
    title : str
    rows : list of dict
        The numbers; equal keys in every row.
    findings : list of Finding
    rule : Rule or None
        What decides its verdicts; None where no number is public.
    scale : str
        As for `Finding`, of all rows; empty where no network was trained.
    draw : callable
        Returns a new `Figure`; tables and cards need none.
    alt : str
        What the picture shows, for those who do not see it.
    reading : str
        How to read the picture.
    rerun : str
        The command that carries it out.
    differs, assumed, limits : list of str
        What differs from the paper, what we assumed where it is silent, what this cannot show.
    columns : tuple of str
        What the Markdown table shows; empty: all.
    formats : dict of str to str
        How a column is printed; see `markdown_table`.
    """

    name: str
    title: str
    rows: list[Row]
    findings: list[Finding]
    draw: Callable[[], Figure]
    alt: str
    reading: str
    rerun: str
    rule: Rule | None = None
    scale: str = ""
    differs: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def figure(self) -> Figure:
        """The picture, drawn when it is first asked for."""
        return self.draw()

    def table(self, rows: Sequence[Row] | None = None, columns: Sequence[str] | None = None) -> str:
        """Return the rows as a Markdown table, its scale beneath.

        Parameters
        ----------
        rows : list of dict or None
            Some of its rows; None: all.
        columns : sequence of str or None
            None: those of the card.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        for name in columns or ():
            check_choice("column", name, (*self.rows[0], *self.formats))
        table = markdown_table(
            self.rows if rows is None else rows,
            self.columns if columns is None else columns,
            self.formats,
        )
        return f"{table}\n\n*Scale: {self.scale}.*" if self.scale else table

    def findings_table(self) -> str:
        """Return the findings as a Markdown table."""
        return Findings(self.findings).table()

    def card(self) -> str:
        """Return the card, in Markdown."""
        parts = [
            f"# {self.title}",
            f"![{self.alt}]({self.name}.png)",
            self.reading,
            "## Numbers",
            self.table(),
        ]
        if self.findings:
            parts += ["## Against the paper", self.findings_table(), str(self.rule or "")]
        parts += ["## How to run it again", f"```bash\n{self.rerun}\nmake figures\n```"]
        for title, lines in {
            "What differs from the paper": self.differs,
            "What we assumed": self.assumed,
            "Limits": self.limits,
        }.items():
            if lines:
                parts += [f"## {title}", "\n".join(f"- {line}" for line in lines)]
        return "\n\n".join(parts)


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
