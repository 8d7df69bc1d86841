"""Both stores behind one harness, so that a test runs on each."""

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
_NO_OP = "no-op"


class StoreHarness:
    """A store with an event loop to use it in; ``received`` has the changes that a listener received."""

    def __init__(self, runner: asyncio.Runner, store: Store, bus: Bus | None = None) -> None:
        self._runner = runner
        self._bus = bus
        self.store = store
        self.received: list[Change] = []
        store.subscribe(self.received.append)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine; when this returns, listeners have received all changes committed by it."""
        try:
            return self._runner.run(work)
        finally:
            if self._bus is not None:
                self._runner.run(self._bus.broadcast(_NO_OP))

    def fill(self, *records: tuple[Kind[Any], Record]) -> None:
        """Store records, without leaving them in ``received``."""

        async def put() -> None:
            async with self.store.transaction() as tx:
                for kind, record in records:
                    await tx.put(kind, record)

        self.run(put())
        self.received.clear()

    def load(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Replace all records."""
        self.run(self.store.load(records))


@contextmanager
def in_memory() -> Iterator[StoreHarness]:
    """Yield an empty store in memory."""
    with asyncio.Runner() as runner:
        yield StoreHarness(runner, MemoryStore())


@contextmanager
def in_postgres(dsn: str) -> Iterator[StoreHarness]:
    """Yield a store in a database, empty at first."""
    with asyncio.Runner() as runner:
        bus = Bus(dsn)
        store = PostgresStore(dsn, bus)

        async def begin() -> None:
            async with schema.prepared(dsn):
                pass
            bus.handlers[_NO_OP] = _do_nothing
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


async def _do_nothing(payload: Any) -> None:
    return None
