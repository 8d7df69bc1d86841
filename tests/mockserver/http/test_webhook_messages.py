"""What webhooks are told of: rules WH-… of the API."""

import time
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from websockets.sync.client import connect

from mockserver import fixtures
from tests.factories import alert_rule, webhook
from tests.harness import JSON, World, running
from tests.mockserver.http.checks import UNKNOWN, instant, new_code, new_rule, new_webhook, ok, pair
from tests.mockserver.http.messages import told

WEBHOOKS = "/api/v1/webhooks"
TYPES = ["alert", "event", "camera_status", "gateway_status"]


def site_name(world: World, camera: JSON) -> str:
    return next(str(site["name"]) for site in world.described["sites"] if site["id"] == camera["site_id"])


def set_camera(world: World, number: int, status: str) -> None:
    world.running.control("PATCH", f"/orgs/{world.id}/cameras/{world.cameras[number]['id']}", json={"status": status})


def test_every_event_is_told_whatever_the_rules_are(world: World) -> None:
    new_webhook(world)
    event_id = world.record(camera_id=world.cameras[0]["id"])["data"][0]
    [message] = told(world)
    event = ok(world.owner.get(f"/api/v1/events/{event_id}"))
    shared = ("camera_id", "camera_name", "trigger_type", "triggered_at", "summary", "tags", "ai_status")
    assert message["data"] == {
        "event_id": event_id,
        "site_name": site_name(world, world.cameras[0]),
        "snapshot_url": event["snapshot_url"],
        **{name: event[name] for name in shared},
    }
    assert message["timestamp"] == event["triggered_at"]


def test_recording_by_hand_is_told_like_any_event(world: World) -> None:
    new_webhook(world)
    event = ok(world.operator.post(f"/api/v1/cameras/{world.cameras[0]['id']}/trigger"), 201)
    assert [message["data"]["event_id"] for message in told(world)] == [event["id"]]


def test_event_of_the_past_is_told_when_it_is_recorded(world: World) -> None:
    new_webhook(world)
    world.record(**{"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"})
    [message] = told(world)
    assert message["data"]["triggered_at"] == "2026-01-01T00:00:00Z"
    assert instant(message["timestamp"]).year > 2025
    assert message["timestamp"] != "2026-01-01T00:00:00Z"


def test_alert_is_told_with_its_rule_and_its_event(world: World) -> None:
    new_webhook(world, "alert")
    rule = new_rule(world, name="Yard")
    recorded = world.record(trigger_type="motion", camera_id=world.cameras[0]["id"], summary="A cat")
    [message] = told(world)
    assert message["data"] == {
        "alert_id": recorded["alerts"][0],
        "rule_id": rule["id"],
        "rule_name": "Yard",
        "trigger_type": "motion",
        "camera_id": world.cameras[0]["id"],
        "camera_name": world.cameras[0]["name"],
        "site_name": site_name(world, world.cameras[0]),
        "event_id": recorded["data"][0],
        "severity": "warning",
        "description": "A cat",
        "fired_at": ok(world.owner.get(f"/api/v1/alerts/{recorded['alerts'][0]}"))["fired_at"],
    }


def test_event_without_a_rule_raises_no_alert_to_tell(world: World) -> None:
    new_webhook(world, "alert")
    world.record()
    assert told(world) == []


def test_alert_on_demand_is_told_and_so_is_its_event(world: World) -> None:
    new_webhook(world, *TYPES)
    world.record("alerts", rule_id=new_rule(world)["id"])
    alert, event = sorted(told(world), key=lambda message: str(message["event_type"]))
    assert alert["data"]["event_id"] == event["data"]["event_id"]


@pytest.mark.parametrize(
    ("path", "news"),
    [
        (["online", "offline"], [("online", "offline")]),
        (["offline", "online"], [("online", "offline"), ("offline", "online")]),
        (["offline", "offline"], [("online", "offline")]),
        (["error", "offline", "disabled", "online"], []),
        (["pending", "online"], []),
    ],
)
def test_camera_is_told_of_when_it_goes_offline_or_comes_back(
    world: World, path: list[str], news: list[tuple[str, str]]
) -> None:
    new_webhook(world, "camera_status")
    for status in path:
        set_camera(world, 0, status)
    messages = told(world)
    assert {(one["data"]["previous_status"], one["data"]["status"]) for one in messages} == set(news)
    assert len(messages) == len(news)
    for message in messages:
        camera = world.cameras[0]
        assert (message["data"]["camera_id"], message["data"]["camera_name"]) == (camera["id"], camera["name"])
        assert message["data"]["gateway_id"] == camera["gateway_id"]
        assert message["data"]["site_name"] == site_name(world, camera)


