"""The tables of one account in one region, and what belongs to them all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from model.dynamodb.errors import ResourceNotFoundError
from model.dynamodb.host import Host
from model.dynamodb.keys import PrimaryKey
from model.dynamodb.lagging import Lag, LagOf
from model.dynamodb.schema import TableDefinition
from model.dynamodb.store import ItemStore
from model.dynamodb.streams import Stream
from model.dynamodb.values import Item


class Table:
    """One table: what it is declared to be, its items, its stream."""

    def __init__(
        self, arn: str, definition: TableDefinition, host: Host, lag_of: Callable[[str, Item], Lag | None]
    ) -> None:
        self.arn = arn
        self.definition = definition
        self.created_at = host.utc_now()
        self.id = str(host.new_uuid())
        self.store = ItemStore(definition.keys, host.monotonic_s)
        self.stream: Stream | None = None
        self.latest_stream_label: str | None = None
        self._host = host
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
            lag = self._lag_of(self.arn, new or old or {})
            self.store.replace(key, new, lag, self._global_indexes() if lag and lag.index_s else ())
        if self.stream is not None:
            self.stream.append(old, new, self._host.utc_now(), self._host.new_uuid)

    def _global_indexes(self) -> frozenset[str]:
        return frozenset(index.name for index in self.definition.indexes.values() if index.is_global)

    def start_stream(self, view_type: str) -> None:
        """Begin to record changes in a new stream."""
        created_at = self._host.utc_now()
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
    """All tables of one account in one region. One operation at a time works on them."""

    account_id: str
    region: str
    partition: str
    host: Host
    lag_of: LagOf | None = None
    # Which one is run now; for `lag_of`.
    operation: str = ""
    # As of how long ago its reads see what they read that need not be consistent.
    ago_s: float = 0
    tables: dict[str, Table] = field(default_factory=dict)
    # What transactions with a token were, and when; see `operations.transactions`.
    tokens: dict[str, tuple[bytes, datetime, dict[str, Any]]] = field(default_factory=dict)

    def catch_up(self) -> None:
        """Let every write be seen now that is still to be seen late."""
        for table in self.tables.values():
            table.store.catch_up()

    def forget(self) -> None:
        """Keep nothing any more of what reads saw before."""
        for table in self.tables.values():
            table.store.forget()

    def due_at_s(self) -> float | None:
        """Return when the next write is seen that is still to be seen late, by the host's seconds; None: no such write.

        Nothing needs to be called then: whatever reads sees what is due.
        """
        return min((due for table in self.tables.values() if (due := table.store.due_at_s()) is not None), default=None)

    def lag_of_write(self, table_arn: str, item: Item) -> Lag | None:
        """Return how late the write is seen that the current operation makes; None: at once."""
        return self.lag_of(self.operation, table_arn, item) if self.lag_of else None

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
