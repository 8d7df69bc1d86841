"""A camera: its record, its status and how its stream starts."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from mockserver.domain.dates import Instant, whole_seconds
from mockserver.domain.errors import InvalidInput
from mockserver.domain.limits import RateLimit
from mockserver.domain.records import Record

#: How long a stream takes to start, within the documented thirty seconds (CAM-26).
STREAM_STARTUP = timedelta(seconds=10)
#: The rate limit of each camera: one recording by hand in five seconds (CAM-20).
TRIGGER_LIMIT = RateLimit(per_minute=12, burst=1)
#: How long a token for the live view is valid.
LIVE_VIEW_LIFETIME = timedelta(minutes=5)
_USERINFO = re.compile(r"^(\w+://)[^/?#]*@")


class CameraType(StrEnum):
    """The protocol that a camera speaks (CAM-07)."""

    RTSP = "rtsp"
    ONVIF = "onvif"


class ConnectionMode(StrEnum):
    """Whether a camera is connected through a gateway or directly (CAM-08)."""

    GATEWAY = "gateway"
    DIRECT = "direct"


class CameraStatus(StrEnum):
    """The state of a camera's stream (CAM-06)."""

    ONLINE = "online"
    OFFLINE = "offline"
    PENDING = "pending"
    ERROR = "error"
    DISABLED = "disabled"


class Camera(Record, frozen=True, kw_only=True):
    """A camera at a site, bound to a gateway or connected directly (``gateway_id`` null).

    ``settles_at`` is when a pending stream will have started or failed; ``password`` is never answered. The record of
    a deleted camera stays, for the name of the camera in its events and to mark them (EV-37, CAM-23).
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
    deleted_at: Instant | None = None

    @property
    def deleted(self) -> bool:
        """Whether the camera was deleted."""
        return self.deleted_at is not None

    @property
    def connection_mode(self) -> ConnectionMode:
        """How the camera is connected."""
        return ConnectionMode.DIRECT if self.gateway_id is None else ConnectionMode.GATEWAY

    @property
    def active_tier(self) -> str:
        """Which of its streams is in use; a camera of the mock has one (CAM-11)."""
        return "main"

    @property
    def shown_url(self) -> str | None:
        """The URL of the stream without the user and password in it, if there are any."""
        return self.stream_url and _USERINFO.sub(r"\1", self.stream_url)


def register(camera: Camera, now: datetime) -> Camera:
    """Return the new camera while its stream starts.

    A gateway tries the credentials at once (CAM-18); those of a direct camera are tried by its stream (CAM-19). Raises
    InvalidInput.
    """
    if camera.connection_mode is ConnectionMode.GATEWAY and not accepts_credentials(camera):
        raise InvalidInput({"password": ["is refused by the camera, or its username is"]})
    return connect(camera, now)


def connect(camera: Camera, now: datetime) -> Camera:
    """Return the camera while its stream starts."""
    settles_at = whole_seconds(now) + STREAM_STARTUP
    return msgspec.structs.replace(camera, status=CameraStatus.PENDING, settles_at=settles_at)


def settle(camera: Camera) -> Camera:
    """Return the camera with its stream started, or in error if its credentials are wrong (CAM-19)."""
    return set_status(camera, CameraStatus.ONLINE if accepts_credentials(camera) else CameraStatus.ERROR)


def set_status(camera: Camera, status: CameraStatus) -> Camera:
    """Return the camera with a status that stays until it is changed."""
    return msgspec.structs.replace(camera, status=status, settles_at=None)


def accepts_credentials(camera: Camera) -> bool:
    """Whether the device accepts the credentials; the mock's cameras refuse a password that begins with ``wrong``."""
    return not (camera.password or "").startswith("wrong")


def place(camera: Camera, site_id: str, gateway_id: str | None, now: datetime) -> Camera:
    """Return the camera at a site, bound to a gateway or to none; if that is a change, its stream starts (CAM-26)."""
    if (site_id, gateway_id) == (camera.site_id, camera.gateway_id):
        return camera
    return connect(msgspec.structs.replace(camera, site_id=site_id, gateway_id=gateway_id), now)


def remove(camera: Camera, now: datetime) -> Camera:
    """Return the camera as deleted and unbound from its gateway; the record stays for its events (CAM-23)."""
    return msgspec.structs.replace(camera, deleted_at=whole_seconds(now), gateway_id=None, settles_at=None)
