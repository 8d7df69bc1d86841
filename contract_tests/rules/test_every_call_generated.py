"""Calls that Schemathesis generates for every operation, judged by the rules about every call."""

import pytest

from contract_tests import document
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.generation import link_walks, schema_cases
from contract_tests.generation.schema_cases import GeneratedCall
from contract_tests.verdicts import Violation
from contract_tests.world import World


@pytest.mark.rules("GEN-01", "GEN-02", "GEN-03", "GEN-04", "GEN-05", "GEN-06", "GEN-07", "GEN-08")
@pytest.mark.parametrize("operation", document.operations(), ids=str)
def test_calls_generated_from_the_document_are_answered_as_documented(
    world: World, expect: Expect, operation: Operation
) -> None:
    _judge(world, expect, schema_cases.calls_of(world, operation))


@pytest.mark.fuzz
@pytest.mark.rules("GEN-01", "GEN-02", "GEN-03", "GEN-04", "GEN-05", "GEN-06", "GEN-07", "EV-75", "GW-93", "AS-12")
def test_calls_along_the_links_of_the_document_are_answered_as_documented(world: World, expect: Expect) -> None:
    _judge(world, expect, link_walks.calls_of(world))


def _judge(world: World, expect: Expect, made: list[GeneratedCall]) -> None:
    """State for each rule that the calls could have broken that none did. Raises Violation."""
    wrong: dict[str, tuple[str, GeneratedCall]] = {}
    for call in made:
        for rule, text in {**_deviations(call), **call.wrong}.items():
            wrong.setdefault(rule, (text, call))
    for rule in _decided(made) - wrong.keys():
        expect(rule, True, "")
    violations = []
    for rule, (text, call) in wrong.items():
        _record(world, call)
        violations.append(Violation(rule, text, f"{call.method} {call.exchange.url}: {call.answer}"))
    for violation in violations[1:]:
        expect.fail(violation)
    for violation in violations[:1]:
        raise violation


def _record(world: World, call: GeneratedCall) -> None:
    """Record a call that an answer has shown to break a rule, and those before it, as calls of this check."""
    for exchange in (*call.before, call.exchange):
        world.recorder.add(exchange)
    for step in (*call.steps_before, call.step):
        world.recorder.steps.add(step)


def _decided(made: list[GeneratedCall]) -> set[str]:
    """Return the rules that the calls could have broken."""
    decided = {"GEN-01", "GEN-02", "GEN-03", "GEN-04", "GEN-05"} if made else set()
    own = [call for call in made if call.method == call.operation.method]
    decided |= {"GEN-07" for call in own if call.positive} | {"GEN-06" for call in own if not call.positive}
    return decided | {"GEN-08" for call in made if call.method != call.operation.method}


def _deviations(call: GeneratedCall) -> dict[str, str]:
    """Return how an answer differs from the document as this suite reads it, by rule."""
    operation = call.operation
    if call.method != operation.method:
        return {}
    if not operation.documents(call.answer.status):
        return {"GEN-02": "a documented status"}
    found: dict[str, str] = {}
    if (media_type := operation.wrong_media_type(call.answer)) is not None:
        return {"GEN-03": f"a documented content type, not {media_type!r}"}
    if wrong := operation.wrong_headers(call.answer):
        found["GEN-05"] = f"the documented headers: {'; '.join(wrong)}"
    if wrong := operation.wrong_body(call.answer):
        found["GEN-04"] = f"a body that matches its schema: {'; '.join(wrong)}"
    return found
