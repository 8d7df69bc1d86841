"""The signed tokens of a session: what each is for, and when it expires.

PyJWT is imported for the first of them, so that a mock starts sooner and uses less memory.
"""

from base64 import urlsafe_b64decode
from datetime import datetime
from enum import StrEnum

import msgspec

from mockserver.domain.sessions import Session

_ALGORITHM = "HS256"
_ISSUER = "novavms"


class Purpose(StrEnum):
    """What a token is for, which is its audience: to call the API, or to be refreshed."""

    ACCESS = "novavms-api"
    REFRESH = "novavms-refresh"


class Claims(msgspec.Struct, frozen=True):
    """The claims of a token: user, org, session, id of the refresh token, when it was issued and when it expires."""

    sub: str
    org: str
    sid: str
    jti: str
    iat: int
    exp: int
    iss: str
    aud: str


class _Named(msgspec.Struct, frozen=True):
    org: str


def issue(session: Session, purpose: Purpose, now: datetime, expires_at: datetime, key: bytes) -> str:
    """Return a token of the session, signed with the key."""
    import jwt

    claims = Claims(
        sub=session.user_id,
        org=session.org_id,
        sid=session.id,
        jti=session.refresh_id,
        iat=int(now.timestamp()),
        exp=int(expires_at.timestamp()),
        iss=_ISSUER,
        aud=purpose.value,
    )
    return jwt.encode(msgspec.structs.asdict(claims), key, _ALGORITHM)


def org_of(token: str) -> str:
    """Return the org that a token names, unverified; an empty text if it names none."""
    try:
        payload = msgspec.json.decode(urlsafe_b64decode(token.split(".")[1] + "=="), type=_Named)
    except (IndexError, ValueError, RecursionError):
        return ""
    return payload.org


def read(token: str, purpose: Purpose, now: datetime, key: bytes) -> Claims | None:
    """Return the claims of a token that was signed with this key for this purpose and has not expired, or else None."""
    import jwt

    try:
        payload = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=purpose.value,
            issuer=_ISSUER,
            options={"verify_exp": False, "verify_iat": False},  # these use the clock of the machine
        )
        claims = msgspec.convert(payload, Claims)
    except (jwt.InvalidTokenError, msgspec.ValidationError, RecursionError):
        return None
    return claims if now.timestamp() < claims.exp else None
