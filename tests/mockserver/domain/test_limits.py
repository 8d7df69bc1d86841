from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.limits import Bucket, Quota, RateLimit, full, quota, refill, seconds_to_token, take
from tests.factories import NOON, ORG, uuid

LIMIT = RateLimit(per_minute=60, burst=10)
tokens = st.floats(0, 1_000, allow_nan=False)
rates = st.integers(1, 100_000)


def bucket(tokens: float = 5.0) -> Bucket:
    return Bucket(id=uuid(1), org_id=ORG, opened_at=NOON, tokens=tokens, at=NOON)


def unix(at: datetime) -> int:
    return int(at.timestamp())


def after(seconds: float, tokens: float = 5.0, limit: RateLimit = LIMIT) -> Bucket:
    return refill(bucket(tokens), limit, NOON + timedelta(seconds=seconds))


def test_new_bucket_is_full() -> None:
    new = full(uuid(1), ORG, LIMIT, NOON)
    assert new == bucket(10.0)
    assert quota(new, LIMIT) == Quota(limit=10, remaining=10, full_at=unix(NOON))


@pytest.mark.parametrize(("seconds", "tokens"), [(0, 5.0), (1, 6.0), (1.5, 6.5), (5, 10.0), (500, 10.0)])
def test_bucket_fills_at_the_rate_up_to_its_size(seconds: float, tokens: float) -> None:
    assert after(seconds).tokens == tokens
    assert after(seconds).at == NOON + timedelta(seconds=seconds)


def test_clock_behind_the_bucket_removes_no_tokens() -> None:
    assert after(-30).tokens == 5.0


def test_smaller_burst_removes_the_excess() -> None:
    assert after(0, tokens=500.0).tokens == 10


def test_request_takes_one_token() -> None:
    assert take(bucket(2.5)) == bucket(1.5)
    assert take(bucket(1.0)) == bucket(0.0)


@pytest.mark.parametrize("left", [0.0, 0.5, 0.999])
def test_less_than_a_token_is_not_enough(left: float) -> None:
    assert take(bucket(left)) is None


def test_quota_has_whole_tokens_and_the_second_of_the_refill_rounded_up() -> None:
    assert quota(bucket(3.5), LIMIT) == Quota(limit=10, remaining=3, full_at=unix(NOON) + 7)


@given(st.integers(0, 999_999), st.integers(1, 1_000))
def test_a_bucket_that_is_full_at_a_whole_second_is_full_at_that_one(microseconds: int, seconds: int) -> None:
    limit = RateLimit(per_minute=60, burst=1_001)
    at = NOON - timedelta(microseconds=microseconds)
    held = msgspec.structs.replace(bucket(1_001 - seconds - microseconds / 1_000_000), at=at)
    assert quota(held, limit).full_at == unix(NOON) + seconds


def test_full_bucket_is_full_now() -> None:
    assert quota(bucket(10.0), LIMIT).full_at == unix(NOON)


@pytest.mark.parametrize(("left", "seconds"), [(0.0, 1), (0.5, 1), (0.001, 1)])
def test_waiting_time_is_rounded_up(left: float, seconds: int) -> None:
    assert seconds_to_token(bucket(left), LIMIT) == seconds


def test_slow_rate_means_a_long_wait() -> None:
    assert seconds_to_token(bucket(0.5), RateLimit(per_minute=1, burst=100)) == 30


@given(st.floats(0, 1, exclude_max=True), rates)
def test_request_passes_after_the_answered_wait(left: float, rate: int) -> None:
    limit = RateLimit(per_minute=rate, burst=100)
    waited = after(seconds_to_token(bucket(left), limit), left, limit)
    assert take(waited) is not None


@given(tokens, st.lists(st.floats(0, 600), max_size=20), rates, st.integers(1, 1_000))
def test_bucket_stays_between_empty_and_full(left: float, waits: list[float], rate: int, burst: int) -> None:
    limit = RateLimit(per_minute=rate, burst=burst)
    now, held = NOON, bucket(min(left, burst))
    for wait in waits:
        now += timedelta(seconds=wait)
        held = refill(held, limit, now)
        held = take(held) or held
        assert 0 <= held.tokens <= burst
        assert 0 <= quota(held, limit).remaining <= burst
        assert quota(held, limit).full_at >= now.timestamp() - 1e-6


def test_tokens_survive_a_snapshot() -> None:
    assert msgspec.convert(msgspec.to_builtins(bucket(2.25)), Bucket) == bucket(2.25)
