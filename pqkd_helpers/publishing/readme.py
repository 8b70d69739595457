"""The sentences and tables of README and pages that come from the records."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import get_args

from ..paper_figures.claims import FIGURES, claim_map
from ..paper_figures.controls.analysis import Analysis
from ..paper_figures.controls.contrasts import AVERAGED, FOLLOW_UP, analyse, state
from ..paper_figures.finding import SCALES, Finding
from ..paper_figures.ladder.frontier import MOST, PLAIN, PLAIN_DISTILLED, PQKD
from ..paper_figures.ladder.in_bytes import DIVERGED
from ..paper_figures.table1_numbers import NAMES
from ..records.stored import Catalogue
from ..statistics.verdicts import Verdict
from .blocks import with_blocks


def answer(catalogue: Catalogue) -> str:
    """Return the few sentences that a visitor wants first."""
    found, averaged = analyse(catalogue, FOLLOW_UP), analyse(catalogue, **AVERAGED)
    return "\n\n".join(
        [
            "**What it does.** In some layers of a small network only a few filters are trained. "
            "How they are mixed is decided by the clicks of a photonic circuit, of which only 30 "
            "angles are tuned. That saves trained numbers.",
            "**Are the paper's numbers reproduced?** " + _numbers(claim_map(catalogue)),
            "**Does the light help?** "
            + (state(catalogue, FOLLOW_UP) if found is None else _light_helps(found, averaged)),
            *_at_best(catalogue),
        ]
    )


def _at_best(catalogue: Catalogue) -> list[str]:
    """Return how good the idea gets, next to a plain network; nothing before its runs."""
    result = catalogue.once(FIGURES["frontier-at-best"])
    if result is None:
        return []
    accuracy = {row["kind"]: row["test accuracy"] for row in result.rows if row["size"] == MOST}
    return [
        f"**How good does the idea get?** With at most {MOST:,} trained numbers, spent where they "
        f"work, and untuned angles: {accuracy[PQKD].mean:.2f} % of MNIST's test images. A plain "
        f"network of as many: alone {accuracy[PLAIN].mean:.2f} %, taught by the same teacher "
        f"{accuracy[PLAIN_DISTILLED].mean:.2f} %. (Notebook 13; {accuracy[PQKD].n} seeds.)"
        + _fallen(catalogue)
    ]


def _fallen(catalogue: Catalogue) -> str:
    """Return how many of the students diverged that were trained again for their files."""
    result = catalogue.once(FIGURES["bytes-at-best"])
    if result is None:
        return ""
    again = result.rows[0]["test accuracies"]
    fallen = [f"{accuracy:.0f}" for accuracy in again if accuracy < DIVERGED]
    if not fallen:
        return ""
    return (
        f" Trained again for their files, {len(fallen)} of {len(again)} "
        f"students diverged (down to {' and '.join(fallen)} %): the recipe stands near an edge."
    )


def _numbers(findings: list[Finding]) -> str:
    """Return how the claims fare that the paper has a number or a figure of."""
    public = [finding for finding in findings if not finding.is_ours_to_compare]
    counts = Counter(finding.verdict for finding in public)
    decided: tuple[Verdict, ...] = (
        "reproduced",
        "partly",
        "not",
        "not at this scale",
        "holds at this scale",
    )
    said = {"not at this scale": "different in runs smaller than the paper's (*not at this scale*)"}
    parts = [
        f"{counts[name]} {said.get(name, name)}"
        for name in decided
        if counts[name] or name == decided[0]
    ]
    rest = [f"{counts[name]} {name}" for name in get_args(Verdict) if name not in decided]
    rest = [part for part in rest if not part.startswith("0 ")]
    recipe = any(finding.scale.startswith(SCALES["paper"]) for finding in findings)
    return (
        f"Of {len(public)} claims with a number or a figure: {', '.join(parts)}; undecided: "
        f"{', '.join(rest)}. "
        + ("" if recipe else "At our size most can settle nothing. ")
        + "(*Premise not met*: our teacher is not like the paper's. More in notebook 10.) "
        + "Of the paper we know the abstract, and its numbers through others who read it."
    )


def _light_helps(found: Analysis, averaged: Analysis | None) -> str:
    """Return the answer under the reading that the package has by default, once it is known."""
    question, later = "plain randomness", "plain randomness, through the average"
    fresh = found.contrasts[question].difference
    if averaged is None or later not in averaged.contrasts:
        return (
            f"{_against_randomness(found, question)} (What the search for the angles compares can "
            "be read in several ways; this is for the reading called `fresh`.)"
        )
    return (
        f"{_against_randomness(averaged, later)} (What the search for the angles compares can be "
        "read in several ways; this is for the package's own reading. For the one called `fresh`, "
        f"as in the picture below: {fresh:+.2f}.)"
    )


def _against_randomness(found: Analysis, question: str) -> str:
    difference, said = found.contrasts[question].difference, found.said()[question]
    vector = "one random vector, drawn once and kept, in the place of the light's numbers"
    if said.startswith("different"):
        worse = difference.mean > 0.0
        first = (
            f"Not where we asked: {vector} does better."
            if worse
            else f"Yes, where we asked: {vector} does worse."
        )
    elif said == "equivalent":
        first = f"Not where we asked: {vector} does as well."
    else:
        first = f"That was not shown: whether {vector} does better or worse is open."
    return (
        f"{first} Test error with the light minus that with the vector: {difference:+.2f} points, "
        f"{difference.n} pairs of runs of a small network."
    )


def verdicts(catalogue: Catalogue) -> str:
    """Return how many claims have which verdict, in a sentence."""
    counts = Counter(finding.verdict for finding in claim_map(catalogue))
    parts = [f"{counts[name]} {name}" for name in get_args(Verdict) if counts[name]]
    return (
        f"Of {sum(counts.values())} claims, so far: {', '.join(parts)}. Each verdict follows from "
        "the rule in its row of the claim map (notebook 10); the card of its figure tells when "
        "that was stated. `not at this scale` says nothing of the paper: the runs do not have its "
        "recipe. `premise not met`: our runs lack what the claim presupposes."
    )


def table(catalogue: Catalogue) -> str:
    """Return Table 1 next to the paper's: validation accuracy."""
    result = catalogue.once(FIGURES["table1"])
    if result is None:
        return "No run of Table 1 is stored yet."
    rows = [row for row in result.rows if row["quantity"] == "validation accuracy"]
    columns = ("data set", "network", "paper", "our mean", "n", "difference", "finding")
    missing = [name for name in NAMES.values() if name not in {row["data set"] for row in rows}]
    note = f"\n\nNot run yet: {', '.join(missing)}." if missing else ""
    return result.table(rows, columns) + note


