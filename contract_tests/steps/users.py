"""Users: inviting one, and logging in as one."""

from typing import Any

from contract_tests.steps.answers import JSON
from contract_tests.verdicts import Unavailable
from contract_tests.world import LOGIN, USERS, World, require_body


def new_invitation(world: World, **fields: Any) -> JSON:
    """Return a valid body that invites a new user, an operator unless the fields say otherwise."""
    name = world.name("user")
    return {"email": f"{name.replace(' ', '-')}@example.com", "display_name": name, "role": "operator", **fields}


def invite(world: World, **fields: Any) -> JSON:
    """Invite a user and return the answer: user, invitation_sent and more. Raises Unavailable."""
    return require_body(world.admin.post(USERS, new_invitation(world, **fields)), 201, "inviting a user", "user")


def credentials(invited: JSON) -> JSON:
    """Return email and password of an invited user. Raises Unavailable where the answer does not hold the password."""
    if "temporary_password" not in invited:
        raise Unavailable("the target sends temporary passwords by mail only")
    return {"email": invited["user"]["email"], "password": invited["temporary_password"]}


def log_in(world: World, invited: JSON, **fields: Any) -> JSON:
    """Log in from an app as an invited user, with the fields, and return the answer. Raises Unavailable."""
    body = {**credentials(invited), "client_type": "mobile", **fields}
    return require_body(world.anonymous.post(LOGIN, body), 200, "logging in", "access_token", "refresh_token")


def sessions(world: World, user_id: str) -> list[JSON]:
    """Return the sessions of a user, newest first. Raises Unavailable."""
    answer = world.admin.get(f"{USERS}/{user_id}/sessions")
    return list(require_body(answer, 200, "listing sessions", "data")["data"])
