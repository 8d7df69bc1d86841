"""A mock in a single process, which has nobody to agree with."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from mockserver.backends.base import ChanceState, ClockState, GiveWay, Ground, Origin, State
from mockserver.fixtures import World
from mockserver.operations import worlds
from mockserver.runtime.clock import Clock
from mockserver.runtime.faults import Case, Fault, Faults
from mockserver.runtime.journal import Journal
from mockserver.runtime.random_source import Chance
from mockserver.scheduler import Agenda
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore


class Alone:
    """The only process of a mock; ``rebuild`` begins another life in it."""

    def __init__(self, origin: Origin, journal_size: int, rebuild: Callable[[Sequence[str]], Awaitable[None]]) -> None:
        self._origin = origin
        self._rebuild = rebuild
        self.annals = Journal(journal_size)

    def ground(self, ids: Sequence[str] | None = None) -> Ground:
        """Return what a life under these wrong laws (None: those it began with) stands on."""
        clock, chance, store = Clock(self._origin.start), Chance(self._origin.seed), MemoryStore()
        sky = OwnSky(Faults(lambda: chance.fraction("fault")))
        return Ground(
            origin=self._origin if ids is None else msgspec.structs.replace(self._origin, mutants=tuple(ids)),
            store=store,
            clock=clock,
            hands=clock,
            chance=chance,
            annals=self.annals,
            sky=sky,
            claims=OwnClaims(),
            whole=lambda agenda, hang_up: OwnWhole(store, clock, chance, self.annals, sky, agenda, hang_up),
        )

    async def rebuild(self, ids: Sequence[str]) -> None:
        """Put these wrong laws in force."""
        await self._rebuild(ids)

    @asynccontextmanager
    async def present(self, begin: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Begin; there is nobody to join and nobody to take leave of."""
        await begin()
        yield


@dataclass(frozen=True)
class OwnSky:
    """The faults of this process."""

    faults: Faults

    def __len__(self) -> int:
        return len(self.faults)

    async def strike(self, case: Case) -> Fault | None:
        """Return the fault that hits this call, if any."""
        return self.faults.strike(case)

    def seconds(self, fault: Fault) -> float:
        """Return for how long a fault holds its call back."""
        return self.faults.seconds(fault)

    async def add(self, fault: Fault) -> Fault:
        """Put a fault in force."""
        return self.faults.add(fault)

    async def clear(self) -> None:
        """Take all faults out of force."""
        self.faults.clear()

    async def dump(self) -> list[Fault]:
        """Return all faults."""
        return self.faults.dump()


class OwnClaims:
    """Claims to sockets that are all in this process."""

    def obey(self, give_way: GiveWay) -> None:
        """Carry claims out by this."""
        self._give_way = give_way

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Let the socket in, and any other of the gateway go."""
        await self._give_way(gateway_id, number)

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Nobody else keeps a list."""


@dataclass(frozen=True)
class OwnWhole:
    """The parts of this process as one thing."""

    store: Store
    clock: Clock
    chance: Chance
    annals: Journal
    sky: OwnSky
    agenda: Agenda
    hang_up: Callable[[], Awaitable[None]]

    async def taken(self) -> State:
        """Return the state."""
        return State(
            clock=ClockState(self.clock.now(), self.clock.frozen),
            chance=msgspec.convert(self.chance.state(), ChanceState),
            journal=self.annals.dump(),
            faults=self.sky.faults.dump(),
        )

    async def replace(self, state: State, world: World) -> None:
        """End this world and take up another."""
        await self.hang_up()
        self.clock.restore(state.clock.now, frozen=state.clock.frozen)
        self.chance.restore(state.chance.seed, state.chance.drawn)
        self.annals.restore(state.journal)
        self.sky.faults.restore(state.faults)
        await worlds.seed(self.store, self.chance, world)
        await self.agenda.take_up()
