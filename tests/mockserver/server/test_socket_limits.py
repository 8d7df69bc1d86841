"""What a WebSocket may send at once is bounded, and every handshake is answered."""

import time
from contextlib import suppress

import pytest

from tests.harness import World
from tests.mockserver.http.raw import ask, connect, head, read_all
from tests.mockserver.http.sockets import Gateway


def handshake(gateway: Gateway, *lines: str, path: str = "") -> bytes:
    return head(
        f"GET {path or f'/api/v1/gateways/{gateway.id}/ws'} HTTP/1.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Authorization: Bearer {gateway.key}",
        *lines,
    ).replace(b"Host: mock\r\nConnection: close\r\n", b"Host: localhost\r\n")


@pytest.mark.parametrize(
    ("lines", "path", "status"),
    [
        ([f"X-{number}: y" for number in range(200)], "", 431),
        (["Cookie: a=" + "b" * 9000], "", 431),
        ([], "/" + "a" * 9000, 414),
        ([], "http://mock/api", 403),
        (["Content-Length: 5"], "", 400),
        (["Transfer-Encoding: chunked"], "", 400),
        (["Content-Length: 00"], "", 400),
        ([], "/\xff", 400),
        ([], "/_mock/health", 403),
        ([], "/_mock/orgs", 403),
        ([], "/api/v1/events", 403),
        ([], "/", 403),
    ],
)
def test_every_handshake_is_answered(world: World, lines: list[str], path: str, status: int) -> None:
    assert ask(world.running, handshake(Gateway(world), *lines, path=path)).status == status


def test_a_refused_page_leaves_no_line_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(world.running, handshake(Gateway(world), "Origin: https://other.example.com"))
    assert (answer.status, answer.json["error"]) == (403, "forbidden")
    assert ask(world.running, handshake(Gateway(world), path="/healthz")).status == 403
    assert not caplog.records


def test_an_offer_in_http_1_0_is_ignored(world: World) -> None:
    sent = handshake(Gateway(world)).replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n")
    assert ask(world.running, sent).status == 404


def test_a_handshake_that_is_no_get_is_refused(world: World) -> None:
    assert ask(world.running, handshake(Gateway(world)).replace(b"GET ", b"POST ")).status == 400


def masked(code: int, data: bytes = b"", *, final: bool = True) -> bytes:
    return bytes([(0x80 if final else 0) | code, 0x80 | len(data)]) + bytes(4) + data


@pytest.mark.parametrize("frame", [masked(1, b"{}"), masked(9), masked(1) + masked(9)], ids=["text", "ping", "both"])
def test_small_frames_in_number_keep_nobody_waiting(world: World, frame: bytes) -> None:
    with connect(world.running) as connection:
        connection.sendall(handshake(Gateway(world)))
        assert connection.recv(1000).startswith(b"HTTP/1.1 101 ")
        connection.settimeout(0.5)
        with suppress(OSError):
            for _ in range(2000):
                connection.sendall(frame * 5000)
        client = world.running.client()
        client.get("/healthz")
        started = time.monotonic()
        for _ in range(20):
            client.get("/healthz")
        assert time.monotonic() - started < 4


def test_a_message_has_a_bound_of_fragments(world: World) -> None:
    with connect(world.running) as connection:
        connection.sendall(handshake(Gateway(world)))
        assert connection.recv(1000).startswith(b"HTTP/1.1 101 ")
        connection.sendall(masked(1, final=False) + masked(0, final=False) * 1000)
        assert b"fragments" in read_all(connection)


def test_frames_that_arrive_together_are_all_answered(world: World) -> None:
    with connect(world.running) as connection:
        connection.sendall(handshake(Gateway(world)))
        assert connection.recv(1000).startswith(b"HTTP/1.1 101 ")
        connection.sendall(masked(1, b'{"type": "heartbeat"}') * 500)
        received = b""
        while received.count(b'"ack"') < 500:
            received += connection.recv(65536)


@pytest.mark.parametrize("count", [500, 2000])
def test_frames_that_come_with_the_handshake_are_answered_after_it(world: World, count: int) -> None:
    with connect(world.running) as connection:
        connection.sendall(handshake(Gateway(world)) + masked(1, b'{"type": "heartbeat"}') * count)
        received = b""
        while received.count(b'"ack"') < count:
            received += connection.recv(65536)
        assert received.startswith(b"HTTP/1.1 101 ")


def test_what_comes_with_a_refused_handshake_is_dropped(world: World, caplog: pytest.LogCaptureFixture) -> None:
    refused = handshake(Gateway(world), path="/api/v1/events") + b"\xff" * 5000
    assert ask(world.running, refused).status == 403
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize("known", [True, False])
def test_text_that_is_no_utf8_ends_the_socket_and_logs_nothing(
    world: World, caplog: pytest.LogCaptureFixture, known: bool
) -> None:
    gateway = Gateway(world)
    sent = handshake(gateway) + masked(1, b"\xfb\xfc")
    with connect(world.running) as connection:
        connection.sendall(sent if known else sent.replace(gateway.key.encode(), b"x"))
        received = read_all(connection)
    code = int.from_bytes(received.partition(b"\r\n\r\n")[2][2:4])
    assert code == 1007 or (code == 4401 and not known)
    assert [record.getMessage() for record in caplog.records] == []
