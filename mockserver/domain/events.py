"""An event: what a camera recorded, and what users noted about it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from mockserver.domain.dates import Instant, whole_seconds
from mockserver.domain.records import Record

Confidence = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Trigger(StrEnum):
    """What made a camera record (EV-19)."""

    MOTION = "motion"
    AI_TAG = "ai_tag"
    MANUAL = "manual"


class AiStatus(StrEnum):
    """The state of the AI analysis of an event (EV-21)."""

    PENDING = "pending"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


class Event(Record, frozen=True, kw_only=True):
    """One recorded clip. ``confidence`` and ``zones`` are never answered; alert rules match on them."""

    camera_id: str
    trigger_type: Trigger
    triggered_at: Instant
    clip_start_at: Instant
    clip_end_at: Instant
    summary: str
    narrative: str
    tags: tuple[str, ...] = ()
    ai_status: AiStatus
    confidence: Confidence | None = None
    zones: tuple[str, ...] = ()
    starred: bool = False
    notes: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: Instant | None = None
    snapshot_url: str
    clip_url: str
    clip_codec: str = "h264"
    recording_source: str = "gateway_ring_buffer"
    deleted_at: Instant | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether a user acknowledged the event."""
        return self.acknowledged_at is not None

    @property
    def deleted(self) -> bool:
        """Whether the event was dismissed (EV-07)."""
        return self.deleted_at is not None

    @property
    def duration_sec(self) -> int:
        """The clip's length in whole seconds (EV-46)."""
        return int((self.clip_end_at - self.clip_start_at).total_seconds())


def annotate(event: Event, changes: Mapping[str, Any], user_id: str | None, now: datetime) -> Event:
    """Return the event with the changes of a PATCH: any of acknowledged, starred, notes (EV-56 to EV-64).

    Acknowledging records the caller and the time (EV-58, EV-59), also if the event was acknowledged before; false
    resets both (EV-60).
    """
    fields = {name: changes[name] for name in ("starred", "notes") if name in changes}
    if changes.get("acknowledged") is True:
        fields |= {"acknowledged_by": user_id, "acknowledged_at": whole_seconds(now)}
    if changes.get("acknowledged") is False:
        fields |= {"acknowledged_by": None, "acknowledged_at": None}
    return msgspec.structs.replace(event, **fields)


def dismiss(event: Event, now: datetime) -> Event:
    """Return the event as deleted; the record stays (EV-74)."""
    return msgspec.structs.replace(event, deleted_at=whole_seconds(now))
