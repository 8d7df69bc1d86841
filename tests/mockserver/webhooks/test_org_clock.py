"""Deliveries follow the clock of their org."""

from datetime import datetime, timedelta

from tests.harness import World
from tests.mockserver.webhooks.receiver import Receiver
from tests.mockserver.webhooks.steps import DAY, deliveries, hook


def move(world: World, seconds: float) -> datetime:
    moved = world.running.control("POST", f"/orgs/{world.id}/clock", json={"advance": seconds})
    return datetime.fromisoformat(moved["now"])


def test_deliveries_are_retried_in_the_org_that_jumps_alone(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    worlds = [world, world.running.org()]
    for one in worlds:
        hook(one, receiver)
        one.record()
    receiver.wait(2)
    start = move(world, 0)
    move(world, DAY)
    found = [[datetime.fromisoformat(at["at"]) for at in deliveries(one)[0]["attempts"]] for one in worlds]
    assert [round((at - start) / timedelta(minutes=1)) for at in found[0]] == [0, 1, 6, 21, 81, 441]
    assert len(found[1]) == 1
    assert len(receiver.received) == 7


def test_message_is_sent_at_once_while_the_orgs_clock_is_frozen(world: World, receiver: Receiver) -> None:
    at = move(world, 3600)
    world.running.control("POST", f"/orgs/{world.id}/clock", json={"freeze": True})
    world.running.control("POST", "/clock", json={"freeze": False})
    hook(world, receiver)
    world.record()
    [received] = receiver.wait()
    assert datetime.fromisoformat(received.at) == at.replace(microsecond=0)


def test_a_delivery_is_replayed_and_kept_by_the_time_of_its_org(world: World, receiver: Receiver) -> None:
    hook(world, receiver)
    world.record()
    [first] = receiver.wait()
    at = move(world, 3600)
    world.running.control("POST", f"/deliveries/{first.id}/replay")
    again = receiver.wait(2)[1]
    assert datetime.fromisoformat(again.at) == at.replace(microsecond=0)
