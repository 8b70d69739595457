"""Shared fixtures, which tests share a worker, and the rule that CI skips nothing."""

import os
import re
from pathlib import Path

import pytest

from pqkd_helpers.datasets import ImageData, is_on_disk, load_dataset

NOTEBOOK = re.compile(r"^tests/notebooks/.*\[(\d\d_[a-z0-9_]+)")


def _group(nodeid):
    """Return what tests share a process: those of a notebook its run, those of a file fixtures."""
    of_notebook = NOTEBOOK.match(nodeid)
    return of_notebook[1] if of_notebook else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give a group to one worker. (Marks named xdist_group do nothing from pytest 9.2 on.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return _group(nodeid)

    return ByGroup(config, log)


def pytest_collection_modifyitems(items):
    """Groups that take long begin first: no worker is left alone with one of them at the end."""
    groups = {}
    for item in items:
        groups.setdefault(_group(item.nodeid), []).append(item)
    items[:] = [item for group in sorted(groups.values(), key=_is_short) for item in group]


def _is_short(group):
    return not any(
        item.path.name == "test_nbval.py" or item.get_closest_marker("slow") for item in group
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Under CI=true nothing may be skipped: what CI does not run, nobody runs. But for GPUs."""
    outcome = yield
    report = outcome.get_result()
    if item.get_closest_marker("cuda"):
        return
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
