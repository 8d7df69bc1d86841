"""Every operation of the document as a call that succeeds, for tests that go through all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from mockserver import resources
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation, Router
from tests.harness import JSON, World
from tests.mockserver.http.checks import RULE, new_code, new_rule, pair

OPERATIONS: Mapping[str, Operation] = Router(Document.load(resources.path("spec", "openapi.yaml"))).operations
WITH_ID = [name for name, operation in OPERATIONS.items() if "{id}" in operation.path]


@dataclass(frozen=True)
class Request:
    """A call of an operation: what goes into its path and body."""

    operation: Operation
    id: str = ""
    body: JSON = field(default_factory=dict)

    def send(self, client: httpx.Client, id: str | None = None) -> httpx.Response:
        path = self.operation.path.replace("{id}", self.id if id is None else id)
        body = {"json": self.body} if self.operation.body else {}
        return client.request(self.operation.method, path, **body)  # type: ignore[arg-type]


def request(name: str, world: World) -> Request:
    """Return a call that succeeds for whoever may make it, with an object of the org made for it."""
    operation = OPERATIONS[name]
    id_ = target(operation.path, world) if name in WITH_ID else ""
    bodies: dict[str, JSON] = {
        "updateEvent": {"starred": True, "notes": "changed"},
        "updateAlert": {"status": "acknowledged"},
        "createAlertRule": RULE,
        "updateAlertRule": {"name": "changed"},
        "updateGateway": {"name": "changed"},
        "generatePairingCode": {"name": "new", "site_id": world.sites[0]},
    }
    if name == "pairGateway":
        bodies[name] = {"pairing_code": new_code(world)["pairing_code"]}
    return Request(operation, id_, bodies.get(name, {}))


def target(path: str, world: World) -> str:
    """Make an object of the kind that the path is about, where a viewer may see it, and return its id."""
    granted = world.described["actors"]["viewer"]["site_ids"][0]
    camera = next(camera["id"] for camera in world.cameras if camera["site_id"] == granted)
    if path.startswith("/api/v1/events/"):
        return str(world.record(camera_id=camera)["data"][0])
    if path.startswith("/api/v1/gateways/"):
        code = new_code(world, site_id=granted)
        pair(world.running, code)
        return str(code["id"])
    rule = str(new_rule(world, enabled=False)["id"])
    return rule if "rules" in path else str(world.record("alerts", rule_id=rule)["data"][0])
