"""Cameras: rules CAM-… of the API about lists, details, triggers, snapshots and live views."""

from tests.harness import World
from tests.mockserver.http.cameras import (
    CAMERAS,
    EVENTS,
    LISTED,
    advance,
    at,
    at_site,
    behind_gateway,
    bound,
    ids,
)
from tests.mockserver.http.steps import UNKNOWN, instant, new_camera, new_code, new_rule, ok, refused


def test_list_shows_every_camera_in_brief_newest_first(world: World) -> None:
    camera = new_camera(world, name="Dock", type="onvif")
    listed = ok(world.operator.get(CAMERAS))
    assert (listed["total"], listed["next_cursor"], len(listed["data"])) == (5, None, 5)
    assert all(item.keys() == LISTED for item in listed["data"])
    assert listed["data"][0] == {
        "id": camera["id"], "name": "Dock", "site_id": world.sites[0], "gateway_id": None, "connection_mode": "direct",
        "type": "onvif", "status": "pending", "active_tier": "main",
    }  # fmt: skip


def test_detail_adds_created_at_and_stream_url(world: World) -> None:
    known = behind_gateway(world)
    detail = ok(world.viewer.get(at(known)))
    assert detail.keys() == LISTED | {"created_at", "stream_url"}
    assert (detail["connection_mode"], detail["status"], detail["stream_url"]) == ("gateway", "online", None)
    assert detail["gateway_id"] == known["gateway_id"]


def test_filters_narrow_the_list_and_combine(world: World) -> None:
    camera = bound(world, type="onvif")
    broken = at_site(world, world.sites[1])[0]
    world.running.control("PATCH", f"/orgs/{world.id}/cameras/{broken['id']}", json={"status": "error"})
    everything = ids(world.operator.get(CAMERAS))
    south = {camera["id"] for camera in at_site(world, world.sites[1])}
    behind = {camera["id"], *(known["id"] for known in world.cameras if known["gateway_id"])}
    for params, wanted in (
        ({"site_id": world.sites[1]}, south),
        ({"gateway_id": world.gateways[0]["id"]}, behind),
        ({"connection_mode": "gateway"}, behind),
        ({"connection_mode": "direct"}, everything - behind),
        ({"type": "onvif"}, {camera["id"]}),
        ({"type": "rtsp"}, everything - {camera["id"]}),
        ({"status": "error"}, {broken["id"]}),
        ({"status": "pending"}, {camera["id"]}),
        ({"status": "disabled"}, set[str]()),
        ({"site_id": world.sites[0], "connection_mode": "gateway", "status": "online"}, behind - {camera["id"]}),
        ({"site_id": UNKNOWN}, set[str]()),
        ({"gateway_id": UNKNOWN}, set[str]()),
    ):
        assert ids(world.operator.get(CAMERAS, params=params)) == wanted, params


def test_pages_keep_the_filters(world: World) -> None:
    for _ in range(3):
        new_camera(world, site_id=world.sites[1])
    seen, params = [], {"limit": "2", "site_id": world.sites[1]}
    while True:
        page = ok(world.operator.get(CAMERAS, params=params))
        assert page["total"] == 5
        seen += [item["id"] for item in page["data"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5
    refused(world.operator.get(CAMERAS, params={**params, "site_id": world.sites[0]}), 400, "cursor")


def test_viewer_sees_cameras_of_granted_sites_only(world: World) -> None:
    seen, hidden = (at_site(world, site)[0] for site in world.sites)
    assert ids(world.viewer.get(CAMERAS)) == {camera["id"] for camera in at_site(world, world.sites[0])}
    assert ok(world.viewer.get(CAMERAS))["total"] == 2
    assert ids(world.viewer.get(CAMERAS, params={"site_id": world.sites[0]})) == ids(world.viewer.get(CAMERAS))
    assert ids(world.viewer.get(CAMERAS, params={"type": "rtsp"})) == ids(world.viewer.get(CAMERAS))
    for site_id in (world.sites[1], UNKNOWN):
        refused(world.viewer.get(CAMERAS, params={"site_id": site_id}), 403)
    gateway = new_code(world, site_id=world.sites[1])["id"]
    new_camera(world, site_id=world.sites[1], connection_mode="gateway", gateway_id=gateway)
    assert ids(world.viewer.get(CAMERAS, params={"gateway_id": gateway})) == set()
    for method, part in (("GET", ""), ("GET", "/snapshot"), ("POST", "/live-view-token")):
        assert world.viewer.request(method, at(seen, part)).is_success
        refused(world.viewer.request(method, at(hidden, part)), 404)


def test_trigger_records_an_event_that_fires_rules(world: World) -> None:
    rule, camera = new_rule(world, trigger_type="manual"), behind_gateway(world)
    new_rule(world, trigger_type="motion")
    event = ok(world.operator.post(at(camera, "/trigger")), 201)
    assert (event["trigger_type"], event["camera_id"], event["camera_name"]) == ("manual", camera["id"], camera["name"])
    assert (event["acknowledged"], event["starred"], event["notes"]) == (False, False, None)
    now = instant(world.running.control("GET", "/clock")["now"])
    assert 0 <= (now - instant(event["triggered_at"])).total_seconds() < 60
    assert ok(world.viewer.get(f"{EVENTS}/{event['id']}")) == event
    (alert,) = ok(world.viewer.get("/api/v1/alerts"))["data"]
    assert (alert["rule_id"], alert["event_id"], alert["camera_id"]) == (rule["id"], event["id"], camera["id"])


def test_camera_can_be_triggered_once_in_five_seconds(frozen: World) -> None:
    one, other = at_site(frozen, frozen.sites[0])
    for camera in (one, other):
        ok(frozen.operator.post(at(camera, "/trigger")), 201)
    for passed, wait in ((0, "5"), (0.5, "5"), (4.4, "1")):
        advance(frozen, passed)
        answer = frozen.admin.post(at(one, "/trigger"))
        refused(answer, 429)
        assert answer.headers["retry-after"] == wait
        assert int(answer.headers["x-ratelimit-remaining"]) > 0
    advance(frozen, 0.1)
    ok(frozen.operator.post(at(one, "/trigger")), 201)
    assert ok(frozen.operator.get(EVENTS))["total"] == 3
    refused(frozen.operator.post(at(one, "/trigger")), 429)


def test_snapshot_is_a_small_picture_of_the_camera_and_the_second(frozen: World) -> None:
    one, other = at_site(frozen, frozen.sites[0])
    pictures = []
    for camera, passed in ((one, 0), (one, 0), (other, 0), (one, 1)):
        advance(frozen, passed)
        response = frozen.viewer.get(at(camera, "/snapshot"))
        assert (response.status_code, response.headers["content-type"]) == (200, "image/jpeg")
        assert response.content.startswith(b"\xff\xd8\xff")
        assert len(response.content) <= 20_000
        pictures.append(response.content)
    assert pictures[0] == pictures[1]
    assert len(set(pictures)) == 3


def test_live_view_token_is_new_each_time_and_valid_for_five_minutes(frozen: World) -> None:
    now = instant(frozen.running.control("GET", "/clock")["now"]).replace(microsecond=0)
    tokens = [ok(frozen.viewer.post(at(behind_gateway(frozen), "/live-view-token")), 201) for _ in range(3)]
    assert len({token["token"] for token in tokens}) == 3
    assert {(instant(token["expires_at"]) - now).total_seconds() for token in tokens} == {300}
