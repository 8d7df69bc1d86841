"""Orgs on demand and what is recorded in them."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockserver import CONTROL_PREFIX, fixtures
from tests.harness import JSON, Running, World
from tests.mockserver.control.calls import UNKNOWN, call, refused
from tests.mockserver.http.steps import instant, log_in, new_rule, ok

ROLES = ["owner", "admin", "operator", "viewer"]


@pytest.mark.parametrize("scenario", fixtures.scenarios())
def test_each_scenario_can_be_created_twice(shared: Running, scenario: str) -> None:
    first, second = (call(shared, "POST", "/orgs", 201, json={"scenario": scenario}) for _ in range(2))
    assert first["org_id"] != second["org_id"]
    for described in (first, second):
        events = shared.client(described["actors"]["owner"]["token"]).get("/api/v1/events")
        assert events.status_code == 200
        call(shared, "DELETE", f"/orgs/{described['org_id']}", 204)


@pytest.mark.parametrize("fixture", fixtures.names())
def test_org_of_each_fixture_works_for_all_its_actors(shared: Running, fixture: str) -> None:
    described = call(shared, "POST", "/orgs", 201, json={"fixture": fixture})
    assert call(shared, "GET", f"/orgs/{described['org_id']}", 200) == described
    assert described in call(shared, "GET", "/orgs", 200)["data"]
    assert list(described["actors"]) == ROLES
    for role, actor in described["actors"].items():
        assert actor["role"] == role
        ok(shared.client(actor["token"]).get("/api/v1/events"))
        assert log_in(shared, actor)["user"]["id"] == actor["user_id"]


def test_org_needs_no_body_and_is_small_by_default(shared: Running) -> None:
    described = call(shared, "POST", "/orgs", 201)
    assert (described["name"], len(described["sites"]), len(described["cameras"])) == ("Small World", 2, 4)


def test_org_can_be_named_and_filled(shared: Running) -> None:
    world = shared.org(name="Run 42", events=150)
    assert world.described["name"] == "Run 42"
    assert ok(world.owner.get("/api/v1/events"))["total"] == 150


def test_org_has_a_key_that_expired_and_one_that_will(isolated: Running) -> None:
    world = isolated.org()
    expired, expiring = world.described["temporary_keys"]
    assert instant(expired["expires_at"]) < instant(isolated.control("GET", "/clock")["now"])
    assert {expired["role"], expiring["role"]} == {"owner"}
    clients = [isolated.client(key["token"]) for key in (expired, expiring)]
    assert [client.get("/api/v1/events").status_code for client in clients] == [401, 200]
    call(isolated, "POST", "/clock", 200, json={"set": expiring["expires_at"]})
    assert [client.get("/api/v1/events").status_code for client in clients] == [401, 401]
    assert call(isolated, "GET", f"/orgs/{world.id}", 200) == world.described


def test_org_without_temporary_keys_lists_none(shared: Running) -> None:
    assert shared.org(fixture="empty").described["temporary_keys"] == []


def test_key_with_an_expiry_is_not_the_token_of_a_role(isolated: Running) -> None:
    world = isolated.org()
    snapshot = isolated.control("GET", "/snapshot")
    owner = next(
        key for key in snapshot["data"]["api_keys"] if key["token"] == world.described["actors"]["owner"]["token"]
    )
    oldest = {"id": UNKNOWN, "token": "sk_live_oldest", "created_at": "2020-01-01T00:00:00Z"}
    snapshot["data"]["api_keys"].append({**owner, **oldest, "expires_at": "2021-01-01T00:00:00Z"})
    isolated.control("PUT", "/snapshot", json=snapshot)
    described = call(isolated, "GET", f"/orgs/{world.id}", 200)
    assert described["actors"] == world.described["actors"]
    assert described["temporary_keys"][0] == {
        "token": "sk_live_oldest", "role": "owner", "expires_at": "2021-01-01T00:00:00Z",
    }  # fmt: skip


def test_orgs_created_at_the_same_time_share_nothing(shared: Running) -> None:
    with ThreadPoolExecutor(8) as pool:
        worlds = list(pool.map(lambda number: shared.org(name=f"W{number}", events=number), range(24)))
    tokens = {actor["token"] for world in worlds for actor in world.described["actors"].values()}
    ids = {world.id for world in worlds} | {camera["id"] for world in worlds for camera in world.cameras}
    assert len(tokens) == 24 * 4
    assert len(ids) == 24 * 5
    assert [ok(world.owner.get("/api/v1/events"))["total"] for world in worlds] == list(range(24))


def test_deleted_org_is_gone_and_its_tokens_with_it(shared: Running) -> None:
    world = shared.org(events=3)
    assert call(shared, "DELETE", f"/orgs/{world.id}", 204) is None
    assert world.owner.get("/api/v1/events").status_code == 401
    assert world.id not in {org["org_id"] for org in call(shared, "GET", "/orgs", 200)["data"]}
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/settings"), ("POST", "/events"), ("POST", "/alerts")):
        call(shared, method, f"/orgs/{world.id}{path}", 404)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/events", {}),
        ("POST", "/alerts", {}),
        ("GET", "/settings", None),
        ("PUT", "/settings", {"rate_limit_burst": 1}),
    ],
)
def test_unknown_org_is_not_found_and_a_bad_id_is_refused(
    shared: Running, method: str, path: str, body: JSON | None
) -> None:
    arguments: dict[str, Any] = {} if body is None else {"json": body}
    assert call(shared, method, f"/orgs/{UNKNOWN}{path}", 404, **arguments)["error"] == "not_found"
    refused(shared, method, f"/orgs/nonsense{path}", "id", **arguments)


def test_recorded_event_is_what_was_asked_for(world: World) -> None:
    asked: JSON = {
        "camera_id": world.cameras[2]["id"],
        "trigger_type": "ai_tag",
        "ai_status": "pending",
        "summary": "Seen",
        "narrative": "Seen indeed",
        "tags": ["a", "b"],
        "starred": True,
    }
    hidden = {"confidence": 0.5, "zones": ["z"], "from": "2026-01-01T00:00:00.9Z", "to": "2026-01-01T01:00:00+01:00"}
    recorded = call(world.running, "POST", f"/orgs/{world.id}/events", 201, json=asked | hidden)
    assert (recorded["total"], recorded["alerts"]) == (1, [])
    event = ok(world.owner.get(f"/api/v1/events/{recorded['data'][0]}"))
    assert {name: event[name] for name in asked} == asked
    assert event["triggered_at"] == "2026-01-01T00:00:00Z"


def test_events_are_spread_over_their_span(world: World) -> None:
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
    recorded = call(world.running, "POST", f"/orgs/{world.id}/events", 201, json={"count": 100, **span})
    assert recorded["total"] == len(set(recorded["data"])) == 100
    times = [event["triggered_at"] for event in ok(world.owner.get("/api/v1/events", params={"limit": 100}))["data"]]
    assert instant(span["from"]) <= instant(min(times)) < instant(max(times)) <= instant(span["to"])
    assert len(set(times)) > 50


def test_a_seed_repeats_events_in_another_org(shared: Running) -> None:
    span = {"count": 20, "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
    found = []
    for seed in (7, 7, 8):
        world = shared.org()
        rule = new_rule(world, trigger_type="ai_tag", custom_tags=["seldom"])
        call(shared, "POST", f"/orgs/{world.id}/events", 201, json={**span, "seed": seed})
        asked = {**span, "rule_id": rule["id"], "seed": seed}
        call(shared, "POST", f"/orgs/{world.id}/alerts", 201, json=asked)
        events = ok(world.owner.get("/api/v1/events", params={"limit": 100}))["data"]
        names = ("triggered_at", "camera_name", "summary", "tags", "zones")
        found.append(sorted(json.dumps({name: event[name] for name in names if name in event}) for event in events))
    assert found[0] == found[1] != found[2]
    assert len(set(found[0])) > 20


def test_event_without_a_span_happens_now(world: World) -> None:
    now = instant(world.running.control("GET", "/clock")["now"])
    event = call(world.running, "POST", f"/orgs/{world.id}/events", 201)["data"][0]
    at = instant(ok(world.owner.get(f"/api/v1/events/{event}"))["triggered_at"])
    assert abs((at - now).total_seconds()) < 5


@pytest.mark.parametrize("status", ["new", "acknowledged", "resolved"])
def test_recorded_alerts_have_rule_camera_and_status(world: World, status: str) -> None:
    rule = new_rule(world, trigger_type="ai_tag", custom_tags=["person"], min_confidence=0.9, cooldown_sec=3600)
    asked = {"count": 3, "rule_id": rule["id"], "camera_id": world.cameras[1]["id"], "status": status}
    recorded = call(world.running, "POST", f"/orgs/{world.id}/alerts", 201, json=asked)
    assert recorded["total"] == 3
    for alert in ok(world.owner.get("/api/v1/alerts"))["data"]:
        assert (alert["rule_id"], alert["camera_id"], alert["status"]) == (rule["id"], asked["camera_id"], status)
        event = ok(world.owner.get(f"/api/v1/events/{alert['event_id']}"))
        assert (event["trigger_type"], event["tags"]) == ("ai_tag", ["person"])


def test_recorded_alerts_come_from_the_newest_enabled_rule(world: World) -> None:
    path = f"/orgs/{world.id}/alerts"
    refused(world.running, "POST", path, "rule_id")
    new_rule(world, enabled=False)
    refused(world.running, "POST", path, "rule_id")
    rule = new_rule(world)
    alert = call(world.running, "POST", path, 201)["data"][0]
    assert ok(world.owner.get(f"/api/v1/alerts/{alert}"))["rule_id"] == rule["id"]


def test_org_without_cameras_has_nothing_to_record(shared: Running) -> None:
    world = shared.org(fixture="empty")
    refused(shared, "POST", f"/orgs/{world.id}/events", "camera_id")
    refused(shared, "POST", f"/orgs/{world.id}/alerts", "rule_id")


def test_settings_change_one_by_one_and_take_effect(world: World) -> None:
    path = f"/orgs/{world.id}/settings"
    before = call(world.running, "GET", path, 200)
    assert call(world.running, "PUT", path, 200, json={"event_export_max_rows": 0}) == before | {
        "event_export_max_rows": 0
    }
    assert call(world.running, "GET", path, 200) == before | {"event_export_max_rows": 0}
    assert world.owner.get("/api/v1/events/export").status_code == 200
    world.record()
    assert world.owner.get("/api/v1/events/export").status_code == 413


def test_fresh_org_has_the_documented_limits(shared: Running) -> None:
    assert call(shared, "GET", f"/orgs/{shared.org().id}/settings", 200) == {
        "event_export_max_rows": 10000, "rate_limit_per_minute": 1000, "rate_limit_burst": 100,
        "deliveries_kept": 1000, "deliveries_kept_hours": 168, "forward_webhooks_to": None,
    }  # fmt: skip


def test_org_can_be_made_with_other_limits(shared: Running) -> None:
    world = shared.org(settings={"rate_limit_burst": 2, "event_export_max_rows": 0})
    assert call(shared, "GET", f"/orgs/{world.id}/settings", 200) == {
        "event_export_max_rows": 0, "rate_limit_per_minute": 1000, "rate_limit_burst": 2,
        "deliveries_kept": 1000, "deliveries_kept_hours": 168, "forward_webhooks_to": None,
    }  # fmt: skip
    assert [world.owner.get("/api/v1/events").status_code for _ in range(3)] == [200, 200, 429]


BAD: list[tuple[str, str, Any, str]] = [
    ("POST", "/orgs", {"fixture": "nowhere"}, "fixture"),
    ("POST", "/orgs", {"fixture": "../orgs/acme"}, "fixture"),
    ("POST", "/orgs", {"fixture": "five-codes-active"}, "fixture"),
    ("POST", "/orgs", {"scenario": "small"}, "scenario"),
    ("POST", "/orgs", {"scenario": "quiet-site", "fixture": "small"}, "scenario"),
    ("POST", "/orgs", {"name": ""}, "name"),
    ("POST", "/orgs", {"events": -1}, "events"),
    ("POST", "/orgs", {"colour": "red"}, "colour"),
    ("POST", "/orgs", {"settings": {"rate_limit_burst": 0}}, "settings.rate_limit_burst"),
    ("POST", "/orgs", {"settings": {}}, "settings"),
    ("POST", "/orgs", [], "body"),
    ("PUT", "/orgs/{id}/settings", {"forward_webhooks_to": "https://127.0.0.1:1/"}, "forward_webhooks_to"),
    ("PUT", "/orgs/{id}/settings", {"forward_webhooks_to": "http://192.0.2.1:80/"}, "forward_webhooks_to"),
    ("PUT", "/orgs/{id}/settings", {"forward_webhooks_to": "http://127.0.0.1/"}, "forward_webhooks_to"),
    ("PUT", "/orgs/{id}/settings", {"forward_webhooks_to": "http://localhost:1.example.com/"}, "forward_webhooks_to"),
    ("POST", "/orgs/{id}/events", {"count": 0}, "count"),
    ("POST", "/orgs/{id}/events", {"count": 100001}, "count"),
    ("POST", "/orgs/{id}/events", {"count": 1.5}, "count"),
    ("POST", "/orgs/{id}/events", {"seed": -1}, "seed"),
    ("POST", "/orgs/{id}/events", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "to"),
    ("POST", "/orgs/{id}/events", {"from": "yesterday"}, "from"),
    ("POST", "/orgs/{id}/events", {"to": "2026-01-01"}, "to"),
    ("POST", "/orgs/{id}/events", {"from": "0001-01-01T00:00:00+14:00"}, "from"),
    ("POST", "/orgs/{id}/events", {"camera_id": UNKNOWN}, "camera_id"),
    ("POST", "/orgs/{id}/events", {"camera_id": "x"}, "camera_id"),
    ("POST", "/orgs/{id}/events", {"trigger_type": "person"}, "trigger_type"),
    ("POST", "/orgs/{id}/events", {"ai_status": "skipped_cost"}, "ai_status"),
    ("POST", "/orgs/{id}/events", {"confidence": 1.01}, "confidence"),
    ("POST", "/orgs/{id}/events", {"tags": [""]}, "tags.0"),
    ("POST", "/orgs/{id}/events", {"zones": "yard"}, "zones"),
    ("POST", "/orgs/{id}/events", {"starred": 1}, "starred"),
    ("POST", "/orgs/{id}/events", {"acknowledged": True}, "acknowledged"),
    ("POST", "/orgs/{id}/alerts", {"status": "closed"}, "status"),
    ("POST", "/orgs/{id}/alerts", {"rule_id": UNKNOWN}, "rule_id"),
    ("POST", "/orgs/{id}/alerts", {"camera_id": UNKNOWN}, "camera_id"),
    ("POST", "/orgs/{id}/alerts", {"count": 10001}, "count"),
    ("PUT", "/orgs/{id}/settings", {}, "body"),
    ("PUT", "/orgs/{id}/settings", {"rate_limit_burst": 0}, "rate_limit_burst"),
    ("PUT", "/orgs/{id}/settings", {"rate_limit_per_minute": 0}, "rate_limit_per_minute"),
    ("PUT", "/orgs/{id}/settings", {"event_export_max_rows": -1}, "event_export_max_rows"),
    ("PUT", "/orgs/{id}/settings", {"event_export_max_rows": None}, "event_export_max_rows"),
    ("PUT", "/orgs/{id}/settings", {"rate": 5}, "rate"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), BAD)
def test_bad_request_is_refused_by_name_and_changes_nothing(
    world: World, method: str, path: str, body: object, field: str
) -> None:
    new_rule(world)
    refused(world.running, method, path.replace("{id}", world.id), field, json=body)
    assert ok(world.owner.get("/api/v1/events"))["total"] == 0
    assert ok(world.owner.get("/api/v1/alerts"))["total"] == 0


@pytest.mark.parametrize("content", [b"{", b"\xff", b'"\\ud800"', b"[" * 5000, b'{"name": "a\\u0000"}'])
def test_body_that_is_not_json_is_refused(shared: Running, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    refused(shared, "POST", "/orgs", "body", content=content, headers=headers)
    refused(shared, "POST", "/clock", "body", content=content, headers=headers)
    field = "name" if b"name" in content else "body"  # a snapshot is refused at its first mistake
    refused(shared, "PUT", "/snapshot", field, content=content, headers=headers)


def test_unknown_methods_and_paths_are_refused(shared: Running) -> None:
    client = shared.client()
    response = client.patch(f"{CONTROL_PREFIX}/orgs")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")
    assert client.get(f"{CONTROL_PREFIX}/nowhere").status_code == 404
