"""How fast a run may call: evenly spaced calls, and how long an answer asks to wait."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from contract_tests.shared_target.throttle import Throttle, seconds_to_wait


def test_calls_are_spaced_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    throttle = Throttle(per_minute=30)
    for _ in range(4):
        throttle()
    assert [later - earlier for earlier, later in pairwise(slept)] == pytest.approx([2.0] * 3, abs=0.5)


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
