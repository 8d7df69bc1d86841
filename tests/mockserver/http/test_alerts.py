"""The alert history: rules AL-… of the API."""

import pytest

from tests.harness import World
from tests.mockserver.http.steps import UNKNOWN, at, done, instant, later, new_rule, ok, refused

ALERTS = "/api/v1/alerts"
NIGHT = "2026-03-10T02:14:00Z"


def alert(world: World, when: str = NIGHT, **asked: object) -> str:
    """Record one alert and return its id."""
    return str(world.record("alerts", **{"from": when, "to": when, **asked})["data"][0])


def timeline(world: World, alert_id: str) -> list[dict[str, str | None]]:
    body = ok(world.viewer.get(f"{ALERTS}/{alert_id}/timeline"))
    assert body.keys() == {"alert_id", "entries"}
    assert body["alert_id"] == alert_id
    return list(body["entries"])


def test_alert_has_exactly_the_documented_fields(world: World) -> None:
    rule = new_rule(world, name="Night")
    event_id = at(world, NIGHT, trigger_type="motion", camera_id=world.cameras[1]["id"])
    listed = ok(world.viewer.get(ALERTS))
    assert listed["total"] == 1
    assert listed["next_cursor"] is None
    item = listed["data"][0]
    assert item == {
        "id": item["id"],
        "rule_id": rule["id"],
        "rule_name": "Night",
        "event_id": event_id,
        "camera_id": world.cameras[1]["id"],
        "status": "new",
        "fired_at": NIGHT,
        "acknowledged_at": None,
    }
    assert ok(world.viewer.get(f"{ALERTS}/{item['id']}")) == item


def test_each_filter_keeps_what_it_names(world: World) -> None:
    first, second = new_rule(world), new_rule(world, name="Second")
    new = alert(world, rule_id=first["id"])
    acknowledged = alert(world, rule_id=first["id"], status="acknowledged")
    resolved = alert(world, rule_id=second["id"], status="resolved")
    client = world.viewer

    def found(**params: str) -> set[str]:
        body = ok(client.get(ALERTS, params=params))
        assert body["total"] == len(body["data"])
        return {item["id"] for item in body["data"]}

    assert found() == {new, acknowledged, resolved}
    assert found(rule_id=first["id"]) == {new, acknowledged}
    assert found(status="new") == {new}
    assert found(status="acknowledged") == {acknowledged}
    assert found(status="resolved") == {resolved}
    assert found(rule_id=first["id"], status="resolved") == set()
    assert found(rule_id=UNKNOWN) == set()


@pytest.mark.parametrize(
    ("params", "matches"),
    [
        ({"date_from": NIGHT, "date_to": NIGHT}, True),
        ({"date_from": "2026-03-10T02:14:01Z"}, False),
        ({"date_to": "2026-03-10T02:13:59Z"}, False),
        ({"date_from": "2026-03-10", "date_to": "2026-03-10"}, True),
        ({"date_to": "2026-03-09"}, False),
        ({"date_from": "2026-03-11"}, False),
    ],
)
def test_date_bounds_apply_to_the_time_it_fired(world: World, params: dict[str, str], matches: bool) -> None:
    new_rule(world)
    alert(world)
    assert ok(world.viewer.get(ALERTS, params=params))["total"] == matches


@pytest.mark.parametrize(
    ("name", "value"),
    [("rule_id", "x"), ("status", "closed"), ("date_from", "today"), ("date_to", "2026-02-30"), ("limit", "101")],
)
def test_malformed_filter_is_refused_by_name(world: World, name: str, value: str) -> None:
    refused(world.viewer.get(ALERTS, params={name: value}), 400, name)


def test_alert_changes_from_new_to_acknowledged_to_resolved(world: World) -> None:
    new_rule(world)
    alert_id = alert(world)
    assert timeline(world, alert_id) == [{"at": NIGHT, "action": "fired", "actor": None}]

    acknowledged = ok(world.operator.patch(f"{ALERTS}/{alert_id}", json={"status": "acknowledged"}))
    assert acknowledged["status"] == "acknowledged"
    assert instant(acknowledged["acknowledged_at"]) > instant(NIGHT)
    resolved = ok(world.admin.patch(f"{ALERTS}/{alert_id}", json={"status": "resolved"}))
    assert resolved == acknowledged | {"status": "resolved"}
    assert resolved == ok(world.viewer.get(f"{ALERTS}/{alert_id}"))

    _, second, third = entries = timeline(world, alert_id)
    assert second == {"at": acknowledged["acknowledged_at"], "action": "acknowledged", "actor": "Opal Operator"}
    assert third == {"at": third["at"], "action": "status_changed", "actor": "Adam Admin", "to": "resolved"}
    times = [instant(str(entry["at"])) for entry in entries]
    assert times == sorted(times)


