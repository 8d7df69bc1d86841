"""The configuration of alerts: rules RU-… of the API."""

from typing import Any

import pytest

from tests.harness import JSON, World
from tests.mockserver.http.steps import RULE, UNKNOWN, done, instant, new_rule, ok, refused

RULES = "/api/v1/alert-rules"
MAIL: JSON = {"type": "email", "target": "guard@example.com"}
MINIMAL: JSON = {"name": "R", "trigger_type": "motion", "recipients": [MAIL]}
AI: JSON = {**MINIMAL, "trigger_type": "ai_tag", "custom_tags": ["person"]}


def test_new_rule_gets_the_documented_defaults(world: World) -> None:
    rule = ok(world.operator.post(RULES, json=MINIMAL), 201)
    assert rule == {
        **MINIMAL,
        "id": rule["id"],
        "created_at": rule["created_at"],
        "custom_tags": [],
        "min_confidence": None,
        "scope_type": "all_cameras",
        "site_ids": [],
        "camera_ids": [],
        "zones_filter": [],
        "schedule_type": "always",
        "cooldown_sec": 300,
        "conditions_json": {},
        "enabled": True,
    }
    assert instant(rule["created_at"])
    assert ok(world.viewer.get(f"{RULES}/{rule['id']}")) == rule


def test_everything_a_rule_is_given_is_kept(world: World) -> None:
    given = {
        **AI,
        "name": "Überwachung 監視",
        "custom_tags": ["person", "van"],
        "min_confidence": 0.5,
        "scope_type": "specific_cameras",
        "site_ids": world.sites,
        "camera_ids": [camera["id"] for camera in world.cameras],
        "zones_filter": ["yard"],
        "schedule_type": "custom",
        "cooldown_sec": 7,
        "conditions_json": {"mon": [{"start": "22:00", "end": "06:00"}], "deep": {"a": None, "b": 1.5}},
        "recipients": [MAIL, {"type": "webhook", "target": "anything"}],
        "enabled": False,
    }
    rule = ok(world.operator.post(RULES, json=given), 201)
    assert {name: rule[name] for name in given} == given
    assert ok(world.viewer.get(f"{RULES}/{rule['id']}")) == rule


def test_list_shows_seven_fields_of_every_rule(world: World) -> None:
    rules = [new_rule(world, name=f"R{number}") for number in range(3)]
    listed = ok(world.viewer.get(RULES))
    assert listed.keys() == {"data", "total"}
    assert listed["total"] == 3
    fields = ("id", "name", "trigger_type", "scope_type", "schedule_type", "cooldown_sec", "enabled")
    expected = [{name: rule[name] for name in fields} for rule in rules]
    assert sorted(listed["data"], key=lambda rule: str(rule["name"])) == expected


