"""The clock as the control plane moves it."""

import time

import pytest

from tests.harness import Running
from tests.mockserver.control.checks import call, refused
from tests.mockserver.http.checks import instant, later


def now(running: Running) -> str:
    return str(call(running, "GET", "/clock", 200)["now"])


def seconds(first: str, second: str) -> float:
    return (instant(second) - instant(first)).total_seconds()


def test_advance_by_nothing_is_no_step_back(alone: Running) -> None:
    for _ in range(20):
        call(alone, "POST", "/clock", 200, json={"advance": 0})


def test_clock_runs_until_it_is_frozen_and_again_after(alone: Running) -> None:
    first = now(alone)
    time.sleep(0.02)
    assert seconds(first, now(alone)) >= 0.02
    frozen = call(alone, "POST", "/clock", 200, json={"freeze": True})
    assert frozen["frozen"] is True
    time.sleep(0.02)
    assert call(alone, "GET", "/clock", 200) == frozen
    thawed = call(alone, "POST", "/clock", 200, json={"freeze": False})
    assert thawed["frozen"] is False
    assert 0 <= seconds(frozen["now"], thawed["now"]) < 0.01
    time.sleep(0.02)
    assert seconds(thawed["now"], now(alone)) >= 0.02


def test_clock_jumps_by_seconds_and_to_an_instant(alone: Running) -> None:
    start = call(alone, "POST", "/clock", 200, json={"freeze": True})["now"]
    moved = call(alone, "POST", "/clock", 200, json={"advance": 660})
    assert moved["frozen"] is True
    assert seconds(start, moved["now"]) == 660
    assert seconds(moved["now"], call(alone, "POST", "/clock", 200, json={"advance": 0.25})["now"]) == 0.25
    target = later(moved["now"], days=3)
    assert instant(call(alone, "POST", "/clock", 200, json={"set": target})["now"]) == instant(target)
    assert call(alone, "POST", "/clock", 200, json={"advance": 0})["now"] == now(alone)
    assert instant(call(alone, "POST", "/clock", 200, json={"set": target})["now"]) == instant(target)


def test_clock_takes_other_time_zones_and_answers_in_utc(alone: Running) -> None:
    assert (
        call(alone, "POST", "/clock", 200, json={"set": "2031-01-01T00:00:00+02:00"})["now"][:19]
        == "2030-12-31T22:00:00"
    )


def test_clock_does_not_run_backwards(alone: Running) -> None:
    before = now(alone)
    refused(alone, "POST", "/clock", "set", json={"set": "2020-01-01T00:00:00Z"})
    assert 0 <= seconds(before, now(alone)) < 5


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


def test_time_does_not_run_out_however_far_it_is_advanced(alone: Running) -> None:
    for _ in range(1000):
        response = alone.client().post("/_mock/clock", json={"advance": 315360000})
        if response.status_code != 200:
            break
    assert response.json()["field_errors"].keys() == {"advance"}
    world = alone.org()
    answer = world.owner.post("/api/v1/gateways/generate-pairing-code", json={"name": "G", "site_id": world.sites[0]})
    assert answer.status_code == 201
    assert world.record()["total"] == 1


def test_expired_key_stops_working_with_the_clock(alone: Running) -> None:
    world = alone.org()
    snapshot = alone.control("GET", "/snapshot")
    token = world.described["actors"]["admin"]["token"]
    key = next(key for key in snapshot["data"]["api_keys"] if key["token"] == token)
    key["expires_at"] = later(snapshot["clock"]["now"], hours=1)
    alone.control("PUT", "/snapshot", json=snapshot)
    assert world.admin.get("/api/v1/events").status_code == 200
    call(alone, "POST", "/clock", 200, json={"advance": 3600})
    assert world.admin.get("/api/v1/events").status_code == 401
    assert world.owner.get("/api/v1/events").status_code == 200
