"""Attempts due deliveries and records the outcome."""

import asyncio
from functools import partial
from typing import NamedTuple
from weakref import WeakValueDictionary

from mockserver.domain import dates, webhooks
from mockserver.domain.webhooks import Delivery
from mockserver.runtime.clock import Clock
from mockserver.store.base import Store, Transaction
from mockserver.store.kinds import DELIVERIES, ORGS, WEBHOOKS
from mockserver.webhooks import retention
from mockserver.webhooks.sender import Sender

#: How many attempts run at the same time: to one webhook, so that a slow one does not delay the others, and in all.
MAX_CONCURRENT_PER_WEBHOOK, MAX_CONCURRENT = 50, 200
#: After so many attempts the deliveries of their orgs are trimmed.
TRIM_INTERVAL_ATTEMPTS = 100
#: How long an attempt delays the next one to its webhook at most.
MAX_QUEUE_DELAY_SECONDS = 0.1


class _Queue:
    """The queue of one webhook: ``slots`` bounds its attempts, ``order`` starts them one after the other."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(MAX_CONCURRENT_PER_WEBHOOK)
        self.order = asyncio.Lock()


class _Receiver(NamedTuple):
    """Where a message goes, and the secret that signs it."""

    url: str
    secret: str
    forwarded: bool


class Dispatcher:
    """Attempts deliveries that fall due.

    A webhook gets its deliveries one after the other, in the order in which they fell due; after
    MAX_QUEUE_DELAY_SECONDS without an answer the next attempt starts. No transaction is open during an attempt.
    """

    def __init__(self, store: Store, clock: Clock, sender: Sender) -> None:
        self._store = store
        self._clock = clock
        self._sender = sender
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._attempts = 0
        self._attempted_orgs: set[str] = set()
        self._queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()

    async def take(self, delivery: Delivery) -> None:
        """Start an attempt of a delivery that is due; the clock does not jump before it has ended."""
        self._clock.start_task(partial(self._attempt_in_turn, delivery), delivery.org_id)

    async def _attempt_in_turn(self, delivery: Delivery) -> None:
        queue = self._queues.setdefault(delivery.webhook_id, _Queue())
        async with queue.slots, asyncio.TaskGroup() as group, queue.order:
            await asyncio.wait({group.create_task(self._attempt(delivery))}, timeout=MAX_QUEUE_DELAY_SECONDS)
        await self._trim(delivery.org_id)

    async def _trim(self, org_id: str) -> None:
        """Remove the deliveries that orgs do not keep, at intervals."""
        self._attempts += 1
        self._attempted_orgs.add(org_id)
        if self._attempts % TRIM_INTERVAL_ATTEMPTS:
            return
        orgs, self._attempted_orgs = self._attempted_orgs, set()
        for attempted in orgs:
            async with self._store.transaction() as tx:
                await retention.trim(tx, attempted, self._clock.of(attempted).now())

    async def _attempt(self, delivery: Delivery) -> None:
        async with self._slots:
            receiver = await self._receiver(delivery)
            if receiver is None:
                return
            at = dates.whole_seconds(self._clock.of(delivery.org_id).now())
            headers = webhooks.headers(delivery, receiver.secret, at)
            send = self._sender.forward if receiver.forwarded else self._sender.post
            attempt = await send(receiver.url, headers, delivery.body.encode(), at)
            async with self._store.transaction() as tx:
                if await _unchanged(tx, delivery):
                    await tx.put(DELIVERIES, webhooks.record_attempt(delivery, attempt))

    async def _receiver(self, delivery: Delivery) -> _Receiver | None:
        """Return where to send to, or None if there is nothing to send; a disabled webhook gets nothing more."""
        async with self._store.transaction() as tx:
            webhook = await tx.get(WEBHOOKS, delivery.org_id, delivery.webhook_id)
            if webhook is None or not await _unchanged(tx, delivery):
                return None
            if not webhook.enabled:
                await tx.put(DELIVERIES, webhooks.give_up(delivery))
                return None
            org = await tx.get(ORGS, delivery.org_id, delivery.org_id)
            forwarded = org.settings.forward_webhooks_to if org else None
            return _Receiver(forwarded or webhook.url, webhook.secret, forwarded is not None)


async def _unchanged(tx: Transaction, delivery: Delivery) -> bool:
    """Whether the delivery was neither removed nor attempted since it fell due."""
    return await tx.get(DELIVERIES, delivery.org_id, delivery.id) == delivery
