"""A frozen clock, instants to set it to, and a callback that records when it ran."""

from datetime import UTC, datetime, timedelta

from mockserver.runtime.clock import Clock
from mockserver.runtime.timers import Callback

NOON = datetime(2026, 4, 21, 12, tzinfo=UTC)


def second(number: float) -> datetime:
    return NOON + timedelta(seconds=number)


def frozen() -> Clock:
    clock = Clock(NOON)
    clock.restore(NOON, frozen=True)
    return clock


def recording_time(clock: Clock, times: list[datetime]) -> Callback:
    async def callback() -> None:
        times.append(clock.now())

    return callback
