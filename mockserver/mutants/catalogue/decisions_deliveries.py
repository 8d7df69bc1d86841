"""Mutants of decisions (rules AS-…) about webhook deliveries."""

import asyncio
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import httpcore
from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain import webhooks as domain
from mockserver.domain.errors import Conflict, InvalidInput
from mockserver.domain.webhooks import Delivery, DeliveryState, EventType, Webhook
from mockserver.mutants.operators.document import success
from mockserver.mutants.operators.operations import answering, serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Mutants,
    Original,
    Patch,
    Together,
    around,
    calling,
    mutant,
    returning,
    stateful,
    together,
)
from mockserver.mutants.operators.refusals import failing, refusing, tolerating
from mockserver.mutants.operators.values import having, record, renamed
from mockserver.mutants.operators.webhooks import TIMESTAMP, delivery_headers, giving_up, replaying, succeeding
from mockserver.openapi import examples
from mockserver.operations import notifications
from mockserver.operations import webhooks as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import DELIVERIES, WEBHOOKS
from mockserver.webhooks import connection
from mockserver.webhooks.dispatcher import Dispatcher
from mockserver.webhooks.sender import Sender

MUTANTS = Mutants()
PENDING, FAILED = DeliveryState.PENDING, DeliveryState.FAILED
#: The id of no delivery.
_NO_DELIVERY = "00000000-0000-4000-8000-00000000beef"


# ---------------------------------------------------------------- the test of a webhook


@MUTANTS.defect("AS-189/not-sent", "WH-10", of=notifications.send)
async def _not_stored(
    original: Original, tx: Any, random_source: Any, webhook: Webhook, event_type: EventType, data: Any, now: Any
) -> Any:
    """Return the delivery of a message without storing it."""
    return domain.compose(webhook, random_source.uuid(), event_type, data, now)


async def _answer_a_new_id(call: Call) -> Any:
    """Answer with the id of a delivery that does not exist."""
    return {"delivery_id": call.random_source.uuid()}


# ---------------------------------------------------------------- attempts


@MUTANTS.defect("AS-192/out-of-order", of=Dispatcher._attempt_in_turn)
async def _out_of_order(original: Original, self: Any, delivery: Delivery) -> None:
    """Start attempts after a delay that depends on the id of the delivery."""
    await asyncio.sleep(0.004 * (int(hashlib.md5(delivery.id.encode()).hexdigest()[:4], 16) % 8))
    await self._attempt(delivery)


@MUTANTS.defect("AS-193/dated-again", "WH-20", of=Sender.post)
async def _time_of_the_attempt(original: Original, self: Any, url: str, headers: Any, body: bytes, at: datetime) -> Any:
    """Set the timestamp of the message to the time of the attempt."""
    message = {**json.loads(body), "timestamp": dates.text(at)}
    return await original(self, url, headers, json.dumps(message).encode(), at)


@MUTANTS.defect("AS-193/a-second-early", of=domain.headers)
def _a_second_early(original: Original, delivery: Delivery, secret: str, at: datetime) -> Any:
    """Send a time one second before that of the attempt."""
    return original(delivery, secret, at - timedelta(seconds=1))


def _of_the_first_attempt(name: str) -> Patch:
    """Use a field of the webhook as it was at the first attempt for all attempts of a delivery."""

    @stateful
    def defect() -> AnyFunction:
        known: dict[str, str] = {}

        async def receiver(original: Original, self: Any, delivery: Delivery) -> Any:
            webhook = await original(self, delivery)
            return webhook and replace(webhook, **{name: known.setdefault(delivery.id, getattr(webhook, name))})

        return receiver

    return around(Dispatcher._receiver, defect)


def _following_redirects() -> Together:
    """Follow redirects."""
    headers: dict[str, str] = {}

    async def read(original: Original, response: httpcore.Response) -> bytes:
        headers.update({key.decode().lower(): value.decode() for key, value in response.headers})
        return bytes(await original(response))

    async def post(original: Original, self: Any, url: str, *args: Any) -> Any:
        headers.clear()
        attempt = await original(self, url, *args)
        return await original(self, headers["location"], *args) if "location" in headers else attempt

    return together(around(connection._beginning, read), around(Sender.post, post))


