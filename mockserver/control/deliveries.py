"""The deliveries to webhooks: what was told to whom, what came of it, and telling it again."""

from itertools import islice
from typing import Any

from mockserver.control.parts import Request
from mockserver.domain import webhooks
from mockserver.domain.errors import NotFound
from mockserver.domain.webhooks import Delivery, DeliveryState
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import DELIVERIES


async def listing(request: Request) -> dict[str, Any]:
    """Return the newest deliveries that match, and how many do in all."""
    params = request.params
    where: dict[str, Any] = {}
    if "webhook" in params:
        where["webhook_id"] = (params["webhook"],)
    if "state" in params:
        where["state"] = (DeliveryState(params["state"]),)
    async with request.parts.store.transaction() as tx:
        orgs = [params["org"]] if "org" in params else await tx.orgs()
        found = [delivery for org_id in orgs for delivery in await tx.select(Query(DELIVERIES, org_id, where))]
    found.sort(key=DELIVERIES.position, reverse=True)
    return {"data": [_view(delivery) for delivery in islice(found, params["limit"])], "total": len(found)}


async def replay(request: Request) -> dict[str, Any]:
    """Have a delivery attempted once more, now."""
    parts = request.parts
    async with parts.store.transaction() as tx:
        delivery = await _delivery(tx, request.params["id"])
        due = webhooks.replay(delivery, parts.clock.now())
        if due is not delivery:
            await tx.put(DELIVERIES, due)
    return _view(due)


async def _delivery(tx: Transaction, delivery_id: str) -> Delivery:
    for org_id in await tx.orgs():
        found = await tx.get(DELIVERIES, org_id, delivery_id)
        if found is not None:
            return found
    raise NotFound("delivery")


def _view(delivery: Delivery) -> dict[str, Any]:
    """Return the delivery as the log shows it, with the code of one that was given up (WH-26)."""
    failed = delivery.state is DeliveryState.FAILED
    return {
        "id": delivery.id,
        "org_id": delivery.org_id,
        "webhook_id": delivery.webhook_id,
        "event_type": delivery.event_type,
        "state": delivery.state,
        "error": "webhook_delivery_failed" if failed else None,
        "body": delivery.body,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at,
        "next_attempt_at": delivery.next_attempt_at,
    }
