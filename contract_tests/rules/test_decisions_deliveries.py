"""Decisions about deliveries of webhooks: their order, their times, and what happens to pending ones."""

import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import precondition, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import INDEX, Model, pick, run_machine
from contract_tests.steps.answers import parse_time
from contract_tests.steps.receiver import Receiver, Reply
from contract_tests.steps.webhooks import (
    DAY_SECONDS,
    EVENT_TYPES,
    RETRY_DELAYS_SECONDS,
    delivery_log,
    listening,
    replay,
    responding,
    signature,
)
from contract_tests.world import World

#: On a busy machine a message may arrive after the next one, so one try in the right order is enough.
_MAX_TRIES = 10
#: The time of an event that is recorded later, when it is delivered.
PAST: dict[str, Any] = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}


@pytest.mark.rules("AS-189")
@pytest.mark.parametrize("first", EVENT_TYPES)
def test_a_test_message_is_an_example_of_the_first_type(
    world: World, expect: Expect, receiver: Receiver, first: str
) -> None:
    types = [first, *(name for name in EVENT_TYPES if name != first)]
    tested, other = listening(world, receiver, *types), listening(world, receiver, *EVENT_TYPES)
    answer = world.operator.post(f"{tested.path}/test", {})
    expect("AS-189", answer.is_(202), "202", answer)
    expect.equal("AS-189", list(answer.json), ["delivery_id"], "the fields of the answer")
    found = tested.received()
    expect.equal("AS-189", len(found), 1, "the number of messages")
    expect.equal("AS-189", found[0].header("X-Webhook-ID"), answer["delivery_id"], "X-Webhook-ID")
    expect.equal("AS-189", found[0].message.get("webhook_id"), answer["delivery_id"], "webhook_id")
    expect.equal("AS-189", found[0].message.get("event_type"), first, "event_type")
    expect("AS-189", found[0].data, "data", found[0].body)
    sent = found[0].header("X-Webhook-Signature")
    expect.equal("AS-189", sent, signature(tested.secret, found[0].body), "the signature")
    expect.equal("AS-189", other.received(), [], "what other webhooks received")


@pytest.mark.rules("AS-190")
def test_testing_a_disabled_webhook_delivers_nothing(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, enabled=False)
    world.operator.post(f"{listener.path}/test", {})
    world.operator.patch(listener.path, {"enabled": True})
    world.advance(DAY_SECONDS)
    expect.equal("AS-190", listener.received(), [], "the messages received")


@pytest.mark.rules("AS-192")
def test_events_are_delivered_in_the_order_in_which_they_were_recorded(
    world: World, expect: Expect, receiver: Receiver
) -> None:
    tries = []
    for _ in range(_MAX_TRIES):
        listener = listening(world, receiver)
        recorded = [*world.record(3), *(world.record()[0] for _ in range(2)), *world.record(3)]
        found = [one.data.get("event_id") for one in listener.received()]
        expect.equal("AS-192", sorted(map(str, found)), sorted(recorded), "the events delivered, whatever their order,")
        world.operator.delete(listener.path)
        tries.append(found == recorded)
        if tries[-1]:
            break
    expect("AS-192", any(tries), f"the events in their order in one of {_MAX_TRIES} tries", tries)


@pytest.mark.rules("AS-193")
def test_the_header_has_the_time_of_the_attempt_and_the_message_that_of_the_delivery(
    world: World, expect: Expect, receiver: Receiver
) -> None:
    listener = listening(world, receiver, responder=responding(500, 500, 200))
    with world.frozen_clock():
        world.advance(3)
        world.record(**PAST)
        made = parse_time(world.now()).replace(microsecond=0)
        for delay in RETRY_DELAYS_SECONDS[:2]:
            world.advance(delay)
        found = listener.received()
    attempts = [(parse_time(one.header("X-Webhook-Timestamp")) - made).total_seconds() for one in found]
    expect.equal("AS-193", attempts, [0.0, 60.0, 360.0], "the seconds from the delivery's creation to its attempts")
    timestamps = {parse_time(one.message["timestamp"]) for one in found}
    expect.equal("AS-193", timestamps, {made}, "the timestamps of the message")


@pytest.mark.rules("AS-194")
def test_an_attempt_uses_the_current_url_and_secret(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500))
    moved = receiver.inbox(responding(500))
    world.record()
    listener.received()
    world.operator.patch(listener.path, {"url": moved.url})
    secret = str(world.admin.post(f"{listener.path}/rotate-secret", {})["secret"])
    world.advance(RETRY_DELAYS_SECONDS[0])
    expect.equal(
        "AS-194", (len(listener.received()), len(moved.received)), (1, 1), "the numbers of attempts at both URLs"
    )
    body, sent = moved.received[0].body, moved.received[0].header("X-Webhook-Signature")
    expect.equal("AS-194", sent, signature(secret, body), "the signature made with the new secret")
    expect.equal("AS-194", body, listener.inbox.received[0].body, "the body")


@pytest.mark.rules("AS-195")
def test_a_delivery_due_while_its_webhook_is_disabled_fails(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500, 500, 200))
    world.record()
    world.advance(RETRY_DELAYS_SECONDS[0])
    world.operator.patch(listener.path, {"enabled": False})
    world.operator.patch(listener.path, {"enabled": True})
    expect.equal("AS-195", listener.deliveries()[0]["state"], "pending", "the state after disabling and enabling")
    world.operator.patch(listener.path, {"enabled": False})
    world.advance(RETRY_DELAYS_SECONDS[1])
    world.operator.patch(listener.path, {"enabled": True})
    world.advance(DAY_SECONDS)
    expect.equal("AS-195", len(listener.received()), 2, "the number of attempts")
    delivery = listener.deliveries()[0]
    expect.equal(
        "AS-195", (delivery["state"], delivery["next_attempt_at"]), ("failed", None), "state and next_attempt_at"
    )