def test_gateway_is_told_of_when_it_goes_offline_or_comes_back(world: World) -> None:
    webhook = new_webhook(world, "gateway_status")
    code = new_code(world, name="Dock")
    key = pair(world.running, code)["api_key"]
    assert told(world) == []
    with ExitStack() as stack:
        url = f"{world.running.base_url.replace('http', 'ws')}/api/v1/gateways/{code['id']}/ws"
        socket = stack.enter_context(connect(url, additional_headers={"Authorization": f"Bearer {key}"}, proxy=None))
        socket.send('{"type": "heartbeat"}')
        socket.recv(timeout=5)
        [online] = told(world, webhook)
        camera = {"name": "C", "site_id": world.sites[0], "gateway_id": code["id"], "type": "rtsp"}
        camera |= {"stream_url": "rtsp://10.0.0.9/1"}
        ok(world.operator.post("/api/v1/cameras", json=camera), 201)
    deadline = time.monotonic() + 5
    while len(told(world)) < 2:
        assert time.monotonic() < deadline
    offline = next(message for message in told(world) if message["webhook_id"] != online["webhook_id"])
    same = {"gateway_id": code["id"], "gateway_name": "Dock", "site_name": site_name(world, camera)}
    assert online["data"] == {**same, "previous_status": "offline", "status": "online", "affected_cameras": 0}
    assert offline["data"] == {**same, "previous_status": "online", "status": "offline", "affected_cameras": 1}


def test_disabling_a_gateway_and_enabling_it_again_is_no_news(world: World) -> None:
    new_webhook(world, "gateway_status")
    for status in ("disabled", "offline"):
        ok(world.operator.patch(f"/api/v1/gateways/{world.gateways[0]['id']}", json={"status": status}))
    assert told(world) == []


def test_webhook_is_told_what_it_is_subscribed_to_while_it_is_enabled(world: World) -> None:
    every, alerts = new_webhook(world, *TYPES), new_webhook(world, "alert")
    silent = new_webhook(world, enabled=False)
    new_rule(world)
    world.record(trigger_type="motion")
    assert sorted(message["event_type"] for message in told(world, every)) == ["alert", "event"]
    assert [message["event_type"] for message in told(world, alerts)] == ["alert"]
    assert told(world, silent) == []
    ok(world.operator.patch(f"{WEBHOOKS}/{silent['id']}", json={"enabled": True}))
    ok(world.operator.patch(f"{WEBHOOKS}/{every['id']}", json={"event_types": ["camera_status"]}))
    world.record(trigger_type="manual")
    assert len(told(world, silent)) == 1
    assert len(told(world, every)) == 2


def test_message_to_each_webhook_has_an_id_of_its_own(world: World) -> None:
    for _ in range(2):
        new_webhook(world)
    world.record(count=3)
    messages = told(world)
    assert len({message["webhook_id"] for message in messages}) == len(messages) == 6


def test_no_other_org_is_told(world: World) -> None:
    other = world.running.org()
    new_webhook(other, *TYPES)
    new_rule(world)
    world.record(trigger_type="motion")
    set_camera(world, 0, "offline")
    assert told(other) == []


def test_event_that_was_refused_is_not_told(world: World) -> None:
    new_webhook(world)
    answer = world.running.client().post(f"/_mock/orgs/{world.id}/events", json={"camera_id": UNKNOWN})
    assert answer.status_code == 400
    assert told(world) == []


def test_past_that_is_made_up_is_not_told(tmp_path: Path) -> None:
    fixture = fixtures.read("small")
    org_id = fixture["orgs"][0]["id"]
    fixture["webhooks"] = [msgspec.to_builtins(webhook(org_id=org_id))]
    fixture["alert_rules"] = [msgspec.to_builtins(alert_rule(org_id=org_id))]
    fixture["bulk"] = [{"org_id": org_id, "events": 50, "from": "now-1d", "to": "now"}]
    path = tmp_path / "fixture.json"
    path.write_bytes(msgspec.json.encode(fixture))
    with running(fixture=str(path)) as mock:
        data = mock.control("GET", "/snapshot")["data"]
        assert data["alerts"]
        assert (len(data["events"]), len(data["webhooks"]), data["deliveries"]) == (50, 1, [])
