"""The notebooks' rooms: ``nb05_spsa`` holds the exercises, pictures and explorers of notebook 05.

Whatever a room holds has a name that starts with the notebook's number: exercise ``"5.1"``,
picture ``"5.descents"``, explorer ``"5.gains"``.
"""

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from typing import Any

from ..common.checks import check_choice

# Number of the notebook -> its room in this package.
ROOMS = {
    str(int(room.name[2:4])): room.name
    for room in pkgutil.iter_modules([str(Path(__file__).parent)])
    if room.name.startswith("nb")
}


def names_in_room(notebook: str, part: str) -> dict[str, Any]:
    """Return what a module of a notebook's room holds, by name; empty if there is no such module.

    Parameters
    ----------
    notebook : str
        The notebook's number: ``"5"``.
    part : str
        "exercises", "pictures", "explorer" or "films".

    Raises
    ------
    ValueError
        If there is no such notebook.
    """
    check_choice("the notebook's number", notebook, tuple(ROOMS))
    name = f"{__package__}.{ROOMS[notebook]}.{part}"
    return vars(importlib.import_module(name)) if importlib.util.find_spec(name) else {}
