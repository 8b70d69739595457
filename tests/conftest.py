"""Shared fixtures, which tests share a worker, and the rule that CI skips nothing."""

import os
from pathlib import Path

import pytest

from pqkd_helpers.datasets import ImageData, is_on_disk, load_dataset


def pytest_collection_modifyitems(items):
    """Tests of a file share a worker and its fixtures; those of a notebook share one run.

    A mark of its own gives a test another group. Groups that take long begin first, so that no
    worker is left alone with one of them at the end.
    """
    groups = {}
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(_group(item)))
        (name,) = item.get_closest_marker("xdist_group").args
        groups.setdefault(name, []).append(item)
    items[:] = [item for group in sorted(groups.values(), key=_is_short) for item in group]


def _group(item):
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    in_notebooks = item.path.parent.name == "notebooks"
    return parameters["name"] if in_notebooks and "name" in parameters else str(item.path)


def _is_short(group):
    return not any(
        item.path.name == "test_nbval.py" or item.get_closest_marker("slow") for item in group
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Under CI=true nothing may be skipped: what CI does not run, nobody runs."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"


@pytest.fixture(scope="session")
def digits() -> ImageData:
    return load_dataset("digits")


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder of the full MNIST, from PQKD_DATA or ./data."""
    if not is_on_disk("mnist"):
        pytest.skip("the full MNIST is not here: set PQKD_DATA to its folder")
    from pqkd_helpers.datasets import data_root

    return data_root()
