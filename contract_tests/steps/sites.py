"""Sites: their fields, reading them, and their access lists."""

from contract_tests.actors import Actor, Answer
from contract_tests.steps.answers import all_rows
from contract_tests.verdicts import Unavailable
from contract_tests.world import SITES, World

SITE_FIELDS = {"id", "name", "timezone", "created_at"}
#: The fields of a user on an access list.
MEMBER_FIELDS = {"id", "email", "display_name", "role"}


def path_to(site_id: str, part: str = "") -> str:
    """Return the path of a site, or of a part of it."""
    return f"{SITES}/{site_id}{part}"


def listed_ids(actor: Actor) -> list[str]:
    """Return the ids of the sites in an actor's list, in its order, from all pages."""
    return [row["id"] for row in all_rows(actor, SITES, limit=100)]


def site_name(world: World, site_id: str) -> str:
    """Return the name of a site. Raises Violation."""
    return str(world.admin.get(path_to(site_id))["name"])


def ungranted_site(world: World) -> str:
    """Return the id of a site that is not granted to the viewer. Raises Unavailable."""
    found = next((site for site in world.sites if site not in world.granted), None)
    if found is None:
        raise Unavailable("no site is known that is not granted to the viewer")
    return found


def save_access_list(world: World, site_id: str, user_ids: list[str]) -> Answer:
    """Replace the access list of a site and return the answer, whatever it is."""
    return world.admin.call("PUT", path_to(site_id, "/users"), json={"user_ids": user_ids})


def access_list(world: World, site_id: str) -> list[str]:
    """Return the ids of the users on the access list of a site."""
    return [row["id"] for row in world.admin.get(path_to(site_id, "/users"))["data"]]
