"""What a life of the mock stands on, of which there is one sort for a single process and one for several.

Whatever is asked of these parts has happened in all processes of the mock when the answer comes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, Self

import msgspec

from mockserver import fixtures
from mockserver.domain.dates import Instant
from mockserver.fixtures import Raw, World
from mockserver.runtime.clock import Clock, present
from mockserver.runtime.faults import Case, Fault
from mockserver.runtime.journal import Entry
from mockserver.runtime.random_source import Chance
from mockserver.scheduler import Agenda
from mockserver.settings import Settings
from mockserver.store.base import Store

FIXTURE = "acme"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a mock begins, and begins again after a reset; without a ``start``, at the wall clock's time."""

    fixture: str
    content: Raw
    seed: int
    start: Instant | None
    mutants: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the origin that somebody chose; a seed that was not chosen is drawn. Raises FixtureError."""
        name = settings.fixture or FIXTURE
        return cls(
            fixture=name,
            content=fixtures.read(name),
            seed=Chance(settings.seed).seed,
            start=settings.clock,
            mutants=settings.mutants,
        )

    def world(self, now: datetime) -> World:
        """Return the records to begin with. Raises FixtureError."""
        return fixtures.parse(self.content, self.fixture, now)


class ClockState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time of a snapshot."""

    now: Instant
    frozen: bool


class ChanceState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far chance has been drawn on."""

    seed: int
    drawn: dict[str, Annotated[int, msgspec.Meta(ge=0)]]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a mock is beside its records."""

    clock: ClockState
    chance: ChanceState
    journal: Sequence[Entry] = ()
    faults: Sequence[Fault] = ()


class Hands(Protocol):
    """The hands of the clock."""

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""

    async def advance(self, seconds: float) -> None:
        """Jump forward past everything that falls due. Raises ClockRunsForwardOnly, ValueError."""

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly, ValueError."""


class Sky(Protocol):
    """The faults in force; its length tells whether there is any."""

    def __len__(self) -> int: ...

    async def strike(self, case: Case) -> Fault | None:
        """Return the fault that hits this call, if any, and count the hit."""

    def seconds(self, fault: Fault) -> float:
        """Return for how long a fault holds its call back."""

    async def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it with its id."""

    async def clear(self) -> None:
        """Take all faults out of force."""

    async def dump(self) -> list[Fault]:
        """Return all faults, the spent ones too, oldest first."""


class Annals(Protocol):
    """The journal of calls."""

    def add(self, entry: Entry) -> None:
        """Write the newest entry."""

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Show every entry that is written in this process to the watcher."""

    async def search(self, limit: int, **wanted: Any) -> tuple[list[Entry], int]:
        """Return the newest entries whose fields equal those wanted (None: any), and how many there are in all."""

    async def clear(self) -> None:
        """Forget everything."""


#: Lets the socket of a gateway, by its number, in here (None: it is elsewhere), and any other of that gateway go.
GiveWay = Callable[[str, int | None], Awaitable[None]]
#: Takes note, by org and id, of a gateway whose socket went down with its process.
Lost = Callable[[str, str], Awaitable[None]]


class Claims(Protocol):
    """Which socket is a gateway's: the one that claimed it last."""

    def obey(self, give_way: GiveWay) -> None:
        """Carry claims out by this."""

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Make a socket of this process the gateway's; others of it have given way."""

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Give the gateway up, unless somebody else claimed it since."""


class Whole(Protocol):
    """The mock as one thing."""

    async def taken(self) -> State:
        """Return its state."""

    async def replace(self, state: State, world: World) -> None:
        """End this world, close its sockets, and take up another."""


async def begin(origin: Origin, whole: Whole) -> datetime:
    """Begin at the fixture, at the first instant, with nothing drawn yet; return that instant."""
    now = origin.start or present()
    state = State(clock=ClockState(now, frozen=False), chance=ChanceState(origin.seed, {}))
    await whole.replace(state, origin.world(now))
    return now


@dataclass(frozen=True)
class Ground:
    """The parts; ``whole`` needs what is built on them: the agenda, and what closes all sockets of this process."""

    origin: Origin
    store: Store
    clock: Clock
    hands: Hands
    chance: Chance
    annals: Annals
    sky: Sky
    claims: Claims
    whole: Callable[[Agenda, Callable[[], Awaitable[None]]], Whole]
