"""Mutants about decisions about logging in, refreshing and logging out."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors, sessions, tokens
from mockserver.domain.access import Role
from mockserver.domain.records import PLATFORM
from mockserver.domain.sessions import ClientType
from mockserver.domain.tokens import Purpose
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.authentication import end_all_sessions
from mockserver.mutants.operators.document import required
from mockserver.mutants.operators.operations import answering, asking, first, serving
from mockserver.mutants.operators.patches import Original, Patch, around, calling, for_each, mutant
from mockserver.mutants.operators.refusals import before_refusing, refusing
from mockserver.mutants.operators.values import changed, lacking, record, without_fields
from mockserver.operations import authentication
from mockserver.operations.call import Call, WithHeaders
from mockserver.store.base import Query
from mockserver.store.kinds import API_KEYS, LOGIN_ATTEMPTS, USERS

_BEGINNING = datetime.min.replace(tzinfo=UTC)


_login = partial(serving, "login")


def _free(forget: Any) -> Any:
    """Forget of a login that succeeds what ``forget`` says, by the attempts before it and after."""

    async def defect(original: Original, call: Call) -> Any:
        name = sessions.attempts_id(call.body["email"].lower())
        before = await call.tx.get(LOGIN_ATTEMPTS, PLATFORM, name)
        answer = await original(call)
        if not isinstance(answer, errors.ApiError):
            await forget(call.tx, before, await call.tx.get(LOGIN_ATTEMPTS, PLATFORM, name))
        return answer

    return defect


async def _as_before(tx: Any, before: Any, after: Any) -> None:
    await (tx.put(LOGIN_ATTEMPTS, before) if before else tx.remove(LOGIN_ATTEMPTS, after))


async def _from_the_start(tx: Any, before: Any, after: Any) -> None:
    await tx.remove(LOGIN_ATTEMPTS, after)


async def _counted(pipe: Pipeline, exchange: Exchange) -> None:
    """Count an attempt that is refused."""
    if exchange.operation is None or exchange.operation.id != "login":
        return
    email = json.loads(exchange.body or b"{}").get("email")
    name = sessions.attempts_id(str(email).lower())
    async with pipe.store.transaction() as tx:
        before = await tx.get(LOGIN_ATTEMPTS, PLATFORM, name)
        times = (*(before.times if before else ()), exchange.now)
        await tx.put(LOGIN_ATTEMPTS, sessions.LoginAttempts(id=name, org_id=PLATFORM, first_at=times[0], times=times))


def _retry_after(seconds: Any) -> Patch:
    """Change what a login beyond the five is told to wait."""

    def defect(original: Original, before: Any, email: str, now: Any) -> Any:
        try:
            return original(before, email, now)
        except errors.RateLimited as refusal:
            raise errors.RateLimited(seconds(before, now, refusal), "Too many attempts.") from None

    return around(sessions.attempt, defect)


async def _no_disabled(call: Call) -> None:
    if any(not user.enabled for user in await call.tx.find_all(USERS, call.body["email"].lower())):
        raise errors.AccountDisabled


async def _capitals_are_free(original: Original, call: Call) -> Any:
    forgetful = original if call.body["email"].islower() else _free(_as_before)(original)
    return await forgetful(call)


async def _lower_case_alone(original: Original, call: Call) -> Any:
    answer = await original(call)
    return answer if call.body["email"].islower() else errors.InvalidCredentials()


async def _owner(call: Call) -> Any:
    people = await call.tx.select(Query(USERS, call.org_id))
    return authentication._user_view(next(user for user in people if user.role.value == "owner"))


def _by_what_is_asked(original: Original, call: Call, session: Any, more: Any) -> Any:
    """Let a refreshed token travel by the client_type of the refresh."""
    asked = ClientType(call.body.get("client_type", session.client_type.value))
    return original(call, session if more else replace(session, client_type=asked), more)


def _refreshed_as(client: ClientType) -> Patch:
    def defect(original: Original, call: Any, session: Any, more: Any) -> Any:
        return original(call, session if more else replace(session, client_type=client), more)

    return around(authentication._token_answer, defect)


def _cookie_first(call: Call) -> Call:
    return without_fields("refresh_token")(call) if "novavms_refresh" in call.params else call


def _cookie_first_for_the_web(call: Call) -> Call:
    return call if call.body.get("client_type") == "mobile" else _cookie_first(call)


async def _cookie_if_wrong(original: Original, call: Call) -> Any:
    try:
        return await original(call)
    except errors.Unauthenticated:
        return await original(without_fields("refresh_token")(call))


def _lasting(expires_at: Any) -> Patch:
    """Let a session that is refreshed last otherwise, by what it was and now."""

    def defect(original: Original, session: Any, drawn: Any, now: Any) -> Any:
        return record(expires_at=expires_at(session, now))(original(session, drawn, now))

    return around(sessions.refresh, defect)


def _token_lasting(factor: float) -> Patch:
    """Let refresh tokens and their sessions last another time than their cookies."""

    def defect(original: Original, token: str, purpose: Any, now: Any, key: bytes) -> Any:
        found = original(token, purpose, now if purpose is Purpose.ACCESS else _BEGINNING, key)
        if found is None or purpose is Purpose.ACCESS:
            return found
        return found if now.timestamp() < found.iat + (found.exp - found.iat) * factor else None

    return around(tokens.read, defect)


def _headers(change: Any) -> Patch:
    """Change the headers of a logout."""
    return answering("logout", lambda found: WithHeaders(None, change(found.headers)))


def _text(old: str, new: str) -> Any:
    return lambda headers: [(name, text.replace(old, new)) for name, text in headers]


def _for_keys(answer: Any) -> Patch:
    """Let a logout with a key be answered otherwise."""

    async def defect(original: Original, call: Call) -> Any:
        return await (original(call) if call.caller.session_id else answer(call))

    return serving("logout", defect)


async def _without_a_cookie(call: Call) -> Any:
    return None


async def _refused(call: Call) -> Any:
    raise errors.InvalidInput({"body": ["has no session"]})


async def _key_over(call: Call) -> Any:
    key = await call.tx.get(API_KEYS, call.org_id, call.caller.key_id or "")
    if key is not None:
        await call.tx.remove(API_KEYS, key)
    return WithHeaders(None, [authentication._cookie("", timedelta())])


_refreshing = partial(serving, "refreshSession")


_unauthenticated = partial(refusing, "refreshSession", errors.Unauthenticated)


MUTANTS = (
    mutant("AS-160/from-the-login", _lasting(lambda session, now: session.expires_at)),
    mutant("AS-160/7-days-then", _lasting(lambda session, now: now + timedelta(days=7))),
    mutant("AS-160/for-ever", _token_lasting(1000)),
    mutant("AS-160/half-as-long", _token_lasting(0.5)),
    mutant("AS-162/the-cookie-first", asking("refreshSession", _cookie_first)),
    mutant("AS-162/the-cookie-first-for-the-web", asking("refreshSession", _cookie_first_for_the_web)),
    mutant("AS-162/the-cookie-if-the-body-is-wrong", _refreshing(_cookie_if_wrong)),
    mutant("AS-163/as-asked", around(authentication._token_answer, _by_what_is_asked)),
    *for_each("AS-163/as-{}", ("web", "mobile"), lambda name: _refreshed_as(ClientType(name))),
    mutant(
        "AS-164/400", refusing("refreshSession", errors.Unauthenticated, errors.InvalidInput({"refresh_token": ["?"]}))
    ),
    mutant("AS-164/403", refusing("refreshSession", errors.Unauthenticated, errors.Forbidden("No."))),
    mutant(
        "AS-164/invalid-credentials", refusing("refreshSession", errors.Unauthenticated, errors.InvalidCredentials())
    ),
    mutant("AS-164/required", required("RefreshSession", "refresh_token")),
    mutant("AS-166/kept", answering("logout", lambda found: None)),
    mutant("AS-166/a-minute-more", _headers(_text("Max-Age=0", "Max-Age=60"))),
    mutant("AS-166/of-another-path", _headers(_text("/api/v1/auth", "/"))),
    mutant("AS-166/of-another-name", _headers(_text("novavms_refresh", "refresh"))),
    mutant("AS-166/not-with-a-key", _for_keys(_without_a_cookie)),
    mutant("AS-167/400", _for_keys(_refused)),
    mutant("AS-167/all-sessions-end", _for_keys(end_all_sessions)),
    mutant("AS-167/key-ends", _for_keys(_key_over)),
    mutant("AS-161/successes-are-free", _login(_free(_as_before))),
    mutant("AS-161/a-success-begins-anew", _login(_free(_from_the_start))),
    mutant("AS-161/400s-count", around(Pipeline._perform, before_refusing(errors.InvalidInput, _counted))),
    mutant("AS-161/429s-count", around(Pipeline._perform, before_refusing(errors.RateLimited, _counted))),
    mutant("AS-175/told-whatever-the-password", _login(first(_no_disabled))),
    mutant("AS-176/lower-case-alone", _login(_lower_case_alone)),
    mutant("AS-176/attempts-in-capitals-are-free", _login(_capitals_are_free)),
    mutant("AS-177/15-minutes", _retry_after(lambda before, now, refusal: 900)),
    mutant(
        "AS-177/of-the-last",
        _retry_after(lambda before, now, refusal: 900 - int((now - before.times[-1]).total_seconds())),
    ),
    mutant("AS-177/a-second", _retry_after(lambda before, now, refusal: 1)),
    mutant("AS-179/the-owner", serving("getMe", calling(_owner))),
    mutant("AS-179/no-org", answering("getMe", lacking("org_id"))),
    mutant("AS-179/as-a-viewer", answering("getMe", changed(role=lambda role: Role.VIEWER))),
)
