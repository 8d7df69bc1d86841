"""Decisions about cameras that no page describes: reading, adding, triggering and watching them."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, is_time, parse_time, refuses_fields, rows
from contract_tests.steps.cameras import (
    CAMERA_FIELDS,
    READ_CALLS,
    add,
    bound_camera,
    listed_ids,
    new_gateway,
    path_to,
    status,
    trigger,
)
from contract_tests.steps.events import DETAIL_FIELDS
from contract_tests.world import ALERTS, CAMERAS, EVENTS, World

INVALID_FIELD = "400 validation_error with field_errors for"


@pytest.mark.rules("AS-100")
def test_cameras_are_listed_newest_first(world: World, expect: Expect) -> None:
    made = []
    for _ in range(3):
        world.advance(2)
        made.append(world.camera()["id"])
    for _ in range(2):
        expect.equal("AS-100", listed_ids(world.operator)[:3], made[::-1], "the newest three cameras")
        world.operator.patch(path_to(made[0]), {"name": world.name("camera")})


@pytest.mark.rules("AS-101")
def test_a_viewer_filters_cameras_by_granted_sites_only(world: World, expect: Expect) -> None:
    for site in (world.sites[-1], UNKNOWN_ID, world.outside.sites[0]):
        answer = world.viewer.get(CAMERAS, site_id=site)
        expect("AS-101", answer.is_(403, "forbidden"), "403 forbidden", answer)
    for actor, site in ((world.viewer, world.granted[0]), (world.operator, world.sites[-1])):
        answer = actor.get(CAMERAS, site_id=site)
        expect("AS-101", answer.is_(200), f"200 for the {actor.name}", answer)


@pytest.mark.rules("AS-102")
def test_every_call_on_a_deleted_camera_is_404_not_found(world: World, expect: Expect) -> None:
    path = path_to(camera_id := world.camera()["id"])
    world.operator.delete(path)
    for actor in (world.operator, world.viewer):
        for filters in ({}, {"site_id": world.sites[0]}, {"status": "pending"}):
            expect(
                "AS-102",
                camera_id not in listed_ids(actor, **filters),
                f"the camera not to be listed with {filters}",
                camera_id,
            )
    for method, part in (*READ_CALLS, ("DELETE", ""), ("POST", "/trigger"), ("PATCH", "")):
        answer = world.owner.call(method, f"{path}{part}", **({"json": {"name": "x"}} if method == "PATCH" else {}))
        expect("AS-102", answer.is_(404, "not_found"), f"404 not_found from {method} {part}", answer)
    world.advance(60)
    expect("AS-102", camera_id not in listed_ids(world.operator), "the camera not to be listed later", camera_id)


@pytest.mark.rules("AS-103")
@pytest.mark.parametrize(("method", "part"), READ_CALLS)
def test_a_camera_at_a_site_not_granted_is_404_not_found(world: World, expect: Expect, method: str, part: str) -> None:
    path = path_to(world.camera(site_id=world.sites[-1])["id"])
    answer = world.viewer.call(method, f"{path}{part}")
    expect("AS-103", answer.is_(404, "not_found"), "404 not_found", answer)
    world.operator.patch(path, {"site_id": world.granted[0]})
    answer = world.viewer.call(method, f"{path}{part}")
    expect("AS-103", answer.status in (200, 201), "the camera to be found at a granted site", answer)


_INVALID_FIELDS = (
    *(("AS-104", {name: None}, name) for name in ("name", "type", "stream_url")),
    *(("AS-104", {"type": wrong}, "type") for wrong in ("usb", "", "RTSP")),
    ("AS-105", {"gateway_id": UNKNOWN_ID}, "gateway_id"),
    *(("AS-106", {"stream_url": f"{wrong}://x/1"}, "stream_url") for wrong in ("ftp", "file", "", "rtmp")),
    ("AS-106", {"stream_url": f"rtsp://{'x' * 2042}"}, "stream_url"),
    *(("AS-107", {name: "x" * 257}, name) for name in ("username", "password")),
    ("AS-109", {"site_id": UNKNOWN_ID}, "site_id"),
)


@pytest.mark.parametrize(
    ("rule", "fields", "name"),
    [
        pytest.param(*case, marks=pytest.mark.rules(case[0]), id=f"{case[0]}-{n}")
        for n, case in enumerate(_INVALID_FIELDS)
    ],
)
def test_an_invalid_field_of_a_new_camera_is_named(
    world: World, expect: Expect, rule: str, fields: dict[str, Any], name: str
) -> None:
    before = listed_ids(world.operator)
    answer = add(world, **fields)
    expect(rule, refuses_fields(answer, name), f"{INVALID_FIELD} {name}", answer)
    expect.equal(rule, listed_ids(world.operator), before, "the cameras afterwards")


@pytest.mark.rules("AS-105")
def test_a_direct_camera_with_a_gateway_is_refused(world: World, expect: Expect) -> None:
    answer = add(world, gateway_id=new_gateway(world))
    expect("AS-105", refuses_fields(answer, "gateway_id"), f"{INVALID_FIELD} gateway_id", answer)
    expect.equal("AS-105", world.camera()["gateway_id"], None, "gateway_id of a direct camera")


@pytest.mark.rules("AS-104", "AS-106", "AS-107")
def test_values_within_the_limits_are_accepted(world: World, expect: Expect) -> None:
    for scheme in ("rtsp", "rtsps", "http", "https", "RTSP"):
        answer = add(world, stream_url=f"{scheme}://x:8554/1?a=b")
        expect("AS-106", answer.is_(201), f"{scheme} to be accepted", answer)
    added = add(world, stream_url=f"rtsp://{'x' * 2041}")
    expect("AS-106", added.is_(201), "2048 characters to be accepted", added.status)
    for kind in ("rtsp", "onvif"):
        answer = add(world, type=kind)
        expect("AS-104", answer.is_(201) and answer["type"] == kind, f"{kind} to be accepted", answer)
    for fields in ({"username": "u" * 256}, {"password": "p" * 256}, {"username": "", "password": ""}):
        answer = add(world, **fields)
        expect("AS-107", answer.is_(201), "256 characters to be accepted, or none", answer)


@pytest.mark.rules("AS-107")
@pytest.mark.parametrize("hidden", ["u53r:p4ss@", "u53r@", "u53r:p4@ss@"])
def test_no_answer_shows_the_credentials_of_a_camera(world: World, expect: Expect, hidden: str) -> None:
    added = add(world, username="u53r", password="p4ss", stream_url=f"rtsp://{hidden}x/1")
    path = path_to(added["id"])
    renamed = world.operator.patch(path, {"name": world.name("camera")})
    for answer in (added, renamed, world.owner.get(path), world.owner.get(CAMERAS)):
        expect("AS-107", answer.status in (200, 201), "success", answer)
        shown = next((text for text in ("u53r", "p4", "password") if text in answer.text), None)
        expect("AS-107", shown is None, "no credentials", answer)
    expect.equal("AS-107", added["stream_url"], "rtsp://x/1", "stream_url")


@pytest.mark.rules("AS-108")
def test_one_camera_shows_created_at_and_stream_url(world: World, expect: Expect) -> None:
    for fields in ({"type": "onvif"}, {"connection_mode": "gateway", "gateway_id": new_gateway(world)}):
        added = add(world, stream_url="rtsp://x/1", **fields)
        read = world.viewer.get(path_to(added["id"]))
        changed = world.operator.patch(path_to(added["id"]), {"name": added["name"]})
        for answer in (added, read, changed):
            expect.equal("AS-108", set(answer.json), set(CAMERA_FIELDS), "the fields")
            expect("AS-108", is_time(answer["created_at"]), "created_at as a time", answer)
            expect.equal("AS-108", (answer["stream_url"], answer.json), ("rtsp://x/1", added.json), "the camera")


@pytest.mark.rules("AS-109")
def test_a_new_camera_is_at_a_site_of_the_org(world: World, expect: Expect) -> None:
    for fields in ({}, {"connection_mode": "gateway", "gateway_id": new_gateway(world)}):
        answer = add(world, site_id=world.outside.sites[0], **fields)
        expect("AS-109", refuses_fields(answer, "site_id"), f"{INVALID_FIELD} site_id", answer)


@pytest.mark.rules("AS-110")
def test_a_new_camera_is_bound_to_a_gateway_of_its_site(world: World, expect: Expect) -> None:
    elsewhere = new_gateway(world, world.sites[-1])
    for wrong in (elsewhere, UNKNOWN_ID, world.outside.bound_gateway):
        answer = add(world, connection_mode="gateway", gateway_id=wrong)
        expect("AS-110", refuses_fields(answer, "gateway_id"), f"{INVALID_FIELD} gateway_id", answer)
    answer = add(world, connection_mode="gateway", gateway_id=elsewhere, site_id=world.sites[-1])
    expect("AS-110", answer.is_(201), "the gateway of the site to be accepted", answer)


@pytest.mark.rules("AS-111")
@pytest.mark.parametrize("password", ["wrong", "wrong-one"])
def test_credentials_refused_by_the_camera_are_named(world: World, expect: Expect, password: str) -> None:
    answer = add(world, connection_mode="gateway", gateway_id=new_gateway(world), password=password)
    expect("AS-111", refuses_fields(answer, "password"), f"{INVALID_FIELD} password", answer)


@pytest.mark.rules("AS-112", "AS-113")
@pytest.mark.parametrize(
    ("rule", "password", "end"),
    [("AS-112", "wrong-one", "error"), ("AS-113", "right", "online"), ("AS-113", None, "online")],
)
def test_a_direct_camera_is_online_or_in_error_after_ten_seconds(
    world: World, expect: Expect, rule: str, password: str | None, end: str
) -> None:
    with world.frozen_clock():
        camera = add(world, password=password)
        expect.equal(rule, camera["status"], "pending", "the status at first")
        world.advance(9)
        expect.equal(rule, status(world, camera["id"]), "pending", "the status after nine seconds")
        for seconds in (1, 3600):
            world.advance(seconds)
            expect.equal(rule, status(world, camera["id"]), end, f"the status {seconds} s later")


@pytest.mark.rules("AS-113")
def test_a_bound_camera_is_online_after_ten_seconds(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        camera = bound_camera(world)
        expect.equal("AS-113", camera["status"], "pending", "the status at first")
        world.advance(10)
        expect.equal("AS-113", status(world, camera["id"]), "online", "the status after ten seconds")


@pytest.mark.rules("AS-128")
def test_the_filters_of_cameras_combine(world: World, expect: Expect) -> None:
    first, second = world.sites[0], world.sites[-1]
    bound = bound_camera(world, type="onvif")
    cameras = [world.camera(site_id=site, type=kind) for site in (first, second) for kind in ("rtsp", "onvif")]
    for filters in (
        {"site_id": first, "type": "onvif"},
        {"type": "onvif", "connection_mode": "direct"},
        {"gateway_id": bound["gateway_id"], "type": "onvif", "status": "pending"},
        {"site_id": second, "gateway_id": bound["gateway_id"]},
        {"gateway_id": bound["gateway_id"], "connection_mode": "direct"},
        {"site_id": second, "type": "rtsp", "connection_mode": "direct", "status": "pending"},
    ):
        wanted = {camera["id"] for camera in (bound, *cameras) if camera.items() >= filters.items()}
        found = {row["id"] for row in rows(world.operator.get(CAMERAS, limit=100, **filters))}
        expect.equal(
            "AS-128", found & {camera["id"] for camera in (bound, *cameras)}, wanted, f"the cameras with {filters}"
        )


@pytest.mark.rules("AS-121")
@pytest.mark.parametrize("mode", ["direct", "gateway"])
def test_a_trigger_answers_with_its_event(world: World, expect: Expect, mode: str) -> None:
    camera = world.camera() if mode == "direct" else bound_camera(world)
    answer = world.operator.call("POST", path_to(camera["id"], "/trigger"))
    expect("AS-121", answer.is_(201), "201", answer)
    expect.equal("AS-121", set(answer.json), DETAIL_FIELDS, "the fields")
    event = (answer["trigger_type"], answer["camera_id"], answer["camera_name"], answer["camera_deleted"])
    expect.equal("AS-121", event, ("manual", camera["id"], camera["name"], False), "the event")
    late = (parse_time(world.now()) - parse_time(answer["triggered_at"])).total_seconds()
    expect("AS-121", 0 <= late < 60, "a triggered_at of the present", answer["triggered_at"])
    expect.equal("AS-121", world.viewer.get(f"{EVENTS}/{answer['id']}").json, answer.json, "the event when read")
    world.advance(2)
    again = [trigger(world, world.camera()["id"])["id"], answer["id"]]
    expect.equal("AS-121", [row["id"] for row in rows(world.viewer.get(EVENTS))][:2], again, "the newest events")


@pytest.mark.rules("AS-122")
def test_a_trigger_fires_rules_for_manual_events(world: World, expect: Expect) -> None:
    camera, other = world.camera()["id"], world.camera()["id"]
    rule = world.rule(trigger_type="manual", cooldown_sec=0)
    mine = world.rule(trigger_type="manual", scope_type="specific_cameras", camera_ids=[camera])
    world.rule(trigger_type="motion")
    world.rule(trigger_type="manual", enabled=False)
    world.rule(trigger_type="manual", scope_type="specific_cameras", camera_ids=[other])
    event = trigger(world, camera)
    found = {(row["rule_id"], row["event_id"], row["camera_id"]) for row in rows(world.viewer.get(ALERTS))}
    wanted = {(one["id"], event["id"], camera) for one in (rule, mine)}
    expect.equal("AS-122", found, wanted, "the alerts")


@pytest.mark.rules("AS-123")
@pytest.mark.parametrize(("passed", "wait"), [(0, "5"), (0.5, "5"), (1, "4"), (4.5, "1")])
def test_retry_after_is_the_time_until_the_next_trigger_is_allowed(
    world: World, expect: Expect, passed: float, wait: str
) -> None:
    path = path_to(world.camera()["id"], "/trigger")
    with world.frozen_clock():
        world.operator.call("POST", path)
        world.advance(passed)
        answer = world.operator.call("POST", path)
        expect("AS-123", answer.is_(429, "rate_limited"), "429 rate_limited", answer)
        expect.equal("AS-123", answer.headers.get("retry-after"), wait, f"Retry-After after {passed} s")


@pytest.mark.rules("AS-124")
def test_a_snapshot_is_a_small_jpeg_for_each_camera_and_second(world: World, expect: Expect) -> None:
    one, other = world.camera()["id"], world.camera()["id"]
    with world.frozen_clock():
        found = []
        for camera_id, passed in ((one, 0), (one, 0), (other, 0), (one, 1), (one, 1)):
            world.advance(passed)
            answer = world.viewer.get(path_to(camera_id, "/snapshot"))
            head = (answer.status, answer.headers.get("content-type"), answer.body[:3])
            expect.equal("AS-124", head, (200, "image/jpeg", b"\xff\xd8\xff"), "status, type and first bytes")
            expect("AS-124", len(answer.body) <= 20_000, "20 KB at most", len(answer.body))
            found.append(answer.body)
    expect("AS-124", found[0] == found[1], "the same picture within a second", "another one")
    expect.equal("AS-124", len(set(found)), 4, "the number of different pictures")


@pytest.mark.rules("AS-125")
def test_a_live_view_token_is_new_and_valid_for_five_minutes(world: World, expect: Expect) -> None:
    path = path_to(world.camera()["id"], "/live-view-token")
    with world.frozen_clock():
        now = parse_time(world.now()).replace(microsecond=0)
        answers = [world.viewer.call("POST", path) for _ in range(8)]
    for answer in answers:
        expect("AS-125", answer.is_(201), "201", answer)
        expect.equal("AS-125", set(answer.json), {"token", "expires_at"}, "the fields")
        lasts = (parse_time(answer["expires_at"]) - now).total_seconds()
        expect.equal("AS-125", lasts, 300, "the seconds until it expires")
    expect.equal("AS-125", len({answer["token"] for answer in answers}), len(answers), "the number of different tokens")
