"""A transaction on PostgreSQL: it keeps what it has read and delays what it writes, to need few round trips.

One that writes locks each org before it first reads or writes there and until it ends, so that no other transaction
changes what it has read (guarantee 2 of ``store.base``). It sends its writes before a read that depends on them, and
the last of them with the commit. One that only reads locks nothing and sees the database as of its first statement.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Self

import msgspec

from mockserver.domain.cursors import Position
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Page, Query, R
from mockserver.store.postgres import tables
from mockserver.store.postgres.pool import COMMIT, Connection, Pool
from mockserver.store.postgres.queries import Statement
from mockserver.store.postgres.unit_of_work import UnitOfWork

#: A transaction that writes only these is committed asynchronously: a crash of the database may lose the last of them.
_ASYNC_COMMIT_KINDS = {kinds.BUCKETS.name}


class PostgresTransaction:
    """Reads and writes over one connection, acquired from a pool when it is first needed.

    ``notices`` returns the statements that send the committed changes to all processes, ``check`` raises Unavailable
    when records cannot be read and written.
    """

    def __init__(
        self,
        pool: Pool,
        notices: Callable[[Sequence[Change]], Iterable[str]],
        check: Callable[[], Awaitable[None]],
        *,
        writes: bool,
    ) -> None:
        self._pool = pool
        self._check = check
        self._notices = notices
        self._writes = writes
        self._connection: Connection | None = None
        self._locked_orgs: set[str] = set()
        self._unit = UnitOfWork()
        self._changes: list[Change] = []
        self._removed_orgs: list[str] = []

    async def __aenter__(self) -> Self:
        self._pool.require_available()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                await self._commit()
            elif self._connection is not None:
                await self._pool.rollback(self._connection)
        except BaseException:
            if self._connection is not None:
                await self._pool.rollback(self._connection)
            raise
        finally:
            if self._connection is not None:
                self._pool.release(self._connection)

    async def _commit(self) -> None:
        """Commit the transaction, which also gives up its snapshot or its locks, if it has executed anything."""
        if self._unit.needs_commit:
            await self._flush(self._notices)
        elif self._connection is not None:
            await self._connection.execute(COMMIT)

    async def check(self) -> None:
        """Raise Unavailable when records cannot be read and written now."""
        await self._check()

    async def get(self, kind: Kind[R], org_id: str, record_id: str) -> R | None:
        """Return the record or None."""
        if (kind.name, org_id, record_id) not in self._unit:
            connection = await self.connection()
            if not self._writes or org_id in self._locked_orgs:
                query = tables.select_with_prefetch(kind, "k.org_id = $1 and k.id = $2")
            else:
                query = f"select get_{kind.name}($1, $2)"
                self._locked_orgs.add(org_id)
            bodies = await connection.value(query, org_id, record_id)
            self._unit.add_prefetched(kind, org_id, record_id, bodies)
        return self._unit.get(kind, org_id, record_id)

    async def get_many(self, kind: Kind[R], org_id: str, record_ids: Collection[str]) -> dict[str, R]:
        """Return those of the records that the org has, by id."""
        await self._read(kind, org_id, [id_ for id_ in record_ids if (kind.name, org_id, id_) not in self._unit])
        found = ((id_, self._unit.get(kind, org_id, id_)) for id_ in record_ids)
        return {id_: record for id_, record in found if record is not None}

    async def find(self, kind: Kind[R], value: str) -> R | None:
        """Return the record with that unique value or None."""
        await self._flush_before_read(kind)
        query = f"select find_{kind.name}($1)"
        if not self._writes:
            held = f"select org_id, id from lookup where kind = '{kind.name}' and value = $1 limit 1"
            query = tables.select_with_prefetch(kind, f"(k.org_id, k.id) in ({held})")
        bodies = await (await self.connection()).value(query, value)
        if bodies is None:
            return None
        record = msgspec.json.decode(bodies[0], type=kind.record)
        self._locked_orgs.add(record.org_id)
        self._unit.add_prefetched(kind, record.org_id, record.id, bodies)
        return self._unit.get(kind, record.org_id, record.id)

    async def find_all(self, kind: Kind[R], value: str) -> list[R]:
        """Return the records with that shared value."""
        await self._flush_before_read(kind)
        query = f"select find_all_{kind.name}($1)"
        if not self._writes:
            query = (
                f"select k.body from {kind.name} k join lookup l using (org_id, id) "
                f"where l.kind = '{kind.name}' and l.value = $1 order by k.at, k.id"
            )
        found = self._unit.add_rows(kind, await (await self.connection()).rows(query, value))
        self._locked_orgs |= {record.org_id for record in found}
        return found

    async def put(self, kind: Kind[R], record: R) -> None:
        """Store the record."""
        self._unit.write(kind, record.org_id, record.id, record)

    async def remove(self, kind: Kind[R], record: R) -> None:
        """Remove the record, as it is stored."""
        self._unit.write(kind, record.org_id, record.id, None)

    async def page(self, query: Query[R], limit: int, after: Position | None = None) -> Page[R]:
        """Return one page."""
        ((total, bodies),) = await self._fetch(query, Statement.page(query, limit, after))
        rows = self._unit.add_rows(query.kind, [(body,) for body in bodies[:limit]])
        return Page(rows, total, more=len(bodies) > limit)

    async def select(self, query: Query[R]) -> Iterator[R]:
        """Return all matches; the result is cached until a record of the kind is written."""
        found = self._unit.cached_selection(query)
        if found is None:
            rows = await self._fetch(query, Statement.all(query))
            found = self._unit.cache_selection(query, self._unit.add_rows(query.kind, rows))
        return iter(found)

    async def count(self, query: Query[R]) -> int:
        """Return the number of matches."""
        ((number,),) = await self._fetch(query, Statement.count(query))
        return int(number)

    async def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the nearest older and newer match."""
        if prefetched := self._unit.neighbours(query, record):
            return prefetched
        ((older, newer),) = await self._fetch(query, Statement.neighbours(query, query.kind.position(record)))
        found = [self._unit.add_rows(query.kind, [(body,) for body in bodies]) for bodies in (older, newer)]
        return (found[0][0] if older else None, found[1][0] if newer else None)

    async def due(self, kind: Kind[R]) -> list[R]:
        """Return the records of all orgs that have a due instant."""
        await self._flush_before_read(kind)
        query = f"select body from {kind.name} where due is not null order by due, id"
        return self._unit.add_rows(kind, await (await self.connection()).rows(query))

    async def orgs(self) -> list[str]:
        """Return the ids of all orgs."""
        await self._flush_before_read(kinds.ORGS)
        return [row[0] for row in await (await self.connection()).rows("select id from orgs order by id")]

    async def all(self, kind: Kind[R]) -> list[R]:
        """Return all records of a kind, oldest first."""
        return self._unit.add_rows(
            kind, await (await self.connection()).rows(f"select body from {kind.name} order by at, id")
        )

    async def remove_org(self, org_id: str) -> None:
        """Remove everything of the org."""
        for kind in kinds.ALL.values():
            for record in await self.select(Query(kind, org_id)):
                await self.remove(kind, record)
        self._removed_orgs.append(org_id)

    async def connection(self) -> Connection:
        """Return the connection of this transaction. Raises Unavailable."""
        if self._connection is None:
            self._connection = await self._pool.acquire(always=False)
        return self._connection

    async def _lock_org(self, org_id: str) -> Connection:
        """Return the connection, with the org locked if this transaction writes."""
        connection = await self.connection()
        if self._writes and org_id not in self._locked_orgs:
            await connection.value("select lock_org($1)", org_id)
            self._locked_orgs.add(org_id)
        return connection

    async def _fetch(self, query: Query[Any], statement: Statement) -> Any:
        await self._flush_before_read(query.kind)
        connection = await self._lock_org(query.org_id)
        return await connection.rows(statement.text, *statement.arguments)

    async def _read(self, kind: Kind[Any], org_id: str, ids: Collection[str]) -> None:
        """Read records that were not read before."""
        if ids:
            connection = await self._lock_org(org_id)
            query = f"select body from {kind.name} where org_id = $1 and id = any($2::text[])"
            self._unit.add_rows(kind, await connection.rows(query, org_id, list(ids)))
            self._unit.add_missing(kind, org_id, ids)

    async def _flush_before_read(self, kind: Kind[Any]) -> None:
        """Flush if a record of the kind was written, so that the next read sees it."""
        if self._unit.has_unflushed(kind):
            await self._flush()

    async def _flush(self, notices: Callable[[Sequence[Change]], Iterable[str]] | None = None) -> None:
        """Send the writes; with ``notices``, send those of all changes too, and commit."""
        for org_id in sorted({org_id for _, org_id, _ in self._unit.unflushed}):
            await self._lock_org(org_id)
        for (kind, org_id), ids in self._unit.unread().items():
            await self._read(kinds.ALL[kind], org_id, ids)
        changes, statements = self._unit.flush()
        self._changes += changes
        if notices is not None:
            statements += notices(self._changes)
            if self._changes and {change.kind.name for change in self._changes} <= _ASYNC_COMMIT_KINDS:
                statements.append("set local synchronous_commit to off")
            statements += [text for org_id in self._removed_orgs for text in tables.delete_org(org_id)]
            statements.append(COMMIT)
        if statements:
            await (await self.connection()).execute("; ".join(statements))
