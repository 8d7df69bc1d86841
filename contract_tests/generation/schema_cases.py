"""Calls that Schemathesis generates from the document for one operation, and what it found wrong, by our rules.

Its examples and coverage phases are deterministic: every documented example, every boundary of every schema, from
inside and from outside. In a run that fuzzes, its fuzzing phase follows: valid and invalid calls, drawn by the seed of
the run. Generated ids are replaced by those of existing objects.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest import mock

import httpx
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events
from schemathesis.engine.recorder import CheckFailureInfo, Interaction
from schemathesis.engine.run import unit
from schemathesis.engine.run.unit._pool import WorkerPool

from contract_tests import document
from contract_tests.actors import Answer, Exchange, TargetError, step_of
from contract_tests.document import Operation
from contract_tests.generation.known_ids import KnownIds
from contract_tests.http import connections
from contract_tests.output.texts import MAX_EVIDENCE_CHARS, shorten
from contract_tests.replay.steps import Step
from contract_tests.steps import calls
from contract_tests.steps.answers import JSON, is_uuid
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

#: The rule that each check of Schemathesis decides.
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
#: Answers are not used as a source of values, as their times differ from run to run. The document forbids NUL in any
#: text, which the schema of an object with free fields cannot express.
_FUZZING = """
seed = {seed}
phases.fuzzing.extra-data-sources.responses = false
phases.fuzzing.generation.allow-x00 = false
phases.fuzzing.generation.no-shrink = true
"""
#: The configuration that enables those checks.
ENABLED_CHECKS = "".join(f"checks.{name}.enabled = true\n" for name in RULES)
#: Fields whose valid values depend on what the object and the org have, which no schema expresses.
_STATE_DEPENDENT = {
    "updateAlertRule": {"trigger_type", "custom_tags", "min_confidence", "scope_type", "site_ids", "camera_ids"},
}
_CODE_LIFETIME_SECONDS = 600
#: Fields that take a value once only: one that the target issued, or one that no object has yet.
SINGLE_USE_FIELDS = {
    "pairGateway": ("pairing_code",),
    "inviteUser": ("email",),
    "login": ("email", "password"),
    "refreshSession": ("refresh_token",),
}
#: Valid values of fields for which the schema allows any text and the API does not.
_VALID_NAMES = {"timezone": "Europe/Berlin"}


@dataclass(frozen=True)
class GeneratedCall:
    """One generated call, the exchanges before it, its answer, and what Schemathesis found wrong with it, by rule."""

    operation: Operation
    method: str
    positive: bool
    answer: Answer
    wrong: Mapping[str, str]
    exchange: Exchange
    step: Step
    before: tuple[Exchange, ...] = ()
    steps_before: tuple[Step, ...] = ()


def calls_of(world: World, operation: Operation) -> list[GeneratedCall]:
    """Make all generated calls of an operation and return them. Raises Unavailable in a shared org."""
    if world.shared:
        raise Unavailable("generated calls take an org of their own")
    made: list[GeneratedCall] = []
    with _existing_ids(world, operation), mock.patch.object(unit, "WorkerPool", _CallingThread):
        for event in engine.from_schema(_schema(world, operation)).execute():
            if isinstance(event, events.Interrupted):
                raise KeyboardInterrupt
            if isinstance(event, events.FatalError | events.NonFatalError):
                raise TargetError(f"{operation}: {event}")
            if isinstance(event, events.ScenarioFinished):
                made += _generated_calls(world, operation, event)
    return made


class _CallingThread(WorkerPool):
    """What Schemathesis runs in a new thread, run in this one: what Hypothesis remembers, it remembers by thread."""

    def start(self) -> None:
        """Run everything; the events wait in their queue."""
        run = {"ctx": self.ctx, "mode": self.mode, "phase": self.phase, "suite_id": self.suite_id}
        self._run_worker(events_queue=self.events_queue, scheduler=self.scheduler, **run)


def _schema(world: World, operation: Operation) -> Any:
    owned = world.session.target.config.control is not None
    config = _CONFIG + ENABLED_CHECKS + ("" if owned else "phases.coverage.unexpected-methods = []\n")
    config += _FUZZING.format(seed=world.session.seed) if world.session.fuzz else _NO_FUZZING
    schema = schemathesis.openapi.from_dict(_single_path(operation.path), config=SchemathesisConfig.from_str(config))
    target = world.session.target.config
    schema.config.update(
        base_url=target.base_url,
        headers={**target.connection.headers, "Authorization": f"Bearer {world.owner.token}"},
    )
    return schema.include(operation_id=operation.id)


@cache
def _single_path(path: str) -> JSON:
    """Return the document with one path only; the walks follow its links (``link_walks``)."""
    raw = document.load().raw
    return {**raw, "paths": {path: raw["paths"][path]}}


@contextmanager
def _existing_ids(world: World, operation: Operation) -> Iterator[None]:
    """Give every generated call ids of existing objects, until the block ends."""
    replacements, target = _Replacements(world, operation), world.session.target.config
    options = connections.requests_options(target.base_url, target.connection)

    def before_call(context: Any, case: Any, kwargs: JSON) -> None:
        kwargs.update(options)
        world.session.throttle()
        replacements.apply(case, fresh=is_positive(case) and operation.method != "GET")

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)


class _Replacements:
    """Existing objects and valid values for generated calls: new ones for valid calls, the same for all others."""

    def __init__(self, world: World, operation: Operation) -> None:
        self._world = world
        self._operation = operation
        self._object_id = calls.new_object_id(world, operation) if operation.takes_id else None
        self._further_ids = calls.further_ids(world, operation, self._object_id)
        self._single_use = SINGLE_USE_FIELDS.get(operation.id, ())
        self._valid_body = calls.valid_body(world, operation) if self._single_use else None
        self._known_ids = KnownIds(world)

    def apply(self, case: Any, fresh: bool) -> None:
        """Replace the ids of a generated call, those of a new object if ``fresh``; what is no id stays as it is."""
        if self._object_id and is_uuid(case.path_parameters.get("id")):
            self._replace_in_path(case, fresh)
        self._known_ids.replace_in(case.query)
        self._known_ids.replace_in(case.body)
        if isinstance(case.query, dict) and isinstance(case.query.get("cursor"), str) and case.query["cursor"]:
            del case.query["cursor"]
        if isinstance(case.body, dict):
            if fresh:
                replace_names(case.body)
            if fresh and self._operation.id == "generatePairingCode":
                self._world.advance(_CODE_LIFETIME_SECONDS)
            self._replace_single_use(case.body, fresh)

    def _replace_in_path(self, case: Any, fresh: bool) -> None:
        object_id = self._new_object_id(case.body) if fresh else self._object_id
        further = calls.further_ids(self._world, self._operation, object_id) if fresh else self._further_ids
        for name, existing in {"id": object_id, **further}.items():
            if is_uuid(case.path_parameters.get(name)):
                case.path_parameters[name] = existing

    def _replace_single_use(self, body: JSON, fresh: bool) -> None:
        """Replace values that the schema allows by those that work once; leave those that it does not allow."""
        names = [name for name in self._single_use if name in body and self._operation.takes(name, body[name])]
        if names:
            valid = (calls.valid_body(self._world, self._operation) if fresh else self._valid_body) or {}
            body.update({name: valid[name] for name in names})

    def _new_object_id(self, body: Any) -> str:
        """Return the id of a new object whose state allows the change in the body."""
        object_id = calls.new_object_id(self._world, self._operation)
        if self._operation.id == "updateGateway" and isinstance(body, dict) and body.get("status") == "offline":
            self._world.operator.patch(self._operation.path.replace("{id}", object_id), {"status": "disabled"})
        return object_id


def replace_names(body: JSON) -> None:
    """Replace names that only the schema allows by names that the API knows."""
    body.update({name: known for name, known in _VALID_NAMES.items() if name in body})


def _generated_calls(world: World, operation: Operation, event: events.ScenarioFinished) -> Iterator[GeneratedCall]:
    for case_id, interaction in event.recorder.interactions.items():
        case = event.recorder.cases[case_id].value
        failures = [check for check in event.recorder.checks.get(case_id, ()) if check.status is Status.FAILURE]
        wrong = {
            RULES[check.name]: _text(check.failure_info)
            for check in failures
            if check.name in RULES and not excused(operation, check.name, case)
        }
        yield to_generated_call(world, operation, case, interaction, wrong)


def to_generated_call(
    world: World, operation: Operation, case: Any, interaction: Interaction, wrong: Mapping[str, str]
) -> GeneratedCall:
    """Return a call of Schemathesis and its answer as the suite records them. Raises TargetError if unanswered."""
    request, response = interaction.request, interaction.response
    if response is None:
        raise TargetError(f"{operation}: no answer to {request.method} {request.uri}")
    headers = httpx.Headers([(name, value) for name, values in response.headers.items() for value in values])
    answer = Answer(response.status_code, headers, response.content or b"")
    exchange = Exchange(
        actor="owner",
        method=request.method,
        url=request.uri,
        body=shorten((request.body or b"").decode(errors="replace"), MAX_EVIDENCE_CHARS) or None,
        status=answer.status,
        answer=shorten(answer.text, MAX_EVIDENCE_CHARS),
        request_id=headers.get("x-request-id"),
        seconds=round(response.elapsed, 4),
    )
    return GeneratedCall(
        operation, request.method, is_positive(case), answer, wrong, exchange, _step(world, request, answer)
    )


def _step(world: World, request: Any, answer: Answer) -> Step:
    headers = {name: values[0] for name, values in request.headers.items()}
    sent = SimpleNamespace(method=request.method, url=request.uri, headers=headers)
    http = world.session.http
    return step_of(sent, request.body or b"", str(http.base_url), http.headers, answer)


def is_positive(case: Any) -> bool:
    """Whether Schemathesis generated a call as one that the schema allows."""
    return case.meta is not None and bool(case.meta.generation.mode.is_positive)


def _text(info: CheckFailureInfo | None) -> str:
    return (info.failure.message or info.failure.title) if info else ""


def excused(operation: Operation, check: str, case: Any) -> bool:
    """Whether the refusal of a call that the schema allows may have a documented reason that no schema expresses."""
    fields = _STATE_DEPENDENT.get(operation.id, set())
    return check == "positive_data_acceptance" and isinstance(case.body, dict) and bool(fields & case.body.keys())
