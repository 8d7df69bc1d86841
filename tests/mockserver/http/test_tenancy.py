"""Objects of other orgs are not found, and viewers see their granted sites only."""

import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.http.operations import WITH_ID, request
from tests.mockserver.http.steps import (
    UNKNOWN,
    new_camera,
    new_code,
    new_rule,
    new_site,
    ok,
    refused,
    without_request_id,
)


@pytest.fixture
def other(shared: Running) -> World:
    return shared.org()


@pytest.mark.parametrize("name", WITH_ID)
def test_foreign_id_answers_exactly_like_an_unknown_one(world: World, other: World, name: str) -> None:
    foreign = request(name, other)
    unknown = foreign.send(world.owner, UNKNOWN)
    refused(unknown, 404)
    assert without_request_id(foreign.send(world.owner)) == without_request_id(unknown)
    assert foreign.send(other.owner).status_code == foreign.operation.success


@pytest.mark.parametrize("role", ["viewer", "operator"])
@pytest.mark.parametrize(
    ("path", "name"),
    [("/api/v1/events", "camera_id"), ("/api/v1/events", "site_id"), ("/api/v1/alerts", "rule_id")],
)
def test_foreign_filter_answers_exactly_like_an_unknown_one(
    world: World, other: World, role: str, path: str, name: str
) -> None:
    foreign = {"camera_id": other.cameras[0]["id"], "site_id": other.sites[0], "rule_id": new_rule(other)["id"]}[name]
    other.record(trigger_type="motion")
    answers = [world.actor(role).get(path, params={name: value}) for value in (foreign, UNKNOWN)]
    assert without_request_id(answers[0]) == without_request_id(answers[1])
    if answers[0].status_code == 200:
        assert answers[0].json()["total"] == 0


def test_foreign_reference_in_a_body_answers_exactly_like_an_unknown_one(world: World, other: World) -> None:
    rule, gateway = new_rule(world)["id"], world.gateways[0]["id"]
    camera, site = new_camera(world)["id"], new_site(world)["id"]
    calls: list[tuple[str, str, str, str | list[str]]] = [
        ("PATCH", f"/api/v1/alert-rules/{rule}", "site_ids", [other.sites[0]]),
        ("PATCH", f"/api/v1/alert-rules/{rule}", "camera_ids", [other.cameras[0]["id"]]),
        ("PATCH", f"/api/v1/gateways/{gateway}", "site_id", other.sites[0]),
        ("PATCH", f"/api/v1/cameras/{camera}", "site_id", other.sites[0]),
        ("PATCH", f"/api/v1/cameras/{camera}", "gateway_id", other.gateways[0]["id"]),
        ("PUT", f"/api/v1/sites/{site}/users", "user_ids", [other.described["actors"]["viewer"]["user_id"]]),
    ]
    for method, path, field, foreign in calls:
        unknown = [UNKNOWN] if isinstance(foreign, list) else UNKNOWN
        answers = [world.owner.request(method, path, json={field: value}) for value in (foreign, unknown)]
        assert answers[0].status_code in (400, 404)
        assert without_request_id(answers[0]) == without_request_id(answers[1])


def test_camera_cannot_be_added_to_a_foreign_site_or_gateway(world: World, other: World) -> None:
    asked = {"name": "C", "type": "rtsp", "stream_url": "rtsp://x", "site_id": world.sites[0], "gateway_id": UNKNOWN}
    for change, field in (
        ({"site_id": other.sites[0], "gateway_id": other.gateways[0]["id"]}, "site_id"),
        ({"gateway_id": other.gateways[0]["id"]}, "gateway_id"),
    ):
        refused(world.operator.post("/api/v1/cameras", json=asked | change), 400, field)


def test_lists_show_nothing_of_other_orgs(world: World, other: World) -> None:
    rule = new_rule(other)
    other.record(count=3, trigger_type="motion")
    for path in ("events", "alerts", "alert-rules"):
        assert ok(world.owner.get(f"/api/v1/{path}"))["total"] == 0
        assert ok(other.owner.get(f"/api/v1/{path}"))["total"] >= 1
    gateways = ok(world.owner.get("/api/v1/gateways"))["data"]
    assert {gateway["id"] for gateway in gateways} == {gateway["id"] for gateway in world.gateways}
    assert world.owner.get("/api/v1/events/export").text.count("\n") == 1
    assert rule["id"] not in world.owner.get("/api/v1/alert-rules").text


