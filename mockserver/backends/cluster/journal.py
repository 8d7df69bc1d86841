"""The journal of all replicas: each one flushes its calls to the database at intervals, and before every search."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from mockserver.backends.cluster.journal_reader import FLUSHED, IN_ORDER, JournalReader
from mockserver.domain.errors import Unavailable
from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.clock import wall_clock_seconds
from mockserver.runtime.followers import Follower
from mockserver.runtime.journal import Entry, RecordedCall, call_of, entry_of
from mockserver.runtime.memory_journal import Search
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import Pool, literal

_FLUSH = "flush journal"
_FLUSH_INTERVAL_SECONDS = 0.2
_COLUMNS = ("added_at", "org_id", "operation", "status", "body")
_FILTERS = ("org_id", "operation", "status")
_NEWEST_FIRST = "order by added_at desc, serial desc"
#: Deletes the oldest calls beyond so many, first those of orgs that have more than a quarter of them.
_TRIM = f"""
    delete from journal where (select count(*) from journal) > {{size}} and serial in (
        select serial from (
            select serial, added_at, row_number() over (partition by org_id {_NEWEST_FIRST}) > {{size}} / 4 as surplus
            from journal
        ) as ranked order by surplus, added_at desc, serial desc offset {{size}}
    )"""
#: So many calls are read from the database at once.
_PART_SIZE = 500


class SharedJournal:
    """The last ``size`` calls that any replica has answered, in the order of their responses.

    When there are more, orgs that have more than a quarter of them lose their oldest ones; if none does, the oldest of
    all go.
    """

    def __init__(self, bus: Bus, pool: Pool, size: int) -> None:
        self._bus = bus
        self._pool = pool
        self._size = size
        self._unflushed: deque[tuple[float, RecordedCall]] = deque(maxlen=size)
        self._watchers: list[Callable[[RecordedCall], None]] = []
        self._flush_lock = asyncio.Lock()
        self._flush_task: asyncio.Task[None] | None = None
        self._added_since_trim = 0
        self._reader = JournalReader(bus, pool)
        bus.handlers[_FLUSH] = self._on_flush

    def add(self, call: RecordedCall) -> None:
        """Append a call."""
        self._unflushed.append((wall_clock_seconds(), call))
        if self._flush_task is None or self._flush_task.done():
            self._flush_task = asyncio.get_running_loop().create_task(self._flush_soon())
        for watcher in self._watchers:
            watcher(call)

    def watch(self, watcher: Callable[[RecordedCall], None]) -> None:
        """Call the watcher with every call that this process appends."""
        self._watchers.append(watcher)

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        """Yield a follower of the calls of all replicas until the block ends. Raises TooManyFollowers, Unavailable."""
        await self._bus.broadcast(_FLUSH)
        async with self._reader.follow() as follower:
            yield follower

    def end_following(self) -> None:
        """End the followers of this replica, because it stops."""
        self._reader.end()

    async def search(self, limit: int, criteria: CallCriteria) -> tuple[list[Entry], int]:
        """Return the newest ``limit`` calls that match, and how many match in all. Raises UnknownCall."""
        await self._bus.broadcast(_FLUSH)
        await self._trim()
        columns = criteria.columns()
        return await (self._look_at_all(limit, criteria) if columns is None else self._select(limit, columns))

    async def _select(self, limit: int, columns: dict[str, Any]) -> tuple[list[Entry], int]:
        """Return the newest calls with these values in columns, and how many have them."""
        matches = " and ".join(f"{name} = ${place}" for place, name in enumerate(columns, 2))
        query = f"select body, count(*) over () from journal where {matches or 'true'} {_NEWEST_FIRST} limit $1"
        async with self._pool.transaction() as connection:
            rows = await connection.rows(query, limit, *columns.values())
        return [_entry(row[0]) for row in rows], rows[0][1] if rows else 0

    async def _look_at_all(self, limit: int, criteria: CallCriteria) -> tuple[list[Entry], int]:
        search, last = Search(limit, criteria), (float("inf"), 0)
        query = (
            "select body, added_at, serial from journal where (added_at, serial) < ($1, $2::bigint) "
            f"{_NEWEST_FIRST} limit $3"
        )
        while True:
            async with self._pool.transaction() as connection:
                rows = await connection.rows(query, *last, _PART_SIZE)
            if not rows or search.look_at(call_of(_entry(row[0])) for row in rows):
                break
            last = (rows[-1][1], rows[-1][2])
        return search.result()

    async def clear(self, org_id: str | None = None) -> None:
        """Remove the calls of an org, or all."""
        await self._bus.broadcast(_FLUSH)
        async with self._pool.transaction() as connection:
            selected = "" if org_id is None else f" where org_id = {literal(org_id)}"
            await connection.execute(f"{IN_ORDER}; delete from journal{selected}")

    async def dump(self) -> list[Entry]:
        """Return all calls, oldest first."""
        found, _ = await self.search(self._size, CallCriteria())
        return found[::-1]

    async def restore(self, entries: Sequence[Entry]) -> None:
        """Replace the calls in the database with these, oldest first."""
        async with self._pool.transaction() as connection:
            await connection.execute(f"{IN_ORDER}; delete from journal")
            rows = [_row(float(place), entry) for place, entry in enumerate(entries)]
            await connection.copy("journal", _COLUMNS, rows)

    def drop_unflushed(self) -> None:
        """Drop the calls that this replica has not written to the database yet; all that come after are new."""
        self._unflushed.clear()
        self._reader.rewind()

    async def flush(self) -> None:
        """Write the calls that are not in the database yet. Raises Unavailable."""
        async with self._flush_lock:
            if not self._unflushed:
                return
            unflushed = list(self._unflushed)
            self._unflushed.clear()
            try:
                async with self._pool.transaction() as connection:
                    await connection.execute(IN_ORDER)
                    rows = [_row(added_at, entry_of(call)) for added_at, call in unflushed]
                    await connection.copy("journal", _COLUMNS, rows)
                    await connection.execute("; ".join(self._bus.statements(FLUSHED, None)))
            except Unavailable:
                self._unflushed.extendleft(reversed(unflushed))
                raise
            self._added_since_trim += len(unflushed)
        if self._added_since_trim > self._size // 10:
            await self._trim()

    async def _trim(self) -> None:
        """Delete the calls beyond the size of the journal. Raises Unavailable."""
        self._added_since_trim = 0
        async with self._pool.transaction() as connection:
            await connection.execute(f"{IN_ORDER}; {_TRIM.format(size=self._size)}")

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_FLUSH_INTERVAL_SECONDS)
        try:
            await self.flush()
        except Unavailable:
            return  # the next call or search tries again

    async def _on_flush(self, _: Any) -> None:
        await self.flush()


def _entry(body: str) -> Entry:
    return msgspec.json.decode(body, type=Entry)


def _row(added_at: float, entry: Entry) -> tuple[Any, ...]:
    body = msgspec.json.encode(entry).decode()
    return (added_at, *(getattr(entry, name) for name in _FILTERS), body)
