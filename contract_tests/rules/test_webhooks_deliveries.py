"""How webhooks are told: the request, its signature, what counts as taken, and what follows when it is not."""

import re

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import is_time, is_uuid
from contract_tests.steps.receiver import Receiver, Reply, receiving
from contract_tests.steps.webhooks import (
    DAY_SECONDS,
    RETRY_DELAYS_SECONDS,
    attempt_intervals,
    listening,
    replay,
    responding,
    signature,
)
from contract_tests.world import World

LONG = b"receiver's answer " * 100


@pytest.mark.rules("WH-16")
def test_a_message_is_a_post_of_json(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver)
    world.record()
    found = listener.received()
    expect.equal("WH-16", [one.method for one in found], ["POST"], "the methods of what came")
    media_type = found[0].header("Content-Type").partition(";")[0].strip()
    expect.equal("WH-16", media_type, "application/json", "the content type")
    expect("WH-16", found[0].message, "a JSON object", found[0].body)


@pytest.mark.rules("WH-17")
def test_every_message_has_an_id_of_its_own(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver)
    world.record(25)
    found = [one.header("X-Webhook-ID") for one in listener.received()]
    expect("WH-17", len(found) == len(set(found)) == 25, "25 different ids", found)
    expect("WH-17", all(map(is_uuid, found)), "ids that are UUIDs", found)


@pytest.mark.rules("WH-18")
def test_the_timestamp_of_a_message_is_iso_8601(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500, 200))
    world.record()
    world.advance(RETRY_DELAYS_SECONDS[0])
    for one in listener.received():
        text = one.header("X-Webhook-Timestamp")
        expect("WH-18", is_time(text), "an ISO 8601 time in UTC", text)


@pytest.mark.rules("WH-19")
def test_a_message_is_signed_with_the_secret(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver)
    world.record(21)
    for one in listener.received():
        told = one.header("X-Webhook-Signature")
        expect("WH-19", re.fullmatch("[0-9a-f]{64}", told), "64 lower-case hexadecimal digits", told)
        expect.equal("WH-19", told, signature(listener.secret, one.body), "the HMAC-SHA256 of the body")


@pytest.mark.rules("WH-20")
@pytest.mark.parametrize("summary", ["A cat", "Größe 5 — „Lkw“ \\ / <b> 🚚 é"], ids=["plain", "beyond ASCII"])
def test_a_signature_is_made_of_the_raw_body(world: World, expect: Expect, receiver: Receiver, summary: str) -> None:
    listener = listening(world, receiver)
    world.record(summary=summary)
    [found] = listener.received()
    wanted = signature(listener.secret, found.body)
    expect.equal("WH-20", found.header("X-Webhook-Signature"), wanted, "made of the body as it came, the signature")


@pytest.mark.rules("WH-24")
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_means_that_a_message_was_taken(
    world: World, expect: Expect, receiver: Receiver, status: int
) -> None:
    listener = listening(world, receiver, responder=responding(status))
    world.record()
    world.advance(DAY_SECONDS)
    expect.equal("WH-24", len(listener.received()), 1, f"the number of attempts where {status} is answered")


@pytest.mark.rules("WH-24")
@pytest.mark.parametrize("status", [300, 302, 304, 400, 401, 404, 410, 429, 500, 503, 599])
def test_any_other_status_means_that_it_was_not(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    listener = listening(world, receiver, responder=responding(status))
    world.record()
    world.advance(RETRY_DELAYS_SECONDS[0])
    expect.equal("WH-24", len(listener.received()), 2, f"the number of attempts where {status} is answered")


@pytest.mark.rules("WH-25")
def test_a_failed_delivery_is_repeated_five_times(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500))
    with world.frozen_clock():
        world.record()
        for number, pause in enumerate(RETRY_DELAYS_SECONDS, 1):
            world.advance(pause - 1)
            expect.equal("WH-25", len(listener.received()), number, f"{pause - 1} s after a failure, the attempts")
            world.advance(1)
            expect.equal("WH-25", len(listener.received()), number + 1, f"{pause} s after a failure, the attempts")
        world.advance(7 * DAY_SECONDS)
    found = listener.received()
    expect.equal(
        "WH-25",
        list(attempt_intervals(found)),
        [float(pause) for pause in RETRY_DELAYS_SECONDS],
        "the pauses in seconds",
    )
    expect.equal("WH-25", len({one.body for one in found}), 1, "the number of different bodies")


@pytest.mark.rules("WH-25")
def test_a_delivery_that_was_taken_at_last_is_not_repeated(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500, 503, 200))
    world.record()
    world.advance(DAY_SECONDS)
    expect.equal("WH-25", len(listener.received()), 3, "with two failures, the number of attempts")


@pytest.mark.rules("WH-26")
@pytest.mark.parametrize("status", [500, 404])
def test_a_delivery_given_up_is_logged(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    listener = listening(world, receiver, responder=lambda _: Reply(status, LONG))
    world.record()
    waiting = listener.deliveries()[0]
    expect.equal("WH-26", waiting["error"], None, "before it is given up, the error")
    world.advance(DAY_SECONDS)
    failed = listener.deliveries()[0]
    expect.equal("WH-26", failed["error"], "webhook_delivery_failed", "the error")
    expect.equal("WH-26", len(failed["attempts"]), 6, "the number of attempts")
    for attempt in failed["attempts"]:
        expect.equal("WH-26", attempt["status"], status, "the status of the answer")
        expect.equal("WH-26", attempt["response"], LONG[:1024].decode(), "the answer kept")


@pytest.mark.rules("WH-27")
def test_a_failed_delivery_can_be_replayed(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(*[500] * 6, 200))
    world.record()
    world.advance(DAY_SECONDS)
    failed = listener.deliveries()[0]
    expect.equal("WH-27", failed["state"], "failed", "before the replay, the state")
    replay(world, failed["id"])
    found, replayed = listener.received(), listener.deliveries()[0]
    expect.equal("WH-27", len(found), 7, "after the replay, the number of attempts")
    expect.equal("WH-27", found[-1].body, found[0].body, "the body")
    expect.equal("WH-27", (replayed["state"], replayed["error"]), ("succeeded", None), "the state and error")


@pytest.mark.rules("WH-28")
def test_a_receiver_whose_certificate_nobody_vouches_for_is_not_told(
    world: World, expect: Expect, receiver: Receiver
) -> None:
    with receiving() as stranger:
        listener = listening(world, stranger)
        world.record()
        expect.equal("WH-28", listener.received(), [], "what came")
        delivery = listener.deliveries()[0]
        expect.equal("WH-28", delivery["state"], "pending", "the delivery's state")
        expect("WH-28", delivery["attempts"][0]["error"], "an attempt with an error", delivery)
