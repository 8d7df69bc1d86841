"""Which calls could make an alert rule of the run fire for others."""

import json
from typing import Any

import pytest

from contract_tests.actors import Answer
from contract_tests.shared_target.own_rules import OwnRules
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, RULES

RULE = f"{RULES}/r"
EVERYWHERE: dict[str, Any] = {"trigger_type": "motion", "scope_type": "all_cameras"}
OWN_CAMERA = {"trigger_type": "motion", "scope_type": "specific_cameras", "camera_ids": ["own"]}
OWN_TAG = {"trigger_type": "ai_tag", "custom_tags": ["ct1-0 tag 1"]}


@pytest.fixture
def rules() -> OwnRules:
    return OwnRules({f"{CAMERAS}/own"}, "ct1-")


def answered(status: int, **shown: Any) -> Answer:
    return Answer(status, {}, json.dumps(shown).encode())


def silent(rules: OwnRules, method: str, path: str, body: Any) -> bool:
    try:
        rules.require_silent(method, path, body)
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("trigger", ["motion", "manual", "ai_tag", "no-trigger"])
@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, False),
        ({"scope_type": "all_cameras"}, False),
        ({"scope_type": "all_cameras", "camera_ids": ["own"]}, False),
        ({"scope_type": "specific_sites", "site_ids": ["s"]}, False),
        ({"scope_type": "specific_cameras", "camera_ids": ["own", "of-others"]}, False),
        ({"scope_type": "specific_cameras", "camera_ids": ["own", UNKNOWN_ID]}, True),
        ({"scope_type": "specific_cameras"}, False),
        ({"enabled": False}, False),
    ],
)
def test_a_new_rule_is_for_cameras_of_the_run(
    rules: OwnRules, trigger: str, scope: dict[str, Any], expected: bool
) -> None:
    body = {"trigger_type": trigger, "custom_tags": ["person"], **scope}
    assert silent(rules, "POST", RULES, body) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (OWN_TAG, True),
        ({**OWN_TAG, "custom_tags": ["ct1-0 tag 1", "person"]}, False),
        ({**OWN_TAG, "trigger_type": "motion"}, False),
        ({**OWN_TAG, "custom_tags": "ct1-0 tag 1"}, False),
        ({"name": "no trigger"}, True),
        (["no rule"], True),
    ],
)
def test_a_new_rule_is_for_tags_of_the_run(rules: OwnRules, body: Any, expected: bool) -> None:
    assert silent(rules, "POST", RULES, body) is expected


def test_a_rule_stays_silent_when_it_is_changed(rules: OwnRules) -> None:
    rules.record(RULE, OWN_CAMERA, answered(201, enabled=True))
    assert silent(rules, "PATCH", RULE, {"trigger_type": "manual", "cooldown_sec": 5})
    assert not silent(rules, "PATCH", RULE, {"scope_type": "all_cameras"})
    rules.record(RULE, OWN_TAG, answered(200, enabled=True))
    assert silent(rules, "PATCH", RULE, {"scope_type": "all_cameras"})
    assert silent(rules, "PATCH", f"{RULES}/of-nobody", EVERYWHERE)


def test_a_rule_that_the_target_shows_as_switched_off_may_become_any(rules: OwnRules) -> None:
    rules.record(RULE, OWN_CAMERA, answered(201, enabled=True))
    rules.record(RULE, {"enabled": False}, answered(400))
    assert not silent(rules, "PATCH", RULE, EVERYWHERE)
    rules.record(RULE, {"enabled": False}, answered(200, enabled=False))
    assert silent(rules, "PATCH", RULE, EVERYWHERE)
    assert not silent(rules, "PATCH", RULE, {**EVERYWHERE, "enabled": True})
    rules.record(RULE, EVERYWHERE, answered(200, enabled=False))
    assert not silent(rules, "PATCH", RULE, {"enabled": True})
