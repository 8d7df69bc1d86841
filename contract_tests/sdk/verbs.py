"""The verbs that the documentation names or describes, and calls of them with drawn arguments."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from inspect import Parameter
from random import Random
from typing import Any

from contract_tests import document
from contract_tests.sdk import samples
from contract_tests.sdk.clients import BLOCKING, Client
from contract_tests.sdk.surface import NAMESPACES, arguments_for, find_verb, takes_list
from contract_tests.verdicts import Violation

JSON = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """A verb: its name, or words in its name if no page gives that; the operation that it calls, and the rule about it.

    ``sends`` is a body that it sends of itself, and ``value`` the field that it takes as its last argument, or may take
    if it is one that it sends of itself. One that is ``optional`` a client need not have.
    """

    namespace: str
    name: str
    operation: str
    rule: str
    sends: JSON = field(default_factory=dict)
    value: str = ""
    described: bool = False
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.namespace}.{self.name}"

    @property
    def takes(self) -> document.Operation:
        """The operation."""
        return document.load().operations[self.operation]

    @property
    def walks(self) -> bool:
        """Whether it is iter, aiter of the asyncio client."""
        return self.name == "iter"

    @property
    def schema(self) -> JSON:
        """The schema of what it takes by name: the fields of a body, or the filters of a list but for the cursor."""
        if self.takes.takes_body:
            body = document.resolve(self.takes.raw["requestBody"])
            return dict(document.resolve(body["content"]["application/json"]["schema"]))
        filters = {name: schema for name, schema in self.takes.query.items() if name != "cursor"}
        return {"type": "object", "properties": filters, "additionalProperties": False}

    @property
    def ids(self) -> int:
        """How many ids it takes."""
        return self.takes.path.count("{")

    def method(self, client: Client) -> Callable[..., Any] | None:
        """Return the method of a client, None if it need not have one and has none. Raises Violation."""
        if self.optional and not client.has(str(self)):
            return None
        if self.walks:
            client.verb(f"{self.namespace}.{client.walk_name}")
            return client.verb(f"{self.namespace}.list")  # which takes the same
        if not self.described:
            return client.verb(str(self))
        minimum = self.ids + (bool(self.value) and not self.sends)
        found = find_verb(client, self.namespace, self.name, min_arguments=minimum)
        return None if self.value == "user_ids" and not takes_list(found) else found


@dataclass(frozen=True)
class RandomCall:
    """A call of a verb with drawn arguments, and what has to be sent for it."""

    verb: Verb
    method: Callable[..., Any]
    arguments: list[Any]
    fields: JSON
    path: str
    query: Mapping[str, Any]
    body: JSON | None

    def __str__(self) -> str:
        given = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.fields.items())]
        return f"{self.verb.namespace}.{getattr(self.method, '__name__', self.verb.name)}({', '.join(given)})"

    def make(self, client: Client) -> Any:
        """Call the verb and return its answer, or of a walk the first item. Raises Violation on an error."""
        if self.verb.walks:
            return next(client.walk(self.verb.namespace, **self.fields), None)
        return client.attempt(self.method, *self.arguments, **self.fields)

    def fails(self, client: Client) -> Exception:
        """Call the verb and return the error that it raises. Raises Violation when it raises none."""
        if not self.verb.walks:
            return client.attempt_fails(self.method, *self.arguments, **self.fields)
        walk = client.start(self.verb.namespace, **self.fields)
        return client.attempt_fails(lambda: next(walk) if client.kind == BLOCKING else anext(walk))


def draw(verb: Verb, client: Client, rng: Random, *, borders: bool = False) -> Iterator[RandomCall]:
    """Yield calls of the verb: one with random arguments.

    With ``borders`` also those of the smallest and large values, and of the required fields without others. There are
    none if the client need not have the verb.
    """
    method = verb.method(client)
    if method is not None:
        for fields in _fields(verb, method, rng, borders=borders):
            yield _call(verb, method, fields, rng)


def _call(verb: Verb, method: Callable[..., Any], fields: JSON, rng: Random) -> RandomCall:
    ids = [samples.identifier(rng) for _ in range(verb.ids)]
    path = verb.takes.path
    for each in ids:
        path = path[: path.index("{")] + each + path[path.index("}") + 1 :]
    query, body = ({}, fields or None) if verb.takes.takes_body else (fields, None)
    if verb.sends or verb.value or not fields:
        arguments, named = arguments_for(method, *ids, *([fields[verb.value]] if verb.value else []))
    else:
        arguments, named = ids, fields
    return RandomCall(verb, method, arguments, named, path, query, body)


def _fields(verb: Verb, method: Callable[..., Any], rng: Random, *, borders: bool) -> Iterator[JSON]:
    """Yield the fields of calls: those of a body, or the filters of a list but for the cursor."""
    if verb.sends:
        yield verb.sends
        return
    schema = verb.schema
    if verb.value:
        schema = {**schema, "required": [verb.value], "properties": {verb.value: schema["properties"][verb.value]}}
    kept = {name for name in schema["properties"] if name in schema.get("required", ()) or takes(method, name)}
    base = samples.valid(schema, rng)
    yield {name: base[name] for name in base if name in kept}
    if not borders or not kept:
        return
    validator = document.validator(schema)
    required = {name: base[name] for name in schema.get("required", ())}
    if required and validator.is_valid(required):
        yield required
    for border in samples.borders(schema):
        found = dict(base)
        for name in kept:
            if validator.is_valid({**found, name: border[name]}):
                found[name] = border[name]
        yield {name: found[name] for name in found if name in kept}


def takes(method: Callable[..., Any], name: str) -> bool:
    """Whether a method takes an argument of that name."""
    parameters = inspect.signature(method).parameters
    return name in parameters or any(each.kind is Parameter.VAR_KEYWORD for each in parameters.values())


def _managed(namespace: str, noun: str, rule: str, **others: str) -> Iterator[Verb]:
    """Yield the verbs that create, read, change and delete; ``others`` are those about which there is another rule."""
    operations = {"list": f"list{noun}s", "get": f"get{noun}", "create": f"create{noun}"}
    operations |= {"update": f"update{noun}", "remove": f"delete{noun}"}
    known = document.load().operations
    for name, operation in operations.items():
        if operation in known:
            yield Verb(namespace, name, operation, others.get(name, rule))


VERBS: tuple[Verb, ...] = (
    *_managed("cameras", "Camera", "SDK-31"),
    Verb("cameras", "trigger", "triggerCamera", "SDK-40"),
    Verb("cameras", "snapshot", "getCameraSnapshot", "SDK-31", described=True),
    Verb("cameras", "token", "createLiveViewToken", "SDK-31", described=True),
    *_managed("events", "Event", "SDK-32", update="SDK-39", remove="SDK-39"),
    Verb("events", "export", "exportEvents", "EV-94"),
    Verb("events", "acknowledge", "updateEvent", "SDK-32", {"acknowledged": True}),
    Verb("events", "star|starred", "updateEvent", "SDK-32", {"starred": True}, "starred", described=True),
    Verb("events", "note|annotate", "updateEvent", "SDK-32", value="notes", described=True),
    *_managed("alerts", "Alert", "SDK-33", get="SDK-39", update="SDK-39"),
    Verb("alerts", "timeline", "getAlertTimeline", "AL-34"),
    Verb("alerts", "acknowledge", "updateAlert", "SDK-33", {"status": "acknowledged"}, described=True),
    Verb("alerts", "status", "updateAlert", "SDK-33", value="status", described=True),
    *_managed("rules", "AlertRule", "SDK-34", list="SDK-39"),
    Verb("rules", "enable", "updateAlertRule", "SDK-34", {"enabled": True}, optional=True),
    Verb("rules", "disable", "updateAlertRule", "SDK-34", {"enabled": False}, optional=True),
    *_managed("sites", "Site", "SDK-35", list="SDK-39"),
    Verb("sites", "user|access|grant|member", "setSiteUsers", "SDK-35", value="user_ids", described=True),
    *_managed("users", "User", "SDK-36", get="SDK-39", remove="SDK-39"),
    Verb("users", "invite|create", "inviteUser", "SDK-36", described=True),
    Verb("users", "change_role", "updateUser", "SDK-36", value="role", optional=True),
    Verb("users", "revoke", "revokeUserSession", "SDK-36", described=True),
    *_managed("webhooks", "Webhook", "SDK-37", get="SDK-39"),
    Verb("webhooks", "test", "testWebhook", "SDK-37", described=True),
    Verb("webhooks", "rotate|secret", "rotateWebhookSecret", "SDK-38", described=True),
    *_managed("gateways", "Gateway", "GW-94"),
    Verb("gateways", "generate_pairing_code", "generatePairingCode", "GW-94"),
    Verb("gateways", "pair", "pairGateway", "GW-94"),
    Verb("gateways", "telemetry", "getGatewayTelemetry", "GW-94"),
)

#: The walks along the lists of the documented namespaces.
WALKS = tuple(replace(verb, name="iter") for verb in VERBS if verb.name == "list" and verb.namespace in NAMESPACES)


def draw_all(client: Client, rng: Random) -> Iterator[RandomCall]:
    """Yield a call of every verb and of every walk that a client has. Raises Violation when it has none."""
    count = 0
    for verb in (*VERBS, *WALKS):
        try:
            known = list(draw(verb, client, rng))
        except Violation:
            continue  # that there is such a verb is the matter of other checks
        count += len(known)
        yield from known
    if not count:
        raise Violation("", f"verbs such as {VERBS[0]}", f"{client} without any")
