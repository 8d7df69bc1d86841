"""The schema-driven layer: Schemathesis makes the calls, this suite says which rule each finding belongs to.

Its examples and coverage phases are deterministic: every documented example, every boundary of every schema, from
inside and from outside. Where the run fuzzes, its fuzzing phase follows: calls drawn by the run's seed, right ones and
wrong ones. Ids that it invents are replaced by those of objects that exist.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events
from schemathesis.engine.recorder import CheckFailureInfo, Interaction

from contract_tests import document
from contract_tests.actors import Answer, Exchange, TargetError
from contract_tests.document import Operation
from contract_tests.generation.known_ids import KnownIds, is_id
from contract_tests.steps import calls
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

#: Which of our rules each check of Schemathesis decides.
RULES = {
    "not_a_server_error": "GEN-01",
    "status_code_conformance": "GEN-02",
    "content_type_conformance": "GEN-03",
    "response_schema_conformance": "GEN-04",
    "response_headers_conformance": "GEN-05",
    "negative_data_rejection": "GEN-06",
    "positive_data_acceptance": "GEN-07",
    "unsupported_method": "GEN-08",
    "allow_header_conformance": "GEN-08",
}
_CONFIG = """
cache.enabled = false
continue-on-failure = true
phases.stateful.enabled = false
checks.enabled = false
"""
_NO_FUZZING = "phases.fuzzing.enabled = false\n"
#: Answers do not steer what is drawn, for their times differ from run to run. The document forbids a NUL in all text,
#: which the schema of an object free in form cannot say.
_FUZZING = """
seed = {seed}
phases.fuzzing.extra-data-sources.responses = false
phases.fuzzing.generation.allow-x00 = false
phases.fuzzing.generation.no-shrink = true
"""
#: The configuration that switches those checks on.
CHECKS = "".join(f"checks.{name}.enabled = true\n" for name in RULES)
#: Inside a schema these fields are free; together with the state of things they are not.
_STATEFUL = {
    "updateAlertRule": {"trigger_type", "custom_tags", "min_confidence", "scope_type", "site_ids", "camera_ids"},
}
_LIFETIME = 600
#: What works only as the target gave it out and before it is used up, or as nobody has it yet.
OF_THE_MOMENT = {
    "pairGateway": ("pairing_code",),
    "inviteUser": ("email",),
    "login": ("email", "password"),
    "refreshSession": ("refresh_token",),
}
#: A schema takes any text for these names, the API only those that the world knows.
_NAMES = {"timezone": "Europe/Berlin"}
JSON = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """One generated call, what led to it, its answer, and what Schemathesis found wrong with it, by rule."""

    operation: Operation
    method: str
    positive: bool
    answer: Answer
    wrong: Mapping[str, str]
    exchange: Exchange
    before: tuple[Exchange, ...] = ()


def calls_of(world: World, operation: Operation) -> list[Made]:
    """Make all generated calls of an operation and return them. Raises Unavailable where others share the org."""
    if world.shared:
        raise Unavailable("generated calls take an org of one's own")
    made: list[Made] = []
    with _real(world, operation):
        for event in engine.from_schema(_schema(world, operation)).execute():
            if isinstance(event, events.FatalError | events.NonFatalError):
                raise TargetError(f"{operation}: {event}")
            if isinstance(event, events.ScenarioFinished):
                made += _made(operation, event)
    return made


def _schema(world: World, operation: Operation) -> Any:
    owned = world.session.target.config.control is not None
    config = _CONFIG + CHECKS + ("" if owned else "phases.coverage.unexpected-methods = []\n")
    config += _FUZZING.format(seed=world.session.seed) if world.session.fuzz else _NO_FUZZING
    schema = schemathesis.openapi.from_dict(_alone(operation.path), config=SchemathesisConfig.from_str(config))
    token = world.owner.token
    schema.config.update(
        base_url=world.session.target.config.base_url,
        headers={"Authorization": f"Bearer {token}"},
    )
    return schema.include(operation_id=operation.id)


@cache
def _alone(path: str) -> JSON:
    """Return the document with one path only and without links, which lead elsewhere."""
    raw = document.load().raw
    return {**raw, "paths": {path: raw["paths"][path]}}


@contextmanager
def _real(world: World, operation: Operation) -> Iterator[None]:
    """Give every generated call ids of objects that exist, until the block ends."""
    ids = _Ids(world, operation)

    def before_call(context: Any, case: Any, kwargs: JSON) -> None:
        world.session.throttle()
        ids.put_into(case, fresh=is_positive(case) and operation.method != "GET")

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)


class _Ids:
    """The ids of what exists, one object for all calls that must not succeed."""

    def __init__(self, world: World, operation: Operation) -> None:
        self._world = world
        self._operation = operation
        self._lasting = calls.an_id(world, operation) if operation.takes_id else None
        self._parts = calls.parts_of(world, operation, self._lasting)
        self._momentary = OF_THE_MOMENT.get(operation.id, ())
        self._right = calls.a_body(world, operation) if self._momentary else None
        self._known = KnownIds(world)

    def put_into(self, case: Any, fresh: bool) -> None:
        """Replace the ids of a generated call by real ones, and leave what is no id as it is."""
        if self._lasting and is_id(case.path_parameters.get("id")):
            self._replace_in_path(case, fresh)
        self._known.put_into(case.query)
        self._known.put_into(case.body)
        if isinstance(case.query, dict) and isinstance(case.query.get("cursor"), str) and case.query["cursor"]:
            del case.query["cursor"]
        if isinstance(case.body, dict):
            if fresh:
                name_known(case.body)
            if fresh and self._operation.id == "generatePairingCode":
                self._world.advance(_LIFETIME)
            self._replace_momentary(case.body, fresh)

    def _replace_in_path(self, case: Any, fresh: bool) -> None:
        object_id = self._fitting(case.body) if fresh else self._lasting
        parts = calls.parts_of(self._world, self._operation, object_id) if fresh else self._parts
        for name, real in {"id": object_id, **parts}.items():
            if is_id(case.path_parameters.get(name)):
                case.path_parameters[name] = real

    def _replace_momentary(self, body: JSON, fresh: bool) -> None:
        """Put what works at this moment in the place of what fits the schema, and leave what does not."""
        names = [name for name in self._momentary if name in body and self._operation.takes(name, body[name])]
        if names:
            right = (calls.a_body(self._world, self._operation) if fresh else self._right) or {}
            body.update({name: right[name] for name in names})

    def _fitting(self, body: Any) -> str:
        """Return a new object in a state from which the body's change is allowed."""
        object_id = calls.an_id(self._world, self._operation)
        if self._operation.id == "updateGateway" and isinstance(body, dict) and body.get("status") == "offline":
            self._world.operator.patch(self._operation.path.replace("{id}", object_id), {"status": "disabled"})
        return object_id


