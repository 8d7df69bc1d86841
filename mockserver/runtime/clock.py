"""The mock's clock: the only reader of wall time. It jumps forward, never back; a jump runs the timers that are due."""

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

Callback = Callable[[], Awaitable[None]]
_log = logging.getLogger(__name__)
#: With fewer timers none is dropped because it is cancelled.
_MIN_TIMERS = 1024
#: So many instants at which something is due are passed in one jump.
MAX_INSTANTS_OF_JUMP = 100_000
#: The first and the last instant of the clock; the margins leave room for durations added to an instant.
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
    """A callback to run at an instant, unless cancelled before."""

    __slots__ = ("callback", "cancelled", "when")

    def __init__(self, when: datetime, callback: Callback) -> None:
        self.when = when
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        """Prevent the callback from running, and forget it; does nothing when it has run already."""
        self.cancelled = True
        self.callback = _do_nothing


class Clock:
    """Virtual time in UTC, running at the speed of the wall clock unless frozen.

    ``start`` is the first instant; without it the wall clock gives it. Adjustments of the system's clock do not
    show: between jumps time follows a monotonic counter.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._instant = start or wall_clock_now()
        self._set_at = time.monotonic()
        self._frozen = False
        self._timers: list[tuple[datetime, int, Timer]] = []
        self._most_timers = _MIN_TIMERS
        self._serial = itertools.count()
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def frozen(self) -> bool:
        """Whether time stands still between jumps."""
        return self._frozen

    def now(self) -> datetime:
        """Return the current instant of the mock's time."""
        if self._frozen:
            return self._instant
        return self._instant + timedelta(seconds=time.monotonic() - self._set_at)

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""
        self._set_time(self.now())
        self._frozen = frozen
        self._changed.set()

    async def advance(self, seconds: float) -> None:
        """Jump forward and run the timers that fall due on the way, in order, each at its own instant.

        Raises ClockRunsForwardOnly for a negative number, ValueError beyond LATEST, TooMuchDue.
        """
        if seconds < 0:
            raise ClockRunsForwardOnly(f"{seconds} s would go back")
        await self._jump(in_range(self.now() + timedelta(seconds=seconds)))

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly when it has passed, ValueError beyond LATEST."""
        if instant < self.now():
            raise ClockRunsForwardOnly(f"{instant.isoformat()} has passed; it is {self.now().isoformat()}")
        await self._jump(in_range(instant))

    async def _jump(self, instant: datetime) -> None:
        """Go from one instant at which a timer is due to the next, each time after all background tasks have ended.

        ``restore`` aborts a jump. Other tasks have their turn in between. Raises TooMuchDue.
        """
        timers, instants = self._timers, 0
        await self._wait_for_tasks()
        while timers is self._timers and (timer := self._pop_due(instant)):
            self._set_time(max(timer.when, self.now()))
            await _run_logged(timer.callback)
            await asyncio.sleep(0)
            while simultaneous := self._pop_due(self.now()):
                await _run_logged(simultaneous.callback)
                await asyncio.sleep(0)
            await self._wait_for_tasks()
            instants += 1
            if instants > MAX_INSTANTS_OF_JUMP:
                self._changed.set()
                raise TooMuchDue(self.now())
        if timers is self._timers:
            self._set_time(max(instant, self.now()))
            self._changed.set()

    async def catch_up(self) -> bool:
        """Run the timers due by now and wait for all background tasks; return whether there was any of either."""
        busy = bool(self._tasks)
        await self._wait_for_tasks()
        while timer := self._pop_due(self.now()):
            busy = True
            await _run_logged(timer.callback)
        await self._wait_for_tasks()
        return busy

    def next_due(self) -> datetime | None:
        """Return when the next timer is due."""
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def synchronize(self, instant: datetime, since: float | None) -> None:
        """Show the time that the clocks of several processes agree on.

        It is ``instant`` at ``since``, in seconds of ``wall_clock_seconds``; None freezes the clock.
        """
        self._instant = instant
        self._set_at = time.monotonic() - (0 if since is None else time.time() - since)
        self._frozen = since is None
        self._changed.set()

    def restore(self, instant: datetime, *, frozen: bool) -> None:
        """Set the time, also to an earlier one; drop all timers and cancel all background tasks."""
        self._timers = []
        self._cancel_tasks()
        self._set_time(instant)
        self._frozen = frozen
        self._changed.set()

    def call_at(self, when: datetime, callback: Callback) -> Timer:
        """Await ``callback()`` once the clock shows ``when``."""
        timer = Timer(when, callback)
        if len(self._timers) >= self._most_timers:
            self._drop_cancelled_timers()
        heapq.heappush(self._timers, (when, next(self._serial), timer))
        self._changed.set()
        return timer

    def start_task(self, work: Callback) -> None:
        """Await ``work()`` in the background, however long it takes; a jump waits until it has ended."""
        task = asyncio.get_running_loop().create_task(_run_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Cancel all background tasks."""
        self._cancel_tasks()
        await self._wait_for_tasks()

    async def run(self) -> None:
        """Run timers as real time passes, until cancelled."""
        while True:
            self._changed.clear()
            while timer := self._pop_due(self.now()):
                await _run_logged(timer.callback)
            try:
                async with asyncio.timeout(self._seconds_to_next()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _drop_cancelled_timers(self) -> None:
        """Drop them, again once there are twice as many timers as are left."""
        self._timers[:] = [entry for entry in self._timers if not entry[2].cancelled]
        heapq.heapify(self._timers)
        self._most_timers = max(_MIN_TIMERS, 2 * len(self._timers))

    def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _wait_for_tasks(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _set_time(self, instant: datetime) -> None:
        self._instant = instant
        self._set_at = time.monotonic()

    def _pop_due(self, instant: datetime) -> Timer | None:
        while self._timers and self._timers[0][0] <= instant:
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                return timer
        return None

    def _seconds_to_next(self) -> float | None:
        if self._frozen or not self._timers:
            return None
        return max(0.0, (self._timers[0][0] - self.now()).total_seconds())


async def _do_nothing() -> None:
    """Stand in for the callback of a cancelled timer."""


async def _run_logged(callback: Callback) -> None:
    """Await a callback; an exception is logged and goes no further."""
    try:
        await callback()
    except Exception:
        _log.exception("a timer or background task failed")


def wall_clock_now() -> datetime:
    """Return the current instant of the wall clock."""
    return datetime.now(UTC)


def wall_clock_seconds() -> float:
    """Return the wall clock in seconds since 1970; processes agree on it."""
    return time.time()


def stopwatch() -> float:
    """Return real seconds from an arbitrary start, for measuring durations."""
    return time.perf_counter()
