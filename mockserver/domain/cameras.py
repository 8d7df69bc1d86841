"""A camera: where events come from."""

from mockserver.domain.dates import Instant
from mockserver.domain.records import Record


class Camera(Record, frozen=True, kw_only=True):
    """A camera at a site, bound to a gateway or connected directly (``gateway_id`` null).

    Deleting one is soft, so that its events keep their name and are marked (EV-37).
    """

    site_id: str
    gateway_id: str | None = None
    name: str
    created_at: Instant
    deleted_at: Instant | None = None

    @property
    def deleted(self) -> bool:
        """Whether the camera was removed."""
        return self.deleted_at is not None
