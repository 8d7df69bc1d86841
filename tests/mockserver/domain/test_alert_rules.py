from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mockserver.domain import alert_rules
from mockserver.domain.alert_rules import AlertRule, Recipient, Schedule, Scope
from mockserver.domain.cameras import Camera
from mockserver.domain.errors import InvalidInput
from mockserver.domain.events import AiStatus, Trigger
from tests.factories import CAMERA, NOON, ORG, SITE, alert_rule, camera, event, uuid

TAGGED: dict[str, Any] = {"trigger_type": Trigger.AI_TAG, "custom_tags": ("person", "vehicle")}
SEEN: dict[str, Any] = {"trigger_type": Trigger.AI_TAG, "tags": ("person", "package"), "confidence": 0.8}


def problems(**chosen: Any) -> set[str]:
    try:
        alert_rules.check(alert_rule(**chosen))
    except InvalidInput as error:
        return set(error.field_errors)
    return set()


def fires(rule: dict[str, Any], **seen: Any) -> bool:
    return alert_rules.matches(alert_rule(**rule), event(**seen), SITE)


def test_fields_left_out_take_documented_defaults() -> None:
    rule = alert_rule()
    assert (rule.scope_type, rule.schedule_type, rule.cooldown_sec) == (Scope.ALL_CAMERAS, Schedule.ALWAYS, 300)
    assert (rule.custom_tags, rule.site_ids, rule.camera_ids, rule.zones_filter) == ((), (), (), ())
    assert (rule.min_confidence, rule.conditions_json, rule.enabled) == (None, {}, True)


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"trigger_type": Trigger.AI_TAG}, "custom_tags"),
        ({"min_confidence": 0.5}, "min_confidence"),
        ({"trigger_type": Trigger.MANUAL, "min_confidence": 0.0}, "min_confidence"),
        ({"scope_type": Scope.SPECIFIC_SITES, "camera_ids": (CAMERA,)}, "site_ids"),
        ({"scope_type": Scope.SPECIFIC_CAMERAS, "site_ids": (SITE,)}, "camera_ids"),
    ],
)
def test_inconsistent_rule_is_refused(chosen: dict[str, Any], field: str) -> None:
    assert problems(**chosen) == {field}


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {**TAGGED, "min_confidence": 0.5},
        TAGGED,
        {"custom_tags": ("person",)},
        {"scope_type": Scope.SPECIFIC_SITES, "site_ids": (SITE,)},
        {"scope_type": Scope.SPECIFIC_CAMERAS, "camera_ids": (CAMERA,)},
    ],
)
def test_consistent_rule_is_accepted(chosen: dict[str, Any]) -> None:
    assert problems(**chosen) == set()


def test_all_inconsistent_fields_are_named_at_once() -> None:
    assert problems(min_confidence=0.5, scope_type=Scope.SPECIFIC_SITES) == {"min_confidence", "site_ids"}


def test_update_changes_named_fields_only() -> None:
    rule = alert_rule(cooldown_sec=60, zones_filter=("yard",))
    changed = alert_rules.update(rule, {"name": "Other", "cooldown_sec": 90})
    assert changed == msgspec.structs.replace(rule, name="Other", cooldown_sec=90)


def test_update_takes_recipients_as_json() -> None:
    changed = alert_rules.update(alert_rule(), {"recipients": [{"type": "sms", "target": "+1555"}]})
    assert changed.recipients == (Recipient(type="sms", target="+1555"),)


def test_leaving_ai_tag_drops_the_confidence() -> None:
    tagged = alert_rule(**TAGGED, min_confidence=0.7)
    assert alert_rules.update(tagged, {"trigger_type": "motion"}).min_confidence is None


def test_confidence_named_beside_motion_stays_to_be_refused() -> None:
    tagged = alert_rule(**TAGGED, min_confidence=0.7)
    changed = alert_rules.update(tagged, {"trigger_type": "motion", "min_confidence": 0.9})
    with pytest.raises(InvalidInput):
        alert_rules.check(changed)


def test_staying_with_ai_tag_keeps_the_confidence() -> None:
    assert alert_rules.update(alert_rule(**TAGGED, min_confidence=0.7), {"name": "Other"}).min_confidence == 0.7


