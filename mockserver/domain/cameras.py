"""A camera: where events come from."""

from datetime import datetime, timedelta
from enum import Enum

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.records import Record

#: How long a stream takes to come up, within the documented thirty seconds (CAM-26).
COMING_UP = timedelta(seconds=10)


class CameraType(Enum):
    """How a camera is spoken to (CAM-07)."""

    RTSP = "rtsp"
    ONVIF = "onvif"


class ConnectionMode(Enum):
    """Whether a camera reaches the service through a gateway or on its own (CAM-08)."""

    GATEWAY = "gateway"
    DIRECT = "direct"


class CameraStatus(Enum):
    """The state of a camera's stream (CAM-06)."""

    ONLINE = "online"
    OFFLINE = "offline"
    PENDING = "pending"
    ERROR = "error"
    DISABLED = "disabled"


class Camera(Record, frozen=True, kw_only=True):
    """A camera at a site, bound to a gateway or connected directly (``gateway_id`` null).

    ``settles_at`` is when a pending stream has come up or failed, ``triggered_at`` when somebody last recorded by hand.
    Deleting a camera is soft, so that its events keep their name and are marked (EV-37, CAM-23).
    """

    site_id: str
    gateway_id: str | None = None
    name: str
    type: CameraType = CameraType.RTSP
    status: CameraStatus = CameraStatus.ONLINE
    stream_url: str | None = None
    username: str | None = None
    password: str | None = None
    created_at: Instant
    settles_at: Instant | None = None
    triggered_at: Instant | None = None
    deleted_at: Instant | None = None

    @property
    def deleted(self) -> bool:
        """Whether the camera was removed."""
        return self.deleted_at is not None

    @property
    def connection_mode(self) -> ConnectionMode:
        """How the camera is connected."""
        return ConnectionMode.DIRECT if self.gateway_id is None else ConnectionMode.GATEWAY


def connect(camera: Camera, now: datetime) -> Camera:
    """Return the camera while its stream comes up."""
    return msgspec.structs.replace(camera, status=CameraStatus.PENDING, settles_at=now + COMING_UP)


def settle(camera: Camera) -> Camera:
    """Return the camera with its stream up, or in error when the credentials were wrong (CAM-19)."""
    status = CameraStatus.ONLINE if admits(camera) else CameraStatus.ERROR
    return msgspec.structs.replace(camera, status=status, settles_at=None)


def admits(camera: Camera) -> bool:
    """Whether the device takes the credentials: the cameras of this world refuse a password that says it is wrong."""
    return not (camera.password or "").startswith("wrong")
