"""Mutants about the sessions of users."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors, sessions
from mockserver.domain.sessions import Session
from mockserver.domain.users import User
from mockserver.mutants.operators.document import route, success
from mockserver.mutants.operators.lists import items
from mockserver.mutants.operators.operations import answering, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    nothing,
    once_in,
    replaced,
    stateful,
    together,
)
from mockserver.mutants.operators.refusals import refused_as, tolerating
from mockserver.mutants.operators.values import TIMES, backwards, changed, copied, having, lacking, record
from mockserver.operations import authentication, identity
from mockserver.operations import users as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import SESSIONS, USERS

MUTANTS = Mutants()
_items = partial(items, "listUserSessions")
#: The id of no user.
_NO_USER = "00000000-0000-4000-8000-000000000000"


def _replacing(choose: Callable[[Sequence[Session]], Sequence[Session]]) -> Patch:
    """Let a sixth session replace other sessions than the oldest."""

    def surplus(found: Sequence[Session], now: datetime) -> Sequence[Session]:
        return choose(found) if len(found) >= sessions.MAX_SESSIONS else ()

    return replaced(lambda: sessions.surplus, surplus)


def _valid_for(span: timedelta) -> Patch:
    """Accept an access token for a while after it was accepted last, whether or not its session has ended."""

    @stateful
    def defect() -> AnyFunction:
        known: dict[str, Any] = {}

        async def identify(original: Original, tx: Any, token: str, now: datetime, random_source: Any) -> Any:
            caller = await original(tx, token, now, random_source)
            if caller.key_id is not None:
                known[token] = caller, now
            remembered, at = known.get(token, (caller, now))
            return remembered if now - at < span else caller

        return identify

    return around(identity._by_access_token, defect)


async def _session(call: Call) -> Session:
    """Return the session of the path. Raises NotFound."""
    session = next((found for found in await operations._sessions(call) if found.id == call.params["sid"]), None)
    if session is None:
        raise errors.NotFound("session")
    return session


async def _all_sessions(call: Call, user: User) -> list[Session]:
    """Return the sessions of a user, newest first."""
    return list(await call.tx.select(Query(SESSIONS, user.org_id, {"user_id": (user.id,)})))


@MUTANTS.defect("USR-13/all-at-once", of="revokeUserSession")
async def _revoke_all(original: Original, call: Call) -> None:
    """Revoke all sessions of the user."""
    for session in await operations._sessions(call):
        await call.tx.remove(SESSIONS, session)


@MUTANTS.defect("USR-13/newest", of="revokeUserSession")
async def _revoke_newest(original: Original, call: Call) -> None:
    """Revoke the newest session of the user."""
    await _session(call)
    await call.tx.remove(SESSIONS, (await operations._sessions(call))[0])


@MUTANTS.defect("USR-18/for-the-whole-org", of=authentication._open_session)
async def _limit_of_the_org(original: Original, call: Call, user: User) -> Any:
    """Limit the sessions of all users of the org to five together."""
    found = list(await call.tx.select(Query(SESSIONS, user.org_id)))
    for session in sessions.surplus(found, call.now):
        await call.tx.remove(SESSIONS, session)
    return await original(call, user)


@MUTANTS.defect("USR-19/refused", of=authentication._open_session)
async def _refuse_the_sixth(original: Original, call: Call, user: User) -> Any:
    """Refuse a login while the user has five sessions."""
    if len(await _all_sessions(call, user)) >= sessions.MAX_SESSIONS:
        raise errors.Forbidden("There are five sessions.")
    return await original(call, user)


@MUTANTS.defect("USR-19/still-refreshed", of=authentication._open_session)
async def _replaced_but_valid(original: Original, call: Call, user: User) -> Any:
    """Take a replaced session out of the list; its refresh token stays valid."""
    for session in sessions.surplus(await _all_sessions(call, user), call.now):
        await call.tx.put(SESSIONS, record(user_id=_NO_USER)(session))
    return await original(call, user)


@MUTANTS.defect("USR-20/younger-when-used", of=sessions.use)
def _created_when_used(original: Original, session: Session, now: datetime) -> Any:
    """Set created_at to the time of the last use."""
    used = original(session, now)
    return replace(used, created_at=used.last_used_at)


@MUTANTS.defect("USR-21/hidden", of="revokeUserSession")
async def _hide(original: Original, call: Call) -> None:
    """Take a revoked session out of the list; its refresh token stays valid."""
    await call.tx.put(SESSIONS, record(user_id=_NO_USER)(await _session(call)))


@MUTANTS.defect("AS-152/sometimes-not", of=sessions.use)
@stateful
def _sometimes_not_recorded() -> AnyFunction:
    """Do not record one use in three."""
    due = once_in(3)
    return lambda original, session, now: session if due() else original(session, now)


@MUTANTS.defect("AS-153/of-anybody", of="revokeUserSession")
async def _revoke_of_any_user(original: Original, call: Call) -> None:
    """Revoke a session of another user, too."""
    session = await call.tx.get(SESSIONS, call.org_id, call.params["sid"])
    if session is None:
        raise errors.NotFound("session")
    await call.tx.remove(SESSIONS, session)


@MUTANTS.defect("AS-154/listed", of=operations._sessions)
async def _expired_too(original: Original, call: Call) -> list[Session]:
    """List expired sessions, too."""
    return await _all_sessions(call, await call.get(USERS, "user"))


MUTANTS += (
    mutant("USR-13/nothing-happens", serving("revokeUserSession", nothing), "USR-21", "AS-150", "AS-153"),
    *for_each("USR-13/{}", (200, 202), partial(success, "revokeUserSession")),
    *for_each(
        "USR-13/{}-all",
        ("delete", "post"),
        lambda method: route("/api/v1/users/{id}/sessions", method, "revokeAll", "admin"),
    ),
    *for_each("USR-18/{}", (4, 6), partial(replaced, lambda: sessions.MAX_SESSIONS), "USR-19"),
    mutant("USR-18/any-number", replaced(lambda: sessions.surplus, lambda found, now: ()), "USR-19"),
    mutant("USR-18/one", replaced(lambda: sessions.MAX_SESSIONS, 1)),
    mutant("USR-19/newest", _replacing(lambda found: found[:1])),
    mutant("USR-19/all", _replacing(lambda found: found), "USR-18"),
    mutant("USR-19/two", _replacing(lambda found: found[-2:]), "USR-18"),
    *for_each(
        "USR-20/no-{}",
        ("user_agent", "created_at", "last_used_at", "id"),
        lambda name: _items(lacking(name)),
    ),
    mutant("USR-20/id-in-braces", _items(changed(id="{{{}}}".format))),
    mutant("USR-20/agent-unknown", _items(having(user_agent=None))),
    *for_each("USR-20/{}", TIMES, lambda form: _items(changed(created_at=TIMES[form]))),
    mutant("USR-20/used-at-its-creation", _items(copied(last_used_at="created_at")), "AS-152"),
    mutant("USR-20/created-at-its-use", _items(copied(created_at="last_used_at"))),
    mutant(
        "USR-22/an-hour",
        together(_valid_for(timedelta(hours=1)), replaced(lambda: sessions.ACCESS_LIFETIME, timedelta(hours=1))),
    ),
    *for_each(
        "USR-24/{}-days",
        (29, 31),
        lambda days: replaced(lambda: sessions._REMEMBERED_LIFETIME, timedelta(days=days)),
        "AS-154",
    ),
    mutant("AS-150/ten-minutes", _valid_for(timedelta(minutes=10))),
    mutant("AS-151/oldest-first", answering("listUserSessions", changed(data=backwards)), "USR-18"),
    mutant("AS-151/no-total", answering("listUserSessions", lacking("total"))),
    mutant("AS-151/one-more", answering("listUserSessions", changed(total=lambda total: total + 1))),
    mutant("AS-152/never", replaced(lambda: sessions.use, lambda session, now: session), "USR-20"),
    mutant("AS-153/tolerated", serving("revokeUserSession", tolerating(errors.NotFound))),
    mutant("AS-153/forbidden", serving("revokeUserSession", refused_as(errors.NotFound, errors.Forbidden("No.")))),
    *for_each("AS-154/{}-days", (6, 8), lambda days: replaced(lambda: sessions._LIFETIME, timedelta(days=days))),
)
