"""Steps that the tests of cameras share."""

from typing import Any

import httpx

from tests.harness import JSON, World
from tests.mockserver.http.steps import new_camera, ok

CAMERAS, EVENTS, GATEWAYS = "/api/v1/cameras", "/api/v1/events", "/api/v1/gateways"
LISTED = {"id", "name", "site_id", "gateway_id", "connection_mode", "type", "status", "active_tier"}


def advance(world: World, seconds: float) -> None:
    world.running.control("POST", "/clock", json={"advance": seconds})


def at(camera: JSON, part: str = "") -> str:
    return f"{CAMERAS}/{camera['id']}{part}"


def status(world: World, camera: JSON) -> str:
    return str(ok(world.viewer.get(at(camera)))["status"])


def ids(response: httpx.Response) -> set[str]:
    return {item["id"] for item in ok(response)["data"]}


def at_site(world: World, site_id: str) -> list[JSON]:
    return [camera for camera in world.cameras if camera["site_id"] == site_id]


def behind_gateway(world: World) -> JSON:
    """Return the camera of the fixture that is bound to a gateway."""
    return next(camera for camera in world.cameras if camera["gateway_id"])


def bound(world: World, **fields: Any) -> JSON:
    """Add a camera behind the gateway of the first site."""
    return new_camera(world, **{"connection_mode": "gateway", "gateway_id": world.gateways[0]["id"], **fields})
