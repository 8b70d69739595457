"""What the verdicts on light and controls say of the claims of paper and article (notebook 09)."""

from dataclasses import replace

from ...records.stored import Catalogue
from ...statistics.equivalence import Contrast, ContrastVerdict
from ...statistics.verdicts import ClaimFinding
from ..finding import NO_COMPARISON, Finding, Rule, decided
from .analysis import Analysis, verdict_in_words
from .contrasts import EXPERIMENT, LIGHT, LIGHT_THROUGH_EMA, light_minus

RULE = Rule(
    "Test error of paired seeds, photonic minus control. Different: t test; equivalent: two "
    "one-sided tests within the margin, the effect of one basis filter of four, measured in a "
    "pilot; both at 5 %, corrected by Holm's rule over the three planned contrasts. Equivalent "
    "may be said only if that known effect is detected. Relevant: the 95 % interval, not "
    "corrected, lies wholly beyond the margin; different, but neither beyond nor within it, is "
    "inconclusive. The same rule holds for a follow-up of three more "
    "contrasts, planned after that verdict (commit 0e52dd6), before its own runs but for the "
    "first five seeds of gaussian-frozen.",
    commit="13cb885",
    amended=(
        "Changed while the runs went on, before any analysis: how a difference near the margin is "
        "worded, that seeds beyond the plan do not count, that arms of five seeds get no verdict. "
        "Changed when 10 of the second follow-up's 126 runs were stored, and no difference of them "
        "computed: a question is answered once its own 42 pairs are stored; until all three are, "
        "p values are taken times three instead of by Holm's rule."
    ),
)
_PLANNED_ROW = "lower error than the control's by more than the margin (planned)"
_FOLLOW_UP_ROW = "lower error than the control's by more than the margin (follow-up)"
_THROUGH_EMA_ROW = "lower error than the control's by more than the margin (second follow-up)"
_DESCRIBED_ROW = "described: five seeds, no test planned"
IMPLIED = f"implied{NO_COMPARISON}"
CLAIMED = f"claimed by the article{NO_COMPARISON}"
_PLANNED = {
    "selection": "Angles chosen for this network beat angles chosen for another",
    "interference": "Interference between photons helps, each with its own recipe",
    "anything photonic": "Photonic features beat a classical map, each with its own recipe",
}
_FOLLOW_UP = {
    "interference, one recipe": "Interference between photons helps, one recipe for both",
    "anything photonic, one recipe": "Photonic features beat a classical map, one recipe for both",
    "plain randomness": "Light does what random noise cannot",
}
_THROUGH_EMA = {
    "selection, through the average": "Angles chosen for this network beat angles chosen for "
    "another, SPSA asked through the average",
    "interference, through the average": "Interference between photons helps, SPSA asked through "
    "the average",
    "plain randomness, through the average": "Light does what random noise cannot, SPSA asked "
    "through the average",
}
_DESCRIBED = {"marginals": "Higher-order correlations of the clicks matter"}
_ARTICLE = (
    _FOLLOW_UP["plain randomness"],
    _THROUGH_EMA["plain randomness, through the average"],
    *_DESCRIBED.values(),
)
CLAIMS = (*_PLANNED.values(), *_FOLLOW_UP.values(), *_DESCRIBED.values())


def findings(
    catalogue: Catalogue,
    found: Analysis,
    follow_up: Analysis | None = None,
    averaged: Analysis | None = None,
) -> list[Finding]:
    """Return what was found of each claim that there are runs for.

    Parameters
    ----------
    found, follow_up, averaged : Analysis
        Of the planned contrasts, and of the two follow-ups as far as their questions are
        answered.
    """
    made = [_finding(catalogue, claim, found, question) for question, claim in _PLANNED.items()]
    later = (
        (follow_up, _FOLLOW_UP, _FOLLOW_UP_ROW, LIGHT),
        (averaged, _THROUGH_EMA, _THROUGH_EMA_ROW, LIGHT_THROUGH_EMA),
    )
    for analysis, claims, row, light in later:
        if analysis is not None:
            made += [
                replace(_finding(catalogue, claim, analysis, question, light), rule=row)
                for question, claim in claims.items()
                if question in analysis.contrasts
            ]
    for arm, claim in _DESCRIBED.items():
        difference = light_minus(catalogue, arm, margin=found.margin)
        if difference is not None:
            made.append(
                replace(
                    _of_contrast(catalogue, claim, difference, "inconclusive", arm),
                    ours=f"photonic minus {arm}: described only",
                    rule=_DESCRIBED_ROW,
                )
            )
    return made


def _finding(
    catalogue: Catalogue, claim: str, found: Analysis, question: str, light: str = LIGHT
) -> Finding:
    contrast, verdict = found.contrasts[question], found.verdicts()[question]
    return _of_contrast(catalogue, claim, contrast, verdict, found.plan[question], light)


def _of_contrast(
    catalogue: Catalogue,
    claim: str,
    found: Contrast,
    verdict: ContrastVerdict,
    arm: str,
    light: str = LIGHT,
) -> Finding:
    return decided(
        as_claims(found, verdict),
        catalogue.runs(EXPERIMENT, tier="cpu", arm=light),
        claim=claim,
        paper=CLAIMED if claim in _ARTICLE else IMPLIED,
        ours=f"{light} minus {arm}: {verdict_in_words(found, verdict)}",
        difference=f"{found.difference.text()}, test error",
        rule=_PLANNED_ROW,
        notebook="09",
        records=f"controls-*-{arm}-*",
    )


def as_claims(found: Contrast, verdict: ContrastVerdict) -> list[ClaimFinding]:
    """Return what a contrast's verdict says of two claims: the light is better, and relevantly so.

    Where the contrast says nothing, both are open.
    """
    if verdict == "inconclusive":
        return ["open", "open"]
    if verdict == "equivalent" or found.difference.mean > 0.0:
        return ["contradicted", "contradicted"]
    return ["holds", "holds" if verdict == "different and relevant" else "contradicted"]
