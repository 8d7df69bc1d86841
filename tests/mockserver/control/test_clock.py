"""The clock, moved through the control plane."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mockserver import CONTROL_PREFIX
from mockserver.runtime import timers
from tests.harness import Running, running
from tests.mockserver.control.calls import call, refused
from tests.mockserver.http.steps import instant, later


def now(running: Running) -> str:
    return str(call(running, "GET", "/clock", 200)["now"])


def seconds(first: str, second: str) -> float:
    return (instant(second) - instant(first)).total_seconds()


def test_clock_can_be_advanced_by_zero(isolated: Running) -> None:
    for _ in range(20):
        call(isolated, "POST", "/clock", 200, json={"advance": 0})


def test_clock_stops_and_runs_again(isolated: Running) -> None:
    first = now(isolated)
    time.sleep(0.02)
    assert seconds(first, now(isolated)) >= 0.02
    frozen = call(isolated, "POST", "/clock", 200, json={"freeze": True})
    assert frozen["frozen"] is True
    time.sleep(0.02)
    assert call(isolated, "GET", "/clock", 200) == frozen
    thawed = call(isolated, "POST", "/clock", 200, json={"freeze": False})
    assert thawed["frozen"] is False
    assert 0 <= seconds(frozen["now"], thawed["now"]) < 0.01
    time.sleep(0.02)
    assert seconds(thawed["now"], now(isolated)) >= 0.02


def test_clock_is_advanced_by_seconds_and_set_to_a_time(isolated: Running) -> None:
    start = call(isolated, "POST", "/clock", 200, json={"freeze": True})["now"]
    moved = call(isolated, "POST", "/clock", 200, json={"advance": 660})
    assert moved["frozen"] is True
    assert seconds(start, moved["now"]) == 660
    assert seconds(moved["now"], call(isolated, "POST", "/clock", 200, json={"advance": 0.25})["now"]) == 0.25
    target = later(moved["now"], days=3)
    assert instant(call(isolated, "POST", "/clock", 200, json={"set": target})["now"]) == instant(target)
    assert call(isolated, "POST", "/clock", 200, json={"advance": 0})["now"] == now(isolated)
    assert instant(call(isolated, "POST", "/clock", 200, json={"set": target})["now"]) == instant(target)


def test_clock_takes_other_time_zones_and_answers_in_utc(isolated: Running) -> None:
    assert (
        call(isolated, "POST", "/clock", 200, json={"set": "2031-01-01T00:00:00+02:00"})["now"][:19]
        == "2030-12-31T22:00:00"
    )


def test_clock_does_not_run_backwards(isolated: Running) -> None:
    before = now(isolated)
    refused(isolated, "POST", "/clock", "set", json={"set": "2020-01-01T00:00:00Z"})
    assert 0 <= seconds(before, now(isolated)) < 5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ([], "body"),
        ({"advance": 1, "freeze": True}, "body"),
        ({"advance": -1}, "advance"),
        ({"advance": "1"}, "advance"),
        ({"advance": 1e12}, "advance"),
        ({"freeze": "yes"}, "freeze"),
        ({"set": "tomorrow"}, "set"),
        ({"set": "2040-01-01"}, "set"),
        ({"set": "9999-12-31T23:59:59Z"}, "set"),
        ({"set": "9999-12-31T23:59:59-23:59"}, "set"),
        ({"rewind": 1}, "rewind"),
    ],
)
def test_bad_move_is_refused_by_name(shared: Running, body: object, field: str) -> None:
    before = now(shared)
    refused(shared, "POST", "/clock", field, json=body)
    assert 0 <= seconds(before, now(shared)) < 5


def test_mock_works_at_the_end_of_time(isolated: Running) -> None:
    for _ in range(1000):
        response = isolated.client().post(f"{CONTROL_PREFIX}/clock", json={"advance": 315360000})
        if response.status_code != 200:
            break
    assert response.json()["field_errors"].keys() == {"advance"}
    world = isolated.org()
    answer = world.owner.post("/api/v1/gateways/generate-pairing-code", json={"name": "G", "site_id": world.sites[0]})
    assert answer.status_code == 201
    assert world.record()["total"] == 1


def test_key_expires_with_the_clock(isolated: Running) -> None:
    world = isolated.org()
    snapshot = isolated.control("GET", "/snapshot")
    token = world.described["actors"]["admin"]["token"]
    key = next(key for key in snapshot["data"]["api_keys"] if key["token"] == token)
    key["expires_at"] = later(snapshot["clock"]["now"], hours=1)
    isolated.control("PUT", "/snapshot", json=snapshot)
    assert world.admin.get("/api/v1/events").status_code == 200
    call(isolated, "POST", "/clock", 200, json={"advance": 3600})
    assert world.admin.get("/api/v1/events").status_code == 401
    assert world.owner.get("/api/v1/events").status_code == 200


def test_a_jump_past_very_much_ends_and_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "MAX_INSTANTS_OF_JUMP", 1000)
    with running(fixture="gateway-flapping") as mock, ThreadPoolExecutor(1) as pool:
        client = mock.client()
        jump = pool.submit(mock.client().post, "/_mock/clock", json={"advance": 315_360_000})
        waits = []
        while not jump.done():
            started = time.monotonic()
            assert client.get("/healthz").is_success
            waits.append(time.monotonic() - started)
    answer = jump.result()
    assert answer.status_code == 400
    assert "more than 1000 instants" in answer.json()["field_errors"]["advance"][0]
    assert len(waits) > 2
    assert max(waits) < 1