ACCEPTED: list[JSON] = [
    {"name": "n"},
    {"name": "n" * 100},
    {"trigger_type": "manual"},
    {"custom_tags": ["kept without ai_tag"]},
    AI,
    {**AI, "min_confidence": 0},
    {**AI, "min_confidence": 0.0},
    {**AI, "min_confidence": 1.0},
    {"schedule_type": "custom"},
    {"cooldown_sec": 0},
    {"cooldown_sec": 3600},
    {"cooldown_sec": 300.0},
    {"conditions_json": {"any": {"thing": [1, "x", None, True, 1e300, 2**63]}}},
    {"recipients": [MAIL] * 25},
    {"recipients": [{"type": "sms", "target": "+49 30 1234"}]},
    {"enabled": False},
    {"zones_filter": ["a"] * 200},
]
REFUSED: list[tuple[JSON, str]] = [
    ({"name": ""}, "name"),
    ({"name": "n" * 101}, "name"),
    ({"name": None}, "name"),
    ({"name": 5}, "name"),
    ({"name": "a\0b"}, "body"),
    ({"trigger_type": "person"}, "trigger_type"),
    ({"trigger_type": None}, "trigger_type"),
    ({"custom_tags": "person"}, "custom_tags"),
    ({"custom_tags": [""]}, "custom_tags.0"),
    ({"min_confidence": 0.5}, "min_confidence"),
    ({**AI, "min_confidence": -0.01}, "min_confidence"),
    ({**AI, "min_confidence": 1.01}, "min_confidence"),
    ({**AI, "min_confidence": "high"}, "min_confidence"),
    ({**AI, "custom_tags": []}, "custom_tags"),
    ({"scope_type": "by_site"}, "scope_type"),
    ({"scope_type": "specific_sites"}, "site_ids"),
    ({"scope_type": "specific_sites", "site_ids": []}, "site_ids"),
    ({"scope_type": "specific_cameras"}, "camera_ids"),
    ({"scope_type": "specific_cameras", "camera_ids": []}, "camera_ids"),
    ({"site_ids": ["nonsense"]}, "site_ids.0"),
    ({"camera_ids": [UNKNOWN, 7]}, "camera_ids.1"),
    ({"schedule_type": "business_hours"}, "schedule_type"),
    ({"cooldown_sec": -1}, "cooldown_sec"),
    ({"cooldown_sec": 3601}, "cooldown_sec"),
    ({"cooldown_sec": 0.5}, "cooldown_sec"),
    ({"cooldown_sec": "300"}, "cooldown_sec"),
    ({"cooldown_sec": True}, "cooldown_sec"),
    ({"conditions_json": []}, "conditions_json"),
    ({"recipients": []}, "recipients"),
    ({"recipients": [MAIL] * 26}, "recipients"),
    ({"recipients": [{"type": "email"}]}, "recipients.0.target"),
    ({"recipients": [{"target": "a@b.cd"}]}, "recipients.0.type"),
    ({"recipients": [MAIL, {"type": "", "target": "x"}]}, "recipients.1.type"),
    ({"recipients": [{"type": "email", "target": "nowhere"}]}, "recipients.0.target"),
    ({"recipients": [{**MAIL, "name": "x"}]}, "recipients.0.name"),
    ({"enabled": "yes"}, "enabled"),
    ({"enabled": None}, "enabled"),
    ({"colour": "red"}, "colour"),
    ({"id": UNKNOWN}, "id"),
]


@pytest.mark.parametrize("fields", ACCEPTED)
def test_value_within_bounds_is_accepted_on_creation_and_change(world: World, fields: JSON) -> None:
    created = ok(world.operator.post(RULES, json=MINIMAL | fields), 201)
    changed = ok(world.operator.patch(f"{RULES}/{new_rule(world)['id']}", json=fields))
    for name, value in fields.items():
        assert created[name] == changed[name] == value


@pytest.mark.parametrize(("fields", "field"), REFUSED)
def test_value_out_of_bounds_is_refused_on_creation_and_change(world: World, fields: JSON, field: str) -> None:
    refused(world.operator.post(RULES, json=MINIMAL | fields), 400, field)
    assert ok(world.viewer.get(RULES))["total"] == 0
    rule = new_rule(world)
    refused(world.operator.patch(f"{RULES}/{rule['id']}", json=fields), 400, field)
    assert ok(world.viewer.get(f"{RULES}/{rule['id']}")) == rule


@pytest.mark.parametrize("missing", ["name", "trigger_type", "recipients"])
def test_missing_required_field_is_named(world: World, missing: str) -> None:
    body = {name: value for name, value in MINIMAL.items() if name != missing}
    refused(world.operator.post(RULES, json=body), 400, missing)


def test_every_bad_field_is_named_at_once(world: World) -> None:
    bad = {"trigger_type": "x", "cooldown_sec": -1, "recipients": [], "colour": 1}
    refused(world.operator.post(RULES, json=bad), 400, "name", *bad)


def test_change_keeps_the_other_fields(world: World) -> None:
    rule = new_rule(world, **AI, min_confidence=0.4, zones_filter=["yard"])
    changes: list[JSON] = [
        {"cooldown_sec": 600},
        {"name": "Other"},
        {"enabled": False},
        {"enabled": True},
        {"conditions_json": {"a": 1}},
        {"recipients": [{"type": "sms", "target": "1"}]},
        {"custom_tags": ["van"]},
        {"min_confidence": 0.9},
    ]
    for change in changes:
        rule = rule | change
        assert ok(world.operator.patch(f"{RULES}/{rule['id']}", json=change)) == rule
    assert ok(world.viewer.get(f"{RULES}/{rule['id']}")) == rule


