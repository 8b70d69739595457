"""Faces of rooms that need torch: a name is imported when it is first asked for.

So settings, which are plain numbers, can be imported from such a room without torch.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def import_when_asked(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : dict of str to str
        Names that the package exports, and the module of each, relative to the package.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name], package), name)

    return get
