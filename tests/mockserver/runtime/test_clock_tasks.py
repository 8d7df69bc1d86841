"""What the clock lets go on by itself, and how jumps wait for it."""

import asyncio
import logging
from datetime import timedelta

import pytest

from mockserver.runtime.clock import Clock
from tests.factories import NOON


class Work:
    """Work that lasts until it is told to end, on a clock that stands still."""

    def __init__(self) -> None:
        self.clock = Clock(NOON)
        self.clock.restore(NOON, frozen=True)
        self.end = asyncio.Event()
        self.said: list[str] = []

    async def go(self) -> None:
        self.said.append("begun")
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.said.append("broken off")
            raise
        self.said.append("ended")

    async def start_task(self) -> None:
        self.clock.start_task(self.go)

    def call_at(self, seconds: float) -> None:
        self.clock.call_at(NOON + timedelta(seconds=seconds), self.start_task)


def test_running_clock_does_not_wait_for_what_goes_on() -> None:
    async def story() -> None:
        work = Work()
        work.call_at(0)
        work.call_at(0)
        ticking = asyncio.create_task(work.clock.run())
        await asyncio.sleep(0.01)
        assert work.said == ["begun", "begun"]
        work.end.set()
        await work.clock.advance(0)
        assert work.said[2:] == ["ended", "ended"]
        ticking.cancel()

    asyncio.run(story())


def test_jump_begins_all_that_is_due_at_an_instant_and_waits_for_it() -> None:
    async def story() -> None:
        work = Work()
        for seconds in (5, 5, 20):
            work.call_at(seconds)
        jump = asyncio.create_task(work.clock.advance(60))
        await asyncio.sleep(0.01)
        assert (work.said, work.clock.now()) == (["begun", "begun"], NOON + timedelta(seconds=5))
        work.end.set()
        await jump
        assert work.said[2:] == ["ended", "ended", "begun", "ended"]
        assert work.clock.now() == NOON + timedelta(seconds=60)

    asyncio.run(story())


def test_what_work_makes_due_is_met_on_the_way() -> None:
    async def story() -> None:
        work = Work()
        work.end.set()

        async def go_twice() -> None:
            await work.go()
            if len(work.said) < 4:
                work.clock.call_at(work.clock.now() + timedelta(seconds=10), again)

        async def again() -> None:
            work.clock.start_task(go_twice)

        work.clock.call_at(NOON, again)
        work.call_at(30)
        await work.clock.advance(10)
        assert work.said == ["begun", "ended"] * 2

    asyncio.run(story())


def test_failing_work_is_told_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise RuntimeError("out of order")

    async def story() -> None:
        clock = Clock(NOON)
        clock.start_task(fail)
        await clock.advance(10)

    with caplog.at_level(logging.ERROR):
        asyncio.run(story())
    assert "out of order" in caplog.text


def test_work_ends_with_its_world_and_so_does_a_jump_that_waits_for_it() -> None:
    async def story() -> None:
        work = Work()
        work.call_at(5)
        work.call_at(70)
        jump = asyncio.create_task(work.clock.advance(3600))
        await asyncio.sleep(0.01)
        work.clock.restore(NOON, frozen=True)
        work.call_at(100)
        await jump
        assert work.said == ["begun", "broken off"]
        assert work.clock.now() == NOON

    asyncio.run(story())


def test_stopping_breaks_off_what_goes_on() -> None:
    async def story() -> None:
        work = Work()
        await work.start_task()
        await asyncio.sleep(0)
        await work.clock.stop()
        assert work.said == ["begun", "broken off"]
        await work.clock.stop()

    asyncio.run(story())


def test_work_broken_off_before_it_began_never_begins() -> None:
    async def story() -> None:
        work = Work()
        await work.start_task()
        await work.clock.stop()
        assert work.said == []

    asyncio.run(story())
