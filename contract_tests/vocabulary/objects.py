"""New objects of every kind, and right bodies for every operation that takes one."""

from collections.abc import Callable, Mapping
from typing import Any

from contract_tests.world import ALERTS, EVENTS, GATEWAYS, RULES, World

JSON = dict[str, Any]


def _event(world: World) -> str:
    return world.record(camera_id=world.cameras(world.sites[0])[0])[0]


def _rule(world: World) -> JSON:
    recipients = [{"type": "email", "target": "suite@example.com"}]
    return {"name": world.name("rule"), "trigger_type": "motion", "recipients": recipients}


#: A new object by the segment of the path that names its kind, each where the viewer may see it; its id.
NEW: Mapping[str, Callable[[World], str]] = {
    "events": _event,
    "alerts": lambda world: world.raise_alerts()[0],
    "alert-rules": lambda world: str(world.rule()["id"]),
    "gateways": lambda world: str(world.pair()["gateway_id"]),
}
#: A new part of an object, by operation: the parameters of the path beside the object's id.
PARTS: Mapping[str, Callable[[World, str], Mapping[str, str]]] = {}
#: A right body, by operation.
BODIES: Mapping[str, Callable[[World], JSON]] = {
    "updateEvent": lambda _: {"starred": True},
    "updateAlert": lambda _: {"status": "acknowledged"},
    "createAlertRule": _rule,
    "updateAlertRule": lambda _: {"cooldown_sec": 60},
    "generatePairingCode": lambda world: {"name": world.name("gateway"), "site_id": world.sites[0]},
    "pairGateway": lambda world: {"pairing_code": world.register()["pairing_code"]},
    "updateGateway": lambda _: {"name": "Renamed"},
}
#: The lists that show all there is, and what can be read of each item beside the item itself.
READ_BACK: Mapping[str, tuple[str, ...]] = {EVENTS: (), ALERTS: ("/timeline",), RULES: (), GATEWAYS: ()}
