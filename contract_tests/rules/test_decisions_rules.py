"""Decisions about alert rules: enabled, reading one, the list, schedules, recipients, fields of other triggers."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests import document
from contract_tests.actors import Answer
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls
from contract_tests.steps.answers import JSON, rows
from contract_tests.steps.calls import Call
from contract_tests.steps.sites import ungranted_site
from contract_tests.world import RECIPIENT, RULES, World

_OTHER_TRIGGERS = ("motion", "manual")
_WRITES = [operation for operation in document.operations() if operation.takes_body]


def _body(**fields: Any) -> JSON:
    return {"name": "A rule", "trigger_type": "motion", "recipients": [RECIPIENT], **fields}


def _create_and_change(world: World, **fields: Any) -> list[Answer]:
    """Create a rule with the fields and change another to them; return both answers."""
    rule = world.rule()["id"]
    return [world.operator.post(RULES, _body(**fields)), world.operator.patch(f"{RULES}/{rule}", fields)]


def _read(world: World, rule_id: str) -> JSON:
    """Return one rule as it is read."""
    return dict(world.operator.get(f"{RULES}/{rule_id}").json)


@pytest.mark.rules("AS-01")
def test_a_rule_can_be_created_disabled(world: World, expect: Expect) -> None:
    for enabled in (False, True):
        answer = world.operator.post(RULES, _body(enabled=enabled))
        expect("AS-01", answer.status == 201 and answer["enabled"] is enabled, f"201 with enabled {enabled}", answer)
        stored = _read(world, answer["id"]).get("enabled")
        expect("AS-01", stored is enabled, f"enabled {enabled} when read", stored)
        listed = {row["id"]: row["enabled"] for row in rows(world.operator.get(RULES))}
        expect("AS-01", listed.get(answer["id"]) is enabled, f"enabled {enabled} in the list", listed)


@pytest.mark.rules("AS-02")
def test_a_new_rule_is_enabled_by_default(world: World, expect: Expect) -> None:
    answer = world.operator.post(RULES, _body())
    expect("AS-02", answer.status == 201 and answer["enabled"] is True, "201 with enabled true", answer)
    expect("AS-02", _read(world, answer["id"]).get("enabled") is True, "enabled when read", answer)


@pytest.mark.rules("AS-03")
def test_enabled_can_be_changed_alone_or_with_other_fields(world: World, expect: Expect) -> None:
    rule = world.rule()["id"]
    for fields in (
        {"enabled": False},
        {"enabled": True},
        {"enabled": False, "cooldown_sec": 17},
        {"cooldown_sec": 18},
        {"enabled": True, "name": "Other"},
    ):
        before = _read(world, rule)
        answer = world.operator.patch(f"{RULES}/{rule}", fields)
        expect("AS-03", answer.status == 200, f"200 to {fields}", answer)
        expect("AS-03", _read(world, rule) == before | fields == answer.json, f"{before | fields}", answer)


@pytest.mark.rules("AS-12")
@given(name=st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), min_size=1, max_size=100))
@example(name="x")
def test_reading_a_rule_answers_as_its_creation_did(world: World, expect: Expect, name: str) -> None:
    sent = _body(name=name, scope_type="specific_cameras", camera_ids=world.cameras()[:2], zones_filter=["gate"])
    created = world.operator.post(RULES, {**sent, "conditions_json": {"a": [1]}})
    answer = world.viewer.get(f"{RULES}/{created['id']}")
    expect("AS-12", answer.status == 200 and answer.json == created.json, f"{created}", answer)


@pytest.mark.rules("AS-13")
@pytest.mark.parametrize("count", [0, 105])
def test_every_rule_is_in_one_answer(world: World, expect: Expect, count: int) -> None:
    made = {world.rule()["id"] for _ in range(count)}
    for params in ({}, {"limit": 1}, {"cursor": "x"}):
        answer = world.operator.get(RULES, **params)
        listed = [row["id"] for row in rows(answer)]
        expect("AS-13", sorted(listed) == sorted(made), f"all {count} rules", f"{len(listed)} rules")
        expect("AS-13", answer["total"] == count, f"total {count}", answer["total"])


@pytest.mark.rules("AS-25")
def test_a_viewer_sees_the_rules_of_all_sites(world: World, expect: Expect) -> None:
    ungranted = ungranted_site(world)
    fields: list[JSON] = [
        {},
        {"scope_type": "specific_sites", "site_ids": [ungranted]},
        {"scope_type": "specific_cameras", "camera_ids": world.cameras(ungranted)[:1]},
        {"scope_type": "specific_sites", "site_ids": world.granted},
    ]
    made = {world.rule(**chosen)["id"] for chosen in fields}
    answer = world.viewer.get(RULES)
    listed = {row["id"] for row in rows(answer)}
    expect("AS-25", made == listed and answer["total"] == len(made), "all rules in the list", answer)
    for rule in made:
        one = world.viewer.get(f"{RULES}/{rule}")
        expect("AS-25", one.status == 200, "200", one)


@pytest.mark.rules("AS-76")
def test_a_custom_schedule_needs_no_further_field(world: World, expect: Expect) -> None:
    for answer in _create_and_change(world, schedule_type="custom"):
        expect("AS-76", answer.status in (200, 201), "200 or 201", answer)
        expect("AS-76", answer["schedule_type"] == "custom", "schedule_type custom", answer)


@pytest.mark.rules("AS-77")
@pytest.mark.parametrize(
    "wrong", [{"type": ""}, {"target": ""}, {"type": "sms", "target": ""}, {"type": "", "target": ""}]
)
def test_a_recipient_with_an_empty_part_is_refused(world: World, expect: Expect, wrong: JSON) -> None:
    for recipients in ([{**RECIPIENT, **wrong}], [RECIPIENT, {**RECIPIENT, **wrong}]):
        for answer in _create_and_change(world, recipients=recipients):
            expect("AS-77", answer.is_(400, "validation_error"), f"400 validation_error for {recipients}", answer)


@pytest.mark.rules("AS-78")
@given(
    kind=st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=1, max_size=20),
    target=st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=1, max_size=50),
)
@example(kind="sms", target="+48 600 000 000")
@example(kind="webhook", target="x")
@example(kind="EMAIL", target="no address")
def test_other_types_of_recipients_take_any_target(world: World, expect: Expect, kind: str, target: str) -> None:
    recipients = [{"type": kind if kind != "email" else "e-mail", "target": target}]
    for answer in _create_and_change(world, recipients=recipients):
        expect("AS-78", answer.status in (200, 201), f"200 or 201 for {recipients}", answer)
        stored = _read(world, answer["id"]).get("recipients")
        expect("AS-78", stored == recipients, f"{recipients}", stored)


@pytest.mark.rules("AS-79")
@pytest.mark.parametrize("target", ["x", "example.com", "@example.com", "a@", "a b@example.com", "a@b@example.com"])
def test_an_email_recipient_needs_an_email_address(world: World, expect: Expect, target: str) -> None:
    for recipients in ([{"type": "email", "target": target}], [RECIPIENT, {"type": "email", "target": target}]):
        for answer in _create_and_change(world, recipients=recipients):
            expect("AS-79", answer.is_(400, "validation_error"), f"400 validation_error for {target}", answer)
    for answer in _create_and_change(
        world, recipients=[{"type": "email", "target": "first.last+tag@mail.example.org"}]
    ):
        expect("AS-79", answer.status in (200, 201), "200 or 201 for an address", answer)


@pytest.mark.rules("AS-80")
@pytest.mark.parametrize("trigger_type", _OTHER_TRIGGERS)
@pytest.mark.parametrize("confidence", [0, 0.5, 1])
def test_a_confidence_is_accepted_with_ai_tag_only(
    world: World, expect: Expect, trigger_type: str, confidence: float
) -> None:
    for answer in _create_and_change(world, trigger_type=trigger_type, min_confidence=confidence):
        expect("AS-80", answer.is_(400, "validation_error"), "400 validation_error", answer)
    rule = world.rule(trigger_type=trigger_type)["id"]
    answer = world.operator.patch(f"{RULES}/{rule}", {"min_confidence": confidence})
    expect("AS-80", answer.is_(400, "validation_error"), "400 validation_error for the confidence alone", answer)
    for answer in _create_and_change(world, trigger_type="ai_tag", custom_tags=["person"], min_confidence=confidence):
        expect("AS-80", answer.status in (200, 201), "200 or 201 with ai_tag", answer)


@pytest.mark.rules("AS-81")
@pytest.mark.parametrize("trigger_type", _OTHER_TRIGGERS)
def test_tags_are_stored_with_any_trigger(world: World, expect: Expect, trigger_type: str) -> None:
    tags = ["person", "package"]
    for answer in _create_and_change(world, trigger_type=trigger_type, custom_tags=tags):
        expect("AS-81", answer.status in (200, 201), "200 or 201", answer)
        stored = _read(world, answer["id"]).get("custom_tags")
        expect("AS-81", stored == tags, f"custom_tags {tags}", stored)
    rule = world.rule(trigger_type="ai_tag", custom_tags=tags)["id"]
    world.operator.patch(f"{RULES}/{rule}", {"trigger_type": trigger_type})
    stored = _read(world, rule).get("custom_tags")
    expect("AS-81", stored == tags, f"custom_tags {tags} after the trigger changed", stored)


@pytest.mark.rules("AS-82")
@pytest.mark.parametrize("operation", _WRITES, ids=str)
def test_an_unknown_field_is_refused_on_every_write(world: World, expect: Expect, operation: Operation) -> None:
    call, actor = calls.valid_call(world, operation), calls.permitted_actor(world, operation)
    before = calls.read_everything(world)
    for unknown in ("color", "id", "org_id", "Name", "", "created_at"):
        for body in ({unknown: "x"}, {**(call.body or {}), unknown: None}, {**(call.body or {}), unknown: "x"}):
            answer = Call(operation, call.object_id, body).send_as(actor)
            expect("AS-82", answer.is_(400, "validation_error"), f"400 validation_error for {body}", answer)
    expect("AS-82", calls.read_everything(world) == before, "nothing changed", "something did")
    answer = call.send_as(actor)
    expect("AS-82", answer.status == operation.success, f"{operation.success} without it", answer)
