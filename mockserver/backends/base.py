"""What differs between a mock in one process and a mock in several that share a database.

A call to any of these interfaces returns once it has taken effect in every process of the mock.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

import msgspec

from mockserver import fixtures
from mockserver.domain.dates import Instant
from mockserver.fixtures import Raw, SeedData
from mockserver.runtime.clock import Clock, present
from mockserver.runtime.faults import CallInfo, Fault
from mockserver.runtime.journal import Entry
from mockserver.runtime.random_source import RandomSource, RandomState
from mockserver.scheduler import Scheduler
from mockserver.settings import Settings
from mockserver.store.base import Store

FIXTURE = "acme"


class InitialState(msgspec.Struct, frozen=True, kw_only=True):
    """What a mock starts with, and goes back to on a reset; without a ``start``, the wall clock gives the time."""

    fixture: str
    content: Raw
    seed: int
    start: Instant | None
    mutants: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the initial state of these settings, with a random seed if none is given. Raises FixtureError."""
        name = settings.fixture or FIXTURE
        return cls(
            fixture=name,
            content=fixtures.read(name),
            seed=RandomSource(settings.seed).seed,
            start=settings.clock,
            mutants=settings.mutants,
        )

    def state(self) -> "State":
        """Return the state beside the records to start with."""
        return State(clock=ClockState(self.start or present(), frozen=False), random=RandomState(self.seed, {}))

    def seed_data(self, now: datetime) -> SeedData:
        """Return the records to start with. Raises FixtureError."""
        return fixtures.parse(self.content, self.fixture, now)


class ClockState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time of a snapshot."""

    now: Instant
    frozen: bool


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds beside the records."""

    clock: ClockState
    random: RandomState
    journal: Sequence[Entry] = ()
    faults: Sequence[Fault] = ()


class ClockControl(Protocol):
    """Moves the clock of the mock, in every process of it."""

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""

    async def advance(self, seconds: float) -> None:
        """Jump forward past everything that falls due. Raises ClockRunsForwardOnly, ValueError."""

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly, ValueError."""


class FaultRegistry(Protocol):
    """The faults that users have added; its length tells whether there is any."""

    def __len__(self) -> int: ...

    async def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that applies to this call, if any, and count the match."""

    def seconds(self, fault: Fault) -> float:
        """Return by how many seconds a fault delays its call."""

    async def add(self, fault: Fault) -> Fault:
        """Add a fault and return it with its id."""

    async def clear(self) -> None:
        """Remove all faults."""

    async def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""


class Journal(Protocol):
    """The journal of calls."""

    def add(self, entry: Entry) -> None:
        """Append an entry."""

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Call the watcher with every entry that this process appends."""

    async def search(self, limit: int, **wanted: Any) -> tuple[list[Entry], int]:
        """Return the newest entries whose fields equal those wanted (None: any), and how many there are in all."""

    async def clear(self) -> None:
        """Forget everything."""


#: Admits the socket of this number (None: it is in another process) as the gateway's, and closes any other of it here.
Admit = Callable[[str, int | None], Awaitable[None]]


class SocketOwners(Protocol):
    """Which WebSocket is a gateway's: the one that claimed it last."""

    def on_claim(self, admit: Admit) -> None:
        """Set what carries out a claim in this process."""

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Make a socket of this process the gateway's; its other sockets are closed when this returns."""

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Give the gateway up, unless another socket has claimed it since."""


class StateManager(Protocol):
    """Captures and restores the state of the whole mock."""

    async def capture(self) -> State:
        """Return the state beside the records."""

    async def restore(self, state: State, data: SeedData) -> None:
        """Close all sockets and replace everything, records included."""


@dataclass(frozen=True)
class Components:
    """The parts of an app instance that depend on the backend.

    ``state_manager`` makes the last of them out of the scheduler, and of what closes all sockets of this process.
    """

    initial_state: InitialState
    store: Store
    clock: Clock
    clock_control: ClockControl
    random_source: RandomSource
    journal: Journal
    faults: FaultRegistry
    socket_owners: SocketOwners
    state_manager: Callable[[Scheduler, Callable[[], Awaitable[None]]], StateManager]


#: Restarts the app instance of one process with these mutants active.
Restart = Callable[[Sequence[str]], Awaitable[None]]


class Backend(Protocol):
    """One process of a mock, for as long as it runs; app instances come and go in it."""

    @property
    def journal(self) -> Journal:
        """The journal of calls, which outlives every app instance."""

    def components(self, mutants: Sequence[str] | None = None) -> Components:
        """Return new components for an app instance with these mutants active (None: those active now)."""

    async def restart_everywhere(self, mutants: Sequence[str]) -> None:
        """Restart the app instance of every process with these mutants active."""

    def running(self, restart: Restart, seed: Callable[[], Awaitable[object]]) -> AbstractAsyncContextManager[None]:
        """Take part in the mock until the block ends: the first process seeds it, and each restarts when told to."""


async def seed(initial_state: InitialState, state_manager: StateManager) -> datetime:
    """Restore the initial state and return its time."""
    state = initial_state.state()
    await state_manager.restore(state, initial_state.seed_data(state.clock.now))
    return state.clock.now
