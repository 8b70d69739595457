"""What the planned comparison of the light with its controls found, in numbers and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...statistics.equivalence import LEVEL, Contrast, ContrastVerdict
from ...statistics.means import PairedDifference
from ..markdown_table import markdown_table

_INTERFERENCE = "light instead of distinguishable photons"
_CIRCUIT = "the photonic circuit in the place of a classical map"
_DIFFERENT = {
    "selection": "choosing the angles by this network's loss, rather than another's,",
    "interference": f"with its own recipe each, {_INTERFERENCE}",
    "anything photonic": f"with its own recipe each, {_CIRCUIT}",
    "interference, one recipe": f"at one recipe for both, {_INTERFERENCE}",
    "anything photonic, one recipe": f"at one recipe for both, {_CIRCUIT}",
    "plain randomness": "the photonic circuit in the place of a frozen random vector",
    "selection, through the average": "angles chosen by this network's loss, not another's,",
    "interference, through the average": _INTERFERENCE,
    "plain randomness, through the average": "the circuit in the place of a frozen random vector",
}
_MEASURES = {
    "points": "{points:+.2f}",
    "log error": "{log error:+.3f}",
    "seeds and images": "{seeds and images:+.2f}",
    "correlation": "{correlation:.2f}",
    "noise of a pair": "{noise of a pair:.2f}",
}
_FIRST = ("question", "light minus", "points", "verdict")
_MORE = ("question", "log error", "seeds and images", "correlation", "noise of a pair", "pairs")


@dataclass(frozen=True)
class Analysis:
    """What a plan makes of the records.

    Attributes
    ----------
    plan : dict of str to str
        What each question compares the light with.
    light : str
        The light's arm in it.
    margin, log_margin : float
        In percentage points of test error, and of its logarithm.
    contrasts : dict of str to Contrast
        Question -> photonic minus control, percentage points, corrected by Holm's rule.
    logarithmic : dict of str to Contrast
        The same of the log error.
    seeds_and_images : dict of str to PairedDifference
        The same differences with an interval over seeds and test images both.
    null, known : Contrast
        Of the null experiment, and of the known effect.
    """

    plan: Mapping[str, str]
    light: str
    margin: float
    log_margin: float
    contrasts: dict[str, Contrast]
    logarithmic: dict[str, Contrast]
    seeds_and_images: dict[str, PairedDifference]
    null: Contrast
    known: Contrast

    @property
    def sensitive(self) -> bool:
        """Whether the known effect was found."""
        return self.known.difference.high < 0.0

    @property
    def null_is_null(self) -> bool:
        """Whether nothing was found where nothing can be."""
        return not self.null.difference.excludes_zero

    @property
    def n_pairs(self) -> int:
        """The number of planned pairs of each comparison."""
        return self.known.difference.n

    def verdicts(self) -> dict[str, ContrastVerdict]:
        """Return the verdict on each question."""
        return {
            question: found.verdict(sensitive=self.sensitive)
            for question, found in self.contrasts.items()
        }

    def sentences(self) -> list[str]:
        """Return what was found, one sentence per question, then what the checks say."""
        lines = [
            _sentence(question, self.contrasts[question], verdict)
            for question, verdict in self.verdicts().items()
        ]
        if not self.sensitive:
            lines.append(
                "The known effect, one basis filter less, did not show as a difference: this "
                "experiment cannot call anything equal."
            )
        if not self.null_is_null:
            lines.append(
                "The null experiment showed a difference where none can be, as one in twenty "
                "does: differences of its size are not to be trusted here."
            )
        return lines

    def in_words(self) -> str:
        """Return the sentences as a Markdown list."""
        return "\n".join(f"- {line}" for line in self.sentences())

    def measures(self) -> list[dict[str, Any]]:
        """Return each planned contrast in three measures, one row per question.

        Points of test error; its logarithm; points with an interval over seeds and test images
        both. Then how much light and control have in common, how much the pairs scatter, in
        points, and the verdict on the points.
        """
        said = self.said()
        return [
            {
                "question": question,
                "light minus": self.plan[question],
                "points": contrast.difference,
                "log error": self.logarithmic[question].difference,
                "seeds and images": self.seeds_and_images[question],
                "correlation": contrast.correlation,
                "noise of a pair": contrast.standard_deviation,
                "pairs": contrast.difference.n,
                "verdict": said[question],
            }
            for question, contrast in self.contrasts.items()
        ]

    def contrasts_table(self) -> str:
        """Return all contrasts, in points and with their verdicts, as a Markdown table."""
        return markdown_table(self.measures(), _FIRST, _MEASURES)

    def measures_table(self) -> str:
        """Return what else was measured of these contrasts, as a Markdown table."""
        return markdown_table(self.measures(), _MORE, _MEASURES)

    def in_one_line(self) -> str:
        """Return each question with its control, difference and verdict."""
        return "; ".join(
            f"{question}, against {self.plan[question]}: "
            f"{self.contrasts[question].difference:+.2f} ({said})"
            for question, said in self.said().items()
        )

    def said(self) -> dict[str, str]:
        """Return the verdict on each question in words; see `verdict_in_words`."""
        return {
            question: verdict_in_words(self.contrasts[question], verdict)
            for question, verdict in self.verdicts().items()
        }


def verdict_in_words(found: Contrast, verdict: ContrastVerdict) -> str:
    """Return a contrast's verdict in words.

    The rule's fourth, inconclusive, covers two cases that a reader wants to tell apart.
    """
    is_open = verdict == "inconclusive" and found.p_different < LEVEL
    return "different, its size open" if is_open else verdict


def _sentence(question: str, found: Contrast, verdict: ContrastVerdict) -> str:
    what = _DIFFERENT[question]
    difference = found.difference
    measured = f"{difference:+.2f} points of test error, {difference.n} pairs"
    direction = "lowers" if difference.mean < 0.0 else "raises"
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
