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
    ]
    added = [call(mock, "POST", "/faults", 201, json=fault) for fault in asked]
    start = added[0]["id"]
    assert added == [{**fault, "id": start + index, "matched": 0} for index, fault in enumerate(asked)]
    mock.client().get("/api/v1/events")
    listed = call(mock, "GET", "/faults", 200)
    assert listed["total"] == 6
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
    ],
)
def test_invalid_fault_is_refused_by_name(mock: Running, fault: JSON, field: str) -> None:
    refused(mock, "POST", "/faults", field, json=fault)
    assert call(mock, "GET", "/faults", 200)["total"] == 0
