"""Deliveries from a mock to a receiver."""

import hashlib
import hmac
import time
from collections import Counter
from datetime import datetime

from tests.harness import World, running
from tests.mockserver.http.steps import done, ok
from tests.mockserver.webhooks.receiver import HANG, RESET, Answer, Authority, Received, Receiver, receiving
from tests.mockserver.webhooks.steps import DAY, HOOKS, advance, deliveries, hook


def minutes(received: list[Received]) -> list[float]:
    """Return the minutes between the first attempt and each."""
    times = [datetime.fromisoformat(one.at) for one in received]
    return [(at - times[0]).total_seconds() / 60 for at in times]


def test_message_is_signed_as_the_documentation_verifies_it(world: World, receiver: Receiver) -> None:
    secret = hook(world, receiver)["secret"]
    event_id = world.record()["data"][0]
    [received] = receiver.wait()
    signature = hmac.new(secret.encode(), received.body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(signature, received.headers["x-webhook-signature"])
    assert received.headers["content-type"] == "application/json"
    assert received.message["data"]["event_id"] == event_id
    assert received.message["webhook_id"] == received.id
    assert received.message["timestamp"] == received.at


def test_message_is_sent_at_once_while_the_clock_is_frozen(world: World, receiver: Receiver) -> None:
    hook(world, receiver)
    world.record()
    receiver.wait()
    advance(world)
    [delivery] = deliveries(world)
    assert (delivery["state"], delivery["error"], delivery["next_attempt_at"]) == ("succeeded", None, None)
    assert delivery["attempts"] == [{"at": delivery["created_at"], "status": 200, "error": None, "response": "body"}]


def test_failed_delivery_is_retried_five_times_and_then_fails(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    hook(world, receiver)
    world.record()
    advance(world, DAY)
    assert minutes(receiver.received) == [0, 1, 6, 21, 81, 441]
    assert len({(one.id, one.body) for one in receiver.received}) == 1
    [delivery] = deliveries(world)
    assert (delivery["state"], delivery["error"]) == ("failed", "webhook_delivery_failed")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500] * 6


def test_no_retry_before_its_time_nor_after_a_success(world: World, receiver: Receiver) -> None:
    answers = iter([500, 503, 200])
    receiver.answer = lambda _: next(answers)
    hook(world, receiver)
    world.record()
    for seconds, count in ((59, 1), (1, 2), (299, 2), (1, 3), (DAY, 3)):
        advance(world, seconds)
        assert len(receiver.received) == count
    assert deliveries(world)[0]["state"] == "succeeded"


def test_jump_answers_when_everything_due_has_been_attempted(world: World, receiver: Receiver) -> None:
    def slowly(_: Received) -> Answer:
        time.sleep(0.2)
        return 500

    receiver.answer = slowly
    hook(world, receiver)
    world.record(count=2)
    advance(world, 360)
    assert [len(delivery["attempts"]) for delivery in deliveries(world)] == [3, 3]


def test_thousand_events_are_each_accepted_once_despite_failures(receiver: Receiver, authority: Authority) -> None:
    with running(fixture="small", webhook_ca=str(authority.file), webhook_seconds=5) as mock:
        mock.control("POST", "/clock", json={"freeze": True})
        deliver_a_thousand(mock.org(), receiver)


def deliver_a_thousand(world: World, receiver: Receiver) -> None:
    secret = hook(world, receiver)["secret"]
    accepted: Counter[str] = Counter()
    attempts: Counter[str] = Counter()
    failures: tuple[Answer, ...] = (500, RESET, 404, b"nonsense", b"")

    def answer(received: Received) -> Answer:
        attempts[received.id] += 1
        number = list(attempts).index(received.id)
        if number in (333, 666) and attempts[received.id] == 1:
            return HANG
        if number % 10 == 0 and attempts[received.id] < 3:
            return failures[number // 10 % len(failures)]
        accepted[received.message["data"]["event_id"]] += 1
        return 200

    receiver.answer = answer
    recorded = world.record(count=1000)["data"]
    advance(world, DAY)
    assert accepted == Counter(recorded)
    assert len(receiver.received) == 1000 + 2 + 100 * 2
    assert {delivery["state"] for delivery in deliveries(world)} == {"succeeded"}
    for received in receiver.received:
        signature = hmac.new(secret.encode(), received.body, hashlib.sha256).hexdigest()
        assert received.headers["x-webhook-signature"] == signature


def test_deliveries_arrive_in_the_order_of_their_events(world: World, receiver: Receiver) -> None:
    hook(world, receiver)
    recorded = [world.record()["data"][0] for _ in range(10)] + world.record(count=50)["data"]
    advance(world)
    assert [received.message["data"]["event_id"] for received in receiver.received] == recorded
    assert receiver.max_open == 1


def test_slow_receiver_gets_several_attempts_at_once_and_delays_no_other(
    world: World, receiver: Receiver, authority: Authority
) -> None:
    receiver.answer = lambda _: HANG
    with receiving(authority.context("127.0.0.1")) as other:
        hook(world, receiver)
        world.record(count=20)
        hook(world, other, "camera_status")
        camera = f"/orgs/{world.id}/cameras/{world.cameras[0]['id']}"
        world.running.control("PATCH", camera, json={"status": "offline"})
        other.wait()
        assert deliveries(world, state="pending")
        advance(world)
    assert len(receiver.received) == 20
    assert receiver.max_open > 5


def test_api_answers_while_a_receiver_does_not(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: HANG
    created = hook(world, receiver)
    world.record()
    receiver.wait()
    started = time.monotonic()
    assert ok(world.operator.get(f"{HOOKS}/{created['id']}"))["enabled"]
    assert deliveries(world)[0]["attempts"] == []
    assert time.monotonic() - started < 1


def test_deleted_webhook_gets_nothing_more(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: HANG
    created = hook(world, receiver)
    world.record()
    receiver.wait()
    done(world.operator.delete(f"{HOOKS}/{created['id']}"))
    advance(world, DAY)
    assert deliveries(world) == []
    assert len(receiver.received) == 1


def test_disabled_webhook_gets_nothing_more(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    created = hook(world, receiver)
    world.record()
    advance(world)
    ok(world.operator.patch(f"{HOOKS}/{created['id']}", json={"enabled": False}))
    advance(world, DAY)
    [delivery] = deliveries(world)
    assert (delivery["state"], len(delivery["attempts"])) == ("failed", 1)
    assert len(receiver.received) == 1


def test_retry_uses_the_present_url_and_secret_of_the_webhook(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda received: 200 if received.path == "/moved" else 500
    created = hook(world, receiver)
    world.record()
    advance(world)
    path = f"{HOOKS}/{created['id']}"
    ok(world.operator.patch(path, json={"url": receiver.url.replace("hook", "moved")}))
    secret = ok(world.admin.post(f"{path}/rotate-secret"))["secret"]
    advance(world, 60)
    first, second = receiver.received
    assert (first.id, first.body, second.path) == (second.id, second.body, "/moved")
    expected = [hmac.new(key.encode(), first.body, "sha256").hexdigest() for key in (created["secret"], secret)]
    assert [one.headers["x-webhook-signature"] for one in (first, second)] == expected


def test_replay_sends_the_same_again(world: World, receiver: Receiver) -> None:
    hook(world, receiver)
    world.record()
    advance(world)
    [delivery] = deliveries(world)
    advance(world, 3600)
    again = world.running.control("POST", f"/deliveries/{delivery['id']}/replay")
    assert (again["state"], again["id"], again["body"]) == ("pending", delivery["id"], delivery["body"])
    advance(world)
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert minutes(receiver.received) == [0, 60]
    [replayed] = deliveries(world)
    assert (replayed["state"], len(replayed["attempts"])) == ("succeeded", 2)


def test_replay_of_a_delivery_under_way_sends_nothing_twice(world: World, receiver: Receiver) -> None:
    receiver.answer = lambda _: HANG
    hook(world, receiver)
    world.record()
    receiver.wait()
    [delivery] = deliveries(world)
    assert world.running.control("POST", f"/deliveries/{delivery['id']}/replay") == delivery
    advance(world)
    assert len(receiver.received) == 1
