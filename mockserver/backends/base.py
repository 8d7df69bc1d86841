"""The interfaces to what differs between a mock in one process and a mock in several that share a database.

A call of ClockControl, FaultRegistry, Journal, SocketOwners or StateManager returns once it has taken effect in every
process of the mock. If the database cannot be reached it raises Unavailable.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

import msgspec

from mockserver import fixtures
from mockserver.domain.dates import Instant
from mockserver.domain.records import Record
from mockserver.fixtures import Raw, SeedData
from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.clock import Clock, wall_clock_now
from mockserver.runtime.faults import CallInfo, Effects, Fault
from mockserver.runtime.followers import Follower
from mockserver.runtime.journal import Entry, RecordedCall
from mockserver.runtime.org_clock import OrgTime
from mockserver.runtime.random_source import RandomSource, RandomState
from mockserver.scheduler import Scheduler
from mockserver.settings import Settings
from mockserver.store.base import Store

DEFAULT_FIXTURE = "acme"


class InitialState(msgspec.Struct, frozen=True, kw_only=True):
    """What a mock starts with, and returns to on a reset: a fixture with its content, a random seed, active mutants.

    ``start`` is the first instant of the clock; without it the wall clock gives the time.
    """

    fixture: str
    content: Raw
    seed: int
    start: Instant | None
    mutants: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the initial state for these settings, with a random seed if none is given. Raises FixtureError."""
        name = settings.fixture or DEFAULT_FIXTURE
        return cls(
            fixture=name,
            content=fixtures.read(name),
            seed=RandomSource(settings.seed).seed,
            start=settings.clock,
            mutants=settings.mutants,
        )

    def state(self) -> "State":
        """Return the state to start with, beside the records."""
        return State(clock=ClockState(self.start or wall_clock_now(), frozen=False), random=RandomState(self.seed, {}))

    def seed_data(self, now: datetime) -> SeedData:
        """Return the records to start with at ``now``. Raises FixtureError."""
        return fixtures.parse(self.content, self.fixture, now)


class ClockState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time of the clock, and whether it stands still."""

    now: Instant
    frozen: bool


class OrgClockState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time of an org with a clock of its own, at the time of the mock's clock, and whether it stands still."""

    org_id: str
    now: Instant
    frozen: bool


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a mock beside the records: together they make a snapshot."""

    clock: ClockState
    org_clocks: Sequence[OrgClockState] = ()
    random: RandomState
    journal: Sequence[Entry] = ()
    faults: Sequence[Fault] = ()


def capture_clocks(clock: Clock, orgs: Iterable[Record]) -> tuple[ClockState, list[OrgClockState]]:
    """Return the times of the mock and of those of the orgs that have clocks of their own, all of one moment."""
    now, ids = clock.now(), {org.id for org in orgs}
    own_clocks = [
        OrgClockState(org_id, own.time.at(now), own.time.frozen_at is not None)
        for org_id, own in clock.own_clocks.items()
        if org_id in ids  # the others are being removed
    ]
    return ClockState(now, clock.frozen), own_clocks


def org_time(org_clock: OrgClockState, state: State) -> OrgTime:
    """Return the time of an org's clock in a state."""
    return OrgTime.of(org_clock.now, frozen=org_clock.frozen, mock_time=state.clock.now)


class ClockControl(Protocol):
    """Moves the clock of the mock, in all its processes."""

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""

    async def advance(self, seconds: float) -> None:
        """Jump forward past everything that falls due. Raises ClockRunsForwardOnly, ValueError."""

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly, ValueError."""


class OrgClockControl(ClockControl, Protocol):
    """Moves the clock of one org, which has a clock of its own from then on."""

    async def release(self) -> None:
        """Have the org go by the mock's clock again; what falls due until the mock's time has happened then."""


class FaultRegistry(Protocol):
    """The faults that users have added."""

    def __len__(self) -> int:
        """Return the number of faults, used-up ones included."""

    async def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that applies to this call, if any, and count the match."""

    def seconds(self, effects: Effects) -> float:
        """Return by how many seconds effects delay their call."""

    async def add(self, fault: Fault) -> Fault:
        """Add a fault and return it with its id. Raises FaultError when there are too many."""

    async def remove(self, ids: Collection[int]) -> None:
        """Remove the faults with these ids."""

    async def clear(self) -> None:
        """Remove all faults."""

    async def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""


