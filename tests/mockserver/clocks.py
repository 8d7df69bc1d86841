"""A clock that stands still, instants to set it to, and an alarm that notes when it woke."""

from datetime import UTC, datetime, timedelta

from mockserver.runtime.clock import Callback, Clock

NOON = datetime(2026, 4, 21, 12, tzinfo=UTC)


def second(number: float) -> datetime:
    return NOON + timedelta(seconds=number)


def frozen() -> Clock:
    clock = Clock(NOON)
    clock.restore(NOON, frozen=True)
    return clock


def recording_time(clock: Clock, notes: list[datetime]) -> Callback:
    async def callback() -> None:
        notes.append(clock.now())

    return callback
