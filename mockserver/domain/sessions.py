"""Sessions of users, and the attempts to log in that each email is limited to."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

import msgspec

from mockserver.domain.dates import Instant, whole_seconds
from mockserver.domain.errors import RateLimited
from mockserver.domain.records import PLATFORM, Record

ACCESS_LIFETIME = timedelta(minutes=15)
MAX_SESSIONS = 5
MAX_ATTEMPTS = 5
#: For so many emails attempts are kept, those of the last quarter of an hour.
MAX_ATTEMPTED_EMAILS = 10_000
_ATTEMPTS_WINDOW = timedelta(minutes=15)
_LIFETIME, _REMEMBERED_LIFETIME = timedelta(days=7), timedelta(days=30)


class ClientType(StrEnum):
    """The kind of client: a refresh token is sent to the web in a cookie, to mobile in a body (AUTH-06, AUTH-07)."""

    WEB = "web"
    MOBILE = "mobile"


class Session(Record, frozen=True, kw_only=True):
    """One login of a user; ``refresh_id`` is the id of its only valid refresh token, any other was used before."""

    user_id: str
    client_type: ClientType = ClientType.WEB
    user_agent: str | None = None
    remember_me: bool = False
    refresh_id: str
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant

    def live(self, now: datetime) -> bool:
        """Whether the session has not expired at ``now``."""
        return now < self.expires_at


class LoginAttempts(Record, frozen=True, kw_only=True):
    """The last attempts to log in with an email, whether or not a user has it (RL-03)."""

    first_at: Instant
    times: tuple[Instant, ...]


def lifetime(*, remember_me: bool) -> timedelta:
    """Return how long a session lasts without a refresh (AUTH-05)."""
    return _REMEMBERED_LIFETIME if remember_me else _LIFETIME


def access_expiry(now: datetime) -> datetime:
    """Return when an access token issued now expires."""
    return whole_seconds(now) + ACCESS_LIFETIME


def use(session: Session, now: datetime) -> Session:
    """Return the session as last used at ``now`` (USR-20)."""
    return msgspec.structs.replace(session, last_used_at=whole_seconds(now))


def refresh(session: Session, refresh_id: str, now: datetime) -> Session:
    """Return the session with a new refresh token, valid for the whole lifetime from ``now``."""
    expires_at = whole_seconds(now) + lifetime(remember_me=session.remember_me)
    return msgspec.structs.replace(use(session, now), refresh_id=refresh_id, expires_at=expires_at)


def surplus(sessions: Sequence[Session], now: datetime) -> Sequence[Session]:
    """Return which of a user's sessions, newest first, a new one replaces: all but four live ones (USR-19)."""
    live = [session for session in sessions if session.live(now)]
    return [session for session in sessions if session not in live[: MAX_SESSIONS - 1]]


def expired_before(now: datetime) -> datetime:
    """Return the instant before which a session that has expired by now may have been created."""
    return now - _LIFETIME


def attempts_window(now: datetime) -> datetime:
    """Return the instant before which attempts no longer count."""
    return now - _ATTEMPTS_WINDOW


def attempts_id(email: str) -> str:
    """Return the id of the record of the attempts with an email."""
    return str(uuid5(NAMESPACE_URL, f"mailto:{email}"))


def attempt(before: LoginAttempts | None, email: str, now: datetime) -> LoginAttempts:
    """Return the attempts and this one. Raises RateLimited after five within fifteen minutes (RL-03)."""
    times = [at for at in before.times if now - at < _ATTEMPTS_WINDOW] if before else []
    if len(times) >= MAX_ATTEMPTS:
        wait = times[0] + _ATTEMPTS_WINDOW - now
        raise RateLimited(math.ceil(wait.total_seconds()), "Too many attempts to log in with this email.")
    times.append(whole_seconds(now))
    return LoginAttempts(id=attempts_id(email), org_id=PLATFORM, first_at=times[0], times=tuple(times))
