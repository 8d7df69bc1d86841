"""Webhooks and their secrets (rules WH-…)."""

from typing import Any

import msgspec

from mockserver.domain.errors import InvalidInput
from mockserver.domain.webhooks import EventType, Webhook
from mockserver.openapi import examples
from mockserver.operations import notifications
from mockserver.operations.call import Call, page
from mockserver.store.base import Query
from mockserver.store.kinds import DELIVERIES, WEBHOOKS

_SHOWN = ("id", "name", "url", "event_types", "enabled", "created_at")


async def list_webhooks(call: Call) -> dict[str, Any]:
    """One page of the webhooks."""
    rows, envelope = await page(call, Query(WEBHOOKS, call.org_id))
    return {"data": [_view(webhook) for webhook in rows], **envelope}


async def create_webhook(call: Call) -> dict[str, Any]:
    """Create a webhook and return it with its secret, which is not answered again (WH-02, WH-03)."""
    identity = await call.new_identity()
    webhook = msgspec.convert({**call.body, **identity, "secret": _new_secret(call)}, Webhook)
    await call.tx.put(WEBHOOKS, webhook)
    return {**_view(webhook), "secret": webhook.secret}


async def get_webhook(call: Call) -> dict[str, Any]:
    """One webhook."""
    return _view(await _webhook(call))


async def update_webhook(call: Call) -> dict[str, Any]:
    """Change some fields of a webhook."""
    changes = dict(call.body)
    if "event_types" in changes:
        changes["event_types"] = tuple(EventType(name) for name in changes["event_types"])
    webhook = msgspec.structs.replace(await _webhook(call), **changes)
    await call.tx.put(WEBHOOKS, webhook)
    return _view(webhook)


async def delete_webhook(call: Call) -> None:
    """Delete a webhook with all its deliveries, attempted or not."""
    webhook = await _webhook(call)
    for delivery in await call.tx.select(Query(DELIVERIES, call.org_id, {"webhook_id": (webhook.id,)})):
        await call.tx.remove(DELIVERIES, delivery)
    await call.tx.remove(WEBHOOKS, webhook)


async def test_webhook(call: Call) -> dict[str, Any]:
    """Send the document's example of the first type that the webhook is subscribed to."""
    webhook = await _webhook(call)
    if not webhook.enabled:
        raise InvalidInput({"id": ["the webhook is disabled; enable it first"]})
    event_type = webhook.event_types[0]
    data = examples.webhook_data(call.document, event_type.value)
    delivery = await notifications.send(call.tx, call.random_source, webhook, event_type, data, call.now)
    return {"delivery_id": delivery.id}


async def rotate_webhook_secret(call: Call) -> dict[str, Any]:
    """Replace the secret, which signs all messages from then on (WH-29)."""
    webhook = msgspec.structs.replace(await _webhook(call), secret=_new_secret(call))
    await call.tx.put(WEBHOOKS, webhook)
    return {"id": webhook.id, "secret": webhook.secret}


def _new_secret(call: Call) -> str:
    return call.random_source.token("whsec_live_")


async def _webhook(call: Call) -> Webhook:
    return await call.get(WEBHOOKS, "webhook")


def _view(webhook: Webhook) -> dict[str, Any]:
    return {name: getattr(webhook, name) for name in _SHOWN}
