"""Faults, added and removed through the control plane; their effects are tested with the API."""

from collections.abc import Iterator

import pytest

from tests.harness import JSON, Running, running
from tests.mockserver.control.calls import call, refused

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running() as mock:
        yield mock


def test_faults_are_numbered_listed_and_removed(mock: Running) -> None:
    asked: list[JSON] = [
        {"operation": "listEvents", "status": 503, "delay_ms": 1, "times": 3},
        {"method": "GET", "path": "/api/v1/gateways/{id}", "truncate": 40},
        {"drop": True, "probability": 0.001, "operation": "getHealth"},
        {"delay_ms": 0, "times": 2.0},
        {"org": UNKNOWN, "actor": "Ann", "headers": {"X-Trace": "7"}, "malformed": True, "drip_ms": 1, "after": 3},
        {"path": "/x", "jitter_ms": 5},
        {
            "match": {"org": UNKNOWN, "method": "GET", "path": "/x/{id}", "headers": {"Retry-After": "1"}},
            "sequence": [{"status": 503}, {"answer": {"status": 200, "body": None}}, {}, {"drop": True, "delay_ms": 1}],
        },
        {"answer": {"status": 503, "retry_after": 2, "retry_after_as": "date", "headers": {"X-A": "1"}, "body": [1]}},
        {"change": {"at": "/data/*", "merge_patch": {"a": None}, "headers": {"Etag": None}}},
        {"change": {"json_patch": [{"op": "remove", "path": "/a"}]}},
    ]
    added = [call(mock, "POST", "/faults", 201, json=fault) for fault in asked]
    start = added[0]["id"]
    assert added == [{**fault, "id": start + index, "matched": 0} for index, fault in enumerate(asked)]
    mock.client().get("/api/v1/events")
    listed = call(mock, "GET", "/faults", 200)
    assert listed["total"] == len(asked)
    assert listed["data"] == [added[0] | {"matched": 1}, *added[1:]]
    assert call(mock, "DELETE", "/faults", 204) is None
    assert call(mock, "GET", "/faults", 200) == {"data": [], "total": 0}


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({}, "status"),
        ({"operation": "listEvents"}, "status"),
        ({"operation": "listRecordings", "status": 500}, "operation"),
        ({"operation": "listEvents", "method": "GET", "path": "/x", "status": 500}, "operation"),
        ({"operation": "listEvents", "path": "/x", "status": 500}, "operation"),
        ({"org": "acme", "status": 500}, "org"),
        ({"headers": {}, "status": 500}, "headers"),
        ({"headers": {"X-Trace": 7}, "status": 500}, "headers.X-Trace"),
        ({"headers": {"X-Trace:": "7"}, "status": 500}, "headers"),
        ({"match": {"headers": {"X Trace": "7"}}, "status": 500}, "match.headers"),
        ({"malformed": False}, "malformed"),
        ({"status": 500, "malformed": True}, "malformed"),
        ({"drop": True, "drip_ms": 1}, "drip_ms"),
        ({"drip_ms": 600_001}, "drip_ms"),
        ({"jitter_ms": -1}, "jitter_ms"),
        ({"status": 500, "after": -1}, "after"),
        ({"method": "BREW", "path": "/x", "status": 500}, "method"),
        ({"method": "GET", "path": "x", "status": 500}, "path"),
        ({"status": 399}, "status"),
        ({"status": 600}, "status"),
        ({"status": 200}, "status"),
        ({"status": 500, "drop": True}, "drop"),
        ({"status": 500, "truncate": 1}, "truncate"),
        ({"drop": True, "truncate": 1}, "truncate"),
        ({"drop": False}, "drop"),
        ({"truncate": -1}, "truncate"),
        ({"delay_ms": -1}, "delay_ms"),
        ({"delay_ms": 600_001}, "delay_ms"),
        ({"delay_ms": 1.5}, "delay_ms"),
        ({"status": 500, "times": 0}, "times"),
        ({"status": 500, "probability": 0}, "probability"),
        ({"status": 500, "probability": 1.1}, "probability"),
        ({"status": 500, "matched": 5}, "matched"),
        ({"status": 500, "id": 5}, "id"),
        ({"status": 500, "colour": "red"}, "colour"),
        ({"headers": {"retry-after": "2"}, "status": 503}, "headers"),
        ({"headers": {"Content-Type": "text/html"}, "status": 503}, "headers"),
        ({"match": {"operation": "listEvents"}, "headers": {"x-trace": "2"}, "status": 503}, "headers"),
        ({"match": {"operation": "listEvents"}, "org": UNKNOWN, "status": 503}, "org"),
        ({"match": {}, "status": 503}, "match"),
        ({"match": {"colour": 1}, "status": 503}, "match.colour"),
        ({"match": {"operation": "readEvents"}, "status": 503}, "match.operation"),
        ({"match": {"operation": "listEvents", "path": "/x"}, "status": 503}, "match.operation"),
        ({"match": {"org": "acme"}, "status": 503}, "match.org"),
        ({"match": {"path": "x"}, "status": 503}, "match.path"),
        ({"match": {"query": {"limit": 5}}, "status": 503}, "match.query.limit"),
        ({"query": {"limit": "5"}, "status": 503}, "query"),
        ({"match": {"operation": "listEvents"}}, "status"),
        ({"answer": {}}, "answer.status"),
        ({"answer": {"status": 199}}, "answer.status"),
        ({"answer": {"status": 503}, "status": 503}, "answer"),
        ({"answer": {"status": 503}, "drop": True}, "drop"),
        ({"answer": {"status": 204, "body": "x"}}, "answer.body"),
        ({"answer": {"status": 503, "colour": 1}}, "answer.colour"),
        ({"answer": {"status": 503, "headers": {"X A": "1"}}}, "answer.headers"),
        ({"answer": {"status": 503, "headers": {"X-A": "1\r\nX-B: 2"}}}, "answer.headers.X-A"),
        ({"answer": {"status": 503, "headers": {"X-A": "\u20ac"}}}, "answer.headers.X-A"),
        ({"answer": {"status": 503, "headers": {"X-A": 1}}}, "answer.headers.X-A"),
        ({"answer": {"status": 503, "headers": {"Content-Length": "1"}}}, "answer.headers.Content-Length"),
        ({"answer": {"status": 503, "headers": {"Content-Type": "x"}, "content_type": "x"}}, "answer.content_type"),
        ({"answer": {"status": 503, "content_type": "a\nb"}}, "answer.content_type"),
        ({"answer": {"status": 503, "headers": {"retry-after": "1"}, "retry_after": 1}}, "answer.retry_after"),
        ({"answer": {"status": 503, "retry_after": -1}}, "answer.retry_after"),
        ({"answer": {"status": 503, "retry_after": "soon"}}, "answer.retry_after"),
        ({"answer": {"status": 503, "retry_after_as": "date"}}, "answer.retry_after"),
        ({"answer": {"status": 503, "retry_after": 1, "retry_after_as": "day"}}, "answer.retry_after_as"),
        ({"change": {}}, "change"),
        ({"change": {"at": "/data"}}, "change.json_patch"),
        ({"change": {"at": "data", "merge_patch": 1}}, "change.at"),
        ({"change": {"json_patch": [{"op": "add", "path": "/a"}]}}, "change.json_patch.0"),
        ({"change": {"json_patch": [{"op": "add", "path": "a", "value": 1}]}}, "change.json_patch.0"),
        ({"change": {"json_patch": [{"op": "move", "path": "/a"}]}}, "change.json_patch.0"),
        ({"change": {"json_patch": [{"op": "set", "path": "/a"}]}}, "change.json_patch.0.op"),
        ({"change": {"json_patch": [{"op": "remove", "path": "/a"}], "merge_patch": {}}}, "change.json_patch"),
        ({"change": {"merge_patch": {}, "colour": 1}}, "change.colour"),
        ({"sequence": []}, "sequence"),
        ({"sequence": [{}]}, "sequence"),
        ({"sequence": [{"status": 503}], "status": 503}, "sequence"),
        ({"sequence": [{"status": 503}, {"status": 200}]}, "sequence.1.status"),
        ({"sequence": [{"status": 503}, {"status": 503, "drop": True}]}, "sequence.1.drop"),
        ({"sequence": [{"answer": {"status": 204, "body": 1}}]}, "sequence.0.answer.body"),
        ({"sequence": [{"status": 503, "times": 2}]}, "sequence.0.times"),
    ],
)
def test_invalid_fault_is_refused_by_name(mock: Running, fault: JSON, field: str) -> None:
    refused(mock, "POST", "/faults", field, json=fault)
    assert call(mock, "GET", "/faults", 200)["total"] == 0


