"""Answers that faults give or change, and sequences of faults, as the client sees them."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from mockserver.asgi import Answer, encode
from mockserver.domain.errors import InternalError
from mockserver.http.changed_answers import change_body
from mockserver.runtime.faults import FaultChange
from tests.harness import JSON, Running, World, running
from tests.mockserver.http.steps import RULE, ok, refused

EVENTS = "/api/v1/events"


@pytest.fixture(scope="module")
def faulty_mock() -> Iterator[Running]:
    """A mock for the tests of this module, so that its faults apply to no others."""
    with running() as mock:
        yield mock


@pytest.fixture
def org(faulty_mock: Running) -> World:
    """A fresh org on a mock without faults."""
    faulty_mock.control("DELETE", "/faults")
    return faulty_mock.org()


def add(world: World, operation: str = "listEvents", **fault: object) -> JSON:
    match = {"operation": operation, "org": world.id}
    found: JSON = world.running.control("POST", "/faults", json={"match": match, **fault})
    return found


def test_503_503_then_through(org: World) -> None:
    fault = add(org, sequence=[{"answer": {"status": 503, "retry_after": 2}}, {"status": 503}])
    answers = [org.owner.get(EVENTS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 503, 200, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == ["2", None, None, None]
    assert org.running.control("GET", f"/faults/{fault['id']}")["matched"] == 2


def test_calls_are_matched_by_their_query(org: World) -> None:
    match = {"org": org.id, "path": EVENTS, "query": {"limit": "5", "tags": "a b"}}
    org.running.control("POST", "/faults", json={"match": match, "status": 503})
    for query, status in (
        ("limit=5&tags=a+b&x=", 503),
        ("tags=a%20b&limit=5", 503),
        ("limit=5&tags=a", 200),
        ("", 200),
    ):
        assert org.owner.get(f"{EVENTS}?{query}").status_code == status, query


def test_steps_of_a_sequence_differ_and_may_let_calls_pass(org: World) -> None:
    add(org, sequence=[{"drop": True}, {}, {"answer": {"status": 200, "body": []}}, {"status": 500}], times=6)
    with pytest.raises(httpx.RemoteProtocolError):
        org.owner.get(EVENTS)
    assert ok(org.owner.get(EVENTS))["total"] == 0
    assert ok(org.owner.get(EVENTS)) == []
    assert org.owner.get(EVENTS).status_code == 500
    with pytest.raises(httpx.RemoteProtocolError):
        org.owner.get(EVENTS)
    assert [ok(org.owner.get(EVENTS))["total"] for _ in range(3)] == [0, 0, 0]


def test_error_with_headers_has_the_body_of_the_api(org: World) -> None:
    add(org, answer={"status": 429, "retry_after": 7, "headers": {"X-RateLimit-Remaining": "0", "X-Note": "é"}})
    response = org.owner.get(EVENTS)
    refused(response, 429)
    assert response.headers.get_list("retry-after") == ["7"]
    assert response.headers.get_list("x-ratelimit-remaining") == ["0"]
    assert response.headers["x-note"] == "é"
    assert response.headers["x-request-id"] == response.json()["request_id"]


def test_retry_after_may_be_a_date(org: World) -> None:
    add(org, answer={"status": 503, "retry_after": 120, "retry_after_as": "date"})
    headers = org.owner.get(EVENTS).headers
    wait = parsedate_to_datetime(headers["retry-after"]) - parsedate_to_datetime(headers["date"])
    assert timedelta(seconds=118) <= wait <= timedelta(seconds=122)
    add(org, "listAlerts", answer={"status": 503, "headers": {"Retry-After": "Sun Nov  6 08:49:37 1994"}})
    assert org.owner.get("/api/v1/alerts").headers["retry-after"] == "Sun Nov  6 08:49:37 1994"


@pytest.mark.parametrize(
    ("answer", "content_type", "body"),
    [
        ({"status": 200, "body": {"a": [1]}}, "application/json", b'{"a":[1]}'),
        ({"status": 200, "body": None}, "application/json", b"null"),
        ({"status": 502, "body": "<é>", "content_type": "text/html"}, "text/html", "<é>".encode()),
        ({"status": 200, "body": "{", "content_type": "application/json"}, "application/json", b"{"),
        ({"status": 503, "body": "late"}, "text/plain; charset=utf-8", b"late"),
        ({"status": 200, "body": 1, "headers": {"Content-Type": "application/x"}}, "application/x", b"1"),
        ({"status": 202}, None, b""),
        ({"status": 204}, None, b""),
        ({"status": 302, "headers": {"Location": "/x"}}, None, b""),
    ],
)
def test_answer_is_what_the_fault_says(org: World, answer: JSON, content_type: str | None, body: bytes) -> None:
    add(org, "createAlertRule", answer=answer)
    response = org.owner.post("/api/v1/alert-rules", json=RULE)
    assert (response.status_code, response.content) == (answer["status"], body)
    assert response.headers.get("content-type") == content_type
    assert ok(org.owner.get("/api/v1/alert-rules"))["total"] == 0


def test_answer_combines_with_a_delay_and_a_slow_body(org: World) -> None:
    add(org, answer={"status": 200, "body": {"a": "b" * 100}}, delay_ms=1, drip_ms=20)
    assert ok(org.owner.get(EVENTS)) == {"a": "b" * 100}


def test_every_row_of_a_real_answer_is_changed(org: World) -> None:
    org.record(count=3)
    before = ok(org.owner.get(EVENTS))
    change = {"at": "/data/*", "merge_patch": {"ai_status": "postponed", "colour": {"a": 1}, "summary": None}}
    add(org, change={**change, "headers": {"X-Api-Version": "v2", "X-Request-Id": None}})
    response = org.owner.get(EVENTS)
    expected = [{**row, "ai_status": "postponed", "colour": {"a": 1}} for row in before["data"]]
    assert ok(response) == {**before, "data": [{k: v for k, v in row.items() if k != "summary"} for row in expected]}
    assert response.headers["x-api-version"] == "v2"
    assert "x-request-id" not in response.headers
    assert response.headers["x-ratelimit-remaining"]


def test_json_patch_changes_a_real_answer(org: World) -> None:
    org.record(count=2)
    before = ok(org.owner.get(EVENTS))
    patch = [
        {"op": "test", "path": "/total", "value": 2},
        {"op": "replace", "path": "/data/0/trigger_type", "value": "smell"},
        {"op": "remove", "path": "/data/1/camera_id"},
        {"op": "add", "path": "/data/-", "value": None},
        {"op": "move", "from": "/total", "path": "/a~1b"},
        {"op": "copy", "from": "/data/0/id", "path": "/first"},
    ]
    add(org, change={"json_patch": patch})
    after = ok(org.owner.get(EVENTS))
    first, second = before["data"]
    second = {name: value for name, value in second.items() if name != "camera_id"}
    kept = {name: value for name, value in before.items() if name not in ("data", "total")}
    assert after == {
        **kept,
        "data": [{**first, "trigger_type": "smell"}, second, None],
        "a/b": 2,
        "first": first["id"],
    }


def test_json_patch_applies_to_every_item(org: World) -> None:
    org.record(count=2)
    add(org, change={"at": "/data/*", "json_patch": [{"op": "remove", "path": "/id"}]})
    assert ["id" in row for row in ok(org.owner.get(EVENTS))["data"]] == [False, False]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"at": "/rows/0", "merge_patch": {"a": 1}}, "change.at: this answer has nothing at '/rows/0'"),
        ({"at": "/data/0", "merge_patch": {"a": 1}}, "change.at: this answer has nothing at '/data/0'"),
        ({"at": "/data/x", "merge_patch": {"a": 1}}, "change.at: this answer has nothing at '/data/x'"),
        ({"at": "/total/x", "merge_patch": {"a": 1}}, "change.at: this answer has nothing at '/total/x'"),
        ({"json_patch": [{"op": "remove", "path": "/rows"}]}, "change.json_patch cannot be applied to this answer"),
        ({"json_patch": [{"op": "add", "path": "/total/x", "value": 1}]}, "change.json_patch cannot be applied"),
        ({"json_patch": [{"op": "remove", "path": ""}]}, "change.json_patch cannot be applied"),
        ({"json_patch": [{"op": "add", "path": "/a~2", "value": 1}]}, "change.json_patch cannot be applied"),
        (
            {"json_patch": [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(30)]},
            "change: more than 1,048,576 bytes would be put into this answer",
        ),
    ],
)
def test_change_that_cannot_be_made_is_an_error_that_says_why(org: World, change: JSON, text: str) -> None:
    add(org, change=change)
    response = org.owner.get(EVENTS)
    assert response.status_code == 500
    assert text in response.json()["message"]


def test_changes_of_many_places_make_no_endless_body(org: World) -> None:
    org.record(count=20)
    add(org, change={"at": "/data/*", "merge_patch": {"a": "b" * 1_000_000}})
    response = org.owner.get(EVENTS)
    assert response.status_code == 500
    assert response.json()["message"] == "change: more than 1,048,576 bytes would be put into this answer"


DEEP: list[JSON] = [{}] * 200_000


@pytest.mark.parametrize(
    ("body", "patch"),
    [
        ({"a": DEEP}, [{"op": "copy", "from": "/a", "path": f"/{number}"} for number in range(100)]),
        ({"a": "x" * 900_000}, [{"op": "copy", "from": "/b", "path": "/b"} for _ in range(100)]),
        ({"a": DEEP}, [{"op": "replace", "path": "/a", "value": DEEP}] * 100),
        ({"a": DEEP}, [{"op": "test", "path": "/a", "value": DEEP}] * 100),
    ],
    ids=["copy", "small", "replace", "test"],
)
def test_a_patch_takes_a_bounded_time(body: JSON, patch: list[JSON]) -> None:
    answer = Answer(200, [(b"content-type", b"application/json")], encode({**body, "b": 1}))
    started = time.process_time()
    with suppress(InternalError):
        change_body(answer, FaultChange(json_patch=patch))
    assert time.process_time() - started < 0.5


def test_the_reason_of_a_change_that_cannot_be_made_is_cut(org: World) -> None:
    org.record(count=20)
    add(org, change={"json_patch": [{"op": "test", "path": "/data", "value": 1}]})
    assert len(org.owner.get(EVENTS).json()["message"]) < 400


def test_only_the_body_of_a_successful_json_answer_is_changed(org: World) -> None:
    for operation in ("listEvents", "exportEvents"):
        add(org, operation, change={"at": "/x", "merge_patch": 1, "headers": {"X-A": "1"}})
    invalid = org.owner.get(EVENTS, params={"limit": 0})
    refused(invalid, 400)
    export = org.owner.get(f"{EVENTS}/export")
    assert export.headers["content-type"].startswith("text/csv")
    assert (invalid.headers["x-a"], export.headers["x-a"]) == ("1", "1")


def test_caller_asks_for_an_answer_in_a_header(org: World) -> None:
    def ask(text: str) -> httpx.Response:
        return org.owner.get(EVENTS, headers={"X-Mock-Fault": text})

    assert ask("status=503; retry_after=2").headers["retry-after"] == "2"
    assert ask("status=503; retry_after=2; retry_after_as=date").headers["retry-after"].endswith("GMT")
    answered = ask('{"answer": {"status": 200, "body": {"a": 1}}, "delay_ms": 1}')
    assert ok(answered) == {"a": 1}
    assert ok(ask('{"change": {"merge_patch": {"colour": "red"}}}'))["colour"] == "red"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[]",
        '{"times": 1}',
        '{"status": 503, "drop": true}',
        '{"answer": {}}',
        '{"answer": {"status": 503, "body": NaN}}',
        '{"sequence": [{"status": 503}]}',
        "retry_after=2",
        "status=503; retry_after=x",
        "answer=1",
        '{"change":' * 5000,
    ],
)
def test_invalid_answer_in_a_header_is_refused(org: World, text: str) -> None:
    response = org.owner.get(EVENTS, headers={"X-Mock-Fault": text})
    refused(response, 400)
    assert response.json()["field_errors"].keys() == {"X-Mock-Fault"}
