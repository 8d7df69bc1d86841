"""Creating alert rules, field by field: bounds, enums, defaults."""

from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.generation.strategies import CHARACTERS, SHORT_TEXTS, VALID_RULE_FIELDS
from contract_tests.steps.alert_rules import (
    SCHEDULES,
    SCOPES,
    TRIGGERS,
    available,
    create,
    listed_names,
    listed_rules,
    new_rule_body,
    require_none_made,
    tag,
)
from contract_tests.steps.answers import optional_field, refused
from contract_tests.world import RULES, World

#: How far a number may be from the one sent, as no page says how many digits are kept.
_ROUNDING = 0.005
_words = st.text(CHARACTERS, max_size=20)


@pytest.mark.rules("RU-09")
def test_a_rule_needs_a_name(world: World, expect: Expect) -> None:
    before = listed_rules(world.operator)
    body = new_rule_body(world)
    del body["name"]
    for wrong in (body, body | {"name": None}):
        answer = world.operator.post(RULES, wrong)
        expect("RU-09", answer.is_(400, "validation_error"), "400 validation_error", answer)
    require_none_made(world, expect, "RU-09", before)


@pytest.mark.rules("RU-10")
@given(name=VALID_RULE_FIELDS["name"])
@example(name="n")
@example(name="n" * 99)
@example(name="n" * 100)
@example(name="é漢" * 50)
def test_a_name_of_1_to_100_characters_is_accepted(world: World, expect: Expect, name: str) -> None:
    answer = create(world, name=name)
    expect("RU-10", answer.status == 201, f"201 for a name of {len(name)} characters", answer)
    expect.equal("RU-10", answer["name"], name, "name")


@pytest.mark.rules("RU-11")
@given(length=st.integers(101, 300))
@example(length=0)
@example(length=101)
@example(length=1000)
def test_a_name_of_any_other_length_is_refused(world: World, expect: Expect, length: int) -> None:
    for letter in "né":
        answer = create(world, name=letter * length)
        expect("RU-11", answer.is_(400, "validation_error"), f"400 validation_error for {length} characters", answer)
    expect("RU-11", "n" * length not in listed_names(world.operator), "no such rule afterwards")


@pytest.mark.rules("RU-12")
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_documented_trigger_is_accepted(world: World, expect: Expect, trigger: str) -> None:
    answer = create(world, trigger_type=trigger, custom_tags=[tag(world)] if trigger == "ai_tag" else None)
    expect("RU-12", answer.status == 201, f"201 for {trigger}", answer)
    expect.equal("RU-12", answer["trigger_type"], trigger, "trigger_type")


@pytest.mark.rules("RU-12")
@given(trigger=_words | st.integers() | st.booleans() | st.lists(st.sampled_from(TRIGGERS)))
@example(trigger="")
@example(trigger="Motion")
@example(trigger="ai-tag")
@example(trigger="ai_tags")
@example(trigger="sound")
@example(trigger=" motion")
def test_any_other_trigger_is_refused(world: World, expect: Expect, trigger: Any) -> None:
    assume(trigger not in TRIGGERS)
    answer = create(world, trigger_type=trigger, custom_tags=[tag(world)])
    expect("RU-12", answer.is_(400, "validation_error"), f"400 validation_error for {trigger!r}", answer)


@pytest.mark.rules("RU-13")
def test_a_rule_needs_a_trigger(world: World, expect: Expect) -> None:
    before = listed_rules(world.operator)
    answer = create(world, trigger_type=None)
    expect("RU-13", refused(answer), "a refusal", answer)
    require_none_made(world, expect, "RU-13", before)


@pytest.mark.rules("RU-15")
@given(tags=VALID_RULE_FIELDS["custom_tags"])
@example(tags=["person"])
def test_an_ai_tag_rule_with_tags_is_accepted(world: World, expect: Expect, tags: list[str]) -> None:
    tags = [f"{world.name('tag')} {text}" for text in tags] if world.shared else tags
    answer = create(world, trigger_type="ai_tag", custom_tags=tags)
    expect("RU-15", answer.status == 201, "201 with custom_tags", answer)
    expect.equal("RU-15", answer.json.get("custom_tags", tags), tags, "custom_tags")


