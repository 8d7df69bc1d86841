"""The journal of all replicas: each writes its part down from time to time, and at once when somebody asks."""

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

_WRITE_DOWN = "write down"
_EVERY = 0.2
_COLUMNS = ("noted", "org_id", "operation", "status", "body")
_FILTERS = ("org_id", "operation", "status")


class SharedAnnals:
    """The last calls that any replica answered, in the order in which they were."""

    def __init__(self, bus: Bus, pool: Pool, size: int) -> None:
        self._bus = bus
        self._pool = pool
        self._size = size
        self._waiting: deque[tuple[float, Entry]] = deque(maxlen=size)
        self._watchers: list[Callable[[Entry], None]] = []
        self._writing = asyncio.Lock()
        self._soon: asyncio.Task[None] | None = None
        self._written = 0
        bus.obeyed[_WRITE_DOWN] = self._write_down

    def add(self, entry: Entry) -> None:
        """Write the newest entry."""
        self._waiting.append((wall(), entry))
        if self._soon is None or self._soon.done():
            self._soon = asyncio.get_running_loop().create_task(self._write_soon())
        for watcher in self._watchers:
            watcher(entry)

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Show every entry that is written in this process to the watcher."""
        self._watchers.append(watcher)

    async def search(self, limit: int, **wanted: Any) -> tuple[list[Entry], int]:
        """Return the newest matches, and how many there are in all."""
        await self._bus.everyone(_WRITE_DOWN)
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
        """Forget everything."""
        await self._bus.everyone(_WRITE_DOWN)
        await self.restore([])

    async def dump(self) -> list[Entry]:
        """Return all entries, oldest first."""
        found, _ = await self.search(self._size)
        return found[::-1]

    async def restore(self, entries: Sequence[Entry]) -> None:
        """Hold these entries, oldest first, in place of what was written down."""
        async with self._pool.transaction() as link:
            await link.run("delete from journal")
            await link.copy("journal", _COLUMNS, [_row(float(place), entry) for place, entry in enumerate(entries)])

    def forget(self) -> None:
        """Drop what is not written down yet."""
        self._waiting.clear()

    async def write_down(self) -> None:
        """Write down what is waiting, or was and is being written. Raises Unavailable."""
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
        """Forget what nobody asks for any more, once in a while."""
        self._written += written
        if self._written > self._size // 10:
            self._written = 0
            oldest = f"select noted, serial from journal order by noted desc, serial desc offset {self._size} limit 1"
            await link.run(f"delete from journal where (noted, serial) <= ({oldest})")

    async def _write_soon(self) -> None:
        await asyncio.sleep(_EVERY)
        try:
            await self.write_down()
        except Unavailable:
            return  # the next entry, or whoever asks, tries again

    async def _write_down(self, _: Any) -> None:
        await self.write_down()


def _row(noted: float, entry: Entry) -> tuple[Any, ...]:
    body = msgspec.json.encode(entry).decode()
    return (noted, *(getattr(entry, name) for name in _FILTERS), body)
