"""Where somebody invited is logged in, and what becomes of it."""

from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps import users
from contract_tests.world import API, LOGIN, USERS, World

JSON = dict[str, Any]
#: Seconds between logins, so that the sessions have an order.
APART = 2
#: Seconds after which five more logins with one email are not too many.
ATTEMPTS_FORGOTTEN = 15 * 60


def at(invited: JSON) -> str:
    """Return the path of somebody invited."""
    return f"{USERS}/{invited['user']['id']}"


def listed(world: World, invited: JSON) -> list[JSON]:
    """Return the sessions of somebody invited."""
    return users.sessions(world, invited["user"]["id"])


def ids(world: World, invited: JSON) -> list[str]:
    """Return the ids of the sessions of somebody invited."""
    return [session["id"] for session in listed(world, invited)]


def several(world: World, invited: JSON, count: int) -> list[JSON]:
    """Log in as somebody invited so many times, some time apart, and return the answers. Raises Unavailable."""
    found = []
    for _ in range(count):
        world.advance(APART)
        found.append(users.log_in(world, invited))
    return found


def try_to_log_in(world: World, invited: JSON) -> Answer:
    """Log in as somebody invited, which the target may refuse."""
    return world.anonymous.post(LOGIN, {**users.credentials(invited), "client_type": "mobile"})


def refresh(world: World, login: JSON | Answer) -> Answer:
    """Use the refresh token of a login."""
    body = {"refresh_token": login["refresh_token"], "client_type": "mobile"}
    return world.anonymous.post(f"{API}/auth/refresh", body)


def signed_in(world: World, login: JSON) -> Actor:
    """Return who calls with the access token of a login."""
    return world.holding("person", login["access_token"])


def me(world: World, login: JSON) -> Answer:
    """Ask with the access token of a login who that is."""
    return signed_in(world, login).get(f"{API}/auth/me")
