"""How many attempts run at the same time, with a sender that sends nothing."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import pytest

from mockserver.domain import webhooks
from mockserver.domain.webhooks import Attempt, EventType
from mockserver.runtime.clock import Clock
from mockserver.scheduler import Scheduler
from mockserver.store.kinds import DELIVERIES, WEBHOOKS
from mockserver.store.memory import MemoryStore
from mockserver.webhooks import dispatcher
from mockserver.webhooks.dispatcher import MAX_CONCURRENT, MAX_CONCURRENT_PER_WEBHOOK, Dispatcher
from mockserver.webhooks.sender import Sender
from tests.factories import NOON, uuid, webhook


class Waiting(Sender):
    """A sender whose attempts last until ``end`` is set."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.started: list[str] = []

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, at: datetime) -> Attempt:
        self.started.append(url)
        await self.end.wait()
        return Attempt(at=at, status=200, response="")


async def settled(sender: Waiting) -> None:
    """Wait until no more attempts start."""
    before = -1
    while before != len(sender.started):
        before = len(sender.started)
        await asyncio.sleep(0.05)


async def due(store: MemoryStore, receivers: int, count: int) -> None:
    """Store ``count`` due deliveries for each of ``receivers`` webhooks."""
    async with store.transaction() as tx:
        for number in range(receivers):
            hook = webhook(id=uuid(1000 + number), url=f"https://{number}.test/")
            await tx.put(WEBHOOKS, hook)
            for serial in range(count):
                delivery_id = uuid(100_000 + number * 1000 + serial)
                await tx.put(DELIVERIES, webhooks.compose(hook, delivery_id, EventType.EVENT, {}, NOON))


@pytest.mark.parametrize(
    ("receivers", "count", "concurrent"), [(1, 120, MAX_CONCURRENT_PER_WEBHOOK), (6, 60, MAX_CONCURRENT), (6, 10, 60)]
)
def test_attempts_are_bounded_for_each_webhook_and_in_all(
    monkeypatch: pytest.MonkeyPatch, receivers: int, count: int, concurrent: int
) -> None:
    monkeypatch.setattr(dispatcher, "MAX_QUEUE_DELAY_SECONDS", 0)

    async def jump_and_count() -> None:
        store, clock, sender = MemoryStore(), Clock(NOON), Waiting()
        Scheduler(store, clock, {DELIVERIES.name: Dispatcher(store, clock, sender).take})
        await due(store, receivers, count)
        jump = asyncio.create_task(clock.advance(0))
        await settled(sender)
        assert len(sender.started) == concurrent
        assert max(Counter(sender.started).values()) <= MAX_CONCURRENT_PER_WEBHOOK
        sender.end.set()
        await jump
        assert Counter(sender.started) == {f"https://{number}.test/": count for number in range(receivers)}

    asyncio.run(jump_and_count())
