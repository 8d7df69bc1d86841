"""How fast a run may call: evenly spaced calls, and how long an answer asks to wait."""

import itertools
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from contract_tests.shared_target.throttle import Throttle, seconds_to_wait


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The present instant, which sleeping moves."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def called(clock: list[float], *throttles: Throttle, calls: int) -> list[float]:
    """Return the instants at which calls are allowed that ask the throttles in turn."""
    instants = []
    for _, throttle in zip(range(calls), itertools.cycle(throttles), strict=False):
        throttle()
        instants.append(clock[0])
    return instants


def test_all_throttles_of_a_run_together_space_their_calls_evenly(clock: list[float], tmp_path: Path) -> None:
    (tmp_path / "pace").touch()
    throttles = [Throttle(30, tmp_path / "pace") for _ in range(3)]
    instants = called(clock, *throttles, calls=100)
    assert [later - earlier for earlier, later in pairwise(instants)] == pytest.approx([2.0] * 99, abs=0.3)
    assert all(later - earlier > 60.2 for earlier, later in zip(instants, instants[30:], strict=False))


def test_calls_that_come_late_are_made_up_for_and_no_minute_has_more_than_allowed(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    late, instants, throttle = itertools.cycle((0.01, 0.15, 0.0, 0.4, 5.0)), [], Throttle(300)
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds + 0.1))
    begun = clock[0]
    for _ in range(600):
        throttle()
        instants.append(clock[0])
    assert clock[0] - begun == pytest.approx(2 * 60.5, abs=1)
    for _ in range(1200):
        throttle()
        instants.append(clock[0])
        clock[0] += next(late)
    assert all(later - earlier > 60.2 for earlier, later in zip(instants, instants[300:], strict=False))


def test_without_a_rate_calls_do_not_wait(clock: list[float]) -> None:
    assert called(clock, Throttle(), calls=9) == [1000.0] * 9


def test_what_one_process_is_asked_to_wait_all_wait(clock: list[float], tmp_path: Path) -> None:
    (tmp_path / "pace").touch()
    one, other = Throttle(None, tmp_path / "pace"), Throttle(None, tmp_path / "pace")
    one.hold(7)
    one.hold(3)
    assert called(clock, other, one, calls=2) == [1007.0] * 2


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7), ("0", 1), ("soon", 1), ("-1", 1), ("", 1), ("²", 1), ("9" * 400, 999_999_999)]
)
def test_the_wait_is_that_of_retry_after_and_a_second_without_a_valid_one(text: str, seconds: float) -> None:
    assert seconds_to_wait({"retry-after": text}) == seconds
    assert seconds_to_wait({}) == 1


def test_a_wait_until_a_date_is_counted_from_the_date_of_the_answer() -> None:
    headers = {"retry-after": "Sun, 26 Apr 2026 12:00:30 GMT", "date": "Sun, 26 Apr 2026 12:00:10 GMT"}
    assert seconds_to_wait(headers) == 20
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    assert seconds_to_wait({"retry-after": until}) == pytest.approx(39, abs=2)
    assert seconds_to_wait({"retry-after": "Sun, 26 Apr 1990 12:00:30 GMT"}) == 1
    assert seconds_to_wait({"retry-after": "Wed, 21 Oct 99999999999 07:28:00 GMT"}) == 1
