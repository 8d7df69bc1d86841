"""The messages sent to webhooks: rules WH-… of the API."""

import time
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from websockets.sync.client import connect

from mockserver import CONTROL_PREFIX, fixtures
from tests.factories import alert_rule, webhook
from tests.harness import JSON, World, running
from tests.mockserver.http.messages import sent_messages
from tests.mockserver.http.steps import UNKNOWN, instant, new_code, new_rule, new_webhook, ok, pair

WEBHOOKS = "/api/v1/webhooks"
TYPES = ["alert", "event", "camera_status", "gateway_status"]


def site_name(world: World, camera: JSON) -> str:
    return next(str(site["name"]) for site in world.described["sites"] if site["id"] == camera["site_id"])


def set_camera(world: World, number: int, status: str) -> None:
    world.running.control("PATCH", f"/orgs/{world.id}/cameras/{world.cameras[number]['id']}", json={"status": status})


def test_every_event_is_sent_whatever_the_rules_are(world: World) -> None:
    new_webhook(world)
    event_id = world.record(camera_id=world.cameras[0]["id"])["data"][0]
    [message] = sent_messages(world)
    event = ok(world.owner.get(f"/api/v1/events/{event_id}"))
    shared = ("camera_id", "camera_name", "trigger_type", "triggered_at", "summary", "tags", "ai_status")
    assert message["data"] == {
        "event_id": event_id,
        "site_name": site_name(world, world.cameras[0]),
        "snapshot_url": event["snapshot_url"],
        **{name: event[name] for name in shared},
    }
    assert message["timestamp"] == event["triggered_at"]


def test_manual_event_is_sent_like_any_other(world: World) -> None:
    new_webhook(world)
    event = ok(world.operator.post(f"/api/v1/cameras/{world.cameras[0]['id']}/trigger"), 201)
    assert [message["data"]["event_id"] for message in sent_messages(world)] == [event["id"]]


def test_past_event_is_sent_when_it_is_recorded(world: World) -> None:
    new_webhook(world)
    world.record(**{"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"})
    [message] = sent_messages(world)
    assert message["data"]["triggered_at"] == "2026-01-01T00:00:00Z"
    assert instant(message["timestamp"]).year > 2025
    assert message["timestamp"] != "2026-01-01T00:00:00Z"


def test_alert_is_sent_with_its_rule_and_its_event(world: World) -> None:
    new_webhook(world, "alert")
    rule = new_rule(world, name="Yard")
    recorded = world.record(trigger_type="motion", camera_id=world.cameras[0]["id"], summary="A cat")
    [message] = sent_messages(world)
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


def test_event_without_a_rule_sends_no_alert(world: World) -> None:
    new_webhook(world, "alert")
    world.record()
    assert sent_messages(world) == []


def test_alert_on_demand_is_sent_and_so_is_its_event(world: World) -> None:
    new_webhook(world, *TYPES)
    world.record("alerts", rule_id=new_rule(world)["id"])
    alert, event = sorted(sent_messages(world), key=lambda message: str(message["event_type"]))
    assert alert["data"]["event_id"] == event["data"]["event_id"]


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (["online", "offline"], [("online", "offline")]),
        (["offline", "online"], [("online", "offline"), ("offline", "online")]),
        (["offline", "offline"], [("online", "offline")]),
        (["error", "offline", "disabled", "online"], []),
        (["pending", "online"], []),
    ],
)
def test_camera_status_is_sent_when_it_goes_offline_or_comes_back(
    world: World, path: list[str], changes: list[tuple[str, str]]
) -> None:
    new_webhook(world, "camera_status")
    for status in path:
        set_camera(world, 0, status)
    messages = sent_messages(world)
    assert {(one["data"]["previous_status"], one["data"]["status"]) for one in messages} == set(changes)
    assert len(messages) == len(changes)
    for message in messages:
        camera = world.cameras[0]
        assert (message["data"]["camera_id"], message["data"]["camera_name"]) == (camera["id"], camera["name"])
        assert message["data"]["gateway_id"] == camera["gateway_id"]
        assert message["data"]["site_name"] == site_name(world, camera)


