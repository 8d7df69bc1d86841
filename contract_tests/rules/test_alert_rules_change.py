"""Changing alert rules: each field, alone and with others, while the other fields stay unchanged."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, invariant, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import Model, run_machine
from contract_tests.generation.strategies import INVALID_RULE_FIELDS, VALID_RULE_FIELDS
from contract_tests.steps.alert_rules import (
    RULE_LIST_FIELDS,
    TRIGGERS,
    available,
    create,
    find_listed,
    shape,
    shows,
    tag,
)
from contract_tests.steps.answers import JSON, rows
from contract_tests.world import RECIPIENT, RULES, World

_confidences = st.integers(0, 100).map(lambda number: number / 100)
_fields = st.fixed_dictionaries({}, optional={**VALID_RULE_FIELDS, "min_confidence": _confidences})
_changes = _fields.filter(bool)
#: As many recipients as a rule may have.
MAX_RECIPIENTS = [{"type": "email", "target": f"{number}@example.com"} for number in range(25)]
_TAGGED: JSON = {"trigger_type": "ai_tag", "custom_tags": ["dog"]}


@pytest.mark.rules("RU-47", "RU-48", "RU-49")
@given(change=_changes)
@example(change={"name": "n"})
@example(change={"cooldown_sec": 0})
@example(change={"zones_filter": []})
@example(change={"name": "n" * 100, "cooldown_sec": 3600, "recipients": MAX_RECIPIENTS})
@example(change={"recipients": [RECIPIENT], "conditions_json": {}})
def test_any_of_the_fields_can_be_changed(world: World, expect: Expect, change: JSON) -> None:
    path, before = _new_rule(world)
    answer = world.operator.patch(path, change)
    expect("RU-47", answer.status == 200 and shows(answer, change), f"200 with {change}", answer)
    expect("RU-49", answer.status == 200 and shape(answer.json) == before.keys(), "the shape of a new rule", answer)
    left = {name: value for name, value in before.items() if name not in change}
    expect("RU-48", shows(answer, left), f"unchanged {left}", answer)
    expect.equal("RU-49", answer["id"], before["id"], "id")
    row = find_listed(world.operator, before["id"]) or {}
    wanted = {name: (before | change)[name] for name in RULE_LIST_FIELDS}
    given = {name: row[name] for name in change.keys() & row.keys()}
    expect.equal("RU-47", given, {name: change[name] for name in given}, "the values given, in the list,")
    expect.equal("RU-48", {name: row.get(name) for name in RULE_LIST_FIELDS}, wanted, "the rule in the list")


@pytest.mark.rules("RU-49")
def test_a_change_answers_with_the_same_fields_as_a_creation(world: World, expect: Expect) -> None:
    path, before = _new_rule(world)
    for change in ({"name": "another"}, {"cooldown_sec": 30, "zones_filter": []}):
        answer = world.operator.patch(path, change)
        expect("RU-49", answer.status == 200, "200", answer)
        expect.equal("RU-49", shape(answer.json), before.keys(), "the fields of a new rule")
        expect("RU-49", shows(answer, change), f"the rule with {change}", answer)


@pytest.mark.rules("RU-47", "RU-48")
@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("scope", ["all_cameras", "specific_sites", "specific_cameras"])
def test_trigger_and_scope_can_be_changed(world: World, expect: Expect, trigger: str, scope: str) -> None:
    path, before = _new_rule(world) if trigger == "ai_tag" else _new_rule(world, trigger_type="motion")
    if world.shared and trigger != "ai_tag":  # events of others make no rule fire that is switched off
        off = world.operator.patch(path, {"enabled": False})
        before |= {"enabled": off["enabled"]} if off.status == 200 else {}
    change: JSON = {"trigger_type": trigger, "scope_type": scope}
    if trigger == "ai_tag":
        change |= {"custom_tags": [tag(world), f"{tag(world)} van"], "min_confidence": 0.25}
    if scope == "specific_sites":
        change["site_ids"] = available(world.sites, "site")[:1]
    if scope == "specific_cameras":
        change["camera_ids"] = available(world.cameras(), "camera")[:2]
    answer = world.operator.patch(path, change)
    expect("RU-47", answer.status == 200 and shows(answer, change), f"200 with {change}", answer)
    left = {name: value for name, value in before.items() if name not in change}
    expect("RU-48", shows(answer, left), f"unchanged {left}", answer)


@pytest.mark.rules("RU-47", "RU-48")
@given(first=_changes, second=_changes)
@example(first={"name": "first"}, second={"cooldown_sec": 1})
def test_a_later_change_keeps_an_earlier_one(world: World, expect: Expect, first: JSON, second: JSON) -> None:
    path, before = _new_rule(world)
    world.operator.patch(path, first)
    answer = world.admin.patch(path, second)
    expect("RU-47", answer.status == 200 and shows(answer, second), f"200 with {second}", answer)
    expect("RU-48", shows(answer, before | first | second), f"{first} kept", answer)


@pytest.mark.own_org
@pytest.mark.rules("RU-47", "RU-49")
def test_a_change_replaces_a_value_by_a_shorter_an_empty_and_a_false_one(world: World, expect: Expect) -> None:
    (one, other), (site, other_site) = world.cameras()[:2], world.sites[:2]
    path = f"{RULES}/{world.rule()['id']}"
    for name, values in (
        ("custom_tags", (["dog", "van"], ["van"], ["cat"], [])),
        ("zones_filter", (["yard", "dock"], ["dock"], ["gate"], [])),
        ("site_ids", ([site, other_site], [other_site], [site], [])),
        ("camera_ids", ([one, other], [other], [one], [])),
        ("recipients", (MAX_RECIPIENTS, MAX_RECIPIENTS[1:2], MAX_RECIPIENTS[:1])),
        ("conditions_json", ({"dark": True, "wet": 0}, {"wet": False}, {})),
        ("cooldown_sec", (1, 0)),
        ("enabled", (False, True, False)),
    ):
        for value in values:
            answer = world.operator.patch(path, {name: value})
            expect("RU-47", answer.status == 200, f"200 for {name} {value}", answer)
            expect.equal("RU-49", answer.json.get(name), value, f"{name} in the answer")
            expect.equal("RU-47", world.operator.get(path).json.get(name), value, f"{name} read afterwards")


@pytest.mark.rules("RU-50")
@pytest.mark.parametrize("field", dict.fromkeys(field for field, _ in INVALID_RULE_FIELDS))
def test_a_value_outside_the_limits_changes_nothing(world: World, expect: Expect, field: str) -> None:
    path, made = _new_rule(world)
    before = find_listed(world.operator, made["id"])
    changes: list[JSON] = [{field: value} for name, value in INVALID_RULE_FIELDS if name == field]
    for change in (*changes, {"cooldown_sec": 7, "name": "other"} | changes[0]):
        answer = world.operator.patch(path, change)
        expect("RU-50", answer.is_(400, "validation_error"), f"400 validation_error for {change}", answer)
    expect.equal("RU-50", find_listed(world.operator, made["id"]), before, "the rule after the refusals")


@pytest.mark.rules("RU-52", "RU-48")
@given(seconds=st.integers(0, 3600))
@example(seconds=0)
@example(seconds=600)
@example(seconds=3600)
def test_a_cooldown_can_be_changed_alone(world: World, expect: Expect, seconds: int) -> None:
    path, before = _new_rule(world)
    answer = world.operator.patch(path, {"cooldown_sec": seconds})
    expect("RU-52", answer.status == 200, f"200 for {seconds} seconds alone", answer)
    expect.equal("RU-52", answer["cooldown_sec"], seconds, "cooldown_sec")
    expect("RU-48", shows(answer, before | {"cooldown_sec": seconds}), f"{before} with {seconds} seconds", answer)
    row = find_listed(world.operator, before["id"]) or {}
    expect.equal("RU-52", row.get("cooldown_sec"), seconds, "cooldown_sec in the list")


@pytest.mark.rules("RU-54")
def test_a_rule_can_be_switched_off_and_on(world: World, expect: Expect) -> None:
    path, before = _new_rule(world)
    for enabled in (False, True, False, False, True):
        answer = world.operator.patch(path, {"enabled": enabled})
        expect("RU-54", answer.status == 200, f"200 for enabled {enabled}", answer)
        row = find_listed(world.operator, before["id"]) or {}
        expect.equal(
            "RU-54",
            (answer["enabled"], row.get("enabled")),
            (enabled, enabled),
            "enabled in the answer and in the list",
        )


@pytest.mark.rules("RU-48")
def test_another_change_leaves_enabled_as_it_was(world: World, expect: Expect) -> None:
    path, made = _new_rule(world)
    for enabled in (False, True):
        world.operator.patch(path, {"enabled": enabled})
        before = find_listed(world.operator, made["id"]) or {}
        answer = world.operator.patch(path, {"cooldown_sec": 9})
        expect(
            "RU-48", shows(answer, {"enabled": before.get("enabled")}), "enabled unchanged by another change", answer
        )


@pytest.mark.rules("RU-05", "RU-08", "RU-47", "RU-48", "RU-54", "RU-56")
def test_rules_keep_their_values_over_any_sequence_of_changes(world: World, expect: Expect) -> None:
    """Create, change, switch and delete rules in random order, and compare them with a model."""
    run_machine(world, lambda: _RuleModel(world.fresh(), expect), examples=6, steps=15)


class _RuleModel(Model):
    """The rules of one org; ``_model`` has the values that each must have, by id."""

    ids: "Bundle[str]" = Bundle("ids")

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__(world, expect)
        self._model: dict[str, JSON] = {}

    @rule(target=ids, fields=_fields)
    def create(self, fields: JSON) -> str:
        answer = create(self.world, **{**_TAGGED, **fields})
        self.expect("RU-08", answer.status == 201 and shows(answer, fields), f"201 with {fields}", answer)
        self.expect("RU-08", answer["id"] not in self._model, "a new id", answer)
        self._model[answer["id"]] = answer.json
        return str(answer["id"])

    @rule(rule_id=ids, change=_changes)
    def change(self, rule_id: str, change: JSON) -> None:
        answer = self.world.operator.patch(f"{RULES}/{rule_id}", change)
        self.expect("RU-47", answer.status == 200 and shows(answer, change), f"200 with {change}", answer)
        self._model[rule_id] |= change
        self.expect("RU-48", shows(answer, self._model[rule_id]), f"{self._model[rule_id]}", answer)

    @rule(rule_id=ids, enabled=st.booleans())
    def switch(self, rule_id: str, enabled: bool) -> None:
        answer = self.world.admin.patch(f"{RULES}/{rule_id}", {"enabled": enabled})
        self.expect("RU-54", answer.status == 200 and answer["enabled"] is enabled, f"enabled {enabled}", answer)
        self._model[rule_id]["enabled"] = enabled

    @rule(rule_id=consumes(ids))
    def delete(self, rule_id: str) -> None:
        answer = self.world.owner.delete(f"{RULES}/{rule_id}")
        self.expect("RU-56", answer.status == 204 and not answer.body, "204 without a body", answer)
        del self._model[rule_id]

    @invariant()
    def list_shows_the_model(self) -> None:
        found = {
            row.get("id"): {name: row.get(name) for name in RULE_LIST_FIELDS}
            for row in rows(self.world.viewer.get(RULES))
        }
        wanted = {key: {name: made[name] for name in RULE_LIST_FIELDS} for key, made in self._model.items()}
        self.expect.equal("RU-05", found, wanted, "the rules")


def _new_rule(world: World, **fields: Any) -> tuple[str, JSON]:
    """Create a rule, of ai_tag unless fields are given; return its path and the documented fields of the answer."""
    rich: JSON = {
        "zones_filter": ["yard"],
        "conditions_json": {"dark": True},
        "schedule_type": "custom",
        "cooldown_sec": 120,
    }
    tagged: JSON = {"trigger_type": "ai_tag", "custom_tags": [tag(world)], "min_confidence": 0.5}
    made = world.rule(**rich, **(fields or tagged))
    return f"{RULES}/{made['id']}", {name: made[name] for name in shape(made)}