class Journal(Protocol):
    """The journal of calls."""

    def add(self, call: RecordedCall) -> None:
        """Append a call."""

    def watch(self, watcher: Callable[[RecordedCall], None]) -> None:
        """Call the watcher with every call that this process appends."""

    def follow(self) -> AbstractAsyncContextManager[Follower]:
        """Return what yields a follower of the calls of all processes until it ends. Raises TooManyFollowers."""

    def end_following(self) -> None:
        """End the followers of this process, because it stops."""

    async def search(self, limit: int, criteria: CallCriteria) -> tuple[list[Entry], int]:
        """Return the newest ``limit`` calls that match, and how many match in all. Raises UnknownCall."""

    async def clear(self, org_id: str | None = None) -> None:
        """Remove the calls of an org, or all."""


#: Takes a gateway's id and the number of its new socket, None if that is in another process; closes its other sockets
#: in this process.
Admit = Callable[[str, int | None], Awaitable[None]]


class SocketOwners(Protocol):
    """Which WebSocket belongs to a gateway: the last one that claimed it.

    A socket is identified by its process and a ``number``, which is unique in the process.
    """

    def on_claim(self, admit: Admit) -> None:
        """Call ``admit`` in this process for every claim, whichever process makes it."""

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Make a socket of this process the gateway's; its other sockets are closed when this returns."""

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Give the gateway up, unless another socket has claimed it since."""


class StateManager(Protocol):
    """Captures and restores the state of the whole mock."""

    async def capture(self) -> tuple[State, Mapping[str, Sequence[Record]]]:
        """Return the state that is not in records, and the records by kind, which it agrees with."""

    async def restore(self, state: State, data: SeedData) -> None:
        """Close all sockets and replace everything, records included."""


@dataclass(frozen=True)
class Components:
    """The parts of an app instance that a backend supplies.

    ``clock`` is for reading and timers, ``clock_control`` for moving it, ``org_clock_control`` returns what moves the
    clock of an org. ``state_manager`` makes the StateManager from
    the scheduler and a function that closes all sockets of this process.
    """

    initial_state: InitialState
    store: Store
    clock: Clock
    clock_control: ClockControl
    org_clock_control: Callable[[str], OrgClockControl]
    random_source: RandomSource
    journal: Journal
    faults: FaultRegistry
    socket_owners: SocketOwners
    state_manager: Callable[[Scheduler, Callable[[], Awaitable[None]]], StateManager]


#: Restarts the app instance of this process with these mutants active.
Restart = Callable[[Sequence[str]], Awaitable[None]]


class Backend(Protocol):
    """What an app instance runs on in one process; it outlives the app instances, which are replaced on a restart."""

    @property
    def journal(self) -> Journal:
        """The journal of calls, the same for every app instance."""

    def components(self, mutants: Sequence[str] | None = None) -> Components:
        """Return new components for an app instance with these mutants active (None: those of the initial state)."""

    async def restart_everywhere(self, mutants: Sequence[str]) -> None:
        """Restart the app instance of every process with these mutants active."""

    def running(self, restart: Restart, seed: Callable[[], Awaitable[object]]) -> AbstractAsyncContextManager[None]:
        """Run this process as part of the mock until the block ends.

        ``seed`` is called unless the mock has records already, ``restart`` on every ``restart_everywhere``.
        """


async def seed(initial_state: InitialState, state_manager: StateManager) -> datetime:
    """Restore the initial state and return its time."""
    state = initial_state.state()
    await state_manager.restore(state, initial_state.seed_data(state.clock.now))
    return state.clock.now
