"""Adding cameras: rules CAM-… of the API."""

import pytest

from tests.harness import JSON, World
from tests.mockserver.http.cameras import CAMERAS, advance, at, ids, status
from tests.mockserver.http.steps import UNKNOWN, new_camera, new_code, ok, refused


def test_camera_is_behind_a_gateway_by_default_and_comes_online(frozen: World) -> None:
    asked = {
        "site_id": frozen.sites[0],
        "gateway_id": frozen.gateways[0]["id"],
        "name": "Dock",
        "type": "rtsp",
        "stream_url": "rtsp://192.168.1.20/1",
        "username": "admin",
        "password": "secret",
    }
    camera = ok(frozen.operator.post(CAMERAS, json=asked), 201)
    assert camera == {
        "id": camera["id"], "name": "Dock", "site_id": asked["site_id"], "gateway_id": asked["gateway_id"],
        "connection_mode": "gateway", "type": "rtsp", "status": "pending", "active_tier": "main",
        "created_at": camera["created_at"], "stream_url": "rtsp://192.168.1.20/1",
    }  # fmt: skip
    advance(frozen, 8)
    assert status(frozen, camera) == "pending"
    advance(frozen, 3)
    assert ok(frozen.viewer.get(at(camera))) == camera | {"status": "online"}


def test_credentials_are_never_shown(world: World) -> None:
    credentials = {"username": "u53r", "password": "p4ss", "stream_url": "rtsp://u53r:p4ss@10.0.0.1:554/a@b?c=1"}
    camera = new_camera(world, **credentials)
    assert camera["stream_url"] == "rtsp://10.0.0.1:554/a@b?c=1"
    answers = (world.owner.get(at(camera)), world.owner.patch(at(camera), json={"name": "x"}), world.owner.get(CAMERAS))
    for answer in answers:
        assert answer.status_code == 200
        assert "u53r" not in answer.text
        assert "p4ss" not in answer.text


def test_wrong_credentials_behind_a_gateway_leave_no_camera(frozen: World) -> None:
    before = ids(frozen.operator.get(CAMERAS))
    asked = {"connection_mode": "gateway", "gateway_id": frozen.gateways[0]["id"], "password": "wrong-one"}
    body = {"site_id": frozen.sites[0], "name": "C", "type": "rtsp", "stream_url": "rtsp://x/1", **asked}
    refused(frozen.operator.post(CAMERAS, json=body), 400, "password")
    advance(frozen, 60)
    assert ids(frozen.operator.get(CAMERAS)) == before


def test_wrong_credentials_of_a_direct_camera_end_in_an_error(frozen: World) -> None:
    camera = new_camera(frozen, password="wrong-one")
    assert camera["status"] == "pending"
    advance(frozen, 30)
    assert status(frozen, camera) == "error"


GOOD: JSON = {"name": "C", "type": "rtsp", "connection_mode": "direct", "stream_url": "rtsp://x/1"}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "n" * 101}, ["name"]),
        ({"type": "usb"}, ["type"]),
        ({"type": None}, ["type"]),
        ({"connection_mode": "radio"}, ["connection_mode", "gateway_id"]),
        ({"connection_mode": "gateway"}, ["gateway_id"]),
        ({"connection_mode": "gateway", "gateway_id": None}, ["gateway_id"]),
        ({"connection_mode": "gateway", "gateway_id": UNKNOWN}, ["gateway_id"]),
        ({"gateway_id": UNKNOWN}, ["gateway_id"]),
        ({"site_id": UNKNOWN}, ["site_id"]),
        ({"site_id": "x"}, ["site_id"]),
        ({"stream_url": "ftp://x/1"}, ["stream_url"]),
        ({"stream_url": "rtsp://"}, ["stream_url"]),
        ({"stream_url": "rtsp://x y"}, ["stream_url"]),
        ({"stream_url": f"rtsp://{'x' * 2042}"}, ["stream_url"]),
        ({"username": "u" * 257}, ["username"]),
        ({"password": "p" * 257}, ["password"]),
        ({"status": "online"}, ["status"]),
    ],
)
def test_bad_camera_is_refused_by_its_fields(world: World, change: JSON, fields: list[str]) -> None:
    refused(world.operator.post(CAMERAS, json=GOOD | {"site_id": world.sites[0]} | change), 400, *fields)
    assert ok(world.operator.get(CAMERAS))["total"] == 4


def test_missing_fields_of_a_camera_are_named(world: World) -> None:
    body = refused(world.operator.post(CAMERAS, json={}), 400, "site_id", "name", "type", "stream_url", "gateway_id")
    assert body["field_errors"]["name"] == ["is required"]


def test_limits_are_inclusive(world: World) -> None:
    max_url = f"rtsp://{'x' * 2041}"
    for fields in ({"name": "n"}, {"name": "ü" * 100}, {"stream_url": max_url}, {"password": "p" * 256}):
        camera = new_camera(world, **fields)
        assert camera.items() >= {name: value for name, value in fields.items() if name != "password"}.items()


@pytest.mark.parametrize("url", ["rtsp://x", "rtsps://x:322/1", "http://x/onvif", "https://[::1]/a?b=c#d"])
def test_stream_may_be_rtsp_or_http(world: World, url: str) -> None:
    assert new_camera(world, stream_url=url)["stream_url"] == url


def test_gateway_has_to_be_at_the_site_of_the_camera(world: World) -> None:
    elsewhere = new_code(world, site_id=world.sites[1])["id"]
    asked = GOOD | {"site_id": world.sites[0], "connection_mode": "gateway", "gateway_id": elsewhere}
    refused(world.operator.post(CAMERAS, json=asked), 400, "gateway_id")
    assert ok(world.operator.post(CAMERAS, json=asked | {"site_id": world.sites[1]}), 201)["gateway_id"] == elsewhere
