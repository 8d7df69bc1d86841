"""Mutants of decisions (rules AS-…) about access tokens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import jwt
import msgspec

from mockserver.domain import sessions, tokens
from mockserver.domain.tokens import Claims, Purpose
from mockserver.mutants.operators.authentication import without_session
from mockserver.mutants.operators.patches import Mutants, Original, Patch, around, for_each, mutant, nothing, replaced
from mockserver.operations import users

MUTANTS = Mutants()
ACCESS, REFRESH = Purpose.ACCESS, Purpose.REFRESH
#: What a forged token is accepted by: its header, its signature, and the signature that it should have.
Condition = Callable[[dict[str, Any], str, str], bool]


def _read_later(shift: timedelta) -> Patch:
    """Read access tokens as if it were later, or earlier."""

    def defect(original: Original, token: str, purpose: Purpose, now: datetime, key: bytes) -> Any:
        return original(token, purpose, now + shift if purpose is ACCESS else now, key)

    return around(tokens.read, defect)


def _also_for(purpose: Purpose, other: Purpose) -> Patch:
    """Accept tokens of the other purpose for a purpose, too."""

    def defect(original: Original, token: str, wanted: Purpose, now: datetime, key: bytes) -> Any:
        return original(token, wanted, now, key) or (original(token, other, now, key) if wanted is purpose else None)

    return around(tokens.read, defect)


def _forged(condition: Condition, purpose: Purpose | None = None) -> Patch:
    """Accept forged tokens that meet a condition, for one purpose or for both."""

    def defect(original: Original, token: str, wanted: Purpose, now: datetime, key: bytes) -> Claims | None:
        found: Claims | None = original(token, wanted, now, key)
        return found if found or purpose not in (None, wanted) else _read_unsigned(token, wanted, now, key, condition)

    return around(tokens.read, defect)


def _read_unsigned(token: str, purpose: Purpose, now: datetime, key: bytes, condition: Condition) -> Claims | None:
    """Return the claims of a token that meets a condition, whatever its signature; None if it has expired."""
    try:
        payload = jwt.decode(token, options={"verify_signature": False})
        claims, header = msgspec.convert(payload, Claims), jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, msgspec.ValidationError):
        return None
    right = jwt.encode(payload, key, "HS256").rpartition(".")[2]
    valid = claims.aud == purpose.value and now.timestamp() < claims.exp
    return claims if valid and condition(header, token.rpartition(".")[2], right) else None


@MUTANTS.defect("AS-169/for-a-day", of=tokens.issue)
def _a_day_longer(
    original: Original, session: Any, purpose: Purpose, now: Any, expires_at: datetime, key: bytes
) -> Any:
    """Let access tokens expire a day later than expires_at shows."""
    return original(session, purpose, now, expires_at + timedelta(days=1) if purpose is ACCESS else expires_at, key)


MUTANTS += (
    *for_each(
        "AS-169/{}-minutes",
        (14, 16),
        lambda minutes: replaced(lambda: sessions.ACCESS_LIFETIME, timedelta(minutes=minutes)),
    ),
    mutant("AS-169/a-minute-of-grace", _read_later(timedelta(minutes=-1))),
    mutant("AS-169/a-second-of-grace", _read_later(timedelta(seconds=-1))),
    mutant("AS-169/two-seconds-early", _read_later(timedelta(seconds=2))),
    mutant("AS-169/for-ever", _read_later(timedelta(days=-3650))),
    mutant("AS-170/any-signature", _forged(lambda header, sent, right: True)),
    mutant("AS-170/none", _forged(lambda header, sent, right: header["alg"] == "none")),
    mutant("AS-170/none-without-a-signature", _forged(lambda header, sent, _: header["alg"] == "none" and not sent)),
    mutant("AS-170/none-in-capitals", _forged(lambda header, sent, right: header["alg"] in ("None", "NONE"))),
    mutant("AS-170/no-signature", _forged(lambda header, sent, right: not sent and header["alg"] == "HS256")),
    mutant("AS-170/half-a-signature", _forged(lambda header, sent, right: bool(sent) and right.startswith(sent))),
    *for_each(
        "AS-170/any-{}",
        ("HS256", "HS384", "HS512"),
        lambda algorithm: _forged(lambda header, sent, right: header["alg"] == algorithm),
    ),
    mutant("AS-170/any-refresh-token", _forged(lambda header, sent, right: True, REFRESH)),
    mutant("AS-171/refresh-tokens-open", _also_for(ACCESS, REFRESH)),
    mutant("AS-171/access-tokens-refresh", _also_for(REFRESH, ACCESS)),
    mutant("AS-174/disabled", without_session(lambda user: not user.enabled)),
    mutant("AS-174/refreshed", replaced(lambda: users._remove_all, nothing)),
)
