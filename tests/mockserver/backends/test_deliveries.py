"""Webhooks are told of everything once, whichever replica it happened at and whichever has the agenda."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.mockserver.backends.replica_pair import Pair, paired, seen_from
from tests.mockserver.webhooks.receiver import Authority, Receiver, receiving
from tests.mockserver.webhooks.story import advance, deliveries, hook


@pytest.fixture
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, Receiver]]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with receiving(authority.context("127.0.0.1")) as running:
        yield authority, running


@pytest.fixture
def pair(database: str, receiver: tuple[Authority, Receiver]) -> Iterator[Pair]:
    """Two replicas that trust the receiver; their clock stands still."""
    with paired(store=database, webhook_ca=str(receiver[0].file), webhook_seconds=2) as pair:
        pair.second.control("POST", "/clock", json={"freeze": True})
        yield pair


def test_each_event_is_delivered_once_and_before_the_jump_is_over(
    pair: Pair, receiver: tuple[Authority, Receiver]
) -> None:
    world = pair.first.org()
    hook(world, receiver[1])
    recorded = [seen_from(world, mock).record(count=3)["data"] for mock in islice(pair.turns(), 4)]
    advance(seen_from(world, pair.second))
    told = Counter(one.message["data"]["event_id"] for one in receiver[1].received)
    assert told == Counter(event for events in recorded for event in events)
    for mock in (pair.first, pair.second):
        assert {delivery["state"] for delivery in deliveries(seen_from(world, mock))} == {"succeeded"}


def test_a_delivery_that_failed_is_tried_again_by_whoever_leads(
    pair: Pair, receiver: tuple[Authority, Receiver]
) -> None:
    world = pair.second.org()
    receiver[1].answer = lambda _: 500
    hook(world, receiver[1])
    world.record()
    for mock, attempts in zip(islice(pair.turns(), 3), (1, 2, 3), strict=True):
        advance(seen_from(world, mock), 0 if attempts == 1 else 300)
        (delivery,) = deliveries(seen_from(world, pair.first))
        assert len(delivery["attempts"]) == attempts
    assert len(receiver[1].received) == 3
