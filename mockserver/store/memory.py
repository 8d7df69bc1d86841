"""The store that keeps all records in the memory of this process.

One event loop runs all transactions, and none of them awaits anything but this store, so each one ends before the next
begins. A transaction that fails undoes its writes in reverse order.
"""

import asyncio
import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self, cast

from mockserver.domain.cursors import Position
from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, ChangeFilter, Kind, Listener, Page, Query, R, any_change
from mockserver.store.table import Table

#: So many records are read or written at once where all are; other calls go on before the next ones.
_PART_SIZE = 500
_EMPTY_TABLES: dict[str, Table[Any]] = {name: Table(kind) for name, kind in kinds.ALL.items()}


class MemoryStore:
    """Tables by org and kind, and the records of all orgs by unique and by shared value."""

    name = "memory"

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Table[Any]]] = {}
        self.unique: dict[str, dict[str, Record]] = {}
        self.shared: dict[str, defaultdict[str, dict[str, Record]]] = {}
        self._listeners: list[tuple[Listener, ChangeFilter]] = []
        self._freeing: set[asyncio.Task[None]] = set()

    def transaction(self) -> "MemoryTransaction":
        """Open a transaction (guarantees 1, 2 and 5 of ``store.base``)."""
        return MemoryTransaction(self)

    snapshot = transaction

    def subscribe(self, listener: Listener, accepts: ChangeFilter = any_change) -> None:
        """Call the listener with every committed change that it accepts."""
        self._listeners.append((listener, accepts))

    def unsubscribe_all(self) -> None:
        """Call no listener any more."""
        self._listeners.clear()

    def notify(self, changes: Sequence[Change]) -> None:
        """Call the listeners with committed changes."""
        for change in changes:
            for listener, accepts in self._listeners:
                if accepts(change):
                    listener(change)

    async def dump(self) -> dict[str, list[Record]]:
        """Return all records as they are now, by kind, oldest first."""
        by_org = {
            name: [tables[name].oldest_first() for tables in self.tables.values() if name in tables]
            for name in kinds.ALL
        }
        found: dict[str, list[Record]] = {name: [] for name in kinds.ALL}
        for name, rows in found.items():
            for row in heapq.merge(*by_org[name], key=kinds.ALL[name].position):
                rows.append(row)
                if len(rows) % _PART_SIZE == 0:
                    await asyncio.sleep(0)
        return found

    async def load(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Replace all records, in one moment."""
        fresh = MemoryStore()
        for name, rows in records.items():
            for number, row in enumerate(rows, 1):
                fresh.write(kinds.ALL[name], None, row)
                if number % _PART_SIZE == 0:
                    await asyncio.sleep(0)
        self.adopt(fresh)

    def adopt(self, other: "MemoryStore") -> None:
        """Replace all records by those of a store that is not used any more; listeners are not called."""
        former = [
            (kinds.ALL[name], table)
            for tables in self.tables.values()
            for name, table in tables.items()
            if len(table.records) > _PART_SIZE
        ]
        self.tables, self.unique, self.shared = other.tables, other.unique, other.shared
        self.free(former, notify=False)

    def free(self, tables: list[tuple[Kind[Any], Table[Any]]], *, notify: bool) -> None:
        """Free the records of large tables that are not used any more, in parts; ``notify`` listeners of it."""
        if tables:
            self._freeing.add(task := asyncio.create_task(self._free(tables, notify=notify)))
            task.add_done_callback(self._freeing.discard)

    async def _free(self, tables: list[tuple[Kind[Any], Table[Any]]], *, notify: bool) -> None:
        while tables:
            kind, table = tables.pop()
            for part in table.freeing(_PART_SIZE):
                if notify:
                    self.notify([Change(kind, record, None) for record in part])
                await asyncio.sleep(0)

    def table(self, kind: Kind[R], org_id: str) -> Table[R]:
        """Return the org's table of that kind; for an org without any, an empty one that is only for reading."""
        try:
            return self.tables[org_id][kind.name]
        except KeyError:
            return _EMPTY_TABLES[kind.name]

    def write(self, kind: Kind[R], before: R | None, after: R | None) -> None:
        """Replace ``before`` with ``after``; None stands for no record."""
        if kind.unique:
            self._write_unique(kind, before, after)
        if kind.shared:
            self._write_shared(kind, kind.shared, before, after)
        if after is not None:
            tables = self.tables.setdefault(after.org_id, {})
            if kind.name not in tables:
                tables[kind.name] = Table(kind)
            tables[kind.name].put(after)
        elif before is not None:
            self._remove(kind, before)

    def _remove(self, kind: Kind[R], record: R) -> None:
        """Remove a record, and its table and its org with the last one."""
        tables = self.tables[record.org_id]
        tables[kind.name].remove(record)
        if not tables[kind.name].records:
            del tables[kind.name]
            if not tables:
                del self.tables[record.org_id]

    def remove_tables(self, org_id: str) -> dict[str, Table[Any]]:
        """Remove all tables of an org, and return them."""
        tables = self.tables.pop(org_id, {})
        for name, table in tables.items():
            kind = kinds.ALL[name]
            for record in table.records.values() if kind.unique or kind.shared else ():
                if kind.unique:
                    self._write_unique(kind, record, None)
                if kind.shared:
                    self._write_shared(kind, kind.shared, record, None)
        return tables

    def _write_unique(self, kind: Kind[R], before: R | None, after: R | None) -> None:
        values = self.unique.setdefault(kind.name, {})
        if before is not None:
            values.pop(getattr(before, kind.unique or ""), None)
        if after is not None and (value := getattr(after, kind.unique or "")) is not None:
            values[value] = after

    def _write_shared(self, kind: Kind[R], field: str, before: R | None, after: R | None) -> None:
        values = self.shared.setdefault(kind.name, defaultdict(dict))
        if before is not None:
            holders = values[getattr(before, field)]
            holders.pop(before.id, None)
            if not holders:
                del values[getattr(before, field)]
        if after is not None:
            values[getattr(after, field)][after.id] = after


class _Removed(NamedTuple):
    """A large table of an org that was removed as a whole."""

    org_id: str
    kind: Kind[Any]
    table: Table[Any]


class MemoryTransaction:
    """Writes to the store at once, and keeps the changes to undo them after an exception."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._changes: list[Change | _Removed] = []
        self._removed: list[tuple[Kind[Any], Table[Any]]] = []  # large ones, which are freed in parts

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._roll_back()
        elif self._removed:
            self._store.notify([change for change in self._changes if isinstance(change, Change)])
            self._store.free(self._removed, notify=True)
        elif self._changes:
            self._store.notify(cast("list[Change]", self._changes))

    async def check(self) -> None:
        """Do nothing: memory can always be read and written."""

    async def get(self, kind: Kind[R], org_id: str, record_id: str) -> R | None:
        """Return the record or None."""
        return self._store.table(kind, org_id).records.get(record_id)

    async def get_many(self, kind: Kind[R], org_id: str, record_ids: Collection[str]) -> dict[str, R]:
        """Return those of the records that the org has, by id."""
        records = self._store.table(kind, org_id).records
        return {record_id: records[record_id] for record_id in record_ids if record_id in records}

    async def find(self, kind: Kind[R], value: str) -> R | None:
        """Return the record with that unique value or None."""
        return self._store.unique.get(kind.name, {}).get(value)  # type: ignore[return-value]

    async def find_all(self, kind: Kind[R], value: str) -> list[R]:
        """Return the records with that shared value."""
        values: Any = self._store.shared.get(kind.name, {})
        found: Any = values.get(value, {})
        return sorted(found.values(), key=kind.position)

    async def put(self, kind: Kind[R], record: R) -> None:
        """Store the record."""
        self._write(kind, self._store.table(kind, record.org_id).records.get(record.id), record)

    async def remove(self, kind: Kind[R], record: R) -> None:
        """Remove the record, as it is stored."""
        stored = self._store.table(kind, record.org_id).records.get(record.id)
        if stored is not None:
            self._write(kind, stored, None)

    async def page(self, query: Query[R], limit: int, after: Position | None = None) -> Page[R]:
        """Return one page."""
        return self._store.table(query.kind, query.org_id).page(query, limit, after)

    async def select(self, query: Query[R]) -> Iterator[R]:
        """Return all matches."""
        return self._store.table(query.kind, query.org_id).select(query)

    async def count(self, query: Query[R]) -> int:
        """Return the number of matches."""
        return self._store.table(query.kind, query.org_id).count(query)

    async def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the nearest older and newer match."""
        return self._store.table(query.kind, query.org_id).neighbours(query, record)

    async def due(self, kind: Kind[R]) -> list[R]:
        """Return the records of all orgs that have a due instant."""
        tables = [tables[kind.name] for tables in self._store.tables.values() if kind.name in tables]
        return [row for table in tables for row in table.records.values() if getattr(row, kind.due or "") is not None]

    async def orgs(self) -> list[str]:
        """Return the ids of all orgs."""
        found = self._store.tables.items()
        return sorted(
            org_id for org_id, tables in found if kinds.ORGS.name in tables and tables[kinds.ORGS.name].records
        )

    async def remove_org(self, org_id: str) -> None:
        """Remove everything that belongs to the org."""
        for name, table in self._store.remove_tables(org_id).items():
            kind = kinds.ALL[name]
            if len(table.records) > _PART_SIZE:
                self._changes.append(_Removed(org_id, kind, table))
                self._removed.append((kind, table))
            else:
                self._changes += [Change(kind, record, None) for record in table.records.values()]

    def _roll_back(self) -> None:
        """Undo every write, the last one first."""
        for change in reversed(self._changes):
            if isinstance(change, _Removed):
                self._store.tables.setdefault(change.org_id, {})[change.kind.name] = change.table
                continue
            self._store.write(change.kind, change.after, change.before)

    def _write(self, kind: Kind[R], before: R | None, after: R | None) -> None:
        self._store.write(kind, before, after)
        self._changes.append(Change(kind, before, after))
