"""Refuses, and writes down, each attempt of a Python process to resolve a name or to leave this machine.

Python imports a module of this name when it starts. A process is guarded when this folder is in its PYTHONPATH, and
NETWORK_GUARD_LOG names the file for the attempts, one a line.
"""

import ipaddress
import os
import sys

_LOG = os.open(os.environ["NETWORK_GUARD_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
_RESOLVES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


def _is_this_machine(host: object) -> bool:
    try:
        return host in (None, "", b"") or ipaddress.ip_address(str(host)).is_loopback
    except ValueError:  # a name, "localhost" among them
        return False


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in _RESOLVES:
        host = arguments[0]
    elif event in _SENDS and isinstance(arguments[1], tuple):  # else: not an Internet address
        host = arguments[1][0]
    else:
        return
    if not _is_this_machine(host):
        os.write(_LOG, f"{event} {host!r}\n".encode())
        message = f"the network is guarded: {event} {host!r}"
        raise OSError(message)


sys.addaudithook(_refuse)
