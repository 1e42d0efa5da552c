"""What a request has consumed, for `ReturnConsumedCapacity`.

Source: Developer Guide, "DynamoDB read and write operations", sections on capacity unit consumption: a read
unit is 4 KB (half of one when the read is eventually consistent), a write unit is 1 KB of the larger of the
old and the new item, a transaction costs double, and each index that a write changes is written as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.dynamodb.schema import Index, TableDefinition
from model.dynamodb.values import Item, item_size_bytes

READ_UNIT_BYTES = 4096
WRITE_UNIT_BYTES = 1024


@dataclass(slots=True)
class Consumption:
    """The units that one request has used of one table and of its indexes."""

    table: TableDefinition
    table_units: float = 0.0
    index_units: dict[str, float] = field(default_factory=dict)

    def add_read(self, size_bytes: int, *, consistent: bool, index: Index | None = None, factor: float = 1) -> None:
        """Count one read of so many bytes; `factor` is 2 in a transaction."""
        units = _units(size_bytes, READ_UNIT_BYTES) * (1 if consistent else 0.5) * factor
        if index is None:
            self.table_units += units
        else:
            self.index_units[index.name] = self.index_units.get(index.name, 0) + units

    def add_write(self, old: Item | None, new: Item | None, *, factor: float = 1) -> None:
        """Count one write of an item; `factor` is 2 in a transaction."""
        self.table_units += _larger_units(old, new) * factor
        for index in self.table.indexes.values():
            units = _index_write_units(index, old, new)
            if units:
                self.index_units[index.name] = self.index_units.get(index.name, 0) + units * factor

    def report(self, level: str | None) -> dict[str, Any] | None:
        """Return `ConsumedCapacity` at the level asked for: TOTAL, INDEXES, or nothing."""
        if level not in {"TOTAL", "INDEXES"}:
            return None
        total = self.table_units + sum(self.index_units.values())
        report: dict[str, Any] = {"TableName": self.table.name, "CapacityUnits": total}
        if level == "INDEXES":
            report["Table"] = {"CapacityUnits": self.table_units}
            for parameter, is_global in (("GlobalSecondaryIndexes", True), ("LocalSecondaryIndexes", False)):
                units = {
                    name: {"CapacityUnits": units}
                    for name, units in self.index_units.items()
                    if self.table.indexes[name].is_global is is_global
                }
                if units:
                    report[parameter] = units
        return report


def reported(consumption: Consumption, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the member `ConsumedCapacity` of a response, if the request asks for it."""
    report = consumption.report(request.get("ReturnConsumedCapacity"))
    return {"ConsumedCapacity": report} if report else {}


def all_reported(consumptions: Mapping[str, Consumption], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the member `ConsumedCapacity` of a response about several tables, if the request asks for it."""
    level = request.get("ReturnConsumedCapacity")
    reports = [report for one in consumptions.values() if (report := one.report(level))]
    return {"ConsumedCapacity": reports} if reports else {}


def _units(size_bytes: int, unit_bytes: int) -> int:
    return max(1, -(-size_bytes // unit_bytes))


def _larger_units(old: Item | None, new: Item | None) -> int:
    return max(_units(item_size_bytes(item or {}), WRITE_UNIT_BYTES) for item in (old, new))


def _index_write_units(index: Index, old: Item | None, new: Item | None) -> int:
    """One write if an index gains, loses or changes an item; two if the item moves to another key."""
    before, after = (_in_index(index, item) for item in (old, new))
    if before == after:
        return 0
    if before is None or after is None or _same_keys(index, before, after):
        return _larger_units(before, after)
    return _larger_units(before, None) + _larger_units(None, after)


def _in_index(index: Index, item: Item | None) -> Item | None:
    if item is None or any(name not in item for name in index.keys.names):
        return None
    return index.project(item)


def _same_keys(index: Index, before: Item, after: Item) -> bool:
    return all(before[name] == after[name] for name in index.keys.names)
