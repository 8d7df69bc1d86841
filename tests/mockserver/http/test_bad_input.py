"""Bad input is answered by a documented 4xx, never by a 500 or not at all, and has no effect."""

from collections.abc import Iterator

import pytest

from tests.harness import World
from tests.mockserver.http.operations import OPERATIONS
from tests.mockserver.http.raw import ask, exchange, head
from tests.mockserver.http.steps import RULE, UNKNOWN, new_rule, ok, refused

EVENTS, RULES = "/api/v1/events", "/api/v1/alert-rules"
WITH_BODY = [name for name, operation in OPERATIONS.items() if operation.body]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PATHS = {operation.path for operation in OPERATIONS.values()}


@pytest.fixture(autouse=True)
def unharmed(world: World) -> Iterator[None]:
    """Check after each test that the mock works as before."""
    yield
    assert ok(world.owner.get(EVENTS))["data"] == []
    assert ok(world.running.client().get("/healthz")) == {"status": "ok"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"name": }',
        b"{'name': 1}",
        b'{"name": "x",}',
        b"null garbage",
        b"NaN",
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'"text"',
        b"5",
        b"null",
        b"[]",
        b'[{"name": "x"}]',
        b'\xff\xfe{"name": "x"}',
        b'{"name": "\xff"}',
        b'{"\xc3\x28": 1}',
        b'\xef\xbb\xbf{"name": "x"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\\udfff\\ud800"}',
        b'{"name": "a\\u0000b"}',
        b'{"a\\u0000b": "name"}',
        b'{"name": "a\x00b"}',
        b"[" * 100_000,
        b"[" * 90_000 + b"]" * 90_000,
        b'{"name":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"name": ' + b"9" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("name", WITH_BODY)
def test_body_that_is_not_an_object_of_the_schema_is_refused(world: World, name: str, content: bytes) -> None:
    operation = OPERATIONS[name]
    path = operation.path.replace("{id}", UNKNOWN)
    headers = {"content-type": "application/json"}
    if not content and not operation.body_required:
        return
    body = refused(world.owner.request(operation.method, path, content=content, headers=headers), 400)
    assert body["field_errors"]


@pytest.mark.parametrize("depth", [98, 99, 100, 101, 500, 900, 950, 990, 1000, 1010])
def test_deep_nesting_is_accepted_or_refused(world: World, depth: int) -> None:
    deep = '{"name":"R","trigger_type":"motion","recipients":[{"type":"sms","target":"1"}],"conditions_json":{"a":%s}}'
    content = deep % ("[" * depth + "]" * depth)
    response = world.owner.post(RULES, content=content, headers={"content-type": "application/json"})
    if response.status_code == 201:
        rule = ok(world.owner.patch(f"{RULES}/{response.json()['id']}", json={"name": "changed"}))
        assert ok(world.owner.get(f"{RULES}/{rule['id']}")) == rule
    else:
        refused(response, 400, "body")
    assert (response.status_code == 201) == (depth < 99)


@pytest.mark.parametrize(
    "number", ["1e300", "-1e300", "1e-300", "9007199254740993", "1.5", "-0.0", "9223372036854775807", "1" + "0" * 30]
)
def test_unusual_numbers_are_kept_or_refused(world: World, number: str) -> None:
    rule = '{"name":"R","trigger_type":"motion","recipients":[{"type":"sms","target":"1"}],"conditions_json":{"a":%s}}'
    response = world.owner.post(RULES, content=rule % number, headers={"content-type": "application/json"})
    if response.status_code == 201:
        assert response.json()["conditions_json"]["a"] == pytest.approx(float(number))
    else:
        refused(response, 400)


@pytest.mark.parametrize(
    "media_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", ";", "\x80"],
)
def test_other_content_types_are_refused(world: World, media_type: str | None) -> None:
    headers = [] if media_type is None else [(b"content-type", media_type.encode("latin-1"))]
    response = world.owner.post(RULES, content=b'{"name": "x"}', headers=headers)
    refused(response, 400, "body")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;x=y"])
def test_parameters_and_case_of_the_content_type_do_not_matter(world: World, media_type: str) -> None:
    response = world.owner.post(
        EVENTS.replace("events", "alert-rules"), content=b"{}", headers={"content-type": media_type}
    )
    refused(response, 400, "name", "trigger_type", "recipients")


