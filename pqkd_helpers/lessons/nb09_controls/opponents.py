"""What the opponents of the light are called in notebook 09: one plain name for every arm."""

from ...paper_figures.controls.analysis import Analysis
from ...paper_figures.controls.forest import IN_PLAIN_WORDS
from ...paper_figures.markdown_table import markdown_table

# What an arm's name ends in where it has the light's recipe, or where SPSA asks the average.
ENDINGS = ("-as-photonic", "-through-ema")
_COLUMNS = ("question", "light minus", "points", "verdict")


def plain(arm: str) -> str:
    """Return the plain name of an arm, the same in all families of comparisons.

    Examples
    --------
    >>> plain("yoked"), plain("yoked-through-ema"), plain("gaussian-frozen")
    ("another run's z", "another run's z", 'the frozen vector')
    """
    for ending in ENDINGS:
        arm = arm.removesuffix(ending)
    return IN_PLAIN_WORDS[arm]


def family(found: Analysis) -> str:
    """Return the verdicts of one family of comparisons as a Markdown table, in plain names."""
    rows = [
        row | {"question": row["question"].split(",")[0], "light minus": plain(row["light minus"])}
        for row in found.measures()
    ]
    return markdown_table(rows, _COLUMNS, {"points": "{points:+.2f}"})
