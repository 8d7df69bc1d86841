"""The journal of all replicas: each flushes its entries to the database at intervals, and before every search."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.domain.errors import Unavailable
from mockserver.runtime.clock import wall
from mockserver.runtime.journal import Entry
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import Pool

_FLUSH = "flush journal"
_FLUSH_INTERVAL_SECONDS = 0.2
_COLUMNS = ("noted", "org_id", "operation", "status", "body")
_FILTERS = ("org_id", "operation", "status")


class SharedJournal:
    """The last calls that any replica answered, in the order of their answers."""

    def __init__(self, bus: Bus, pool: Pool, size: int) -> None:
        self._bus = bus
        self._pool = pool
        self._size = size
        self._waiting: deque[tuple[float, Entry]] = deque(maxlen=size)
        self._watchers: list[Callable[[Entry], None]] = []
        self._writing = asyncio.Lock()
        self._flush_task: asyncio.Task[None] | None = None
        self._written = 0
        bus.handlers[_FLUSH] = self._on_flush

    def add(self, entry: Entry) -> None:
        """Append an entry."""
        self._waiting.append((wall(), entry))
        if self._flush_task is None or self._flush_task.done():
            self._flush_task = asyncio.get_running_loop().create_task(self._flush_soon())
        for watcher in self._watchers:
            watcher(entry)

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Call the watcher with every entry that this process appends."""
        self._watchers.append(watcher)

    async def search(self, limit: int, **wanted: Any) -> tuple[list[Entry], int]:
        """Return the newest matches, and how many there are in all."""
        await self._bus.broadcast(_FLUSH)
        asked = {name: value for name, value in wanted.items() if value is not None}
        matches = " and ".join(f"{name} = ${place}" for place, name in enumerate(asked, 3))
        query = (
            "select body, count(*) over () from "
            "(select * from journal order by noted desc, serial desc limit $1) as kept "
            f"where {matches or 'true'} order by noted desc, serial desc limit $2"
        )
        async with self._pool.transaction() as link:
            rows = await link.rows(query, self._size, limit, *asked.values())
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
        """Hold these entries, oldest first, in place of those in the database."""
        async with self._pool.transaction() as link:
            await link.run("delete from journal")
            await link.copy("journal", _COLUMNS, [_row(float(place), entry) for place, entry in enumerate(entries)])

    def drop_waiting(self) -> None:
        """Drop the entries that are not in the database yet."""
        self._waiting.clear()

    async def flush(self) -> None:
        """Write the waiting entries to the database, after those that are being written. Raises Unavailable."""
        async with self._writing:
            if not self._waiting:
                return
            rows = list(self._waiting)
            self._waiting.clear()
            try:
                async with self._pool.transaction() as link:
                    await link.copy("journal", _COLUMNS, [_row(*row) for row in rows])
                    await self._trim(link, len(rows))
            except Unavailable:
                self._waiting.extendleft(reversed(rows))
                raise

    async def _trim(self, link: Any, written: int) -> None:
        """Delete the entries beyond the size of the journal, once in a while."""
        self._written += written
        if self._written > self._size // 10:
            self._written = 0
            oldest = f"select noted, serial from journal order by noted desc, serial desc offset {self._size} limit 1"
            await link.run(f"delete from journal where (noted, serial) <= ({oldest})")

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_FLUSH_INTERVAL_SECONDS)
        try:
            await self.flush()
        except Unavailable:
            return  # the next entry or search tries again

    async def _on_flush(self, _: Any) -> None:
        await self.flush()


def _row(noted: float, entry: Entry) -> tuple[Any, ...]:
    body = msgspec.json.encode(entry).decode()
    return (noted, *(getattr(entry, name) for name in _FILTERS), body)
