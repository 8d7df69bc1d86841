"""What a login leaves behind: a session of its user, and a mark against the email."""

from enum import Enum

from mockserver.domain.dates import Instant
from mockserver.domain.records import Record


class ClientType(Enum):
    """Who logs in, which decides how the refresh token travels: by cookie or in bodies (AUTH-06, AUTH-07)."""

    WEB = "web"
    MOBILE = "mobile"


class Session(Record, frozen=True, kw_only=True):
    """One login of a user; ``refresh_id`` names the only refresh token that still works, any other was used before."""

    user_id: str
    client_type: ClientType = ClientType.WEB
    user_agent: str | None = None
    remember_me: bool = False
    refresh_id: str
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant


class LoginAttempts(Record, frozen=True, kw_only=True):
    """When somebody last tried to log in under an email, whether or not anybody has it (RL-03)."""

    first_at: Instant
    times: tuple[Instant, ...]
