"""Mutants about the sessions of users."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors, sessions
from mockserver.domain.sessions import Session
from mockserver.domain.users import User
from mockserver.mutants.operators.document import route, success
from mockserver.mutants.operators.operations import answering, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Original,
    Patch,
    around,
    calling,
    for_each,
    mutant,
    nothing,
    once_in,
    replaced,
    stateful,
    together,
)
from mockserver.mutants.operators.refusals import refused_as, tolerating
from mockserver.mutants.operators.values import TIMES, backwards, changed, copied, each, having, lacking, record
from mockserver.operations import authentication, identity
from mockserver.operations import users as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import SESSIONS, USERS

_NOBODY = "00000000-0000-4000-8000-000000000000"


_revoking = partial(serving, "revokeUserSession")


_shown = partial(answering, "listUserSessions")


def _items(change: Change) -> Patch:
    return _shown(changed(data=each(change)))


async def _revoked_all(call: Call) -> None:
    for session in await operations._sessions(call):
        await call.tx.remove(SESSIONS, session)


async def _revoked_newest(call: Call) -> None:
    found = await operations._sessions(call)
    if call.params["sid"] not in [session.id for session in found]:
        raise errors.NotFound("session")
    await call.tx.remove(SESSIONS, found[0])


async def _hidden(call: Call) -> None:
    """Take a session out of the list and leave it good for a refresh."""
    session = next((found for found in await operations._sessions(call) if found.id == call.params["sid"]), None)
    if session is None:
        raise errors.NotFound("session")
    await call.tx.put(SESSIONS, record(user_id=_NOBODY)(session))


async def _of_anybody(call: Call) -> None:
    session = await call.tx.get(SESSIONS, call.org_id, call.params["sid"])
    if session is None:
        raise errors.NotFound("session")
    await call.tx.remove(SESSIONS, session)


def _spared(choose: Callable[[Sequence[Session]], Sequence[Session]]) -> Patch:
    """Let other sessions of a user, who has five, go for one more."""

    def surplus(found: Sequence[Session], now: Any) -> Sequence[Session]:
        return choose(found) if len(found) >= sessions.MAX_SESSIONS else ()

    return replaced(lambda: sessions.surplus, surplus)


async def _refused_when_full(original: Original, call: Call, user: User) -> Any:
    """Wrap the opening of a session: whoever has five gets no other."""
    if await call.tx.count(Query(SESSIONS, user.org_id, {"user_id": (user.id,)})) >= sessions.MAX_SESSIONS:
        raise errors.Forbidden("There are five sessions.")
    return await original(call, user)


async def _evicted_hidden(original: Original, call: Call, user: User) -> Any:
    """Wrap the opening of a session: those that go can be refreshed still."""
    found = list(await call.tx.select(Query(SESSIONS, user.org_id, {"user_id": (user.id,)})))
    for spare in sessions.surplus(found, call.now):
        await call.tx.put(SESSIONS, record(user_id=_NOBODY)(spare))
    return await original(call, user)


async def _counted_together(original: Original, call: Call, user: User) -> Any:
    """Wrap the opening of a session: there are five for all users of the org."""
    found = list(await call.tx.select(Query(SESSIONS, user.org_id)))
    for spare in sessions.surplus(found, call.now):
        await call.tx.remove(SESSIONS, spare)
    return await original(call, user)


def _used(law: Callable[[Session, Any], Any]) -> Patch:
    """Note another use of a session."""
    return replaced(lambda: sessions.use, law)


def _sometimes_unused() -> Patch:
    due = once_in(3)
    return around(sessions.use, lambda original, session, now: session if due() else original(session, now))


def _younger_when_used(session: Session, now: Any) -> Session:
    return replace(session, created_at=now.replace(microsecond=0), last_used_at=now.replace(microsecond=0))


async def _any_time(original: Original, call: Call) -> list[Session]:
    """Wrap the reading of a user's sessions: those that have expired are among them."""
    user = await call.get(USERS, "user")
    return list(await call.tx.select(Query(SESSIONS, call.org_id, {"user_id": (user.id,)})))


