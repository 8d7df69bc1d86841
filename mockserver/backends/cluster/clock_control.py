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
from mockserver.runtime.clock import Clock, ClockRunsForwardOnly, wall, within_reach
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import Pool

#: The message that makes a replica show a time and handle what is due by then.
SHOW = "show time"
_LEADER_WAIT_SECONDS = 0.02


class DueReport(msgspec.Struct, frozen=True):
    """What a replica found at an instant: whether anything was due, when something is next, and whether it leads."""

    busy: bool
    due: datetime | None
    leads: bool


@dataclass(frozen=True)
class SharedClockControl:
    """Moves all clocks; ``clock`` is the one of this process, which shows the same time."""

    clock: Clock
    bus: Bus
    pool: Pool

    async def freeze(self, frozen: bool) -> None:
        """Stop time, or let it run again."""
        async with self.bus.lock(self.pool):
            await self._show(self.clock.now(), frozen=frozen)

    async def advance(self, seconds: float) -> None:
        """Jump forward. Raises ClockRunsForwardOnly, ValueError."""
        if seconds < 0:
            raise ClockRunsForwardOnly(f"{seconds} s would go back")
        async with self.bus.lock(self.pool):
            await self._jump(within_reach(self.clock.now() + timedelta(seconds=seconds)))

    async def set(self, instant: datetime) -> None:
        """Jump to an instant. Raises ClockRunsForwardOnly, ValueError."""
        async with self.bus.lock(self.pool):
            if instant < (now := self.clock.now()):
                raise ClockRunsForwardOnly(f"{instant.isoformat()} has passed; it is {now.isoformat()}")
            await self._jump(within_reach(instant))

    async def _jump(self, instant: datetime) -> None:
        moment = self.clock.now()
        while True:
            seen = await self._show(moment, frozen=self.clock.frozen)
            if not any(one.leads for one in seen):
                await asyncio.sleep(_LEADER_WAIT_SECONDS)
            elif not any(one.busy for one in seen):
                if moment >= instant:
                    return
                moment = min([instant, *(one.due for one in seen if one.due is not None)])
            moment = max(moment, self.clock.now())

    async def _show(self, instant: datetime, *, frozen: bool) -> list[DueReport]:
        time = shared_values.running(instant, wall(), frozen=frozen)
        answers: list[Any] = await self.bus.broadcast(SHOW, time, first=shared_values.saved(TIME, time))
        return [msgspec.convert(answer, DueReport) for answer in answers]
