"""Moves the clocks of all replicas together.

A jump goes from one instant at which something is due in any replica to the next. At each, all clocks show the same
time and every replica handles what is due; time goes on once no replica finds anything more.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from mockserver.backends.cluster import shared_values
from mockserver.backends.cluster.shared_values import TIME, org_clock
from mockserver.runtime.clock import Clock, wall_clock_seconds
from mockserver.runtime.org_clock import OrgTime
from mockserver.runtime.timers import MAX_INSTANTS_OF_JUMP, BaseClock, TooMuchDue
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import Pool

#: The topic of the notice that makes a replica show a time and run what is due by then; the reply is a DueReport.
SHOW_TIME = "show time"
#: The same for the time of an org, a ShownOrgTime, and the topic that makes an org go by the mock's clock again.
SHOW_ORG_TIME, RELEASE_ORG = "show org time", "release org"
_LEADER_WAIT_SECONDS = 0.02


class DueReport(msgspec.Struct, frozen=True):
    """A replica's report on an instant: whether anything was due, when something is due next, whether it leads."""

    busy: bool
    next_due: datetime | None
    is_leader: bool


class ShownOrgTime(msgspec.Struct, frozen=True):
    """The time that the clock of an org shows."""

    org_id: str
    time: OrgTime


@dataclass(frozen=True)
class SharedClockControl:
    """Moves the clocks of all replicas; ``clock`` is the one of this process, which shows the same time."""

    clock: Clock
    bus: Bus
    pool: Pool

    @property
    def _moved(self) -> BaseClock:
        """The clock of this process that is moved."""
        return self.clock

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""
        async with self.bus.lock(self.pool):
            await self._show_time(self._moved.now(), frozen=frozen)

    async def advance(self, seconds: float) -> None:
        """Jump forward past everything that falls due. Raises ClockRunsForwardOnly, ValueError."""
        async with self.bus.lock(self.pool):
            await self._jump(self._moved.instant_after(seconds))

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly, ValueError."""
        async with self.bus.lock(self.pool):
            await self._jump(self._moved.not_passed(instant))

    async def _jump(self, instant: datetime) -> None:
        shown, instants, frozen = self._moved.now(), 0, self._frozen
        while True:
            reports = await self._show_time(shown, frozen=frozen)
            if not any(report.is_leader for report in reports):
                await asyncio.sleep(_LEADER_WAIT_SECONDS)
            elif not any(report.busy for report in reports):
                if shown >= instant:
                    return
                instants += 1
                if instants > MAX_INSTANTS_OF_JUMP:
                    raise TooMuchDue(shown)
                shown = min([instant, *(report.next_due for report in reports if report.next_due is not None)])
            shown = max(shown, self._moved.now())

    @property
    def _frozen(self) -> bool:
        return self.clock.frozen

    async def _show_time(self, instant: datetime, *, frozen: bool) -> list[DueReport]:
        time = shared_values.time_from(instant, wall_clock_seconds(), frozen=frozen)
        return await self._broadcast(SHOW_TIME, time, shared_values.save_statement(TIME, time))

    async def _broadcast(self, topic: str, payload: Any, statement: str) -> list[DueReport]:
        replies: list[Any] = await self.bus.broadcast(topic, payload, statement=statement)
        return [msgspec.convert(reply, DueReport) for reply in replies]


@dataclass(frozen=True)
class SharedOrgClockControl(SharedClockControl):
    """Moves the clock of an org in all replicas."""

    org_id: str

    async def release(self) -> None:
        """Have the org go by the mock's clock again; what falls due until the mock's time has happened then."""
        if self.org_id in self.clock.own_clocks:
            async with self.bus.lock(self.pool):
                await self._jump(self.clock.now())
                await self.bus.broadcast(
                    RELEASE_ORG, self.org_id, statement=shared_values.delete_statement(org_clock(self.org_id))
                )

    @property
    def _moved(self) -> BaseClock:
        return self.clock.of(self.org_id)

    @property
    def _frozen(self) -> bool:
        own = self.clock.own_clocks.get(self.org_id)
        return own is not None and own.time.frozen_at is not None

    async def _show_time(self, instant: datetime, *, frozen: bool) -> list[DueReport]:
        time = OrgTime.of(instant, frozen=frozen, mock_time=self.clock.now())
        shown = ShownOrgTime(self.org_id, time)
        return await self._broadcast(SHOW_ORG_TIME, shown, shared_values.save_statement(org_clock(self.org_id), shown))
