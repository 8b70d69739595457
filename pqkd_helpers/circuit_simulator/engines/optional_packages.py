"""A clear word where an optional package is missing."""

import importlib.util


def require_package(package: str, extra: str) -> None:
    """Raise ``ModuleNotFoundError``, saying what to install, unless the package is there.

    Parameters
    ----------
    package : str
        Name of the package as it is imported.
    extra : str
        The extra of this project that brings it.
    """
    if importlib.util.find_spec(package) is None:
        raise ModuleNotFoundError(
            f"this engine needs the package {package}, which is not installed; "
            f'in a clone of this project: pip install -e ".[{extra}]"',
            name=package,
        )