def test_alert_can_be_resolved_without_being_acknowledged(world: World) -> None:
    new_rule(world)
    alert_id = alert(world)
    resolved = ok(world.operator.patch(f"{ALERTS}/{alert_id}", json={"status": "resolved"}))
    assert resolved["acknowledged_at"] is None
    assert [entry["action"] for entry in timeline(world, alert_id)] == ["fired", "status_changed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("acknowledged", "acknowledged"), ("resolved", "acknowledged"), ("resolved", "resolved")],
)
def test_no_other_transition_is_allowed(world: World, before: str, after: str) -> None:
    new_rule(world)
    alert_id = alert(world, status=before)
    entries = timeline(world, alert_id)
    refused(world.operator.patch(f"{ALERTS}/{alert_id}", json={"status": after}), 400, "status")
    assert timeline(world, alert_id) == entries
    assert ok(world.viewer.get(f"{ALERTS}/{alert_id}"))["status"] == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "status"),
        ({"status": "new"}, "status"),
        ({"status": "closed"}, "status"),
        ({"status": None}, "status"),
        ({"status": "resolved", "note": "x"}, "note"),
    ],
)
def test_bad_change_is_refused(world: World, body: object, field: str) -> None:
    new_rule(world)
    alert_id = alert(world)
    refused(world.operator.patch(f"{ALERTS}/{alert_id}", json=body), 400, field)
    assert ok(world.viewer.get(f"{ALERTS}/{alert_id}"))["status"] == "new"


@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
def test_recorded_alert_was_changed_by_a_user_who_may(world: World, status: str) -> None:
    new_rule(world)
    entries = timeline(world, alert(world, status=status))
    assert {entry["actor"] for entry in entries} <= {None, "Olive Owner", "Adam Admin", "Opal Operator"}
    assert [entry["action"] for entry in entries] == ["fired", "acknowledged", "status_changed"][: len(entries)]


def test_alerts_of_a_deleted_rule_are_kept_with_its_name(world: World) -> None:
    rule = new_rule(world, name="Short-lived")
    alert_id = alert(world)
    before = ok(world.viewer.get(f"{ALERTS}/{alert_id}"))
    done(world.operator.delete(f"/api/v1/alert-rules/{rule['id']}"))
    assert ok(world.viewer.get(f"{ALERTS}/{alert_id}")) == before
    assert ok(world.viewer.get(ALERTS, params={"rule_id": rule["id"]}))["data"] == [before]
    assert before["rule_name"] == "Short-lived"
    assert len(timeline(world, alert_id)) == 1
    assert ok(world.operator.patch(f"{ALERTS}/{alert_id}", json={"status": "acknowledged"}))["acknowledged_at"]


def test_renamed_rule_keeps_its_old_name_in_past_alerts(world: World) -> None:
    rule = new_rule(world, name="Before")
    first = alert(world)
    ok(world.operator.patch(f"/api/v1/alert-rules/{rule['id']}", json={"name": "After"}))
    second = alert(world, later(NIGHT, hours=1))
    names = [ok(world.viewer.get(f"{ALERTS}/{alert_id}"))["rule_name"] for alert_id in (first, second)]
    assert names == ["Before", "After"]


@pytest.mark.parametrize("suffix", ["", "/timeline"])
def test_unknown_alert_is_not_found_and_a_bad_id_is_refused(world: World, suffix: str) -> None:
    refused(world.viewer.get(f"{ALERTS}/{UNKNOWN}{suffix}"), 404)
    refused(world.viewer.get(f"{ALERTS}/nonsense{suffix}"), 400, "id")


def test_alerts_cannot_be_created_or_deleted_through_the_api(world: World) -> None:
    refused(world.owner.post(ALERTS, json={}), 405)
    refused(world.owner.delete(f"{ALERTS}/{UNKNOWN}"), 405)
