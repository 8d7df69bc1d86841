"""Webhooks and their deliveries: the rules WH-… that need no server."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from mockserver.domain import webhooks
from mockserver.domain.cameras import CameraStatus
from mockserver.domain.gateways import GatewayStatus
from mockserver.domain.webhooks import Attempt, Delivery, DeliveryState, EventType
from tests.factories import NOON, uuid, webhook

ACCEPTED = Attempt(at=NOON, status=204, response="")
FAILED = Attempt(at=NOON, status=500, response="no")


def delivery(**data: Any) -> Delivery:
    return webhooks.compose(webhook(), uuid(9), EventType.EVENT, data, NOON + timedelta(microseconds=7))


def test_message_is_an_envelope_due_at_once() -> None:
    made = delivery(event_id=uuid(1), at=NOON, tags=("cat",))
    assert json.loads(made.body) == {
        "event_type": "event",
        "timestamp": "2026-04-21T12:00:00Z",
        "webhook_id": uuid(9),
        "data": {"event_id": uuid(1), "at": "2026-04-21T12:00:00Z", "tags": ["cat"]},
    }
    assert (made.id, made.webhook_id, made.org_id) == (uuid(9), webhook().id, webhook().org_id)
    assert (made.state, made.created_at, made.next_attempt_at) == (DeliveryState.PENDING, NOON, NOON)


def test_headers_are_signed_with_the_secret_over_the_body_alone() -> None:
    made = delivery(name="Dock östlich")
    headers = webhooks.headers(made, "whsec_live_x", NOON + timedelta(hours=1))
    expected = hmac.new(b"whsec_live_x", made.body.encode(), hashlib.sha256).hexdigest()
    assert headers == {
        "Content-Type": "application/json",
        "X-Webhook-ID": made.id,
        "X-Webhook-Timestamp": "2026-04-21T13:00:00Z",
        "X-Webhook-Signature": expected,
    }


@pytest.mark.parametrize(
    ("status", "accepted"), [(199, False), (200, True), (299, True), (300, False), (500, False), (None, False)]
)
def test_only_a_2xx_is_a_success(status: int | None, accepted: bool) -> None:
    assert Attempt(at=NOON, status=status).succeeded is accepted


def test_accepted_delivery_has_succeeded() -> None:
    done = webhooks.record_attempt(delivery(), ACCEPTED)
    assert (done.state, done.attempts, done.next_attempt_at) == (DeliveryState.SUCCEEDED, (ACCEPTED,), None)


def test_failed_attempts_are_retried_after_growing_delays_and_then_not_again() -> None:
    going, at, delays = delivery(), NOON, []
    while going.next_attempt_at is not None:
        at = going.next_attempt_at
        going = webhooks.record_attempt(going, Attempt(at=at, status=500))
        delays.append(going.next_attempt_at and (going.next_attempt_at - at).total_seconds() / 60)
    assert delays == [1, 5, 15, 60, 360, None]
    assert (going.state, len(going.attempts)) == (DeliveryState.FAILED, 6)


def test_delivery_may_succeed_after_failures() -> None:
    done = webhooks.record_attempt(webhooks.record_attempt(delivery(), FAILED), ACCEPTED)
    assert (done.state, done.attempts, done.next_attempt_at) == (DeliveryState.SUCCEEDED, (FAILED, ACCEPTED), None)


def test_delivery_that_is_given_up_is_not_due() -> None:
    given_up = webhooks.give_up(webhooks.record_attempt(delivery(), FAILED))
    assert (given_up.state, given_up.attempts, given_up.next_attempt_at) == (DeliveryState.FAILED, (FAILED,), None)


@pytest.mark.parametrize("attempts", [[ACCEPTED], [FAILED], [FAILED] * 6])
def test_replay_makes_a_delivery_due_now(attempts: list[Attempt]) -> None:
    former = delivery()
    for attempt in attempts:
        former = webhooks.record_attempt(former, attempt)
    again = webhooks.replay(former, NOON + timedelta(seconds=30.5))
    assert (again.state, again.next_attempt_at) == (DeliveryState.PENDING, NOON + timedelta(seconds=30))
    assert (again.id, again.body, again.attempts) == (former.id, former.body, former.attempts)


def test_replay_that_fails_after_the_last_retry_is_not_retried() -> None:
    former = delivery()
    for _ in range(6):
        former = webhooks.record_attempt(former, FAILED)
    again = webhooks.record_attempt(webhooks.replay(former, NOON), FAILED)
    assert (again.state, again.next_attempt_at, len(again.attempts)) == (DeliveryState.FAILED, None, 7)


def test_replay_of_a_due_delivery_changes_nothing() -> None:
    due = delivery()
    assert webhooks.replay(due, NOON + timedelta(seconds=5)) is due


def test_only_changes_between_online_and_offline_are_notified() -> None:
    for states in (CameraStatus, GatewayStatus):
        changes = {
            (one.value, other.value)
            for one in states
            for other in states
            if webhooks.goes_online_or_offline(one, other)
        }
        assert changes == {("online", "offline"), ("offline", "online")}
