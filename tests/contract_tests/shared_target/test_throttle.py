"""How fast a run may call: evenly spaced calls, and waits where the target's rate limit is used up."""

import time
from itertools import pairwise

import pytest

from contract_tests.actors import Answer
from contract_tests.shared_target.throttle import RateLimitWaits, Throttle, is_rate_limited
from contract_tests.verdicts import Unavailable


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The lengths of all sleeps, none of which takes time."""
    lengths: list[float] = []
    monkeypatch.setattr(time, "sleep", lengths.append)
    return lengths


def limited(**headers: str) -> Answer:
    return Answer(429, {"x-ratelimit-remaining": "0", **headers}, b"{}")


def test_calls_are_spaced_evenly(slept: list[float]) -> None:
    throttle = Throttle(per_minute=30)
    for _ in range(4):
        throttle()
    assert [later - earlier for earlier, later in pairwise(slept)] == pytest.approx([2.0] * 3, abs=0.5)


def test_the_wait_is_that_of_retry_after_and_a_second_without_it(slept: list[float]) -> None:
    waits = RateLimitWaits()
    assert waits.wait_to_retry(limited(**{"retry-after": "7"}))
    assert waits.wait_to_retry(limited())
    assert slept == [7, 1]


def test_an_answer_that_is_not_of_the_rate_limit_is_not_waited_for(slept: list[float]) -> None:
    waits = RateLimitWaits()
    for answer in (Answer(200, {}, b"{}"), Answer(429, {"x-ratelimit-remaining": "3"}, b"{}")):
        assert not is_rate_limited(answer)
        assert not waits.wait_to_retry(answer)
    assert slept == []


@pytest.mark.parametrize("seconds", ["61", "soon", "-1"])
def test_a_wait_that_is_too_long_or_unreadable_disables_the_check(seconds: str, slept: list[float]) -> None:
    with pytest.raises(Unavailable, match="requests_per_minute"):
        RateLimitWaits().wait_to_retry(limited(**{"retry-after": seconds}))
    assert slept == []


def test_five_waits_in_a_row_are_the_most(slept: list[float]) -> None:
    waits = RateLimitWaits()
    for _ in range(2):
        for _ in range(5):
            assert waits.wait_to_retry(limited())
        waits.wait_to_retry(Answer(200, {}, b"{}"))
    for _ in range(5):
        waits.wait_to_retry(limited())
    with pytest.raises(Unavailable):
        waits.wait_to_retry(limited())
