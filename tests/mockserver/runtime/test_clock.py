"""The time of the clock: where it starts, how it runs, freezes, jumps and is restored."""

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mockserver.runtime.clock import Clock, stopwatch, wall_clock_seconds
from mockserver.runtime.timers import EARLIEST, LATEST, ClockRunsForwardOnly, in_range
from tests.mockserver.clocks import NOON, frozen, recording_time, second


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


def test_frozen_time_does_not_pass() -> None:
    clock = Clock(NOON)
    asyncio.run(clock.freeze(True))
    before = clock.now()
    time.sleep(0.005)
    assert clock.frozen
    assert clock.now() == before


def test_unfrozen_time_continues_from_there() -> None:
    clock = frozen()
    time.sleep(0.02)
    asyncio.run(clock.freeze(False))
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


def test_restore_may_set_an_earlier_time() -> None:
    clock, times = frozen(), list[datetime]()
    asyncio.run(clock.advance(100))
    clock.call_at(second(101), recording_time(clock, times))
    clock.restore(second(-50), frozen=True)
    assert (clock.now(), clock.frozen) == (second(-50), True)
    asyncio.run(clock.advance(500))
    assert times == []


def test_restored_clock_may_run() -> None:
    clock = frozen()
    clock.restore(second(50), frozen=False)
    assert not clock.frozen
    assert second(50) <= clock.now() < second(51)


def test_synchronized_clocks_agree() -> None:
    clocks = [Clock(NOON), frozen()]
    for clock in clocks:
        clock.synchronize(second(50), wall_clock_seconds() - 10)
    first, other = [clock.now() for clock in clocks]
    assert second(60) <= first < second(61)
    assert abs(other - first) < timedelta(seconds=1)
    clocks[0].synchronize(second(70), None)
    assert (clocks[0].frozen, clocks[0].now()) == (True, second(70))


def test_catching_up_runs_due_timers_and_leaves_the_next() -> None:
    clock, times = frozen(), list[datetime]()
    clock.call_at(second(1), recording_time(clock, times))
    clock.call_at(second(5), recording_time(clock, times)).cancel()
    clock.call_at(second(9), recording_time(clock, times))
    assert clock.next_due() == second(1)
    clock.synchronize(second(6), None)
    assert asyncio.run(clock.catch_up())
    assert times == [second(6)]
    assert clock.next_due() == second(9)
    assert not asyncio.run(clock.catch_up())


def test_instants_out_of_range_are_refused() -> None:
    assert in_range(EARLIEST) == EARLIEST
    assert in_range(LATEST) == LATEST
    for outside in (EARLIEST - timedelta(seconds=1), LATEST + timedelta(seconds=1)):
        with pytest.raises(ValueError, match="not between the years"):
            in_range(outside)


def test_instants_are_returned_in_utc() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=2)))
    assert in_range(berlin).utcoffset() == timedelta()


def test_stopwatch_measures_real_seconds() -> None:
    started = stopwatch()
    time.sleep(0.01)
    assert 0.01 <= stopwatch() - started < 1
