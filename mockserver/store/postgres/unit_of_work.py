"""What a transaction has read and written: records as they are stored, and the writes that were not sent yet."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from mockserver.domain.cursors import Position
from mockserver.domain.dates import ALWAYS
from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Query, R
from mockserver.store.postgres import tables

#: The name of a kind, and the ids of an org and of a record.
Key = tuple[str, str, str]
_QueryKey = tuple[object, ...]


class UnitOfWork:
    """The records of one transaction by kind, org and id.

    ``unflushed`` has the records written since the last flush (None: removed), in the order of their first write.
    """

    def __init__(self) -> None:
        self._stored: dict[Key, Record | None] = {}
        self._writes: list[tuple[Key, Record | None]] = []
        self._selections: defaultdict[str, dict[_QueryKey, list[Any]]] = defaultdict(dict)
        self._neighbours: defaultdict[tuple[str, str], dict[Position, tuple[Any, Any]]] = defaultdict(dict)
        self._flushed = False
        self.unflushed: dict[Key, Record | None] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self.unflushed or key in self._stored

    @property
    def needs_commit(self) -> bool:
        """Whether anything was written, flushed or not."""
        return self._flushed or bool(self._writes)

    def get(self, kind: Kind[R], org_id: str, record_id: str) -> R | None:
        """Return a record that this contains, None when it does not exist."""
        key = (kind.name, org_id, record_id)
        found: Any = self.unflushed[key] if key in self.unflushed else self._stored[key]
        return found  # type: ignore[no-any-return]

    def write(self, kind: Kind[Any], org_id: str, record_id: str, record: Record | None) -> None:
        """Write a record, or remove it (None), at the next flush."""
        key = (kind.name, org_id, record_id)
        self._writes.append((key, record))
        self.unflushed[key] = record
        self._selections.pop(kind.name, None)
        self._neighbours.pop((kind.name, org_id), None)

    def has_unflushed(self, kind: Kind[Any]) -> bool:
        """Whether a record of the kind was written since the last flush."""
        return any(key[0] == kind.name for key in self.unflushed)

    def add_rows(self, kind: Kind[R], rows: Iterable[Sequence[Any]]) -> list[R]:
        """Add the records that were read, whose bodies are the first column of the rows, and return them."""
        return [self._add(kind, row[0]) for row in rows]

    def add_prefetched(self, kind: Kind[Any], org_id: str, record_id: str, bodies: Sequence[str | None] | None) -> None:
        """Add a record and what was read with it: the result of ``select_with_prefetch``, None for no such record."""
        if bodies is None or bodies[0] is None:
            self._stored[kind.name, org_id, record_id] = None
            return
        record = self._add(kind, bodies[0])
        for (name, field), body in zip(kind.prefetch, bodies[1:], strict=False):
            if body is not None:
                self._add(kinds.ALL[name], body)
            elif (other_id := getattr(record, field)) is not None:
                self._stored.setdefault((name, org_id, other_id), None)
        if kind.prefetch_neighbours and not self.has_unflushed(kind):
            older, newer = (None if body is None else self._add(kind, body) for body in bodies[-2:])
            self._neighbours[kind.name, org_id][kind.position(record)] = older, newer

    def add_missing(self, kind: Kind[Any], org_id: str, ids: Iterable[str]) -> None:
        """Note of those ids that this does not contain that they do not exist."""
        for record_id in ids:
            self._stored.setdefault((kind.name, org_id, record_id), None)

    def cached_selection(self, query: Query[Any]) -> list[Any] | None:
        """Return the result of a query, None when it was not cached since the last write of the kind."""
        return self._selections[query.kind.name].get(_query_key(query))

    def cache_selection(self, query: Query[R], found: list[R]) -> list[R]:
        """Cache the result of a query, and return it."""
        self._selections[query.kind.name][_query_key(query)] = found
        return found

    def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None] | None:
        """Return the next older and newer match if they were prefetched after the last write of the kind, else None."""
        kind = query.kind
        where = {name: set(values) for name, values in query.where.items()}
        if where != {name: set(values) for name, values in kind.prefetch_neighbours} or query.window != ALWAYS:
            return None
        return self._neighbours[kind.name, query.org_id].get(kind.position(record))

    def unread(self) -> dict[tuple[str, str], list[str]]:
        """Return the ids, by kind and org, of the records that were written but never read."""
        found: dict[tuple[str, str], list[str]] = {}
        for key in self.unflushed:
            if key not in self._stored:
                found.setdefault(key[:2], []).append(key[2])
        return found

    def flush(self) -> tuple[list[Change], list[str]]:
        """Return the changes since the last flush and their statements; from now on they count as stored."""
        self._flushed = self._flushed or bool(self._writes)
        stored = dict(self._stored)
        changes = []
        for key, after in self._writes:
            before = stored[key]
            if before is not None or after is not None:
                changes.append(Change(kinds.ALL[key[0]], before, after))
            stored[key] = after
        statements = list(self._statements())
        self._stored, self._writes, self.unflushed = stored, [], {}
        return changes, statements

    def _statements(self) -> Iterable[str]:
        for kind_name in dict.fromkeys(key[0] for key in self.unflushed):
            yield from self._kind_statements(kinds.ALL[kind_name])

    def _kind_statements(self, kind: Kind[Any]) -> Iterable[str]:
        """Yield the statements that write the records of a kind, and its part of ``lookup`` and of the counts."""
        keys = [key for key in self.unflushed if key[0] == kind.name]
        before = [record for key in keys if (record := self._stored[key]) is not None]
        after = [record for key in keys if (record := self.unflushed[key]) is not None]
        removed = [key[1:] for key in keys if self.unflushed[key] is None and self._stored[key] is not None]
        yield from tables.upsert(kind, after)
        yield from tables.delete(kind, removed)
        yield from tables.update_lookup(kind, before, after)
        if kind.large:
            for org_id, changes in _count_changes(kind, before, after).items():
                yield from tables.update_counts(kind, org_id, changes)

    def _add(self, kind: Kind[R], body: str) -> R:
        """Add a record as it was read, and return it; one that this contains already is not replaced."""
        record = msgspec.json.decode(body, type=kind.record)
        found: Any = self._stored.setdefault((kind.name, record.org_id, record.id), record)
        return record if found is None else found


def _query_key(query: Query[Any]) -> _QueryKey:
    where = tuple((name, tuple(map(tables.column_value, values))) for name, values in query.where.items())
    return (query.org_id, where, query.window)


def _count_changes(
    kind: Kind[Any], before: Collection[Record], after: Collection[Record]
) -> dict[str, dict[tables.FilterValues, int]]:
    """Return by how many the records of each org have become more, by their filter values."""
    found: defaultdict[str, defaultdict[tables.FilterValues, int]] = defaultdict(lambda: defaultdict(int))
    for records, step in ((before, -1), (after, 1)):
        for record in records:
            found[record.org_id][tables.filter_values(kind, record)] += step
    return {org_id: dict(changes) for org_id, changes in found.items()}
