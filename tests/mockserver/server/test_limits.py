"""What a client may send, hold back and leave unread is bounded, and others are answered meanwhile."""

import gc
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from websockets.server import ServerProtocol

from mockserver.domain.errors import ApiError
from mockserver.server import connections, uvicorn_protocol
from mockserver.server.websocket_protocol import WebSocketProtocol
from tests.harness import Running, World, running
from tests.mockserver.http.raw import RawAnswer, ask, connect, exchange, head, read_all
from tests.mockserver.http.sockets import Gateway
from tests.mockserver.server.test_socket_limits import handshake

POST = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"
HEALTHY = b"GET /healthz HTTP/1.1\r\nHost: mock\r\n\r\n"
KIB = 1024


def error(answer: RawAnswer) -> tuple[int, str]:
    """Return status and code of an answer that ends its connection with the error body of the API."""
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "application/json"
    assert "date" in answer.headers
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    return answer.status, answer.json["error"]


def fields(count: int) -> list[str]:
    return [f"X-{number}: y" for number in range(count)]


@pytest.mark.parametrize(("count", "status"), [(98, 200), (99, 431), (50_000, 431)])
def test_a_head_has_at_most_100_fields(shared: Running, count: int, status: int) -> None:
    assert ask(shared, head("GET /healthz HTTP/1.1", *fields(count))).status == status


@pytest.mark.parametrize(("size", "status"), [(64 * KIB - 100, 200), (64 * KIB, 431), (4096 * KIB, 431)])
def test_a_head_has_at_most_64_kib(shared: Running, size: int, status: int) -> None:
    answer = ask(shared, head("GET /healthz HTTP/1.1", "X: " + "y" * size))
    assert answer.status == status
    if status == 431:
        assert error(answer) == (431, "request_header_fields_too_large")


@pytest.mark.parametrize("sent", [b"GET /" + b"a" * 200_000, b"GET /healthz?" + b"a" * 70_000 + b" HTTP/1.1\r\n"])
def test_a_url_that_fills_the_head_is_too_long(shared: Running, sent: bytes) -> None:
    assert error(ask(shared, sent + b"\r\n")) == (414, "uri_too_long")


def test_a_head_without_end_costs_nobody_else_time(shared: Running) -> None:
    with connect(shared) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        started, sent = time.monotonic(), 0
        try:
            while sent < 40_000_000:
                connection.sendall(b"x:\r\n" * 10_000)
                sent += 40_000
        except OSError:
            pass
        assert shared.client().get("/healthz").is_success
    assert sent < 20_000_000
    assert time.monotonic() - started < 2


def test_trailers_are_bounded_and_are_no_headers(shared: Running) -> None:
    chunked = POST.replace(b"Content-Type: application/json\r\n", b"") + b"Transfer-Encoding: chunked\r\n"
    body = b"2\r\n{}\r\n0\r\n"
    answer = ask(shared, chunked + b"Connection: close\r\n\r\n" + body + b"Content-Type: application/json\r\n\r\n")
    assert answer.json["field_errors"] == {"body": ["must be sent as application/json"]}
    endless = chunked + b"\r\n" + body + b"X: " + b"y" * 1_000_000
    assert error(ask(shared, endless))[0] == 431


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET /healthz HTTP/1.1\r\n\r\n", (400, "validation_error")),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", (400, "validation_error")),
        (b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", (400, "validation_error")),
        (b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", (400, "validation_error")),
        (b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", (400, "validation_error")),
        (b"FOO / HTTP/1.1\r\nHost: mock\r\n\r\n", (501, "not_implemented")),
        (b"get /healthz HTTP/1.1\r\nHost: mock\r\n\r\n", (501, "not_implemented")),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", (501, "not_implemented")),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", (400, "validation_error")),
        (b"GET /healthz HTTP/1.1\r\nHost: mock\r\nX : y\r\n\r\n", (400, "validation_error")),
        (b"GET /healthz HTTP/1.1\r\nHost: mock\r\nX: y\r\n z\r\n\r\n", (400, "validation_error")),
    ],
)
def test_what_no_server_may_accept_is_refused(shared: Running, sent: bytes, expected: tuple[int, str]) -> None:
    assert error(ask(shared, sent)) == expected


