"""Walks along the links of the document: Schemathesis' stateful testing, each walk in an org of its own.

A walk follows a link of one answer to the next call, a link of that answer to the one after, and so on; what a link
does not give is drawn.
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
from contract_tests.generation.known_ids import KnownIds, is_id
from contract_tests.generation.schema_cases import Made, is_positive
from contract_tests.generation.state_machines import run_machine
from contract_tests.steps import calls, factories
from contract_tests.steps.calls import UNKNOWN
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, World

#: Which of our rules the checks of what was made and deleted decide, by the operation that notices.
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
_STEPS = 20
#: What an object may refuse for the state it is in: a change of one of these fields, or the whole call.
_BY_STATE: Mapping[str, tuple[str, ...] | None] = {
    "updateAlert": ("status",),
    "updateGateway": ("status",),
    "updateCamera": ("site_id", "gateway_id"),
    "deleteGateway": None,
    "deleteSite": None,
    "testWebhook": None,
}


def calls_of(world: World) -> list[Made]:
    """Take a walk for each example of a property and return all calls. Raises Unavailable where orgs are shared."""
    if world.shared:
        raise Unavailable("walks take orgs of their own")
    config = SchemathesisConfig.from_str(_CONFIG + schema_cases.CHECKS)
    schema = schemathesis.openapi.from_dict(document.load().raw, config=config)
    schema.config.update(base_url=world.session.target.config.base_url)
    made: list[Made] = []
    failed: list[CheckResult] = []

    def after_validate(context: Any, case: Any, response: Any, results: list[CheckResult]) -> None:
        failed[:] = [result for result in results if result.failure]

    schema.hook(after_validate)
    walk = type("Walk", (_Walk, schema.as_state_machine()), {"origin": world, "made": made, "failed": failed})
    # Where a target answers the same walk now so, now otherwise, Hypothesis ends them early.
    with suppress(hypothesis.errors.FlakyStrategyDefinition):
        run_machine(world, cast("type[RuleBasedStateMachine]", walk), hypothesis.settings().max_examples, _STEPS)
    return made


class _Walk(RecordingStateMachine):
    """One walk; ``made`` are the calls of all, ``failed`` the checks that the last call failed."""

    origin: World
    made: list[Made]
    failed: list[CheckResult]

    def setup(self) -> None:
        """Arrange an org in which there is something of every kind, and the same for every walk."""
        self.org = self.origin.fresh()
        self.org.recorder = Recorder()
        self.known = KnownIds(self._later())
        like: dict[str, Any] = {
            "camera_id": self.org.cameras(self.org.sites[0])[0],
            "trigger_type": "motion",
            "ai_status": "completed",
        }
        events = [*self._later().record(**like), *self._later().record(**like)]
        alerts = self.org.owner.get(ALERTS)["data"]
        self.objects = {"events": events[-1], "alerts": alerts[0]["id"] if alerts else UNKNOWN}
        self.objects |= {kind: make(self._later()) for kind, make in factories.NEW.items() if kind not in self.objects}

    def teardown(self) -> None:
        """Remove the org."""
        self.org.close()

    def step(self, input: StepInput) -> StepOutput:
        """Make one call, of what exists if it is to succeed."""
        if is_positive(input.case):
            self._make_real(input)
        self._later()
        return super().step(input)

    def get_call_kwargs(self, case: Any) -> dict[str, Any]:
        """Call as the owner."""
        return {"headers": {"Authorization": f"Bearer {self.org.owner.token}"}}

    def call(self, case: Any, **kwargs: Any) -> Response:
        """Make the call. Raises TargetError."""
        self.org.session.throttle()
        try:
            return super().call(case, **kwargs)
        except OSError as error:
            raise TargetError(f"{case.method} {case.formatted_path}: {type(error).__name__}: {error}") from None

    def validate_response(self, response: Response, case: Any, additional_checks: Any = None, **kwargs: Any) -> None:
        """Note what is wrong, and walk on."""
        with suppress(FailureGroup):
            super().validate_response(response, case, additional_checks, **kwargs)
        operation = _operation(case)
        wrong = {
            rule: result.failure.message or result.failure.title
            for result in self.failed
            if result.failure and (rule := _rule(operation, result.name))
            if not _excused(operation, result.name, case, response.status_code)
        }
        made = schema_cases.made_of(operation, case, self.recorder.interactions[case.id], wrong)
        self.made.append(replace(made, before=tuple(self.org.recorder.exchanges)))
        self.org.recorder.add(made.exchange)

    def _later(self) -> World:
        """Let a second pass, so that lists have one order only and the same walk always finds the same."""
        self.org.advance(1)
        return self.org

    def _make_real(self, step: StepInput) -> None:
        case: Any = step.case
        operation = _operation(case)
        linked = {name for _, name in step.applied_parameters if name}
        if "id" not in linked and is_id(case.path_parameters.get("id")):
            case.path_parameters["id"] = self.objects[_kind(operation)]
        self.known.put_into(case.query, but=linked)
        self.known.put_into(case.body, but=linked)
        momentary = [name for name in schema_cases.OF_THE_MOMENT.get(operation.id, ()) if name not in linked]
        if isinstance(case.body, dict):
            schema_cases.name_known(case.body)
        if momentary and isinstance(case.body, dict):
            right = calls.a_body(self.org, operation) or {}
            case.body.update({name: right[name] for name in momentary if name in case.body})
        cursor = (case.query or {}).pop("cursor", None)
        if step.transition and "cursor" in linked:
            # It belongs to the filters of the page that it leads on from.
            case.query = {**self.recorder.cases[step.transition.parent_id].value.query, "cursor": cursor}


def _operation(case: Any) -> Operation:
    return document.load().operations[case.operation.definition.raw["operationId"]]


def _kind(operation: Operation) -> str:
    return operation.path.split("/")[3]


def _rule(operation: Operation, check: str) -> str | None:
    return schema_cases.RULES.get(check) or _RULES.get((check, operation.id))


def _excused(operation: Operation, check: str, case: Any, status: int) -> bool:
    """Whether a refusal may rest on a documented condition, such as the state that the walk has brought about."""
    if schema_cases.excused(operation, check, case):
        return True
    if check != "positive_data_acceptance" or status != 400 or operation.id not in _BY_STATE:
        return False
    fields = _BY_STATE[operation.id]
    return fields is None or any(field in case.body for field in fields)
