"""Time that jumps: from one instant at which something is due to the next, up to the instant that was asked for."""

import asyncio
import heapq
import itertools
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

Callback = Callable[[], Awaitable[None]]
_log = logging.getLogger(__name__)
#: With fewer timers none is dropped because it is cancelled.
_MIN_TIMERS = 1024
#: So many instants at which something is due are passed in one jump.
MAX_INSTANTS_OF_JUMP = 100_000
#: The first and the last instant of a clock; the margins leave room for durations added to an instant.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def in_range(instant: datetime) -> datetime:
    """Return the instant in UTC. Raises ValueError when it is not between EARLIEST and LATEST."""
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"{instant.isoformat()} is not between the years {EARLIEST.year} and {LATEST.year}")
    return instant.astimezone(UTC)


class ClockRunsForwardOnly(ValueError):
    """The instant asked for has passed."""


class TooMuchDue(ValueError):
    """More fell due on the way than one jump handles; the clock has stopped there."""

    def __init__(self, reached: datetime) -> None:
        super().__init__(
            f"records fall due at more than {MAX_INSTANTS_OF_JUMP} instants on the way; it is {reached.isoformat()} now"
        )


class Timer:
    """A callback to run at an instant of an org's clock, unless cancelled before; without an org, of the mock's."""

    __slots__ = ("callback", "cancelled", "org_id", "when")

    def __init__(self, when: datetime, callback: Callback, org_id: str) -> None:
        self.when = when
        self.callback = callback
        self.org_id = org_id
        self.cancelled = False

    def cancel(self) -> None:
        """Prevent the callback from running, and forget it; does nothing when it has run already."""
        self.cancelled = True
        self.callback = _do_nothing


#: A timer with its instant and a number, which orders the timers of one instant.
Entry = tuple[datetime, int, Timer]


class BaseClock(ABC):
    """Timers, and jumps that run them; what time it is, and when it goes on by itself, a subclass decides.

    The ``numbers`` of timers are shared by clocks that pass timers to one another.
    """

    def __init__(self, numbers: Iterator[int] | None = None) -> None:
        self._timers: list[Entry] = []
        self._most_timers = _MIN_TIMERS
        self._numbers = numbers or itertools.count()

    @property
    @abstractmethod
    def frozen(self) -> bool:
        """Whether time stands still between jumps."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the current instant."""

    @abstractmethod
    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""

    @abstractmethod
    def _set_time(self, instant: datetime) -> None:
        """Make an instant the current one."""

    @abstractmethod
    def _on_change(self) -> None:
        """Take note that the time or the timers have changed."""

    @abstractmethod
    async def _wait_for_tasks(self) -> bool:
        """Wait until the background tasks have ended; return whether there were any."""

    def instant_after(self, seconds: float) -> datetime:
        """Return the instant so many seconds from now.

        Raises ClockRunsForwardOnly for a negative number, ValueError beyond LATEST.
        """
        if seconds < 0:
            raise ClockRunsForwardOnly(f"{seconds} s would go back")
        return in_range(self.now() + timedelta(seconds=seconds))

    def not_passed(self, instant: datetime) -> datetime:
        """Return the instant in UTC. Raises ClockRunsForwardOnly when it has passed, ValueError beyond LATEST."""
        if instant < (now := self.now()):
            raise ClockRunsForwardOnly(f"{instant.isoformat()} has passed; it is {now.isoformat()}")
        return in_range(instant)

    async def advance(self, seconds: float) -> None:
        """Jump forward by seconds. Raises ClockRunsForwardOnly, ValueError beyond LATEST, TooMuchDue."""
        await self.jump(self.instant_after(seconds))

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly when it has passed, ValueError beyond LATEST, TooMuchDue."""
        await self.jump(self.not_passed(instant))

    async def jump(self, instant: datetime) -> None:
        """Jump forward and run the timers that fall due on the way, in order, each at its own instant.

        Time goes from one instant at which a timer is due to the next, each time after all background tasks have
        ended. Dropping the timers aborts a jump. Other tasks have their turn in between. Raises TooMuchDue.
        """
        timers, instants = self._timers, 0
        await self._wait_for_tasks()
        while timers is self._timers and (timer := self._pop_due(instant)):
            self._set_time(max(timer.when, self.now()))
            await run_logged(timer.callback)
            await asyncio.sleep(0)
            while simultaneous := self._pop_due(self.now()):
                await run_logged(simultaneous.callback)
                await asyncio.sleep(0)
            await self._wait_for_tasks()
            instants += 1
            if instants > MAX_INSTANTS_OF_JUMP:
                self._on_change()
                raise TooMuchDue(self.now())
        if timers is self._timers:
            self._set_time(max(instant, self.now()))
            self._on_change()

    async def catch_up(self) -> bool:
        """Run the timers due by now and wait for all background tasks; return whether there was any of either."""
        busy = await self._wait_for_tasks()
        busy = await self.run_due() or busy
        await self._wait_for_tasks()
        return busy

    async def run_due(self) -> bool:
        """Run the timers due by now; return whether there were any."""
        busy = False
        while timer := self._pop_due(self.now()):
            busy = True
            await run_logged(timer.callback)
        return busy

    def next_due(self) -> datetime | None:
        """Return when the next timer is due."""
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def add_timer(self, timer: Timer, number: int | None = None) -> None:
        """Run the timer once this clock shows its instant; ``number`` is the one that it had at another clock."""
        if len(self._timers) >= self._most_timers:
            self._drop_cancelled_timers()
        heapq.heappush(self._timers, (timer.when, next(self._numbers) if number is None else number, timer))
        self._on_change()

    def take_timers(self, org_id: str) -> list[Entry]:
        """Remove and return the timers of an org."""
        taken = [entry for entry in self._timers if entry[2].org_id == org_id]
        self._keep(lambda timer: timer.org_id != org_id)
        return taken

    def drop_timers(self) -> None:
        """Drop all timers."""
        self._timers = []

    def _drop_cancelled_timers(self) -> None:
        """Drop them, again once there are twice as many timers as are left."""
        self._keep(lambda timer: not timer.cancelled)
        self._most_timers = max(_MIN_TIMERS, 2 * len(self._timers))

    def _keep(self, kept: Callable[[Timer], bool]) -> None:
        self._timers[:] = [entry for entry in self._timers if kept(entry[2])]
        heapq.heapify(self._timers)

    def _pop_due(self, instant: datetime) -> Timer | None:
        while self._timers and self._timers[0][0] <= instant:
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                return timer
        return None


async def _do_nothing() -> None:
    """Stand in for the callback of a cancelled timer."""


async def run_logged(callback: Callback) -> None:
    """Await a callback; an exception is logged and goes no further."""
    try:
        await callback()
    except Exception:
        _log.exception("a timer or background task failed")
