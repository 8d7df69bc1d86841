from datetime import datetime, timedelta

import pytest

from tests.stranger import support
from tests.stranger.choices import Choices
from tests.stranger.records import ALERT_STATUSES, Alert
from tests.stranger.running import Running, running
from tests.stranger.support import UNKNOWN_ID, body, get, ids, refused, rows

FIELDS = {"id", "rule_id", "rule_name", "event_id", "camera_id", "status", "fired_at", "acknowledged_at"}


def alerts(server: Running) -> list[Alert]:
    return list(server.org.alerts.values())


def listed(server: Running, **filters: str) -> set[str]:
    return set(ids(rows(server, "/alerts", limit=100, **filters)))


def test_a_list_has_the_fields_of_the_page(server: Running) -> None:
    found = body(get(server, "/alerts"))
    assert found.keys() >= {"data", "next_cursor", "total"}
    assert len(found["data"]) == 20
    for row in rows(server, "/alerts", limit=100):
        alert = server.org.alerts[row["id"]]
        assert row.keys() >= FIELDS
        assert datetime.fromisoformat(row["fired_at"]) == alert.fired_at
        assert row["status"] != "new" or row["acknowledged_at"] is None


@pytest.mark.parametrize("limit", [1, 50, 100])
def test_the_pages_of_a_list_have_every_alert_once(server: Running, limit: int) -> None:
    found = ids(rows(server, "/alerts", limit=limit))
    assert sorted(found) == sorted(server.org.alerts)
    assert len(found) > 100


def test_filters_leave_what_matches(server: Running) -> None:
    for status in ALERT_STATUSES:
        assert listed(server, status=status) == {found.id for found in alerts(server) if found.status == status}
    for rule in {found.rule_id for found in alerts(server)}:
        assert listed(server, rule_id=rule) == {found.id for found in alerts(server) if found.rule_id == rule}
    middle = sorted(found.fired_at for found in alerts(server))[50] + timedelta(seconds=1)
    late, early = (listed(server, **{name: middle.isoformat()}) for name in ("date_from", "date_to"))
    assert late == {found.id for found in alerts(server) if found.fired_at > middle}
    assert early == server.org.alerts.keys() - late


def test_dates_are_accepted(server: Running) -> None:
    for name in ("date_from", "date_to"):
        assert get(server, "/alerts", "viewer", **{name: "2026-04-21"}).status_code == 200


@pytest.mark.parametrize("actor", ["viewer", "operator", "admin", "owner"])
def test_every_role_reads_alerts(server: Running, actor: str) -> None:
    visible = support.alert(server, "resolved", 3)
    assert visible.id in ids(rows(server, "/alerts", actor, limit=100))
    assert get(server, f"/alerts/{visible.id}/timeline", actor).status_code == 200


def test_a_viewer_of_granted_alerts_sees_no_others() -> None:
    with running(Choices.ours(viewer_alerts="granted", viewer_rules="granted")) as server:
        sites = {server.org.alerts[found].camera.site_id for found in ids(rows(server, "/alerts", "viewer", limit=100))}
        names = [row["name"] for row in rows(server, "/alert-rules", "viewer")]
    assert sites == set(server.site_ids)
    assert names == ["Rule 3", "Rule 2", "Rule 1"]


@pytest.mark.parametrize("token", [None, "sk_live_never", "expired"])
@pytest.mark.parametrize("path", ["/alerts", f"/alerts/{UNKNOWN_ID}/timeline"])
def test_a_call_without_a_valid_token_is_401_auth_required(server: Running, path: str, token: str | None) -> None:
    token = server.tokens["expired"] if token == "expired" else token
    assert refused(server.call(None, "GET", path, token=token), 401, "auth_required")


@pytest.mark.parametrize(
    ("status", "entries", "actions"),
    [
        ("new", 1, ["fired"]),
        ("acknowledged", 2, ["fired", "acknowledged"]),
        ("resolved", 3, ["fired", "acknowledged", "status_changed"]),
        ("resolved", 2, ["fired", "status_changed"]),
    ],
)
def test_a_timeline_has_every_change_in_order(server: Running, status: str, entries: int, actions: list[str]) -> None:
    alert = support.alert(server, status, entries)
    found = body(get(server, f"/alerts/{alert.id}/timeline"))
    assert found["alert_id"] == alert.id
    times = [datetime.fromisoformat(entry["at"]) for entry in found["entries"]]
    assert times == sorted(times)
    assert times[0] == alert.fired_at
    shown = [entry for entry in found["entries"] if entry.get("to") != "acknowledged"]
    assert [entry["action"] for entry in shown] == actions
    assert [entry["actor"] is None for entry in shown] == [action == "fired" for action in actions]
    assert [entry.get("to") for entry in shown] == [
        "resolved" if name == "status_changed" else None for name in actions
    ]


@pytest.mark.parametrize("foreign", [True, False])
def test_an_alert_that_the_org_does_not_have_is_404_not_found(server: Running, foreign: bool) -> None:
    alert_id = next(iter(server.other_org.alerts)) if foreign else UNKNOWN_ID
    assert refused(get(server, f"/alerts/{alert_id}/timeline"), 404, "not_found")


def test_alerts_of_a_deleted_rule_stay(server: Running) -> None:
    removed = {found.rule_id: found for found in alerts(server) if found.rule_id not in server.org.rules}
    assert len(removed) == 1
    for rule_id, alert in removed.items():
        found = rows(server, "/alerts", rule_id=rule_id)
        assert {row["rule_name"] for row in found} == {alert.rule_name}


def test_an_alert_is_acknowledged_and_resolved_where_that_is_served() -> None:
    with running(Choices.ours(alert_changes="served", single_reads="served")) as server:
        path = f"/alerts/{support.alert(server, 'new', 1).id}"
        for status in ("acknowledged", "resolved"):
            assert body(server.call("operator", "PATCH", path, json={"status": status}))["status"] == status
        assert refused(server.call("operator", "PATCH", path, json={"status": "new"}), 400, "validation_error")
        assert refused(server.call("viewer", "PATCH", path, json={"status": "new"}), 403, "forbidden")
        assert body(get(server, path))["status"] == "resolved"
        entries = body(get(server, f"{path}/timeline"))["entries"]
    assert [entry["action"] for entry in entries] == ["fired", "acknowledged", "status_changed"]
