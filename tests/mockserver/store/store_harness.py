"""Both stores, so that one test can ask the same of each."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Store
from mockserver.store.memory import MemoryStore
from mockserver.store.postgres import schema
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.store import PostgresStore

T = TypeVar("T")
_NOTHING = "nothing"


class StoreHarness:
    """A store with an event loop to ask it in, and what a listener heard of it."""

    def __init__(self, runner: asyncio.Runner, store: Store, bus: Bus | None = None) -> None:
        self._runner = runner
        self._bus = bus
        self.store = store
        self.heard: list[Change] = []
        store.subscribe(self.heard.append)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something with the store; what it announced has been heard when this returns."""
        try:
            return self._runner.run(work)
        finally:
            if self._bus is not None:
                self._runner.run(self._bus.broadcast(_NOTHING))

    def fill(self, *records: tuple[Kind[Any], Record]) -> None:
        """Store records, of which nothing is to be heard."""

        async def put() -> None:
            async with self.store.transaction() as tx:
                for kind, record in records:
                    await tx.put(kind, record)

        self.run(put())
        self.heard.clear()

    def load(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Replace the whole content."""
        self.run(self.store.load(records))


@contextmanager
def in_memory() -> Iterator[StoreHarness]:
    """Give an empty store in memory until the block ends."""
    with asyncio.Runner() as runner:
        yield StoreHarness(runner, MemoryStore())


@contextmanager
def in_postgres(dsn: str) -> Iterator[StoreHarness]:
    """Give a store in a database until the block ends, empty at first."""
    with asyncio.Runner() as runner:
        bus = Bus(dsn)
        store = PostgresStore(dsn, bus)

        async def begin() -> None:
            async with schema.prepared(dsn):
                pass
            bus.handlers[_NOTHING] = _do_nothing
            await bus.join()
            await store.load({name: [] for name in kinds.ALL})

        async def end() -> None:
            await bus.leave()
            await store.close()

        runner.run(begin())
        try:
            yield StoreHarness(runner, store, bus)
        finally:
            runner.run(end())


async def _do_nothing(details: Any) -> None:
    return None
