"""The fixed server: answers flows from memory, and keeps how long it had each request.

A message's first status is 404 and each later one 200, so that a flow is five calls: create, two polls, a retrieve and
a poll that confirms. `--delay-ms` is how long it holds every answer back; what it really held it is what the clients'
figures are compared with, from a request's last byte read to its answer's first byte handed to the kernel.
`GET /held` returns those times and forgets them. Run it by `python -m benchmarks.driver.server`.
"""

import asyncio
import json
import math
import sys
import time
from array import array
from collections.abc import Sequence
from typing import Final, cast

import click

from harness.running.event_loop import run_loop

_END_OF_HEAD: Final = b"\r\n\r\n"
_CONTENT_LENGTH: Final = b"\r\ncontent-length:"
_REASONS: Final = {200: b"OK", 202: b"Accepted", 404: b"Not Found"}
_CREATED_AT: Final = b"2026-01-01T00:00:00.000Z"


class Users:
    """What was created, by number. It keeps all of it: a server that forgets would change what it costs."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        self._asked: set[int] = set()

    def create(self, body: bytes) -> int:
        """Keep a user's body, which is a JSON object with members, and return its number."""
        self._bodies.append(body)
        return len(self._bodies) - 1

    def is_visible(self, number: int) -> bool:
        """Return whether this is not the first time of asking."""
        if number in self._asked:
            return True
        self._asked.add(number)
        return False

    def body(self, number: int) -> bytes:
        """Return what was kept."""
        return self._bodies[number]


class Held:
    """How long requests were held, in seconds, by what they were for."""

    def __init__(self) -> None:
        self._times: dict[str, array[float]] = {}

    def record(self, kind: str, time_s: float) -> None:
        """Add one."""
        self._times.setdefault(kind, array("d")).append(time_s)

    def take(self) -> dict[str, dict[str, float]]:
        """Return counts and quantiles, in milliseconds, by kind, and forget them."""
        times, self._times = self._times, {}
        return {
            kind: {"count": len(each), "p50_ms": quantile(each, 0.5) * 1000, "p99_ms": quantile(each, 0.99) * 1000}
            for kind, each in times.items()
        }


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile by nearest rank of at least one value. Pure."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def answer(users: Users, method: bytes, path: bytes, body: bytes) -> tuple[str, int, bytes]:
    """Return what a request was for, the answer's status, and its body."""
    match method, path.split(b"/")[1:]:
        case b"POST", [b"users"]:
            return "create", 202, b'{"messageId": "m-%d"}' % users.create(body)
        case b"GET", [b"status", handle]:
            number = int(handle.removeprefix(b"m-"))
            if users.is_visible(number):
                return "status", 200, b'{"messageId": "m-%d", "userId": "u-%d"}' % (number, number)
            return "status", 404, b'{"message": "No user for this message yet"}'
        case b"GET", [b"users", user_id]:
            sent = users.body(int(user_id.removeprefix(b"u-")))
            return "retrieve", 200, b'{"id": "%b", "createdAt": "%b", %b' % (user_id, _CREATED_AT, sent.lstrip()[1:])
        case _:
            return "unknown", 404, b'{"message": "No such path"}'


class Connection(asyncio.Protocol):
    """One client's connection: HTTP/1.1 as far as the two clients speak it, without pipelining."""

    def __init__(self, users: Users, held: Held, delay_s: float) -> None:
        self._users = users
        self._held = held
        self._delay_s = delay_s
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)  # a TCP server's is one; uvloop's does not say so

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._received += data
        head_end = self._received.find(_END_OF_HEAD)
        if head_end < 0:
            return
        head = self._received[:head_end]
        begin = head_end + len(_END_OF_HEAD)
        end = begin + _content_length(head)
        if len(self._received) < end:
            return
        received_s = time.perf_counter()
        body, self._received = self._received[begin:end], self._received[end:]
        method, path, _ = head.split(b" ", 2)
        if path == b"/held":
            self._write(200, json.dumps(self._held.take()).encode())
            return
        kind, status, content = answer(self._users, method, path, body)
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._finish, received_s, kind, status, content)
        else:
            self._finish(received_s, kind, status, content)

    def _finish(self, received_s: float, kind: str, status: int, content: bytes) -> None:
        self._held.record(kind, time.perf_counter() - received_s)
        self._write(status, content)

    def _write(self, status: int, content: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\nRetry-After: 1\r\nContent-Length: %d\r\n\r\n%b"
            % (status, _REASONS[status], len(content), content)
        )


def _content_length(head: bytes) -> int:
    """Return what the header says, or 0 where there is none."""
    _, found, rest = head.lower().partition(_CONTENT_LENGTH)
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


async def serve(delay_s: float) -> None:
    """Serve on a free port of 127.0.0.1, say which in one line, and go on until standard input ends."""
    users, held = Users(), Held()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(users, held, delay_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@click.command()
@click.option("--delay-ms", type=click.FloatRange(0, 10_000), default=0.0, show_default=True)
def main(delay_ms: float) -> None:
    """Serve until standard input ends; the first line says the port."""
    run_loop(serve(delay_ms / 1000))


if __name__ == "__main__":
    main()
