"""Faces of rooms that need torch: a name is imported when it is first asked for.

So settings, which are plain numbers, can be imported from such a room without torch.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any


def import_when_asked(package: str, names: Sequence[str], *modules: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    names : sequence of str
        What it exports.
    modules : str
        Where these names are looked up, relative to the package, in this order.
    """

    def get(name: str) -> Any:
        for module in modules if name in names else ():
            found = import_module(module, package)
            if hasattr(found, name):
                return getattr(found, name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get
