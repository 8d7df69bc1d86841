"""Sessions of an invited user: beginning, reading, refreshing and using them."""

from contract_tests.actors import Answer
from contract_tests.steps import logins, users
from contract_tests.steps.answers import JSON
from contract_tests.world import USERS, World

#: Seconds between two logins, which give the sessions an order.
LOGIN_INTERVAL_SECONDS = 2
#: Seconds after which attempts to log in no longer count against the limit of an email (RL-03).
ATTEMPTS_WINDOW_SECONDS = 15 * 60


def path_to(invited: JSON) -> str:
    """Return the path of an invited user."""
    return f"{USERS}/{invited['user']['id']}"


def list_sessions(world: World, invited: JSON) -> list[JSON]:
    """Return the sessions of an invited user. Raises Unavailable."""
    return users.sessions(world, invited["user"]["id"])


def listed_ids(world: World, invited: JSON) -> list[str]:
    """Return the ids of the sessions of an invited user. Raises Unavailable."""
    return [session["id"] for session in list_sessions(world, invited)]


def begin(world: World, invited: JSON, count: int) -> list[JSON]:
    """Log in that many times as an invited user, at different times, and return the answers. Raises Unavailable."""
    found = []
    for _ in range(count):
        world.advance(LOGIN_INTERVAL_SECONDS)
        found.append(users.log_in(world, invited))
    return found


def try_login(world: World, invited: JSON) -> Answer:
    """Try to log in from an app as an invited user, and return the answer, whatever it is."""
    return logins.try_login(world, users.credentials(invited), client_type="mobile")


def refresh(world: World, login: JSON | Answer) -> Answer:
    """Use the refresh token of a login."""
    return logins.refresh(world, login["refresh_token"])


def read_me(world: World, login: JSON | Answer) -> Answer:
    """Read the caller's own user with the access token of a login."""
    return logins.logged_in(world, login).get(logins.ME)
