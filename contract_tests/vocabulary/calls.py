"""A real call of every operation: on an object that exists, with input that is right."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.document import Operation
from contract_tests.world import ALERTS, EVENTS, GATEWAYS, RULES, World

#: Well-formed, and of nothing that exists.
UNKNOWN = "00000000-0000-4000-8000-000000000000"
JSON = dict[str, Any]
_BODIES: dict[str, JSON] = {
    "updateEvent": {"starred": True},
    "updateAlert": {"status": "acknowledged"},
    "updateAlertRule": {"cooldown_sec": 60},
    "updateGateway": {"name": "Renamed"},
}
_READ_BACK = {"events": EVENTS, "alerts": ALERTS, "alert-rules": RULES, "gateways": GATEWAYS}


@dataclass(frozen=True)
class Call:
    """One call, ready to be made by anybody."""

    operation: Operation
    object_id: str | None = None
    body: JSON | None = None

    @property
    def path(self) -> str:
        """The path with the id in its place."""
        return self.operation.path.replace("{id}", self.object_id or "")

    def made_by(self, actor: Actor, **arguments: Any) -> Answer:
        """Make the call."""
        if self.body is not None:
            arguments = {"json": self.body, **arguments}
        return actor.call(self.operation.method, self.path, **arguments)


def ready(world: World, operation: Operation) -> Call:
    """Arrange for a call that should succeed for every role that is high enough, each time on a new object."""
    return Call(operation, an_id(world, operation) if operation.takes_id else None, a_body(world, operation))


def an_id(world: World, operation: Operation) -> str:
    """Return the id of a new object of the kind that the operation's path names, where the viewer may see it."""
    kind = operation.path.split("/")[3]
    if kind == "events":
        return world.record(camera_id=world.cameras(world.sites[0])[0])[0]
    if kind == "alerts":
        return world.raise_alerts()[0]
    return str(world.rule()["id"] if kind == "alert-rules" else world.pair()["gateway_id"])


def a_body(world: World, operation: Operation) -> JSON | None:
    """Return a right body for the operation, None where it takes none."""
    if operation.id == "createAlertRule":
        recipients = [{"type": "email", "target": "suite@example.com"}]
        return {"name": world.name("rule"), "trigger_type": "motion", "recipients": recipients}
    if operation.id == "generatePairingCode":
        return {"name": world.name("gateway"), "site_id": world.sites[0]}
    if operation.id == "pairGateway":
        return {"pairing_code": world.register()["pairing_code"]}
    return _BODIES.get(operation.id)


def state(world: World) -> dict[str, Any]:
    """Return all that the org's owner can read: every list, and every object in it."""
    found: dict[str, Any] = {}
    for kind, path in _READ_BACK.items():
        listed = world.owner.get(path, limit=100) if kind in ("events", "alerts") else world.owner.get(path)
        found[path] = listed["data"]
        for item in listed["data"]:
            one = f"{path}/{item['id']}"
            found[one] = world.owner.get(one).json
            if kind == "alerts":
                found[f"{one}/timeline"] = world.owner.get(f"{one}/timeline").json
    return found


@dataclass
class Refusal:
    """A call that has to be refused, and how."""

    status: int
    code: str
    answer: Answer
    again: Answer = field(repr=False)

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


def refusals(world: World) -> list[Refusal]:
    """Have one call refused for each documented reason, twice each, and return the answers."""
    code = world.register()["pairing_code"]
    used = {"pairing_code": code}
    world.anonymous.post(f"{GATEWAYS}/pair", used)
    rule = world.rule()["id"]
    cases: list[tuple[int, str, Actor, str, str, JSON]] = [
        (400, "validation_error", world.operator, "GET", EVENTS, {"params": {"date_from": "yesterday"}}),
        (400, "validation_error", world.operator, "PATCH", f"{RULES}/{rule}", {"json": {"name": ""}}),
        (400, "validation_error", world.operator, "POST", RULES, {"content": b"{"}),
        (401, "auth_required", world.anonymous, "GET", EVENTS, {}),
        (401, "auth_required", world.intruder, "GET", GATEWAYS, {}),
        (403, "forbidden", world.viewer, "DELETE", f"{RULES}/{rule}", {}),
        (404, "not_found", world.operator, "GET", f"{EVENTS}/{UNKNOWN}", {}),
        (404, "not_found", world.operator, "GET", "/api/v1/nothing-here", {}),
        (405, "method_not_allowed", world.operator, "PUT", RULES, {}),
        (409, "conflict", world.anonymous, "POST", f"{GATEWAYS}/pair", {"json": used}),
    ]
    found = [_refused(*case) for case in cases]
    return [*found, *_refused_by_limits(world)]


def _refused_by_limits(world: World) -> list[Refusal]:
    world.record(2)
    world.settings(event_export_max_rows=1)
    too_large = _refused(413, "payload_too_large", world.operator, "GET", f"{EVENTS}/export", {})
    expired = {"pairing_code": world.register()["pairing_code"]}
    world.advance(660)
    gone = _refused(410, "gone", world.anonymous, "POST", f"{GATEWAYS}/pair", {"json": expired})
    world.settings(rate_limit_burst=1, rate_limit_per_minute=1)
    world.viewer.get(EVENTS)
    limited = _refused(429, "rate_limited", world.viewer, "GET", EVENTS, {})
    world.settings(rate_limit_burst=10_000_000, rate_limit_per_minute=10_000_000)
    return [too_large, gone, limited]


def _refused(status: int, code: str, actor: Actor, method: str, path: str, arguments: JSON) -> Refusal:
    first, second = (actor.call(method, path, **arguments) for _ in itertools.repeat(None, 2))
    return Refusal(status, code, first, second)
