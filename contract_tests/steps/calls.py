"""A real call of every operation: on an object that exists, with input that is right."""

import itertools
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from contract_tests import document
from contract_tests.actors import Actor, Answer
from contract_tests.document import Operation
from contract_tests.steps import factories, users
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, GATEWAYS, LOGIN, RULES, USERS, World

#: Well-formed, and of nothing that exists.
UNKNOWN = "00000000-0000-4000-8000-000000000000"
_PARAMETER = re.compile(r"\{(\w+)\}")
JSON = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One call, ready to be made by anybody."""

    operation: Operation
    object_id: str | None = None
    body: JSON | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path with the ids in their places; ``parts`` are those of parts of the object, unknown unless given."""
        ids = {"id": self.object_id or "", **self.parts}
        return _PARAMETER.sub(lambda found: ids.get(found[1], UNKNOWN), self.operation.path)

    def made_by(self, actor: Actor, **arguments: Any) -> Answer:
        """Make the call."""
        if self.body is not None:
            arguments = {"json": self.body, **arguments}
        return actor.call(self.operation.method, self.path, **arguments)


def ready(world: World, operation: Operation) -> Call:
    """Arrange for a call that should succeed for every role that is high enough, each time on a new object."""
    object_id = an_id(world, operation) if operation.takes_id else None
    return Call(operation, object_id, a_body(world, operation), parts_of(world, operation, object_id))


def able(world: World, operation: Operation) -> Actor:
    """Return somebody who may call the operation: an operator, or the lowest role that may."""
    return world.actor("operator" if "operator" in operation.roles else operation.roles[0])


def an_id(world: World, operation: Operation) -> str:
    """Return the id of a new object of the kind that the operation's path names, where the viewer may see it."""
    return factories.NEW[operation.path.split("/")[3]](world)


def parts_of(world: World, operation: Operation, object_id: str | None) -> Mapping[str, str]:
    """Return the ids of parts of the object that the operation's path names beside it."""
    part = factories.PARTS.get(operation.id)
    return part(world, object_id or "") if part else {}


def a_body(world: World, operation: Operation) -> JSON | None:
    """Return a right body for the operation, None where it takes none."""
    body = factories.BODIES.get(operation.id)
    return body(world) if body else None


def state(world: World) -> dict[str, Any]:
    """Return all that can be read, by who may read most: every list, and every object in it.

    Of an org in which others are at work too it is only what the run made.
    """
    found: dict[str, Any] = {}
    for path, parts in factories.READ_BACK.items():
        for reader in _readers(world, path)[:1]:
            found[path] = [item for item in reader.get(path, limit=100)["data"] if world.owns(path, item)]
            for one in (f"{path}/{item['id']}{part}" for item in found[path] for part in ("", *parts)):
                found[one] = reader.get(one).json
    return found


def _readers(world: World, path: str) -> list[Actor]:
    """Return who is known and may read a list, those of higher roles first."""
    listing, found = document.operation_at("GET", path), []
    for role in reversed(listing.roles if listing else ()):
        with suppress(Unavailable):
            found.append(world.actor(role))
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
    right = _disabled(world)
    cases: list[tuple[int, str, Actor, str, str, JSON]] = [
        (400, "validation_error", world.operator, "GET", EVENTS, {"params": {"date_from": "yesterday"}}),
        (400, "validation_error", world.operator, "PATCH", f"{RULES}/{rule}", {"json": {"name": ""}}),
        (400, "validation_error", world.operator, "POST", RULES, {"content": b"{"}),
        (401, "auth_required", world.anonymous, "GET", EVENTS, {}),
        (401, "auth_required", world.intruder, "GET", GATEWAYS, {}),
        (401, "invalid_credentials", world.anonymous, "POST", LOGIN, {"json": {**right, "password": "wrong"}}),
        (403, "forbidden", world.viewer, "DELETE", f"{RULES}/{rule}", {}),
        (403, "account_disabled", world.anonymous, "POST", LOGIN, {"json": right}),
        (404, "not_found", world.operator, "GET", f"{EVENTS}/{UNKNOWN}", {}),
        (404, "not_found", world.operator, "GET", "/api/v1/nothing-here", {}),
        (405, "method_not_allowed", world.operator, "PUT", RULES, {}),
        (409, "conflict", world.anonymous, "POST", f"{GATEWAYS}/pair", {"json": used}),
    ]
    found = [_refused(*case) for case in cases]
    return [*found, *_refused_by_limits(world)]


def _disabled(world: World) -> JSON:
    """Return email and password of a user who may not log in any more."""
    invited = users.invite(world)
    world.admin.patch(f"{USERS}/{invited['user']['id']}", {"enabled": False})
    return users.credentials(invited)


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
