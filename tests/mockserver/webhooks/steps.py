"""Steps that tests of deliveries share."""

from typing import Any

from tests.harness import JSON, World
from tests.mockserver.http.steps import ok
from tests.mockserver.webhooks.receiver import Receiver

HOOKS = "/api/v1/webhooks"
DAY = 86_400


def hook(world: World, receiver: Receiver, *types: str, **fields: Any) -> JSON:
    """Create a webhook with the URL of the receiver."""
    body = {"name": "Test", "url": receiver.url, "event_types": list(types or ("event",)), **fields}
    created: JSON = ok(world.operator.post(HOOKS, json=body), 201)
    return created


def advance(world: World, seconds: float = 0) -> None:
    world.running.control("POST", "/clock", json={"advance": seconds})


def deliveries(world: World, **wanted: str) -> list[JSON]:
    """Return the deliveries of an org as the control plane lists them, oldest first."""
    found = world.running.control("GET", "/deliveries", params={"org": world.id, "limit": 10_000, **wanted})
    return list(reversed(found["data"]))