def _kept_for(span: timedelta) -> Any:
    """Leave access tokens good for a while, whatever becomes of their sessions."""

    @stateful
    def defect() -> AnyFunction:
        known: dict[str, Any] = {}

        async def signed_in(original: Original, tx: Any, token: str, now: Any, random_source: Any) -> Any:
            caller = await original(tx, token, now, random_source)
            if caller.key_id is not None:
                known[token] = caller, now
            remembered, at = known.get(token, (caller, now))
            return remembered if now - at < span else caller

        return signed_in

    return around(identity._by_access_token, defect)


LIST, ONE = "/api/v1/users", "/api/v1/users/{id}"


MUTANTS = (
    mutant("USR-13/all-at-once", _revoking(calling(_revoked_all))),
    mutant("USR-13/newest", _revoking(calling(_revoked_newest))),
    mutant("USR-13/nothing-happens", _revoking(nothing), "USR-21", "AS-150", "AS-153"),
    *for_each("USR-13/{}", (200, 202), partial(success, "revokeUserSession")),
    *for_each(
        "USR-13/{}-all", ("delete", "post"), lambda method: route(f"{ONE}/sessions", method, "revokeAll", "admin")
    ),
    *for_each("USR-18/{}", (4, 6), partial(replaced, lambda: sessions.MAX_SESSIONS), "USR-19"),
    mutant("USR-18/any-number", replaced(lambda: sessions.surplus, lambda found, now: ()), "USR-19"),
    mutant("USR-18/one", replaced(lambda: sessions.MAX_SESSIONS, 1)),
    mutant("USR-18/for-the-whole-org", around(authentication._open_session, _counted_together)),
    mutant("USR-19/newest", _spared(lambda found: found[:1])),
    mutant("USR-19/all", _spared(lambda found: found), "USR-18"),
    mutant("USR-19/two", _spared(lambda found: found[-2:]), "USR-18"),
    mutant("USR-19/refused", around(authentication._open_session, _refused_when_full)),
    mutant("USR-19/still-refreshed", around(authentication._open_session, _evicted_hidden)),
    *for_each("USR-20/no-{}", ("user_agent", "created_at", "last_used_at", "id"), lambda name: _items(lacking(name))),
    mutant("USR-20/id-in-braces", _items(changed(id="{{{}}}".format))),
    mutant("USR-20/agent-unknown", _items(having(user_agent=None))),
    *for_each("USR-20/{}", TIMES, lambda how: _items(changed(created_at=TIMES[how]))),
    mutant("USR-20/used-at-its-creation", _items(copied(last_used_at="created_at")), "AS-152"),
    mutant("USR-20/created-at-its-use", _items(copied(created_at="last_used_at"))),
    mutant("USR-20/younger-when-used", _used(_younger_when_used)),
    mutant("USR-21/hidden", _revoking(calling(_hidden))),
    mutant(
        "USR-22/an-hour",
        together(_kept_for(timedelta(hours=1)), replaced(lambda: sessions.ACCESS_LIFETIME, timedelta(hours=1))),
    ),
    *for_each(
        "USR-24/{}-days",
        (29, 31),
        lambda n: replaced(lambda: sessions._REMEMBERED_LIFETIME, timedelta(days=n)),
        "AS-154",
    ),
    *for_each("AS-154/{}-days", (6, 8), lambda days: replaced(lambda: sessions._LIFETIME, timedelta(days=days))),
    mutant("AS-154/listed", around(operations._sessions, _any_time)),
    mutant("AS-150/ten-minutes", _kept_for(timedelta(minutes=10))),
    mutant("AS-151/oldest-first", _shown(changed(data=backwards)), "USR-18"),
    mutant("AS-151/no-total", _shown(lacking("total"))),
    mutant("AS-151/one-more", _shown(changed(total=lambda total: total + 1))),
    mutant("AS-152/never", _used(lambda session, now: session), "USR-20"),
    mutant("AS-152/sometimes-not", _sometimes_unused()),
    mutant("AS-153/of-anybody", _revoking(calling(_of_anybody))),
    mutant("AS-153/tolerated", _revoking(tolerating(errors.NotFound))),
    mutant("AS-153/forbidden", _revoking(refused_as(errors.NotFound, errors.Forbidden("No.")))),
)