@pytest.mark.parametrize("sent", [b"\r\n\r\n" + head("GET /healthz HTTP/1.1"), b"GET /healthz HTTP/1.0\r\n\r\n"])
def test_what_every_server_must_accept_is_answered(shared: Running, sent: bytes) -> None:
    assert exchange(shared, sent).startswith(b"HTTP/1.1 200 ")


def test_an_offer_of_http2_is_ignored(shared: Running) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
    body = b'{"email": "x@example.com", "password": "y"}'
    login = POST + offer + b"Content-Length: %d\r\n\r\n" % len(body) + body
    healthy = HEALTHY.replace(b"\r\n\r\n", b"\r\n" + offer + b"\r\n")
    received = exchange(shared, login + healthy + healthy.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
    assert [part[:4] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"401 ", b"200 ", b"200 "]


def test_a_content_length_that_python_does_not_convert_is_read(shared: Running) -> None:
    answer = ask(shared, POST + b"Connection: close\r\nContent-Length: " + b"0" * 5000 + b"2\r\n\r\n{}")
    assert answer.json["field_errors"].keys() == {"email", "password"}


@pytest.mark.parametrize("length", [b"Content-Length: 100000000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
@pytest.mark.parametrize("target", [b"/api/v1/auth/login", b"/api/v1/events", b"/nowhere"])
def test_a_long_body_is_not_read_after_its_answer(shared: Running, length: bytes, target: bytes) -> None:
    megabyte = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with connect(shared) as connection:
        connection.sendall(POST.replace(b"/api/v1/auth/login", target) + length)
        sent = 0
        try:
            while sent < 300:
                connection.sendall(megabyte)
                sent += 1
        except OSError:
            pass
        received = read_all(connection)
    assert sent < 100
    assert received == b"" or b"connection: close" in received


def test_the_client_can_read_the_answer_before_the_connection_ends(world: World) -> None:
    for size in (1024 * KIB + 1, 5 * 1024 * KIB):
        headers = {"content-type": "application/json"}
        assert world.owner.post("/api/v1/alert-rules", content=b" " * size, headers=headers).status_code == 413


def test_unread_answers_stop_the_reading_of_requests(shared: Running) -> None:
    with connect(shared, 1) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sent = 0
        with suppress(TimeoutError):
            while sent < 100_000_000:
                sent += connection.send(b"GET /docs HTTP/1.1\r\nHost: mock\r\n\r\n" * 1000)
        assert sent < 20_000_000
        assert shared.client().get("/healthz").is_success


def test_many_pipelined_requests_are_all_answered_in_order(shared: Running) -> None:
    paths = [f"/{number}" for number in range(3000)]
    sent = b"".join(b"GET %b HTTP/1.1\r\nHost: mock\r\n\r\n" % path.encode() for path in paths)
    received = exchange(shared, sent + head("GET /healthz HTTP/1.1"))
    assert received.count(b"HTTP/1.1 404 ") == 3000
    assert received.count(b"HTTP/1.1 200 ") == 1


def test_what_is_refused_is_answered_after_what_came_before(shared: Running) -> None:
    received = exchange(shared, HEALTHY + HEALTHY + b"nonsense\r\n\r\n" + HEALTHY)
    assert [part[:4] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"200 ", b"200 ", b"400 "]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A mock whose clients have half a second for a head, and as much for 500 bytes of a body."""
    monkeypatch.setattr(uvicorn_protocol, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(uvicorn_protocol, "_BODY_SECONDS", 0.5)
    monkeypatch.setattr(uvicorn_protocol, "_UNREAD_SECONDS", 0.5)
    with running() as mock:
        yield mock


def test_slow_clients_are_given_up(hasty: Running) -> None:
    slow = {
        b"": b"",
        b"GET /heal": b"HTTP/1.1 408 ",
        HEALTHY + b"GET /heal": b"HTTP/1.1 200 ",
        POST + b"Content-Length: 100\r\n\r\n{": b"HTTP/1.1 408 ",
        b"GET /healthz HTTP/1.1\r\nHost: mock\r\nContent-Length: 100\r\n\r\n{": b"HTTP/1.1 200 ",
    }
    opened = {sent: connect(hasty) for sent in slow}
    for sent, connection in opened.items():
        connection.sendall(sent)
    for sent, begin in slow.items():
        with closing(opened[sent]) as connection:
            received = read_all(connection)
            assert received.startswith(begin), sent
            assert received == b"" or b"408" not in received or error_of(received) == (408, "request_timeout")


def error_of(received: bytes) -> tuple[int, str]:
    """Return status and code of an answer."""
    return int(received[9:12]), json.loads(received.partition(b"\r\n\r\n")[2])["error"]


def test_a_body_that_arrives_steadily_has_time(hasty: Running) -> None:
    body = b'{"email": "x@example.com", "password": "y"}'.ljust(4000)
    with connect(hasty) as connection:
        connection.sendall(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        for start in range(0, 4000, 400):
            connection.sendall(body[start : start + 400])
            time.sleep(0.2)
        assert read_all(connection).startswith(b"HTTP/1.1 401 ")


def test_a_call_that_is_delayed_has_time(hasty: Running) -> None:
    hasty.control("POST", "/faults", json={"delay_ms": 2500})
    assert exchange(hasty, HEALTHY + head("GET /healthz HTTP/1.1")).count(b"HTTP/1.1 200 ") == 2


def test_an_address_has_a_bound_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_MAX_CONNECTIONS_PER_ADDRESS", 5)
    with running() as mock:
        opened = [connect(mock) for _ in range(5)]
        for connection in opened:
            connection.sendall(HEALTHY)
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        assert error(ask(mock, HEALTHY)) == (503, "service_unavailable")
        assert mock.client().get("/healthz").status_code == 503
        for connection in opened:
            connection.close()
        time.sleep(0.2)
        assert mock.client().get("/healthz").is_success
        world = mock.org()
        with Gateway(world).connected():
            pass


def test_a_connection_that_a_fault_ends_leaves_no_request_behind(isolated: Running) -> None:
    drop = HEALTHY.replace(b"/healthz", b"/healthz?dropped").replace(b"\r\n\r\n", b"\r\nX-Mock-Fault: drop\r\n\r\n")
    assert exchange(isolated, drop + HEALTHY) == b""
    until = time.monotonic() + 5
    while dropped_requests() and time.monotonic() < until:
        time.sleep(0.05)
        gc.collect()
    assert dropped_requests() == 0


def dropped_requests() -> int:
    found = [one for one in gc.get_objects() if type(one) is RequestResponseCycle]  # isinstance asks weak proxies
    return len([one for one in found if one.scope["query_string"] == b"dropped"])


def test_a_connection_that_has_ended_is_freed_without_a_collection(isolated: Running) -> None:
    too_many = head("GET /healthz HTTP/1.1", *fields(200))
    with without_collections():
        slow = HEALTHY.replace(b"\r\n\r\n", b"\r\nX-Mock-Fault: delay_ms=300\r\n\r\n")
        for sent in (HEALTHY, HEALTHY * 3, slow + HEALTHY * 3, POST[:-2], b"\x16\x03\r\n\r\n", too_many):
            with connect(isolated) as connection:
                connection.sendall(sent)
                time.sleep(0.1)
        assert_none_left(uvicorn_protocol.Protocol, RequestResponseCycle)


def test_an_answered_error_is_freed_without_a_collection(isolated: Running) -> None:
    events, login = "/api/v1/events", "/api/v1/auth/login"
    org = isolated.org()
    with without_collections():
        client = isolated.client()
        assert client.get("/nowhere").status_code == 404
        assert client.get(events).status_code == 401
        assert client.post(login, json={"email": 1}).status_code == 400
        assert org.owner.get(f"{events}?cursor=x").status_code == 400
        assert org.owner.get(events, headers={"X-Mock-Fault": "status=409"}).status_code == 409
        assert_none_left(ApiError)


@pytest.mark.parametrize("sent", [b"", b"\xff" * 100, b"\x81\x02xx"], ids=["nothing", "no frame", "unmasked"])
def test_a_socket_that_has_ended_is_freed_without_a_collection(isolated: Running, sent: bytes) -> None:
    gateway = Gateway(isolated.org())
    isolated.transport.close()  # the connection of that call
    with without_collections():
        with connect(isolated) as connection:
            connection.sendall(handshake(gateway) + sent)
            time.sleep(0.1)
        assert_none_left(uvicorn_protocol.Protocol, WebSocketProtocol, ServerProtocol)


@contextmanager
def without_collections() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def assert_none_left(*kinds: type) -> None:
    """Wait until there is no object of these kinds."""
    until = time.monotonic() + 5
    while left := [type(one) for one in gc.get_objects() if issubclass(type(one), kinds)]:
        assert time.monotonic() < until, left
        time.sleep(0.05)
