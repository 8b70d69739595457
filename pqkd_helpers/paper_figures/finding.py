"""A claim of the paper, what we found, by which rule, and the verdict (notebook 10)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

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
from .markdown_table import Row, markdown_table
from .paper_values import SPSA_GAIN

ONE_SEED = "(1 seed)"  # stands in what is ours of a row
NO_COMPARISON = ", no comparison known to us"
SCALES = {
    "paper": "paper scale",
    "cpu": "reduced scale",
    "quick": "reduced scale",
    "smoke": "smoke test",
    None: "not carried out",
}
NO_TRAINING = "no training; the paper's shots and averaging"
# Stands on every card with verdicts.
HOW = (
    "An interval of 90 % is Welch's, over our seeds and the paper's five; where we know no "
    "deviation of the paper's, ours stands in for it, with its degrees of freedom. What was found "
    "of a row makes its verdict: without its premise *premise not met*; all for the paper "
    "*reproduced*, or *holds at this scale* without the paper's recipe; some for and some "
    "against it *partly*; some against and none for it *not*, or *not at this scale* without the "
    "paper's recipe; else *inconclusive*, as always with one seed of a training. *Shape "
    "only*: nothing is known of the paper whose size could be compared."
)


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

    @property
    def is_ours_to_compare(self) -> bool:
        """Whether the paper has no number or figure of it: it is claimed or implied only."""
        return not self.paper or self.paper.startswith(
            ("implied, no", "claimed", "inferred", "no number", "we know")
        )


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
        """Return all of it, a paragraph each: the rule, its commit, what was changed."""
        stated = f"Stated in commit {self.commit}, before the runs."
        if self.older:
            stated = (
                f"Stated in commit {self.commit}; records of {', '.join(self.older)} are older, so "
                "for them it is not shown that the rule came first."
            )
        return "\n\n".join(part for part in (self.text, stated, self.amended) if part)


def scale_of(records: Sequence[Record]) -> str:
    """Return the scale of runs, what SPSA minimised in them, and with which gain.

    Runs under `fresh` all have the paper's gain; it is left out.
    """
    configuration = records[0]["configuration"]
    scale = SCALES[records[0]["tier"]]
    if not configuration["features"].startswith("photonic"):
        return scale
    if not configuration["spsa_steps"]:
        return f"{scale}, angles at rest"
    objective = configuration.get("objective", "fresh")
    gain = configuration["spsa_step_size"]
    said = "" if (objective, gain) == ("fresh", SPSA_GAIN) else f" with a = {gain:g}"
    return f"{scale}, reading `{objective}`{said}"


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


_COLUMNS = ("claim", "paper", "ours", "difference", "reproduced if", "verdict")


class Findings(list[Finding]):
    """A list of findings, which makes tables."""

    def table(self, columns: Sequence[str] = _COLUMNS) -> str:
        """Return the findings as a Markdown table."""
        return markdown_table(self._rows(), columns)

    def in_short(self, columns: Sequence[str]) -> str:
        """Return columns of the findings as a Markdown table, without what most have.

        That is their scale, and that no comparison is known.
        """
        return markdown_table(self._short_rows(), columns)

    @property
    def usual_scale(self) -> str:
        """The scale that most findings have."""
        (common,) = Counter(finding.scale for finding in self if finding.records).most_common(1)
        return common[0]

    def _short_rows(self) -> list[Row]:
        usual_scale = self.usual_scale
        rows = self._rows()
        for finding, row in zip(self, rows, strict=True):
            apart = finding.scale not in (usual_scale, SCALES[None])
            notes = ["one seed"] * (ONE_SEED in finding.ours) + [finding.scale] * apart
            row["paper"] = finding.paper.removesuffix(NO_COMPARISON)
            row["verdict"] = f"**{finding.verdict}**" + f" ({'; '.join(notes)})" * bool(notes)
        return rows

    def _rows(self) -> list[Row]:
        return [
            {
                "notebook": finding.notebook,
                "claim": finding.claim,
                "paper": finding.paper,
                "ours": finding.ours,
                "difference": finding.difference,
                "reproduced if": finding.rule,
                "verdict": f"**{finding.verdict}** ({finding.scale})",
            }
            for finding in self
        ]
