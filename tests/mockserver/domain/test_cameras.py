from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mockserver.domain import cameras
from mockserver.domain.cameras import CameraStatus, ConnectionMode
from mockserver.domain.errors import InvalidInput
from tests.factories import GATEWAY, NOON, SITE, camera, uuid

SOON = NOON + timedelta(seconds=10)


def test_camera_is_direct_unless_bound() -> None:
    assert (camera().gateway_id, camera().connection_mode) == (None, ConnectionMode.DIRECT)
    assert camera(gateway_id=GATEWAY).connection_mode is ConnectionMode.GATEWAY


def test_camera_uses_its_only_stream() -> None:
    assert camera().active_tier == "main"


def test_camera_exists_until_deleted() -> None:
    assert not camera().deleted
    assert msgspec.structs.replace(camera(), deleted_at=NOON).deleted


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, None),
        ("rtsp://10.0.0.1:554/a", "rtsp://10.0.0.1:554/a"),
        ("rtsp://admin:s3cret@10.0.0.1/a", "rtsp://10.0.0.1/a"),
        ("https://admin@camera.example.com", "https://camera.example.com"),
        ("rtsp://a:b@c:d@host/x@y?z=@", "rtsp://host/x@y?z=@"),
        ("http://host?next=http://u:p@other", "http://host?next=http://u:p@other"),
        ("rtsp://u:p@[::1]/a", "rtsp://[::1]/a"),
        ("rtsp://u:[@", "rtsp://"),
    ],
)
def test_shown_url_has_no_credentials(url: str | None, shown: str | None) -> None:
    assert camera(stream_url=url).shown_url == shown


def test_new_camera_is_pending_for_ten_seconds() -> None:
    made = cameras.register(camera(), NOON + timedelta(microseconds=5))
    assert (made.status, made.settles_at) == (CameraStatus.PENDING, SOON)
    settled = cameras.settle(made)
    assert (settled.status, settled.settles_at) == (CameraStatus.ONLINE, None)


def test_wrong_password_is_refused_behind_a_gateway_and_an_error_elsewhere() -> None:
    with pytest.raises(InvalidInput) as caught:
        cameras.register(camera(gateway_id=GATEWAY, password="wrong"), NOON)
    assert caught.value.field_errors.keys() == {"password"}
    assert cameras.register(camera(gateway_id=GATEWAY, password="right"), NOON).status is CameraStatus.PENDING
    direct = cameras.register(camera(password="wrong one"), NOON)
    assert cameras.settle(direct).status is CameraStatus.ERROR


def test_camera_with_a_set_status_is_not_scheduled() -> None:
    held = cameras.set_status(cameras.connect(camera(), NOON), CameraStatus.DISABLED)
    assert (held.status, held.settles_at) == (CameraStatus.DISABLED, None)


@pytest.mark.parametrize("place", [{"site_id": uuid(9)}, {"gateway_id": GATEWAY}])
def test_stream_starts_again_at_another_site_or_gateway(place: dict[str, Any]) -> None:
    target: dict[str, Any] = {"site_id": SITE, "gateway_id": None, **place}
    moved = cameras.place(camera(), **target, now=NOON)
    assert moved == camera(**target, status=CameraStatus.PENDING, settles_at=SOON)
    assert cameras.place(moved, **target, now=SOON) == moved


def test_removed_camera_is_unbound_and_not_scheduled() -> None:
    removed = cameras.remove(cameras.connect(camera(gateway_id=GATEWAY), NOON), NOON + timedelta(microseconds=5))
    assert (removed.deleted_at, removed.gateway_id, removed.settles_at) == (NOON, None, None)
    assert (removed.name, removed.site_id) == (camera().name, SITE)