def test_events_have_no_neighbours_in_other_orgs(world: World, other: World) -> None:
    other.record(count=5, **{"from": "2026-01-01T00:00:00Z"})
    event = ok(world.owner.get(f"/api/v1/events/{world.record()['data'][0]}"))
    assert (event["prev_event_id"], event["next_event_id"]) == (None, None)


@pytest.fixture
def scoped(world: World) -> JSON:
    """An org with an event and a gateway at each site, by whether its viewer may see them."""
    granted = world.described["actors"]["viewer"]["site_ids"]
    assert 0 < len(granted) < len(world.sites)
    found: JSON = {"world": world}
    for key, site in (("seen", granted[0]), ("hidden", next(site for site in world.sites if site not in granted))):
        camera = next(camera["id"] for camera in world.cameras if camera["site_id"] == site)
        event = world.record(camera_id=camera)["data"][0]
        found[key] = {"site": site, "camera": camera, "event": event, "gateway": new_code(world, site_id=site)["id"]}
    return found


def test_viewer_sees_events_of_granted_sites_only(scoped: JSON) -> None:
    world, seen, hidden = scoped["world"], scoped["seen"], scoped["hidden"]
    viewer = world.viewer
    listed = ok(viewer.get("/api/v1/events"))
    assert ([event["id"] for event in listed["data"]], listed["total"]) == ([seen["event"]], 1)
    assert ok(world.operator.get("/api/v1/events"))["total"] == 2
    for name in ("site", "camera"):
        assert ok(viewer.get("/api/v1/events", params={f"{name}_id": seen[name]}))["total"] == 1
        refused(viewer.get("/api/v1/events", params={f"{name}_id": hidden[name]}), 403)
        assert ok(world.operator.get("/api/v1/events", params={f"{name}_id": hidden[name]}))["total"] == 1
    mixed = {"site_id": seen["site"], "camera_id": hidden["camera"]}
    refused(viewer.get("/api/v1/events", params=mixed), 403)
    assert ok(viewer.get(f"/api/v1/events/{seen['event']}"))["id"] == seen["event"]
    refused(viewer.get(f"/api/v1/events/{hidden['event']}"), 403)
    refused(viewer.get(f"/api/v1/events/{UNKNOWN}"), 404)


def test_viewer_sees_gateways_of_granted_sites_only(scoped: JSON) -> None:
    world, seen, hidden = scoped["world"], scoped["seen"], scoped["hidden"]
    listed = ok(world.viewer.get("/api/v1/gateways"))
    assert {gateway["site_id"] for gateway in listed["data"]} == {seen["site"]}
    assert listed["total"] == len(listed["data"]) == 2
    assert ok(world.operator.get("/api/v1/gateways"))["total"] == 3
    for suffix in ("", "/telemetry"):
        ok(world.viewer.get(f"/api/v1/gateways/{seen['gateway']}{suffix}"))
        answers = [world.viewer.get(f"/api/v1/gateways/{id_}{suffix}") for id_ in (hidden["gateway"], UNKNOWN)]
        refused(answers[0], 404)
        assert without_request_id(answers[0]) == without_request_id(answers[1])


def test_alerts_and_rules_are_not_narrowed_for_viewers(scoped: JSON) -> None:
    world, hidden = scoped["world"], scoped["hidden"]
    rule = new_rule(world, scope_type="specific_sites", site_ids=[hidden["site"]])
    alert = world.record(camera_id=hidden["camera"], trigger_type="motion")["alerts"][0]
    assert ok(world.viewer.get("/api/v1/alerts"))["total"] == 1
    ok(world.viewer.get(f"/api/v1/alerts/{alert}"))
    ok(world.viewer.get(f"/api/v1/alerts/{alert}/timeline"))
    assert ok(world.viewer.get(f"/api/v1/alert-rules/{rule['id']}"))["site_ids"] == [hidden["site"]]


def test_cursor_of_a_viewer_reveals_nothing_to_a_viewer_of_other_sites(world: World) -> None:
    world.record(count=20)
    cursor = ok(world.owner.get("/api/v1/events", params={"limit": 1}))["next_cursor"]
    page = ok(world.viewer.get("/api/v1/events", params={"limit": 100, "cursor": cursor}))
    granted = set(world.described["actors"]["viewer"]["site_ids"])
    seen = {camera["id"] for camera in world.cameras if camera["site_id"] in granted}
    assert {event["camera_id"] for event in page["data"]} <= seen
