"""The journal of all replicas: each one flushes its entries to the database at intervals, and before every search."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.domain.errors import Unavailable
from mockserver.runtime.clock import wall_clock_seconds
from mockserver.runtime.journal import Entry
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import Connection, Pool

_FLUSH = "flush journal"
_FLUSH_INTERVAL_SECONDS = 0.2
_COLUMNS = ("added_at", "org_id", "operation", "status", "body")
_FILTERS = ("org_id", "operation", "status")


class SharedJournal:
    """The last ``size`` calls that any replica has answered, in the order of their responses."""

    def __init__(self, bus: Bus, pool: Pool, size: int) -> None:
        self._bus = bus
        self._pool = pool
        self._size = size
        self._unflushed: deque[tuple[float, Entry]] = deque(maxlen=size)
        self._watchers: list[Callable[[Entry], None]] = []
        self._flush_lock = asyncio.Lock()
        self._flush_task: asyncio.Task[None] | None = None
        self._added_since_trim = 0
        bus.handlers[_FLUSH] = self._on_flush

    def add(self, entry: Entry) -> None:
        """Append an entry."""
        self._unflushed.append((wall_clock_seconds(), entry))
        if self._flush_task is None or self._flush_task.done():
            self._flush_task = asyncio.get_running_loop().create_task(self._flush_soon())
        for watcher in self._watchers:
            watcher(entry)

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Call the watcher with every entry that this process appends."""
        self._watchers.append(watcher)

    async def search(self, limit: int, **filters: Any) -> tuple[list[Entry], int]:
        """Return the newest ``limit`` entries whose fields equal the filters (None: any), and how many match in all."""
        await self._bus.broadcast(_FLUSH)
        given = {name: value for name, value in filters.items() if value is not None}
        matches = " and ".join(f"{name} = ${place}" for place, name in enumerate(given, 3))
        query = (
            "select body, count(*) over () from "
            "(select * from journal order by added_at desc, serial desc limit $1) as newest "
            f"where {matches or 'true'} order by added_at desc, serial desc limit $2"
        )
        async with self._pool.transaction() as connection:
            rows = await connection.rows(query, self._size, limit, *given.values())
        return [msgspec.json.decode(row[0], type=Entry) for row in rows], rows[0][1] if rows else 0

    async def clear(self) -> None:
        """Remove all entries."""
        await self._bus.broadcast(_FLUSH)
        await self.restore([])

    async def dump(self) -> list[Entry]:
        """Return all entries, oldest first."""
        found, _ = await self.search(self._size)
        return found[::-1]

    async def restore(self, entries: Sequence[Entry]) -> None:
        """Replace the entries in the database with these, oldest first."""
        async with self._pool.transaction() as connection:
            await connection.execute("delete from journal")
            await connection.copy(
                "journal", _COLUMNS, [_row(float(place), entry) for place, entry in enumerate(entries)]
            )

    def drop_unflushed(self) -> None:
        """Drop the entries that this replica has not written to the database yet."""
        self._unflushed.clear()

    async def flush(self) -> None:
        """Write the entries that are not in the database yet. Raises Unavailable."""
        async with self._flush_lock:
            if not self._unflushed:
                return
            rows = list(self._unflushed)
            self._unflushed.clear()
            try:
                async with self._pool.transaction() as connection:
                    await connection.copy("journal", _COLUMNS, [_row(*row) for row in rows])
                    await self._trim(connection, len(rows))
            except Unavailable:
                self._unflushed.extendleft(reversed(rows))
                raise

    async def _trim(self, connection: Connection, added: int) -> None:
        """Delete the entries beyond the size of the journal, once per tenth of it."""
        self._added_since_trim += added
        if self._added_since_trim > self._size // 10:
            self._added_since_trim = 0
            newest_first = "order by added_at desc, serial desc"
            excess = f"select added_at, serial from journal {newest_first} offset {self._size} limit 1"
            await connection.execute(f"delete from journal where (added_at, serial) <= ({excess})")

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_FLUSH_INTERVAL_SECONDS)
        try:
            await self.flush()
        except Unavailable:
            return  # the next entry or search tries again

    async def _on_flush(self, _: Any) -> None:
        await self.flush()


def _row(added_at: float, entry: Entry) -> tuple[Any, ...]:
    body = msgspec.json.encode(entry).decode()
    return (added_at, *(getattr(entry, name) for name in _FILTERS), body)
