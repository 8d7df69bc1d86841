"""What the checks of sites share: their fields, and short ways to reach them and their access lists."""

from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps.answers import walk
from contract_tests.world import SITES, World

JSON = dict[str, Any]
UNKNOWN = "00000000-0000-4000-8000-000000005173"
SHOWN = {"id", "name", "timezone", "created_at"}
MEMBER = {"id", "email", "display_name", "role"}


def at(site_id: str, part: str = "") -> str:
    """Return the path of a site, or of a part of it."""
    return f"{SITES}/{site_id}{part}"


def ids(actor: Actor) -> list[str]:
    """Return the ids of the sites that an actor lists, in their order, from all pages."""
    return [row["id"] for page in walk(actor, SITES, limit=100) for row in page]


def allow(world: World, site_id: str, user_ids: list[str]) -> Answer:
    """Save the access list of a site and return the answer, whatever it is."""
    return world.admin.call("PUT", at(site_id, "/users"), json={"user_ids": user_ids})


def allowed(world: World, site_id: str) -> list[str]:
    """Return the ids of those on the access list of a site."""
    return [row["id"] for row in world.admin.get(at(site_id, "/users"))["data"]]
