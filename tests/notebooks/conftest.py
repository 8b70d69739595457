"""A notebook whose stored outputs are up to date need not be executed by the fast tests."""

from functools import cache

import nbformat
import pytest

from .hygiene import freshness
from .listing import FOLDER, path_of


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name == "test_nbval.py" and hasattr(item, "callspec"):
            name = item.callspec.params.get("name")
            if name is None or is_fresh(name):
                item.add_marker(pytest.mark.slow)


@cache
def is_fresh(name):
    notebook = nbformat.read(path_of(name), as_version=4)
    return not list(freshness(notebook, FOLDER.parent))
