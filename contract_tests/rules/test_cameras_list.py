"""The list of cameras: who may read it, its filters, its pages, its fields; and reading a camera."""

from typing import Any

import pytest

from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps.answers import JSON, UNKNOWN_ID, all_rows, refused, rows
from contract_tests.steps.cameras import CAMERA_LIST_FIELDS, READ_CALLS, STATUSES, bound_camera, listed_ids, path_to
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, World


@pytest.mark.rules("CAM-01")
def test_every_operation_on_cameras_is_served_under_their_path(world: World, expect: Expect) -> None:
    answer = world.operator.get(CAMERAS)
    expect("CAM-01", answer.is_(200), f"200 from {CAMERAS}", answer)
    path = path_to(world.camera()["id"])
    for method, route, body, status in (
        *(("GET", path, None, 200), ("GET", f"{path}/snapshot", None, 200)),
        ("POST", f"{path}/live-view-token", None, 201),
        ("PATCH", path, {"name": world.name("camera")}, 200),
        ("DELETE", path, None, 204),
    ):
        answer = world.operator.call(method, route, **({} if body is None else {"json": body}))
        expect("CAM-01", answer.is_(status), f"{status} from {method} {route}", answer)


@pytest.mark.rules("CAM-02")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_cameras(world: World, expect: Expect, role: str) -> None:
    camera_id = world.camera()["id"]
    answer = world.actor(role).get(CAMERAS)
    expect("CAM-02", answer.is_(200), f"200 for the {role}", answer)
    for method, part in READ_CALLS:
        answer = world.actor(role).call(method, path_to(camera_id, part))
        expect("CAM-02", answer.status in (200, 201), f"the {role} to {method} {part}", answer)


@pytest.mark.rules("CAM-02")
def test_a_viewer_reads_cameras_of_granted_sites_only(world: World, expect: Expect) -> None:
    granted, other = world.granted[0], world.sites[-1]
    shown, hidden = (world.camera(site_id=site)["id"] for site in (granted, other))
    for filters in ({}, {"type": "rtsp"}, {"connection_mode": "direct"}):
        found = listed_ids(world.viewer, **filters)
        expect("CAM-02", shown in found, f"the camera at the granted site with {filters}", found)
        if other not in world.granted:
            expect("CAM-02", hidden not in found, f"no camera of the other site with {filters}", found)
    for method, part in READ_CALLS if other not in world.granted else ():
        answer = world.viewer.call(method, path_to(hidden, part))
        expect("CAM-02", refused(answer), f"the viewer not to {method} {part}", answer)
    if other not in world.granted:
        world.operator.patch(path_to(shown), {"site_id": other})
        expect("CAM-02", shown not in listed_ids(world.viewer), "the camera not to be listed after it moved", shown)


@pytest.mark.rules("CAM-05", "AS-64")
def test_the_list_is_filtered_by_site_and_gateway(world: World, expect: Expect) -> None:
    first, second = world.sites[0], world.sites[-1]
    if first == second:
        raise Unavailable("this takes two sites")
    at_gateway, other = bound_camera(world), bound_camera(world)
    elsewhere = world.camera(site_id=second)
    for filters, inside, outside in (
        ({"site_id": first}, [at_gateway, other], [elsewhere]),
        ({"site_id": second}, [elsewhere], [at_gateway, other]),
        ({"gateway_id": at_gateway["gateway_id"]}, [at_gateway], [other, elsewhere]),
        ({"gateway_id": other["gateway_id"]}, [other], [at_gateway, elsewhere]),
    ):
        _expect_filtered(world, expect, "CAM-05", filters, inside, outside)
    world.operator.patch(path_to(elsewhere["id"]), {"site_id": first})
    _expect_filtered(world, expect, "CAM-05", {"site_id": first}, [elsewhere], [])
    for name in ("site_id", "gateway_id"):
        expect.equal(
            "CAM-05", listed_ids(world.operator, **{name: UNKNOWN_ID}), [], f"the cameras of an unknown {name}"
        )
        answer = world.operator.get(CAMERAS, **{name: "north"})
        expect("AS-64", refused(answer), f"a {name} that is no UUID to be refused", answer)


@pytest.mark.rules("CAM-06")
def test_the_list_is_filtered_by_status(world: World, expect: Expect) -> None:
    cameras = {state: world.camera() for state in STATUSES}
    for state, camera in cameras.items():
        world.set_camera_status(camera["id"], state)
    for state, camera in cameras.items():
        others = [other for name, other in cameras.items() if name != state]
        _expect_filtered(world, expect, "CAM-06", {"status": state}, [camera], others)


@pytest.mark.rules("CAM-06", "AS-66")
def test_a_status_selects_its_cameras_and_an_unknown_one_is_refused(world: World, expect: Expect) -> None:
    for state in STATUSES:
        answer = world.operator.get(CAMERAS, status=state)
        expect("CAM-06", all(row.get("status") == state for row in rows(answer)), f"only status {state}", answer)
    for wrong in ("recording", "", "Online"):
        answer = world.operator.get(CAMERAS, status=wrong)
        expect("AS-66", refused(answer), f"status {wrong!r} to be refused", answer)


