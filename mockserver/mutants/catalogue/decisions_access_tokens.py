"""Mutants about decisions about access tokens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import jwt
import msgspec

from mockserver.domain import sessions, tokens
from mockserver.domain.sessions import Session
from mockserver.domain.tokens import Claims, Purpose
from mockserver.mutants.operators.authentication import without_session
from mockserver.mutants.operators.patches import Original, Patch, around, for_each, mutant, nothing, replaced
from mockserver.operations import users

ACCESS, REFRESH = Purpose.ACCESS, Purpose.REFRESH


Law = Callable[[dict[str, Any], str, str], bool]


def _later(purpose: Purpose, by: timedelta) -> Patch:
    """Read the tokens for a purpose as if it were later, or earlier."""

    def defect(original: Original, token: Any, wanted: Any, now: Any, key: Any) -> Any:
        return original(token, wanted, now + by if wanted is purpose else now, key)

    return around(tokens.read, defect)


def _also_for(purpose: Purpose) -> Patch:
    """Take the other kind of token for a purpose, too."""

    def defect(original: Original, token: str, wanted: Purpose, now: datetime, key: bytes) -> Claims | None:
        other = REFRESH if wanted is ACCESS else ACCESS
        found: Claims | None = original(token, wanted, now, key)
        return found or (original(token, other, now, key) if wanted is purpose else None)

    return around(tokens.read, defect)


def _forged(law: Law, purpose: Purpose | None = None) -> Patch:
    """Take tokens that were not signed, where the law says so of header, signature and the one that is right."""

    def defect(original: Original, token: str, wanted: Purpose, now: datetime, key: bytes) -> Claims | None:
        found: Claims | None = original(token, wanted, now, key)
        return found if found or purpose not in (None, wanted) else _unsigned(token, wanted, now, key, law)

    return around(tokens.read, defect)


def _unsigned(token: str, wanted: Purpose, now: datetime, key: bytes, law: Law) -> Claims | None:
    try:
        said = jwt.decode(token, options={"verify_signature": False})
        claims, header = msgspec.convert(said, Claims), jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, msgspec.ValidationError):
        return None
    right = jwt.encode(said, key, "HS256").rpartition(".")[2]
    good = claims.aud == wanted.value and now.timestamp() < claims.exp
    return claims if good and law(header, token.rpartition(".")[2], right) else None


def _good_for(by: timedelta) -> Patch:
    """Let access tokens last longer than is told."""

    def defect(
        original: Original, session: Session, purpose: Purpose, now: datetime, expires_at: datetime, key: bytes
    ) -> Any:
        return original(session, purpose, now, expires_at + by if purpose is ACCESS else expires_at, key)

    return around(tokens.issue, defect)


_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


MUTANTS = (
    *for_each(
        "AS-169/{}-minutes", (14, 16), lambda n: replaced(lambda: sessions.ACCESS_LIFETIME, timedelta(minutes=n))
    ),
    mutant("AS-169/a-minute-of-grace", _later(ACCESS, -_MINUTE)),
    mutant("AS-169/a-second-of-grace", _later(ACCESS, -_SECOND)),
    mutant("AS-169/two-seconds-early", _later(ACCESS, 2 * _SECOND)),
    mutant("AS-169/for-a-day", _good_for(timedelta(days=1))),
    mutant("AS-169/for-ever", _later(ACCESS, timedelta(days=-3650))),
    mutant("AS-170/any-signature", _forged(lambda header, sent, right: True)),
    mutant("AS-170/none", _forged(lambda header, sent, right: header["alg"] == "none")),
    mutant("AS-170/none-without-a-signature", _forged(lambda header, sent, _: header["alg"] == "none" and not sent)),
    mutant("AS-170/none-in-capitals", _forged(lambda header, sent, right: header["alg"] in ("None", "NONE"))),
    mutant("AS-170/no-signature", _forged(lambda header, sent, right: not sent and header["alg"] == "HS256")),
    mutant("AS-170/half-a-signature", _forged(lambda header, sent, right: bool(sent) and right.startswith(sent))),
    *for_each(
        "AS-170/any-{}", ("HS256", "HS384", "HS512"), lambda name: _forged(lambda header, *_: header["alg"] == name)
    ),
    mutant("AS-170/any-refresh-token", _forged(lambda header, sent, right: True, REFRESH)),
    mutant("AS-171/refresh-tokens-open", _also_for(ACCESS)),
    mutant("AS-171/access-tokens-refresh", _also_for(REFRESH)),
    mutant("AS-174/disabled", without_session(lambda user: not user.enabled)),
    mutant("AS-174/refreshed", replaced(lambda: users._remove_all, nothing)),
)