def test_gateway_status_is_sent_when_it_goes_offline_or_comes_back(world: World) -> None:
    webhook = new_webhook(world, "gateway_status")
    code = new_code(world, name="Dock")
    key = pair(world.running, code)["api_key"]
    assert sent_messages(world) == []
    with ExitStack() as stack:
        url = f"{world.running.base_url.replace('http', 'ws')}/api/v1/gateways/{code['id']}/ws"
        socket = stack.enter_context(connect(url, additional_headers={"Authorization": f"Bearer {key}"}, proxy=None))
        socket.send('{"type": "heartbeat"}')
        socket.recv(timeout=5)
        [online] = sent_messages(world, webhook)
        camera = {"name": "C", "site_id": world.sites[0], "gateway_id": code["id"], "type": "rtsp"}
        camera |= {"stream_url": "rtsp://10.0.0.9/1"}
        ok(world.operator.post("/api/v1/cameras", json=camera), 201)
    deadline = time.monotonic() + 5
    while len(sent_messages(world)) < 2:
        assert time.monotonic() < deadline
    offline = next(message for message in sent_messages(world) if message["webhook_id"] != online["webhook_id"])
    same = {"gateway_id": code["id"], "gateway_name": "Dock", "site_name": site_name(world, camera)}
    assert online["data"] == {**same, "previous_status": "offline", "status": "online", "affected_cameras": 0}
    assert offline["data"] == {**same, "previous_status": "online", "status": "offline", "affected_cameras": 1}


def test_disabling_and_enabling_a_gateway_sends_nothing(world: World) -> None:
    new_webhook(world, "gateway_status")
    for status in ("disabled", "offline"):
        ok(world.operator.patch(f"/api/v1/gateways/{world.gateways[0]['id']}", json={"status": status}))
    assert sent_messages(world) == []


def test_webhook_is_sent_its_event_types_while_it_is_enabled(world: World) -> None:
    all_types, alerts = new_webhook(world, *TYPES), new_webhook(world, "alert")
    silent = new_webhook(world, enabled=False)
    new_rule(world)
    world.record(trigger_type="motion")
    assert sorted(message["event_type"] for message in sent_messages(world, all_types)) == ["alert", "event"]
    assert [message["event_type"] for message in sent_messages(world, alerts)] == ["alert"]
    assert sent_messages(world, silent) == []
    ok(world.operator.patch(f"{WEBHOOKS}/{silent['id']}", json={"enabled": True}))
    ok(world.operator.patch(f"{WEBHOOKS}/{all_types['id']}", json={"event_types": ["camera_status"]}))
    world.record(trigger_type="manual")
    assert len(sent_messages(world, silent)) == 1
    assert len(sent_messages(world, all_types)) == 2


def test_message_to_each_webhook_has_an_id_of_its_own(world: World) -> None:
    for _ in range(2):
        new_webhook(world)
    world.record(count=3)
    messages = sent_messages(world)
    assert len({message["webhook_id"] for message in messages}) == len(messages) == 6


def test_nothing_is_sent_to_webhooks_of_other_orgs(world: World) -> None:
    other = world.running.org()
    new_webhook(other, *TYPES)
    new_rule(world)
    world.record(trigger_type="motion")
    set_camera(world, 0, "offline")
    assert sent_messages(other) == []


def test_refused_event_is_not_sent(world: World) -> None:
    new_webhook(world)
    answer = world.running.client().post(f"{CONTROL_PREFIX}/orgs/{world.id}/events", json={"camera_id": UNKNOWN})
    assert answer.status_code == 400
    assert sent_messages(world) == []


def test_generated_events_of_a_fixture_are_not_sent(tmp_path: Path) -> None:
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
