"""Mutants about decisions about webhook deliveries."""

import asyncio
import hashlib
import json
from datetime import timedelta
from functools import partial
from typing import Any

import httpcore
from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain import webhooks as domain
from mockserver.domain.errors import Conflict, InvalidInput
from mockserver.domain.webhooks import Delivery, DeliveryState, EventType, Webhook
from mockserver.mutants.operators.document import success
from mockserver.mutants.operators.operations import answering, first, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Original,
    Patch,
    around,
    calling,
    mutant,
    replaced,
    returning,
    stateful,
    together,
)
from mockserver.mutants.operators.refusals import failing, refusing, tolerating
from mockserver.mutants.operators.values import having, record, renamed
from mockserver.mutants.operators.webhooks import delivery_headers, giving_up, replaying, succeeding
from mockserver.openapi import examples
from mockserver.operations import notifications
from mockserver.operations import webhooks as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import DELIVERIES, WEBHOOKS
from mockserver.webhooks import connection
from mockserver.webhooks.dispatcher import Dispatcher
from mockserver.webhooks.sender import Sender

PENDING, FAILED = DeliveryState.PENDING, DeliveryState.FAILED


_replayed, _kept = partial(returning, domain.replay), partial(replaced, lambda: connection.MAX_KEPT_BYTES)


def _disabled_too(give_up: bool) -> Patch:
    """Attempt what falls due for a disabled webhook, or leave it as it is."""

    async def defect(original: Original, self: Any, delivery: Delivery) -> Any:
        async with self._store.transaction() as tx:
            webhook = await tx.get(WEBHOOKS, delivery.org_id, delivery.webhook_id)
        if webhook is None or webhook.enabled:
            return await original(self, delivery)
        return webhook if give_up else None

    return around(Dispatcher._receiver, defect)


async def _give_up_at_once(call: Call) -> None:
    """Give up what waits as soon as a webhook is disabled."""
    waiting = Query(DELIVERIES, call.org_id, {"webhook_id": (call.params["id"],), "state": (PENDING,)})
    if call.body.get("enabled") is False:
        for delivery in await call.tx.select(waiting):
            await call.tx.put(DELIVERIES, domain.give_up(delivery))


async def _log_kept(call: Call) -> None:
    await call.tx.remove(WEBHOOKS, await call.get(WEBHOOKS, "webhook"))


@stateful
def _never_forgotten() -> AnyFunction:
    """Go on telling a webhook that was deleted."""
    known: dict[str, Any] = {}

    async def receiver(original: Original, self: Any, delivery: Delivery) -> Any:
        known[delivery.id] = await original(self, delivery) or known.get(delivery.id)
        return known[delivery.id]

    return receiver


async def _out_of_order(original: Original, self: Any, delivery: Delivery) -> None:
    await asyncio.sleep(0.004 * (int(hashlib.md5(delivery.id.encode()).hexdigest()[:4], 16) % 8))
    await self._attempt(delivery)


TYPE, ID, AT, SIGNATURE = "Content-Type", "X-Webhook-ID", "X-Webhook-Timestamp", "X-Webhook-Signature"


_SECOND = timedelta(seconds=1)


async def _dated_anew(original: Original, self: Any, url: str, headers: Any, body: bytes, at: Any) -> Any:
    """Put the time of the attempt into the message."""
    message = {**json.loads(body), "timestamp": dates.text(at)}
    return await original(self, url, headers, json.dumps(message).encode(), at)


def _remembering(name: str) -> Patch:
    """Use what the webhook had at the first attempt in all the others."""

    @stateful
    def defect() -> AnyFunction:
        known: dict[str, str] = {}

        async def receiver(original: Original, self: Any, delivery: Delivery) -> Any:
            webhook = await original(self, delivery)
            return webhook and replace(webhook, **{name: known.setdefault(delivery.id, getattr(webhook, name))})

        return receiver

    return around(Dispatcher._receiver, defect)


def _following() -> Any:
    """Follow redirects."""
    found: dict[str, str] = {}

    async def reading(original: Original, response: httpcore.Response) -> bytes:
        found.update({key.decode().lower(): value.decode() for key, value in response.headers})
        return bytes(await original(response))

    async def posting(original: Original, self: Any, url: str, *args: Any) -> Any:
        found.clear()
        attempt = await original(self, url, *args)
        return await original(self, found["location"], *args) if "location" in found else attempt

    return together(around(connection._beginning, reading), around(Sender.post, posting))


_nobody = "00000000-0000-4000-8000-00000000beef"


async def _not_stored(
    original: Original, tx: Any, random_source: Any, webhook: Webhook, event_type: EventType, data: Any, now: Any
) -> Any:
    return domain.compose(webhook, random_source.uuid(), event_type, data, now)


async def _pretended(call: Call) -> Any:
    return {"delivery_id": call.random_source.uuid()}


MUTANTS = (
    mutant("AS-192/out-of-order", around(Dispatcher._attempt_in_turn, _out_of_order)),
    mutant("AS-195/sent", _disabled_too(give_up=True)),
    mutant("AS-195/left", _disabled_too(give_up=False)),
    mutant("AS-195/at-once", serving("updateWebhook", first(_give_up_at_once))),
    mutant("AS-196/log-kept", serving("deleteWebhook", calling(_log_kept))),
    mutant(
        "AS-196/told-on",
        together(serving("deleteWebhook", calling(_log_kept)), around(Dispatcher._receiver, _never_forgotten)),
    ),
    mutant("AS-197/failed-only", replaying(FAILED)),
    mutant("AS-197/not-when-taken", replaying(FAILED, PENDING)),
    mutant("AS-197/attempts-forgotten", _replayed(record(attempts=()))),
    mutant("AS-198/taken", succeeding(lambda status: 200 <= status < 400), "WH-24"),
    mutant("AS-199/taken", succeeding(lambda status: 200 <= status < 300, unanswered=True), "WH-28"),
    mutant("AS-199/for-good", giving_up(lambda found: found.attempts[-1].status is None), "WH-28"),
    mutant(
        "AS-193/when-made", delivery_headers(lambda found, one, _: {**found, AT: dates.text(one.created_at)}), "WH-25"
    ),
    mutant("AS-193/dated-anew", around(Sender.post, _dated_anew), "WH-20"),
    mutant(
        "AS-193/a-second-early",
        around(domain.headers, lambda original, delivery, secret, at: original(delivery, secret, at - _SECOND)),
    ),
    mutant("AS-194/address-of-once", _remembering("url")),
    mutant("AS-194/secret-of-once", _remembering("secret"), "WH-29"),
    mutant("AS-198/followed", _following()),
    mutant("AS-189/empty", returning(examples.webhook_data, lambda _: {})),
    mutant("AS-189/200", success("testWebhook", 200)),
    mutant("AS-189/another-id", answering("testWebhook", having(delivery_id=_nobody))),
    mutant("AS-189/id", answering("testWebhook", renamed("delivery_id", "id"))),
    mutant(
        "AS-189/last-type",
        returning(operations._webhook, lambda found: replace(found, event_types=found.event_types[::-1])),
    ),
    mutant("AS-189/not-sent", around(notifications.send, _not_stored), "WH-10"),
    mutant("AS-190/taken", serving("testWebhook", tolerating(InvalidInput, _pretended))),
    mutant("AS-190/conflict", refusing("testWebhook", InvalidInput, Conflict("It is disabled."))),
    mutant("AS-190/another-field", refusing("testWebhook", InvalidInput, InvalidInput({"enabled": ["is false"]}))),
    mutant("AS-190/refused-for-good", failing("testWebhook", InvalidInput({"id": ["is disabled"]}))),
)
