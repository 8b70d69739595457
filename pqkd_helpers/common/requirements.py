"""What this package declares that it needs, and whether it is installed.

The versions stand in ``pyproject.toml`` alone. Installing copies them into the metadata of the
installed package, where they are read here: there is no second list.
"""

import importlib.util
from collections.abc import Iterable
from importlib import metadata
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.version import InvalidVersion

DISTRIBUTION = "pqkd-helpers"


class Needed(NamedTuple):
    """A package that is needed.

    Attributes
    ----------
    requirement : packaging.requirements.Requirement
        Its name and the versions that will do.
    version : str or None
        The version that is installed, if any is.
    """

    requirement: Requirement
    version: str | None

    @property
    def is_met(self) -> bool:
        """Whether a version that will do is installed."""
        try:
            return self.version is not None and self.requirement.specifier.contains(
                self.version, prereleases=True
            )
        except InvalidVersion:
            return False

    def __str__(self) -> str:
        """Name, the versions that will do, and the installed one."""
        state = f"{self.version} is installed" if self.version else "not installed"
        return f"{self.requirement.name} {self.requirement.specifier} ({state})"


def needed(extra: str = "") -> list[Needed]:
    """Return what is declared to be needed always, or for an extra alone.

    Parameters
    ----------
    extra : str
        Name of an extra, such as "onnx"; "" for what is needed always.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If this package runs without being installed, so that nothing is declared.
    """
    found = []
    for line in metadata.requires(DISTRIBUTION) or []:
        requirement = Requirement(line)
        if not _belongs_to(requirement, extra) or (extra and _belongs_to(requirement, "")):
            continue
        if requirement.name == DISTRIBUTION:  # an extra that consists of others
            found += [one for other in sorted(requirement.extras) for one in needed(other)]
        else:
            found.append(Needed(requirement, _installed_version(requirement.name)))
    return found


def require_extra(extra: str, *modules: str, purpose: str) -> None:
    """Raise ``ModuleNotFoundError``, saying what to install, unless an extra is there.

    Parameters
    ----------
    extra : str
        Name of the extra.
    modules : str
        What will be imported. Only this must be found: some distributions have several names.
    purpose : str
        What needs it, as the subject of the message.
    """
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    declared = _declared(extra)
    unmet = [one for one in declared if not one.is_met]
    problems = [f"{name}, which is not installed" for name in missing]
    problems += [str(one) for one in unmet if one.version]
    if problems:
        # A distribution may be there without its modules: named like them it need not be.
        command = install_command(unmet or declared) or f"pip install {' '.join(missing)}"
        raise ModuleNotFoundError(
            f"{purpose} needs {'; and '.join(problems)}: {command}",
            name=missing[0] if missing else None,
        )


def install_command(packages: Iterable[Needed]) -> str:
    """Return the command that installs packages, in a clone of the project or outside; or ""."""
    names = [f'"{one.requirement.name}{one.requirement.specifier}"' for one in packages]
    return f"pip install {' '.join(names)}" if names else ""


def _belongs_to(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _declared(extra: str) -> list[Needed]:
    try:
        return needed(extra)
    except metadata.PackageNotFoundError:
        return []


def _installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
