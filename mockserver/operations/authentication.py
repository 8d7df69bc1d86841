"""Login, sessions and API keys (rules AUTH-…)."""

from datetime import timedelta
from typing import Any

from mockserver.domain import dates, sessions, tokens
from mockserver.domain.dates import Window
from mockserver.domain.errors import AccountDisabled, InvalidCredentials, Unauthenticated
from mockserver.domain.records import PLATFORM
from mockserver.domain.sessions import ClientType, Session
from mockserver.domain.tokens import Purpose
from mockserver.domain.users import ApiKey, User
from mockserver.operations.call import Call, Result, WithHeaders
from mockserver.store.base import Query
from mockserver.store.kinds import API_KEYS, LOGIN_ATTEMPTS, SESSIONS, USERS

_COOKIE = "novavms_refresh"
_MAX_USER_AGENT_LENGTH = 256


async def login(call: Call) -> Result:
    """Open a session and return its first tokens; the attempt counts whether or not it succeeds (RL-03)."""
    email = call.body["email"].lower()
    known = await call.tx.get(LOGIN_ATTEMPTS, PLATFORM, sessions.attempts_id(email))
    if call.clock.own_clocks:
        users = await call.tx.find_all(USERS, email)
        call = call.at_time_of(users[0].org_id) if users else call
    await call.tx.put(LOGIN_ATTEMPTS, sessions.attempt(known, email, call.now))
    await _forget_attempts(call)
    user = await _find_user(call, email)
    if user is None:
        return InvalidCredentials()
    if not user.enabled:
        return AccountDisabled()
    session = await _open_session(call, user)
    return _token_answer(call, session, {"user": _user_view(user)})


async def refresh_session(call: Call) -> Result:
    """Return new tokens for the refresh token in the body or the cookie; one that was used before ends its session."""
    sent = call.body.get("refresh_token", call.params.get(_COOKIE, ""))
    call = call.at_time_of(tokens.org_of(sent))
    claims = tokens.read(sent, Purpose.REFRESH, call.now, call.random_source.secret("jwt"))
    session = await call.tx.get(SESSIONS, claims.org, claims.sid) if claims else None
    if claims is None or session is None:
        raise Unauthenticated
    if claims.jti != session.refresh_id:
        await call.tx.remove(SESSIONS, session)
        return Unauthenticated()
    session = sessions.refresh(session, call.random_source.token(""), call.now)
    await call.tx.put(SESSIONS, session)
    return _token_answer(call, session, {})


async def logout(call: Call) -> WithHeaders:
    """End the session of the caller, if there is one, and delete the cookie."""
    session = await call.tx.get(SESSIONS, call.org_id, call.caller.session_id or "")
    if session is not None:
        await call.tx.remove(SESSIONS, session)
    return WithHeaders(None, [_cookie("", timedelta())])


async def get_me(call: Call) -> dict[str, Any]:
    """The user who calls."""
    user = await call.tx.get(USERS, call.org_id, call.caller.user_id or "")
    if user is None:
        raise Unauthenticated
    return _user_view(user)


async def list_service_account_keys(call: Call) -> dict[str, Any]:
    """The API keys that act as a user, each without its token (AUTH-19, AUTH-20)."""
    user = await call.get(USERS, "service account")
    keys = await call.tx.select(Query(API_KEYS, call.org_id, {"user_id": (user.id,)}))
    return {"keys": [_key_view(key) for key in keys]}


async def _find_user(call: Call, email: str) -> User | None:
    """Return the user with this email and the password in the body: the oldest, if several orgs have one."""
    found = await call.tx.find_all(USERS, email)
    return next((user for user in found if user.password == call.body["password"]), None)


async def _forget_attempts(call: Call) -> None:
    """Remove the attempts that no longer count, and the oldest of those with too many emails."""
    since = sessions.attempts_window(min(call.now, call.clock.earliest()))
    old = await call.tx.select(Query(LOGIN_ATTEMPTS, PLATFORM, window=Window(until=since)))
    surplus = [attempts for attempts in old if attempts.times[-1] <= since]
    if await call.tx.count(Query(LOGIN_ATTEMPTS, PLATFORM)) > sessions.MAX_ATTEMPTED_EMAILS:
        newest_first = list(await call.tx.select(Query(LOGIN_ATTEMPTS, PLATFORM)))
        surplus += newest_first[sessions.MAX_ATTEMPTED_EMAILS * 9 // 10 :]
    for attempts in surplus:
        await call.tx.remove(LOGIN_ATTEMPTS, attempts)


async def _open_session(call: Call, user: User) -> Session:
    """Store and return a new session of the user; it replaces the oldest of too many (USR-19)."""
    now, agent = dates.whole_seconds(call.now), call.params.get("User-Agent")
    remember_me = call.body.get("remember_me", False)
    session = Session(
        id=call.random_source.uuid(),
        org_id=user.org_id,
        user_id=user.id,
        client_type=ClientType(call.body.get("client_type", ClientType.WEB)),
        user_agent=agent and agent[:_MAX_USER_AGENT_LENGTH],
        remember_me=remember_me,
        refresh_id=call.random_source.token(""),
        created_at=now,
        last_used_at=now,
        expires_at=now + sessions.lifetime(remember_me=remember_me),
    )
    existing = list(await call.tx.select(Query(SESSIONS, user.org_id, {"user_id": (user.id,)})))
    window = Window(until=sessions.expired_before(call.now))
    expired = [one for one in await call.tx.select(Query(SESSIONS, user.org_id, window=window)) if not one.live(now)]
    for replaced in [*sessions.surplus(existing, call.now), *expired]:
        await call.tx.remove(SESSIONS, replaced)
    await call.tx.put(SESSIONS, session)
    return session


def _token_answer(call: Call, session: Session, more: dict[str, Any]) -> Result:
    """Return new tokens of the session: the refresh token in a cookie for the web, in the body for mobile (AUTH-07)."""
    key, expires_at = call.random_source.secret("jwt"), sessions.access_expiry(call.now)
    access = tokens.issue(session, Purpose.ACCESS, call.now, expires_at, key)
    refresh = tokens.issue(session, Purpose.REFRESH, call.now, session.expires_at, key)
    answer = {"access_token": access, "expires_at": expires_at, **more}
    if session.client_type is ClientType.MOBILE:
        return answer | {"refresh_token": refresh}
    return WithHeaders(answer, [_cookie(refresh, sessions.lifetime(remember_me=session.remember_me))])


def _cookie(token: str, max_age: timedelta) -> tuple[str, str]:
    seconds = int(max_age.total_seconds())
    return "set-cookie", f"{_COOKIE}={token}; HttpOnly; Path=/api/v1/auth; SameSite=Lax; Max-Age={seconds}"


def _user_view(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in ("id", "email", "display_name", "role", "org_id")}


def _key_view(key: ApiKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in ("id", "prefix", "name", "created_at", "expires_at")}
