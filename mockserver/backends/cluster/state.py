"""The mock in all its processes as one thing: how a world ends in every one of them and another begins."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mockserver.backends.base import ChanceState, ClockState, State
from mockserver.backends.cluster import shared_values
from mockserver.backends.cluster.clock_control import SHOW, Seen
from mockserver.backends.cluster.faults import SharedSky
from mockserver.backends.cluster.journal import SharedAnnals
from mockserver.backends.cluster.shared_values import CHANCE, FAULTS, TIME, Standing, Time
from mockserver.fixtures import World
from mockserver.operations import worlds
from mockserver.runtime.clock import Clock, wall
from mockserver.runtime.random_source import Chance
from mockserver.scheduler import Agenda
from mockserver.store.memory import MemoryStore
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.store import PostgresStore

_REST, _RISE, _DRAWN = "rest", "rise", "tell what was drawn"


@dataclass(frozen=True)
class SharedWhole:
    """One replica's part in it: what it does when all do the same."""

    bus: Bus
    store: PostgresStore
    kept: Standing
    clock: Clock
    chance: Chance
    annals: SharedAnnals
    sky: SharedSky
    agenda: Agenda
    hang_up: Callable[[], Awaitable[None]]
    _agreeing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        orders = {_REST: self._on_rest, _RISE: self._on_rise, _DRAWN: self._on_drawn, SHOW: self._on_show}
        self.bus.obeyed.update(orders)

    async def taken(self) -> State:
        """Return the state; what chance has drawn on is what any replica has drawn."""
        drawn: dict[str, int] = {}
        for told in await self.bus.everyone(_DRAWN):
            drawn |= {purpose: max(number, drawn.get(purpose, 0)) for purpose, number in told.items()}
        return State(
            clock=ClockState(self.clock.now(), self.clock.frozen),
            chance=ChanceState(self.chance.seed, drawn),
            journal=await self.annals.dump(),
            faults=await self.sky.dump(),
        )

    async def replace(self, state: State, world: World) -> None:
        """End this world in every replica and take up another."""
        async with self.bus.turn(self.store.writers):
            await self.bus.everyone(_REST)
            await fill(self.store, self.kept, state, world)
            await self.annals.restore(state.journal)
            await self.bus.everyone(_RISE)

    async def rest(self) -> None:
        """Close all sockets, break off what goes on, and do nothing that falls due."""
        self.agenda.rest()
        await self.hang_up()
        self.clock.restore(self.clock.now(), frozen=self.clock.frozen)
        self.annals.forget()

    async def rise(self) -> None:
        """Take up what the replicas have agreed on."""
        self.agenda.rest()
        async with self._agreeing:
            await self._take_up()
        self.store.usable = True
        if await self.bus.lead():
            await self.agenda.take_up()

    async def _take_up(self) -> None:
        time, chance = await self.kept.read(TIME, Time), await self.kept.read(CHANCE, ChanceState)
        await self.sky.look_up()
        self.chance.restore(chance.seed, chance.drawn)
        self.chance.stream = f"{self.bus.number}/"
        self.clock.restore(time.instant, frozen=time.since is None)
        self.clock.follow(time.instant, time.since)

    async def lead(self) -> None:
        """Have the agenda if nobody else has it."""
        if not self.bus.leads and await self.bus.lead():
            await self.agenda.take_up()

    async def _on_rest(self, _: Any) -> None:
        await self.rest()

    async def _on_rise(self, _: Any) -> None:
        await self.rise()

    async def _on_drawn(self, _: Any) -> Any:
        return self.chance.state()["drawn"]

    async def _on_show(self, shown: dict[str, Any]) -> Seen:
        time = msgspec.convert(shown, Time)
        async with self._agreeing:
            self.clock.follow(time.instant, time.since)
        await self.lead()
        busy = await self.clock.catch_up()
        return Seen(busy, self.clock.next_due(), self.bus.leads)


async def fill(store: PostgresStore, kept: Standing, state: State, world: World) -> None:
    """Put a world into the database; it is made in memory first, where that takes no calls."""
    chance, scratch = Chance(state.chance.seed), MemoryStore()
    chance.restore(state.chance.seed, state.chance.drawn)
    await worlds.seed(scratch, chance, world)
    await store.load(await scratch.dump())
    await kept.save(
        {
            TIME: shared_values.running(state.clock.now, wall(), frozen=state.clock.frozen),
            CHANCE: chance.state(),
            FAULTS: shared_values.Faults(max((fault.id for fault in state.faults), default=0), list(state.faults)),
        }
    )
