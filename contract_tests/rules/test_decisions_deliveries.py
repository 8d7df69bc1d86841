"""What this project decided about deliveries: their order and times, and what becomes of those under way."""

import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import run_machine
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

#: On a machine that is busy the receiver answers late at times, and is told the next thing meanwhile.
_TRIES = 10
#: An event of the past is told when it is recorded.
PAST: dict[str, Any] = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}


@pytest.mark.rules("AS-189")
@pytest.mark.parametrize("first", EVENT_TYPES)
def test_a_test_message_is_an_example_of_the_first_type(
    world: World, expect: Expect, receiver: Receiver, first: str
) -> None:
    types = [first, *(other for other in EVENT_TYPES if other != first)]
    tested, genuine = listening(world, receiver, *types), listening(world, receiver, *EVENT_TYPES)
    answer = world.operator.post(f"{tested.path}/test", {})
    expect("AS-189", answer.is_(202), "202", answer)
    expect.equal("AS-189", list(answer.json), ["delivery_id"], "the fields of the answer are")
    found = tested.received()
    expect.equal("AS-189", len(found), 1, "the number of messages is")
    expect.equal("AS-189", found[0].header("X-Webhook-ID"), answer["delivery_id"], "X-Webhook-ID")
    expect.equal("AS-189", found[0].message.get("webhook_id"), answer["delivery_id"], "webhook_id")
    expect.equal("AS-189", found[0].message.get("event_type"), first, "event_type")
    expect("AS-189", found[0].data, "data", found[0].body)
    told = found[0].header("X-Webhook-Signature")
    expect.equal("AS-189", told, signature(tested.secret, found[0].body), "the signature")
    expect.equal("AS-189", genuine.received(), [], "what other webhooks got is")


@pytest.mark.rules("AS-190")
def test_testing_a_disabled_webhook_sends_nothing(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, enabled=False)
    world.operator.post(f"{listener.path}/test", {})
    world.operator.patch(listener.path, {"enabled": True})
    world.advance(DAY_SECONDS)
    expect.equal("AS-190", listener.received(), [], "what came is")


@pytest.mark.rules("AS-192")
def test_a_webhook_is_told_in_the_order_in_which_things_happened(
    world: World, expect: Expect, receiver: Receiver
) -> None:
    tries = []
    for _ in range(_TRIES):
        listener = listening(world, receiver)
        recorded = [*world.record(3), *(world.record()[0] for _ in range(2)), *world.record(3)]
        found = [one.data.get("event_id") for one in listener.received()]
        expect.equal("AS-192", sorted(map(str, found)), sorted(recorded), "whatever the order, the events told are")
        world.operator.delete(listener.path)
        tries.append(found == recorded)
        if tries[-1]:
            break
    expect("AS-192", any(tries), f"the events to be told in order in one of {_TRIES} tries", tries)


@pytest.mark.rules("AS-193")
def test_one_time_is_the_attempts_and_the_other_the_deliverys(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500, 500, 200))
    with world.frozen_clock():
        world.advance(3)
        world.record(**PAST)
        made = parse_time(world.now()).replace(microsecond=0)
        for pause in RETRY_DELAYS_SECONDS[:2]:
            world.advance(pause)
        found = listener.received()
    attempts = [(parse_time(one.header("X-Webhook-Timestamp")) - made).total_seconds() for one in found]
    expect.equal("AS-193", attempts, [0.0, 60.0, 360.0], "the attempts, in seconds after the delivery was made, are")
    told = {parse_time(one.message["timestamp"]) for one in found}
    expect.equal("AS-193", told, {made}, "the timestamps of the message are")


@pytest.mark.rules("AS-194")
def test_an_attempt_uses_the_address_and_the_secret_of_then(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500))
    moved = receiver.inbox(responding(500))
    world.record()
    listener.received()
    world.operator.patch(listener.path, {"url": moved.url})
    secret = str(world.admin.post(f"{listener.path}/rotate-secret", {})["secret"])
    world.advance(RETRY_DELAYS_SECONDS[0])
    expect.equal(
        "AS-194", (len(listener.received()), len(moved.received)), (1, 1), "the attempts at both addresses are"
    )
    body, told = moved.received[0].body, moved.received[0].header("X-Webhook-Signature")
    expect.equal("AS-194", told, signature(secret, body), "with the secret of then, the signature is")
    expect.equal("AS-194", body, listener.inbox.received[0].body, "the body")


@pytest.mark.rules("AS-195")
def test_what_falls_due_while_a_webhook_is_disabled_is_given_up(
    world: World, expect: Expect, receiver: Receiver
) -> None:
    listener = listening(world, receiver, responder=responding(500, 500, 200))
    world.record()
    world.advance(RETRY_DELAYS_SECONDS[0])
    world.operator.patch(listener.path, {"enabled": False})
    world.operator.patch(listener.path, {"enabled": True})
    expect.equal("AS-195", listener.deliveries()[0]["state"], "pending", "of one disabled and enabled, the state")
    world.operator.patch(listener.path, {"enabled": False})
    world.advance(RETRY_DELAYS_SECONDS[1])
    world.operator.patch(listener.path, {"enabled": True})
    world.advance(DAY_SECONDS)
    expect.equal("AS-195", len(listener.received()), 2, "the number of attempts is")
    delivery = listener.deliveries()[0]
    expect.equal("AS-195", (delivery["state"], delivery["next_attempt_at"]), ("failed", None), "state and next are")


