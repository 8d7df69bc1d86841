"""Clocks of orgs beside the mock's: which timers run when, and how far time goes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from mockserver.runtime import timers
from mockserver.runtime.clock import Clock
from mockserver.runtime.timers import LATEST, TooMuchDue
from tests.mockserver.clocks import NOON, frozen, recording_time, second

ORG, OTHER = "org", "other"


def run(scenario: Callable[[Clock, list[datetime]], Awaitable[None]]) -> list[datetime]:
    """Run a scenario with a frozen clock, and return the times of the org at which it has noted that timers ran."""
    times: list[datetime] = []
    asyncio.run(asyncio.wait_for(_run(scenario, times), 10))
    return times


async def _run(scenario: Callable[[Clock, list[datetime]], Awaitable[None]], times: list[datetime]) -> None:
    await scenario(frozen(), times)


def noting(clock: Clock, times: list[datetime]) -> Callable[[], Awaitable[None]]:
    async def callback() -> None:
        times.append(clock.of(ORG).now())

    return callback


def test_timers_set_before_the_org_has_a_clock_follow_it_each_at_its_own_instant() -> None:
    async def scenario(clock: Clock, times: list[datetime]) -> None:
        for seconds in (30, 10, 10, 50):
            clock.call_at(second(seconds), noting(clock, times), ORG)
        clock.call_at(second(5), recording_time(clock, times), OTHER)
        await clock.own(ORG).advance(40)
        assert clock.now() == NOON
        await clock.advance(10)

    assert run(scenario) == [second(10), second(10), second(30), second(5), second(50)]


def test_a_jump_of_the_mock_passes_what_is_due_in_all_orgs_in_order() -> None:
    async def scenario(clock: Clock, times: list[datetime]) -> None:
        await clock.own(ORG).advance(100)
        clock.call_at(second(120), recording_time(clock, times), ORG)
        clock.call_at(second(10), recording_time(clock, times), OTHER)
        clock.call_at(second(30), recording_time(clock, times), OTHER)
        await clock.advance(60)

    assert run(scenario) == [second(10), second(20), second(30)]


def test_timers_of_a_stopped_org_wait_and_those_that_are_due_already_run() -> None:
    async def scenario(clock: Clock, times: list[datetime]) -> None:
        await clock.own(ORG).freeze(True)
        clock.call_at(second(0), noting(clock, times), ORG)
        clock.call_at(second(10), noting(clock, times), ORG)
        await clock.advance(20)
        assert times == [NOON]
        await clock.own(ORG).freeze(False)
        await clock.advance(10)

    assert run(scenario) == [NOON, second(10)]


def test_an_org_that_has_its_clock_no_more_keeps_its_timers() -> None:
    async def scenario(clock: Clock, times: list[datetime]) -> None:
        timer = clock.call_at(second(10), noting(clock, times), ORG)
        await clock.own(ORG).advance(5)
        clock.call_at(second(20), noting(clock, times), ORG)
        clock.disown(ORG)
        clock.disown(ORG)
        timer.cancel()
        await clock.advance(30)

    assert run(scenario) == [second(20)]


def test_a_restored_clock_aborts_a_jump_of_an_org() -> None:
    async def scenario(clock: Clock, times: list[datetime]) -> None:
        async def restore() -> None:
            clock.restore(NOON, frozen=True)

        clock.call_at(second(1), restore, ORG)
        clock.call_at(second(2), noting(clock, times), ORG)
        await clock.own(ORG).advance(10)
        assert clock.own_clocks == {}
        assert clock.of(ORG).now() == NOON
        await clock.advance(10)

    assert run(scenario) == []


def test_a_jump_of_an_org_waits_for_its_own_work_alone() -> None:
    async def scenario(clock: Clock, times: list[datetime]) -> None:
        async def work() -> None:
            await asyncio.sleep(0.02)
            times.append(clock.of(ORG).now())

        clock.start_task(asyncio.Event().wait, OTHER)  # type: ignore[arg-type]
        clock.start_task(work, ORG)
        await clock.own(ORG).advance(10)
        await clock.stop()

    assert run(scenario) == [NOON]


def test_an_org_stops_where_more_is_due_than_one_jump_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "MAX_INSTANTS_OF_JUMP", 2)

    async def scenario(clock: Clock, times: list[datetime]) -> None:
        for seconds in (1, 2, 3, 4):
            clock.call_at(second(seconds), noting(clock, times), ORG)
        with pytest.raises(TooMuchDue):
            await clock.own(ORG).advance(10)
        assert (clock.of(ORG).now(), clock.now()) == (second(3), NOON)

    assert len(run(scenario)) == 3


def test_no_time_is_beyond_the_last_instant(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(clock: Clock, times: list[datetime]) -> None:
        await clock.own(ORG).set(LATEST - timedelta(days=1))
        await clock.own(OTHER).freeze(True)
        await clock.set(LATEST - timedelta(days=3650))
        await clock.own(OTHER).freeze(False)
        assert clock.of(ORG).now() == LATEST
        clock.call_at(LATEST, noting(clock, times), OTHER)  # the mock's clock does not go that far
        clock.call_at(LATEST, noting(clock, times), ORG)
        await clock.set(LATEST)
        assert clock.earliest() == clock.of(OTHER).now() < clock.of(ORG).now()

    with caplog.at_level(logging.ERROR):
        assert run(scenario) == [LATEST]
    assert caplog.records == []
