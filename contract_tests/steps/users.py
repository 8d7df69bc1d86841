"""The people of an org: somebody to invite, somebody invited, somebody logged in."""

from typing import Any

from contract_tests.actors import Answer
from contract_tests.verdicts import Unavailable
from contract_tests.world import LOGIN, USERS, World

JSON = dict[str, Any]


def stranger(world: World, **fields: Any) -> JSON:
    """Return what invites somebody who is not in the org yet, as an operator unless the fields say otherwise."""
    name = world.name("user")
    return {"email": f"{name.replace(' ', '-')}@example.com", "display_name": name, "role": "operator", **fields}


def invite(world: World, **fields: Any) -> JSON:
    """Invite somebody and return the answer: user, invitation_sent and more. Raises Unavailable."""
    return _arranged(world.admin.post(USERS, stranger(world, **fields)), 201, "inviting a user", "user")


def credentials(invited: JSON) -> JSON:
    """Return email and password of somebody invited. Raises Unavailable where only a mail tells them."""
    if "temporary_password" not in invited:
        raise Unavailable("the target tells temporary passwords by mail only")
    return {"email": invited["user"]["email"], "password": invited["temporary_password"]}


def log_in(world: World, invited: JSON, **fields: Any) -> JSON:
    """Log in with an app as somebody invited; the fields go with it. Raises Unavailable."""
    body = {**credentials(invited), "client_type": "mobile", **fields}
    return _arranged(world.anonymous.post(LOGIN, body), 200, "logging in", "access_token", "refresh_token")


def sessions(world: World, user_id: str) -> list[JSON]:
    """Return the sessions of a user, newest first. Raises Unavailable."""
    answer = world.admin.get(f"{USERS}/{user_id}/sessions")
    return list(_arranged(answer, 200, "listing sessions", "data")["data"])


def _arranged(answer: Answer, status: int, what: str, *fields: str) -> JSON:
    """Return the body of an answer that has the status and holds the fields. Raises Unavailable."""
    body = answer.json if answer.status == status else None
    if not isinstance(body, dict) or not set(fields) <= body.keys():
        raise Unavailable(f"{what} was answered {answer}")
    return body
