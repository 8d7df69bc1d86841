"""Moves the clocks of all replicas together.

A jump goes from one instant at which something is due in any replica to the next. At each, all clocks show the same
time and every replica handles what is due; time goes on once no replica finds anything more.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.backends.cluster import shared_values
from mockserver.backends.cluster.shared_values import TIME
from mockserver.runtime.clock import (
    MAX_INSTANTS_OF_JUMP,
    Clock,
    ClockRunsForwardOnly,
    TooMuchDue,
    in_range,
    wall_clock_seconds,
)
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import Pool

#: The topic of the notice that makes a replica show a time and run what is due by then; the reply is a DueReport.
SHOW_TIME = "show time"
_LEADER_WAIT_SECONDS = 0.02


class DueReport(msgspec.Struct, frozen=True):
    """A replica's report on an instant: whether anything was due, when something is due next, whether it leads."""

    busy: bool
    next_due: datetime | None
    is_leader: bool


@dataclass(frozen=True)
class SharedClockControl:
    """Moves the clocks of all replicas; ``clock`` is the one of this process, which shows the same time."""

    clock: Clock
    bus: Bus
    pool: Pool

    async def freeze(self, frozen: bool) -> None:
        """Stop time (``True``) or let it run again."""
        async with self.bus.lock(self.pool):
            await self._show_time(self.clock.now(), frozen=frozen)

    async def advance(self, seconds: float) -> None:
        """Jump forward past everything that falls due. Raises ClockRunsForwardOnly, ValueError."""
        if seconds < 0:
            raise ClockRunsForwardOnly(f"{seconds} s would go back")
        async with self.bus.lock(self.pool):
            await self._jump(in_range(self.clock.now() + timedelta(seconds=seconds)))

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly, ValueError."""
        async with self.bus.lock(self.pool):
            if instant < (now := self.clock.now()):
                raise ClockRunsForwardOnly(f"{instant.isoformat()} has passed; it is {now.isoformat()}")
            await self._jump(in_range(instant))

    async def _jump(self, instant: datetime) -> None:
        shown, instants = self.clock.now(), 0
        while True:
            reports = await self._show_time(shown, frozen=self.clock.frozen)
            if not any(report.is_leader for report in reports):
                await asyncio.sleep(_LEADER_WAIT_SECONDS)
            elif not any(report.busy for report in reports):
                if shown >= instant:
                    return
                instants += 1
                if instants > MAX_INSTANTS_OF_JUMP:
                    raise TooMuchDue(shown)
                shown = min([instant, *(report.next_due for report in reports if report.next_due is not None)])
            shown = max(shown, self.clock.now())

    async def _show_time(self, instant: datetime, *, frozen: bool) -> list[DueReport]:
        time = shared_values.time_from(instant, wall_clock_seconds(), frozen=frozen)
        replies: list[Any] = await self.bus.broadcast(
            SHOW_TIME, time, statement=shared_values.save_statement(TIME, time)
        )
        return [msgspec.convert(reply, DueReport) for reply in replies]
