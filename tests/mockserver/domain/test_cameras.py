import msgspec

from tests.factories import NOON, camera


def test_camera_stands_alone_unless_bound() -> None:
    assert camera().gateway_id is None


def test_camera_is_there_until_deleted() -> None:
    assert not camera().deleted
    assert msgspec.structs.replace(camera(), deleted_at=NOON).deleted
