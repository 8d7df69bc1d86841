"""Wrong laws about tokens: how they are renewed, what they open, and for how long."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import jwt
import msgspec
from msgspec.structs import replace

from mockserver.domain import errors, sessions, tokens
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.sessions import Session
from mockserver.domain.tokens import Claims, Purpose
from mockserver.domain.users import User
from mockserver.mutants.operators.document import role, unknown
from mockserver.mutants.operators.operations import asking, ignoring, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Original,
    Patch,
    around,
    every,
    for_each,
    mutant,
    nothing,
    occasionally,
    replaced,
    returning,
    stateful,
)
from mockserver.mutants.operators.values import record, without_fields
from mockserver.operations import authentication, identity, users
from mockserver.operations.call import Call
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import SESSIONS, USERS

ACCESS, REFRESH = Purpose.ACCESS, Purpose.REFRESH
Law = Callable[[dict[str, Any], str, str], bool]


def _signed_in(change: Callable[[Caller], Caller]) -> Patch:
    """Take whoever logged in for somebody else."""
    return returning(identity._by_access_token, lambda caller: caller if caller is ANONYMOUS else change(caller))


def _without_a_session(law: Callable[[User], bool]) -> Patch:
    """Let an access token do when its session is gone, for some users."""

    async def defect(original: Original, tx: Transaction, token: str, now: datetime, random_source: Any) -> Caller:
        caller: Caller = await original(tx, token, now, random_source)
        claims = tokens.read(token, ACCESS, now, random_source.secret("jwt"))
        user = await tx.get(USERS, claims.org, claims.sub) if claims and caller is ANONYMOUS else None
        if user is None or not law(user):
            return caller
        return Caller(user.id, user.org_id, user.role, user.id, user.display_name)

    return around(identity._by_access_token, defect)


@stateful
def _remembered() -> AnyFunction:
    """Never forget a token that was good once."""
    good: dict[str, Caller] = {}

    async def signed_in(original: Original, tx: Transaction, token: str, now: datetime, random_source: Any) -> Caller:
        caller: Caller = await original(tx, token, now, random_source)
        if caller is not ANONYMOUS:
            good[token] = caller
        return good.get(token, ANONYMOUS)

    return signed_in


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


def _rotating(refresh_id: Callable[[Session, str], str]) -> Patch:
    """Give a session that is refreshed another id for its refresh token than a new one."""

    def defect(original: Original, session: Any, drawn: Any, now: Any) -> Any:
        return original(session, refresh_id(session, drawn), now)

    return around(sessions.refresh, defect)


async def _refused_now_and_then(original: Original, call: Call) -> Any:
    raise errors.Unauthenticated


def _going_on(reused: Callable[[Call, Session, Claims], bool]) -> Patch:
    """Take a used refresh token in some cases."""

    async def defect(original: Original, call: Call) -> Any:
        sent = call.body.get("refresh_token", "")
        claims = tokens.read(sent, REFRESH, call.now, call.random_source.secret("jwt"))
        session = await call.tx.get(SESSIONS, claims.org, claims.sid) if claims else None
        if claims is None or session is None or claims.jti == session.refresh_id:
            return await original(call)
        if not reused(call, session, claims):
            return await original(call)
        session = sessions.refresh(session, call.random_source.token(""), call.now)
        await call.tx.put(SESSIONS, session)
        return authentication._token_answer(call, session, {})

    return serving("refreshSession", defect)


async def _raised(original: Original, call: Call) -> Any:
    """Refuse a used refresh token without an end of its session."""
    answer = await original(call)
    if isinstance(answer, errors.ApiError):
        raise answer
    return answer


async def _all_ended(original: Original, call: Call) -> Any:
    """End all sessions of a user one of whose refresh tokens is used again."""
    claims = tokens.read(call.body.get("refresh_token", ""), REFRESH, call.now, call.random_source.secret("jwt"))
    answer = await original(call)
    if claims and isinstance(answer, errors.ApiError):
        for session in list(await call.tx.select(Query(SESSIONS, claims.org, {"user_id": (claims.sub,)}))):
            await call.tx.remove(SESSIONS, session)
    return answer


async def _first_session(original: Original, tx: Transaction, token: str, now: datetime, random_source: Any) -> Caller:
    """Find a session of the same user whatever session a token names."""
    caller: Caller = await original(tx, token, now, random_source)
    claims = tokens.read(token, ACCESS, now, random_source.secret("jwt"))
    if caller is not ANONYMOUS or claims is None:
        return caller
    left = list(await tx.select(Query(SESSIONS, claims.org, {"user_id": (claims.sub,)})))
    user = await tx.get(USERS, claims.org, claims.sub) if left else None
    return Caller(user.id, user.org_id, user.role, user.id, user.display_name) if user else caller


async def _by_user(original: Original, tx: Transaction, token: str | None, now: datetime, random_source: Any) -> Caller:
    """Give a user's keys the bucket of their logins."""
    caller: Caller = await original(tx, token, now, random_source)
    return replace(caller, key_id=caller.user_id) if caller.user_id else caller


