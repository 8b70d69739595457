"""One figure or table of the reproduction: numbers, findings, picture and card (notebook 10).

Rows hold numbers, and intervals as `statistics.means` makes them. They become text in
`markdown_table`, and in the CSV file of `publishing.figure_folder`; nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from matplotlib.figure import Figure

from ..common.checks import check_choice
from .finding import HOW, Finding, Findings, Rule
from .markdown_table import Row, markdown_table

# Draws what `reproduce` has just stored.
_DRAW = "make figures RECORDS=runs/reproduction"


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

    def verdicts_table(self) -> str:
        """Return claims, what the paper has of them, and verdicts, without what most share."""
        return Findings(self.findings).in_short(("claim", "paper", "verdict"))

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
            parts += ["## Against the paper", self.findings_table()]
            parts += [str(self.rule), HOW] if self.rule else []
        parts += ["## How to run it again", f"```bash\n{self.rerun}\n{_DRAW}\n```"]
        for title, lines in {
            "What differs from the paper": self.differs,
            "What we assumed": self.assumed,
            "Limits": self.limits,
        }.items():
            if lines:
                parts += [f"## {title}", "\n".join(f"- {line}" for line in lines)]
        return "\n\n".join(parts)
