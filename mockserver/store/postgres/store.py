"""The store in a PostgreSQL database, shared by any number of processes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, ChangeFilter, Listener, any_change
from mockserver.store.postgres import schema, tables
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import BEGIN_READ_ONLY, BEGIN_READ_WRITE, Connection, Pool
from mockserver.store.postgres.transaction import PostgresTransaction

_CHANGES = "changes"
#: Few: further transactions would mostly wait for the lock of an org, and waiting in the database costs more than here.
_MAX_WRITE_CONNECTIONS, _MAX_READ_CONNECTIONS = 4, 4
#: The name of a kind, and the record before and after.
_ChangeNotice = tuple[str, msgspec.Raw, msgspec.Raw]


class PostgresStore:
    """Opens transactions on one database; listeners in all its processes receive the committed changes.

    While ``available`` is false no transaction can be opened: a replica without connection to the others must not act.
    """

    name = "postgresql"

    def __init__(self, dsn: str, bus: Bus) -> None:
        self._bus = bus
        self._listeners: list[tuple[Listener, ChangeFilter]] = []
        self.available = True
        self.writers = Pool(dsn, BEGIN_READ_WRITE, _MAX_WRITE_CONNECTIONS, lambda: self.available)
        self.readers = Pool(dsn, BEGIN_READ_ONLY, _MAX_READ_CONNECTIONS, lambda: self.available)
        self._checker = Pool(dsn, BEGIN_READ_WRITE, 1, lambda: self.available)
        bus.listeners[_CHANGES] = self._on_change_notices

    def transaction(self) -> PostgresTransaction:
        """Open a transaction (guarantees 1, 2 and 5 of ``store.base``)."""
        return PostgresTransaction(self.writers, self._change_notices, self.check, writes=True)

    def snapshot(self) -> PostgresTransaction:
        """Open a transaction that only reads."""
        return PostgresTransaction(self.readers, self._change_notices, self.check, writes=False)

    def subscribe(self, listener: Listener, accepts: ChangeFilter = any_change) -> None:
        """Call the listener with every committed change that it accepts."""
        self._listeners.append((listener, accepts))

    def unsubscribe_all(self) -> None:
        """Call no listener any more."""
        self._listeners.clear()

    async def dump(self) -> dict[str, list[Record]]:
        """Return every record by kind, oldest first."""
        async with self.snapshot() as tx:
            return {name: await tx.all(kind) for name, kind in kinds.ALL.items()}

    async def load(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Replace the whole content."""
        async with self.writers.transaction() as connection:
            await connection.execute("; ".join(_delete_statements()))
            for name, rows in records.items():
                await _copy(connection, name, rows)

    async def check(self) -> None:
        """Raise Unavailable when records cannot be read and written, whatever the transactions wait for."""
        async with self._checker.transaction() as connection:
            await schema.require_usable(connection)

    def abort(self) -> None:
        """End every transaction that is open, with Unavailable."""
        self._checker.abort()
        self.writers.abort()
        self.readers.abort()

    async def close(self) -> None:
        """Close the connections."""
        for pool in (self.writers, self.readers, self._checker):
            await pool.close()

    def _change_notices(self, changes: Sequence[Change]) -> Iterable[str]:
        """Return the statements that send to all processes the changes that any listener accepts.

        Every process has the same listeners, so what no listener of this one accepts none of another would.
        """
        sent = [_as_notice(change) for change in changes if any(accepts(change) for _, accepts in self._listeners)]
        return self._bus.statements(_CHANGES, sent) if sent else []

    def _on_change_notices(self, payload: msgspec.Raw) -> None:
        for name, before, after in msgspec.json.decode(payload, type=list[_ChangeNotice]):
            kind = kinds.ALL[name]
            found: list[Any] = [msgspec.json.decode(body, type=kind.record | None) for body in (before, after)]
            change = Change(kind, *found)
            for listener, accepts in self._listeners:
                if accepts(change):
                    listener(change)


def _as_notice(change: Change) -> tuple[str, Record | None, Record | None]:
    return change.kind.name, change.before, change.after


def _delete_statements() -> Iterable[str]:
    """Yield the statements that delete all records, after all transactions that write have ended."""
    yield "lock table org_locks in exclusive mode"
    for kind in kinds.ALL.values():
        yield f"delete from {kind.name}"
        if kind.large:
            yield f"delete from {kind.name}_counts"
    yield "delete from lookup"
    yield "delete from sockets"


async def _copy(connection: Connection, name: str, records: Sequence[Record]) -> None:
    kind = kinds.ALL[name]
    await connection.copy(kind.name, tables.columns(kind), [tables.row(kind, record) for record in records])
    for statement in tables.update_lookup(kind, [], records):
        await connection.execute(statement)
    if kind.large:
        columns = tables.names(("org_id", *tables.filter_columns(kind)))
        counted = f"select {columns}, count(*) from {name} group by {columns}"
        await connection.execute(f"insert into {name}_counts ({columns}, number) {counted}")
    await connection.execute(f"analyze {name}")
