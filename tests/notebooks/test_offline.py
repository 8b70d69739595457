"""The network is cut for kernels: a cell that needs it fails, the same cell passes online."""

import socket
import threading

import pytest

from .nbval_runs import run_nbval
from .offline import namespaces_work, run_offline, run_online
from .test_nbval import notebook_with

pytestmark = pytest.mark.slow

ASK_THE_SERVER = """
import socket
with socket.create_connection({address!r}, timeout=5) as connection:
    print(connection.recv(5).decode())
"""
# An address kept for documentation: nobody answers there.
ASK_ELSEWHERE = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=1)
except OSError as error:
    print(error)
"""
LOOPBACK = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname()).close()
print("ok")
"""


@pytest.fixture
def address():
    """The address of a server on this machine, outside any namespace of the kernels."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        stop = threading.Event()

        def answer():
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.sendall(b"hello")

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()
        stop.set()
        thread.join()


def offline_by_hook(arguments):
    return run_offline(arguments, with_namespace=False)


def outcomes(path, offline):
    run = run_nbval(path, strict=True, offline=offline)
    return [cell.outcome == "passed" for cell in run.cells]


def test_a_server_outside_the_namespace_is_reached_online_alone(address, tmp_path):
    path = notebook_with(tmp_path / "net.ipynb", ASK_THE_SERVER.format(address=address), "hello\n")
    assert outcomes(path, run_online) == [True]
    if namespaces_work():  # elsewhere the hook is used, which the next test tries
        assert outcomes(path, run_offline) == [False]


def test_the_hook_refuses_other_machines(tmp_path):
    refusal = "the network is cut: 192.0.2.1 is not this machine\n"
    path = notebook_with(tmp_path / "net.ipynb", ASK_ELSEWHERE, refusal)
    assert outcomes(path, offline_by_hook) == [True]
    assert outcomes(path, run_online) == [False]


@pytest.mark.parametrize("offline", [run_offline, offline_by_hook])
def test_loopback_stays_open_for_the_kernels(offline, tmp_path):
    assert outcomes(notebook_with(tmp_path / "own.ipynb", LOOPBACK, "ok\n"), offline) == [True]
