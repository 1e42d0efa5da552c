"""The tables of one account in one region, and what belongs to them all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import Any
from uuid import uuid4

from emulator.dynamodb.errors import ResourceNotFoundError
from emulator.dynamodb.keys import PrimaryKey
from emulator.dynamodb.lagging import Lag
from emulator.dynamodb.schema import TableDefinition
from emulator.dynamodb.store import ItemStore
from emulator.dynamodb.streams import Stream
from emulator.dynamodb.values import Item

type Clock = Callable[[], datetime]
type LagOf = Callable[[str, Item], Lag | None]
"""Says how late a write is seen, given the table's ARN and the item that is written or taken away; None: at once."""


def utc_now() -> datetime:
    """The clock of a database that is not told another."""
    return datetime.now(UTC)


class Table:
    """One table: what it is declared to be, its items, its stream."""

    def __init__(self, arn: str, definition: TableDefinition, clock: Clock, lag_of: LagOf | None = None) -> None:
        self.arn = arn
        self.definition = definition
        self.created_at = clock()
        self.id = str(uuid4())
        self.store = ItemStore(definition.keys)
        self.stream: Stream | None = None
        self.latest_stream_label: str | None = None
        self._clock = clock
        self._lag_of = lag_of
        for index in definition.indexes.values():
            self.store.add_index(index.name, index.keys)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.definition.name

    def write(self, key: PrimaryKey, new: Item | None) -> None:
        """Put an item in the place of the one with this key (None: take it away), and record the change."""
        old = self.store.get(key)
        if new is not old:
            lag = self._lag_of(self.arn, new or old or {}) if self._lag_of else None
            self.store.replace(key, new, lag, self._global_indexes() if lag and lag.index_s else ())
        if self.stream is not None:
            self.stream.append(old, new, self._clock())

    def _global_indexes(self) -> frozenset[str]:
        return frozenset(index.name for index in self.definition.indexes.values() if index.is_global)

    def start_stream(self, view_type: str) -> None:
        """Begin to record changes in a new stream."""
        created_at = self._clock()
        label = created_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        self.latest_stream_label = label
        self.stream = Stream(
            arn=f"{self.arn}/stream/{label}",
            label=label,
            region=self.arn.split(":")[3],
            table_name=self.name,
            keys=self.definition.keys,
            view_type=view_type,
            created_at=created_at,
        )


@dataclass(slots=True)
class Database:
    """All tables of one account in one region. Whoever works on them holds the lock.

    One lock, not one for each table: a transaction spans tables, and under Python's own lock the tables would
    not be worked on at the same time anyway.
    """

    account_id: str
    region: str
    partition: str
    clock: Clock = utc_now
    lag_of: LagOf | None = None
    # Which one is run now; for `lag_of`.
    operation: str = ""
    # As of how long ago its reads see what they read that need not be consistent.
    ago_s: float = 0
    # Whether all is to be seen before the next operation that is still to be seen late.
    catches_up: bool = False
    # Whether all that reads saw before is to be forgotten, with the next operation that sees what is.
    forgets: bool = False
    tables: dict[str, Table] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    # What transactions with a token were, and when; see `operations.transactions`.
    tokens: dict[str, tuple[bytes, datetime, dict[str, Any]]] = field(default_factory=dict)

    def catch_up(self) -> None:
        """Let every write be seen now that is still to be seen late."""
        self.catches_up = False
        for table in self.tables.values():
            table.store.catch_up()

    def forget(self) -> None:
        """Keep nothing any more of what reads saw before."""
        self.forgets = False
        for table in self.tables.values():
            table.store.forget()

    def table(self, name_or_arn: str) -> Table:
        """Return a table. Raises ResourceNotFoundError, with the text that operations on items have."""
        table = self.tables.get(table_name(name_or_arn))
        if table is None:
            raise ResourceNotFoundError
        return table

    def described_table(self, name_or_arn: str) -> Table:
        """Return a table. Raises ResourceNotFoundError, with the text that operations on tables have."""
        name = table_name(name_or_arn)
        if name not in self.tables:
            raise ResourceNotFoundError(f"Requested resource not found: Table: {name} not found")
        return self.tables[name]

    def table_arn(self, name: str) -> str:
        """Return the ARN of a table of this name."""
        return f"arn:{self.partition}:dynamodb:{self.region}:{self.account_id}:table/{name}"


def table_name(name_or_arn: str) -> str:
    """Return the table's name, which any operation also takes as the last part of the table's ARN."""
    return name_or_arn.rpartition(":table/")[2]
