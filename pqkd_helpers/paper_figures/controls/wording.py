"""What the planned comparison of the light with its controls found, in plain words."""

from ...statistics.equivalence import LEVEL, Contrast, ContrastVerdict
from .contrasts import FOLLOW_UP, PRIMARY, Analysis

_INTERFERENCE = "the interference of the photons"
_CIRCUIT = "the photonic circuit in the place of a classical map"
_DIFFERENT = {
    "selection": "choosing the angles by this network's loss, rather than another's,",
    "interference": _INTERFERENCE,
    "anything photonic": _CIRCUIT,
    "interference, one recipe": f"at one recipe for both, {_INTERFERENCE}",
    "anything photonic, one recipe": f"at one recipe for both, {_CIRCUIT}",
    "plain randomness": "the photonic circuit in the place of one random vector, never changed,",
}


def sentences(found: Analysis) -> list[str]:
    """Return what was found, one sentence per question, then what the checks say."""
    lines = [
        _sentence(question, found.contrasts[question], verdict)
        for question, verdict in found.verdicts().items()
    ]
    if not found.sensitive:
        lines.append(
            "The known effect, one basis filter less, did not show as a difference: this "
            "experiment cannot call anything equal."
        )
    if not found.null_is_null:
        lines.append(
            "The null experiment showed a difference where none can be, as one in twenty does: "
            "differences of its size are not to be trusted here."
        )
    return lines


def measures(found: Analysis) -> list[dict[str, str]]:
    """Return each planned contrast in three measures, as rows of a table.

    Points of test error; its logarithm; points with an interval over seeds and test images both.
    Then how much light and control have in common, and how much the pairs scatter, in points.
    """
    return [
        {
            "question": question,
            "points": contrast.difference.text(),
            "log error": found.logarithmic[question].difference.text(3),
            "seeds and images": found.seeds_and_images[question].text(),
            "correlation": f"{contrast.correlation:.2f}",
            "noise of a pair": f"{contrast.standard_deviation:.2f}",
        }
        for question, contrast in found.contrasts.items()
    ]


def in_two_sentences(found: Analysis) -> str:
    """Return the finding for the README."""
    n = min(contrast.difference.n for contrast in found.contrasts.values())
    return (
        f"Does the light matter? On a narrow net (10,000 MNIST images, 20 epochs), over {n} paired "
        f"seeds, by a rule set beforehand with a margin of {found.margin:.2f} points of test error "
        f"(a pilot's estimate of the effect of one basis filter of four): {_with_verdicts(found)}. "
        "All are light minus control, so below zero the light is better."
    )


def follow_up_in_two_sentences(found: Analysis) -> str:
    """Return the finding of the follow-up for the README."""
    return (
        "In these contrasts each side had the recipe (step size, length of z) that a search had "
        "chosen for it. A follow-up, planned after that verdict and before its own runs, gave both "
        f"sides the light's: {_with_verdicts(found)}."
    )


def _with_verdicts(found: Analysis) -> str:
    """Return each question with its control, difference and verdict, in one line."""
    against, parts = {**PRIMARY, **FOLLOW_UP}, []
    for question, verdict in found.verdicts().items():
        contrast = found.contrasts[question]
        # The rule's fourth verdict covers two cases that a reader wants to tell apart.
        open_size = verdict == "inconclusive" and contrast.p_different < LEVEL
        said = "inconclusive by the rule: different, its size open" if open_size else verdict
        interval = contrast.difference.text().rpartition(",")[0]
        parts.append(f"{question}, against {against[question]}: {interval} ({said})")
    return "; ".join(parts)


def _sentence(question: str, found: Contrast, verdict: ContrastVerdict) -> str:
    what = _DIFFERENT[question]
    interval, _, pairs = found.difference.text().rpartition(", ")
    measured = f"{interval} points of test error, {pairs}"
    direction = "lowers" if found.difference.mean < 0.0 else "raises"
    match verdict:
        case "different and relevant":
            said = f"{direction} the error by more than one basis filter does"
        case "different but below the margin":
            said = f"{direction} the error, by less than one basis filter does"
        case "equivalent":
            said = "makes no difference as large as one basis filter does"
        case "inconclusive" if found.p_different < LEVEL:
            said = f"{direction} the error; whether by more than one basis filter does, is open"
        case "inconclusive":
            said = "was not shown to matter, nor shown not to"
    margin = f"margin {found.margin:.2f}, the pilot's estimate of that effect"
    return f"{question.capitalize()}: {what} {said} ({measured}; {margin})."
