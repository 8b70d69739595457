"""The paper's figures next to ours, computed from stored records alone: one module each.

`paper_figure` gives one of them by its name, `claim_map` all findings, `against_the_paper` the
stored findings of some (notebooks 07 to 10), `folded` what a page folds. Which figures there are
stands in `claims.FIGURES`.
"""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from .claims import claim_map, paper_figure
    from .markdown_table import folded
    from .paper_values import TABLE1, accuracy_margin
    from .stored_claims import against_the_paper

__all__ = [
    "TABLE1",
    "accuracy_margin",
    "against_the_paper",
    "claim_map",
    "folded",
    "paper_figure",
]

__getattr__ = import_when_asked(
    __name__, __all__, ".paper_values", ".stored_claims", ".claims", ".markdown_table"
)