def test_body_of_a_mebibyte_is_read_and_one_of_twenty_is_too_large(world: World) -> None:
    headers = {"content-type": "application/json"}
    rule = b'{"name": "R", "trigger_type": "motion", "recipients": [{"type": "sms", "target": "1"}]}'
    size = 1024 * 1024
    ok(world.owner.post(RULES, content=rule.ljust(size), headers=headers), 201)
    refused(world.owner.post(RULES, content=rule.ljust(size + 1), headers=headers), 413)
    refused(world.owner.post(RULES, content=rule.ljust(20 * size), headers=headers), 413)
    chunks = (rule.ljust(size // 4) for _ in range(80))
    refused(world.owner.post(RULES, content=chunks, headers=headers), 413)
    assert ok(world.owner.get(RULES))["total"] == 1


def test_body_of_an_operation_without_one_is_ignored(world: World) -> None:
    assert ok(world.owner.request("GET", EVENTS, content=b"x" * 3_000_000))["total"] == 0
    rule = new_rule(world)
    assert world.owner.request("DELETE", f"{RULES}/{rule['id']}", content=b"{").status_code == 204


@pytest.mark.parametrize("path", sorted(PATHS))
def test_every_other_method_is_not_allowed(world: World, path: str) -> None:
    allowed = {operation.method for operation in OPERATIONS.values() if operation.path == path}
    allowed |= {"HEAD"} if "GET" in allowed else set()
    for method in set(METHODS) - allowed:
        response = world.owner.request(method, path.replace("{id}", UNKNOWN))
        assert set(response.headers["allow"].split(", ")) == allowed
        if method == "HEAD":
            assert (response.status_code, response.content) == (405, b"")
        else:
            refused(response, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v1",
        "/api/v2/events",
        "/API/v1/events",
        "/api/v1/events/",
        "/api/v1//events",
        f"/api/v1/events/{UNKNOWN}/",
        f"/api/v1/events/{UNKNOWN}/acknowledge",
        "/api/v1/recordings",
        "/_mockery",
        "/favicon.ico",
        "/healthz/",
    ],
)
def test_unknown_path_is_not_found(world: World, path: str) -> None:
    refused(world.running.client().get(path), 404)
    refused(world.owner.delete(path), 404)


@pytest.mark.parametrize(
    "id_", ["x", "..", "%00", "%zz", "%", "%ff%fe", "%F0%9F%98%80", "a" * 5000, "*", "{id}", "null", "0", "%0d%0aX:1"]
)
def test_malformed_id_is_refused(world: World, id_: str) -> None:
    token = world.described["actors"]["owner"]["token"]
    answer = ask(world.running, head(f"GET {EVENTS}/{id_} HTTP/1.1", f"Authorization: Bearer {token}"))
    assert answer.status == 400
    assert answer.json["field_errors"].keys() == {"id"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=1&limit=2", 400),
        ("starred=true&starred=true", 400),
        ("limit=%31", 200),
        ("limit=1%00", 400),
        ("limit=%zz", 400),
        ("cursor=%ff%fe", 400),
        ("trigger_type=%F0%9F%98%80", 400),
        ("&&&===&", 200),
        ("limit", 400),
        ("%6cimit=0", 400),
        ("id=5", 200),
        ("unknown=1&unknown=2", 200),
        ("x=" + "y" * 50_000, 200),
        ("&".join(f"p{number}={number}" for number in range(5000)), 200),
        ("limit=" + "9" * 10_000, 400),
        ("date_from=" + "2" * 10_000, 400),
        ("date_from=2026-03-10T12:00:00+02:00", 400),
        ("cursor=\xff\xfe", 400),
    ],
)
def test_unusual_query_is_accepted_or_refused(world: World, query: str, status: int) -> None:
    token = world.described["actors"]["owner"]["token"]
    answer = ask(world.running, head(f"GET {EVENTS}?{query} HTTP/1.1", f"Authorization: Bearer {token}"))
    assert answer.status == status, answer.body[:200]
    assert answer.json.keys() >= ({"field_errors"} if status == 400 else {"data"})


GET = b"GET /api/v1/events HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n"
POST = b"POST /api/v1/alert-rules HTTP/1.1\r\nHost: mock\r\nConnection: close\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz HTTP/9.9\r\nHost: mock\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"hello?\r\n\r\n",
        GET + b"no colon\r\n\r\n",
        GET + b"X: a\x00b\r\n\r\n",
        GET + b": empty name\r\n\r\n",
        GET + b"X y: z\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: many\r\n\r\n",
        POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}..",
        POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
)
def test_what_is_not_http_gets_the_error_body(world: World, sent: bytes) -> None:
    answer = ask(world.running, sent)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["error"] == "validation_error"
    assert answer.json.keys() == {"error", "message", "request_id", "field_errors"}
    assert answer.json["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (GET + b"Authorization: Bearer " + b"\xff" * 100 + b"\r\n\r\n", {401}),
        (GET + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", {401}),
        (GET + b"X: \xff\xfe\r\n\r\n", {401}),
        (GET + b"Expect: 100-continue\r\n\r\n", {401}),
        (GET + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n", {401}),
        (b"GET http://elsewhere/api/v1/events HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n", {401}),
        (b"GET /api/v1/events HTTP/1.0\r\n\r\n", {401}),
        (b"GET /api/v1/\xff\xfe HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n", {400, 404}),
        (b"OPTIONS * HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n", {400, 404}),
        (b"CONNECT mock:443 HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n", {400, 404, 405}),
    ],
)
def test_unusual_but_valid_http_is_answered(world: World, sent: bytes, statuses: set[int]) -> None:
    answer = ask(world.running, sent)
    assert answer.status in statuses
    assert answer.json["error"] in {"auth_required", "not_found", "validation_error", "method_not_allowed"}


def test_incomplete_request_has_no_effect(world: World) -> None:
    for sent in (b"GET /api/v1/ev", GET, POST + b'Content-Length: 100\r\n\r\n{"name": "x"', b""):
        received = exchange(world.running, sent, end=True)
        assert received == b"" or received.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 "))
    assert ok(world.owner.get(RULES))["total"] == 0


def test_pipelined_requests_are_answered_one_after_the_other(world: World) -> None:
    ask_twice = b"GET /healthz HTTP/1.1\r\nHost: mock\r\n\r\n" + head("GET /healthz HTTP/1.1")
    assert exchange(world.running, ask_twice).count(b"HTTP/1.1 200 OK") == 2


def test_valid_rule_is_created(world: World) -> None:
    assert new_rule(world, name="fine").keys() > RULE.keys()
