import hmac
from collections.abc import Iterator
from contextlib import contextmanager

from novavms_mock import NovaVMSMock, Org
from novavms_mock.webhooks import Receiver
from tests.harness import Running
from tests.mockserver.http.steps import ok
from tests.mockserver.webhooks.steps import HOOKS

HOOK = {"name": "Test", "url": "https://hooks.example.com/novavms", "event_types": ["event"]}


@contextmanager
def receiving_org(mock: Running) -> Iterator[tuple[Org, Receiver]]:
    with NovaVMSMock(url=mock.base_url) as attached, attached.new_org() as org, org.receive_webhooks() as receiver:
        yield org, receiver


def test_messages_go_to_the_receiver_of_the_org_instead(mock: Running) -> None:
    with receiving_org(mock) as (org, receiver):
        secret = ok(org.client("operator").post(HOOKS, json=HOOK), 201)["secret"]
        org.events.record(2)
        first, second = receiver.wait(2)
        states = [delivery["state"] for delivery in org.deliveries.all()]
    assert first.headers["x-webhook-signature"] == hmac.new(secret.encode(), first.body, "sha256").hexdigest()
    assert {first.json()["event_type"], second.json()["event_type"]} == {"event"}
    assert set(states) <= {"succeeded", "pending"}


def test_messages_that_the_receiver_refuses_are_sent_again(mock: Running) -> None:
    with receiving_org(mock) as (org, receiver):
        ok(org.client("operator").post(HOOKS, json=HOOK), 201)
        receiver.status = 500
        org.events.record()
        receiver.wait()
        org.clock.advance(minutes=1)
        first, second = receiver.wait(2)
    assert first.headers["x-webhook-id"] == second.headers["x-webhook-id"]