def name_known(body: JSON) -> None:
    """Put names that the API knows in the place of those that merely fit the schema."""
    body.update({name: known for name, known in _NAMES.items() if name in body})


def _made(operation: Operation, event: events.ScenarioFinished) -> Iterator[Made]:
    for case_id, interaction in event.recorder.interactions.items():
        case = event.recorder.cases[case_id].value
        failures = [check for check in event.recorder.checks.get(case_id, ()) if check.status is Status.FAILURE]
        wrong = {
            RULES[check.name]: _text(check.failure_info)
            for check in failures
            if check.name in RULES and not excused(operation, check.name, case)
        }
        yield made_of(operation, case, interaction, wrong)


def made_of(operation: Operation, case: Any, interaction: Interaction, wrong: Mapping[str, str]) -> Made:
    """Return a call of Schemathesis and its answer in terms of this suite. Raises TargetError if there is none."""
    request, response = interaction.request, interaction.response
    if response is None:
        raise TargetError(f"{operation}: no answer to {request.method} {request.uri}")
    headers = httpx.Headers([(name, value) for name, values in response.headers.items() for value in values])
    answer = Answer(response.status_code, headers, response.content or b"")
    exchange = Exchange(
        actor="owner",
        method=request.method,
        url=request.uri,
        body=(request.body or b"").decode(errors="replace")[:4096] or None,
        status=answer.status,
        answer=answer.text[:4096],
        request_id=headers.get("x-request-id"),
        seconds=round(response.elapsed, 4),
    )
    return Made(operation, request.method, is_positive(case), answer, wrong, exchange)


def is_positive(case: Any) -> bool:
    """Whether a call keeps to the schema, as far as Schemathesis can tell."""
    return case.meta is not None and bool(case.meta.generation.mode.is_positive)


def _text(info: CheckFailureInfo | None) -> str:
    return (info.failure.message or info.failure.title) if info else ""


def excused(operation: Operation, check: str, case: Any) -> bool:
    """Whether a refusal of schema-valid data may rest on a documented condition that no schema can express."""
    fields = _STATEFUL.get(operation.id, set())
    return check == "positive_data_acceptance" and isinstance(case.body, dict) and bool(fields & case.body.keys())
