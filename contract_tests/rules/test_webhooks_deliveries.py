"""Deliveries of webhooks: the request, its signature, which answers count as a success, and the retries."""

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

LONG_BODY = b"receiver's answer " * 100


@pytest.mark.rules("WH-16")
def test_a_message_is_a_post_of_json(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver)
    world.record()
    found = listener.received()
    expect.equal("WH-16", [one.method for one in found], ["POST"], "the methods of the requests")
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
        sent = one.header("X-Webhook-Signature")
        expect("WH-19", re.fullmatch("[0-9a-f]{64}", sent), "64 lower-case hexadecimal digits", sent)
        expect.equal("WH-19", sent, signature(listener.secret, one.body), "the HMAC-SHA256 of the body")


@pytest.mark.rules("WH-20")
@pytest.mark.parametrize("summary", ["A cat", "Größe 5 — „Lkw“ \\ / <b> 🚚 é"], ids=["plain", "beyond ASCII"])
def test_a_signature_is_made_of_the_raw_body(world: World, expect: Expect, receiver: Receiver, summary: str) -> None:
    listener = listening(world, receiver)
    world.record(summary=summary)
    [found] = listener.received()
    wanted = signature(listener.secret, found.body)
    expect.equal("WH-20", found.header("X-Webhook-Signature"), wanted, "the signature made of the raw body")


@pytest.mark.rules("WH-24")
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_successful_delivery(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    listener = listening(world, receiver, responder=responding(status))
    world.record()
    world.advance(DAY_SECONDS)
    expect.equal("WH-24", len(listener.received()), 1, f"the number of attempts when the answer is {status}")


@pytest.mark.rules("WH-24")
@pytest.mark.parametrize("status", [300, 302, 304, 400, 401, 404, 410, 429, 500, 503, 599])
def test_any_other_status_is_a_failed_delivery(world: World, expect: Expect, receiver: Receiver, status: int) -> None:
    listener = listening(world, receiver, responder=responding(status))
    world.record()
    world.advance(RETRY_DELAYS_SECONDS[0])
    expect.equal("WH-24", len(listener.received()), 2, f"the number of attempts when the answer is {status}")


@pytest.mark.rules("WH-25")
def test_a_failed_delivery_is_retried_five_times(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500))
    with world.frozen_clock():
        world.record()
        for number, delay in enumerate(RETRY_DELAYS_SECONDS, 1):
            world.advance(delay - 1)
            expect.equal("WH-25", len(listener.received()), number, f"the attempts {delay - 1} s after a failure")
            world.advance(1)
            expect.equal("WH-25", len(listener.received()), number + 1, f"the attempts {delay} s after a failure")
        world.advance(7 * DAY_SECONDS)
    found = listener.received()
    expect.equal(
        "WH-25",
        list(attempt_intervals(found)),
        [float(delay) for delay in RETRY_DELAYS_SECONDS],
        "the seconds between attempts",
    )
    expect.equal("WH-25", len({one.body for one in found}), 1, "the number of different bodies")


@pytest.mark.rules("WH-25")
def test_a_delivery_that_succeeds_on_a_retry_is_not_repeated(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(500, 503, 200))
    world.record()
    world.advance(DAY_SECONDS)
    expect.equal("WH-25", len(listener.received()), 3, "the number of attempts with two failures")


@pytest.mark.rules("WH-26")
@pytest.mark.parametrize("status", [500, 404])
def test_a_delivery_that_failed_for_good_is_logged(
    world: World, expect: Expect, receiver: Receiver, status: int
) -> None:
    listener = listening(world, receiver, responder=lambda _: Reply(status, LONG_BODY))
    world.record()
    pending = listener.deliveries()[0]
    expect.equal("WH-26", pending["error"], None, "the error before the last attempt")
    world.advance(DAY_SECONDS)
    failed = listener.deliveries()[0]
    expect.equal("WH-26", failed["error"], "webhook_delivery_failed", "the error")
    expect.equal("WH-26", len(failed["attempts"]), 6, "the number of attempts")
    for attempt in failed["attempts"]:
        expect.equal("WH-26", attempt["status"], status, "the status of the answer")
        expect.equal("WH-26", attempt["response"], LONG_BODY[:1024].decode(), "the stored answer")


@pytest.mark.rules("WH-27")
def test_a_failed_delivery_can_be_replayed(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(*[500] * 6, 200))
    world.record()
    world.advance(DAY_SECONDS)
    failed = listener.deliveries()[0]
    expect.equal("WH-27", failed["state"], "failed", "the state before the replay")
    replay(world, failed["id"])
    found, replayed = listener.received(), listener.deliveries()[0]
    expect.equal("WH-27", len(found), 7, "the number of attempts after the replay")
    expect.equal("WH-27", found[-1].body, found[0].body, "the body")
    expect.equal("WH-27", (replayed["state"], replayed["error"]), ("succeeded", None), "state and error")


@pytest.mark.rules("WH-28")
def test_nothing_is_delivered_to_a_receiver_with_an_untrusted_certificate(
    world: World, expect: Expect, receiver: Receiver
) -> None:
    with receiving() as untrusted:
        listener = listening(world, untrusted)
        world.record()
        expect.equal("WH-28", listener.received(), [], "the messages received")
        delivery = listener.deliveries()[0]
        expect.equal("WH-28", delivery["state"], "pending", "the delivery's state")
        expect("WH-28", delivery["attempts"][0]["error"], "an attempt with an error", delivery)