@pytest.mark.rules("AS-196")
def test_deleting_a_webhook_deletes_its_deliveries(world: World, expect: Expect, receiver: Receiver) -> None:
    deleted, kept = (listening(world, receiver, responder=responding(500)) for _ in range(2))
    world.record(2)
    expect.equal("AS-196", len(deleted.received()), 2, "the number of attempts before the deletion")
    world.operator.delete(deleted.path)
    world.advance(DAY_SECONDS)
    expect.equal("AS-196", delivery_log(world, deleted.webhook["id"]), [], "its log of deliveries")
    expect.equal(
        "AS-196", (len(deleted.received()), len(kept.received())), (2, 12), "the numbers of attempts at both webhooks"
    )


@pytest.mark.rules("AS-197")
@pytest.mark.parametrize("status", [200, 500])
def test_any_delivery_can_be_replayed(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    listener = listening(world, receiver, responder=responding(status))
    world.record()
    delivery = listener.deliveries()[0]
    for number in (2, 3):
        replay(world, delivery["id"])
        expect.equal("AS-197", len(listener.received()), number, "the number of attempts after a replay")
        logged = len(listener.deliveries()[0]["attempts"])
        expect.equal("AS-197", logged, number, "the number of attempts in the log after a replay")
    ids = {one.header("X-Webhook-ID") for one in listener.received()}
    expect.equal("AS-197", ids, {delivery["id"]}, "the values of X-Webhook-ID")
    wanted = "succeeded" if status == 200 else "pending"
    expect.equal("AS-197", listener.deliveries()[0]["state"], wanted, "the state")


@pytest.mark.rules("AS-198")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    target = receiver.inbox(responding(200))
    listener = listening(world, receiver, responder=lambda _: Reply(status, b"", {"Location": target.url}))
    world.record()
    delivery = listener.deliveries()[0]
    expect.equal("AS-198", len(target.received), 0, "the number of requests at the target of the redirect")
    expect.equal(
        "AS-198",
        (delivery["state"], delivery["attempts"][0]["status"]),
        ("pending", status),
        "state and status of the first attempt",
    )


@pytest.mark.rules("AS-199")
def test_an_attempt_without_an_answer_fails(world: World, expect: Expect, receiver: Receiver) -> None:
    replies = [None, None, Reply()]
    listener = listening(world, receiver, responder=lambda _: replies.pop(0))
    world.record()
    first = listener.deliveries()[0]
    expect.equal("AS-199", first["state"], "pending", "the state")
    expect("AS-199", first["attempts"][0]["error"], "an attempt with an error", first)
    expect.equal("AS-199", first["attempts"][0]["status"], None, "the status of the attempt")
    world.advance(DAY_SECONDS)
    expect.equal("AS-199", len(listener.received()), 3, "the number of attempts")
    expect.equal("AS-199", listener.deliveries()[0]["state"], "succeeded", "the state in the end")


class DeliveryModel(Model):
    """Deliveries of events while the clock advances and the receiver fails and recovers."""

    def __init__(self, world: World, expect: Expect, receiver: Receiver) -> None:
        super().__init__(world, expect)
        self.receiver_works = True
        self.listener = listening(self.world, receiver, responder=lambda _: Reply(200 if self.receiver_works else 503))
        #: For every event, how many attempts were made and the time at which the next is due, None when none is.
        self.due: dict[str, tuple[int, float | None]] = {}
        self.time, self.attempts = 0.0, 0

    def _attempt(self, event: str) -> None:
        made, _ = self.due[event]
        self.attempts += 1
        next_at = (
            None if self.receiver_works or made >= len(RETRY_DELAYS_SECONDS) else self.time + RETRY_DELAYS_SECONDS[made]
        )
        self.due[event] = (made + 1, next_at)

    @rule(count=st.integers(1, 3))
    def record_events(self, count: int) -> None:
        """Record events, each of which is delivered at once."""
        for event in self.world.record(count):
            self.due[event] = (0, self.time)
            self._attempt(event)
        self._compare()

    @rule(seconds=st.sampled_from((30.0, *map(float, RETRY_DELAYS_SECONDS))))
    def advance(self, seconds: float) -> None:
        """Advance the clock; every attempt that falls due is made."""
        end = self.time + seconds
        while waiting := [(at, event) for event, (_, at) in self.due.items() if at is not None and at <= end]:
            self.time, event = min(waiting)
            self._attempt(event)
        self.time = end
        self.world.advance(seconds)
        self._compare()

    @rule()
    def receiver_fails_or_recovers(self) -> None:
        """Make the receiver fail from now on, or work again."""
        self.receiver_works = not self.receiver_works

    @precondition(lambda self: self.due)
    @rule(index=INDEX)
    def replay(self, index: int) -> None:
        """Replay a delivery, whatever its state."""
        delivery = pick(self.listener.deliveries(), index)
        replay(self.world, delivery["id"])
        self._attempt(json.loads(delivery["body"])["data"]["event_id"])
        self._compare()

    def _compare(self) -> None:
        received: list[Any] = self.listener.received()
        self.expect.equal("AS-197", len(received), self.attempts, "the number of all attempts")
        due = sum(at is not None for _, at in self.due.values())
        pending = [one for one in self.listener.deliveries() if one["state"] == "pending"]
        self.expect.equal("AS-197", len(pending), due, "the number of pending deliveries")


@pytest.mark.rules("AS-197")
def test_deliveries_follow_their_model_in_any_order(world: World, expect: Expect, receiver: Receiver) -> None:
    with world.frozen_clock():
        run_machine(world, lambda: DeliveryModel(world.fresh(), expect, receiver), examples=3, steps=12)
