"""Webhooks receive every event once, whichever replica records it and whichever one leads."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.mockserver.backends.replica_pair import ReplicaPair, on_replica, replica_pair
from tests.mockserver.webhooks.receiver import Authority, Receiver, receiving
from tests.mockserver.webhooks.steps import advance, deliveries, hook


@pytest.fixture
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, Receiver]]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with receiving(authority.context("127.0.0.1")) as running:
        yield authority, running


@pytest.fixture
def pair(database: str, receiver: tuple[Authority, Receiver]) -> Iterator[ReplicaPair]:
    """Two replicas that trust the receiver's certificate; their clock is frozen."""
    with replica_pair(store=database, webhook_ca=str(receiver[0].file), webhook_seconds=2) as pair:
        pair.second.control("POST", "/clock", json={"freeze": True})
        yield pair


def test_each_event_is_delivered_once_before_the_jump_ends(
    pair: ReplicaPair, receiver: tuple[Authority, Receiver]
) -> None:
    world = pair.first.org()
    hook(world, receiver[1])
    recorded = [on_replica(world, mock).record(count=3)["data"] for mock in islice(pair.alternating(), 4)]
    advance(on_replica(world, pair.second))
    received = Counter(one.message["data"]["event_id"] for one in receiver[1].received)
    assert received == Counter(event for events in recorded for event in events)
    for mock in (pair.first, pair.second):
        assert {delivery["state"] for delivery in deliveries(on_replica(world, mock))} == {"succeeded"}


def test_a_failed_delivery_is_retried_by_the_leader(pair: ReplicaPair, receiver: tuple[Authority, Receiver]) -> None:
    world = pair.second.org()
    receiver[1].answer = lambda _: 500
    hook(world, receiver[1])
    world.record()
    for mock, attempts in zip(islice(pair.alternating(), 3), (1, 2, 3), strict=True):
        advance(on_replica(world, mock), 0 if attempts == 1 else 300)
        (delivery,) = deliveries(on_replica(world, pair.first))
        assert len(delivery["attempts"]) == attempts
    assert len(receiver[1].received) == 3
