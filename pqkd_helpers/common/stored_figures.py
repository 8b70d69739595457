"""Where the project's own records and claims lie: in the installed package, or next to it.

They belong to the repository's folder ``figures``, next to the package. An installation that is
not editable carries a copy inside the package (`publishing.wheel`).
"""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
FIGURES = next(
    (
        folder
        for folder in (_PACKAGE / "figures", _PACKAGE.parent / "figures")
        if (folder / "records").is_dir()
    ),
    _PACKAGE.parent / "figures",
)


class MissingFiguresError(FileNotFoundError):
    """The stored records and claims are not where the package is."""


def check_figures() -> Path:
    """Return the folder of the stored records and claims.

    Raises
    ------
    MissingFiguresError
        If it is not there.
    """
    records = FIGURES / "records"
    if not records.is_dir():
        raise MissingFiguresError(
            f"the stored records are missing, {records} is expected: get the whole repository, "
            "with its folder figures, and in it run: python -m pip install -e ."
        )
    return FIGURES
