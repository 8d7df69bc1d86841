"""The background tasks of the clock, and how jumps wait for them."""

import asyncio
import logging
from datetime import timedelta

import pytest

from mockserver.runtime.clock import Clock
from tests.factories import NOON


class BlockedWork:
    """Work that goes on until ``end`` is set, on a frozen clock; ``log`` records what happens to it."""

    def __init__(self) -> None:
        self.clock = Clock(NOON)
        self.clock.restore(NOON, frozen=True)
        self.end = asyncio.Event()
        self.log: list[str] = []

    async def run(self) -> None:
        self.log.append("started")
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.log.append("cancelled")
            raise
        self.log.append("ended")

    async def start(self) -> None:
        self.clock.start_task(self.run)

    def call_at(self, seconds: float) -> None:
        self.clock.call_at(NOON + timedelta(seconds=seconds), self.start)


def test_a_running_clock_does_not_wait_for_tasks() -> None:
    async def scenario() -> None:
        work = BlockedWork()
        work.call_at(0)
        work.call_at(0)
        ticking = asyncio.create_task(work.clock.run())
        await asyncio.sleep(0.01)
        assert work.log == ["started", "started"]
        work.end.set()
        await work.clock.advance(0)
        assert work.log[2:] == ["ended", "ended"]
        ticking.cancel()

    asyncio.run(scenario())


def test_a_jump_starts_all_tasks_due_at_an_instant_and_waits_for_them() -> None:
    async def scenario() -> None:
        work = BlockedWork()
        for seconds in (5, 5, 20):
            work.call_at(seconds)
        jump = asyncio.create_task(work.clock.advance(60))
        await asyncio.sleep(0.01)
        assert (work.log, work.clock.now()) == (["started", "started"], NOON + timedelta(seconds=5))
        work.end.set()
        await jump
        assert work.log[2:] == ["ended", "ended", "started", "ended"]
        assert work.clock.now() == NOON + timedelta(seconds=60)

    asyncio.run(scenario())


def test_a_jump_runs_timers_set_by_tasks_on_its_way() -> None:
    async def scenario() -> None:
        work = BlockedWork()
        work.end.set()

        async def go_twice() -> None:
            await work.run()
            if len(work.log) < 4:
                work.clock.call_at(work.clock.now() + timedelta(seconds=10), again)

        async def again() -> None:
            work.clock.start_task(go_twice)

        work.clock.call_at(NOON, again)
        work.call_at(30)
        await work.clock.advance(10)
        assert work.log == ["started", "ended"] * 2

    asyncio.run(scenario())


def test_a_failing_task_is_logged_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise RuntimeError("out of order")

    async def scenario() -> None:
        clock = Clock(NOON)
        clock.start_task(fail)
        await clock.advance(10)

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert "out of order" in caplog.text


def test_restore_cancels_tasks_and_ends_a_jump_that_waits_for_them() -> None:
    async def scenario() -> None:
        work = BlockedWork()
        work.call_at(5)
        work.call_at(70)
        jump = asyncio.create_task(work.clock.advance(3600))
        await asyncio.sleep(0.01)
        work.clock.restore(NOON, frozen=True)
        work.call_at(100)
        await jump
        assert work.log == ["started", "cancelled"]
        assert work.clock.now() == NOON

    asyncio.run(scenario())


def test_stop_cancels_tasks() -> None:
    async def scenario() -> None:
        work = BlockedWork()
        await work.start()
        await asyncio.sleep(0)
        await work.clock.stop()
        assert work.log == ["started", "cancelled"]
        await work.clock.stop()

    asyncio.run(scenario())


def test_a_task_cancelled_before_it_starts_never_starts() -> None:
    async def scenario() -> None:
        work = BlockedWork()
        await work.start()
        await work.clock.stop()
        assert work.log == []

    asyncio.run(scenario())
