"""The claim map: every claim of the paper's abstract and of the article, with its verdict."""

from collections.abc import Callable

from ..records.stored import Catalogue
from .article_run import article_run
from .controls.findings import CLAIMS
from .controls.forest import controls
from .ema_variance import ema_variance
from .extreme import extreme
from .frontier import frontier
from .kernel_noise import kernel_noise
from .regularisation import regularisation
from .result import SCALES, Finding, Result
from .shot_noise import shot_noise
from .table1 import table1
from .training_curves import training_run

BUILDERS: tuple[Callable[[Catalogue], Result | None], ...] = (
    table1,
    training_run,
    frontier,
    extreme,
    shot_noise,
    ema_variance,
    kernel_noise,
    regularisation,
    article_run,
    controls,
)
# Claims that no result of ours speaks of until its runs are there: claim -> notebook.
_OPEN = {**dict.fromkeys(CLAIMS, "09"), "The method runs on photonic hardware": "01"}


def results(catalogue: Catalogue) -> list[Result]:
    """Return every result that there are records for, in the order of the paper."""
    found = map(catalogue.once, BUILDERS)
    return [result for result in found if result is not None]


def claim_map(catalogue: Catalogue) -> list[Finding]:
    """Return all findings, and the claims that were not attempted."""
    found = [finding for result in results(catalogue) for finding in result.findings]
    attempted = {finding.claim for finding in found}
    return [*found, *(finding for finding in not_attempted() if finding.claim not in attempted)]


def not_attempted(notebook: str | None = None) -> list[Finding]:
    """Return the claims that have no runs at first; those of one notebook, or all."""
    return [
        Finding(
            claim=claim,
            paper="",
            ours="",
            difference="",
            verdict="not attempted",
            rule="",
            scale=SCALES[None],
            notebook=number,
            records="",
        )
        for claim, number in _OPEN.items()
        if notebook in (None, number)
    ]