@pytest.mark.rules("RU-14")
@pytest.mark.parametrize("trigger", ["motion", "manual"])
def test_a_rule_with_another_trigger_needs_no_tags(world: World, expect: Expect, trigger: str) -> None:
    answer = create(world, trigger_type=trigger)
    expect("RU-14", answer.status == 201, "201 without custom_tags", answer)
    expect.equal("RU-14", optional_field(answer.json, "custom_tags"), [], "custom_tags when left out")


@pytest.mark.rules("RU-16")
@pytest.mark.parametrize("tags", [None, []])
def test_an_ai_tag_rule_without_tags_is_refused(world: World, expect: Expect, tags: list[str] | None) -> None:
    before = listed_rules(world.operator)
    for confidence in (None, 0.5):
        answer = create(world, trigger_type="ai_tag", custom_tags=tags, min_confidence=confidence)
        expect("RU-16", answer.is_(400, "validation_error"), "400 validation_error", answer)
    require_none_made(world, expect, "RU-16", before)


@pytest.mark.rules("RU-17")
@given(confidence=st.floats(0, 1, allow_subnormal=False))
@example(confidence=0.0)
@example(confidence=0.01)
@example(confidence=0.99)
@example(confidence=1.0)
def test_a_confidence_from_0_to_1_is_accepted(world: World, expect: Expect, confidence: float) -> None:
    assume(confidence == 0 or confidence > 1e-9)
    answer = create(world, trigger_type="ai_tag", custom_tags=[tag(world)], min_confidence=confidence)
    expect("RU-17", answer.status == 201, f"201 for min_confidence {confidence}", answer)
    stored = answer.json.get("min_confidence", confidence)
    near = isinstance(stored, (int, float)) and abs(stored - confidence) <= _ROUNDING
    expect("RU-17", near, f"min_confidence {confidence}, or rounded to two digits", stored)


@pytest.mark.rules("RU-18")
@given(confidence=st.floats(-10, 100).filter(lambda number: not -1e-9 < number < 1 + 1e-9))
@example(confidence=-0.01)
@example(confidence=1.01)
@example(confidence=2)
@example(confidence=85)
@example(confidence=-1)
def test_any_other_confidence_is_refused(world: World, expect: Expect, confidence: float) -> None:
    answer = create(world, trigger_type="ai_tag", custom_tags=[tag(world)], min_confidence=confidence)
    expect("RU-18", answer.is_(400, "validation_error"), f"400 validation_error for {confidence}", answer)


@pytest.mark.rules("RU-19")
@pytest.mark.parametrize("trigger", ["motion", "manual"])
def test_only_an_ai_tag_rule_has_a_confidence(world: World, expect: Expect, trigger: str) -> None:
    for confidence in (None, 0.0, 0.5, 1.0):
        answer = create(world, trigger_type=trigger, min_confidence=confidence)
        without = answer.status == 201 and answer.json.get("min_confidence") is None
        expect("RU-19", without or (confidence is not None and refused(answer)), "no min_confidence", answer)
    tagged = world.rule(trigger_type="ai_tag", custom_tags=[tag(world)], min_confidence=0.5)
    answer = world.operator.patch(f"{RULES}/{tagged['id']}", {"trigger_type": trigger})
    without = answer.status == 200 and answer.json.get("min_confidence") is None
    expect("RU-19", without or refused(answer), f"no min_confidence once it is {trigger}", answer)


@pytest.mark.rules("RU-20", "RU-22", "RU-25", "RU-29", "RU-31", "RU-34")
@pytest.mark.parametrize(
    ("rule", "field", "default"),
    [
        ("RU-20", "scope_type", "all_cameras"),
        ("RU-22", "site_ids", []),
        ("RU-25", "camera_ids", []),
        ("RU-29", "schedule_type", "always"),
        ("RU-31", "cooldown_sec", 300),
        ("RU-34", "conditions_json", {}),
    ],
)
def test_a_field_that_is_left_out_has_its_default(
    world: World, expect: Expect, rule: str, field: str, default: Any
) -> None:
    everywhere: Any = {"scope_type": None, "camera_ids": None} if field in ("scope_type", "camera_ids") else {}
    for trigger in ("ai_tag",) if world.shared and everywhere else TRIGGERS:
        tags = [tag(world)] if trigger == "ai_tag" else None
        answer = create(world, trigger_type=trigger, custom_tags=tags, **everywhere)
        expect(rule, answer.status == 201, f"201 without {field}", answer)
        expect.equal(rule, optional_field(answer.json, field), default, field)