def claims(catalogue: Catalogue) -> str:
    """Return the claim map."""
    return claim_map(catalogue).table()


def light(catalogue: Catalogue) -> str:
    """Return what was found on the light and its controls: planned, and in both follow-ups."""
    found = analyse(catalogue)
    if found is None:
        return state(catalogue)
    follow_up = analyse(catalogue, FOLLOW_UP)
    more = (
        "Each side had the recipe that a search had chosen for it; a follow-up at one recipe is "
        f"not finished. {state(catalogue, FOLLOW_UP)}"
        if follow_up is None
        else "In these contrasts each side had the recipe (step size, length of z) that a search "
        "had chosen for it. A follow-up, planned after that verdict and before its own runs, gave "
        f"both sides the light's: {follow_up.in_one_line()}."
    )
    averaged = analyse(catalogue, **AVERAGED)
    if averaged is not None:
        more += (
            " A second follow-up asks SPSA through the moving average, as the package does by "
            f"default: {averaged.in_one_line()}. {state(catalogue, **AVERAGED)}"
        )
    return (
        "Does the light matter? On a narrow net (10,000 MNIST images, 20 epochs), under the "
        "reading `fresh` of the algorithm (SPSA minimises the loss of a fresh z), over "
        f"{found.n_pairs} paired seeds, by a rule set beforehand with a margin of "
        f"{found.margin:.2f} points of test error (a pilot's estimate of the effect of one basis "
        f"filter of four): {found.in_one_line()}. All are light minus control, so below zero the "
        f"light is better.\n\n{more}"
    )


_BLOCKS: dict[str, Callable[[Catalogue], str]] = {
    "answer": answer,
    "verdicts": verdicts,
    "table1": table,
    "claims": claims,
    "controls": light,
}


def with_results(text: str, catalogue: Catalogue) -> str:
    """Return a text with its blocks from the records written anew.

    Raises
    ------
    ValueError
        If a block has an unknown name.
    """
    return with_blocks(
        text, "records", {name: partial(make, catalogue) for name, make in _BLOCKS.items()}
    )
