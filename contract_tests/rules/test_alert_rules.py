"""Alert rules: which roles may do what with them, the list, the answers to creating and deleting one."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.generation.strategies import INVALID_TOKENS, UNKNOWN_IDS
from contract_tests.steps.alert_rules import (
    RULE_LIST_FIELDS,
    TRIGGERS,
    available,
    create,
    find_listed,
    listed_names,
    listed_rules,
    require_none_made,
    tag,
)
from contract_tests.steps.answers import UNKNOWN_ID, is_time_with_zone, refused, rows
from contract_tests.steps.sampling import attempts
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, RECIPIENT, RULES, World

CREATED = {*RULE_LIST_FIELDS, "camera_ids", "created_at"}
_may_write = pytest.mark.parametrize("role", ["operator", "admin", "owner"])


@pytest.mark.rules("RU-01")
def test_rules_of_another_org_cannot_be_listed_changed_or_deleted(world: World, expect: Expect) -> None:
    foreign, own = world.outside.rule(cooldown_sec=77), world.rule()
    theirs = {row.get("id") for row in listed_rules(world.outside.operator)}
    for role in ROLES:
        found = {row.get("id") for row in listed_rules(world.actor(role))}
        expect("RU-01", own["id"] in found or role == "viewer", f"the own rule in the list of the {role}", found)
        expect.equal("RU-01", found & theirs, set(), f"the rules of another org that the {role} lists are")
    path = f"{RULES}/{foreign['id']}"
    for role in ("owner", "admin", "operator"):
        for answer in (world.actor(role).patch(path, {"cooldown_sec": 5}), world.actor(role).delete(path)):
            expect("RU-01", refused(answer), f"a refusal for the {role}", answer)
    kept = find_listed(world.outside.operator, foreign["id"])
    expect("RU-01", kept is not None and kept.get("cooldown_sec") == 77, "the other org's rule unchanged", kept)


@pytest.mark.rules("RU-02")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_lists_rules(world: World, expect: Expect, role: str) -> None:
    answer = world.actor(role).get(RULES)
    expect("RU-02", answer.status == 200, f"200 for the {role}", answer)


@pytest.mark.rules("RU-03")
def test_a_list_of_rules_has_data_and_total(world: World, expect: Expect) -> None:
    answer = world.viewer.get(RULES)
    body = answer.json
    expect("RU-03", answer.status == 200 and isinstance(body, dict), "200 and an object", answer)
    expect("RU-03", isinstance(body.get("data"), list), "a list in data", body)
    expect("RU-03", type(body.get("total")) is int and body["total"] >= len(body["data"]), "a number in total", body)
    answer = world.operator.get(RULES)
    if answer.json.get("next_cursor") is None:
        expect.equal("RU-03", answer["total"], len(rows(answer)), "the total of a list that is shown at once")


@pytest.mark.rules("RU-05")
@given(cooldown=st.integers(0, 3600), trigger=st.sampled_from(TRIGGERS), schedule=st.sampled_from(["always", "custom"]))
@example(cooldown=0, trigger="ai_tag", schedule="custom")
def test_the_list_shows_the_current_values_of_rules(
    world: World, expect: Expect, cooldown: int, trigger: str, schedule: str
) -> None:
    sent = {"trigger_type": trigger, "schedule_type": schedule, "cooldown_sec": cooldown}
    tags = {"custom_tags": [tag(world)]} if trigger == "ai_tag" else {}
    scope = {} if world.shared else {"scope_type": "specific_sites", "site_ids": available(world.sites, "site")}
    rule = world.rule(**sent, **tags, **scope)
    row = find_listed(world.operator, rule["id"]) or {}
    expect("RU-05", row.keys() >= set(RULE_LIST_FIELDS), f"the fields {RULE_LIST_FIELDS}", row)
    if {name: rule.get(name) for name in sent} != sent:
        raise Unavailable("this takes a new rule with the values sent; it has others")
    expect.equal(
        "RU-05",
        {name: row[name] for name in RULE_LIST_FIELDS},
        {name: rule.get(name) for name in RULE_LIST_FIELDS},
        "row",
    )


@pytest.mark.rules("RU-06")
@given(token=INVALID_TOKENS)
@example(token=None)
@example(token="sk_live_neverissued0000")
@example(token="null")
def test_listing_rules_needs_a_valid_token(world: World, expect: Expect, token: str | None) -> None:
    answer = world.actor_with_token("intruder", token).get(RULES)
    expect("RU-06", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("RU-07")
@_may_write
def test_operators_and_higher_roles_may_create_a_rule(world: World, expect: Expect, role: str) -> None:
    answer = create(world, world.actor(role))
    expect("RU-07", answer.status == 201, f"201 for the {role}", answer)
    refusal = create(world, world.viewer)
    expect("RU-07", refused(refusal), "a refusal for the viewer", refusal)


@pytest.mark.rules("RU-08")
@given(text=st.text("abcé漢", min_size=1, max_size=50))
def test_creating_answers_201_with_the_new_rule(world: World, expect: Expect, text: str) -> None:
    name = f"{world.name('rule')} {text}"
    before = {row.get("id") for row in listed_rules(world.operator)}
    answer = create(world, name=name)
    expect("RU-08", answer.status == 201, "201", answer)
    row = find_listed(world.operator, answer["id"]) or {}
    expect("RU-08", answer["id"] not in before, "a new id", answer)
    expect.equal("RU-08", (answer["name"], row.get("name")), (name, name), "the name in the answer and in the list")


@pytest.mark.rules("RU-42")
def test_a_viewer_may_not_create_a_rule(world: World, expect: Expect) -> None:
    before = listed_rules(world.operator)
    for trigger in TRIGGERS * attempts(world, 8):
        tags = [tag(world)] if trigger == "ai_tag" else None
        answer = create(world, world.viewer, trigger_type=trigger, custom_tags=tags)
        expect("RU-42", answer.is_(403, "forbidden"), "403 forbidden", answer)
    require_none_made(world, expect, "RU-42", before)


@pytest.mark.rules("RU-43", "RU-44", "RU-45")
@given(count=st.integers(1, 4), cooldown=st.integers(0, 3600), schedule=st.sampled_from(["always", "custom"]))
@example(count=1, cooldown=300, schedule="custom")
def test_creating_answers_with_the_values_sent(
    world: World, expect: Expect, count: int, cooldown: int, schedule: str
) -> None:
    sent: dict[str, Any] = {
        "name": world.name("rule"),
        "scope_type": "specific_cameras",
        "camera_ids": available(world.cameras(), "camera")[:count],
        "schedule_type": schedule,
        "cooldown_sec": cooldown,
        **world.rule_fields({}),
    }
    answer = create(world, **sent)
    expect("RU-43", answer.json.keys() >= CREATED, f"the fields {sorted(CREATED)}", answer)
    expect("RU-44", answer["enabled"] is True, "enabled true", answer)
    expect("RU-45", is_time_with_zone(answer["created_at"]), "created_at as RFC 3339", answer)
    row = find_listed(world.operator, answer["id"]) or {}
    expect("RU-44", row.get("enabled") is True, "enabled true in the list", row)
    shown = CREATED & sent.keys()
    expect.equal("RU-43", {name: answer[name] for name in shown}, {name: sent[name] for name in shown}, "the values")


@pytest.mark.rules("RU-46")
@_may_write
def test_operators_and_higher_roles_may_change_a_rule(world: World, expect: Expect, role: str) -> None:
    path = f"{RULES}/{world.rule()['id']}"
    answer = world.actor(role).patch(path, {"cooldown_sec": 60})
    expect("RU-46", answer.status == 200, f"200 for the {role}", answer)
    refusal = world.viewer.patch(path, {"cooldown_sec": 61})
    expect("RU-46", refused(refusal), "a refusal for the viewer", refusal)


@pytest.mark.rules("RU-53")
def test_a_viewer_may_not_change_a_rule(world: World, expect: Expect) -> None:
    rule = world.rule()
    before = find_listed(world.operator, rule["id"])
    changes: list[dict[str, Any]] = [{"name": "mine"}, {"cooldown_sec": 1}, {"enabled": False}]
    for change in changes * attempts(world, 8):
        answer = world.viewer.patch(f"{RULES}/{rule['id']}", change)
        expect("RU-53", answer.is_(403, "forbidden"), "403 forbidden", answer)
    expect.equal("RU-53", find_listed(world.operator, rule["id"]), before, "the rule afterwards")


@pytest.mark.rules("RU-51")
@given(unknown=UNKNOWN_IDS)
@example(unknown=UNKNOWN_ID)
def test_changing_an_unknown_rule_is_404_not_found(world: World, expect: Expect, unknown: str) -> None:
    answer = world.operator.patch(f"{RULES}/{unknown}", {"cooldown_sec": 60})
    expect("RU-51", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("RU-58")
@given(unknown=UNKNOWN_IDS)
@example(unknown=UNKNOWN_ID)
def test_deleting_an_unknown_rule_is_404_not_found(world: World, expect: Expect, unknown: str) -> None:
    answer = world.operator.delete(f"{RULES}/{unknown}")
    expect("RU-58", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("RU-51")
@_may_write
def test_changing_another_orgs_rule_is_404_not_found(world: World, expect: Expect, role: str) -> None:
    foreign = world.outside.rule()
    before = find_listed(world.outside.operator, foreign["id"])
    answer = world.actor(role).patch(f"{RULES}/{foreign['id']}", {"cooldown_sec": 60})
    expect("RU-51", answer.is_(404, "not_found"), f"404 not_found for the {role}", answer)
    expect.equal("RU-51", find_listed(world.outside.operator, foreign["id"]), before, "the rule afterwards")


@pytest.mark.rules("RU-58")
@_may_write
def test_deleting_another_orgs_rule_is_404_not_found(world: World, expect: Expect, role: str) -> None:
    foreign = world.outside.rule()
    before = find_listed(world.outside.operator, foreign["id"])
    answer = world.actor(role).delete(f"{RULES}/{foreign['id']}")
    expect("RU-58", answer.is_(404, "not_found"), f"404 not_found for the {role}", answer)
    expect.equal("RU-58", find_listed(world.outside.operator, foreign["id"]), before, "the rule afterwards")


@pytest.mark.rules("RU-55", "RU-56")
@_may_write
def test_operators_and_higher_roles_may_delete_a_rule(world: World, expect: Expect, role: str) -> None:
    rules = [world.rule()["id"] for _ in range(3)]
    answer = world.actor(role).delete(f"{RULES}/{rules[1]}")
    expect("RU-55", not refused(answer), f"a deletion by the {role}", answer)
    expect("RU-56", answer.status == 204 and answer.body == b"", "204 without a body", answer)
    left = {row.get("id") for row in listed_rules(world.operator)}
    expect.equal("RU-55", left & {*rules}, {rules[0], rules[2]}, "of three rules, those left")
    refusal = world.viewer.delete(f"{RULES}/{rules[0]}")
    expect("RU-55", refused(refusal), "a refusal for the viewer", refusal)


@pytest.mark.rules("RU-57")
def test_a_viewer_may_not_delete_a_rule(world: World, expect: Expect) -> None:
    rule = world.rule(recipients=[RECIPIENT])
    for _ in range(attempts(world, 25)):
        answer = world.viewer.delete(f"{RULES}/{rule['id']}")
        expect("RU-57", answer.is_(403, "forbidden"), "403 forbidden", answer)
    expect(
        "RU-57",
        find_listed(world.operator, rule["id"]) is not None,
        "the rule still there",
        listed_names(world.operator),
    )


@pytest.mark.rules("RU-59")
def test_deleting_a_rule_keeps_its_alerts(world: World, expect: Expect) -> None:
    rule_id = world.rule()["id"]
    for status in ("new", "acknowledged", "resolved"):
        world.raise_alerts(2, rule_id=rule_id, status=status)
    before = rows(world.viewer.get(ALERTS, rule_id=rule_id))
    answer = world.operator.delete(f"{RULES}/{rule_id}")
    expect("RU-59", answer.status == 204 and find_listed(world.operator, rule_id) is None, "the rule deleted", answer)
    for filters in ({}, {"rule_id": rule_id}):
        after = rows(world.viewer.get(ALERTS, **filters))
        expect.equal("RU-59", after, before, f"with the filters {filters}, the alerts afterwards")
    expect.equal("RU-59", len(before), 6, "alerts fired")
