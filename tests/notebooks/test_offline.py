"""The network is cut for kernels: a cell that needs it fails, the same cell passes online."""

import socket
import threading

import pytest

from .nbval_runs import run_nbval
from .offline import run_offline, run_online
from .test_nbval import notebook_with

SOURCE = """
import socket
with socket.create_connection(({host!r}, {port}), timeout=5) as connection:
    print(connection.recv(5).decode())
"""


@pytest.fixture
def server():
    """A server on this machine's address in its network, not on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; tells the address that would be used
            host = probe.getsockname()[0]
        except OSError:
            host = "127.0.0.1"
    if host.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    with socket.create_server((host, 0)) as listener:
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


def outcomes(path, offline):
    return [
        cell.outcome == "passed" for cell in run_nbval(path, strict=True, offline=offline).cells
    ]


def test_a_cell_that_needs_the_network_passes_online_and_fails_offline(server, tmp_path):
    source = SOURCE.format(host=server[0], port=server[1])
    path = notebook_with(tmp_path / "net.ipynb", source, "hello\n")
    assert outcomes(path, run_online) == [True]
    assert outcomes(path, run_offline) == [False]
    assert outcomes(path, lambda arguments: run_offline(arguments, with_namespace=False)) == [False]


def test_loopback_stays_open_for_the_kernels(tmp_path):
    source = (
        "import socket\n"
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    socket.create_connection(server.getsockname()).close()\n"
        "print('ok')"
    )
    path = notebook_with(tmp_path / "loopback.ipynb", source, "ok\n")
    assert outcomes(path, run_offline) == [True]
    assert outcomes(path, lambda arguments: run_offline(arguments, with_namespace=False)) == [True]
