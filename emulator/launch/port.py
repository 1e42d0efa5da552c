"""The engine's port: taken before anything slow happens, and if it is taken, by whom."""

import errno
import ipaddress
import socket

import psutil

from emulator.errors import MisuseError, UnavailableError

_BACKLOG = 1024
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - asked for by name, see `listen`


def listen(host: str, port: int, *, all_interfaces: bool = False) -> socket.socket:
    """Return a socket that listens at `host`:`port`; at a free port of the system's choice when `port` is 0.

    With `all_interfaces` it listens there and everywhere else: in a container, whoever publishes the port decides
    who reaches it.

    The engine serves this very socket, so no other process can take the port between the check and the start.
    Clients that connect early are answered as soon as the engine is ready.

    Raises:
        MisuseError: no interface of this machine has the IPv4 address `host`.
        UnavailableError: someone else has the port; says who.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Without it, the connections of the engine before keep the port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_EVERYWHERE if all_interfaces else host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise UnavailableError(
                f"{host}:{port} is taken by {describe_holder(port)}; stop it, or give another port by --port "
                "(0 takes any free one)"
            ) from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise MisuseError(f"--host {host}: no interface of this machine has this address") from error
        if error.errno == errno.EACCES:
            raise UnavailableError(
                f"{host}:{port} is for the system's administrator only; give a port above 1023 by --port"
            ) from error
        raise
    return listener


def require_one_address(host: str) -> None:
    """Refuse a `host` that is a name, or all interfaces at once.

    A name would have to be resolved wherever a URL of the engine is used. All interfaces together have none,
    and they would open an engine, which runs any code and asks for no password, to the whole network.

    Raises:
        MisuseError: it is either.
    """
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError as error:
        raise MisuseError(f"--host {host}: give an IPv4 address of this machine, like 127.0.0.1") from error
    if address.is_unspecified:
        raise MisuseError(f"--host {host}: give the address of one interface, like 127.0.0.1")


def describe_holder(port: int) -> str:
    """Return who listens at `port`, as "name (pid 123)", as far as this user may know."""
    for process in psutil.process_iter(["pid", "name"]):
        try:
            connections = process.net_connections(kind="tcp")
        except psutil.Error:
            continue
        for connection in connections:
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                return f"{process.info['name']} (pid {process.info['pid']})"
    return "a process that this user may not see"
