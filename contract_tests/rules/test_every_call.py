"""Rules about every call: answers as documented, refusals of invalid input, no change by a refusal."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests import document
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.steps.events import REFUSAL_STATUSES
from contract_tests.steps.refusals import STATUSES, refused
from contract_tests.verdicts import NotServed
from contract_tests.world import API, CAMERAS, EVENTS, GATEWAYS, RECIPIENT, RULES, SITES, World

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_WHOLE_SECONDS_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_UNREADABLE_BODIES: tuple[tuple[str, bytes, str], ...] = (
    ("nothing", b"", "application/json"),
    ("half an object", b'{"name": ', "application/json"),
    ("a list", b"[]", "application/json"),
    ("a text", b'"x"', "application/json"),
    ("null", b"null", "application/json"),
    ("no UTF-8", b'{"name": "\xff"}', "application/json"),
)
#: What this project refuses beyond that; no page says how.
_BODIES_THAT_WE_REFUSE: tuple[tuple[str, bytes, str], ...] = (
    ("a lone surrogate", b'{"name": "\\ud800"}', "application/json"),
    ("a NUL", b'{"name": "a\\u0000b"}', "application/json"),
    ("deep nesting", b'{"name": ' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json"),
    ("a huge number", b'{"name": 1' + b"0" * 5000 + b"}", "application/json"),
    ("not a number", b'{"name": NaN}', "application/json"),
    ("another media type", b"name=x", "application/x-www-form-urlencoded"),
    ("no media type", b"{}", ""),
)
_READ_OPERATIONS = [operation for operation in document.operations(public=False) if operation.method == "GET"]
#: All but the OpenAPI document itself, of whose content type no page speaks (AS-209).
_OPERATIONS = [operation for operation in document.operations() if operation.id != "getOpenapiYaml"]
_BODY_OPERATIONS = [operation for operation in document.operations() if operation.takes_body]


@pytest.mark.rules("GEN-02", "GEN-03", "GEN-04", "GEN-05", "GEN-07")
@pytest.mark.parametrize("operation", _OPERATIONS, ids=str)
def test_a_valid_call_is_answered_as_documented(world: World, expect: Expect, operation: Operation) -> None:
    for role in operation.roles:
        answer = calls.valid_call(world, operation).send_as(world.actor(role))
        expect("GEN-02", operation.documents(answer.status), "a documented status", answer)
        expect("GEN-07", answer.status not in (400, 413, 415, 422), f"{operation.success}", answer)
        expect("GEN-03", operation.wrong_media_type(answer) is None, "a documented content type", answer.headers)
        wrong = operation.wrong_headers(answer)
        expect("GEN-05", not wrong, "the documented headers", "; ".join(wrong))
        wrong = operation.wrong_body(answer)
        expect("GEN-04", not wrong, "a body that matches its schema", f"{'; '.join(wrong)} in {answer}")


@pytest.mark.rules("GEN-04")
@pytest.mark.parametrize("operation", _READ_OPERATIONS, ids=str)
def test_lists_and_objects_in_every_state_match_their_schemas(
    world: World, expect: Expect, operation: Operation
) -> None:
    call = calls.valid_call(world, operation)
    calls.valid_call(world, document.load().operations["generatePairingCode"]).send_as(world.operator)
    for alert in world.raise_alerts(3)[:2]:
        world.operator.patch(f"{API}/alerts/{alert}", {"status": "acknowledged"})
        world.operator.patch(f"{API}/alerts/{alert}", {"status": "resolved"})
    for ai_status in ("pending", "completed", "skipped", "failed"):
        event = world.record(ai_status=ai_status)[0]
        world.operator.patch(f"{EVENTS}/{event}", {"acknowledged": True, "notes": "seen"})
    wrong = operation.wrong_body(call.send_as(world.admin))
    expect("GEN-04", not wrong, "a body that matches its schema", "; ".join(wrong))


@pytest.mark.rules("GEN-02", "GEN-03", "GEN-04", "GEN-05")
@pytest.mark.parametrize("status", STATUSES)
def test_a_refusal_is_answered_as_documented(world: World, expect: Expect, status: int) -> None:
    for operation, answer in refused(world, status):
        if world.shared and not operation.takes_body and answer.status in REFUSAL_STATUSES:
            continue  # no page says with which of them a query is refused
        expect("GEN-02", operation.documents(answer.status), f"a documented status of {operation}", answer)
        wrong_type = operation.wrong_media_type(answer) is not None
        expect("GEN-03", not wrong_type, f"a documented content type of {operation}", answer.headers)
        wrong = operation.wrong_headers(answer)
        expect("GEN-05", not wrong, f"the documented headers of {operation}", "; ".join(wrong))
        wrong = operation.wrong_body(answer)
        expect("GEN-04", not wrong, f"a body of {operation} that matches its schema", f"{'; '.join(wrong)} in {answer}")


@pytest.mark.rules("GEN-01", "GEN-06", "AS-208")
@pytest.mark.parametrize("operation", _BODY_OPERATIONS, ids=str)
def test_a_body_that_cannot_be_read_is_refused(world: World, expect: Expect, operation: Operation) -> None:
    call, actor = calls.valid_call(world, operation), calls.permitted_actor(world, operation)
    as_text = ("the valid body as text", json.dumps(call.body).encode(), "text/plain")
    for rule, bodies in (("GEN-06", _UNREADABLE_BODIES), ("AS-208", (*_BODIES_THAT_WE_REFUSE, as_text))):
        for what, body, media_type in bodies:
            headers = {"Content-Type": media_type} if media_type else {}
            answer = actor.call(operation.method, call.path, content=body, headers=headers)
            expect("GEN-01", answer.status < 500, f"no 5xx for {what}", answer)
            expect(rule, 400 <= answer.status < 500, f"a 4xx for {what}", answer)


@pytest.mark.rules("GEN-01")
@given(text=st.text(max_size=20))
@example(text="%00")
@example(text="%ff")
@example(text="a=b&a=c&&=")
@example(text="limit=99999999999999999999999")
@example(text="date_from=0000-00-00&date_to=9999-12-31T23:59:60Z")
@example(text="date_to=9999-12-31")
@example(text="cursor=%F0%9F%92%A9")
def test_no_query_causes_a_server_error(world: World, expect: Expect, text: str) -> None:
    query = text if text.isascii() and text.isprintable() and " " not in text and "#" not in text else None
    for path in (EVENTS, f"{EVENTS}/export", f"{API}/alerts", RULES, GATEWAYS, CAMERAS, SITES):
        with suppress(NotServed):
            answers = [world.operator.get(path, cursor=text, date_from=text, limit=text, trigger_type=text)]
            if query is not None:
                answers.append(world.operator.call("GET", f"{path}?{query}"))
            for answer in answers:
                expect("GEN-01", answer.status < 500, "no 5xx", answer)


@pytest.mark.rules("GEN-01")
def test_no_credential_causes_a_server_error(world: World, expect: Expect) -> None:
    for value in ("", "Bearer", "bearer x y", "Basic x:y", "Bearer " + "x" * 4000, b"Bearer \xff\xfe"):
        answer = world.anonymous.call("GET", EVENTS, headers={"Authorization": value})
        expect("GEN-01", answer.status < 500, "no 5xx", answer)


@pytest.mark.rules("GEN-10")
def test_refused_input_changes_nothing(world: World, expect: Expect) -> None:
    event, rule, gateway = world.record()[0], world.rule()["id"], world.pair()["gateway_id"]
    alert = world.raise_alerts(rule_id=rule)[0]
    before = calls.read_everything(world)
    for path, body in (
        (f"{EVENTS}/{event}", {"starred": True, "notes": "x" * 2001}),
        (f"{EVENTS}/{event}", {"acknowledged": True, "color": "red"}),
        (f"{API}/alerts/{alert}", {"status": "new"}),
        (f"{RULES}/{rule}", {"name": "Other", "cooldown_sec": 3601}),
        (f"{RULES}/{rule}", {"name": "Other", "camera_ids": [UNKNOWN_ID]}),
        (f"{RULES}/{rule}", {"enabled": False, "trigger_type": "ai_tag", "custom_tags": []}),
        (f"{GATEWAYS}/{gateway}", {"name": "Other", "status": "online"}),
        (f"{GATEWAYS}/{gateway}", {"name": "Other", "status": "offline"}),
        (f"{GATEWAYS}/{gateway}", {"status": "disabled", "site_id": UNKNOWN_ID}),
    ):
        answer = world.operator.patch(path, body)
        if 400 <= answer.status < 500:
            expect("GEN-10", calls.read_everything(world) == before, f"nothing changed by {body}", answer)
    rule_body: dict[str, Any] = {"name": "x", "trigger_type": "motion", "recipients": [RECIPIENT]}
    for path, body in (
        (RULES, {**rule_body, "recipients": []}),
        (RULES, {**rule_body, "camera_ids": [UNKNOWN_ID], "scope_type": "specific_cameras"}),
        (f"{GATEWAYS}/generate-pairing-code", {"name": "x", "site_id": UNKNOWN_ID}),
    ):
        answer = world.operator.post(path, body)
        if 400 <= answer.status < 500:
            expect("GEN-10", calls.read_everything(world) == before, f"nothing created by {body}", answer)


@pytest.mark.rules("GEN-10")
def test_a_refused_deletion_of_a_gateway_changes_nothing(world: World, expect: Expect) -> None:
    before = calls.read_everything(world)
    gateways = [gateway["id"] for gateway in before[GATEWAYS]]
    for gateway in gateways:
        answer = world.operator.delete(f"{GATEWAYS}/{gateway}")
        if 400 <= answer.status < 500:
            expect("GEN-10", calls.read_everything(world) == before, "nothing changed", answer)


@pytest.mark.rules("GEN-11", "AS-210")
def test_every_time_has_a_zone_and_ours_are_in_utc_whole_seconds(world: World, expect: Expect) -> None:
    world.record(2)
    event = world.record()[0]
    world.operator.patch(f"{EVENTS}/{event}", {"acknowledged": True})
    alert = world.raise_alerts()[0]
    world.operator.patch(f"{API}/alerts/{alert}", {"status": "acknowledged"})
    world.pair()
    answers = [world.register(), world.rule(), calls.read_everything(world)]
    times = [(name, value) for answer in answers for name, value in _times(answer)]
    for name, value in times:
        text = value if isinstance(value, str) else ""
        expect("GEN-11", _TIME.fullmatch(text), f"{name} as a time of RFC 3339", value)
        expect("AS-210", _WHOLE_SECONDS_TIME.fullmatch(text), f"{name} as 2026-04-21T13:45:22Z", value)


def _times(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a value, at any depth, whose name is that of a time, each with its value."""
    if isinstance(value, dict):
        for name, item in value.items():
            if (name == "at" or name.endswith("_at")) and item is not None:
                yield name, item
            else:
                yield from _times(item)
    elif isinstance(value, list):
        for item in value:
            yield from _times(item)
