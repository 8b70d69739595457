"""The claims about student and teacher in Table 1, and what decides each."""

import numpy as np

from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import paired_difference
from ..statistics.verdicts import Direction, judge_claim
from .finding import SCALES, Finding, decided
from .paper_values import MEMORISED, TABLE1
from .table1_numbers import NAMES, compared, decimals, margin_of, quantities, shown_runs

# What the paper's own numbers say of student and teacher: (quantity, direction). "Equal" where
# their deviations, over 5 runs each, show no difference at 5 %; MNIST's cross-entropies show none
# either, but the article says in words that the student's is lower.
CLAIMS: dict[str, dict[str, Direction]] = {
    "mnist": {
        "validation accuracy": "equal",
        "validation cross-entropy": "below",
    },
    "fashion-mnist": {
        "validation accuracy": "above",
        "validation cross-entropy": "below",
    },
    "cifar10": {
        "validation accuracy": "below",
        "validation cross-entropy": "above",
    },
}
WORDS = {"above": "above", "below": "below", "equal": "the same as"}


def table1_findings(catalogue: Catalogue, dataset: str) -> list[Finding]:
    """Return one finding for each claim about student and teacher on a data set."""
    records = shown_runs(catalogue, dataset)
    findings = []
    for name, direction in CLAIMS[dataset].items():
        paper = [TABLE1[dataset][network][name] for network in ("student", "teacher")]
        digits = decimals(name)
        margin, teacher_margin = (margin_of(name, value) for value in paper)
        common = {
            "claim": f"{NAMES[dataset]}: the student's {name} is {WORDS[direction]} the teacher's",
            "paper": " against ".join(f"{value.mean:.{digits}f}" for value in paper),
            "rule": _rule(
                direction,
                f"{margin:.{digits}f}",
                f"{teacher_margin:.{digits}f}",
                memorised=_is_memorised(dataset),
            ),
            "notebook": "04",
            "records": f"table1-*-{dataset}-*",
        }
        if not records:
            findings.append(
                Finding(
                    **common, ours="", difference="", verdict="not attempted", scale=SCALES[None]
                )
            )
            continue
        student, teacher = (quantities(records, who, name) for who in ("student", "teacher"))
        number = compared(dataset, records, "student", name)
        claim = judge_claim(student, teacher, direction, margin=margin)
        findings.append(
            decided(
                [number.finding, claim],
                records,
                premise=premise_holds(dataset, records, name),
                **common,
                ours=" against ".join(f"{x.mean():.{digits}f}" for x in (student, teacher))
                + f" ({len(records)} seed{'s' * (len(records) > 1)})",
                difference=_difference_text(student, teacher, digits, direction),
            )
        )
    return findings


def _is_memorised(dataset: str) -> bool:
    return TABLE1[dataset]["teacher"]["train accuracy"].mean >= MEMORISED


def _rule(direction: Direction, margin: str, teacher_margin: str, *, memorised: bool) -> str:
    contrast = {
        "above": "student minus teacher above 0",
        "below": "student minus teacher below 0",
        "equal": f"student minus teacher within {margin}",
    }[direction]
    trained = f"has {MEMORISED} % of its training images, and " * memorised
    return (
        f"student within {margin} of the paper's; {contrast}; premise: the teacher {trained}"
        f"is not shown to be more than {teacher_margin} from the paper's"
    )


def _difference_text(
    first: np.ndarray, second: np.ndarray, digits: int, direction: Direction
) -> str:
    """Return the mean difference with the interval that decides the claim."""
    if len(first) < 2:
        return f"student - teacher {first[0] - second[0]:+.{digits}f}"
    equal = direction == "equal"
    difference = paired_difference(first, second, confidence=0.9 if equal else 0.95)
    return f"student - teacher {difference:+.{digits}f}" + " (90 % interval)" * equal


def premise_holds(dataset: str, records: list[Record], name: str) -> bool:
    """Return whether our teachers can stand in for the paper's in a claim about a quantity.

    They memorised their images, where the paper's did, and their own number is not *different*.
    """
    trained = quantities(records, "teacher", "train accuracy").mean()
    if _is_memorised(dataset) and trained < MEMORISED:
        return False
    return compared(dataset, records, "teacher", name).finding != "different"
