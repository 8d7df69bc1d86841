"""The timeline of an alert, and alerts whose rule is deleted."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contract_tests.actors import Actor
from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import Model, run_machine
from contract_tests.generation.strategies import UNKNOWN_IDS
from contract_tests.steps.alert_rules import find_listed
from contract_tests.steps.alerts import STATUSES, all_alerts, existing_alerts, fired_alert
from contract_tests.steps.answers import JSON, UNKNOWN_ID, is_time, parse_time, rows
from contract_tests.verdicts import Violation
from contract_tests.world import ALERTS, RULES, World

_ACTIONS = {
    "new": ["fired"],
    "acknowledged": ["fired", "acknowledged"],
    "resolved": ["fired", "acknowledged", "status_changed"],
}
#: Of how many alerts in each status the timeline is read.
_MAX_TIMELINES = 3
_AT: JSON = {"from": "2026-01-05T06:07:08Z", "to": "2026-01-05T06:07:08Z"}
_every_status = pytest.mark.parametrize("status", list(_ACTIONS))


def _timeline(actor: Actor, alert_id: str) -> list[JSON]:
    """Return the entries of a timeline. Raises Violation when there are none."""
    answer = actor.get(f"{ALERTS}/{alert_id}/timeline")
    entries = answer["entries"] if answer.status == 200 else None
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Violation("", "200 and a list of objects in entries", answer)
    return entries


def _values(entries: list[JSON], field: str) -> list[Any]:
    return [entry.get(field) for entry in entries]


def _timelines(world: World) -> Iterator[tuple[JSON, list[JSON]]]:
    """Yield some existing alerts in each status, each with the entries of its timeline."""
    alerts = existing_alerts(world)
    for status in STATUSES:
        for alert in [row for row in alerts if row.get("status") == status][:_MAX_TIMELINES]:
            yield alert, _timeline(world.operator, alert["id"])


@pytest.mark.rules("AL-23", "AL-24")
def test_the_timelines_of_existing_alerts_are_complete_and_in_order(world: World, expect: Expect) -> None:
    for alert, entries in _timelines(world):
        times = [parse_time(entry.get("at")) for entry in entries]
        expect.equal("AL-23", times, sorted(times), "the times")
        least = 1 if alert["status"] == "new" else 2
        expect(
            "AL-24", len(entries) >= least, f"at least {least} entries of an alert that is {alert['status']}", entries
        )


@pytest.mark.rules("AL-22")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_the_timeline_of_an_alert_that_it_lists(world: World, expect: Expect, role: str) -> None:
    actor = world.actor(role)
    found = [actor.get(f"{ALERTS}/{row['id']}/timeline") for row in existing_alerts(world, actor)[:_MAX_TIMELINES]]
    expect("AL-22", any(answer.status == 200 for answer in found), f"200 for the {role}", found[0])


@pytest.mark.rules("AL-22")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_a_timeline(world: World, expect: Expect, role: str) -> None:
    for camera_id in world.cameras():
        [alert_id] = world.raise_alerts(camera_id=camera_id)
        answer = world.actor(role).get(f"{ALERTS}/{alert_id}/timeline")
        expect("AL-22", answer.status == 200, f"200 for the {role}", answer)
        if role == "viewer":
            break  # at a granted site: whether a viewer sees alerts of other sites is another rule (AS-24)


@pytest.mark.rules("AL-23")
@_every_status
def test_a_timeline_is_in_the_order_of_time(world: World, expect: Expect, status: str) -> None:
    [alert_id] = world.raise_alerts(status=status, **_AT)
    entries = _timeline(world.viewer, alert_id)
    times = _values(entries, "at")
    expect.equal("AL-23", times, sorted(times, key=str), "the times")
    order = [action for action in _values(entries, "action") if action in _ACTIONS["resolved"]]
    expect.equal("AL-23", order, sorted(order, key=_ACTIONS["resolved"].index), "the actions")


@pytest.mark.rules("AL-24")
@_every_status
def test_a_timeline_has_an_entry_for_every_change(world: World, expect: Expect, status: str) -> None:
    alert_ids = world.raise_alerts(3, status=status, **_AT)
    for alert_id in alert_ids:
        entries = _timeline(world.viewer, alert_id)
        expect.equal("AL-24", _values(entries, "action"), _ACTIONS[status], "the actions")


@pytest.mark.rules("AL-25")
@_every_status
def test_a_timeline_has_the_id_of_its_alert(world: World, expect: Expect, status: str) -> None:
    for alert_id in world.raise_alerts(3, status=status):
        body = world.viewer.get(f"{ALERTS}/{alert_id}/timeline").json
        expect("AL-25", isinstance(body, dict), "an object", body)
        expect.equal("AL-25", set(body), {"alert_id", "entries"}, "the fields")
        expect.equal("AL-25", body["alert_id"], alert_id, "alert_id")
        expect("AL-25", isinstance(body["entries"], list), "an array as entries", body)


@pytest.mark.rules("AL-26", "AL-27", "AL-29")
@_every_status
def test_timeline_entries_have_their_fields(world: World, expect: Expect, status: str) -> None:
    [alert_id] = world.raise_alerts(status=status, **_AT)
    entries = _timeline(world.viewer, alert_id)
    for entry in entries:
        expect("AL-26", entry.keys() >= {"at", "action", "actor"}, "at, action and actor", entry)
        expect("AL-26", is_time(entry["at"]) and isinstance(entry["action"], str), "a time and an action", entry)
        _expect_to(expect, entry)
    first = {name: entries[0].get(name, "missing") for name in ("at", "action", "actor")}
    expect.equal("AL-27", first, {"at": _AT["from"], "action": "fired", "actor": None}, "the first entry")
    if status == "resolved":
        expect.equal("AL-29", entries[-1].get("to"), "resolved", "to")


@pytest.mark.rules("AL-28")
@given(first=st.sampled_from(["operator", "admin", "owner"]), then=st.sampled_from(["operator", "admin", "owner"]))
@example(first="operator", then="owner")
@example(first="admin", then="admin")
def test_an_entry_has_the_name_of_its_actor(world: World, expect: Expect, first: str, then: str) -> None:
    [alert_id] = world.raise_alerts(rule_id=world.rule()["id"])
    world.set_alert_status(alert_id, "acknowledged", world.actor(first))
    world.set_alert_status(alert_id, "resolved", world.actor(then))
    actors = [entry.get("actor") for entry in _timeline(world.viewer, alert_id) if entry.get("action") != "fired"]
    expect.equal("AL-28", actors, [world.display_name(first), world.display_name(then)], "the actors")


@pytest.mark.rules("AL-30", "AL-24")
def test_resolving_keeps_the_entry_of_the_acknowledgement(world: World, expect: Expect) -> None:
    [alert_id] = world.raise_alerts(**_AT)
    world.set_alert_status(alert_id, "acknowledged", world.admin)
    before = _timeline(world.viewer, alert_id)
    expect.equal("AL-24", _values(before, "action"), ["fired", "acknowledged"], "the actions once acknowledged")
    world.advance(60)
    world.set_alert_status(alert_id, "resolved", world.owner)
    after = _timeline(world.viewer, alert_id)
    kept = [entry for entry in after if entry.get("action") == "acknowledged"]
    expect.equal("AL-30", kept, before[1:], "the acknowledged entry afterwards")


@pytest.mark.rules("AL-31")
@given(unknown=UNKNOWN_IDS)
@example(unknown=UNKNOWN_ID)
def test_the_timeline_of_an_unknown_alert_is_404_not_found(world: World, expect: Expect, unknown: str) -> None:
    answer = world.viewer.get(f"{ALERTS}/{unknown}/timeline")
    expect("AL-31", answer.is_(404, "not_found"), "404 not_found for an unknown id", answer)


@pytest.mark.rules("AL-31")
def test_the_timeline_of_another_orgs_alert_is_404_not_found(world: World, expect: Expect) -> None:
    [own], [foreign] = world.raise_alerts(), world.outside.raise_alerts()
    for role in ROLES:
        answer = world.actor(role).get(f"{ALERTS}/{foreign}/timeline")
        expect("AL-31", answer.is_(404, "not_found"), f"404 not_found for the {role}", answer)
        answer = world.actor(role).get(f"{ALERTS}/{own}/timeline")
        readable = answer.status == 200 or role == "viewer"  # what a viewer sees of other sites is another rule (AS-24)
        expect("AL-31", readable, f"200 for the {role} in the own org", answer)


@pytest.mark.rules("AL-32", "AL-33")
def test_alerts_remain_after_their_rule_is_deleted(world: World, expect: Expect) -> None:
    rules = [world.rule() for _ in range(2)]
    for made in rules:
        for status in _ACTIONS:
            world.raise_alerts(2, rule_id=made["id"], status=status, **_AT)
    before = {row.get("id"): row for row in rows(world.viewer.get(ALERTS))}
    expect.equal("AL-32", len(before), 12, "alerts before")
    names = {row.get("rule_name") for row in before.values() if row.get("rule_id") == rules[0]["id"]}
    expect.equal("AL-33", names, {rules[0]["name"]}, "rule_name before the deletion")
    world.operator.delete(f"{RULES}/{rules[0]['id']}")
    after = {row.get("id"): row for row in rows(world.viewer.get(ALERTS))}
    expect.equal("AL-32", after.keys(), before.keys(), "the ids in the list after the deletion")
    for alert_id, row in before.items():
        expect.equal("AL-33", after[alert_id].get("rule_name"), row.get("rule_name"), "rule_name")


@pytest.mark.rules("AL-32", "AL-33", "RU-59")
def test_an_alert_stays_in_the_list_when_its_rule_is_deleted(world: World, expect: Expect) -> None:
    rule, alert = fired_alert(world)
    answer = world.operator.delete(f"{RULES}/{rule['id']}")
    deleted = answer.status < 300 and find_listed(world.operator, rule["id"]) is None
    expect("RU-59", deleted, "the rule to be deleted", answer)
    kept = [row for row in all_alerts(world.operator) if row["id"] == alert["id"]]
    for rule_id in ("AL-32", "RU-59"):
        expect(rule_id, kept, "the alert in the list", alert)
    expect.equal("AL-33", kept[0].get("rule_name"), alert.get("rule_name"), "rule_name")


@pytest.mark.rules("AL-17", "AL-23", "AL-24", "AL-27", "AL-28", "AL-29", "AL-30")
def test_timelines_follow_their_model_in_any_order(world: World, expect: Expect) -> None:
    """Change the status of alerts in random order, and compare their timelines with a model."""
    run_machine(world, lambda: _TimelineModel(world.fresh(), expect), examples=5, steps=12)


class _TimelineModel(Model):
    """Alerts of one org, changed by different users; ``_model`` has the entries that each timeline must have."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__(world, expect)
        self._rule_id = world.rule()["id"]
        self._model: dict[str, list[tuple[Any, ...]]] = {}

    @rule()
    def fire(self) -> None:
        [alert_id] = self.world.raise_alerts(rule_id=self._rule_id)
        self._model[alert_id] = [("fired", None, None)]

    @precondition(lambda self: any(_can_change(entries) for entries in self._model.values()))
    @rule(data=st.data(), role=st.sampled_from(["operator", "admin", "owner"]), seconds=st.integers(1, 9999))
    def change_status(self, data: st.DataObject, role: str, seconds: int) -> None:
        self.world.advance(seconds)
        alert_id = data.draw(st.sampled_from([key for key, entries in self._model.items() if _can_change(entries)]))
        entries = self._model[alert_id]
        status = data.draw(st.sampled_from(["acknowledged", "resolved"] if len(entries) == 1 else ["resolved"]))
        self.world.set_alert_status(alert_id, status, self.world.actor(role))
        name = self.world.display_name(role)
        entries.append(("acknowledged", name, None) if status == "acknowledged" else ("status_changed", name, status))

    @precondition(lambda self: self._model)
    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        alert_id = data.draw(st.sampled_from(list(self._model)))
        entries, expect = _timeline(self.world.viewer, alert_id), self.expect
        model = self._model[alert_id]
        expect.equal(
            "AL-27",
            (_values(entries, "action")[0], _values(entries, "actor")[0]),
            ("fired", None),
            "the first action and actor",
        )
        acknowledged = [entry for entry in model if entry[0] == "acknowledged"]
        kept = _values(entries, "action").count("acknowledged")
        expect.equal("AL-30", kept, len(acknowledged), "acknowledged entries")
        expect.equal("AL-24", sorted(_values(entries, "action")), sorted(e[0] for e in model), "actions")
        expect.equal("AL-23", _values(entries, "action"), [entry[0] for entry in model], "the actions in order")
        expect.equal("AL-23", _values(entries, "at"), sorted(_values(entries, "at"), key=str), "the times in order")
        expect.equal("AL-28", _values(entries, "actor"), [entry[1] for entry in model], "actors")
        expect.equal("AL-29", _values(entries, "to"), [entry[2] for entry in model], "to")
        if len(model) == 1:
            listed = rows(self.world.viewer.get(ALERTS, limit=100))
            times = [row.get("acknowledged_at", "missing") for row in listed if row.get("id") == alert_id]
            expect.equal("AL-17", times, [None], "acknowledged_at of a new alert")


def _can_change(entries: list[tuple[Any, ...]]) -> bool:
    """Whether the alert with these entries is not resolved yet."""
    return bool(entries[-1][0] != "status_changed")


def _expect_to(expect: Expect, entry: JSON) -> None:
    """State that an entry has ``to`` exactly when it is a change of status."""
    if entry.get("action") == "status_changed":
        known = entry.get("to") in ("new", "acknowledged", "resolved")
        expect("AL-29", known, "the new status in to", entry)
    else:
        expect("AL-29", "to" not in entry, "no to", entry)
