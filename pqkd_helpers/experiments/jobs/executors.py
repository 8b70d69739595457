"""Where the jobs of a reproduction are computed: processes of this machine, or a Dask cluster.

Both are a `concurrent.futures.Executor`. The local workers end by themselves when the command
that started them is gone, however it ended, so that no orphan keeps a run's folder locked.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

import torch

from ...common.checks import check_whole
from ...common.requirements import require_extra


class ClusterError(ConnectionError):
    """The cluster cannot be used: not reachable, no workers, or workers of the wrong kind."""


@dataclass(frozen=True)
class Workers:
    """A way to get workers.

    Attributes
    ----------
    n_workers : int
        Jobs computed at a time.
    threads : int
        Threads of torch of each worker.
    open : callable
        Returns a new executor; called again if an executor broke.
    close : callable
        Ends an executor at once, its running jobs too.
    check : callable
        Raises `ClusterError` once no result can come any more.
    call : callable
        Returns ``function(*arguments)``, computed where the jobs are.
    """

    n_workers: int
    threads: int
    open: Callable[[], Executor]
    close: Callable[[Executor], None]
    check: Callable[[], None] = lambda: None
    call: Callable[..., Any] = lambda function, *arguments: function(*arguments)


def local_workers(n_workers: int) -> Workers:
    """Return processes of this machine, which share this process's threads evenly.

    Torch takes their number from the machine, or from `OMP_NUM_THREADS` where that is set, so that
    two commands at a time need not compete for the same processors.

    Parameters
    ----------
    n_workers : int
        Number of processes.
    """
    n_workers = check_whole("workers", n_workers, least=1)

    def start() -> Executor:
        context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
        return ProcessPoolExecutor(n_workers, mp_context=context, initializer=_end_with_parent)

    def close(executor: Executor) -> None:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()  # its last finished epoch is safe

    return Workers(n_workers, max(1, torch.get_num_threads() // n_workers), start, close)


def cluster_workers(address: str) -> Workers:
    """Return the workers of a running Dask cluster.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://127.0.0.1:8786``.

    Raises
    ------
    ModuleNotFoundError
        If Dask distributed is not installed.
    ClusterError
        If the scheduler does not answer, has no worker, or a worker runs several jobs at a time
        in one process.
    """
    require_extra("cluster", "distributed", purpose="--cluster")
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost, we report
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise ClusterError(f"no scheduler answers at {address}: {error}") from error
    threads = client.nthreads()
    if not threads:
        raise ClusterError(f"the scheduler at {address} has no worker: start some first")
    if max(threads.values()) > 1:
        raise ClusterError(
            "a worker of the cluster computes several jobs in one process, but torch's random "
            "state is one per process: start the workers with --nthreads 1"
        )

    def close(executor: Executor) -> None:
        if client.status == "running":
            executor.shutdown(wait=False)  # cancels what was not begun
        client.close(timeout=2)

    def check() -> None:
        if client.status != "running":
            raise ClusterError(f"the scheduler at {address} is gone")

    def call(function: Callable[..., Any], *arguments: Any) -> Any:
        return client.submit(function, *arguments, pure=False).result()

    return Workers(len(threads), 1, client.get_executor, close, check, call)


def _end_with_parent() -> None:
    """Watch the parent process, and end this one when it is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
