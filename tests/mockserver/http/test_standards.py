"""What the standards say of methods, URLs, times and preferences, over HTTP."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Running, World, running
from tests.mockserver.http.operations import OPERATIONS
from tests.mockserver.http.raw import ask, connect, exchange, head, read_all
from tests.mockserver.http.steps import UNKNOWN, ok, refused

EVENTS = "/api/v1/events"
GETS = sorted({operation.path for operation in OPERATIONS.values() if operation.method == "GET"})
VARYING = {"x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "date"}


@pytest.mark.parametrize("path", [*GETS, "/_mock/health", "/_mock/snapshot"])
def test_head_answers_as_get_without_the_body(world: World, path: str) -> None:
    path = path.replace("{id}", UNKNOWN)
    get, head = world.owner.get(path), world.owner.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers.keys() == get.headers.keys() - {"transfer-encoding"}
    assert {name: head.headers[name] for name in head.headers if name not in VARYING | {"content-length"}} == {
        name: get.headers[name] for name in head.headers if name not in VARYING | {"content-length"}
    }
    assert "HEAD" in world.owner.request("TRACE", path).headers["allow"].split(", ")


def test_head_of_a_post_is_not_allowed(world: World) -> None:
    assert world.owner.head("/api/v1/gateways/pair").status_code == 405


def test_the_scheme_of_a_webhook_has_no_case(world: World) -> None:
    body = {"name": "w", "url": "HTTPS://Example.com/A", "event_types": ["event"]}
    made = ok(world.owner.post("/api/v1/webhooks", json=body), 201)
    assert made["url"] == "https://Example.com/A"
    changed = ok(world.owner.patch(f"/api/v1/webhooks/{made['id']}", json={"url": "HttpS://b.example.com"}))
    assert changed["url"] == "https://b.example.com"
    refused(world.owner.post("/api/v1/webhooks", json=body | {"url": "HTTP://example.com"}), 400, "url")


@pytest.mark.parametrize("scheme", ["RTSP", "Rtsps", "HTTP", "httpS"])
def test_the_scheme_of_a_stream_has_no_case(world: World, scheme: str) -> None:
    gateway = world.gateways[0]
    body = {"name": "c", "type": "rtsp", "site_id": gateway["site_id"], "gateway_id": gateway["id"]}
    made = world.owner.post("/api/v1/cameras", json=body | {"stream_url": f"{scheme}://10.0.0.1/Stream"})
    assert made.status_code == 201, made.text


@pytest.mark.parametrize(
    "text", ["2026-04-20t00:00:00z", "2026-04-20T00:00:00.123456789+05:30", "2026-04-20T23:59:60Z"]
)
def test_every_form_of_a_time_is_read(world: World, text: str) -> None:
    ok(world.owner.get(EVENTS, params={"date_from": text}))


@pytest.mark.parametrize(
    "text",
    [
        "2026-W17-1T00:00:00Z",
        "20260420T000000Z",
        "2026-04-20T00Z",
        "2026-04-20T00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-04-20T00:00:00",
        "2026-04-20T00:00:00+0530",
        "2026-04-20T24:00:00Z",
        "2026-04-20T00:00:00+05:30:15",
    ],
)
def test_what_is_no_time_is_refused(world: World, text: str) -> None:
    refused(world.owner.get(EVENTS, params={"date_from": text}), 400, "date_from")
    answer = world.running.client().post("/_mock/clock", json={"set": text})
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "text",
    [
        "respond-async; code=409",
        'x="code=409"',
        "return=minimal",
        "code",
        "code=",
        "code=abc",
        ",,;=",
        "code=x, code=409",
        '"' * 60_000,
    ],
)
def test_preferences_that_ask_for_no_code_change_nothing(world: World, text: str) -> None:
    ok(world.owner.get(EVENTS, headers={"Prefer": text}))


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    with running(control_token="secret", fixture="acme") as mock:
        yield mock


def test_fault_headers_need_the_token_of_the_control_plane(guarded: Running) -> None:
    client, token = guarded.client("sk_live_abc123"), {"X-Mock-Control-Token": "secret"}
    fault, preference = {"X-Mock-Fault": "status=503"}, {"Prefer": "code=401"}
    body = refused(client.get(EVENTS, headers=fault), 403)
    assert "X-Mock-Control-Token" in body["message"]
    refused(client.get(EVENTS, headers=fault | {"X-Mock-Control-Token": "other"}), 403)
    ok(client.get(EVENTS, headers=preference))
    assert client.get(EVENTS, headers=fault | token).status_code == 503
    refused(client.get(EVENTS, headers=preference | token), 401)


def test_every_sentence_of_the_table_names_a_test_or_a_reason() -> None:
    root = Path(__file__).parents[2]
    table = tomllib.loads((root / "data" / "http_standards.toml").read_text(encoding="utf-8"))["sentence"]
    tests = "".join(path.read_text(encoding="utf-8") for path in (root / "mockserver").rglob("test_*.py"))
    for sentence in table:
        assert sentence.keys() - {"test", "open"} == {"source", "demand"}
        assert bool(sentence.get("open")) != bool("test" in sentence and f"def {sentence['test']}(" in tests), sentence


def test_an_expectation_is_answered_before_the_body_is_sent(shared: Running) -> None:
    with connect(shared) as connection:
        lines = ["Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue"]
        connection.sendall(head("POST /api/v1/auth/login HTTP/1.1", *lines))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert read_all(connection).startswith(b"HTTP/1.1 400 ")


def test_http_1_0_knows_no_expectation(shared: Running) -> None:
    lines = ["Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue"]
    sent = head("POST /api/v1/auth/login HTTP/1.0", *lines) + b"{}"
    assert exchange(shared, sent).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://127.0.0.1:1/_mock/health", "evil.example", 200),
        ("HTTP://evil.example/_mock/health", "localhost", 403),
        ("http://localhost?x=/", "localhost", 200),
        ("https://localhost", "localhost", 200),
        ("http://me@localhost/healthz", "localhost", 400),
        ("http:///healthz", "localhost", 400),
        ("http://:80/healthz", "localhost", 400),
        ("ftp://localhost/healthz", "localhost", 400),
    ],
)
def test_the_host_of_a_target_in_absolute_form_counts(shared: Running, target: str, host: str, status: int) -> None:
    sent = head(f"GET {target} HTTP/1.1").replace(b"Host: mock", f"Host: {host}".encode())
    assert ask(shared, sent).status == status


def test_extensions_of_chunks_are_ignored(shared: Running) -> None:
    lines = ["Content-Type: application/json", "Transfer-Encoding: CHUNKED"]
    sent = head("POST /api/v1/auth/login HTTP/1.1", *lines) + b'1;a="b;c"\r\n{\r\n1;x\r\n}\r\n0;y\r\n\r\n'
    assert ask(shared, sent).json["field_errors"].keys() == {"email", "password"}


def test_an_answer_without_content_has_no_length(shared: Running) -> None:
    answer = ask(shared, head("DELETE /_mock/requests HTTP/1.1").replace(b"mock\r\n", b"localhost\r\n", 1))
    assert answer.status == 204
    assert not answer.headers.keys() & {"content-length", "transfer-encoding", "content-type"}


@pytest.mark.parametrize("path", ["/api/v1/events/export", "/_mock/snapshot"])
def test_an_http_1_0_client_gets_no_chunks(world: World, path: str) -> None:
    sent = head(f"GET {path} HTTP/1.0", f"Authorization: Bearer {world.described['actors']['owner']['token']}")
    answer = ask(world.running, sent.replace(b"Host: mock", b"Host: localhost"))
    assert answer.status == 200
    assert "transfer-encoding" not in answer.headers
    assert len(answer.body) == int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize("path", ["/api/v1/%65vents", "/api/v1/%65%76ents?limit=%31", "/%61pi/v1/events?%6Cimit=1"])
def test_escapes_of_plain_letters_change_nothing(world: World, path: str) -> None:
    sent = head(f"GET {path} HTTP/1.1", f"Authorization: bEARER {world.described['actors']['owner']['token']}")
    assert ask(world.running, sent).status == 200
