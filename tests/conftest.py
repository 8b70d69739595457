"""Shared fixtures, which tests share a worker, and the rule that CI skips nothing."""

import os
from pathlib import Path

import pytest

from pqkd_helpers.datasets import ImageData, is_on_disk, load_dataset


def pytest_collection_modifyitems(items):
    """Tests of a file share a worker and its fixtures; those of a notebook share one run."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        in_notebooks = item.path.parent.name == "notebooks"
        group = parameters["name"] if in_notebooks and "name" in parameters else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


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
