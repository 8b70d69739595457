"""Put on a process's path: from then on Python reaches its own machine (loopback) and nothing else.

The fallback where the system allows no network namespace of one's own.
"""

import ipaddress
import socket

_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex


def _check(address: object) -> None:
    if isinstance(address, tuple):
        host = str(address[0])
        try:
            loopback = ipaddress.ip_address(host.split("%")[0]).is_loopback
        except ValueError:
            loopback = host == "localhost"
        if not loopback:
            raise OSError(f"the network is cut: {host} is not this machine")


def _checked_connect(self, address):
    _check(address)
    return _connect(self, address)


def _checked_connect_ex(self, address):
    _check(address)
    return _connect_ex(self, address)


socket.socket.connect = _checked_connect
socket.socket.connect_ex = _checked_connect_ex
