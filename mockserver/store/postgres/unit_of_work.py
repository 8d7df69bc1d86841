"""What a transaction knows: the records that it read, as they are stored, and what it wrote since."""

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

Name = tuple[str, str, str]
_Question = tuple[object, ...]


class UnitOfWork:
    """Records by kind, org and id: ``written`` those that wait to be sent out, in order of their first writing."""

    def __init__(self) -> None:
        self._stored: dict[Name, Record | None] = {}
        self._writes: list[tuple[Name, Record | None]] = []
        self._selected: defaultdict[str, dict[_Question, list[Any]]] = defaultdict(dict)
        self._beside: defaultdict[tuple[str, str], dict[Position, tuple[Any, Any]]] = defaultdict(dict)
        self._flushed = False
        self.written: dict[Name, Record | None] = {}

    def __contains__(self, name: Name) -> bool:
        return name in self.written or name in self._stored

    @property
    def pending(self) -> bool:
        """Whether something waits to be sent out, or was and waits for the commit."""
        return self._flushed or bool(self._writes)

    def get(self, kind: Kind[R], org_id: str, record_id: str) -> R | None:
        """Return what is known of a record."""
        name = (kind.name, org_id, record_id)
        found: Any = self.written[name] if name in self.written else self._stored[name]
        return found  # type: ignore[no-any-return]

    def write(self, kind: Kind[Any], org_id: str, record_id: str, record: Record | None) -> None:
        """Note what becomes of a record."""
        name = (kind.name, org_id, record_id)
        self._writes.append((name, record))
        self.written[name] = record
        self._selected.pop(kind.name, None)
        self._beside.pop((kind.name, org_id), None)

    def wrote(self, kind: Kind[Any]) -> bool:
        """Whether something of the kind waits to be sent out."""
        return any(name[0] == kind.name for name in self.written)

    def recall(self, kind: Kind[R], rows: Iterable[Sequence[Any]]) -> list[R]:
        """Return the records of which these are the bodies, and remember them."""
        return [self._remember(kind, row[0]) for row in rows]

    def learn(self, kind: Kind[Any], org_id: str, record_id: str, bodies: Sequence[str | None] | None) -> None:
        """Remember a record, and those read along with it and beside it; without bodies, that there is none."""
        if bodies is None or bodies[0] is None:
            self._stored[kind.name, org_id, record_id] = None
            return
        record = self._remember(kind, bodies[0])
        for (name, field), body in zip(kind.prefetch, bodies[1:], strict=False):
            if body is not None:
                self._remember(kinds.ALL[name], body)
            elif (other_id := getattr(record, field)) is not None:
                self._stored.setdefault((name, org_id, other_id), None)
        if kind.prefetch_neighbours and not self.wrote(kind):
            older, newer = (None if body is None else self._remember(kind, body) for body in bodies[-2:])
            self._beside[kind.name, org_id][kind.position(record)] = older, newer

    def miss(self, kind: Kind[Any], org_id: str, ids: Iterable[str]) -> None:
        """Remember that there are no others of these."""
        for record_id in ids:
            self._stored.setdefault((kind.name, org_id, record_id), None)

    def selected(self, query: Query[Any]) -> list[Any] | None:
        """Return what a query selected before, if nothing of its kind was written since."""
        return self._selected[query.kind.name].get(_question(query))

    def select(self, query: Query[R], found: list[R]) -> list[R]:
        """Remember what a query selects."""
        self._selected[query.kind.name][_question(query)] = found
        return found

    def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None] | None:
        """Return the nearest matches if they were read beside the record, and nothing of its kind was written since."""
        kind = query.kind
        where = {facet: set(values) for facet, values in query.where.items()}
        if where != {facet: set(values) for facet, values in kind.prefetch_neighbours} or query.window != ALWAYS:
            return None
        return self._beside[kind.name, query.org_id].get(kind.position(record))

    def unknown(self) -> dict[tuple[str, str], list[str]]:
        """Return the ids, by kind and org, of what was written blindly."""
        found: dict[tuple[str, str], list[str]] = {}
        for name in self.written:
            if name not in self._stored:
                found.setdefault(name[:2], []).append(name[2])
        return found

    def flush(self) -> tuple[list[Change], list[str]]:
        """Return the changes and the statements for what was written, and take it as stored."""
        self._flushed = self._flushed or bool(self._writes)
        now = dict(self._stored)
        changes = []
        for name, after in self._writes:
            before = now[name]
            if before is not None or after is not None:
                changes.append(Change(kinds.ALL[name[0]], before, after))
            now[name] = after
        statements = list(self._statements())
        self._stored, self._writes, self.written = now, [], {}
        return changes, statements

    def _statements(self) -> Iterable[str]:
        for kind_name in dict.fromkeys(name[0] for name in self.written):
            yield from self._of_kind(kinds.ALL[kind_name])

    def _of_kind(self, kind: Kind[Any]) -> Iterable[str]:
        """Yield what stores and removes records, lets them be found, and counts them."""
        names = [name for name in self.written if name[0] == kind.name]
        before = [record for name in names if (record := self._stored[name]) is not None]
        after = [record for name in names if (record := self.written[name]) is not None]
        gone = [name[1:] for name in names if self.written[name] is None and self._stored[name] is not None]
        yield from tables.put(kind, after)
        yield from tables.remove(kind, gone)
        yield from tables.hold(kind, before, after)
        if kind.large:
            for org_id, changes in _counted(kind, before, after).items():
                yield from tables.tally(kind, org_id, changes)

    def _remember(self, kind: Kind[R], body: str) -> R:
        """Return a record as it was read; one that is known already stays the one it is."""
        record = msgspec.json.decode(body, type=kind.record)
        name = (kind.name, record.org_id, record.id)
        found: Any = self._stored.setdefault(name, record)
        return record if found is None else found


def _question(query: Query[Any]) -> _Question:
    where = tuple((name, tuple(map(tables.plain, values))) for name, values in query.where.items())
    return (query.org_id, where, query.window)


def _counted(
    kind: Kind[Any], before: Collection[Record], after: Collection[Record]
) -> dict[str, dict[tables.Facets, int]]:
    """Return by how many the records of each org with certain facets have become more."""
    found: defaultdict[str, defaultdict[tables.Facets, int]] = defaultdict(lambda: defaultdict(int))
    for records, step in ((before, -1), (after, 1)):
        for record in records:
            found[record.org_id][tables.facets_of(kind, record)] += step
    return {org_id: dict(changes) for org_id, changes in found.items()}
