"""Mutants of decisions (rules AS-…) about logging in, refreshing and logging out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors, sessions, tokens
from mockserver.domain.access import Role
from mockserver.domain.records import PLATFORM
from mockserver.domain.sessions import ClientType, LoginAttempts, Session
from mockserver.domain.tokens import Purpose
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.authentication import end_all_sessions
from mockserver.mutants.operators.document import required
from mockserver.mutants.operators.operations import answering, asking, serving
from mockserver.mutants.operators.patches import AnyFunction, Mutants, Original, Patch, around, for_each, mutant
from mockserver.mutants.operators.refusals import before_refusing, raising, refusing
from mockserver.mutants.operators.values import changed, lacking, record, without_fields
from mockserver.operations import authentication
from mockserver.operations.call import Call, WithHeaders
from mockserver.store.base import Query
from mockserver.store.kinds import API_KEYS, LOGIN_ATTEMPTS, USERS

MUTANTS = Mutants()
Headers = list[tuple[str, str]]
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_refresh_refused_with = partial(refusing, "refreshSession", errors.Unauthenticated)


# ---------------------------------------------------------------- logging in


def _attempts(keep: Callable[[LoginAttempts | None], LoginAttempts | None]) -> AnyFunction:
    """Return a defect that sets the attempts of a login that succeeds; ``keep`` gets those before it."""

    async def defect(original: Original, call: Call) -> Any:
        attempts_id = sessions.attempts_id(call.body["email"].lower())
        before = await call.tx.get(LOGIN_ATTEMPTS, PLATFORM, attempts_id)
        answer = await original(call)
        if not isinstance(answer, errors.ApiError):
            counted = await call.tx.get(LOGIN_ATTEMPTS, PLATFORM, attempts_id)
            if kept := keep(before):
                await call.tx.put(LOGIN_ATTEMPTS, kept)
            elif counted:
                await call.tx.remove(LOGIN_ATTEMPTS, counted)
        return answer

    return defect


async def _count_attempt(pipeline: Pipeline, exchange: Exchange) -> None:
    """Count an attempt to log in that is refused."""
    if exchange.operation is None or exchange.operation.id != "login":
        return
    email = json.loads(exchange.body or b"{}").get("email")
    attempts_id = sessions.attempts_id(str(email).lower())
    async with pipeline.store.transaction() as tx:
        before = await tx.get(LOGIN_ATTEMPTS, PLATFORM, attempts_id)
        times = (*(before.times if before else ()), exchange.now)
        await tx.put(LOGIN_ATTEMPTS, LoginAttempts(id=attempts_id, org_id=PLATFORM, first_at=times[0], times=times))


def _retry_after(seconds: Callable[[LoginAttempts, datetime], int]) -> Patch:
    """Change Retry-After of a login beyond the five; ``seconds`` gets the attempts and the time."""

    def defect(original: Original, before: Any, email: str, now: datetime) -> Any:
        try:
            return original(before, email, now)
        except errors.RateLimited:
            raise errors.RateLimited(seconds(before, now), "Too many attempts.") from None

    return around(sessions.attempt, defect)


@MUTANTS.defect("AS-175/reported-whatever-the-password", of="login")
async def _disabled_reported_first(original: Original, call: Call) -> Any:
    """Refuse a disabled user with 403, whatever the password."""
    if any(not user.enabled for user in await call.tx.find_all(USERS, call.body["email"].lower())):
        raise errors.AccountDisabled
    return await original(call)


@MUTANTS.defect("AS-176/lower-case-alone", of="login")
async def _lower_case_only(original: Original, call: Call) -> Any:
    """Refuse an email with capitals."""
    answer = await original(call)
    return answer if call.body["email"].islower() else errors.InvalidCredentials()


@MUTANTS.defect("AS-176/attempts-in-capitals-are-free", of="login")
async def _capitals_not_counted(original: Original, call: Call) -> Any:
    """Do not count a login that succeeds with an email in capitals."""
    if call.body["email"].islower():
        return await original(call)
    return await _attempts(lambda before: before)(original, call)


# ---------------------------------------------------------------- refreshing


def _session_expiry(expires_at: Callable[[Session, datetime], datetime]) -> Patch:
    """Change when a session that is refreshed expires; ``expires_at`` gets the session before and the time."""

    def defect(original: Original, session: Session, refresh_id: str, now: datetime) -> Any:
        return record(expires_at=expires_at(session, now))(original(session, refresh_id, now))

    return around(sessions.refresh, defect)


def _refresh_token_lifetime(factor: float) -> Patch:
    """Multiply how long a refresh token is valid; its cookie lasts as before."""

    def defect(original: Original, token: str, purpose: Purpose, now: datetime, key: bytes) -> Any:
        if purpose is Purpose.ACCESS:
            return original(token, purpose, now, key)
        claims = original(token, purpose, _BEGINNING, key)
        return claims if claims and now.timestamp() < claims.iat + (claims.exp - claims.iat) * factor else None

    return around(tokens.read, defect)


def _refreshed_as(client_type: Callable[[Call, Session], ClientType]) -> Patch:
    """Answer a refresh as if the session were of another type of client."""

    def defect(original: Original, call: Call, session: Session, more: Any) -> Any:
        return original(call, session if more else replace(session, client_type=client_type(call, session)), more)

    return around(authentication._token_answer, defect)


def _requested_client_type(call: Call, session: Session) -> ClientType:
    """Return the client_type of the refresh, by default that of the session."""
    return ClientType(call.body.get("client_type", session.client_type.value))


def _cookie_first(call: Call) -> Call:
    """Ignore the token in the body if there is a cookie."""
    return without_fields("refresh_token")(call) if "novavms_refresh" in call.params else call


def _cookie_first_for_the_web(call: Call) -> Call:
    """Ignore the token in the body if there is a cookie and client_type is not mobile."""
    return call if call.body.get("client_type") == "mobile" else _cookie_first(call)


@MUTANTS.defect("AS-162/the-cookie-if-the-body-is-wrong", of="refreshSession")
async def _cookie_if_body_is_wrong(original: Original, call: Call) -> Any:
    """Use the cookie if the token in the body is refused."""
    try:
        return await original(call)
    except errors.Unauthenticated:
        return await original(without_fields("refresh_token")(call))


# ---------------------------------------------------------------- logging out, reading oneself


def _logout_headers(change: Callable[[Headers], Headers]) -> Patch:
    """Change the headers of a logout."""
    return answering("logout", lambda found: WithHeaders(None, change(found.headers)))


def _cookie_text(old: str, new: str) -> Patch:
    """Replace a part of the cookie that a logout sets."""
    return _logout_headers(lambda headers: [(name, text.replace(old, new)) for name, text in headers])


def _logout_with_key(answer: Callable[[Call], Any]) -> Patch:
    """Change what a logout with an API key does and answers."""

    async def defect(original: Original, call: Call) -> Any:
        return await (original(call) if call.caller.session_id else answer(call))

    return serving("logout", defect)


async def _no_cookie(call: Call) -> None:
    """Answer without a cookie."""


async def _remove_key(call: Call) -> Any:
    """Remove the API key of the caller, and answer like a logout."""
    key = await call.tx.get(API_KEYS, call.org_id, call.caller.key_id or "")
    if key is not None:
        await call.tx.remove(API_KEYS, key)
    return WithHeaders(None, [authentication._cookie("", timedelta())])


@MUTANTS.defect("AS-179/the-owner", of="getMe")
async def _the_owner(original: Original, call: Call) -> Any:
    """Answer with the owner of the org."""
    found = await call.tx.select(Query(USERS, call.org_id, {"role": (Role.OWNER,)}))
    return authentication._user_view(next(iter(found)))


MUTANTS += (
    mutant("AS-160/from-the-login", _session_expiry(lambda session, now: session.expires_at)),
    mutant("AS-160/7-days-then", _session_expiry(lambda session, now: now + timedelta(days=7))),
    mutant("AS-160/for-ever", _refresh_token_lifetime(1000)),
    mutant("AS-160/half-as-long", _refresh_token_lifetime(0.5)),
    mutant("AS-161/successes-are-free", serving("login", _attempts(lambda before: before))),
    mutant("AS-161/a-success-resets-the-count", serving("login", _attempts(lambda before: None))),
    mutant("AS-161/400s-count", around(Pipeline._perform, before_refusing(errors.InvalidInput, _count_attempt))),
    mutant("AS-161/429s-count", around(Pipeline._perform, before_refusing(errors.RateLimited, _count_attempt))),
    mutant("AS-162/the-cookie-first", asking("refreshSession", _cookie_first)),
    mutant("AS-162/the-cookie-first-for-the-web", asking("refreshSession", _cookie_first_for_the_web)),
    mutant("AS-163/as-asked", _refreshed_as(_requested_client_type)),
    *for_each("AS-163/as-{}", ("web", "mobile"), lambda name: _refreshed_as(lambda *_: ClientType(name))),
    mutant("AS-164/400", _refresh_refused_with(errors.InvalidInput({"refresh_token": ["?"]}))),
    mutant("AS-164/403", _refresh_refused_with(errors.Forbidden("No."))),
    mutant("AS-164/invalid-credentials", _refresh_refused_with(errors.InvalidCredentials())),
    mutant("AS-164/required", required("RefreshSession", "refresh_token")),
    mutant("AS-166/kept", answering("logout", lambda found: None)),
    mutant("AS-166/a-minute-more", _cookie_text("Max-Age=0", "Max-Age=60")),
    mutant("AS-166/of-another-path", _cookie_text("/api/v1/auth", "/")),
    mutant("AS-166/of-another-name", _cookie_text("novavms_refresh", "refresh")),
    mutant("AS-166/not-with-a-key", _logout_with_key(_no_cookie)),
    mutant("AS-167/400", _logout_with_key(raising(errors.InvalidInput({"body": ["has no session"]})))),
    mutant("AS-167/all-sessions-end", _logout_with_key(end_all_sessions)),
    mutant("AS-167/key-ends", _logout_with_key(_remove_key)),
    mutant("AS-177/15-minutes", _retry_after(lambda before, now: 900)),
    mutant("AS-177/of-the-last", _retry_after(lambda before, now: 900 - int((now - before.times[-1]).total_seconds()))),
    mutant("AS-177/a-second", _retry_after(lambda before, now: 1)),
    mutant("AS-179/no-org", answering("getMe", lacking("org_id"))),
    mutant("AS-179/as-a-viewer", answering("getMe", changed(role=lambda role: Role.VIEWER))),
)
