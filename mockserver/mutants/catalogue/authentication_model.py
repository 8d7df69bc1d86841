"""Mutants about the sessions of one user over time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mockserver.domain import errors, sessions, tokens
from mockserver.domain.access import ANONYMOUS, Caller, Role
from mockserver.domain.sessions import Session
from mockserver.domain.tokens import Claims, Purpose
from mockserver.mutants.operators.authentication import end_all_sessions, without_session
from mockserver.mutants.operators.operations import asking, serving
from mockserver.mutants.operators.patches import AnyFunction, Original, Patch, around, calling, every, mutant, stateful
from mockserver.mutants.operators.values import caller
from mockserver.operations import authentication, identity
from mockserver.operations.call import Call
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import SESSIONS, USERS

ACCESS, REFRESH = Purpose.ACCESS, Purpose.REFRESH


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


_DUE = every(20)


_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


async def _but_one(original: Original, call: Call) -> Any:
    """End another session of the user than that of the token, where there is one."""
    found = await call.tx.select(Query(SESSIONS, call.org_id, {"user_id": (call.caller.user_id,)}))
    others = [session.id for session in found if session.id != call.caller.session_id]
    return await original(caller(call, session_id=others[0]) if others else call)


MUTANTS = (
    mutant("AS-165/taken-again", _going_on(lambda call, session, claims: True), "AUTH-13"),
    mutant("AS-165/a-minute-of-grace", _going_on(lambda call, session, _: call.now - session.last_used_at < _MINUTE)),
    mutant("AS-165/session-goes-on", serving("refreshSession", _raised)),
    mutant("AS-165/all-sessions-end", serving("refreshSession", _all_ended)),
    mutant("AS-173/no-session", without_session(lambda user: user.enabled)),
    mutant("AS-173/remembered", around(identity._by_access_token, _remembered), "AS-174"),
    mutant("AS-173/another-session", around(identity._by_access_token, _first_session)),
    mutant("AS-173/operators", without_session(lambda user: user.enabled and user.role is Role.OPERATOR)),
    mutant("AS-173/now-and-then", without_session(lambda user: user.enabled and _DUE())),
    mutant("AS-168/none-ends", asking("logout", lambda call: caller(call, session_id=None)), "AS-173"),
    mutant("AS-168/all-end", serving("logout", calling(end_all_sessions))),
    mutant("AS-168/another-ends", serving("logout", _but_one)),
)
