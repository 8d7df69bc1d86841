"""Cameras: their fields, and adding, reading and triggering one."""

from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps.answers import JSON, all_rows
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, World, require_body

CAMERA_LIST_FIELDS = ("id", "name", "site_id", "gateway_id", "connection_mode", "type", "status", "active_tier")
CAMERA_FIELDS = (*CAMERA_LIST_FIELDS, "created_at", "stream_url")
STATUSES = ("online", "offline", "pending", "error", "disabled")
#: The calls that read one camera: method, and the part of its path behind the id.
READ_CALLS = (("GET", ""), ("GET", "/snapshot"), ("POST", "/live-view-token"))


def path_to(camera_id: str, part: str = "") -> str:
    """Return the path of a camera, or of a part of it."""
    return f"{CAMERAS}/{camera_id}{part}"


def new_camera_body(world: World, **fields: Any) -> JSON:
    """Return a valid body for a new camera that is connected directly; a field that is None is left out."""
    body = {"name": world.name("camera"), "site_id": world.sites[0], "type": "rtsp", "connection_mode": "direct"}
    body |= {"stream_url": "rtsp://camera.example.com/stream", **fields}
    return {name: value for name, value in body.items() if value is not None}


def add(world: World, **fields: Any) -> Answer:
    """Ask as an operator for a camera that is connected directly, and return the answer, whatever it is."""
    return world.operator.post(CAMERAS, new_camera_body(world, **fields))


def new_gateway(world: World, site_id: str | None = None) -> str:
    """Pair a gateway, at the first site by default, and return its id. Raises Unavailable."""
    return str(world.pair(site_id=site_id or world.sites[0])["gateway_id"])


def bound_camera(world: World, **fields: Any) -> JSON:
    """Add a camera bound to a new gateway of its site and return it. Raises Unavailable."""
    fields.setdefault("gateway_id", new_gateway(world, fields.get("site_id")))
    return world.camera(connection_mode="gateway", **fields)


def listed_ids(actor: Actor, **filters: Any) -> list[str]:
    """Return the ids of the cameras in an actor's list, in its order, from all pages."""
    return [row["id"] for row in all_rows(actor, CAMERAS, limit=100, **filters)]


def status(world: World, camera_id: str) -> str:
    """Return the status that an operator reads. Raises Violation."""
    return str(world.operator.get(path_to(camera_id))["status"])


def online_camera(world: World, **fields: Any) -> JSON:
    """Add a camera, wait until it is online and return it. Raises Unavailable when it does not come online."""
    camera = world.camera(**fields)
    world.advance(31)
    if status(world, camera["id"]) != "online":
        raise Unavailable("a new camera does not come online")
    return dict(world.operator.get(path_to(camera["id"])).json)


def trigger(world: World, camera_id: str) -> JSON:
    """Trigger a camera manually and return the event. Raises Unavailable."""
    answer = world.operator.call("POST", path_to(camera_id, "/trigger"))
    return require_body(answer, 201, "triggering a camera")
