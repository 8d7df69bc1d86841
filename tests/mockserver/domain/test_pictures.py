import io
import sys
from datetime import timedelta

import pytest
from PIL import Image

from mockserver.domain import pictures
from tests.factories import CAMERA, NOON, uuid

NAMES = ["Dock", "", "n" * 100, "Lager Süd 倉庫 🙂", "two\nlines\tand a tab", "\u202eright to left"]


@pytest.fixture(params=["RGB", "L"], autouse=True)
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Draw in colours, or be without Pillow, which leaves it grey."""
    if request.param == "L":
        monkeypatch.setitem(sys.modules, "PIL", None)
    return str(request.param)


@pytest.mark.parametrize("name", NAMES)
def test_snapshot_is_a_small_jpeg_whatever_the_name(name: str, mode: str) -> None:
    content = pictures.snapshot(CAMERA, name, NOON)
    image = Image.open(io.BytesIO(content))
    image.load()
    assert (image.format, image.size, image.mode) == ("JPEG", (480, 270), mode)
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
