"""What the checks of cameras share: their fields, and short ways to add, read and trigger one."""

from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.steps.answers import walk
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, GATEWAYS, World

JSON = dict[str, Any]
UNKNOWN = "00000000-0000-4000-8000-00000000cafe"
LISTED = ("id", "name", "site_id", "gateway_id", "connection_mode", "type", "status", "active_tier")
DETAILED = (*LISTED, "created_at", "stream_url")
STATUSES = ("online", "offline", "pending", "error", "disabled")
READS = (("GET", ""), ("GET", "/snapshot"), ("POST", "/live-view-token"))


def at(camera_id: str, part: str = "") -> str:
    """Return the path of a camera, or of a part of it."""
    return f"{CAMERAS}/{camera_id}{part}"


def described(world: World, **fields: Any) -> JSON:
    """Return what adds a camera that is connected directly; a field of None is left out."""
    body = {"name": world.name("camera"), "site_id": world.sites[0], "type": "rtsp", "connection_mode": "direct"}
    body |= {"stream_url": "rtsp://camera.example.com/stream", **fields}
    return {name: value for name, value in body.items() if value is not None}


def add(world: World, **fields: Any) -> Answer:
    """Let an operator ask for a camera that is connected directly, and return the answer, whatever it is."""
    return world.operator.post(CAMERAS, described(world, **fields))


def gateway(world: World, site_id: str | None = None) -> str:
    """Return a new gateway, at the first site unless another is named."""
    return str(world.pair(site_id=site_id or world.sites[0])["gateway_id"])


def bound(world: World, **fields: Any) -> JSON:
    """Add a camera behind a new gateway of its site and return it. Raises Unavailable."""
    fields.setdefault("gateway_id", gateway(world, fields.get("site_id")))
    return world.camera(connection_mode="gateway", **fields)


def ids(actor: Actor, **filters: Any) -> list[str]:
    """Return the ids of the cameras that an actor lists, in their order, from all pages."""
    return [row["id"] for page in walk(actor, CAMERAS, limit=100, **filters) for row in page]


def status(world: World, camera_id: str) -> str:
    """Return the status the operator reads. Raises Violation."""
    return str(world.operator.get(at(camera_id))["status"])


def online(world: World, **fields: Any) -> JSON:
    """Add a camera and return it as soon as it is online. Raises Unavailable when it does not come up."""
    camera = world.camera(**fields)
    world.advance(31)
    if status(world, camera["id"]) != "online":
        raise Unavailable("a camera of the run does not come up")
    return dict(world.operator.get(at(camera["id"])).json)


def trigger(world: World, camera_id: str) -> JSON:
    """Trigger a camera by hand and return its event. Raises Unavailable."""
    answer = world.operator.call("POST", at(camera_id, "/trigger"))
    if answer.status != 201:
        raise Unavailable(f"triggering a camera was answered {answer}")
    return dict(answer.json)


def disable(world: World, gateway_id: str) -> None:
    """Take a gateway out of use."""
    world.operator.patch(f"{GATEWAYS}/{gateway_id}", {"status": "disabled"})


def names(answer: Answer, *fields: str) -> bool:
    """Whether the answer refuses these fields as invalid input, and no others."""
    return answer.is_(400, "validation_error") and set(answer.json.get("field_errors", {})) == set(fields)