@pytest.mark.rules("RU-21")
@pytest.mark.parametrize("scope", SCOPES)
def test_every_documented_scope_is_accepted(world: World, expect: Expect, scope: str) -> None:
    ids: dict[str, Any] = {
        "site_ids": available(world.sites, "site")[:1],
        "camera_ids": available(world.cameras(), "camera")[:1],
    }
    needed = {"specific_sites": {"site_ids"}, "specific_cameras": {"camera_ids"}}.get(scope, set())
    answer = create(world, scope_type=scope, **{name: ids[name] for name in needed})
    expect("RU-21", answer.status == 201, f"201 for {scope}", answer)
    expect.equal("RU-21", answer["scope_type"], scope, "scope_type")


@pytest.mark.rules("RU-21")
@given(scope=_words | st.integers() | st.booleans())
@example(scope="")
@example(scope="All_cameras")
@example(scope="all")
@example(scope="specific_site")
@example(scope="specific_gateways")
def test_any_other_scope_is_refused(world: World, expect: Expect, scope: Any) -> None:
    assume(scope not in SCOPES)
    answer = create(world, scope_type=scope)
    expect("RU-21", refused(answer), f"a refusal of {scope!r}", answer)


@pytest.mark.rules("RU-28")
@given(zones=st.lists(SHORT_TEXTS, max_size=5, unique=True))
@example(zones=[])
@example(zones=["Loading dock", "Gate 4"])
def test_zones_are_stored_and_may_be_left_out(world: World, expect: Expect, zones: list[str]) -> None:
    answer = create(world, zones_filter=zones)
    expect("RU-28", answer.status == 201, f"201 for the zones {zones}", answer)
    expect.equal("RU-28", optional_field(answer.json, "zones_filter"), zones, "zones_filter")
    answer = create(world)
    expect("RU-28", answer.status == 201, "201 without zones", answer)
    expect.equal("RU-28", optional_field(answer.json, "zones_filter"), [], "zones_filter when left out")


@pytest.mark.rules("RU-30")
@given(schedule=st.sampled_from(SCHEDULES) | _words | st.integers() | st.booleans())
@example(schedule="always")
@example(schedule="custom")
@example(schedule="")
@example(schedule="Always")
@example(schedule="weekly")
@example(schedule="customs")
def test_a_schedule_is_always_or_custom(world: World, expect: Expect, schedule: Any) -> None:
    answer = create(world, schedule_type=schedule)
    if schedule in SCHEDULES:
        expect("RU-30", answer.status == 201, f"201 for {schedule}", answer)
        expect.equal("RU-30", answer["schedule_type"], schedule, "schedule_type")
    else:
        expect("RU-30", refused(answer), f"a refusal of {schedule!r}", answer)


@pytest.mark.rules("RU-32", "RU-33")
@given(seconds=st.integers(-5000, 9000))
@example(seconds=-1)
@example(seconds=0)
@example(seconds=1)
@example(seconds=3599)
@example(seconds=3600)
@example(seconds=3601)
def test_a_cooldown_is_from_0_to_3600_seconds(world: World, expect: Expect, seconds: int) -> None:
    answer = create(world, cooldown_sec=seconds)
    if 0 <= seconds <= 3600:
        expect("RU-32", answer.status == 201, f"201 for {seconds} seconds", answer)
        expect.equal("RU-32", answer["cooldown_sec"], seconds, "cooldown_sec")
    else:
        expect("RU-33", answer.is_(400, "validation_error"), f"400 validation_error for {seconds} seconds", answer)


@pytest.mark.rules("RU-34")
@given(conditions=VALID_RULE_FIELDS["conditions_json"])
@example(conditions={})
@example(conditions={"time": {"hours": [1, 2, None]}, "dark": True})
def test_any_object_is_accepted_as_conditions(world: World, expect: Expect, conditions: Any) -> None:
    answer = create(world, conditions_json=conditions)
    expect("RU-34", answer.status == 201, f"201 for {conditions}", answer)
    expect.equal("RU-34", answer.json.get("conditions_json", conditions), conditions, "conditions_json")


@pytest.mark.rules("RU-34")
@pytest.mark.parametrize("conditions", ["", "dark", [], [{}], 0, 1, True])
def test_conditions_that_are_no_object_are_refused(world: World, expect: Expect, conditions: Any) -> None:
    answer = create(world, conditions_json=conditions)
    expect("RU-34", refused(answer), f"a refusal of {conditions!r}", answer)
