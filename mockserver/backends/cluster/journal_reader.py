"""Passes the calls that any replica has written to the database on to those who follow the journal in this one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

from mockserver.domain.errors import Unavailable
from mockserver.runtime.followers import Follower, Followers
from mockserver.runtime.journal import Entry, call_of
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import Pool

#: The topic of the notice that calls were written.
FLUSHED = "journal flushed"
#: A statement by which transactions that write calls follow each other, so that a serial is never below one seen.
IN_ORDER = f"select pg_advisory_xact_lock({0x6E766D76})"
_PART_SIZE = 500
#: Restored calls are those of a time before this, in seconds; they are not new.
_RESTORED_BEFORE_SECONDS = 1e6


class JournalReader:
    """Reads new calls from the database as long as somebody follows."""

    def __init__(self, bus: Bus, pool: Pool) -> None:
        self._pool = pool
        self._followers = Followers()
        self._flushed = asyncio.Event()
        self._starting = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._last_serial = 0
        bus.listeners[FLUSHED] = lambda _: self._flushed.set()

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        """Yield a follower until the block ends. Raises TooManyFollowers, Unavailable."""
        with self._followers.one_more() as follower:
            try:
                await self._start()
                yield follower
            finally:
                if len(self._followers) == 1 and self._task is not None:
                    self._task.cancel()
                    self._task = None

    def end(self) -> None:
        """End all followers."""
        self._followers.end()

    def rewind(self) -> None:
        """Read from the first serial, because the calls so far will be replaced, and their table may be another."""
        self._last_serial = 0

    async def _start(self) -> None:
        async with self._starting:
            if self._task is None or self._task.done():
                async with self._pool.transaction() as connection:
                    self._last_serial = await connection.value("select coalesce(max(serial), 0) from journal")
                self._task = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        while True:
            await self._flushed.wait()
            self._flushed.clear()
            with suppress(Unavailable):  # the next notice tries again
                while await self._read_part():
                    pass

    async def _read_part(self) -> bool:
        """Pass some new calls on, and return whether there may be more."""
        query = "select serial, added_at, body from journal where serial > $1 order by serial limit $2"
        async with self._pool.transaction() as connection:
            rows = await connection.rows(query, self._last_serial, _PART_SIZE)
        for serial, added_at, body in rows:
            self._last_serial = serial
            if added_at >= _RESTORED_BEFORE_SECONDS:
                self._followers.put(call_of(msgspec.json.decode(body, type=Entry)))
        return len(rows) == _PART_SIZE
