"""The transport for targets without TLS and proxy: what it sends, what it takes for a response, what it keeps."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest

from contract_tests.http import connections
from contract_tests.http.bodies import CookielessClient
from contract_tests.http.connections import TargetClient

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Sends a response to each request, and closes the connection after one that is followed by None."""

    def __init__(self, responses: "tuple[bytes | None, ...]") -> None:
        self.responses = list(responses)
        self.requests: list[bytes] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self.listener:
            while self.responses:
                connection = self.listener.accept()[0]
                self.connections += 1
                with connection, suppress(ConnectionError):
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        while received := connection.recv(65536):
            self.requests.append(received)
            connection.sendall(self.responses.pop(0) or b"")
            if self.responses[:1] == [None]:
                self.responses.pop(0)
                return


Served = Callable[..., tuple[TargetClient, Server]]


@pytest.fixture
def served() -> Iterator[Served]:
    """Starts a server with some responses and returns a client of it, and the server."""
    with ExitStack() as stack:

        def start(*responses: bytes | None) -> tuple[TargetClient, Server]:
            server = Server(responses)
            base_url = f"http://127.0.0.1:{server.listener.getsockname()[1]}"
            return stack.enter_context(connections.client(base_url, timeout=0.5)), server

        yield start


def test_a_connection_serves_one_call_after_another(served: Served) -> None:
    http, server = served(OK, OK, OK)
    assert [http.post("/x", json={"a": 1}).text for _ in range(3)] == ["{}"] * 3
    assert server.connections == 1
    assert server.requests[2].startswith(b"POST /x HTTP/1.1\r\n")
    assert server.requests[2].endswith(b'\r\n\r\n{"a":1}')


@pytest.mark.parametrize(
    "first",
    [
        OK,
        OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        OK + b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
    ],
)
def test_a_connection_that_ends_is_not_used_again(served: Served, first: bytes) -> None:
    http, server = served(first, None, OK)
    assert http.get("/").text == "{}"
    assert http.get("/").text == "{}"
    assert server.connections == 2


@pytest.mark.parametrize(
    ("method", "response", "expected"),
    [
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n", "{}"),
        ("GET", b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + OK, "{}"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", ""),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", ""),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", ""),
    ],
)
def test_a_response_ends_where_its_head_says(served: Served, method: str, response: bytes, expected: str) -> None:
    http, _ = served(response, OK)
    answer = http.request(method, "/")
    assert answer.text == expected
    assert "x" not in answer.headers
    assert http.get("/").text == "{}"


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
def test_what_is_no_whole_response_is_an_error(served: Served, response: bytes) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        served(response, None)[0].get("/")


def test_a_head_is_not_read_without_an_end(served: Served) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="too large"):
        served(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000)[0].get("/")


def test_a_target_that_is_silent_or_away_is_an_error(served: Served) -> None:
    with pytest.raises(httpx.ReadTimeout):
        served(b"")[0].get("/")
    with connections.client("http://127.0.0.1:1", timeout=0.5) as http, pytest.raises(httpx.ConnectError):
        http.get("/")


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0b", " a"])
def test_a_header_cannot_bring_another(served: Served, value: str) -> None:
    http, server = served(OK)
    with pytest.raises(httpx.LocalProtocolError):
        http.get("/", headers={"Authorization": value})
    assert not server.connections
    assert http.get("/").text == "{}"


@pytest.mark.parametrize("base_url", ["http://x", "http://x/", "http://x:1/below/it", "http://u:p@x"])
@pytest.mark.parametrize("path", ["/", "/a/b/", "/ä ?q=%20&r", "/a?b=c"])
@pytest.mark.parametrize("params", [None, {}, {"limit": 1, "ids": ["a", "b"], "text": "é &="}])
def test_a_request_is_what_httpx_makes_of_it(base_url: str, path: str, params: Any) -> None:
    with (
        CookielessClient(base_url=base_url, verify=False) as ours,
        httpx.Client(base_url=base_url, headers=ours.headers, verify=False) as theirs,
    ):
        found, expected = (each.build_request("GET", path, params=params) for each in (ours, theirs))
    assert (str(found.url), found.headers) == (str(expected.url), expected.headers)


def test_a_safe_call_is_made_again_where_a_kept_connection_is_closed_without_a_response(served: Served) -> None:
    http, server = served(OK, b"", None, OK)
    assert [http.get("/").text for _ in range(2)] == ["{}"] * 2
    assert (server.connections, len(server.requests)) == (2, 3)
    http, server = served(OK, b"", None, OK)
    http.post("/")
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/")
    assert len(server.requests) == 2


def test_a_call_is_not_made_again_where_a_new_connection_is_closed_or_a_response_has_begun(served: Served) -> None:
    for responses in ((b"", None, OK), (OK, b"HTTP/1.1 2", None, OK)):
        http, server = served(*responses)
        with pytest.raises(httpx.RemoteProtocolError):
            [http.get("/") for _ in range(2)]
        assert len(server.requests) == len(responses) - 2