@pytest.mark.parametrize("body", [{}, [], "x", None, 5])
def test_change_without_a_field_is_refused(world: World, body: object) -> None:
    refused(world.operator.patch(f"{RULES}/{new_rule(world)['id']}", json=body), 400, "body")


@pytest.mark.parametrize(
    ("before", "change", "field"),
    [
        ({}, {"trigger_type": "ai_tag"}, "custom_tags"),
        (AI, {"custom_tags": []}, "custom_tags"),
        ({}, {"min_confidence": 0.5}, "min_confidence"),
        (AI, {"trigger_type": "motion", "min_confidence": 0.5}, "min_confidence"),
        ({}, {"scope_type": "specific_sites"}, "site_ids"),
        ({}, {"scope_type": "specific_cameras"}, "camera_ids"),
    ],
)
def test_dependencies_between_fields_hold_after_a_change(world: World, before: JSON, change: JSON, field: str) -> None:
    rule = new_rule(world, **before)
    refused(world.operator.patch(f"{RULES}/{rule['id']}", json=change), 400, field)
    assert ok(world.viewer.get(f"{RULES}/{rule['id']}")) == rule


def test_list_that_the_scope_needs_cannot_be_emptied(world: World) -> None:
    by_site = new_rule(world, scope_type="specific_sites", site_ids=world.sites)
    refused(world.operator.patch(f"{RULES}/{by_site['id']}", json={"site_ids": []}), 400, "site_ids")
    by_camera = new_rule(world, scope_type="specific_cameras", camera_ids=[world.cameras[0]["id"]])
    refused(world.operator.patch(f"{RULES}/{by_camera['id']}", json={"camera_ids": []}), 400, "camera_ids")
    ok(world.operator.patch(f"{RULES}/{by_camera['id']}", json={"camera_ids": [], "scope_type": "all_cameras"}))


def test_dependency_may_be_met_by_a_field_set_before(world: World) -> None:
    rule = new_rule(world, custom_tags=["person"], site_ids=world.sites[:1])
    change: JSON = {"trigger_type": "ai_tag", "scope_type": "specific_sites", "min_confidence": 0.5}
    assert ok(world.operator.patch(f"{RULES}/{rule['id']}", json=change)) == rule | change


def test_change_from_ai_tag_removes_the_minimum_confidence(world: World) -> None:
    rule = new_rule(world, **AI, min_confidence=0.5)
    changed = ok(world.operator.patch(f"{RULES}/{rule['id']}", json={"trigger_type": "manual"}))
    assert changed == rule | {"trigger_type": "manual", "min_confidence": None}


@pytest.mark.parametrize("field", ["site_ids", "camera_ids"])
def test_unknown_and_foreign_references_are_not_found(world: World, field: str) -> None:
    other = world.running.org()
    foreign = other.sites[0] if field == "site_ids" else other.cameras[0]["id"]
    own = world.sites[0] if field == "site_ids" else world.cameras[0]["id"]
    rule = new_rule(world)
    for reference in (UNKNOWN, foreign, foreign.upper()):
        fields: dict[str, Any] = {field: [own, reference]}
        refused(world.operator.post(RULES, json=MINIMAL | fields), 404)
        refused(world.operator.patch(f"{RULES}/{rule['id']}", json=fields), 404)
    assert ok(world.viewer.get(RULES))["total"] == 1
    assert ok(world.viewer.get(f"{RULES}/{rule['id']}")) == rule


def test_ids_may_be_written_in_upper_case(world: World) -> None:
    rule = new_rule(world, camera_ids=[world.cameras[0]["id"].upper()])
    assert rule["camera_ids"] == [world.cameras[0]["id"]]
    assert ok(world.viewer.get(f"{RULES}/{rule['id'].upper()}")) == rule


def test_deleted_rule_is_gone(world: World) -> None:
    rule = new_rule(world)
    path = f"{RULES}/{rule['id']}"
    done(world.operator.delete(path))
    refused(world.viewer.get(path), 404)
    refused(world.operator.patch(path, json={"name": "x"}), 404)
    refused(world.operator.delete(path), 404)
    assert ok(world.viewer.get(RULES)) == {"data": [], "total": 0}


def test_names_need_not_be_unique(world: World) -> None:
    assert new_rule(world, **RULE)["id"] != new_rule(world, **RULE)["id"]
