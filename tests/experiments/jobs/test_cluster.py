"""The same jobs on a Dask cluster: a real scheduler and two workers on loopback."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pqkd_helpers.command_line.main import main
from pqkd_helpers.experiments.jobs.executors import ClusterError, cluster_workers
from pqkd_helpers.records.record import read_record, without_seconds

from .test_scheduler import _wait_until

pytestmark = pytest.mark.slow

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[3]


@contextlib.contextmanager
def cluster(tmp_path, *, n_workers=2, threads=1):
    """Start a scheduler and its workers; yield its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    scheduler = subprocess.Popen(
        [*dask, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet
    )
    workers = [
        subprocess.Popen(
            [
                *worker,
                *("--nthreads", str(threads), "--no-dashboard", "--no-nanny"),
                *("--local-directory", str(tmp_path / f"worker{i}"), "--death-timeout", "30"),
            ],
            **quiet,
        )
        for i in range(n_workers)
    ]
    try:
        _wait_until(lambda: _answers(port))
        _wait_until(lambda: _n_workers(address) == n_workers)
        yield address, scheduler, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _n_workers(address):
    from distributed import Client

    with Client(address, timeout="10s") as client:
        return len(client.nthreads())


def reproduce(tmp_path, *options):
    return main(
        [
            *("reproduce", "frontier", "--tier", "smoke", "--seeds", "1"),
            *("--out", str(tmp_path / "out"), "--runs", str(tmp_path / "runs"), *options),
        ]
    )


@pytest.mark.filterwarnings("ignore::Warning")
def test_a_cluster_gives_the_records_that_this_machine_gives(tmp_path, capsys):
    arms = ("--arms", "base", "rank-1", "rank-2")
    assert reproduce(tmp_path / "here", *arms, "--workers", "2") == 0
    with cluster(tmp_path) as (address, _, _):
        assert reproduce(tmp_path / "there", *arms, "--cluster", address) == 0
    assert "3 done, 0 done before, 0 failed" in capsys.readouterr().out
    paths = list((tmp_path / "here" / "out").glob("*/*.json"))
    assert len(paths) == 3
    for path in paths:
        there = tmp_path / "there" / path.relative_to(tmp_path / "here")
        here, there = (read_record(p) for p in (path, there))
        assert without_seconds(here) == without_seconds(there)


@pytest.mark.filterwarnings("ignore::Warning")
def test_a_lost_worker_and_then_a_dead_scheduler(tmp_path, capsys):
    """The other worker goes on; without a scheduler the command ends and says so."""
    out = tmp_path / "out"
    arms = ("base", "rank-1", "rank-2", "rank-4", "rank-16", "rank-32", "scope-conv1", "angles-15")
    with cluster(tmp_path) as (address, scheduler, workers):

        def accidents():
            _wait_until(lambda: out.exists() and len(list(out.glob("*/frontier*"))) >= 1)
            workers[0].kill()
            _wait_until(lambda: len(list(out.glob("*/frontier*"))) >= 3)
            scheduler.kill()

        thread = threading.Thread(target=accidents)
        thread.start()
        started = time.monotonic()
        assert reproduce(tmp_path, "--arms", *arms, "--cluster", address) != 0
        assert time.monotonic() - started < 120
        thread.join()
    captured = capsys.readouterr()
    assert "scheduler" in captured.err and "same command goes on" in captured.err
    finished = {path: path.read_bytes() for path in out.glob("*/frontier*")}
    assert 3 <= len(finished) < len(arms)
    assert reproduce(tmp_path, "--arms", *arms, "--workers", "2") == 0
    assert all(path.read_bytes() == content for path, content in finished.items())
    assert len(list(out.glob("*/frontier*"))) == len(arms)


@pytest.mark.filterwarnings("ignore::Warning")
def test_device_and_time_of_a_step_are_those_of_the_workers(tmp_path, monkeypatch, capsys):
    """The computer that hands out the jobs of a cluster often has no GPU."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)  # here, not on the workers
    with cluster(tmp_path, n_workers=1) as (address, _, _):
        assert reproduce(tmp_path, "--arms", "base", "--cluster", address, "--dry-run") == 0
    assert "1 to start" in capsys.readouterr().out


def test_no_scheduler_is_said_at_once(tmp_path, capsys):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        assert reproduce(tmp_path, "--cluster", address) == 1
    assert f"no scheduler answers at {address}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore::Warning")
def test_workers_of_the_wrong_kind_are_refused(tmp_path):
    for n_workers, threads, message in ((1, 2, "--nthreads 1"), (0, 1, "no worker")):
        with (
            cluster(tmp_path, n_workers=n_workers, threads=threads) as (address, _, _),
            pytest.raises(ClusterError, match=message),
        ):
            cluster_workers(address)