# ---------------------------------------------------------------- disabled and deleted webhooks


def _attempt_of_disabled(*, sent: bool) -> Patch:
    """Send what falls due for a disabled webhook, or leave it due, instead of giving it up."""

    async def defect(original: Original, self: Any, delivery: Delivery) -> Any:
        async with self._store.transaction() as tx:
            webhook = await tx.get(WEBHOOKS, delivery.org_id, delivery.webhook_id)
        if webhook is None or webhook.enabled:
            return await original(self, delivery)
        return webhook if sent else None

    return around(Dispatcher._receiver, defect)


@MUTANTS.defect("AS-195/at-once", of="updateWebhook")
async def _given_up_at_once(original: Original, call: Call) -> Any:
    """Give up all pending deliveries when a webhook is disabled."""
    pending = Query(DELIVERIES, call.org_id, {"webhook_id": (call.params["id"],), "state": (PENDING,)})
    if call.body.get("enabled") is False:
        for delivery in await call.tx.select(pending):
            await call.tx.put(DELIVERIES, domain.give_up(delivery))
    return await original(call)


async def _keep_deliveries(call: Call) -> None:
    """Delete a webhook without its deliveries."""
    await call.tx.remove(WEBHOOKS, await call.get(WEBHOOKS, "webhook"))


@stateful
def _receiver_remembered() -> AnyFunction:
    """Send a delivery to its webhook even after the webhook was deleted."""
    known: dict[str, Any] = {}

    async def receiver(original: Original, self: Any, delivery: Delivery) -> Any:
        known[delivery.id] = await original(self, delivery) or known.get(delivery.id)
        return known[delivery.id]

    return receiver


MUTANTS += (
    mutant("AS-189/empty", returning(examples.webhook_data, lambda _: {})),
    mutant("AS-189/200", success("testWebhook", 200)),
    mutant("AS-189/another-id", answering("testWebhook", having(delivery_id=_NO_DELIVERY))),
    mutant("AS-189/id", answering("testWebhook", renamed("delivery_id", "id"))),
    mutant(
        "AS-189/last-type",
        returning(operations._webhook, lambda webhook: record(event_types=webhook.event_types[::-1])(webhook)),
    ),
    mutant("AS-190/taken", serving("testWebhook", tolerating(InvalidInput, _answer_a_new_id))),
    mutant("AS-190/conflict", refusing("testWebhook", InvalidInput, Conflict("It is disabled."))),
    mutant("AS-190/another-field", refusing("testWebhook", InvalidInput, InvalidInput({"enabled": ["is false"]}))),
    mutant("AS-190/refused-for-good", failing("testWebhook", InvalidInput({"id": ["is disabled"]}))),
    mutant(
        "AS-193/when-made",
        delivery_headers(lambda found, delivery, _: {**found, TIMESTAMP: dates.text(delivery.created_at)}),
        "WH-25",
    ),
    mutant("AS-194/address-of-once", _of_the_first_attempt("url")),
    mutant("AS-194/secret-of-once", _of_the_first_attempt("secret"), "WH-29"),
    mutant("AS-195/sent", _attempt_of_disabled(sent=True)),
    mutant("AS-195/left", _attempt_of_disabled(sent=False)),
    mutant("AS-196/log-kept", serving("deleteWebhook", calling(_keep_deliveries))),
    mutant(
        "AS-196/still-sent",
        together(
            serving("deleteWebhook", calling(_keep_deliveries)), around(Dispatcher._receiver, _receiver_remembered)
        ),
    ),
    mutant("AS-197/failed-only", replaying(FAILED)),
    mutant("AS-197/not-when-taken", replaying(FAILED, PENDING)),
    mutant("AS-197/attempts-forgotten", returning(domain.replay, record(attempts=()))),
    mutant("AS-198/taken", succeeding(lambda status: 200 <= status < 400), "WH-24"),
    mutant("AS-198/followed", _following_redirects()),
    mutant("AS-199/taken", succeeding(lambda status: 200 <= status < 300, unanswered=True), "WH-28"),
    mutant("AS-199/for-good", giving_up(lambda delivery: delivery.attempts[-1].status is None), "WH-28"),
)
