"""Time that goes on when it is told to, and identifiers that are the same in each run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from model.dynamodb.host import Host

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class VirtualTime:
    """What a simulator gives to a database."""

    now_s: float = 0.0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def monotonic_s(self) -> float:
        return self.now_s

    def host(self) -> Host:
        return Host(
            utc_now=lambda: _BEGIN + timedelta(seconds=self.now_s),
            monotonic_s=self.monotonic_s,
            new_uuid=lambda: UUID(int=next(self._numbers)),
        )
