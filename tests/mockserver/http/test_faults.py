"""Injected faults, as the client sees them."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.http.steps import UNKNOWN, new_rule, ok, refused

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


def add(world: World, **fault: object) -> JSON:
    found: JSON = world.running.control("POST", "/faults", json=fault)
    return found


def matched(world: World) -> list[int]:
    return [fault["matched"] for fault in world.running.control("GET", "/faults")["data"]]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 429])
def test_documented_status_has_the_error_body_of_the_api(org: World, status: int) -> None:
    add(org, operation="listEvents", status=status)
    response = org.owner.get(EVENTS)
    refused(response, status)
    assert response.headers["x-ratelimit-remaining"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "internal_error"),
        (502, "bad_gateway"),
        (503, "service_unavailable"),
        (414, "request_uri_too_long"),
        (418, "i_m_a_teapot"),
        (499, "status_499"),
        (599, "status_599"),
    ],
)
def test_other_status_has_a_code_of_its_own(org: World, status: int, code: str) -> None:
    add(org, operation="listEvents", status=status)
    response = org.owner.get(EVENTS)
    assert response.status_code == status
    assert response.json().keys() == {"error", "message", "request_id"}
    assert response.json()["error"] == code
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_failed_call_has_no_effect(org: World) -> None:
    rule = new_rule(org)
    add(org, status=500, times=1)
    assert org.owner.delete(f"/api/v1/alert-rules/{rule['id']}").status_code == 500
    assert ok(org.owner.get(f"/api/v1/alert-rules/{rule['id']}")) == rule


def test_delay_holds_back_the_answer_of_its_operation_only(org: World) -> None:
    add(org, operation="listEvents", delay_ms=150)
    started = time.monotonic()
    ok(org.owner.get("/api/v1/alerts"))
    assert time.monotonic() - started < 0.15
    started = time.monotonic()
    ok(org.owner.get(EVENTS))
    assert time.monotonic() - started >= 0.15


def test_delay_and_status_combine(org: World) -> None:
    add(org, delay_ms=100, status=503)
    started = time.monotonic()
    assert org.owner.get(EVENTS).status_code == 503
    assert time.monotonic() - started >= 0.1


def test_dropped_call_was_made_but_its_answer_is_lost(org: World) -> None:
    rule = new_rule(org)
    add(org, operation="deleteAlertRule", drop=True)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        org.owner.delete(f"/api/v1/alert-rules/{rule['id']}")
    refused(org.owner.get(f"/api/v1/alert-rules/{rule['id']}"), 404)
    entry = org.running.control("GET", "/requests", params={"operation": "deleteAlertRule"})["data"][0]
    assert entry["status"] is None


@pytest.mark.parametrize("size", [0, 1, 40])
def test_truncated_answer_is_an_incomplete_read(org: World, size: int) -> None:
    add(org, method="GET", path="/api/v1/gateways/{id}", truncate=size)
    expected = org.owner.get("/api/v1/gateways").content
    received: list[bytes] = []
    with org.owner.stream("GET", f"/api/v1/gateways/{org.gateways[0]['id']}") as response:
        assert response.status_code == 200
        assert int(response.headers["content-length"]) > size
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):  # noqa: PT012
            for part in response.iter_raw():
                received.append(part)  # noqa: PERF402 - extend() would lose what came before the cut
    assert len(b"".join(received)) == size
    assert org.owner.get("/api/v1/gateways").content == expected


def test_truncated_export_is_an_incomplete_read(org: World) -> None:
    org.record(count=100)
    add(org, operation="exportEvents", truncate=500)
    with pytest.raises(httpx.RemoteProtocolError):
        org.owner.get(f"{EVENTS}/export")


def test_malformed_answer_is_complete_and_no_json(org: World) -> None:
    expected = org.owner.get("/api/v1/gateways").content
    add(org, operation="listGateways", malformed=True)
    response = org.owner.get("/api/v1/gateways")
    assert response.status_code == 200
    assert response.content == expected[: len(expected) // 2]
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        response.json()


def test_dripped_answer_arrives_complete_and_slowly(org: World) -> None:
    org.record(count=50)
    expected = org.owner.get(f"{EVENTS}/export").content
    add(org, operation="exportEvents", drip_ms=200)
    with org.owner.stream("GET", f"{EVENTS}/export") as response:
        started = time.monotonic()
        assert b"".join(response.iter_raw()) == expected
        assert time.monotonic() - started >= 0.15


def test_drip_and_status_combine(org: World) -> None:
    add(org, operation="listEvents", drip_ms=20, status=503)
    assert org.owner.get(EVENTS).json()["error"] == "service_unavailable"


def test_jitter_adds_to_the_delay(org: World) -> None:
    add(org, operation="listEvents", delay_ms=50, jitter_ms=50)
    started = time.monotonic()
    ok(org.owner.get(EVENTS))
    assert time.monotonic() - started >= 0.05


def test_fault_of_an_org_an_actor_or_a_header_leaves_the_others_alone(org: World) -> None:
    other = org.running.org()
    add(org, org=org.id, status=503, times=1)
    assert [other.owner.get(EVENTS).status_code, org.owner.get(EVENTS).status_code] == [200, 503]
    add(org, actor="Vera Viewer", status=502, times=1)
    assert [org.owner.get(EVENTS).status_code, org.viewer.get(EVENTS).status_code] == [200, 502]
    add(org, headers={"X-Trace": "7"}, status=501)
    traced = org.owner.get(EVENTS, headers={"X-Trace": "7"})
    assert [org.owner.get(EVENTS).status_code, traced.status_code] == [200, 501]


def test_fault_after_some_calls_lets_them_pass(org: World) -> None:
    add(org, operation="listEvents", status=503, after=2, times=1)
    assert [org.owner.get(EVENTS).status_code for _ in range(4)] == [200, 200, 503, 200]


def test_caller_asks_for_a_fault_in_a_header(org: World) -> None:
    asked = org.owner.get(EVENTS, headers={"X-Mock-Fault": "status=503; delay_ms=20"})
    assert (asked.status_code, asked.json()["error"]) == (503, "service_unavailable")
    with pytest.raises(httpx.RemoteProtocolError):
        org.owner.get(EVENTS, headers={"X-Mock-Fault": "drop"})
    ok(org.owner.get(EVENTS))


@pytest.mark.parametrize(
    "text", ["", "explode", "status=200", "status=x", "status=500; drop", "delay_ms=-1", "drop=false", "times=3"]
)
def test_invalid_fault_header_is_refused(org: World, text: str) -> None:
    response = org.owner.get(EVENTS, headers={"X-Mock-Fault": text})
    refused(response, 400)
    assert response.json()["field_errors"].keys() == {"X-Mock-Fault"}


@pytest.mark.parametrize("text", ["code=429", "respond-async, code=429", 'wait=10, Code="429"; x=y'])
def test_caller_prefers_a_documented_error(org: World, text: str) -> None:
    refused(org.owner.get(EVENTS, headers={"Prefer": text}), 429)


def test_prefer_means_only_documented_codes(org: World) -> None:
    ok(org.owner.get(EVENTS, headers={"Prefer": "code=200"}))
    ok(org.owner.get(EVENTS, headers={"Prefer": "return=minimal"}))
    response = org.owner.get(EVENTS, headers={"Prefer": "code=418"})
    refused(response, 400)
    assert "listEvents documents 200, 400" in response.json()["field_errors"]["Prefer"][0]
    assert org.owner.get("/nowhere", headers={"Prefer": "code=409"}).status_code == 404


def test_fault_headers_are_ignored_without_a_control_plane() -> None:
    with running(control=False, fixture="acme") as mock:
        owner = mock.client("sk_live_abc123")
        for name, text in (("X-Mock-Fault", "status=503"), ("Prefer", "code=429")):
            ok(owner.get(EVENTS, headers={name: text}))


def test_times_limits_how_often_a_fault_applies(org: World) -> None:
    add(org, operation="listEvents", status=503, times=2)
    assert [org.owner.get(EVENTS).status_code for _ in range(4)] == [503, 503, 200, 200]
    assert matched(org) == [2]


def test_first_added_fault_applies_and_only_one_a_call(org: World) -> None:
    add(org, status=503, times=1)
    add(org, operation="listEvents", status=502, times=1)
    assert [org.owner.get(EVENTS).status_code for _ in range(3)] == [503, 502, 200]


def test_fault_by_operation_leaves_the_others_alone(org: World) -> None:
    add(org, operation="getEvent", status=503)
    assert org.owner.get(f"{EVENTS}/{UNKNOWN}").status_code == 503
    ok(org.owner.get(EVENTS))
    refused(org.owner.delete(f"{EVENTS}/{UNKNOWN}"), 404)
    assert org.owner.get(f"{EVENTS}/export").status_code == 200


@pytest.mark.parametrize(
    ("path", "matched_calls"),
    [
        ("/api/v1/events/{id}", [False, True, True, False]),
        ("/api/v1/events", [True, False, False, False]),
        (f"/api/v1/events/{UNKNOWN}", [False, True, False, False]),
        ("/api/v1/events/{id}/x", [False, False, False, True]),
        ("/api/v1/events.", [False] * 4),
    ],
)
def test_fault_by_method_and_path_takes_literal_or_template(org: World, path: str, matched_calls: list[bool]) -> None:
    add(org, method="GET", path=path, status=503)
    asked = [EVENTS, f"{EVENTS}/{UNKNOWN}", f"{EVENTS}/export", f"{EVENTS}/{UNKNOWN}/x"]
    assert [org.owner.get(one).status_code == 503 for one in asked] == matched_calls
    assert org.owner.delete(f"{EVENTS}/{UNKNOWN}").status_code == 404


def test_fault_without_a_filter_applies_to_all_calls_but_the_control_plane(org: World) -> None:
    add(org, status=503)
    for path in (EVENTS, "/healthz", "/nowhere"):
        assert org.owner.get(path).status_code == 503
    assert org.running.client().get(EVENTS).status_code == 503
    assert org.running.control("GET", "/health")["status"] == "ok"


def test_probability_selects_calls_that_the_seed_repeats(org: World) -> None:
    def rolls() -> list[int]:
        org.running.control("POST", "/reset")
        add(org, status=503, probability=0.3)
        client = org.running.client()
        return [client.get("/healthz").status_code for _ in range(300)]

    first = rolls()
    assert 50 < first.count(503) < 130
    assert matched(org) == [first.count(503)]
    assert rolls() == first


def test_call_with_a_fault_is_charged_too(org: World) -> None:
    add(org, status=503)
    left = [int(org.owner.get(EVENTS).headers["x-ratelimit-remaining"]) for _ in range(2)]
    assert left == [99, 98]


def test_removed_faults_apply_no_more(org: World) -> None:
    add(org, status=503)
    assert org.owner.get(EVENTS).status_code == 503
    org.running.control("DELETE", "/faults")
    ok(org.owner.get(EVENTS))
    assert org.running.control("GET", "/faults") == {"data": [], "total": 0}
