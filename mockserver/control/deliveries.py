"""The deliveries to webhooks: list them with their attempts, and repeat one."""

from itertools import islice
from typing import Any

from mockserver.control.context import Request
from mockserver.domain import webhooks
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.domain.webhooks import Delivery, DeliveryState
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import DELIVERIES


async def list_deliveries(request: Request) -> dict[str, Any]:
    """Return the newest deliveries that match the filters, and the number of all that match."""
    params = request.params
    where: dict[str, Any] = {}
    if "webhook" in params:
        where["webhook_id"] = (params["webhook"],)
    if "state" in params:
        where["state"] = (DeliveryState(params["state"]),)
    async with request.context.store.snapshot() as tx:
        orgs = [params["org"]] if "org" in params else await tx.orgs()
        found = [delivery for org_id in orgs for delivery in await tx.select(Query(DELIVERIES, org_id, where))]
    found.sort(key=DELIVERIES.position, reverse=True)
    start = _place(found, params["after"]) + 1 if "after" in params else 0
    shown = islice(found, start, start + params["limit"])
    return {"data": [_view(delivery) for delivery in shown], "total": len(found)}


async def get_delivery(request: Request) -> dict[str, Any]:
    """Return one delivery. Raises NotFound."""
    async with request.context.store.snapshot() as tx:
        return _view(await _delivery(tx, request.params["id"]))


async def replay_delivery(request: Request) -> dict[str, Any]:
    """Schedule another attempt of a delivery for now, and return the delivery. Raises NotFound."""
    context = request.context
    async with context.store.snapshot() as tx:
        org_id = (await _delivery(tx, request.params["id"])).org_id
    async with context.store.transaction() as tx:  # which locks this org alone
        delivery = await tx.get(DELIVERIES, org_id, request.params["id"])
        if delivery is None:
            raise NotFound("delivery")
        due = webhooks.replay(delivery, context.clock.of(delivery.org_id).now())
        if due is not delivery:
            await tx.put(DELIVERIES, due)
    return _view(due)


def _place(found: list[Delivery], delivery_id: str) -> int:
    """Return the place of a delivery in a list. Raises InvalidInput."""
    for place, delivery in enumerate(found):
        if delivery.id == delivery_id:
            return place
    raise InvalidInput({"after": ["is not the id of one of these deliveries"]})


async def _delivery(tx: Transaction, delivery_id: str) -> Delivery:
    for org_id in await tx.orgs():
        found = await tx.get(DELIVERIES, org_id, delivery_id)
        if found is not None:
            return found
    raise NotFound("delivery")


def _view(delivery: Delivery) -> dict[str, Any]:
    """Return the fields of a delivery, with an error code if all its attempts failed (WH-26)."""
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
