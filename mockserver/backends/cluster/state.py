"""Captures and restores the state of all replicas: each suspends its work, one fills the database, each resumes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mockserver.backends.base import ClockState, State
from mockserver.backends.cluster import shared_values
from mockserver.backends.cluster.clock_control import SHOW_TIME, DueReport
from mockserver.backends.cluster.faults import SharedFaultRegistry
from mockserver.backends.cluster.journal import SharedJournal
from mockserver.backends.cluster.shared_values import FAULTS, RANDOM, TIME, SharedValues, StoredFaults, Time
from mockserver.fixtures import SeedData
from mockserver.operations import seeding
from mockserver.runtime.clock import Clock, wall_clock_seconds
from mockserver.runtime.random_source import RandomSource, RandomState
from mockserver.scheduler import Scheduler
from mockserver.store.memory import MemoryStore
from mockserver.store.postgres import schema
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import SchemaLost
from mockserver.store.postgres.store import PostgresStore

_SUSPEND, _RESUME, _COUNTERS = "suspend", "resume", "report counters"


@dataclass(frozen=True)
class SharedStateManager:
    """Captures and restores the state of all replicas; suspends and resumes this one, also when another one asks."""

    bus: Bus
    store: PostgresStore
    values: SharedValues
    clock: Clock
    random_source: RandomSource
    journal: SharedJournal
    faults: SharedFaultRegistry
    scheduler: Scheduler
    close_sockets: Callable[[], Awaitable[None]]
    recreate_schema: Callable[[], Awaitable[None]]
    _apply_lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        handlers = {
            _SUSPEND: self._on_suspend,
            _RESUME: self._on_resume,
            _COUNTERS: self._on_counters,
            SHOW_TIME: self._on_show_time,
        }
        self.bus.handlers.update(handlers)

    async def capture(self) -> State:
        """Return the state that is not in records; each random counter is the highest of any replica."""
        counters: dict[str, int] = {}
        for reported in await self.bus.broadcast(_COUNTERS):
            counters |= {purpose: max(number, counters.get(purpose, 0)) for purpose, number in reported.items()}
        return State(
            clock=ClockState(self.clock.now(), self.clock.frozen),
            random=RandomState(self.random_source.seed, counters),
            journal=await self.journal.dump(),
            faults=await self.faults.dump(),
        )

    async def restore(self, state: State, data: SeedData) -> None:
        """Close all sockets and replace everything in every replica, records included; and the schema if it is lost."""
        async with self.bus.lock(self.store.writers):
            await self.bus.broadcast(_SUSPEND)
            try:
                await self._require_whole_schema()
                await fill_database(self.store, self.values, state, data)
            except SchemaLost:
                await self.recreate_schema()
                await fill_database(self.store, self.values, state, data)
            await self.journal.restore(state.journal)
            await self.bus.broadcast(_RESUME)

    async def _require_whole_schema(self) -> None:
        async with self.store.writers.transaction() as connection:
            await schema.require_whole(connection)

    async def suspend(self) -> None:
        """Close all sockets, cancel running work, and handle nothing that falls due."""
        self.scheduler.suspend()
        await self.close_sockets()
        self.clock.restore(self.clock.now(), frozen=self.clock.frozen)
        self.journal.drop_unflushed()

    async def resume(self) -> None:
        """Apply the shared state, and schedule what falls due if this replica is the leader."""
        self.scheduler.suspend()
        async with self._apply_lock:
            await self._apply_shared_values()
        self.store.available = True
        if await self.bus.try_to_lead():
            await self.scheduler.resume()

    async def _apply_shared_values(self) -> None:
        time, random = await self.values.read(TIME, Time), await self.values.read(RANDOM, RandomState)
        await self.faults.refresh()
        self.random_source.restore(random)
        self.random_source.stream = f"{self.bus.number}/"
        self.clock.restore(time.instant, frozen=time.since is None)
        self.clock.synchronize(time.instant, time.since)

    async def lead(self) -> None:
        """Become the leader, which schedules what falls due, if there is none."""
        if not self.bus.is_leader and await self.bus.try_to_lead():
            await self.scheduler.resume()

    async def _on_suspend(self, _: Any) -> None:
        await self.suspend()

    async def _on_resume(self, _: Any) -> None:
        await self.resume()

    async def _on_counters(self, _: Any) -> Any:
        return self.random_source.state().counters

    async def _on_show_time(self, shown: dict[str, Any]) -> DueReport:
        time = msgspec.convert(shown, Time)
        async with self._apply_lock:
            self.clock.synchronize(time.instant, time.since)
        await self.lead()
        busy = await self.clock.catch_up()
        return DueReport(busy, self.clock.next_due(), self.bus.is_leader)


async def fill_database(store: PostgresStore, values: SharedValues, state: State, data: SeedData) -> None:
    """Fill the database with a state and records; these are created in memory first, which takes no queries."""
    random_source, scratch = RandomSource(state.random.seed), MemoryStore()
    random_source.restore(state.random)
    await seeding.seed(scratch, random_source, data)
    await store.load(await scratch.dump())
    await values.save(
        {
            TIME: shared_values.time_from(state.clock.now, wall_clock_seconds(), frozen=state.clock.frozen),
            RANDOM: random_source.state(),
            FAULTS: StoredFaults(max((fault.id for fault in state.faults), default=0), list(state.faults)),
        }
    )
