"""Webhooks: who wants to hear of what, and what became of telling them."""

from enum import Enum

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.records import Record


class EventType(Enum):
    """What can be subscribed to (WH-07)."""

    ALERT = "alert"
    EVENT = "event"
    CAMERA_STATUS = "camera_status"
    GATEWAY_STATUS = "gateway_status"


class Webhook(Record, frozen=True, kw_only=True):
    """An address that is told of some types of event, and the secret that signs what it is told."""

    name: str
    url: str
    event_types: tuple[EventType, ...]
    enabled: bool = True
    secret: str
    created_at: Instant


class DeliveryState(Enum):
    """What became of a delivery."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Attempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One try to deliver: the receiver's status and the beginning of its answer, or what went wrong (WH-26)."""

    at: Instant
    status: int | None = None
    error: str | None = None
    response: str | None = None


class Delivery(Record, frozen=True, kw_only=True):
    """One message to one webhook, its body as it is sent; ``next_attempt_at`` is null once nothing more is tried."""

    webhook_id: str
    event_type: EventType
    body: str
    state: DeliveryState = DeliveryState.PENDING
    attempts: tuple[Attempt, ...] = ()
    created_at: Instant
    next_attempt_at: Instant | None = None