_DUE = every(20)
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)

MUTANTS = (
    mutant("AUTH-13/no-cookies", ignoring("refreshSession", "novavms_refresh")),
    mutant("AUTH-13/cookies-alone", asking("refreshSession", without_fields("refresh_token"))),
    mutant("AUTH-13/client-type-unknown", unknown("RefreshSession", "client_type")),
    mutant("AUTH-13/the-same-again", _rotating(lambda session, drawn: session.refresh_id), "AS-165"),
    mutant("AUTH-13/refused-now-and-then", serving("refreshSession", occasionally(20, _refused_now_and_then))),
    mutant("AUTH-13/guarded", role("refreshSession", "viewer")),
    mutant("AUTH-14/no-access-tokens", returning(identity._by_access_token, lambda caller: ANONYMOUS)),
    mutant("AUTH-14/all-sites", _signed_in(record(sites=None))),
    mutant("AUTH-14/no-sites", _signed_in(lambda it: it if it.sites is None else replace(it, sites=frozenset()))),
    *for_each("AUTH-14/all-{}s", ("viewer", "operator", "owner"), lambda name: _signed_in(record(role=Role(name)))),
    mutant("AUTH-14/no-jwt", returning(tokens.issue, lambda token: f"nv-{token}")),
    mutant("RL-01/one-bucket-a-session", _signed_in(lambda caller: replace(caller, key_id=caller.session_id))),
    mutant("RL-01/one-bucket-for-keys-and-logins", around(identity.identify, _by_user)),
    mutant("RL-01/one-bucket-for-all-logins", _signed_in(lambda caller: replace(caller, key_id=caller.org_id))),
    mutant("AS-165/taken-again", _going_on(lambda call, session, claims: True), "AUTH-13"),
    mutant("AS-165/a-minute-of-grace", _going_on(lambda call, session, _: call.now - session.last_used_at < _MINUTE)),
    mutant("AS-165/session-goes-on", serving("refreshSession", _raised)),
    mutant("AS-165/all-sessions-end", serving("refreshSession", _all_ended)),
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
    mutant("AS-173/no-session", _without_a_session(lambda user: user.enabled)),
    mutant("AS-173/remembered", around(identity._by_access_token, _remembered), "AS-174"),
    mutant("AS-173/another-session", around(identity._by_access_token, _first_session)),
    mutant("AS-173/operators", _without_a_session(lambda user: user.enabled and user.role is Role.OPERATOR)),
    mutant("AS-173/now-and-then", _without_a_session(lambda user: user.enabled and _DUE())),
    mutant("AS-174/disabled", _without_a_session(lambda user: not user.enabled)),
    mutant("AS-174/refreshed", replaced(lambda: users._remove_all, nothing)),
)
