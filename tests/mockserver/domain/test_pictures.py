import io
from datetime import timedelta

import pytest
from PIL import Image

from mockserver.domain import pictures
from tests.factories import CAMERA, NOON, uuid

NAMES = ["Dock", "", "n" * 100, "Lager Süd 倉庫 🙂", "two\nlines\tand a tab", "\u202eright to left"]


@pytest.mark.parametrize("name", NAMES)
def test_snapshot_is_a_small_jpeg_whatever_the_name(name: str) -> None:
    content = pictures.snapshot(CAMERA, name, NOON)
    image = Image.open(io.BytesIO(content))
    image.load()
    assert (image.format, image.size, image.mode) == ("JPEG", (480, 270), "RGB")
    assert len(content) <= 20_000


def test_snapshot_depends_on_camera_name_and_second() -> None:
    first = pictures.snapshot(CAMERA, "Dock", NOON)
    assert pictures.snapshot(CAMERA, "Dock", NOON) == first
    others = [
        pictures.snapshot(uuid(9), "Dock", NOON),
        pictures.snapshot(CAMERA, "Gate", NOON),
        pictures.snapshot(CAMERA, "Dock", NOON + timedelta(seconds=1)),
    ]
    assert first not in others
