from typing import Any

import pytest

from tests.stranger.running import Running, running
from tests.stranger.support import body, get, ids, new_rule, refused, remove, rows


def new_camera(server: Running) -> str:
    fields: dict[str, Any] = {"name": "Door", "site_id": server.site_ids[0]}
    fields |= {"type": "rtsp", "connection_mode": "direct"}
    return str(body(server.call("operator", "POST", "/cameras", json=fields), 201)["id"])


def test_cameras_are_not_added_unless_that_is_asked_for() -> None:
    with running() as server:
        assert server.call("operator", "POST", "/cameras", json={}).status_code in (404, 405)


@pytest.mark.parametrize(("way", "status"), [("answered", 201), ("accepted", 202)])
def test_triggering_a_camera_makes_an_event_that_is_analysed_later(way: str, status: int) -> None:
    with running(own_events=way) as server:
        before, camera = server.dump(), new_camera(server)
        answer = server.call("operator", "POST", f"/cameras/{camera}/trigger")
        assert answer.status_code == status
        [event] = rows(server, "/events", camera_id=camera)
        assert (event["trigger_type"], event["ai_status"]) == ("manual", "pending")
        assert ("camera_id" in answer.json()) == (way == "answered")
        assert refused(server.call("operator", "POST", f"/cameras/{camera}/trigger"), 429, "rate_limited")
        server.advance(6)
        assert body(get(server, f"/events/{event['id']}"))["ai_status"] == "completed"
        assert server.call("operator", "POST", f"/cameras/{camera}/trigger").status_code == status
        for one in ids(rows(server, "/events", camera_id=camera)):
            remove(server, f"/events/{one}")
        assert remove(server, f"/cameras/{camera}").status_code == 204
        assert server.dump() == before


def test_an_event_of_a_deleted_camera_says_so() -> None:
    with running(own_events="answered") as server:
        camera = new_camera(server)
        event = body(server.call("operator", "POST", f"/cameras/{camera}/trigger"), 201)["id"]
        assert remove(server, f"/cameras/{camera}").status_code == 204
        assert body(get(server, f"/events/{event}"))["camera_deleted"] is True
        assert refused(server.call("operator", "POST", f"/cameras/{camera}/trigger"), 404, "not_found")


@pytest.mark.parametrize(("enabled", "fired"), [(True, 1), (False, 0)])
def test_an_event_triggered_by_hand_fires_rules_for_that(enabled: bool, fired: int) -> None:
    with running(own_events="answered") as server:
        camera = new_camera(server)
        scope = {"scope_type": "specific_cameras", "camera_ids": [camera]}
        rule = new_rule(server, trigger_type="manual", enabled=enabled, **scope)["id"]
        server.call("operator", "POST", f"/cameras/{camera}/trigger")
        assert len(rows(server, "/alerts", rule_id=rule)) == fired


@pytest.mark.parametrize("wrong", [{"name": ""}, {"site_id": "nowhere"}, {"type": "usb"}])
def test_a_camera_with_a_wrong_field_is_refused(wrong: dict[str, Any]) -> None:
    with running(own_events="answered") as server:
        fields = {"name": "Door", "site_id": server.site_ids[0], "type": "rtsp", "connection_mode": "direct"}
        assert refused(server.call("operator", "POST", "/cameras", json=fields | wrong), 400, "validation_error")
