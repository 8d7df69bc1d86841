import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from mockserver.clock import EARLIEST, LATEST, Clock, ClockRunsForwardOnly, Wake, stopwatch, within_reach

NOON = datetime(2026, 4, 21, 12, tzinfo=UTC)
SOON = timedelta(seconds=0.02)


def second(number: float) -> datetime:
    return NOON + timedelta(seconds=number)


def frozen() -> Clock:
    clock = Clock(NOON)
    clock.restore(NOON, frozen=True)
    return clock


def noting(clock: Clock, notes: list[datetime]) -> Wake:
    async def wake() -> None:
        notes.append(clock.now())

    return wake


async def failing() -> None:
    raise RuntimeError("out of order")


@asynccontextmanager
async def running(clock: Clock) -> AsyncIterator[None]:
    task = asyncio.create_task(clock.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Bell:
    """An alarm that can be waited for, and remembers when it rang."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.times: list[datetime] = []
        self._rung = asyncio.Event()

    async def ring(self) -> None:
        self.times.append(self.clock.now())
        self._rung.set()

    async def rung(self) -> None:
        await asyncio.wait_for(self._rung.wait(), 5)


def test_clock_starts_at_its_first_instant() -> None:
    assert NOON <= Clock(NOON).now() < second(1)


def test_clock_without_start_shows_real_time() -> None:
    before = datetime.now(UTC)
    assert before <= Clock().now() <= datetime.now(UTC)


def test_time_runs_by_itself() -> None:
    clock = Clock(NOON)
    before = clock.now()
    time.sleep(0.01)
    assert timedelta(seconds=0.01) <= clock.now() - before < timedelta(seconds=1)


def test_frozen_time_stands_still() -> None:
    clock = Clock(NOON)
    clock.freeze(True)
    before = clock.now()
    time.sleep(0.005)
    assert clock.frozen
    assert clock.now() == before


def test_thawed_time_goes_on_from_there() -> None:
    clock = frozen()
    time.sleep(0.02)
    clock.freeze(False)
    assert not clock.frozen
    assert NOON <= clock.now() < second(0.02)


def test_jump_lands_where_asked() -> None:
    clock = frozen()
    asyncio.run(clock.advance(660))
    assert clock.now() == second(660)
    asyncio.run(clock.set(second(700)))
    assert clock.now() == second(700)
    assert clock.frozen


def test_clock_never_goes_back() -> None:
    clock = frozen()
    with pytest.raises(ClockRunsForwardOnly, match="has passed"):
        asyncio.run(clock.set(second(-1)))
    with pytest.raises(ClockRunsForwardOnly):
        asyncio.run(clock.advance(-1))
    assert clock.now() == NOON


def test_jump_to_the_present_is_allowed() -> None:
    clock = frozen()
    asyncio.run(clock.set(NOON))
    assert clock.now() == NOON


def test_jump_wakes_what_is_due_in_order() -> None:
    clock, notes = frozen(), list[datetime]()
    for number in (3, 1, 2, 4):
        clock.call_at(second(number), noting(clock, notes))
    asyncio.run(clock.advance(3))
    assert notes == [second(1), second(2), second(3)]
    asyncio.run(clock.advance(1))
    assert notes[3:] == [second(4)]


def test_alarms_of_one_instant_keep_their_order() -> None:
    clock, order = frozen(), list[str]()

    async def write(name: str) -> None:
        order.append(name)

    for name in "abc":
        clock.call_at(second(1), partial(write, name))
    asyncio.run(clock.advance(1))
    assert order == ["a", "b", "c"]


def test_alarm_of_the_past_wakes_at_once() -> None:
    clock, notes = frozen(), list[datetime]()
    clock.call_at(second(-5), noting(clock, notes))
    asyncio.run(clock.advance(0))
    assert notes == [NOON]


def test_chain_of_alarms_runs_in_one_jump() -> None:
    clock, notes = frozen(), list[datetime]()

    async def again() -> None:
        notes.append(clock.now())
        clock.call_at(clock.now() + timedelta(seconds=30), again)

    clock.call_at(second(30), again)
    asyncio.run(clock.advance(100))
    assert notes == [second(30), second(60), second(90)]
    assert clock.now() == second(100)


def test_cancelled_alarm_stays_silent() -> None:
    clock, notes = frozen(), list[datetime]()
    alarm = clock.call_at(second(1), noting(clock, notes))
    clock.call_at(second(2), noting(clock, notes))
    alarm.cancel()
    alarm.cancel()
    asyncio.run(clock.advance(5))
    assert notes == [second(2)]


def test_alarm_may_cancel_one_that_follows() -> None:
    clock, notes = frozen(), list[datetime]()
    victim = clock.call_at(second(2), noting(clock, notes))

    async def cancel() -> None:
        victim.cancel()

    clock.call_at(second(1), cancel)
    asyncio.run(clock.advance(5))
    assert notes == []


def test_failing_alarm_does_not_stop_a_jump(caplog: pytest.LogCaptureFixture) -> None:
    clock, notes = frozen(), list[datetime]()
    clock.call_at(second(1), failing)
    clock.call_at(second(2), noting(clock, notes))
    asyncio.run(clock.advance(5))
    assert (notes, clock.now()) == ([second(2)], second(5))
    assert "an alarm failed" in caplog.text


def test_restore_takes_up_an_earlier_time() -> None:
    clock, notes = frozen(), list[datetime]()
    asyncio.run(clock.advance(100))
    clock.call_at(second(101), noting(clock, notes))
    clock.restore(second(-50), frozen=True)
    assert (clock.now(), clock.frozen) == (second(-50), True)
    asyncio.run(clock.advance(500))
    assert notes == []


def test_restored_clock_may_run_on() -> None:
    clock = frozen()
    clock.restore(second(50), frozen=False)
    assert not clock.frozen
    assert second(50) <= clock.now() < second(51)


def test_reset_goes_back_to_the_start() -> None:
    clock = frozen()
    asyncio.run(clock.advance(100))
    clock.reset()
    assert not clock.frozen
    assert NOON <= clock.now() < second(1)


def test_reset_without_start_shows_real_time() -> None:
    clock = Clock()
    asyncio.run(clock.advance(1_000))
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_running_clock_wakes_in_real_time() -> None:
    clock = Clock(NOON)
    bell = Bell(clock)

    async def scenario() -> None:
        async with running(clock):
            due = clock.now() + SOON
            clock.call_at(due, bell.ring)
            await bell.rung()
            assert due <= bell.times[0] < due + timedelta(seconds=1)

    asyncio.run(scenario())


def test_earlier_alarm_wakes_before_a_later_one() -> None:
    clock = Clock(NOON)
    early, late = Bell(clock), Bell(clock)

    async def scenario() -> None:
        clock.call_at(second(3_600), late.ring)
        async with running(clock):
            await asyncio.sleep(0.01)
            clock.call_at(clock.now() + SOON, early.ring)
            await early.rung()

    asyncio.run(scenario())
    assert late.times == []


def test_running_clock_survives_a_failing_alarm(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(NOON)
    bell = Bell(clock)

    async def scenario() -> None:
        async with running(clock):
            clock.call_at(clock.now(), failing)
            clock.call_at(clock.now() + SOON, bell.ring)
            await bell.rung()

    asyncio.run(scenario())
    assert "an alarm failed" in caplog.text


def test_frozen_clock_wakes_nobody_by_itself() -> None:
    clock = frozen()
    bell = Bell(clock)

    async def scenario() -> None:
        async with running(clock):
            clock.call_at(second(0.01), bell.ring)
            await asyncio.sleep(0.05)
            assert bell.times == []
            clock.freeze(False)
            await bell.rung()

    asyncio.run(scenario())


def test_jump_beside_a_running_clock_wakes_once() -> None:
    clock = Clock(NOON)
    bell = Bell(clock)

    async def scenario() -> None:
        async with running(clock):
            clock.call_at(second(60), bell.ring)
            await asyncio.sleep(0.01)
            await clock.advance(60)
            await asyncio.sleep(0.03)

    asyncio.run(scenario())
    assert len(bell.times) == 1
    assert second(60) <= bell.times[0] < second(61)


def test_reach_of_the_clock_has_two_ends() -> None:
    assert within_reach(EARLIEST) == EARLIEST
    assert within_reach(LATEST) == LATEST
    for outside in (EARLIEST - timedelta(seconds=1), LATEST + timedelta(seconds=1)):
        with pytest.raises(ValueError, match="not between the years"):
            within_reach(outside)


def test_reachable_instant_comes_in_utc() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=2)))
    assert within_reach(berlin).utcoffset() == timedelta()


def test_stopwatch_measures_real_seconds() -> None:
    started = stopwatch()
    time.sleep(0.01)
    assert 0.01 <= stopwatch() - started < 1
