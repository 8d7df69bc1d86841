"""Camera snapshots: pictures drawn from a camera's id and name; the same camera and second give the same bytes."""

import base64
import hashlib
import io
import zlib
from datetime import datetime

_WIDTH, _HEIGHT = 480, 270
_MAX_NAME_LENGTH = 36
_WHITE, _BLACK = (0, 0, 255), (0, 0, 0)
#: A grey JPEG of the same size, compressed.
_GREY = (
    "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZlBWkhEXERQWlxMXE5GWkHDSVtDVVUj0MrWwCkhNDUlPjQ2OqtiZmNW4YTi6NjWrW0T5i1evXZ1es"
    "Oek7uWHZ+5YvWS/wcYuDkY+RgfMDIKMvw/wiAKNh8FMAOFRQTQRRn+32LgAKm1Z5jAMApGLuD/fxMAnMkqJw=="
)


def snapshot(camera_id: str, name: str, at: datetime) -> bytes:
    """Return a JPEG: a floor and a wall in a colour of the camera's own, its name and the time.

    Without the extra ``full`` nothing can draw: the picture is grey, with id, name and time as its comment.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont  # slow to import, and rarely needed
    except ModuleNotFoundError:
        return _grey(f"{camera_id} {name[:_MAX_NAME_LENGTH]} {at.isoformat()}")

    hue, height = hashlib.blake2b(camera_id.encode(), digest_size=2).digest()
    horizon = _HEIGHT // 3 + height % (_HEIGHT // 4)
    image = Image.new("HSV", (_WIDTH, _HEIGHT), (hue, 60, 150))
    canvas, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    canvas.rectangle((0, horizon, _WIDTH, _HEIGHT), fill=(hue, 70, 90))
    for foot in range(-_WIDTH, 2 * _WIDTH, _WIDTH // 4):
        far = _WIDTH // 2 + (foot - _WIDTH // 2) // 6
        canvas.line((far, horizon, foot, _HEIGHT), fill=(hue, 50, 120), width=2)
    for top, text in (
        (10, " ".join(name.split())[:_MAX_NAME_LENGTH]),
        (_HEIGHT - 32, at.strftime("%Y-%m-%d %H:%M:%S UTC")),
    ):
        canvas.text((12, top), text, fill=_WHITE, font=font, stroke_width=2, stroke_fill=_BLACK)
    written = io.BytesIO()
    image.convert("RGB").save(written, "JPEG", quality=70)
    return written.getvalue()


def _grey(comment: str) -> bytes:
    """Return the grey picture with a comment."""
    start, text = zlib.decompress(base64.b64decode(_GREY)), comment.encode()
    return start[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + start[2:]