@pytest.mark.rules("AS-196")
def test_a_deleted_webhook_takes_its_deliveries_with_it(world: World, expect: Expect, receiver: Receiver) -> None:
    deleted, kept = (listening(world, receiver, responder=responding(500)) for _ in range(2))
    world.record(2)
    expect.equal("AS-196", len(deleted.received()), 2, "before it is deleted, the number of attempts is")
    world.operator.delete(deleted.path)
    world.advance(DAY_SECONDS)
    expect.equal("AS-196", delivery_log(world, deleted.webhook["id"]), [], "its log is")
    expect.equal("AS-196", (len(deleted.received()), len(kept.received())), (2, 12), "the attempts at both are")


@pytest.mark.rules("AS-197")
@pytest.mark.parametrize("status", [200, 500])
def test_any_delivery_can_be_replayed(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    listener = listening(world, receiver, responder=responding(status))
    world.record()
    delivery = listener.deliveries()[0]
    for number in (2, 3):
        replay(world, delivery["id"])
        expect.equal("AS-197", len(listener.received()), number, "after a replay, the number of attempts is")
        logged = len(listener.deliveries()[0]["attempts"])
        expect.equal("AS-197", logged, number, "after a replay, the number of attempts in the log is")
    ids = {one.header("X-Webhook-ID") for one in listener.received()}
    expect.equal("AS-197", ids, {delivery["id"]}, "the ids are")
    wanted = "succeeded" if status == 200 else "pending"
    expect.equal("AS-197", listener.deliveries()[0]["state"], wanted, "the state")


@pytest.mark.rules("AS-198")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    target = receiver.inbox(responding(200))
    listener = listening(world, receiver, responder=lambda _: Reply(status, b"", {"Location": target.url}))
    world.record()
    delivery = listener.deliveries()[0]
    expect.equal("AS-198", len(target.received), 0, "the number of requests at the other address is")
    expect.equal("AS-198", (delivery["state"], delivery["attempts"][0]["status"]), ("pending", status), "it is")


@pytest.mark.rules("AS-199")
def test_an_attempt_without_an_answer_has_failed(world: World, expect: Expect, receiver: Receiver) -> None:
    replies = [None, None, Reply()]
    listener = listening(world, receiver, responder=lambda _: replies.pop(0))
    world.record()
    first = listener.deliveries()[0]
    expect.equal("AS-199", first["state"], "pending", "the state")
    expect("AS-199", first["attempts"][0]["error"], "an attempt with an error", first)
    expect.equal("AS-199", first["attempts"][0]["status"], None, "the status of the attempt")
    world.advance(DAY_SECONDS)
    expect.equal("AS-199", len(listener.received()), 3, "the number of attempts is")
    expect.equal("AS-199", listener.deliveries()[0]["state"], "succeeded", "the state in the end")


class Deliveries(RuleBasedStateMachine):
    """Things happen, time passes, the receiver fails and recovers: every event is taken at once, or in its turn."""

    def __init__(self, world: World, expect: Expect, receiver: Receiver) -> None:
        super().__init__()
        self.world, self.expect, self.up = world.fresh(), expect, True
        self.listener = listening(self.world, receiver, responder=lambda _: Reply(200 if self.up else 503))
        #: Of every event, how many attempts failed and when the next is due; None when none is.
        self.due: dict[str, tuple[int, float | None]] = {}
        self.time, self.attempts = 0.0, 0

    def _attempt(self, event: str) -> None:
        failed, _ = self.due[event]
        self.attempts += 1
        again = None if self.up or failed >= len(RETRY_DELAYS_SECONDS) else self.time + RETRY_DELAYS_SECONDS[failed]
        self.due[event] = (failed + 1, again)

    @rule(count=st.integers(1, 3))
    def something_happens(self, count: int) -> None:
        """Record events; the webhook is told of each at once."""
        for event in self.world.record(count):
            self.due[event] = (0, self.time)
            self._attempt(event)
        self._compare()

    @rule(pause=st.sampled_from((30.0, *map(float, RETRY_DELAYS_SECONDS))))
    def time_passes(self, pause: float) -> None:
        """Let what falls due on the way be attempted."""
        end = self.time + pause
        while waiting := [(at, event) for event, (_, at) in self.due.items() if at is not None and at <= end]:
            self.time, event = min(waiting)
            self._attempt(event)
        self.time = end
        self.world.advance(pause)
        self._compare()

    @rule()
    def it_breaks_or_recovers(self) -> None:
        """Let the receiver fail from now on, or no more."""
        self.up = not self.up

    @precondition(lambda self: self.due)
    @rule(number=st.integers(0, 100))
    def one_is_replayed(self, number: int) -> None:
        """Replay a delivery, whatever became of it."""
        found = self.listener.deliveries()
        delivery = found[number % len(found)]
        replay(self.world, delivery["id"])
        self._attempt(json.loads(delivery["body"])["data"]["event_id"])
        self._compare()

    def _compare(self) -> None:
        told: list[Any] = self.listener.received()
        self.expect.equal("AS-197", len(told), self.attempts, "the number of attempts in all is")
        waiting = sum(at is not None for _, at in self.due.values())
        pending = [one for one in self.listener.deliveries() if one["state"] == "pending"]
        self.expect.equal("AS-197", len(pending), waiting, "the number of deliveries that wait is")


@pytest.mark.rules("AS-197")
def test_deliveries_go_their_way_whatever_happens(world: World, expect: Expect, receiver: Receiver) -> None:
    with world.frozen_clock():
        run_machine(world, lambda: Deliveries(world, expect, receiver), examples=3, steps=12)
