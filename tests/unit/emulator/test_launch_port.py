"""The engine's port: taken for good before anything slow happens, and a busy one is explained."""

import os
import socket

import psutil
import pytest

from emulator.errors import MisuseError, UnavailableError
from emulator.launch.port import describe_holder, listen, require_one_address


def test_port_0_is_a_free_one_that_listens_on_this_address_only() -> None:
    with listen("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        assert port > 0
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            pass


def test_a_busy_port_is_explained_by_who_has_it_and_what_to_do() -> None:
    with listen("127.0.0.1", 0) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(UnavailableError) as caught:
            listen("127.0.0.1", port)
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert f"{psutil.Process().name()} (pid {os.getpid()})" in str(caught.value)
    assert "--port" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_holder_that_is_not_to_be_seen_is_called_that() -> None:
    assert describe_holder(0) == "a process that this user may not see"


def test_a_port_is_free_again_at_once_after_its_connections() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            server_side, _ = listener.accept()
            server_side.close()  # the side that closes first keeps the address for a minute
            assert client.recv(1) == b""
    listen("127.0.0.1", port).close()


@pytest.mark.parametrize("host", ["localhost", "example.com", "::1", "", "127.0.0.1:80", "0.0.0.0", "127.0.0.256"])
def test_what_is_not_the_address_of_one_interface_is_refused(host: str) -> None:
    with pytest.raises(MisuseError, match=r"127\.0\.0\.1"):
        require_one_address(host)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(MisuseError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)


def test_on_all_interfaces_it_is_reached_by_each_when_that_was_asked_for() -> None:
    with listen("127.0.0.1", 0, all_interfaces=True) as listener:
        host, port = listener.getsockname()
        assert host == "0.0.0.0"
        with socket.create_connection(("127.0.0.2", port), timeout=1):
            pass
