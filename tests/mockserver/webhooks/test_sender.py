"""One message to one receiver."""

import asyncio
import socket
import time
from collections.abc import Sequence
from typing import Any

import pytest

from mockserver.domain.webhooks import Attempt
from mockserver.settings import Settings
from mockserver.webhooks.allowlist import Allowed, WebhookOptionError
from mockserver.webhooks.sender import Sender, tls_settings
from tests.factories import NOON
from tests.mockserver.webhooks.receiver import BEGIN, HANG, POUR, RESET, Answer, Authority, Receiver, receiving

HEADERS = {"Content-Type": "application/json", "X-Webhook-ID": "1", "X-Webhook-Timestamp": "now"}


class Resolver:
    """A resolver that returns one list of addresses after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0)


def post(url: str, authority: Authority | None, **chosen: Any) -> Attempt:
    """Post a message to a URL, trusting an authority, or the system's (None)."""
    settings = {"timeout_seconds": 5.0, **chosen}
    allowed = [Allowed.parse(text) for text in Settings().webhooks_to]
    sender = Sender(allowed, tls_settings(str(authority.file) if authority else None), **settings)
    return asyncio.run(sender.post(url, HEADERS, b'{"a": 1}', NOON))


def test_body_arrives_as_it_is_in_one_post(receiver: Receiver, authority: Authority) -> None:
    attempt = post(f"{receiver.url}/x?y=%20", authority)
    assert attempt == Attempt(at=NOON, status=200, response="body")
    [received] = receiver.received
    assert (received.method, received.path, received.body) == ("POST", "/hook/x?y=%20", b'{"a": 1}')
    assert received.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "connection": "close",
        "content-length": "8",
        "content-type": "application/json",
        "x-webhook-id": "1",
        "x-webhook-timestamp": "now",
    }


@pytest.mark.parametrize("status", [200, 204, 299, 301, 404, 500, 599])
def test_status_is_that_of_the_answer(receiver: Receiver, authority: Authority, status: int) -> None:
    receiver.answer = lambda _: status
    assert post(receiver.url, authority).status == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_an_answer_like_any_other(receiver: Receiver, authority: Authority, status: int) -> None:
    elsewhere = f"https://127.0.0.1:{receiver.port}/elsewhere"
    receiver.answer = lambda _: f"HTTP/1.1 {status} Go\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode()
    assert post(receiver.url, authority) == Attempt(at=NOON, status=status, response="")
    assert len(receiver.received) == 1


def test_first_kibibyte_of_the_answer_is_recorded(receiver: Receiver, authority: Authority) -> None:
    body = "ä".encode() * 5000
    receiver.answer = lambda _: b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    attempt = post(receiver.url, authority)
    assert (attempt.status, attempt.response) == (500, "ä" * 512)


def test_answer_without_end_is_not_read_to_its_end(receiver: Receiver, authority: Authority) -> None:
    receiver.answer = lambda _: POUR
    attempt = post(receiver.url, authority)
    assert (attempt.status, attempt.response) == (200, "z" * 1024)


def test_bytes_that_are_not_utf_8_are_replaced(receiver: Receiver, authority: Authority) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff!"
    assert post(receiver.url, authority).response == "\ufffd!"


def test_nul_is_replaced_and_so_a_snapshot_with_the_answer_can_be_restored(
    receiver: Receiver, authority: Authority
) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b"
    assert post(receiver.url, authority).response == "a\ufffdb"


def test_error_that_quotes_the_answer_is_recorded_up_to_its_first_kibibyte(
    receiver: Receiver, authority: Authority
) -> None:
    receiver.answer = lambda _: b"x" * 50_000 + b"\r\n\r\n"
    attempt = post(receiver.url, authority)
    assert (attempt.status, len(attempt.error or "")) == (None, 1024)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (RESET, ""),
        (b"", "disconnected"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", ""),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000, ""),
    ],
)
def test_invalid_answer_is_an_error(receiver: Receiver, authority: Authority, answer: Answer, message: str) -> None:
    receiver.answer = lambda _: answer
    attempt = post(receiver.url, authority)
    assert (attempt.status, attempt.response) == (None, None)
    assert attempt.error
    assert message in attempt.error


@pytest.mark.parametrize("answer", [HANG, BEGIN])
def test_attempt_ends_at_its_timeout(receiver: Receiver, authority: Authority, answer: Answer) -> None:
    receiver.answer = lambda _: answer
    started = time.monotonic()
    attempt = post(receiver.url, authority, timeout_seconds=0.3)
    assert attempt == Attempt(at=NOON, error="no answer within 0.3 s")
    assert time.monotonic() - started < 4


def test_timeout_covers_the_name_lookup(authority: Authority) -> None:
    async def forever(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    assert post("https://hook.test/", authority, timeout_seconds=0.1, resolve=forever).error == "no answer within 0.1 s"


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test", "name.invalid"])
def test_name_that_cannot_be_looked_up_is_an_error(authority: Authority, host: str) -> None:
    attempt = post(f"https://{host}/", authority)
    assert attempt.error
    assert "no answer" not in attempt.error


def test_refused_connection_is_an_error(authority: Authority) -> None:
    attempt = post("https://127.0.0.1:1/", authority)
    assert attempt.status is None
    assert attempt.error


def test_certificate_has_to_come_from_a_trusted_authority(receiver: Receiver) -> None:
    assert "CERTIFICATE_VERIFY_FAILED" in (post(receiver.url, None).error or "")
    assert receiver.received == []


def test_certificate_has_to_be_for_the_host(authority: Authority) -> None:
    with receiving(authority.context("other.test")) as stranger:
        for url in (stranger.url, f"https://hook.test:{stranger.port}/"):
            assert "CERTIFICATE_VERIFY_FAILED" in (post(url, authority, resolve=Resolver(["127.0.0.1"])).error or "")
    assert stranger.received == []


def test_name_is_looked_up_once_and_asked_for_by_name(receiver: Receiver, authority: Authority) -> None:
    resolver = Resolver(["127.0.0.1"], ["10.0.0.5"])
    assert post(f"https://HOOK.test.:{receiver.port}/hook", authority, resolve=resolver).status == 200
    assert resolver.asked == ["hook.test"]
    assert receiver.received[0].headers["host"] == f"hook.test:{receiver.port}"


def test_next_address_is_tried_after_a_refused_connection(receiver: Receiver, authority: Authority) -> None:
    resolver = Resolver(["127.0.0.9", "127.0.0.1"])
    assert post(f"https://hook.test:{receiver.port}/", authority, resolve=resolver).status == 200


def test_receiver_may_have_an_ipv6_address(authority: Authority) -> None:
    with receiving(authority.context("::1"), "::1") as receiver:
        assert post(f"https://[::1]:{receiver.port}/", authority).status == 200
    assert receiver.received[0].headers["host"] == f"[::1]:{receiver.port}"


def test_proxy_of_the_environment_is_not_used(
    receiver: Receiver, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(receiver.url, authority).status == 200


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_file_without_certificates_is_an_error_of_one_line(tmp_path: Any, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WebhookOptionError) as caught:
        tls_settings(str(file))
    assert str(caught.value).startswith(f"--webhook-ca {file}: ")
    assert len(str(caught.value).splitlines()) == 1


def test_connection_is_closed_at_a_timeout_during_the_tls_handshake(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        attempt = post(f"https://127.0.0.1:{listener.getsockname()[1]}/", authority, timeout_seconds=0.2)
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(5)
            while peer.recv(65536):
                pass
    assert attempt.error == "no answer within 0.2 s"
