"""What the verdicts on light and controls say of the claims of paper and article (notebook 09)."""

from dataclasses import replace

from ...records.stored import Catalogue
from ...statistics.equivalence import Contrast, ContrastVerdict
from ...statistics.verdicts import Verdict
from ..result import SCALES, Finding
from .analysis import Analysis
from .contrasts import light_minus

RULE = (
    "Test error of paired seeds, photonic minus control. Different: t test; equivalent: two "
    "one-sided tests within the margin, the effect of one basis filter of four, measured in a "
    "pilot; both at 5 %, corrected by Holm's rule over the three planned contrasts. Equivalent "
    "may be said only if that known effect is detected. Relevant: the 95 % interval, not "
    "corrected, lies wholly beyond the margin."
)
FOLLOW_UP_RULE = (
    "The same rule for a follow-up that was planned after the verdict on the planned contrasts and "
    "before its own runs; Holm's rule over its three contrasts."
)
DESCRIBED = "Described only: five seeds, no test planned, so no verdict but 'inconclusive'."
_PLANNED = {
    "selection": "Angles chosen for this network beat angles chosen for another",
    "interference": "Interference between photons helps",
    "anything photonic": "Photonic features beat a classical map, each with its own recipe",
}
_FOLLOW_UP = {
    "interference, one recipe": "Interference between photons helps, one recipe for both",
    "anything photonic, one recipe": "Photonic features beat a classical map, one recipe for both",
    "plain randomness": "Light does what random noise cannot",
}
_DESCRIBED = {"marginals": "Higher-order correlations of the clicks matter"}
CLAIMS = (*_PLANNED.values(), *_FOLLOW_UP.values(), *_DESCRIBED.values())


def findings(
    catalogue: Catalogue, found: Analysis, follow_up: Analysis | None = None
) -> list[Finding]:
    """Return what was found of each claim that there are runs for.

    Parameters
    ----------
    found, follow_up : Analysis
        Of the planned contrasts, and of the follow-up where it is finished.
    """
    made = [_finding(claim, found, question) for question, claim in _PLANNED.items()]
    if follow_up is not None:
        made += [
            replace(_finding(claim, follow_up, question), rule=FOLLOW_UP_RULE)
            for question, claim in _FOLLOW_UP.items()
        ]
    for arm, claim in _DESCRIBED.items():
        difference = light_minus(catalogue, arm, margin=found.margin)
        if difference is not None:
            made.append(
                replace(
                    _of_contrast(claim, difference, "inconclusive", arm),
                    ours=f"photonic minus {arm}: described only",
                    rule=DESCRIBED,
                )
            )
    return made


def _finding(claim: str, found: Analysis, question: str) -> Finding:
    contrast, verdict = found.contrasts[question], found.verdicts()[question]
    return _of_contrast(claim, contrast, verdict, found.plan[question])


def _of_contrast(claim: str, found: Contrast, verdict: ContrastVerdict, arm: str) -> Finding:
    return Finding(
        claim=claim,
        paper="claimed, no comparison published",
        ours=f"photonic minus {arm}: {verdict}",
        difference=f"{found.difference.text()}, test error",
        verdict=as_claim(found, verdict),
        rule=RULE,
        scale=SCALES["cpu"],
        notebook="09",
        records=f"controls-*-{arm}-*",
    )


def as_claim(found: Contrast, verdict: ContrastVerdict) -> Verdict:
    """Return what a contrast's verdict says of the claim that the light is better.

    It is reproduced if the light's error is lower by more than the margin, partly if by less; not
    if it is higher, or equivalent.
    """
    if verdict == "inconclusive":
        return "inconclusive"
    if verdict == "equivalent" or found.difference.mean > 0.0:
        return "not"
    return "reproduced" if verdict == "different and relevant" else "partly"
