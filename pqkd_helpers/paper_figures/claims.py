"""All figures by their names, and the claim map: every claim of paper and article (notebook 10)."""

from collections.abc import Callable, Mapping

from ..common.checks import check_choice
from ..records.stored import Catalogue, stored_catalogue
from .article_run import article_run
from .controls.comparison import controls
from .controls.findings import CLAIMS
from .ema_variance import ema_variance
from .extreme import extreme
from .finding import SCALES, Finding, Findings
from .flawed_light import flawed_light
from .frontier import frontier
from .imperfections import imperfections_study
from .kernel_noise import kernel_noise
from .ladder.frontier import frontier_at_best
from .ladder.ideas import ladder_choices
from .ladder.in_bytes import bytes_at_best
from .paper_recipe import paper_recipe
from .reading_table import readings
from .regularisation import regularisation
from .result import Result
from .sensitivity import sensitivity
from .shot_noise import shot_noise
from .shot_sweep import shot_sweep
from .spsa_contribution import spsa_contribution
from .table1 import table1
from .training_curves import spsa_diagnostics, training_run

# A figure's name, which is its folder below figures/ -> what makes it; in the order of the paper.
FIGURES: Mapping[str, Callable[[Catalogue], Result | None]] = {
    "table1": table1,
    "paper-recipe": paper_recipe,
    "training-curves": training_run,
    "spsa-diagnostics": spsa_diagnostics,
    "spsa-contribution": spsa_contribution,
    "frontier": frontier,
    "extreme": extreme,
    "shot-noise": shot_noise,
    "shot-sweep": shot_sweep,
    "ema-variance": ema_variance,
    "kernel-noise": kernel_noise,
    "regularisation": regularisation,
    "article-run": article_run,
    "controls": controls,
    "imperfections": imperfections_study,
    "flawed-light": flawed_light,
    "ladder-choices": ladder_choices,
    "frontier-at-best": frontier_at_best,
    "bytes-at-best": bytes_at_best,
    "readings": readings,
    "sensitivity": sensitivity,
}
# Claims that no result of ours speaks of until its runs are there: claim -> notebook.
_OPEN = {**dict.fromkeys(CLAIMS, "09"), "The method runs on photonic hardware": "01"}


def paper_figure(name: str, catalogue: Catalogue | None = None) -> Result:
    """Return a figure or table of the paper next to ours: numbers, findings, picture, card.

    Parameters
    ----------
    name : str
        Its folder below ``figures``, such as "frontier".
    catalogue : Catalogue or None
        The records; None: the project's own.

    Raises
    ------
    ValueError
        If there is no figure of that name.
    FileNotFoundError
        If the records that it takes are not there.

    Examples
    --------
    >>> [row["arm"] for row in paper_figure("frontier").rows][:3]
    ['base', 'rank-1', 'rank-2']
    """
    check_choice("the figure's name", name, tuple(FIGURES))
    catalogue = catalogue or stored_catalogue()
    result = catalogue.once(FIGURES[name])
    if result is None:
        raise FileNotFoundError(f"the records of {name!r} are not (all) in {catalogue.folder}")
    return result


def results(catalogue: Catalogue) -> list[Result]:
    """Return every result that there are records for, in the order of the paper."""
    found = map(catalogue.once, FIGURES.values())
    return [result for result in found if result is not None]


def claim_map(catalogue: Catalogue | None = None) -> Findings:
    """Return all findings, and the claims that were not attempted.

    Parameters
    ----------
    catalogue : Catalogue or None
        The records; None: the project's own.
    """
    catalogue = catalogue or stored_catalogue()
    found = [finding for result in results(catalogue) for finding in result.findings]
    attempted = {finding.claim for finding in found}
    return Findings(
        [*found, *(_not_attempted(*claim) for claim in _OPEN.items() if claim[0] not in attempted)]
    )


def _not_attempted(claim: str, notebook: str) -> Finding:
    return Finding(
        claim=claim,
        paper="",
        ours="",
        difference="",
        verdict="not attempted",
        rule="",
        scale=SCALES[None],
        notebook=notebook,
        records="",
    )
