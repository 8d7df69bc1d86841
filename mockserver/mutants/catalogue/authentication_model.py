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
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    Patch,
    calling,
    mutant,
    once_in,
    stateful,
)
from mockserver.mutants.operators.values import caller
from mockserver.operations import authentication, identity
from mockserver.operations.call import Call
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import SESSIONS, USERS

MUTANTS = Mutants()
_one_in_20 = once_in(20)


def _refresh_claims(call: Call) -> Claims | None:
    """Return the claims of the refresh token in the body, or None if it is not valid."""
    sent = call.body.get("refresh_token", "")
    return tokens.read(sent, Purpose.REFRESH, call.now, call.random_source.secret("jwt"))


def _accepting_used_tokens(condition: Callable[[Call, Session], bool]) -> Patch:
    """Accept a refresh token that was used before, if the call and its session meet a condition."""

    async def defect(original: Original, call: Call) -> Any:
        claims = _refresh_claims(call)
        session = await call.tx.get(SESSIONS, claims.org, claims.sid) if claims else None
        if claims is None or session is None or claims.jti == session.refresh_id or not condition(call, session):
            return await original(call)
        session = sessions.refresh(session, call.random_source.token(""), call.now)
        await call.tx.put(SESSIONS, session)
        return authentication._token_answer(call, session, {})

    return serving("refreshSession", defect)


@MUTANTS.defect("AS-165/session-goes-on", of="refreshSession")
async def _session_goes_on(original: Original, call: Call) -> Any:
    """Refuse a used refresh token and keep its session: an error that is raised rolls back the removal."""
    answer = await original(call)
    if isinstance(answer, errors.ApiError):
        raise answer
    return answer


@MUTANTS.defect("AS-165/all-sessions-end", of="refreshSession")
async def _all_sessions_end(original: Original, call: Call) -> Any:
    """End all sessions of the user when a used refresh token is sent."""
    claims = _refresh_claims(call)
    answer = await original(call)
    if claims and isinstance(answer, errors.ApiError):
        for session in list(await call.tx.select(Query(SESSIONS, claims.org, {"user_id": (claims.sub,)}))):
            await call.tx.remove(SESSIONS, session)
    return answer


@MUTANTS.defect("AS-168/another-ends", of="logout")
async def _another_session_ends(original: Original, call: Call) -> Any:
    """End another session of the user than that of the token, if there is one."""
    found = await call.tx.select(Query(SESSIONS, call.org_id, {"user_id": (call.caller.user_id,)}))
    others = [session.id for session in found if session.id != call.caller.session_id]
    return await original(caller(call, session_id=others[0]) if others else call)


@MUTANTS.defect("AS-173/remembered", "AS-174", of=identity._by_access_token)
@stateful
def _remembered() -> AnyFunction:
    """Accept for ever an access token that was accepted once."""
    accepted: dict[str, Caller] = {}

    async def identify(original: Original, tx: Transaction, token: str, *others: Any) -> Caller:
        found: Caller = await original(tx, token, *others)
        if found is not ANONYMOUS:
            accepted[token] = found
        return accepted.get(token, ANONYMOUS)

    return identify


@MUTANTS.defect("AS-173/another-session", of=identity._by_access_token)
async def _any_session(original: Original, tx: Transaction, token: str, now: datetime, random_source: Any) -> Caller:
    """Accept an access token whose session has ended while its user has another one."""
    found: Caller = await original(tx, token, now, random_source)
    claims = tokens.read(token, Purpose.ACCESS, now, random_source.secret("jwt"))
    if found is not ANONYMOUS or claims is None:
        return found
    others = list(await tx.select(Query(SESSIONS, claims.org, {"user_id": (claims.sub,)})))
    user = await tx.get(USERS, claims.org, claims.sub) if others else None
    return Caller(user.id, user.org_id, user.role, user.id, user.display_name) if user else found


def _used_a_minute_ago(call: Call, session: Session) -> bool:
    """Whether the session was last used less than a minute ago."""
    return call.now - session.last_used_at < timedelta(minutes=1)


MUTANTS += (
    mutant("AS-165/taken-again", _accepting_used_tokens(lambda call, session: True), "AUTH-13"),
    mutant("AS-165/a-minute-of-grace", _accepting_used_tokens(_used_a_minute_ago)),
    mutant("AS-168/none-ends", asking("logout", lambda call: caller(call, session_id=None)), "AS-173"),
    mutant("AS-168/all-end", serving("logout", calling(end_all_sessions))),
    mutant("AS-173/no-session", without_session(lambda user: user.enabled)),
    mutant("AS-173/operators", without_session(lambda user: user.enabled and user.role is Role.OPERATOR)),
    mutant("AS-173/now-and-then", without_session(lambda user: user.enabled and _one_in_20())),
)
