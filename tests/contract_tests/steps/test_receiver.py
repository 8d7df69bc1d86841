"""The receiver of webhooks: what it keeps and replies, which senders trust it, which targets reach it."""

import ssl
from collections.abc import Iterator

import httpx
import pytest

from contract_tests.config import TargetConfig
from contract_tests.processes.mock_process import packaged_mock
from contract_tests.steps.receiver import Receiver, Reply, receiving
from contract_tests.target import MOCK_CAPABILITIES, Target
from contract_tests.verdicts import Violation


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def sender(receiver: Receiver) -> httpx.Client:
    """Return a client that trusts the receiver only."""
    return httpx.Client(verify=ssl.create_default_context(cadata=receiver.ca.decode()), trust_env=False)


def test_requests_are_kept_by_path_and_answered_by_the_responder(receiver: Receiver) -> None:
    one = receiver.inbox(lambda _: Reply(302, b"elsewhere", {"Location": "https://example.com/"}))
    other = receiver.inbox(lambda received: Reply(202, received.body))
    with sender(receiver) as client:
        answer = client.post(one.url, content=b"first", headers={"X-Webhook-ID": "1"})
        assert (answer.status_code, answer.text, answer.headers["location"]) == (
            302,
            "elsewhere",
            "https://example.com/",
        )
        assert client.put(other.url, content=b"second").text == "second"
        assert client.post(f"{other.url}0", content=b"third").status_code == 404
    [first], [second] = one.received, other.received
    assert (first.method, first.body, first.header("X-WEBHOOK-ID")) == ("POST", b"first", "1")
    assert (second.method, second.body) == ("PUT", b"second")


def test_the_connection_is_closed_when_the_responder_returns_none(receiver: Receiver) -> None:
    inbox = receiver.inbox(lambda _: None)
    with sender(receiver) as client, pytest.raises(httpx.RemoteProtocolError):
        client.post(inbox.url, content=b"{}")
    assert len(inbox.received) == 1


def test_a_sender_that_trusts_another_receiver_sends_nothing(receiver: Receiver) -> None:
    inbox = receiver.inbox(lambda _: Reply())
    with receiving() as other, sender(other) as client, pytest.raises(httpx.ConnectError):
        client.post(inbox.url, content=b"{}")
    assert inbox.received == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"data": []}', b"{}"])
def test_a_message_without_data_is_a_violation(receiver: Receiver, body: bytes) -> None:
    inbox = receiver.inbox(lambda _: Reply())
    with sender(receiver) as client:
        client.post(inbox.url, content=body)
    for name in ("X-Webhook-ID", "X-Webhook-Timestamp"):
        with pytest.raises(Violation, match=name):
            inbox.received[0].header(name)
    with pytest.raises(Violation):
        _ = inbox.received[0].data


def test_only_a_mock_that_trusts_the_receiver_reaches_it(receiver: Receiver) -> None:
    without_ca = TargetConfig("mock", "http://127.0.0.1:1", control="/_mock", ours=True)
    assert Target(without_ca).capabilities == MOCK_CAPABILITIES - {"receiver"}
    with packaged_mock(0, webhook_ca=receiver.ca) as config, httpx.Client(base_url=config.base_url) as http:
        assert Target(config).capabilities == MOCK_CAPABILITIES
        org = http.post("/_mock/orgs", json={"fixture": "small"}).json()
        key = {"Authorization": f"Bearer {org['actors']['operator']['token']}"}
        inbox = receiver.inbox(lambda _: Reply())
        body = {"name": "Test", "url": inbox.url, "event_types": ["event"]}
        assert http.post("/api/v1/webhooks", json=body, headers=key).status_code == 201
        http.post(f"/_mock/orgs/{org['org_id']}/events", json={}).raise_for_status()
        http.post("/_mock/clock", json={"advance": 0}).raise_for_status()
    assert len(inbox.received) == 1
