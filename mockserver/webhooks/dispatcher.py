"""Brings due deliveries to their webhooks, and writes down what came of it."""

import asyncio
from functools import partial
from weakref import WeakValueDictionary

from mockserver.domain import dates, webhooks
from mockserver.domain.webhooks import Delivery, Webhook
from mockserver.runtime.clock import Clock
from mockserver.store.base import Store, Transaction
from mockserver.store.kinds import DELIVERIES, WEBHOOKS
from mockserver.webhooks.sender import Sender

#: How many attempts go on at a time: to one webhook, so that one that hangs does not hold up the others, and in all.
MAX_CONCURRENT_PER_WEBHOOK, MAX_CONCURRENT = 50, 200
#: How many seconds an attempt keeps the next one to its webhook waiting.
MAX_QUEUE_DELAY_SECONDS = 0.1


class _Queue:
    """The way to one webhook: room for some attempts, and a gate through which they go one after the other."""

    def __init__(self) -> None:
        self.room = asyncio.Semaphore(MAX_CONCURRENT_PER_WEBHOOK)
        self.gate = asyncio.Lock()


class Dispatcher:
    """Attempts what falls due.

    A webhook is told one thing after the other, in the order in which it fell due, as long as it answers quickly; one
    that does not is told the next thing meanwhile. No transaction is open while an attempt goes on.
    """

    def __init__(self, store: Store, clock: Clock, sender: Sender) -> None:
        self._store = store
        self._clock = clock
        self._sender = sender
        self._under_way = asyncio.Semaphore(MAX_CONCURRENT)
        self._queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()

    async def take(self, delivery: Delivery) -> None:
        """Begin an attempt of a delivery that is due; the clock does not jump past it."""
        self._clock.start_task(partial(self._attempt_in_turn, delivery))

    async def _attempt_in_turn(self, delivery: Delivery) -> None:
        queue = self._queues.setdefault(delivery.webhook_id, _Queue())
        async with queue.room, asyncio.TaskGroup() as group, queue.gate:
            await asyncio.wait({group.create_task(self._attempt(delivery))}, timeout=MAX_QUEUE_DELAY_SECONDS)

    async def _attempt(self, delivery: Delivery) -> None:
        async with self._under_way:
            webhook = await self._receiver(delivery)
            if webhook is None:
                return
            at = dates.whole_seconds(self._clock.now())
            headers = webhooks.headers(delivery, webhook.secret, at)
            attempt = await self._sender.post(webhook.url, headers, delivery.body.encode(), at)
            async with self._store.transaction() as tx:
                if await _unchanged(tx, delivery):
                    await tx.put(DELIVERIES, webhooks.record_attempt(delivery, attempt))

    async def _receiver(self, delivery: Delivery) -> Webhook | None:
        """Return the webhook to send to, None when there is nothing to send: a disabled one is told no more."""
        async with self._store.transaction() as tx:
            webhook = await tx.get(WEBHOOKS, delivery.org_id, delivery.webhook_id)
            if webhook is None or not await _unchanged(tx, delivery):
                return None
            if not webhook.enabled:
                await tx.put(DELIVERIES, webhooks.give_up(delivery))
                return None
            return webhook


async def _unchanged(tx: Transaction, delivery: Delivery) -> bool:
    """Whether the delivery is as it was when it fell due: neither removed nor attempted since."""
    return await tx.get(DELIVERIES, delivery.org_id, delivery.id) == delivery
