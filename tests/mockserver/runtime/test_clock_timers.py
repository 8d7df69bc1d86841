"""Timers of the clock: run in order by a jump, or as time passes."""

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


class RecordedCallback:
    """A callback that can be waited for, and records when it ran."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.times: list[datetime] = []
        self._called = asyncio.Event()

    async def run(self) -> None:
        self.times.append(self.clock.now())
        self._called.set()

    async def called(self) -> None:
        await asyncio.wait_for(self._called.wait(), 5)


def test_a_jump_runs_due_timers_in_order() -> None:
    clock, times = frozen(), list[datetime]()
    for number in (3, 1, 2, 4):
        clock.call_at(second(number), recording_time(clock, times))
    asyncio.run(clock.advance(3))
    assert times == [second(1), second(2), second(3)]
    asyncio.run(clock.advance(1))
    assert times[3:] == [second(4)]


def test_timers_of_one_instant_run_in_the_order_they_were_set() -> None:
    clock, order = frozen(), list[str]()

    async def write(name: str) -> None:
        order.append(name)

    for name in "abc":
        clock.call_at(second(1), partial(write, name))
    asyncio.run(clock.advance(1))
    assert order == ["a", "b", "c"]


def test_a_timer_of_the_past_runs_at_once() -> None:
    clock, times = frozen(), list[datetime]()
    clock.call_at(second(-5), recording_time(clock, times))
    asyncio.run(clock.advance(0))
    assert times == [NOON]


def test_a_chain_of_timers_runs_in_one_jump() -> None:
    clock, times = frozen(), list[datetime]()

    async def again() -> None:
        times.append(clock.now())
        clock.call_at(clock.now() + timedelta(seconds=30), again)

    clock.call_at(second(30), again)
    asyncio.run(clock.advance(100))
    assert times == [second(30), second(60), second(90)]
    assert clock.now() == second(100)


def test_a_cancelled_timer_does_not_run() -> None:
    clock, times = frozen(), list[datetime]()
    timer = clock.call_at(second(1), recording_time(clock, times))
    clock.call_at(second(2), recording_time(clock, times))
    timer.cancel()
    timer.cancel()
    asyncio.run(clock.advance(5))
    assert times == [second(2)]


def test_a_timer_may_cancel_a_later_one() -> None:
    clock, times = frozen(), list[datetime]()
    later = clock.call_at(second(2), recording_time(clock, times))

    async def cancel() -> None:
        later.cancel()

    clock.call_at(second(1), cancel)
    asyncio.run(clock.advance(5))
    assert times == []


def test_a_failing_timer_does_not_stop_a_jump(caplog: pytest.LogCaptureFixture) -> None:
    clock, times = frozen(), list[datetime]()
    clock.call_at(second(1), failing)
    clock.call_at(second(2), recording_time(clock, times))
    asyncio.run(clock.advance(5))
    assert (times, clock.now()) == ([second(2)], second(5))
    assert "a timer or background task failed" in caplog.text


def test_a_running_clock_runs_timers_in_real_time() -> None:
    clock = Clock(NOON)
    callback = RecordedCallback(clock)

    async def scenario() -> None:
        async with running(clock):
            due = clock.now() + SOON
            clock.call_at(due, callback.run)
            await callback.called()
            assert due <= callback.times[0] < due + timedelta(seconds=1)

    asyncio.run(scenario())


def test_an_earlier_timer_set_later_runs_first() -> None:
    clock = Clock(NOON)
    early, late = RecordedCallback(clock), RecordedCallback(clock)

    async def scenario() -> None:
        clock.call_at(second(3_600), late.run)
        async with running(clock):
            await asyncio.sleep(0.01)
            clock.call_at(clock.now() + SOON, early.run)
            await early.called()

    asyncio.run(scenario())
    assert late.times == []


def test_a_running_clock_survives_a_failing_timer(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(NOON)
    callback = RecordedCallback(clock)

    async def scenario() -> None:
        async with running(clock):
            clock.call_at(clock.now(), failing)
            clock.call_at(clock.now() + SOON, callback.run)
            await callback.called()

    asyncio.run(scenario())
    assert "a timer or background task failed" in caplog.text


def test_a_frozen_clock_runs_no_timer_by_itself() -> None:
    clock = frozen()
    callback = RecordedCallback(clock)

    async def scenario() -> None:
        async with running(clock):
            clock.call_at(second(0.01), callback.run)
            await asyncio.sleep(0.05)
            assert callback.times == []
            await clock.freeze(False)
            await callback.called()

    asyncio.run(scenario())


def test_a_jump_of_a_running_clock_runs_a_timer_once() -> None:
    clock = Clock(NOON)
    callback = RecordedCallback(clock)

    async def scenario() -> None:
        async with running(clock):
            clock.call_at(second(60), callback.run)
            await asyncio.sleep(0.01)
            await clock.advance(60)
            await asyncio.sleep(0.03)

    asyncio.run(scenario())
    assert len(callback.times) == 1
    assert second(60) <= callback.times[0] < second(61)
