"""The mock's clock: the only reader of wall time. It jumps forward, never back; a jump runs the timers that are due."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from mockserver.runtime.org_clock import OrgClock
from mockserver.runtime.timers import BaseClock, Callback, Timer, run_logged


class Clock(BaseClock):
    """Virtual time in UTC, running at the speed of the wall clock unless frozen.

    ``start`` is the first instant; without it the wall clock gives it. Adjustments of the system's clock do not
    show: between jumps time follows a monotonic counter. ``own_clocks`` has the orgs with a clock of their own; they
    run at the pace of this one, and jump with it.
    """

    def __init__(self, start: datetime | None = None) -> None:
        super().__init__()
        self._instant = start or wall_clock_now()
        self._set_at = time.monotonic()
        self._frozen = False
        self._changed = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], str] = {}
        self.own_clocks: dict[str, OrgClock] = {}

    @property
    def frozen(self) -> bool:
        """Whether time stands still between jumps."""
        return self._frozen

    def now(self) -> datetime:
        """Return the current instant of the mock's time."""
        if self._frozen:
            return self._instant
        return self._instant + timedelta(seconds=time.monotonic() - self._set_at)

    def of(self, org_id: str) -> BaseClock:
        """Return the clock that an org goes by."""
        return self.own_clocks.get(org_id, self)

    def earliest(self) -> datetime:
        """Return the earliest time that the mock or an org has."""
        return min([self.now(), *(own.now() for own in self.own_clocks.values())])

    def own(self, org_id: str) -> OrgClock:
        """Return the org's own clock; if it has none, it gets one that shows the mock's time."""
        own = self.own_clocks.get(org_id)
        if own is None:
            own = OrgClock(self, self._numbers, partial(self._wait_for_tasks, org_id))
            for _, number, timer in self.take_timers(org_id):
                own.add_timer(timer, number)
            self.own_clocks[org_id] = own
        return own

    def disown(self, org_id: str) -> None:
        """Have the org go by this clock again, from the time that it shows."""
        own = self.own_clocks.pop(org_id, None)
        if own is not None:
            for _, number, timer in own.take_timers(org_id):
                self.add_timer(timer, number)
            own.drop_timers()

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""
        self._set_time(self.now())
        self._frozen = frozen
        self._changed.set()

    def synchronize(self, instant: datetime, since: float | None) -> None:
        """Show the time that the clocks of several processes agree on.

        It is ``instant`` at ``since``, in seconds of ``wall_clock_seconds``; None freezes the clock.
        """
        self._instant = instant
        self._set_at = time.monotonic() - (0 if since is None else time.time() - since)
        self._frozen = since is None
        self._changed.set()

    def restore(self, instant: datetime, *, frozen: bool) -> None:
        """Set the time of all orgs, also to an earlier one; drop all timers and cancel all background tasks."""
        for own in self.own_clocks.values():
            own.drop_timers()
        self.own_clocks.clear()
        self.drop_timers()
        self._cancel_tasks()
        self._set_time(instant)
        self._frozen = frozen
        self._changed.set()

    def call_at(self, when: datetime, callback: Callback, org_id: str = "") -> Timer:
        """Await ``callback()`` once the clock that the org goes by shows ``when``; without an org, this clock."""
        timer = Timer(when, callback, org_id)
        self.of(org_id).add_timer(timer)
        return timer

    def start_task(self, work: Callback, org_id: str = "") -> None:
        """Await ``work()`` in the background, however long it takes; a jump waits until it has ended."""
        task = asyncio.get_running_loop().create_task(run_logged(work))
        self._tasks[task] = org_id
        task.add_done_callback(self._tasks.pop)

    async def stop(self) -> None:
        """Cancel all background tasks."""
        self._cancel_tasks()
        await self._wait_for_tasks()

    async def run(self) -> None:
        """Run timers as real time passes, until cancelled."""
        while True:
            self._changed.clear()
            await self.run_due()
            try:
                async with asyncio.timeout(self._seconds_to_next()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _on_change(self) -> None:
        self._changed.set()

    def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _wait_for_tasks(self, org_id: str | None = None) -> bool:
        """Wait for the tasks of an org, or of all."""
        tasks = [task for task, of in self._tasks.items() if org_id in (None, of)]
        if tasks:
            await asyncio.wait(tasks)
        return bool(tasks)

    def _set_time(self, instant: datetime) -> None:
        self._instant = instant
        self._set_at = time.monotonic()

    def _seconds_to_next(self) -> float | None:
        if self._frozen or not self._timers:
            return None
        return max(0.0, (self._timers[0][0] - self.now()).total_seconds())


def wall_clock_now() -> datetime:
    """Return the current instant of the wall clock."""
    return datetime.now(UTC)


def wall_clock_seconds() -> float:
    """Return the wall clock in seconds since 1970; processes agree on it."""
    return time.time()


def stopwatch() -> float:
    """Return real seconds from an arbitrary start, for measuring durations."""
    return time.perf_counter()
