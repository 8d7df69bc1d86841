"""An org keeps so many finished deliveries, and for so long, as its settings say."""

import pytest

from mockserver.webhooks import dispatcher
from tests.harness import World
from tests.mockserver.webhooks.receiver import Receiver
from tests.mockserver.webhooks.steps import advance, deliveries, hook


def test_finished_deliveries_are_kept_up_to_a_number_and_an_age(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "TRIM_INTERVAL_ATTEMPTS", 5)
    receiver.answer = lambda _: 200
    hook(world, receiver)
    world.settings(deliveries_kept=4, deliveries_kept_hours=2)
    world.record(count=10)
    advance(world, 1)
    kept = deliveries(world)
    assert len(kept) == 4
    advance(world, 7200)
    world.record(count=5)
    advance(world)
    assert {one["id"] for one in deliveries(world)}.isdisjoint({one["id"] for one in kept})


def test_deliveries_that_are_still_to_be_attempted_are_kept(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "TRIM_INTERVAL_ATTEMPTS", 5)
    receiver.answer = lambda _: 500
    hook(world, receiver)
    world.settings(deliveries_kept=1)
    world.record(count=10)
    advance(world, 30)
    assert [one["state"] for one in deliveries(world)] == ["pending"] * 10
