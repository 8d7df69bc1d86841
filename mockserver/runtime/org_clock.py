"""A clock of one org, beside the mock's clock: a test that moves it does not age the orgs of other tests."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from mockserver.runtime.timers import LATEST, BaseClock, Callback, Timer


class OrgTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time of an org: that of the mock and an ``offset``, or, while it is frozen, an instant."""

    offset: timedelta = timedelta()
    frozen_at: datetime | None = None

    @classmethod
    def of(cls, instant: datetime, *, frozen: bool, mock_time: datetime) -> "OrgTime":
        """Return the time that shows ``instant`` when the mock's clock shows ``mock_time``."""
        return cls(frozen_at=instant) if frozen else cls(instant - mock_time)

    def at(self, mock_time: datetime) -> datetime:
        """Return the org's instant when the mock's clock shows ``mock_time``; it does not go beyond LATEST."""
        if self.frozen_at is not None:
            return self.frozen_at
        return LATEST if self.offset > LATEST - mock_time else mock_time + self.offset


class MockClock(Protocol):
    """What an org's clock needs of the mock's."""

    def now(self) -> datetime:
        """Return the mock's time."""

    @property
    def frozen(self) -> bool:
        """Whether the mock's time stands still."""

    def call_at(self, when: datetime, callback: Callback) -> Timer:
        """Await ``callback()`` once the mock's clock shows ``when``."""


class OrgClock(BaseClock):
    """Runs at the pace of the mock's clock, at a distance from it, unless frozen.

    The mock's clock has one timer for it: the next instant at which something of the org is due.
    """

    def __init__(self, mock_clock: MockClock, numbers: Iterator[int], wait: Callable[[], Awaitable[bool]]) -> None:
        super().__init__(numbers)
        self._mock_clock = mock_clock
        self._wait = wait
        self._next: Timer | None = None
        self.time = OrgTime()

    @property
    def frozen(self) -> bool:
        """Whether time stands still between jumps, for the org alone or for the mock."""
        return self.time.frozen_at is not None or self._mock_clock.frozen

    def now(self) -> datetime:
        """Return the current instant of the org's time."""
        return self.time.at(self._mock_clock.now())

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again at the pace of the mock's clock."""
        self.show(OrgTime.of(self.now(), frozen=frozen, mock_time=self._mock_clock.now()))

    def show(self, time: OrgTime) -> None:
        """Show a time, whatever is due until then."""
        self.time = time
        self._on_change()

    def drop_timers(self) -> None:
        """Drop all timers, and that of the mock's clock."""
        super().drop_timers()
        self._on_change()

    def _set_time(self, instant: datetime) -> None:
        frozen = self.time.frozen_at is not None
        self.time = OrgTime.of(instant, frozen=frozen, mock_time=self._mock_clock.now())

    async def _wait_for_tasks(self) -> bool:
        return await self._wait()

    def _on_change(self) -> None:
        """Have the mock's clock run what is due next."""
        when = self._next_mock_time()
        if self._next is not None:
            if self._next.when == when:
                return
            self._next.cancel()
        self._next = None if when is None else self._mock_clock.call_at(when, self._run_next)

    def _next_mock_time(self) -> datetime | None:
        """Return the mock's time when the next timer is due; None if this clock does not go that far by itself."""
        due, now, mock_time = self.next_due(), self.now(), self._mock_clock.now()
        if due is None or due <= now:
            return due and mock_time
        try:
            return None if self.time.frozen_at else due - self.time.offset
        except OverflowError:
            return None

    async def _run_next(self) -> None:
        self._next = None
        await self.run_due()
        self._on_change()
