"""The server in the engine's own process: it finds the account's and region's tables and runs one operation.

An account and region have tables, and a lock, of their own. What is done under that lock is done at once: a
condition and its write, a whole transaction, a page.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, RLock
from typing import Final
from uuid import uuid4

from model.dynamodb.database import Database
from model.dynamodb.dispatch import run
from model.dynamodb.host import Host
from model.dynamodb.lagging import LagOf
from model.dynamodb.operations import Request, Response


def _utc_now() -> datetime:
    return datetime.now(UTC)


HOST: Final = Host(utc_now=_utc_now, monotonic_s=time.monotonic, new_uuid=uuid4)
"""Real time, and random identifiers."""


@dataclass(slots=True)
class _Hosted:
    """A database, and what its next operation finds to be done before it."""

    database: Database
    lock: RLock = field(default_factory=RLock)
    """Held by whoever works on the database. One lock, not one for each table: a transaction spans tables, and under
    Python's own lock the tables would not be worked on at the same time anyway.
    """
    catches_up: bool = False
    """Whether all that is still to be seen late is to be seen."""
    forgets: bool = False
    """Whether all that reads saw before is to be forgotten, if the operation sees what is."""

    def catch_up(self) -> None:
        self.catches_up = False
        self.database.catch_up()

    def forget(self) -> None:
        self.forgets = False
        self.database.forget()


class Server:
    """All databases of the engine.

    Args:
        host: time and randomness.
        lag_of: says how late a write is seen; None: at once.
    """

    def __init__(self, host: Host = HOST, lag_of: LagOf | None = None) -> None:
        self._host = host
        self._lag_of = lag_of
        self._hosted: dict[tuple[str, str], _Hosted] = {}
        self._lock = Lock()

    def handle(
        self,
        operation: str,
        request: Request,
        *,
        account_id: str,
        region: str,
        partition: str = "aws",
        ago_s: float = 0,
    ) -> Response:
        """Run one operation in an account and region, and return its response; the rest is as of `dispatch.run`."""
        hosted = self._find(account_id, region, partition)
        with hosted.lock:
            if hosted.catches_up:
                hosted.catch_up()
            if hosted.forgets and not ago_s:
                hosted.forget()
            return run(operation, hosted.database, request, ago_s)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._hosted.clear()

    def catch_up(self) -> None:
        """Let every write be seen from now on that is still to be seen late.

        Never waits: who calls may hold a database, whose write ended a fault, while another's does the same.
        """
        for hosted in self._all():
            if hosted.lock.acquire(blocking=False):
                try:
                    hosted.catch_up()
                finally:
                    hosted.lock.release()
            else:
                hosted.catches_up = True

    def forget(self, account_id: str) -> None:
        """Keep nothing any more of what an account's reads saw before, from its next operation on that sees what is.

        One that is about to see what was still does: it may have been what ended its fault.
        """
        for hosted in self._all():
            if hosted.database.account_id == account_id:
                hosted.forgets = True

    def _all(self) -> tuple[_Hosted, ...]:
        with self._lock:
            return tuple(self._hosted.values())

    def _find(self, account_id: str, region: str, partition: str) -> _Hosted:
        place = account_id, region
        with self._lock:
            if place not in self._hosted:
                self._hosted[place] = _Hosted(Database(account_id, region, partition, self._host, self._lag_of))
            return self._hosted[place]