@pytest.mark.rules("CAM-07", "AS-66")
def test_the_list_is_filtered_by_type(world: World, expect: Expect) -> None:
    rtsp, onvif = (world.camera(type=name) for name in ("rtsp", "onvif"))
    _expect_filtered(world, expect, "CAM-07", {"type": "rtsp"}, [rtsp], [onvif])
    _expect_filtered(world, expect, "CAM-07", {"type": "onvif"}, [onvif], [rtsp])
    answer = world.operator.get(CAMERAS, type="usb")
    expect("AS-66", refused(answer), "another type to be refused", answer)


@pytest.mark.rules("CAM-08", "AS-66")
def test_the_list_is_filtered_by_connection_mode(world: World, expect: Expect) -> None:
    direct, bound = world.camera(), bound_camera(world)
    _expect_filtered(world, expect, "CAM-08", {"connection_mode": "gateway"}, [bound], [direct])
    _expect_filtered(world, expect, "CAM-08", {"connection_mode": "direct"}, [direct], [bound])
    answer = world.operator.get(CAMERAS, connection_mode="radio")
    expect("AS-66", refused(answer), "another mode to be refused", answer)


@pytest.mark.rules("CAM-10", "AS-55")
def test_the_list_has_data_next_cursor_and_total(world: World, expect: Expect) -> None:
    for filters in ({}, {"limit": 1}, {"status": "error"}):
        answer = world.viewer.get(CAMERAS, **filters)
        expect("CAM-10", isinstance(answer.json, dict), "an object", answer)
        body: JSON = answer.json
        fields = {"data", "next_cursor", "total"}
        expect("CAM-10", body.keys() >= fields, f"with {filters}, the fields {sorted(fields)}", answer)
        expect("CAM-10", isinstance(body["data"], list), "a list in data", body)
        expect("CAM-10", type(body["total"]) is int and body["total"] >= len(body["data"]), "a number in total", body)
        more = body["total"] > len(body["data"])
        cursor = body["next_cursor"]
        expect("CAM-10", cursor is None or (isinstance(cursor, str) and cursor), "a next_cursor or null", body)
        expect("AS-55", (cursor is not None) == more, "a next_cursor where more follows, null where nothing does", body)


@pytest.mark.rules("CAM-11")
def test_a_listed_camera_has_its_eight_fields(world: World, expect: Expect) -> None:
    direct, bound = world.camera(type="onvif"), bound_camera(world)
    found = {row["id"]: row for row in rows(world.viewer.get(CAMERAS, limit=100))}
    for row in found.values():
        expect("CAM-11", set(CAMERA_LIST_FIELDS) <= set(row), f"the fields {CAMERA_LIST_FIELDS}", row)
    for camera, mode in ((direct, "direct"), (bound, "gateway")):
        row = found.get(camera["id"], {})
        for name in CAMERA_LIST_FIELDS:
            if name != "status":
                expect.equal("CAM-11", row.get(name), camera[name], name)
        expect("CAM-11", row.get("status") in STATUSES, "one of the five statuses", row)
        expect.equal("CAM-11", row.get("connection_mode"), mode, "connection_mode")
        expect.equal("CAM-11", row.get("active_tier"), "main", "active_tier")


@pytest.mark.rules("CAM-12")
def test_listing_cameras_needs_a_valid_credential(world: World, expect: Expect) -> None:
    for actor in (world.anonymous, world.intruder, world.actor_with_token("gateway", "gw_neverissued0000")):
        for _ in range(8):
            answer = actor.get(CAMERAS)
            expect("CAM-12", answer.is_(401, "auth_required"), f"401 auth_required for the {actor.name}", answer)


@pytest.mark.rules("CAM-12")
def test_listing_cameras_needs_a_role(world: World, expect: Expect) -> None:
    answer = world.actor_with_token("gateway", world.pair()["api_key"]).get(CAMERAS)
    expect("CAM-12", refused(answer), "403 forbidden, or 401 where a gateway's key is none here", answer)


@pytest.mark.rules("CAM-12")
def test_cameras_listed_above_the_request_rate_are_refused(world: World, expect: Expect) -> None:
    world.settings(rate_limit_per_minute=1, rate_limit_burst=2)
    answers = [world.viewer.get(CAMERAS) for _ in range(4)]
    expect("CAM-12", answers[0].is_(200), "200 within the rate", answers[0])
    expect("CAM-12", answers[-1].is_(429, "rate_limited"), "429 rate_limited above the rate", answers[-1])


def _expect_filtered(
    world: World, expect: Expect, rule: str, filters: dict[str, Any], inside: list[JSON], outside: list[JSON]
) -> None:
    """State that the filters select the cameras inside, none of those outside, and only rows that match."""
    found = all_rows(world.operator, CAMERAS, limit=100, **filters)
    shown = {row["id"] for row in found}
    expect(rule, {camera["id"] for camera in inside} <= shown, f"the matching cameras with {filters}", shown)
    expect(rule, shown.isdisjoint(camera["id"] for camera in outside), f"no other cameras with {filters}", shown)
    expect(rule, all(row.items() >= filters.items() for row in found), f"only {filters}", found)
