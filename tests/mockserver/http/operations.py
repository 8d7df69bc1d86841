"""Every operation of the document as a call that succeeds, for tests that go through all of them."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from mockserver import resources
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation
from mockserver.openapi.routing import Router
from tests.harness import JSON, World
from tests.mockserver.http.steps import (
    RULE,
    invite,
    log_in,
    new_camera,
    new_code,
    new_rule,
    new_site,
    new_webhook,
    pair,
    sessions,
)

OPERATIONS: Mapping[str, Operation] = Router(Document.load(resources.path("spec", "openapi.yaml"))).operations
WITH_ID = [name for name, operation in OPERATIONS.items() if "{id}" in operation.path]


@dataclass(frozen=True)
class Request:
    """A call of an operation: what goes into its path and body."""

    operation: Operation
    id: str = ""
    body: JSON = field(default_factory=dict)
    sid: str = ""

    def send(self, client: httpx.Client, id: str | None = None) -> httpx.Response:
        path = self.operation.path.replace("{id}", self.id if id is None else id).replace("{sid}", self.sid)
        body = {"json": self.body} if self.operation.body else {}
        return client.request(self.operation.method, path, **body)  # type: ignore[arg-type]


def _camera(world: World) -> JSON:
    gateway = world.gateways[0]["id"]
    url = "http://192.168.1.20/onvif"
    return {"site_id": world.sites[0], "gateway_id": gateway, "name": "new", "type": "onvif", "stream_url": url}


def _credentials(world: World) -> JSON:
    return {key: value for key, value in invite(world).items() if key in ("email", "password")}


def _invitation(world: World) -> JSON:
    return {"email": f"{secrets.token_hex(8)}@example.com", "display_name": "new", "role": "operator"}


_BODIES: Mapping[str, JSON] = {
    "updateEvent": {"starred": True, "notes": "changed"},
    "updateAlert": {"status": "acknowledged"},
    "createAlertRule": RULE,
    "updateAlertRule": {"name": "changed"},
    "updateGateway": {"name": "changed"},
    "updateCamera": {"name": "changed"},
    "createSite": {"name": "new"},
    "updateSite": {"name": "changed"},
    "setSiteUsers": {"user_ids": []},
    "updateUser": {"display_name": "changed"},
    "createWebhook": {"name": "new", "url": "https://127.0.0.1:1/", "event_types": ["alert"]},
    "updateWebhook": {"name": "changed"},
}
#: Bodies that name objects of the org, or something unique.
_BODY_MAKERS: Mapping[str, Callable[[World], JSON]] = {
    "generatePairingCode": lambda world: {"name": "new", "site_id": world.sites[0]},
    "createCamera": _camera,
    "inviteUser": _invitation,
    "pairGateway": lambda world: {"pairing_code": new_code(world)["pairing_code"]},
    "login": _credentials,
    "refreshSession": lambda world: {"refresh_token": log_in(world.running, invite(world))["refresh_token"]},
}


def request(name: str, world: World) -> Request:
    """Return a call that succeeds for callers of a sufficient role, with an object of the org created for it."""
    operation = OPERATIONS[name]
    id_ = target(operation.path, world) if name in WITH_ID else ""
    made = _BODY_MAKERS.get(name)
    body = made(world) if made else _BODIES.get(name, {})
    sid = str(sessions(world, id_)[0]["id"]) if "{sid}" in operation.path else ""
    return Request(operation, id_, body, sid)


def target(path: str, world: World) -> str:
    """Make an object of the kind that the path is about, where a viewer may see it, and return its id."""
    viewer = world.described["actors"]["viewer"]
    granted = viewer["site_ids"][0]
    camera = next(camera["id"] for camera in world.cameras if camera["site_id"] == granted)
    made: Mapping[str, Callable[[], Any]] = {
        "events": lambda: world.record(camera_id=camera)["data"][0],
        "alerts": lambda: world.record("alerts", rule_id=new_rule(world, enabled=False)["id"])["data"][0],
        "alert-rules": lambda: new_rule(world, enabled=False)["id"],
        "gateways": lambda: _gateway(world, granted),
        "cameras": lambda: new_camera(world, site_id=granted)["id"],
        "sites": lambda: new_site(world, viewer["user_id"])["id"],
        "users": lambda: _user(world),
        "service-accounts": lambda: _user(world),
        "webhooks": lambda: new_webhook(world)["id"],
    }
    return str(made[path.split("/")[3]]())


def _gateway(world: World, site_id: str) -> str:
    code = new_code(world, site_id=site_id)
    pair(world.running, code)
    return str(code["id"])


def _user(world: World) -> str:
    person = invite(world)
    log_in(world.running, person)
    return str(person["id"])