@pytest.mark.parametrize("changes", [{"cooldown_sec": 3601}, {"cooldown_sec": -1}, {"min_confidence": 1.1}, {"id": 5}])
def test_update_refuses_values_out_of_bounds(changes: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        alert_rules.update(alert_rule(**TAGGED), changes)


def test_rule_fires_for_its_trigger_only() -> None:
    assert fires({"trigger_type": Trigger.MANUAL}, trigger_type=Trigger.MANUAL)
    assert not fires({"trigger_type": Trigger.MANUAL}, trigger_type=Trigger.MOTION)


def test_disabled_rule_never_fires() -> None:
    assert not fires({"enabled": False})


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"scope_type": Scope.ALL_CAMERAS, "site_ids": (uuid(9),)}, True),
        ({"scope_type": Scope.SPECIFIC_SITES, "site_ids": (uuid(9), SITE)}, True),
        ({"scope_type": Scope.SPECIFIC_SITES, "site_ids": (uuid(9),), "camera_ids": (CAMERA,)}, False),
        ({"scope_type": Scope.SPECIFIC_CAMERAS, "camera_ids": (uuid(9), CAMERA)}, True),
        ({"scope_type": Scope.SPECIFIC_CAMERAS, "camera_ids": (uuid(9),), "site_ids": (SITE,)}, False),
    ],
)
def test_rule_fires_within_its_scope_only(rule: dict[str, Any], expected: bool) -> None:
    assert fires(rule) is expected


@pytest.mark.parametrize(
    ("zones", "expected"), [(("yard",), True), (("gate", "yard"), True), (("gate",), False), ((), False)]
)
def test_zone_filter_needs_one_common_zone(zones: tuple[str, ...], expected: bool) -> None:
    assert fires({"zones_filter": ("yard", "dock")}, zones=zones) is expected


@pytest.mark.parametrize(
    ("rule", "seen", "expected"),
    [
        ({}, {}, True),
        ({}, {"tags": ("package",)}, False),
        ({}, {"ai_status": AiStatus.PENDING}, False),
        ({}, {"confidence": None}, True),
        ({"min_confidence": 0.8}, {}, True),
        ({"min_confidence": 0.81}, {}, False),
        ({"min_confidence": 0.1}, {"confidence": None}, False),
        ({"min_confidence": 0.0}, {"confidence": None}, True),
    ],
)
def test_ai_rule_needs_tag_and_confidence(rule: dict[str, Any], seen: dict[str, Any], expected: bool) -> None:
    assert fires({**TAGGED, **rule}, **{**SEEN, **seen}) is expected


def test_tags_do_not_matter_to_other_triggers() -> None:
    assert fires({"custom_tags": ("person",)}, tags=(), ai_status=AiStatus.PENDING)


@pytest.mark.parametrize(("seconds", "expected"), [(299, False), (300, True), (301, True), (-1, False)])
def test_rule_cools_down_for_its_seconds(seconds: int, expected: bool) -> None:
    assert alert_rules.cooled_down(alert_rule(), NOON, NOON + timedelta(seconds=seconds)) is expected


def test_rule_that_never_fired_may_fire() -> None:
    assert alert_rules.cooled_down(alert_rule(), None, NOON)


def test_rule_without_cooldown_may_fire_at_once() -> None:
    assert alert_rules.cooled_down(alert_rule(cooldown_sec=0), NOON, NOON)


def test_unknown_field_of_rule_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.convert({**msgspec.to_builtins(alert_rule()), "colour": "red"}, AlertRule)
    assert msgspec.convert(msgspec.to_builtins(alert_rule()), AlertRule).org_id == ORG


@pytest.mark.parametrize(
    ("scope", "remaining", "expected"),
    [
        ({}, [camera(id=uuid(9))], False),
        ({}, [], True),
        ({"scope_type": Scope.SPECIFIC_SITES, "site_ids": (SITE,)}, [camera(id=uuid(9))], False),
        ({"scope_type": Scope.SPECIFIC_SITES, "site_ids": (SITE,)}, [camera(id=uuid(9), site_id=uuid(8))], True),
        ({"scope_type": Scope.SPECIFIC_SITES, "site_ids": (uuid(8),)}, [], False),
        ({"scope_type": Scope.SPECIFIC_CAMERAS, "camera_ids": (CAMERA,)}, [camera(id=uuid(9))], True),
        ({"scope_type": Scope.SPECIFIC_CAMERAS, "camera_ids": (CAMERA, uuid(9))}, [camera(id=uuid(9))], False),
        ({"scope_type": Scope.SPECIFIC_CAMERAS, "camera_ids": (uuid(9),)}, [], False),
    ],
)
def test_rule_is_left_without_cameras_when_the_last_one_it_watched_is_deleted(
    scope: dict[str, Any], remaining: list[Camera], expected: bool
) -> None:
    assert alert_rules.left_without_cameras(alert_rule(**scope), camera(), remaining) == expected