def test_headers_of_an_answer_are_not_taken_for_those_of_a_call(mock: Running) -> None:
    fault = {"headers": {"retry-after": "2"}, "status": 503}
    (text,) = refused(mock, "POST", "/faults", "headers", json=fault)["headers"]
    assert "answer.headers" in text
    assert "match.headers" in text


def left(mock: Running, **params: object) -> list[JSON]:
    listed = call(mock, "GET", "/faults", 200, params=params)
    assert listed["total"] == len(listed["data"])
    return list(listed["data"])


def test_a_fault_is_read_and_removed_by_its_id(mock: Running) -> None:
    added = [call(mock, "POST", "/faults", 201, json={"operation": name, "status": 503}) for name in ("getHealth",) * 2]
    mock.client().get("/healthz")
    path = f"/faults/{added[0]['id']}"
    assert call(mock, "GET", path, 200) == {**added[0], "matched": 1}
    assert call(mock, "DELETE", path, 204) is None
    for method in ("GET", "DELETE"):
        call(mock, method, path, 404)
    refused(mock, "DELETE", "/faults/x", "id")
    assert left(mock) == added[1:]
    call(mock, "DELETE", "/faults", 204)


def test_faults_are_listed_and_removed_by_what_they_select(mock: Running) -> None:
    one, other = mock.org().id, mock.org().id
    asked: list[JSON] = [
        {"match": {"org": one.upper(), "operation": "listEvents"}, "status": 503},
        {"org": other, "operation": "listEvents", "status": 503},
        {"match": {"org": one}, "status": 502},
        {"operation": "listAlerts", "status": 502},
    ]
    added = [call(mock, "POST", "/faults", 201, json=fault) for fault in asked]
    assert left(mock, org=one.upper()) == [added[0], added[2]]
    assert left(mock, operation="listEvents") == added[:2]
    assert left(mock, org=other, operation="listAlerts") == []
    call(mock, "DELETE", "/faults?operation=listEvents", 204)
    assert left(mock) == added[2:]
    call(mock, "DELETE", "/faults", 204, params={"org": one})
    for query, field in (("org=x", "org"), ("status=503", "status"), ("operation=readEvents", "operation")):
        refused(mock, "DELETE", f"/faults?{query}", field)
    assert left(mock) == added[3:]
    call(mock, "DELETE", "/faults", 204)


def test_faults_of_a_removed_org_go_with_it(mock: Running) -> None:
    org = mock.org()
    for fault in ({"match": {"org": org.id}, "status": 503}, {"org": org.id, "drop": True}, {"status": 503}):
        call(mock, "POST", "/faults", 201, json=fault)
    call(mock, "DELETE", f"/orgs/{org.id}", 204)
    assert [fault["status"] for fault in call(mock, "GET", "/faults", 200)["data"]] == [503]
    call(mock, "DELETE", "/faults", 204)
