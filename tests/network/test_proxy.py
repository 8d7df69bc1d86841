"""The proxy: what reaches the server, and what the client gets of it."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect
from websockets.sync.server import serve

from tests.network.faults import Fault, Faults
from tests.network.proxy import proxied, running

SEEN: list[str] = []


class Echo(BaseHTTPRequestHandler):
    """Answers with what was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        SEEN.append(f"{self.command} {self.path}")
        answer = json.dumps({"path": self.path, "body": body, "filling": "x" * 1000}).encode()
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("X-Request-Id", "req_1")
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer), answer))
            return
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if self.command != "HEAD" else b"")

    do_POST = do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The base URL of a server that notes every call in SEEN."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()


@contextmanager
def client(server: str, seed: int = 0, **faults: Any) -> Iterator[httpx.Client]:
    """A client that calls the server through the proxy; SEEN has its calls alone."""
    SEEN.clear()
    with proxied(server, Faults(**faults), seed=seed) as url, httpx.Client(base_url=url, trust_env=False) as http:
        yield http


def test_calls_and_answers_pass_unchanged(server: str) -> None:
    with client(server) as http:
        for path in ("/a?b=1", "/chunked"):
            answer = http.get(path)
            assert (answer.status_code, answer.json()["path"]) == (200, path)
            assert answer.headers["X-Request-Id"] == "req_1"
        answer = http.post("/c", content=b"posted")
        assert (answer.status_code, answer.json()["body"]) == (201, "posted")
        assert http.head("/d").content == b""
    assert SEEN == ["GET /a?b=1", "GET /chunked", "POST /c", "HEAD /d"]


def test_faults_are_the_same_for_the_same_seed_and_as_frequent_as_asked() -> None:
    faults = Faults(drops=0.1, balancer_errors=0.1, rate_limits=0.1, delays=0.5)
    first, again, other = (list(islice(faults.draw(seed), 3000)) for seed in (1, 1, 2))
    assert first == again != other
    kinds = [fault for fault, _ in first]
    for fault, share in ((Fault.NONE, 0.7), (Fault.RATE_LIMIT, 0.1), (Fault.DROPPED_AFTER, 0.1 / 3)):
        assert kinds.count(fault) / len(kinds) == pytest.approx(share, abs=0.03)
    assert sum(delay > 0 for _, delay in first) / len(first) == pytest.approx(0.5, abs=0.05)


def _size_of_cut_answer(http: httpx.Client) -> int:
    """Return how much of a body arrives before the connection ends."""
    size = 0
    with suppress(httpx.TransportError), http.stream("GET", "/x") as response:
        for part in response.iter_raw():
            size += len(part)
        pytest.fail("the answer is complete")
    return size


def test_dropped_calls_have_no_answer_and_some_reach_the_server(server: str) -> None:
    with client(server, drops=1.0) as http:
        for _ in range(30):
            with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
                http.get("/x")
    assert 10 <= len(SEEN) < 30


def test_an_answer_can_end_in_its_middle(server: str) -> None:
    with client(server, drops=1.0) as http:
        sizes = [_size_of_cut_answer(http) for _ in range(30)]
    assert 0 < max(sizes) < 1000


def test_a_balancer_answers_in_html_without_the_headers_of_the_api(server: str) -> None:
    with client(server, balancer_errors=1.0) as http:
        answers = [http.get("/x") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {502, 503, 504}
    assert all(answer.text.startswith("<html>") and "x-request-id" not in answer.headers for answer in answers)
    assert 5 < len(SEEN) < 25


def test_a_rate_limit_answers_429_with_retry_after_alone(server: str) -> None:
    with client(server, rate_limits=1.0, retry_after="3") as http:
        answer = http.get("/x")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert not any(name.startswith("x-") for name in answer.headers)
    assert SEEN == []


def test_answers_can_be_late(server: str) -> None:
    with client(server, delays=1.0, delay_seconds=0.2) as http:
        started = time.monotonic()
        assert http.get("/x").status_code == 200
    assert time.monotonic() - started >= 0.2


def test_a_server_can_die_or_hang_after_some_calls(server: str) -> None:
    with client(server, dies_after=2) as http:
        assert [http.get("/x").status_code for _ in range(2)] == [200, 200]
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/x")
    with client(server, dies_after=0, hangs=True) as http, pytest.raises(httpx.ReadTimeout):
        http.get("/x", timeout=0.2)


def test_sockets_pass() -> None:
    def echo(connection: Any) -> None:
        for frame in connection:
            connection.send(f"{frame}!")

    with serve(echo, "127.0.0.1", 0) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        port = made.socket.getsockname()[1]
        with running(f"http://127.0.0.1:{port}", Faults()) as (url, proxy):
            with connect(f"ws{url.removeprefix('http')}", proxy=None) as socket:
                socket.send("one")
                assert socket.recv(timeout=5) == "one!"
            assert proxy.happened == {Fault.NONE: 1}
        made.shutdown()


def test_the_command_serves_until_it_is_ended(server: str) -> None:
    command = [sys.executable, "-m", "tests.network", server, "--rate-limits", "1", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert httpx.get(url, trust_env=False).status_code == 429
        process.terminate()
