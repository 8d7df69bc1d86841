"""The users of an org and their sessions (rules USR-…)."""

from typing import Any

from mockserver.domain import users
from mockserver.domain.access import Role
from mockserver.domain.errors import EmailTaken, InvalidInput, NotFound
from mockserver.domain.records import Record
from mockserver.domain.sessions import Session
from mockserver.domain.users import User
from mockserver.operations.call import Call, page
from mockserver.store.base import Kind, Query
from mockserver.store.kinds import API_KEYS, SESSIONS, SITES, USERS

_INVITED = ("id", "email", "display_name", "role", "enabled")
_LISTED = (*_INVITED, "created_at")
_SESSION = ("id", "user_agent", "created_at", "last_used_at")


async def list_users(call: Call) -> dict[str, Any]:
    """One page of the org's users."""
    rows, envelope = await page(call, Query(USERS, call.org_id))
    return {"data": [_view(user, _LISTED) for user in rows], **envelope}


async def invite_user(call: Call) -> dict[str, Any]:
    """Create a user with a temporary password, which is answered because the mock sends no mail (USR-16)."""
    password = users.temporary_password(call.random_source.generator("password"))
    user = User(
        **await call.new_identity(),
        email=call.body["email"],
        display_name=call.body["display_name"],
        role=Role(call.body["role"]),
        site_ids=await _granted_sites(call),
        password=password,
        password_reset_required=True,
    )
    if await call.tx.count(Query(USERS, call.org_id, {"email": (user.email,)})):
        raise EmailTaken
    await call.tx.put(USERS, user)
    return {"user": _view(user, _INVITED), "invitation_sent": False, "temporary_password": password}


async def get_user(call: Call) -> dict[str, Any]:
    """One user."""
    user = await call.get(USERS, "user")
    return _view(user, _LISTED)


async def update_user(call: Call) -> dict[str, Any]:
    """Change a user's role or name, disable or re-enable them; disabling ends their sessions (USR-23)."""
    user = await call.get(USERS, "user")
    user = users.change(user, call.body)
    await call.tx.put(USERS, user)
    if not user.enabled:
        await _remove_all(call, SESSIONS, user)
    return _view(user, _LISTED)


async def delete_user(call: Call) -> None:
    """Delete a user with their API keys and sessions."""
    user = await call.get(USERS, "user")
    users.require_removable(user)
    await _remove_all(call, API_KEYS, user)
    await _remove_all(call, SESSIONS, user)
    await call.tx.remove(USERS, user)


async def list_user_sessions(call: Call) -> dict[str, Any]:
    """All sessions of a user, without paging."""
    found = await _sessions(call)
    return {"data": [_view(session, _SESSION) for session in found], "total": len(found)}


async def revoke_user_session(call: Call) -> None:
    """End a session, whose tokens are invalid from then on (USR-13, USR-21)."""
    session = next((session for session in await _sessions(call) if session.id == call.params["sid"]), None)
    if session is None:
        raise NotFound("session")
    await call.tx.remove(SESSIONS, session)


async def _sessions(call: Call) -> list[Session]:
    """Return the sessions of the user of the path that have not expired."""
    user = await call.get(USERS, "user")
    found = await call.tx.select(Query(SESSIONS, call.org_id, {"user_id": (user.id,)}))
    return [session for session in found if session.live(call.now)]


async def _granted_sites(call: Call) -> tuple[str, ...]:
    """Return the sites granted to a new viewer; other roles need none (USR-07). Raises InvalidInput."""
    if call.body["role"] != Role.VIEWER.value:
        return ()
    site_ids = call.body["site_ids"]
    known = await call.tx.get_many(SITES, call.org_id, site_ids)
    unknown = [index for index, site_id in enumerate(site_ids) if site_id not in known]
    if unknown:
        raise InvalidInput({f"site_ids.{index}": ["is not a site of this org"] for index in unknown})
    return tuple(site_ids)


async def _remove_all(call: Call, kind: Kind[Any], user: User) -> None:
    """Remove all records of a kind that belong to the user."""
    for record in await call.tx.select(Query(kind, call.org_id, {"user_id": (user.id,)})):
        await call.tx.remove(kind, record)


def _view(record: Record, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in fields}
