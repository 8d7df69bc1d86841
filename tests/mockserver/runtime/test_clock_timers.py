"""Alarms: woken in order by a jump, or by time as it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

import pytest

from mockserver.runtime.clock import Clock
from tests.mockserver.clocks import NOON, frozen, recording_time, second

SOON = timedelta(seconds=0.02)


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


def test_jump_wakes_what_is_due_in_order() -> None:
    clock, notes = frozen(), list[datetime]()
    for number in (3, 1, 2, 4):
        clock.call_at(second(number), recording_time(clock, notes))
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
    clock.call_at(second(-5), recording_time(clock, notes))
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
    timer = clock.call_at(second(1), recording_time(clock, notes))
    clock.call_at(second(2), recording_time(clock, notes))
    timer.cancel()
    timer.cancel()
    asyncio.run(clock.advance(5))
    assert notes == [second(2)]


def test_alarm_may_cancel_one_that_follows() -> None:
    clock, notes = frozen(), list[datetime]()
    victim = clock.call_at(second(2), recording_time(clock, notes))

    async def cancel() -> None:
        victim.cancel()

    clock.call_at(second(1), cancel)
    asyncio.run(clock.advance(5))
    assert notes == []


def test_failing_alarm_does_not_stop_a_jump(caplog: pytest.LogCaptureFixture) -> None:
    clock, notes = frozen(), list[datetime]()
    clock.call_at(second(1), failing)
    clock.call_at(second(2), recording_time(clock, notes))
    asyncio.run(clock.advance(5))
    assert (notes, clock.now()) == ([second(2)], second(5))
    assert "a timer or background task failed" in caplog.text


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
    assert "a timer or background task failed" in caplog.text


def test_frozen_clock_wakes_nobody_by_itself() -> None:
    clock = frozen()
    bell = Bell(clock)

    async def scenario() -> None:
        async with running(clock):
            clock.call_at(second(0.01), bell.ring)
            await asyncio.sleep(0.05)
            assert bell.times == []
            await clock.freeze(False)
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
