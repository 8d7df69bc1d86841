"""The backend of a mock in a single process: all state is in memory, so no call waits for another process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec

from mockserver.backends.base import Admit, Components, InitialState, Restart, State, capture_clocks, org_time
from mockserver.domain.records import Record
from mockserver.fixtures import SeedData
from mockserver.operations import seeding
from mockserver.runtime.clock import Clock
from mockserver.runtime.fault_list import FaultList
from mockserver.runtime.faults import CallInfo, Effects, Fault
from mockserver.runtime.memory_journal import MemoryJournal, calls_of
from mockserver.runtime.random_source import RandomSource
from mockserver.scheduler import Scheduler
from mockserver.store.kinds import ORGS
from mockserver.store.memory import MemoryStore


class SingleProcess:
    """The backend of a mock in one process; its journal keeps the last ``journal_size`` calls."""

    def __init__(self, initial_state: InitialState, journal_size: int) -> None:
        self._initial_state = initial_state
        self._restart: Restart | None = None
        self.journal = MemoryJournal(journal_size)
        self._store = MemoryStore()
        self._socket_owners = LocalSocketOwners()

    def components(self, mutants: Sequence[str] | None = None) -> Components:
        """Return new components for an app instance with these mutants active (None: those of the initial state)."""
        initial_state = self._initial_state
        if mutants is not None:
            initial_state = msgspec.structs.replace(initial_state, mutants=tuple(mutants))
        self._store.unsubscribe_all()  # so that what the instance before had is freed at once
        self._store = store = MemoryStore()
        clock, random_source = Clock(initial_state.start), RandomSource(initial_state.seed)
        fault_list = FaultList(lambda: random_source.fraction("fault"))
        return Components(
            initial_state=initial_state,
            store=store,
            clock=clock,
            clock_control=clock,
            org_clock_control=partial(LocalOrgClockControl, clock),
            random_source=random_source,
            journal=self.journal,
            faults=LocalFaultRegistry(fault_list),
            socket_owners=self._socket_owners,
            state_manager=partial(LocalStateManager, store, clock, random_source, self.journal, fault_list),
        )

    async def restart_everywhere(self, mutants: Sequence[str]) -> None:
        """Restart the app instance, the only one, with these mutants active."""
        if self._restart is not None:
            await self._restart(mutants)

    @asynccontextmanager
    async def running(self, restart: Restart, seed: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Seed the mock; there are no other processes."""
        self._restart = restart
        await seed()
        yield


@dataclass(frozen=True)
class LocalOrgClockControl:
    """Moves the clock of an org; ``clock`` is the mock's."""

    clock: Clock
    org_id: str

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""
        await self.clock.own(self.org_id).freeze(frozen)

    async def advance(self, seconds: float) -> None:
        """Jump forward past everything that falls due. Raises ClockRunsForwardOnly, ValueError."""
        instant = self.clock.of(self.org_id).instant_after(seconds)
        await self.clock.own(self.org_id).jump(instant)

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly, ValueError."""
        instant = self.clock.of(self.org_id).not_passed(instant)
        await self.clock.own(self.org_id).jump(instant)

    async def release(self) -> None:
        """Have the org go by the mock's clock again; what falls due until the mock's time has happened then."""
        own = self.clock.own_clocks.get(self.org_id)
        if own is not None:
            await own.jump(self.clock.now())
            self.clock.disown(self.org_id)


@dataclass(frozen=True)
class LocalFaultRegistry:
    """The faults of this process, in a FaultList."""

    fault_list: FaultList

    def __len__(self) -> int:
        return len(self.fault_list)

    async def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that applies to this call, if any, and count the match."""
        return self.fault_list.match(call)

    def seconds(self, effects: Effects) -> float:
        """Return by how many seconds effects delay their call."""
        return self.fault_list.seconds(effects)

    async def add(self, fault: Fault) -> Fault:
        """Add a fault and return it with its id."""
        return self.fault_list.add(fault)

    async def remove(self, ids: Collection[int]) -> None:
        """Remove the faults with these ids."""
        self.fault_list.remove(ids)

    async def clear(self) -> None:
        """Remove all faults."""
        self.fault_list.clear()

    async def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""
        return self.fault_list.dump()


class LocalSocketOwners:
    """The owners of sockets that are all in this process."""

    def on_claim(self, admit: Admit) -> None:
        """Call ``admit`` for every claim."""
        self._admit = admit

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Make a socket the gateway's; its other sockets are closed when this returns."""
        await self._admit(gateway_id, number)

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Do nothing: no other process needs to know."""


@dataclass(frozen=True)
class LocalStateManager:
    """Captures and restores the state of this process."""

    store: MemoryStore
    clock: Clock
    random_source: RandomSource
    journal: MemoryJournal
    fault_list: FaultList
    scheduler: Scheduler
    close_sockets: Callable[[], Awaitable[None]]
    _restoring: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def capture(self) -> tuple[State, Mapping[str, Sequence[Record]]]:
        """Return the state that is not in records, and the records."""
        records = await self.store.dump()
        clock, org_clocks = capture_clocks(self.clock, records[ORGS.name])
        state = State(
            clock=clock,
            org_clocks=org_clocks,
            random=self.random_source.state(),
            journal=self.journal.dump(),
            faults=self.fault_list.dump(),
        )
        return state, records

    async def restore(self, state: State, data: SeedData) -> None:
        """Close all sockets and replace everything, records included; these are made apart, while calls go on."""
        async with self._restoring:
            random_source, scratch = RandomSource(state.random.seed), MemoryStore()
            random_source.restore(state.random)
            await seeding.seed(scratch, random_source, data)
            calls = await calls_of(state.journal)
            await self.close_sockets()
            self.clock.restore(state.clock.now, frozen=state.clock.frozen)
            for org_clock in state.org_clocks:
                self.clock.own(org_clock.org_id).show(org_time(org_clock, state))
            self.random_source.restore(random_source.state())
            self.journal.restore(calls)
            self.fault_list.restore(state.faults)
            self.store.adopt(scratch)
            await self.scheduler.resume()
