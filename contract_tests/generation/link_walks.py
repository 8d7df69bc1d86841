"""Walks along the links of the document: Schemathesis' stateful testing, each walk in an org of its own.

A walk follows a link of one answer to the next call, a link of that answer to the one after, and so on; parameters
that no link gives are generated.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import hypothesis
import schemathesis
from hypothesis.stateful import RuleBasedStateMachine
from schemathesis.checks import CheckResult
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.errors import FailureGroup
from schemathesis.generation.stateful.state_machine import RecordingStateMachine, StepInput, StepOutput

from contract_tests import document
from contract_tests.actors import Recorder, TargetError
from contract_tests.document import Operation
from contract_tests.generation import schema_cases
from contract_tests.generation.known_ids import KnownIds
from contract_tests.generation.schema_cases import GeneratedCall, is_positive
from contract_tests.generation.state_machines import run_machine
from contract_tests.http import connections
from contract_tests.steps import calls, factories
from contract_tests.steps.answers import UNKNOWN_ID, is_uuid
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, World

#: The rules that the checks of Schemathesis on created and deleted objects decide, by check and operation.
_RULES = {
    ("use_after_free", "getEvent"): "EV-75",
    ("use_after_free", "getGateway"): "GW-93",
    ("ensure_resource_availability", "getAlertRule"): "AS-12",
}
_CONFIG = """
cache.enabled = false
phases.stateful.inference.algorithms = []
generation.allow-x00 = false
generation.with-security-parameters = false
checks.enabled = false
checks.use_after_free.enabled = true
checks.ensure_resource_availability.enabled = true
"""
_MAX_STEPS = 20
#: Operations that the state of an object may refuse: for these fields of the body, or (None) whatever the body.
_STATE_DEPENDENT: Mapping[str, tuple[str, ...] | None] = {
    "updateAlert": ("status",),
    "updateGateway": ("status",),
    "updateCamera": ("site_id", "gateway_id"),
    "deleteGateway": None,
    "deleteSite": None,
    "testWebhook": None,
}


def calls_of(world: World) -> list[GeneratedCall]:
    """Take as many walks as a property has examples and return all calls. Raises Unavailable in a shared org."""
    if world.shared:
        raise Unavailable("walks take orgs of their own")
    config = SchemathesisConfig.from_str(_CONFIG + schema_cases.ENABLED_CHECKS)
    schema = schemathesis.openapi.from_dict(document.load().raw, config=config)
    schema.config.update(base_url=world.session.target.config.base_url)
    made: list[GeneratedCall] = []
    failed: list[CheckResult] = []

    def after_validate(context: Any, case: Any, response: Any, results: list[CheckResult]) -> None:
        failed[:] = [result for result in results if result.failure]

    schema.hook(after_validate)
    walk = type("Walk", (_Walk, schema.as_state_machine()), {"origin": world, "made": made, "failed": failed})
    # Hypothesis ends the walks early when the target answers the same walk differently.
    with suppress(hypothesis.errors.FlakyStrategyDefinition):
        run_machine(world, cast("type[RuleBasedStateMachine]", walk), hypothesis.settings().max_examples, _MAX_STEPS)
    return made


class _Walk(RecordingStateMachine):
    """One walk; ``made`` has the calls of all walks, ``failed`` the checks that the latest call failed."""

    origin: World
    made: list[GeneratedCall]
    failed: list[CheckResult]

    def setup(self) -> None:
        """Create an org with an object of every kind, the same for every walk."""
        self.org = self.origin.fresh()
        self.org.recorder = Recorder()
        self.known_ids = KnownIds(self._later())
        fields: dict[str, Any] = {
            "camera_id": self.org.cameras(self.org.sites[0])[0],
            "trigger_type": "motion",
            "ai_status": "completed",
        }
        events = [*self._later().record(**fields), *self._later().record(**fields)]
        alerts = self.org.owner.get(ALERTS)["data"]
        self.object_ids = {"events": events[-1], "alerts": alerts[0]["id"] if alerts else UNKNOWN_ID}
        self.object_ids |= {
            kind: create(self._later()) for kind, create in factories.NEW_OBJECTS.items() if kind not in self.object_ids
        }

    def teardown(self) -> None:
        """Remove the org."""
        self.org.close()

    def step(self, input: StepInput) -> StepOutput:
        """Make one call, on an existing object if it is to succeed."""
        if is_positive(input.case):
            self._replace_ids(input)
        self._later()
        return super().step(input)

    def get_call_kwargs(self, case: Any) -> dict[str, Any]:
        """Call as the owner, as the target file has the connection."""
        target = self.org.session.target.config
        headers = {**target.connection.headers, "Authorization": f"Bearer {self.org.owner.token}"}
        return {"headers": headers, **connections.requests_options(target.base_url, target.connection)}

    def call(self, case: Any, **kwargs: Any) -> Response:
        """Make the call. Raises TargetError."""
        self.org.session.throttle()
        try:
            return super().call(case, **kwargs)
        except OSError as error:
            raise TargetError(f"{case.method} {case.formatted_path}: {type(error).__name__}: {error}") from None

    def validate_response(self, response: Response, case: Any, additional_checks: Any = None, **kwargs: Any) -> None:
        """Record what is wrong with the answer, and continue the walk."""
        with suppress(FailureGroup):
            super().validate_response(response, case, additional_checks, **kwargs)
        operation = _operation(case)
        wrong = {
            rule: result.failure.message or result.failure.title
            for result in self.failed
            if result.failure and (rule := _rule(operation, result.name))
            if not _excused(operation, result.name, case, response.status_code)
        }
        made = schema_cases.to_generated_call(self.org, operation, case, self.recorder.interactions[case.id], wrong)
        recorder = self.org.recorder
        self.made.append(replace(made, before=tuple(recorder.exchanges), steps_before=tuple(recorder.steps)))
        recorder.add(made.exchange)
        recorder.steps.add(made.step)

    def _later(self) -> World:
        """Advance the clock by a second, which gives lists a single order, so that a walk repeats exactly."""
        self.org.advance(1)
        return self.org

    def _replace_ids(self, step: StepInput) -> None:
        """Put existing ids, valid names and current values in the place of generated ones, except those from links."""
        case: Any = step.case
        operation = _operation(case)
        linked = {name for _, name in step.applied_parameters if name}
        if "id" not in linked and is_uuid(case.path_parameters.get("id")):
            case.path_parameters["id"] = self.object_ids[_kind(operation)]
        self.known_ids.replace_in(case.query, keep=linked)
        self.known_ids.replace_in(case.body, keep=linked)
        single_use = [name for name in schema_cases.SINGLE_USE_FIELDS.get(operation.id, ()) if name not in linked]
        if isinstance(case.body, dict):
            schema_cases.replace_names(case.body)
        if single_use and isinstance(case.body, dict):
            valid = calls.valid_body(self.org, operation) or {}
            case.body.update({name: valid[name] for name in single_use if name in case.body})
        cursor = (case.query or {}).pop("cursor", None)
        if step.transition and "cursor" in linked:
            # A cursor is valid with the filters of its page only (AS-62).
            case.query = {**self.recorder.cases[step.transition.parent_id].value.query, "cursor": cursor}


def _operation(case: Any) -> Operation:
    return document.load().operations[case.operation.definition.raw["operationId"]]


def _kind(operation: Operation) -> str:
    return operation.path.split("/")[3]


def _rule(operation: Operation, check: str) -> str | None:
    return schema_cases.RULES.get(check) or _RULES.get((check, operation.id))


def _excused(operation: Operation, check: str, case: Any, status: int) -> bool:
    """Whether the refusal of a valid call may have a documented reason, such as the object's state after the walk."""
    if schema_cases.excused(operation, check, case):
        return True
    if check != "positive_data_acceptance" or status != 400 or operation.id not in _STATE_DEPENDENT:
        return False
    fields = _STATE_DEPENDENT[operation.id]
    return fields is None or any(field in case.body for field in fields)
