"""Calls of operations: a valid one for each, one for every documented refusal, and everything that can be read."""

import itertools
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from contract_tests import document
from contract_tests.actors import Actor, Answer
from contract_tests.document import Operation
from contract_tests.expectations import MAX_LIMIT
from contract_tests.steps import factories, users
from contract_tests.steps.answers import JSON, UNKNOWN_ID
from contract_tests.verdicts import NotServed, Unavailable
from contract_tests.world import EVENTS, GATEWAYS, LOGIN, NO_RATE_LIMIT, RULES, USERS, World

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Call:
    """One call of an operation, which any actor can send."""

    operation: Operation
    object_id: str | None = None
    body: JSON | None = None
    further_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path with its parameters filled in; those beside ``id`` that are not given are ids of nothing."""
        ids = {"id": self.object_id or "", **self.further_ids}
        return _PARAMETER.sub(lambda found: ids.get(found[1], UNKNOWN_ID), self.operation.path)

    def send_as(self, actor: Actor, **arguments: Any) -> Answer:
        """Send the call as an actor and return the answer."""
        if self.body is not None:
            arguments = {"json": self.body, **arguments}
        return actor.call(self.operation.method, self.path, **arguments)


def valid_call(world: World, operation: Operation) -> Call:
    """Return a call, on a new object, that succeeds for every role that is high enough. Raises Unavailable."""
    object_id = new_object_id(world, operation) if operation.takes_id else None
    return Call(operation, object_id, valid_body(world, operation), further_ids(world, operation, object_id))


def permitted_actor(world: World, operation: Operation) -> Actor:
    """Return an actor that may call the operation: the operator, or else the lowest role that may."""
    return world.actor("operator" if "operator" in operation.roles else operation.roles[0])


def new_object_id(world: World, operation: Operation) -> str:
    """Return the id of a new object of the kind that the operation's path names, where the viewer may see it."""
    return factories.NEW_OBJECTS[operation.path.split("/")[3]](world)


def further_ids(world: World, operation: Operation, object_id: str | None) -> Mapping[str, str]:
    """Return the path parameters that the operation takes beside the object's id, by name."""
    find = factories.FURTHER_IDS.get(operation.id)
    return find(world, object_id or "") if find else {}


def valid_body(world: World, operation: Operation) -> JSON | None:
    """Return a valid body for the operation, None where it takes none."""
    build = factories.VALID_BODIES.get(operation.id)
    return build(world) if build else None


def read_collection(world: World, operation: Operation) -> JSON:
    """Return the list that the path of an operation begins with, and every object in it; else all lists."""
    path = "/".join(operation.path.split("/")[:4])
    return read_everything(world, *[path] * (path in factories.READABLE))


def read_everything(world: World, *paths: str) -> JSON:
    """Return every list, or some, and every object in it, by path, as read by the highest role that may.

    Of an org that others use too, only what the run created.
    """
    found: JSON = {}
    for path in paths or factories.READABLE:
        parts = factories.READABLE[path]
        for reader in _readers(world, path)[:1]:
            with suppress(NotServed):
                found[path] = [item for item in _first_page(reader, path) if world.owns(path, item)]
            for one in (f"{path}/{item['id']}{part}" for item in found.get(path, ()) for part in ("", *parts)):
                with suppress(NotServed):
                    found[one] = reader.get(one).json
    return found


def _first_page(reader: Actor, path: str) -> list[JSON]:
    """Return the rows of a list, as many as one answer may hold."""
    listing = document.operation_at("GET", path)
    limit = MAX_LIMIT if listing and "limit" in listing.query else None
    return reader.get(path, limit=limit).rows


def _readers(world: World, path: str) -> list[Actor]:
    """Return the known actors that may read a list, higher roles first."""
    listing, found = document.operation_at("GET", path), []
    for role in reversed(listing.roles if listing else ()):
        with suppress(Unavailable):
            found.append(world.actor(role))
    return found


@dataclass
class Refusal:
    """A call that has to be refused: the documented status and error code, the answer, and that of a second call."""

    status: int
    code: str
    answer: Answer
    second_answer: Answer = field(repr=False)

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


def refusals(world: World) -> list[Refusal]:
    """Make one call for each documented refusal, twice each, and return the answers."""
    code = world.register()["pairing_code"]
    redeemed = {"pairing_code": code}
    world.anonymous.post(f"{GATEWAYS}/pair", redeemed)
    rule = world.rule()["id"]
    disabled = disabled_credentials(world)
    cases: list[tuple[int, str, Actor, str, str, JSON]] = [
        (400, "validation_error", world.operator, "GET", EVENTS, {"params": {"date_from": "yesterday"}}),
        (400, "validation_error", world.operator, "PATCH", f"{RULES}/{rule}", {"json": {"name": ""}}),
        (400, "validation_error", world.operator, "POST", RULES, {"content": b"{"}),
        (401, "auth_required", world.anonymous, "GET", EVENTS, {}),
        (401, "auth_required", world.intruder, "GET", GATEWAYS, {}),
        (401, "invalid_credentials", world.anonymous, "POST", LOGIN, {"json": {**disabled, "password": "wrong"}}),
        (403, "forbidden", world.viewer, "DELETE", f"{RULES}/{rule}", {}),
        (403, "account_disabled", world.anonymous, "POST", LOGIN, {"json": disabled}),
        (404, "not_found", world.operator, "GET", f"{EVENTS}/{UNKNOWN_ID}", {}),
        (404, "not_found", world.operator, "GET", "/api/v1/nothing-here", {}),
        (405, "method_not_allowed", world.operator, "PUT", RULES, {}),
        (409, "conflict", world.anonymous, "POST", f"{GATEWAYS}/pair", {"json": redeemed}),
    ]
    found = [_refused(*case) for case in cases]
    return [*found, *_refused_by_limits(world)]


def disabled_credentials(world: World) -> JSON:
    """Return email and password of a disabled user."""
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
    world.settings(**NO_RATE_LIMIT)
    return [too_large, gone, limited]


def _refused(status: int, code: str, actor: Actor, method: str, path: str, arguments: JSON) -> Refusal:
    first, second = (actor.call(method, path, **arguments) for _ in itertools.repeat(None, 2))
    return Refusal(status, code, first, second)
