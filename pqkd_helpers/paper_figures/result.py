"""One figure or table of the reproduction: numbers, findings, picture, and the card beside them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from matplotlib.figure import Figure

from ..statistics.verdicts import Verdict

SCALES = {
    "paper": "paper scale",
    "cpu": "reduced scale",
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
        The rule, stated before the runs.
    scale : str
        "paper scale", "reduced scale" or "not carried out".
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
        Keys of the rows that the Markdown table shows; empty: all.
    """

    name: str
    title: str
    rows: list[dict[str, Any]]
    findings: list[Finding]
    draw: Callable[[], Figure]
    alt: str
    reading: str
    rerun: str
    differs: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = ()

    @cached_property
    def figure(self) -> Figure:
        """The picture, drawn when it is first asked for."""
        return self.draw()

    def table(self) -> str:
        """Return the rows as a Markdown table."""
        return markdown_table(self.rows, self.columns)

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
            parts += ["## Against the paper", findings_table(self.findings), _rules(self.findings)]
        parts += ["## How to run it again", f"```bash\n{self.rerun}\nmake figures\n```"]
        for title, lines in {
            "What differs from the paper": self.differs,
            "What we assumed": self.assumed,
            "Limits": self.limits,
        }.items():
            if lines:
                parts += [f"## {title}", "\n".join(f"- {line}" for line in lines)]
        return "\n\n".join(parts)


def findings_table(findings: list[Finding]) -> str:
    """Return findings as a Markdown table."""
    return markdown_table(
        [
            {
                "claim": finding.claim,
                "paper": finding.paper,
                "ours": finding.ours,
                "difference": finding.difference,
                "verdict": f"**{finding.verdict}** ({finding.scale})",
            }
            for finding in findings
        ]
    )


def markdown_table(rows: list[dict[str, Any]], columns: tuple[str, ...] = ()) -> str:
    r"""Return rows as a Markdown table; missing values (None) are left empty.

    Examples
    --------
    >>> print(markdown_table([{"a": 1, "b": None}, {"a": 2.5, "b": "|x|"}]))
    | a | b |
    |:---|:---|
    | 1 |  |
    | 2.5 | \|x\| |
    """
    names = columns or tuple(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + ":---|" * len(names)]
    for row in rows:
        cells = ("" if row[name] is None else _cell(row[name]) for name in names)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|")  # a bare one would begin the next column


def _rules(findings: list[Finding]) -> str:
    rules = dict.fromkeys(finding.rule for finding in findings)  # each once, in order
    return "The rule, stated before the runs: " + " ".join(rules)
