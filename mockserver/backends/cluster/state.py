"""Captures and restores the state of all replicas: each suspends its work, one fills the database, each resumes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mockserver.backends.base import State, capture_clocks, org_time
from mockserver.backends.cluster import shared_values
from mockserver.backends.cluster.clock_control import RELEASE_ORG, SHOW_ORG_TIME, SHOW_TIME, DueReport, ShownOrgTime
from mockserver.backends.cluster.faults import SharedFaultRegistry
from mockserver.backends.cluster.journal import SharedJournal
from mockserver.backends.cluster.shared_values import FAULTS, RANDOM, TIME, SharedValues, StoredFaults, Time, org_clock
from mockserver.domain.records import Record
from mockserver.fixtures import SeedData
from mockserver.operations import seeding
from mockserver.runtime.clock import Clock, wall_clock_seconds
from mockserver.runtime.random_source import RandomSource, RandomState
from mockserver.runtime.timers import BaseClock
from mockserver.scheduler import Scheduler
from mockserver.store.kinds import ORGS
from mockserver.store.memory import MemoryStore
from mockserver.store.postgres import schema
from mockserver.store.postgres.bus import Bus, Handler
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
        handlers: dict[str, Handler] = {
            _SUSPEND: self._on_suspend,
            _RESUME: self._on_resume,
            _COUNTERS: self._on_counters,
            SHOW_TIME: self._on_show_time,
            SHOW_ORG_TIME: self._on_show_org_time,
            RELEASE_ORG: self._on_release_org,
        }
        self.bus.handlers.update(handlers)

    async def capture(self) -> tuple[State, Mapping[str, Sequence[Record]]]:
        """Return the state that is not in records, and the records; each random counter is the highest of any replica.

        Counters are read after the records, so that a mock with both draws no id that a record has.
        """
        async with self.bus.lock(self.store.writers):
            records = await self.store.dump()
            return await self._capture_rest(records), records

    async def _capture_rest(self, records: Mapping[str, Sequence[Record]]) -> State:
        counters: dict[str, int] = {}
        for reported in await self.bus.broadcast(_COUNTERS):
            counters |= {purpose: max(number, counters.get(purpose, 0)) for purpose, number in reported.items()}
        clock, org_clocks = capture_clocks(self.clock, records[ORGS.name])
        return State(
            clock=clock,
            org_clocks=org_clocks,
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
        for shown in await self.values.read_org_clocks(ShownOrgTime):
            self.clock.own(shown.org_id).show(shown.time)

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
        return await self._catch_up(self.clock)

    async def _on_show_org_time(self, payload: dict[str, Any]) -> DueReport:
        shown = msgspec.convert(payload, ShownOrgTime)
        async with self._apply_lock:
            own = self.clock.own(shown.org_id)
            own.show(shown.time)
        return await self._catch_up(own)

    async def _catch_up(self, clock: BaseClock) -> DueReport:
        """Run what is due by a clock, as the leader all that is due in the org or the mock."""
        await self.lead()
        busy = await clock.catch_up()
        return DueReport(busy, clock.next_due(), self.bus.is_leader)

    async def _on_release_org(self, org_id: str) -> None:
        async with self._apply_lock:
            self.clock.disown(org_id)


async def fill_database(store: PostgresStore, values: SharedValues, state: State, data: SeedData) -> None:
    """Fill the database with a state and records; these are created in memory first, which takes no queries."""
    random_source, scratch = RandomSource(state.random.seed), MemoryStore()
    random_source.restore(state.random)
    await seeding.seed(scratch, random_source, data)
    await store.load(await scratch.dump())
    await values.delete_org_clocks()
    await values.save(
        {
            TIME: shared_values.time_from(state.clock.now, wall_clock_seconds(), frozen=state.clock.frozen),
            RANDOM: random_source.state(),
            **_org_clocks(state),
            FAULTS: StoredFaults(max((fault.id for fault in state.faults), default=0), list(state.faults)),
        }
    )


def _org_clocks(state: State) -> dict[str, ShownOrgTime]:
    """Return the times of the orgs with clocks of their own, by the names of the values."""
    return {org_clock(shown.org_id): ShownOrgTime(shown.org_id, org_time(shown, state)) for shown in state.org_clocks}
