"""A transaction on PostgreSQL: what it read is remembered, what it writes waits, so that it takes few calls.

One that writes locks each org at its first touch and holds it to the end, so whatever it has read of the org stays
true until then (law 2 of ``store.base``). Its writes go out when a question depends on them, the last of them together
with the commit. One that only reads locks nothing and sees one instant.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Self

import msgspec

from mockserver.domain.cursors import Position
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Page, Query, R
from mockserver.store.postgres import tables
from mockserver.store.postgres.pool import END, Link, Pool
from mockserver.store.postgres.queries import Statement
from mockserver.store.postgres.unit_of_work import UnitOfWork

#: What a crash of the database may forget the last moments of; nobody was answered for it.
_FLEETING = {kinds.BUCKETS.name}


class PostgresTransaction:
    """Reads and writes over one connection, taken from a pool when it is first needed."""

    def __init__(self, pool: Pool, announced: Callable[[Sequence[Change]], Iterable[str]], *, writes: bool) -> None:
        self._pool = pool
        self._announced = announced
        self._locks = writes
        self._link: Link | None = None
        self._locked: set[str] = set()
        self._known = UnitOfWork()
        self._changes: list[Change] = []

    async def __aenter__(self) -> Self:
        self._pool.require()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                await self._commit()
            elif self._link is not None:
                await self._pool.undo(self._link)
        except BaseException:
            if self._link is not None:
                await self._pool.undo(self._link)
            raise
        finally:
            if self._link is not None:
                self._pool.give(self._link)

    async def _commit(self) -> None:
        """End the transaction; one that has neither locked nor seen anything has nothing to end."""
        if self._known.pending:
            await self._flush(self._announced)
        elif self._link is not None and (self._locked or not self._locks):
            await self._link.run(END)

    async def get(self, kind: Kind[R], org_id: str, record_id: str) -> R | None:
        """Return the record or None."""
        if (kind.name, org_id, record_id) not in self._known:
            link = await self.connected()
            if not self._locks or org_id in self._locked:
                query = tables.together(kind, "k.org_id = $1 and k.id = $2")
            else:
                query = f"select take_{kind.name}($1, $2)"
                self._locked.add(org_id)
            bodies = await link.value(query, org_id, record_id)
            self._known.learn(kind, org_id, record_id, bodies)
        return self._known.get(kind, org_id, record_id)

    async def get_many(self, kind: Kind[R], org_id: str, record_ids: Collection[str]) -> dict[str, R]:
        """Return those of the records that the org has."""
        await self._learn(kind, org_id, [id_ for id_ in record_ids if (kind.name, org_id, id_) not in self._known])
        found = ((id_, self._known.get(kind, org_id, id_)) for id_ in record_ids)
        return {id_: record for id_, record in found if record is not None}

    async def find(self, kind: Kind[R], value: str) -> R | None:
        """Return the record with that unique value or None."""
        await self._settle(kind)
        query = f"select find_{kind.name}($1)"
        if not self._locks:
            holders = f"select org_id, id from holders where kind = '{kind.name}' and value = $1 limit 1"
            query = tables.together(kind, f"(k.org_id, k.id) in ({holders})")
        bodies = await (await self.connected()).value(query, value)
        if bodies is None:
            return None
        record = msgspec.json.decode(bodies[0], type=kind.record)
        self._locked.add(record.org_id)
        self._known.learn(kind, record.org_id, record.id, bodies)
        return self._known.get(kind, record.org_id, record.id)

    async def find_all(self, kind: Kind[R], value: str) -> list[R]:
        """Return the records with that shared value."""
        await self._settle(kind)
        query = f"select find_all_{kind.name}($1)"
        if not self._locks:
            query = (
                f"select k.body from {kind.name} k join holders h using (org_id, id) "
                f"where h.kind = '{kind.name}' and h.value = $1 order by k.at, k.id"
            )
        found = self._known.recall(kind, await (await self.connected()).rows(query, value))
        self._locked |= {record.org_id for record in found}
        return found

    async def put(self, kind: Kind[R], record: R) -> None:
        """Store the record."""
        self._known.write(kind, record.org_id, record.id, record)

    async def remove(self, kind: Kind[R], record: R) -> None:
        """Remove the record, as it is stored."""
        self._known.write(kind, record.org_id, record.id, None)

    async def page(self, query: Query[R], limit: int, after: Position | None = None) -> Page[R]:
        """Return one page."""
        ((total, bodies),) = await self._ask(query, Statement.page(query, limit, after))
        rows = self._known.recall(query.kind, [(body,) for body in bodies[:limit]])
        return Page(rows, total, more=len(bodies) > limit)

    async def select(self, query: Query[R]) -> Iterator[R]:
        """Return all matches; what was selected once is remembered until something of the kind is written."""
        known = self._known.selected(query)
        if known is None:
            found = self._known.recall(query.kind, await self._ask(query, Statement.all(query)))
            known = self._known.select(query, found)
        return iter(known)

    async def count(self, query: Query[R]) -> int:
        """Return the number of matches."""
        ((number,),) = await self._ask(query, Statement.count(query))
        return int(number)

    async def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the nearest older and newer match."""
        if known := self._known.neighbours(query, record):
            return known
        ((older, newer),) = await self._ask(query, Statement.neighbours(query, query.kind.position(record)))
        found = [self._known.recall(query.kind, [(body,) for body in bodies]) for bodies in (older, newer)]
        return (found[0][0] if older else None, found[1][0] if newer else None)

    async def due(self, kind: Kind[R]) -> list[R]:
        """Return the records that name an instant."""
        await self._settle(kind)
        query = f"select body from {kind.name} where due is not null order by due, id"
        return self._known.recall(kind, await (await self.connected()).rows(query))

    async def orgs(self) -> list[str]:
        """Return the ids of all orgs."""
        await self._settle(kinds.ORGS)
        return [row[0] for row in await (await self.connected()).rows("select id from orgs order by id")]

    async def everything(self, kind: Kind[R]) -> list[R]:
        """Return all records of a kind, oldest first."""
        return self._known.recall(
            kind, await (await self.connected()).rows(f"select body from {kind.name} order by at, id")
        )

    async def remove_org(self, org_id: str) -> None:
        """Remove everything of the org."""
        for kind in kinds.ALL.values():
            for record in await self.select(Query(kind, org_id)):
                await self.remove(kind, record)

    async def connected(self) -> Link:
        """Return the connection of this transaction."""
        if self._link is None:
            self._link = await self._pool.take()
        return self._link

    async def _enter(self, org_id: str) -> Link:
        """Lock the org unless that was done before, and return the connection."""
        link = await self.connected()
        if self._locks and org_id not in self._locked:
            await link.value("select enter($1)", org_id)
            self._locked.add(org_id)
        return link

    async def _ask(self, query: Query[Any], statement: Statement) -> Any:
        await self._settle(query.kind)
        link = await self._enter(query.org_id)
        return await link.rows(statement.text, *statement.arguments)

    async def _learn(self, kind: Kind[Any], org_id: str, ids: Collection[str]) -> None:
        """Get to know records of which nothing is known yet."""
        if ids:
            link = await self._enter(org_id)
            query = f"select body from {kind.name} where org_id = $1 and id = any($2::text[])"
            self._known.recall(kind, await link.rows(query, org_id, list(ids)))
            self._known.miss(kind, org_id, ids)

    async def _settle(self, kind: Kind[Any]) -> None:
        """Send out what was written, if the answer to a question about the kind depends on it."""
        if self._known.wrote(kind):
            await self._flush()

    async def _flush(self, announced: Callable[[Sequence[Change]], Iterable[str]] | None = None) -> None:
        """Send out what was written; with what the changes are announced by, also commit."""
        for org_id in sorted({org_id for _, org_id, _ in self._known.written}):
            await self._enter(org_id)
        for (kind, org_id), ids in self._known.unknown().items():
            await self._learn(kinds.ALL[kind], org_id, ids)
        changes, statements = self._known.flush()
        self._changes += changes
        if announced is not None:
            statements += announced(self._changes)
            if self._changes and {change.kind.name for change in self._changes} <= _FLEETING:
                statements.append("set local synchronous_commit to off")
            statements.append(END)
        if statements:
            await (await self.connected()).run("; ".join(statements))
