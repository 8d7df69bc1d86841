"""The mock's clock: the only reader of wall time. It jumps forward, never back, and a jump wakes what is due."""

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

Wake = Callable[[], Awaitable[None]]
_log = logging.getLogger(__name__)


#: The span of time the mock can live in; the margins leave room for what is reckoned from an instant.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def within_reach(instant: datetime) -> datetime:
    """Return the instant in UTC. Raises ValueError when the mock cannot live then."""
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"{instant.isoformat()} is not between the years {EARLIEST.year} and {LATEST.year}")
    return instant.astimezone(UTC)


class ClockRunsForwardOnly(ValueError):
    """Somebody asked for an instant that has passed."""


class Alarm:
    """A promise to wake somebody at an instant, unless cancelled before."""

    __slots__ = ("cancelled", "wake", "when")

    def __init__(self, when: datetime, wake: Wake) -> None:
        self.when = when
        self.wake = wake
        self.cancelled = False

    def cancel(self) -> None:
        """Forget the promise; harmless when it was kept already."""
        self.cancelled = True


class Clock:
    """Virtual time in UTC, running at the speed of the wall clock unless frozen.

    ``start`` is the first instant; without it the wall clock gives it. Steps of the machine's own clock do not
    show: between jumps time follows a monotonic counter.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._origin = start or present()
        self._ticked = time.monotonic()
        self._frozen = False
        self._alarms: list[tuple[datetime, int, Alarm]] = []
        self._serial = itertools.count()
        self._changed = asyncio.Event()
        self._begun: set[asyncio.Task[None]] = set()

    @property
    def frozen(self) -> bool:
        """Whether time stands still between jumps."""
        return self._frozen

    def now(self) -> datetime:
        """Return the present instant of the mock's world."""
        if self._frozen:
            return self._origin
        return self._origin + timedelta(seconds=time.monotonic() - self._ticked)

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""
        self._move(self.now())
        self._frozen = frozen
        self._changed.set()

    async def advance(self, seconds: float) -> None:
        """Jump forward and wake, in order and each at its own instant, everything that falls due on the way.

        Raises ClockRunsForwardOnly for a negative number, ValueError where the mock cannot live.
        """
        if seconds < 0:
            raise ClockRunsForwardOnly(f"{seconds} s would go back")
        await self._jump(within_reach(self.now() + timedelta(seconds=seconds)))

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly when it has passed, ValueError where the mock cannot live."""
        if instant < self.now():
            raise ClockRunsForwardOnly(f"{instant.isoformat()} has passed; it is {self.now().isoformat()}")
        await self._jump(within_reach(instant))

    async def _jump(self, instant: datetime) -> None:
        """Go from one instant at which something is due to the next, each time when what was begun before has ended.

        A jump ends with its world.
        """
        alarms = self._alarms
        await self._ended()
        while alarms is self._alarms and (alarm := self._pop_due(instant)):
            self._move(max(alarm.when, self.now()))
            await _keep(alarm.wake)
            while simultaneous := self._pop_due(self.now()):
                await _keep(simultaneous.wake)
            await self._ended()
        if alarms is self._alarms:
            self._move(max(instant, self.now()))
            self._changed.set()

    async def catch_up(self) -> bool:
        """Wake what is due by now and wait for what was begun; return whether there was anything of either."""
        busy = bool(self._begun)
        await self._ended()
        while alarm := self._pop_due(self.now()):
            busy = True
            await _keep(alarm.wake)
        await self._ended()
        return busy

    def next_due(self) -> datetime | None:
        """Return when the next promise is due."""
        while self._alarms and self._alarms[0][2].cancelled:
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def follow(self, instant: datetime, since: float | None) -> None:
        """Show the time that several clocks agree on: ``instant`` at ``since``, a ``wall`` time, or for good (None)."""
        self._origin = instant
        self._ticked = time.monotonic() - (0 if since is None else time.time() - since)
        self._frozen = since is None
        self._changed.set()

    def restore(self, instant: datetime, *, frozen: bool) -> None:
        """Take up the time of another world, which may be earlier.

        The alarms of the abandoned one are forgotten, and what goes on there is broken off.
        """
        self._alarms = []
        self._break_off()
        self._move(instant)
        self._frozen = frozen
        self._changed.set()

    def call_at(self, when: datetime, wake: Wake) -> Alarm:
        """Promise to await ``wake()`` once the clock shows ``when``."""
        alarm = Alarm(when, wake)
        heapq.heappush(self._alarms, (when, next(self._serial), alarm))
        self._changed.set()
        return alarm

    def begin(self, work: Wake) -> None:
        """Let ``work()`` go on by itself, however long it takes; a jump does not pass it before it has ended."""
        task = asyncio.get_running_loop().create_task(_keep(work))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def stop(self) -> None:
        """Break off what goes on by itself."""
        self._break_off()
        await self._ended()

    async def run(self) -> None:
        """Keep the promises as real time passes; runs until cancelled."""
        while True:
            self._changed.clear()
            while alarm := self._pop_due(self.now()):
                await _keep(alarm.wake)
            try:
                async with asyncio.timeout(self._seconds_to_next()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _break_off(self) -> None:
        for task in self._begun:
            task.cancel()

    async def _ended(self) -> None:
        """Wait for what has been begun by now."""
        if self._begun:
            await asyncio.wait(self._begun)

    def _move(self, instant: datetime) -> None:
        self._origin = instant
        self._ticked = time.monotonic()

    def _pop_due(self, instant: datetime) -> Alarm | None:
        while self._alarms and self._alarms[0][0] <= instant:
            alarm = heapq.heappop(self._alarms)[2]
            if not alarm.cancelled:
                return alarm
        return None

    def _seconds_to_next(self) -> float | None:
        if self._frozen or not self._alarms:
            return None
        return max(0.0, (self._alarms[0][0] - self.now()).total_seconds())


async def _keep(wake: Wake) -> None:
    try:
        await wake()
    except Exception:
        _log.exception("an alarm failed")


def present() -> datetime:
    """Return the instant that the wall clock shows."""
    return datetime.now(UTC)


def wall() -> float:
    """Return the wall clock's seconds, by which clocks in several processes agree."""
    return time.time()


def stopwatch() -> float:
    """Return real seconds from an arbitrary start, for measuring how long an answer took."""
    return time.perf_counter()
