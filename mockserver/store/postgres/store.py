"""The store in a PostgreSQL database, which any number of processes use as one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, Concerns, Listener, any_change
from mockserver.store.postgres import tables
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import READING, WRITING, Link, Pool
from mockserver.store.postgres.transaction import PostgresTransaction

_CHANGES = "changes"
#: Few: more writers would only wait for their org in the database, which costs it more than waiting costs here.
_MOST_WRITERS, _MOST_READERS = 4, 4
_Told = tuple[str, msgspec.Raw, msgspec.Raw]


class PostgresStore:
    """Opens transactions on one database, and tells listeners in all processes on it what they committed."""

    name = "postgresql"

    def __init__(self, dsn: str, bus: Bus) -> None:
        self._bus = bus
        self._listeners: list[tuple[Listener, Concerns]] = []
        self.usable = True  # whether transactions may be opened; who has lost the others must not go on alone
        self.writers = Pool(dsn, WRITING, _MOST_WRITERS, lambda: self.usable)
        self.readers = Pool(dsn, READING, _MOST_READERS, lambda: self.usable)
        bus.heard[_CHANGES] = self._hear

    def transaction(self) -> PostgresTransaction:
        """Open a transaction (laws 1, 2 and 5 of ``store.base``)."""
        return PostgresTransaction(self.writers, self._announced, writes=True)

    def snapshot(self) -> PostgresTransaction:
        """Open a transaction that only reads."""
        return PostgresTransaction(self.readers, self._announced, writes=False)

    def subscribe(self, listener: Listener, concerns: Concerns = any_change) -> None:
        """Call the listener with every committed change that concerns it."""
        self._listeners.append((listener, concerns))

    def forget_listeners(self) -> None:
        """Call nobody any more."""
        self._listeners.clear()

    async def dump(self) -> dict[str, list[Record]]:
        """Return every record by kind, oldest first."""
        async with self.snapshot() as tx:
            return {name: await tx.everything(kind) for name, kind in kinds.ALL.items()}

    async def load(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Replace the whole content."""
        async with self.writers.transaction() as link:
            await link.run("; ".join(_emptied()))
            for name, rows in records.items():
                await _copy(link, name, rows)

    async def close(self) -> None:
        """Close the connections."""
        await self.writers.close()
        await self.readers.close()

    def _announced(self, changes: Sequence[Change]) -> Iterable[str]:
        """Return what tells all processes of the changes that concern anybody; in each the same ones do."""
        told = [_told(change) for change in changes if any(concerns(change) for _, concerns in self._listeners)]
        return self._bus.statements(_CHANGES, told) if told else []

    def _hear(self, told: msgspec.Raw) -> None:
        for name, before, after in msgspec.json.decode(told, type=list[_Told]):
            kind = kinds.ALL[name]
            found: list[Any] = [msgspec.json.decode(body, type=kind.record | None) for body in (before, after)]
            change = Change(kind, *found)
            for listener, concerns in self._listeners:
                if concerns(change):
                    listener(change)


def _told(change: Change) -> tuple[str, Record | None, Record | None]:
    return change.kind.name, change.before, change.after


def _emptied() -> Iterable[str]:
    """Yield what removes everything, once those who are writing have ended."""
    yield "lock table turns in exclusive mode"
    for kind in kinds.ALL.values():
        yield f"delete from {kind.name}"
        if kind.large:
            yield f"delete from {kind.name}_tally"
    yield "delete from holders"
    yield "delete from sockets"


async def _copy(link: Link, name: str, records: Sequence[Record]) -> None:
    kind = kinds.ALL[name]
    await link.copy(kind.name, tables.columns(kind), [tables.row(kind, record) for record in records])
    for statement in tables.hold(kind, [], records):
        await link.run(statement)
    if kind.large:
        cell = tables.names(("org_id", *tables.filters(kind)))
        counted = f"select {cell}, count(*) from {name} group by {cell}"
        await link.run(f"insert into {name}_tally ({cell}, number) {counted}")
    await link.run(f"analyze {name}")
