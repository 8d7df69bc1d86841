"""Notifying webhooks: a change and the deliveries about it are one transaction (rules WH-…)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mockserver.domain import webhooks
from mockserver.domain.alerts import Alert
from mockserver.domain.cameras import Camera
from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway
from mockserver.domain.webhooks import Delivery, EventType, Webhook
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import CAMERAS, DELIVERIES, SITES, WEBHOOKS

#: Alert rules have no severity, so every alert has the same.
_SEVERITY = "warning"
JSON = dict[str, Any]


async def event_recorded(tx: Transaction, random_source: RandomSource, event: Event, now: datetime) -> None:
    """Notify of an event, whether or not an alert rule matches it (WH-10)."""
    subscribers = await _subscribers(tx, event.org_id, EventType.EVENT)
    if subscribers:
        data = {
            "event_id": event.id,
            **await _source(tx, event),
            "trigger_type": event.trigger_type,
            "triggered_at": event.triggered_at,
            "summary": event.summary,
            "tags": event.tags,
            "ai_status": event.ai_status,
            "snapshot_url": event.snapshot_url,
        }
        await _send_to_all(tx, random_source, subscribers, EventType.EVENT, data, now)


async def alert_fired(tx: Transaction, random_source: RandomSource, alert: Alert, event: Event, now: datetime) -> None:
    """Notify of an alert that a rule raised for an event (WH-15)."""
    subscribers = await _subscribers(tx, alert.org_id, EventType.ALERT)
    if subscribers:
        data = {
            "alert_id": alert.id,
            "rule_id": alert.rule_id,
            "rule_name": alert.rule_name,
            "trigger_type": event.trigger_type,
            **await _source(tx, event),
            "event_id": event.id,
            "severity": _SEVERITY,
            "description": event.summary,
            "fired_at": alert.fired_at,
        }
        await _send_to_all(tx, random_source, subscribers, EventType.ALERT, data, now)


async def camera_changed(
    tx: Transaction, random_source: RandomSource, before: Camera, after: Camera, now: datetime
) -> None:
    """Notify of a camera that went from online to offline or back, but of no other change (WH-11)."""
    if not webhooks.goes_online_or_offline(before.status, after.status):
        return
    subscribers = await _subscribers(tx, after.org_id, EventType.CAMERA_STATUS)
    if subscribers:
        data = {
            "camera_id": after.id,
            "camera_name": after.name,
            "site_name": await _site_name(tx, after.org_id, after.site_id),
            "gateway_id": after.gateway_id,
            "previous_status": before.status,
            "status": after.status,
        }
        await _send_to_all(tx, random_source, subscribers, EventType.CAMERA_STATUS, data, now)


async def gateway_changed(
    tx: Transaction, random_source: RandomSource, before: Gateway, after: Gateway, now: datetime
) -> None:
    """Notify of a gateway that went from online to offline or back, with its number of cameras (WH-11, WH-12)."""
    if not webhooks.goes_online_or_offline(before.status, after.status):
        return
    subscribers = await _subscribers(tx, after.org_id, EventType.GATEWAY_STATUS)
    if subscribers:
        bound = Query(CAMERAS, after.org_id, {"gateway_id": (after.id,), "deleted": (False,)})
        data = {
            "gateway_id": after.id,
            "gateway_name": after.name,
            "site_name": await _site_name(tx, after.org_id, after.site_id),
            "previous_status": before.status,
            "status": after.status,
            "affected_cameras": await tx.count(bound),
        }
        await _send_to_all(tx, random_source, subscribers, EventType.GATEWAY_STATUS, data, now)


async def send(
    tx: Transaction,
    random_source: RandomSource,
    webhook: Webhook,
    event_type: EventType,
    data: Mapping[str, Any],
    now: datetime,
) -> Delivery:
    """Store and return a delivery to a webhook, which is due at once."""
    delivery = webhooks.compose(webhook, random_source.uuid(), event_type, data, now)
    await tx.put(DELIVERIES, delivery)
    return delivery


async def _subscribers(tx: Transaction, org_id: str, event_type: EventType) -> list[Webhook]:
    """Return the org's enabled webhooks that are subscribed to the type, oldest first."""
    enabled = await tx.select(Query(WEBHOOKS, org_id, {"enabled": (True,)}))
    return [webhook for webhook in enabled if event_type in webhook.event_types][::-1]


async def _send_to_all(
    tx: Transaction,
    random_source: RandomSource,
    subscribers: Sequence[Webhook],
    type_: EventType,
    data: JSON,
    now: datetime,
) -> None:
    for webhook in subscribers:
        await send(tx, random_source, webhook, type_, data, now)


async def _source(tx: Transaction, event: Event) -> JSON:
    """Return the camera of an event and the names of the camera and its site."""
    camera = (await tx.get_many(CAMERAS, event.org_id, {event.camera_id}))[event.camera_id]
    site_name = await _site_name(tx, event.org_id, camera.site_id)
    return {"camera_id": camera.id, "camera_name": camera.name, "site_name": site_name}


async def _site_name(tx: Transaction, org_id: str, site_id: str) -> str:
    return (await tx.get_many(SITES, org_id, {site_id}))[site_id].name
