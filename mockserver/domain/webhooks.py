"""Webhooks: what they are subscribed to, and the deliveries of messages to them."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from mockserver.domain import dates
from mockserver.domain.dates import Instant
from mockserver.domain.records import Record

#: How long after each failed attempt the next one is due; the attempt after the last of these is final (WH-25).
RETRY_DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
)


class EventType(StrEnum):
    """What a webhook can be subscribed to (WH-07)."""

    ALERT = "alert"
    EVENT = "event"
    CAMERA_STATUS = "camera_status"
    GATEWAY_STATUS = "gateway_status"


class Webhook(Record, frozen=True, kw_only=True):
    """A URL that is notified of some types of event, and the secret that signs the messages."""

    name: str
    url: str
    event_types: tuple[EventType, ...]
    enabled: bool = True
    secret: str
    created_at: Instant


class DeliveryState(StrEnum):
    """The state of a delivery: to be attempted, or done, or given up."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Attempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attempt to deliver: the receiver's status and the beginning of its answer, or an error (WH-26)."""

    at: Instant
    status: int | None = None
    error: str | None = None
    response: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver accepted the message: it answered with a 2xx (WH-24)."""
        return self.status is not None and 200 <= self.status < 300


class Delivery(Record, frozen=True, kw_only=True):
    """One message to one webhook, with its body as sent; ``next_attempt_at`` is null after the last attempt."""

    webhook_id: str
    event_type: EventType
    body: str
    state: DeliveryState = DeliveryState.PENDING
    attempts: tuple[Attempt, ...] = ()
    created_at: Instant
    next_attempt_at: Instant | None = None


def goes_online_or_offline(before: StrEnum, after: StrEnum) -> bool:
    """Whether these statuses of a camera or gateway are online and offline, or the reverse (WH-11)."""
    return {before.value, after.value} == {"online", "offline"}


def compose(
    webhook: Webhook, delivery_id: str, event_type: EventType, data: Mapping[str, Any], now: datetime
) -> Delivery:
    """Return the delivery of a message to a webhook, due at once (WH-13, WH-14)."""
    now = dates.whole_seconds(now)
    envelope = {"event_type": event_type, "timestamp": now, "webhook_id": delivery_id, "data": data}
    return Delivery(
        id=delivery_id,
        org_id=webhook.org_id,
        webhook_id=webhook.id,
        event_type=event_type,
        body=msgspec.json.encode(envelope).decode(),
        created_at=now,
        next_attempt_at=now,
    )


def headers(delivery: Delivery, secret: str, at: datetime) -> dict[str, str]:
    """Return the headers of an attempt: the id of the delivery, the time of the attempt, and the signature.

    The signature covers the body alone (WH-19, WH-20).
    """
    return {
        "Content-Type": "application/json",
        "X-Webhook-ID": delivery.id,
        "X-Webhook-Timestamp": dates.text(at),
        "X-Webhook-Signature": hmac.digest(secret.encode(), delivery.body.encode(), "sha256").hex(),
    }


def record_attempt(delivery: Delivery, attempt: Attempt) -> Delivery:
    """Return the delivery after one more attempt: succeeded, pending the next one, or failed (WH-24, WH-25)."""
    attempts = (*delivery.attempts, attempt)
    state, again = DeliveryState.SUCCEEDED, None
    if not attempt.succeeded:
        again = attempt.at + RETRY_DELAYS[len(attempts) - 1] if len(attempts) <= len(RETRY_DELAYS) else None
        state = DeliveryState.PENDING if again else DeliveryState.FAILED
    return msgspec.structs.replace(delivery, state=state, attempts=attempts, next_attempt_at=again)


def give_up(delivery: Delivery) -> Delivery:
    """Return the delivery as failed, without a next attempt."""
    return msgspec.structs.replace(delivery, state=DeliveryState.FAILED, next_attempt_at=None)


def replay(delivery: Delivery, now: datetime) -> Delivery:
    """Return the delivery as due now, whatever its state (WH-27); one that is due already does not change."""
    now = dates.whole_seconds(now)
    if delivery.next_attempt_at is not None and delivery.next_attempt_at <= now:
        return delivery
    return msgspec.structs.replace(delivery, state=DeliveryState.PENDING, next_attempt_at=now)
