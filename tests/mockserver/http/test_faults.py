"""Injected faults, as the client sees them."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.http.checks import UNKNOWN, new_rule, ok, refused

EVENTS = "/api/v1/events"


@pytest.fixture(scope="module")
def weather() -> Iterator[Running]:
    """A mock whose faults nobody else suffers."""
    with running() as mock:
        yield mock


@pytest.fixture
def stormy(weather: Running) -> World:
    """A fresh world under a clear sky."""
    weather.control("DELETE", "/faults")
    return weather.org()


def add(world: World, **fault: object) -> JSON:
    found: JSON = world.running.control("POST", "/faults", json=fault)
    return found


def matched(world: World) -> list[int]:
    return [fault["matched"] for fault in world.running.control("GET", "/faults")["data"]]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 429])
def test_documented_status_comes_in_the_shape_of_the_api(stormy: World, status: int) -> None:
    add(stormy, operation="listEvents", status=status)
    response = stormy.owner.get(EVENTS)
    refused(response, status)
    assert response.headers["x-ratelimit-remaining"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "internal_error"),
        (502, "bad_gateway"),
        (503, "service_unavailable"),
        (499, "status_499"),
        (599, "status_599"),
    ],
)
def test_other_status_comes_with_a_code_of_its_own(stormy: World, status: int, code: str) -> None:
    add(stormy, operation="listEvents", status=status)
    response = stormy.owner.get(EVENTS)
    assert response.status_code == status
    assert response.json().keys() == {"error", "message", "request_id"}
    assert response.json()["error"] == code
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_failed_call_has_no_effect(stormy: World) -> None:
    rule = new_rule(stormy)
    add(stormy, status=500, times=1)
    assert stormy.owner.delete(f"/api/v1/alert-rules/{rule['id']}").status_code == 500
    assert ok(stormy.owner.get(f"/api/v1/alert-rules/{rule['id']}")) == rule


def test_delay_holds_the_answer_back_and_nobody_elses(stormy: World) -> None:
    add(stormy, operation="listEvents", delay_ms=150)
    started = time.monotonic()
    ok(stormy.owner.get("/api/v1/alerts"))
    assert time.monotonic() - started < 0.15
    started = time.monotonic()
    ok(stormy.owner.get(EVENTS))
    assert time.monotonic() - started >= 0.15


def test_delay_goes_with_a_status(stormy: World) -> None:
    add(stormy, delay_ms=100, status=503)
    started = time.monotonic()
    assert stormy.owner.get(EVENTS).status_code == 503
    assert time.monotonic() - started >= 0.1


def test_dropped_call_was_made_but_its_answer_is_lost(stormy: World) -> None:
    rule = new_rule(stormy)
    add(stormy, operation="deleteAlertRule", drop=True)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        stormy.owner.delete(f"/api/v1/alert-rules/{rule['id']}")
    refused(stormy.owner.get(f"/api/v1/alert-rules/{rule['id']}"), 404)
    entry = stormy.running.control("GET", "/requests", params={"operation": "deleteAlertRule"})["data"][0]
    assert entry["status"] is None


@pytest.mark.parametrize("size", [0, 1, 40])
def test_truncated_answer_is_an_incomplete_read(stormy: World, size: int) -> None:
    add(stormy, method="GET", path="/api/v1/gateways/{id}", truncate=size)
    whole = stormy.owner.get("/api/v1/gateways").content
    received: list[bytes] = []
    with stormy.owner.stream("GET", f"/api/v1/gateways/{stormy.gateways[0]['id']}") as response:
        assert response.status_code == 200
        assert int(response.headers["content-length"]) > size
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):  # noqa: PT012
            for part in response.iter_raw():
                received.append(part)  # noqa: PERF402 - extend() would lose what came before the cut
    assert len(b"".join(received)) == size
    assert stormy.owner.get("/api/v1/gateways").content == whole


def test_truncated_export_is_an_incomplete_read(stormy: World) -> None:
    stormy.record(count=100)
    add(stormy, operation="exportEvents", truncate=500)
    with pytest.raises(httpx.RemoteProtocolError):
        stormy.owner.get(f"{EVENTS}/export")


def test_malformed_answer_is_complete_and_no_json(stormy: World) -> None:
    whole = stormy.owner.get("/api/v1/gateways").content
    add(stormy, operation="listGateways", malformed=True)
    response = stormy.owner.get("/api/v1/gateways")
    assert response.status_code == 200
    assert response.content == whole[: len(whole) // 2]
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        response.json()


def test_dripped_answer_arrives_whole_and_slowly(stormy: World) -> None:
    stormy.record(count=50)
    whole = stormy.owner.get(f"{EVENTS}/export").content
    add(stormy, operation="exportEvents", drip_ms=200)
    with stormy.owner.stream("GET", f"{EVENTS}/export") as response:
        started = time.monotonic()
        assert b"".join(response.iter_raw()) == whole
        assert time.monotonic() - started >= 0.15


def test_drip_and_status_go_together(stormy: World) -> None:
    add(stormy, operation="listEvents", drip_ms=20, status=503)
    assert stormy.owner.get(EVENTS).json()["error"] == "service_unavailable"


def test_jitter_holds_the_answer_back_by_chance(stormy: World) -> None:
    add(stormy, operation="listEvents", delay_ms=50, jitter_ms=50)
    started = time.monotonic()
    ok(stormy.owner.get(EVENTS))
    assert time.monotonic() - started >= 0.05


def test_fault_of_an_org_an_actor_or_a_header_leaves_the_others_alone(stormy: World) -> None:
    other = stormy.running.org()
    add(stormy, org=stormy.id, status=503, times=1)
    assert [other.owner.get(EVENTS).status_code, stormy.owner.get(EVENTS).status_code] == [200, 503]
    add(stormy, actor="Vera Viewer", status=502, times=1)
    assert [stormy.owner.get(EVENTS).status_code, stormy.viewer.get(EVENTS).status_code] == [200, 502]
    add(stormy, headers={"X-Trace": "7"}, status=501)
    traced = stormy.owner.get(EVENTS, headers={"X-Trace": "7"})
    assert [stormy.owner.get(EVENTS).status_code, traced.status_code] == [200, 501]


def test_fault_after_some_calls_lets_them_pass(stormy: World) -> None:
    add(stormy, operation="listEvents", status=503, after=2, times=1)
    assert [stormy.owner.get(EVENTS).status_code for _ in range(4)] == [200, 200, 503, 200]


def test_caller_asks_for_a_fault_in_a_header(stormy: World) -> None:
    asked = stormy.owner.get(EVENTS, headers={"X-Mock-Fault": "status=503; delay_ms=20"})
    assert (asked.status_code, asked.json()["error"]) == (503, "service_unavailable")
    with pytest.raises(httpx.RemoteProtocolError):
        stormy.owner.get(EVENTS, headers={"X-Mock-Fault": "drop"})
    ok(stormy.owner.get(EVENTS))


@pytest.mark.parametrize(
    "text", ["", "explode", "status=200", "status=x", "status=500; drop", "delay_ms=-1", "drop=false", "times=3"]
)
def test_a_senseless_wish_is_refused(stormy: World, text: str) -> None:
    response = stormy.owner.get(EVENTS, headers={"X-Mock-Fault": text})
    refused(response, 400)
    assert response.json()["field_errors"].keys() == {"X-Mock-Fault"}


@pytest.mark.parametrize("text", ["code=429", "respond-async, code=429", "wait=10; code=429"])
def test_caller_prefers_a_documented_error(stormy: World, text: str) -> None:
    refused(stormy.owner.get(EVENTS, headers={"Prefer": text}), 429)


def test_prefer_means_only_documented_codes(stormy: World) -> None:
    ok(stormy.owner.get(EVENTS, headers={"Prefer": "code=200"}))
    ok(stormy.owner.get(EVENTS, headers={"Prefer": "return=minimal"}))
    response = stormy.owner.get(EVENTS, headers={"Prefer": "code=418"})
    refused(response, 400)
    assert "listEvents documents 200, 400" in response.json()["field_errors"]["Prefer"][0]
    assert stormy.owner.get("/nowhere", headers={"Prefer": "code=409"}).status_code == 404


def test_without_a_control_plane_nobody_wishes() -> None:
    with running(control=False, fixture="acme") as mock:
        owner = mock.client("sk_live_abc123")
        for name, text in (("X-Mock-Fault", "status=503"), ("Prefer", "code=429")):
            ok(owner.get(EVENTS, headers={name: text}))


def test_times_limits_how_often_it_strikes(stormy: World) -> None:
    add(stormy, operation="listEvents", status=503, times=2)
    assert [stormy.owner.get(EVENTS).status_code for _ in range(4)] == [503, 503, 200, 200]
    assert matched(stormy) == [2]


def test_faults_strike_in_the_order_they_were_added_one_a_call(stormy: World) -> None:
    add(stormy, status=503, times=1)
    add(stormy, operation="listEvents", status=502, times=1)
    assert [stormy.owner.get(EVENTS).status_code for _ in range(3)] == [503, 502, 200]


def test_fault_by_operation_leaves_the_others_alone(stormy: World) -> None:
    add(stormy, operation="getEvent", status=503)
    assert stormy.owner.get(f"{EVENTS}/{UNKNOWN}").status_code == 503
    ok(stormy.owner.get(EVENTS))
    refused(stormy.owner.delete(f"{EVENTS}/{UNKNOWN}"), 404)
    assert stormy.owner.get(f"{EVENTS}/export").status_code == 200


@pytest.mark.parametrize(
    ("path", "struck"),
    [
        ("/api/v1/events/{id}", [False, True, True, False]),
        ("/api/v1/events", [True, False, False, False]),
        (f"/api/v1/events/{UNKNOWN}", [False, True, False, False]),
        ("/api/v1/events/{id}/x", [False, False, False, True]),
        ("/api/v1/events.", [False] * 4),
    ],
)
def test_fault_by_method_and_path_takes_a_literal_or_a_template(stormy: World, path: str, struck: list[bool]) -> None:
    add(stormy, method="GET", path=path, status=503)
    asked = [EVENTS, f"{EVENTS}/{UNKNOWN}", f"{EVENTS}/export", f"{EVENTS}/{UNKNOWN}/x"]
    assert [stormy.owner.get(one).status_code == 503 for one in asked] == struck
    assert stormy.owner.delete(f"{EVENTS}/{UNKNOWN}").status_code == 404


def test_fault_without_a_name_strikes_everything_but_the_control_plane(stormy: World) -> None:
    add(stormy, status=503)
    for path in (EVENTS, "/healthz", "/nowhere"):
        assert stormy.owner.get(path).status_code == 503
    assert stormy.running.client().get(EVENTS).status_code == 503
    assert stormy.running.control("GET", "/health")["status"] == "ok"


def test_probability_strikes_a_share_that_the_seed_repeats(stormy: World) -> None:
    def rolls() -> list[int]:
        stormy.running.control("POST", "/reset")
        add(stormy, status=503, probability=0.3)
        client = stormy.running.client()
        return [client.get("/healthz").status_code for _ in range(300)]

    first = rolls()
    assert 50 < first.count(503) < 130
    assert matched(stormy) == [first.count(503)]
    assert rolls() == first


def test_struck_call_still_costs_its_caller(stormy: World) -> None:
    add(stormy, status=503)
    left = [int(stormy.owner.get(EVENTS).headers["x-ratelimit-remaining"]) for _ in range(2)]
    assert left == [99, 98]


def test_cleared_faults_strike_no_more(stormy: World) -> None:
    add(stormy, status=503)
    assert stormy.owner.get(EVENTS).status_code == 503
    stormy.running.control("DELETE", "/faults")
    ok(stormy.owner.get(EVENTS))
    assert stormy.running.control("GET", "/faults") == {"data": [], "total": 0}
