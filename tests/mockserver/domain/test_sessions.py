from datetime import timedelta

import msgspec
import pytest

from mockserver.domain import sessions
from mockserver.domain.errors import RateLimited
from mockserver.domain.sessions import LoginAttempts
from tests.factories import NOON, session, uuid

EMAIL = "o@example.com"


def attempts(*minutes: float) -> LoginAttempts:
    """Return attempts made so many minutes after noon."""
    made = None
    for passed in minutes:
        made = sessions.attempt(made, EMAIL, NOON + timedelta(minutes=passed))
    assert made is not None
    return made


@pytest.mark.parametrize(("remember_me", "days"), [(False, 7), (True, 30)])
def test_session_lasts_a_week_or_a_month_from_its_last_refresh(remember_me: bool, days: int) -> None:
    now = NOON + timedelta(days=3, microseconds=5)
    refreshed = sessions.refresh(session(remember_me=remember_me), "second", now)
    assert refreshed.expires_at == NOON + timedelta(days=3 + days)
    assert refreshed.last_used_at == NOON + timedelta(days=3)
    assert (refreshed.refresh_id, refreshed.created_at) == ("second", NOON)


def test_session_is_valid_until_it_expires() -> None:
    expires_at = session().expires_at
    assert session().live(expires_at - timedelta(seconds=1))
    assert not session().live(expires_at)


def test_session_that_has_expired_was_created_a_week_before_or_earlier() -> None:
    assert sessions.expired_before(session().expires_at) == NOON


def test_attempts_count_for_a_quarter_of_an_hour() -> None:
    assert sessions.attempts_window(NOON) == NOON - timedelta(minutes=15)


def test_access_token_is_valid_for_fifteen_minutes() -> None:
    assert sessions.access_expiry(NOON + timedelta(microseconds=9)) == NOON + timedelta(minutes=15)


def test_sixth_session_replaces_the_oldest() -> None:
    newest_first = [session(id=uuid(number)) for number in range(7)]
    assert sessions.surplus(newest_first[:4], NOON) == []
    assert sessions.surplus(newest_first[:5], NOON) == newest_first[4:5]
    assert sessions.surplus(newest_first, NOON) == newest_first[4:]


def test_expired_sessions_are_replaced_first() -> None:
    gone = msgspec.structs.replace(session(id=uuid(99)), expires_at=NOON)
    living = [session(id=uuid(number)) for number in range(4)]
    assert sessions.surplus([gone, *living], NOON) == [gone]


def test_sixth_attempt_waits_until_the_first_is_fifteen_minutes_old() -> None:
    made = attempts(0, 1, 2, 3, 4)
    assert len(made.times) == 5
    with pytest.raises(RateLimited) as caught:
        sessions.attempt(made, EMAIL, NOON + timedelta(minutes=5))
    assert caught.value.retry_after == 10 * 60
    with pytest.raises(RateLimited) as caught:
        sessions.attempt(made, EMAIL, NOON + timedelta(minutes=15, microseconds=-1))
    assert caught.value.retry_after == 1
    later = sessions.attempt(made, EMAIL, NOON + timedelta(minutes=15))
    assert later.times == (*made.times[1:], NOON + timedelta(minutes=15))
    assert later.first_at == NOON + timedelta(minutes=1)


def test_old_attempts_are_removed() -> None:
    assert attempts(0, 1, 20).times == (NOON + timedelta(minutes=20),)


def test_attempts_are_stored_by_email_and_belong_to_no_org() -> None:
    made = attempts(0)
    assert made.id == sessions.attempts_id(EMAIL) != sessions.attempts_id("p@example.com")
    assert made.org_id == "00000000-0000-0000-0000-000000000000"
