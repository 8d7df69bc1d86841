"""The clock of one org, moved through the control plane: the other orgs do not notice it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.control.calls import UNKNOWN, call, refused
from tests.mockserver.http.sockets import HEARTBEAT, Gateway, close_code, exchange
from tests.mockserver.http.steps import instant, later, new_camera, new_code, ok

LOGIN, REFRESH, ME = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/me"
PAIR = "/api/v1/gateways/pair"
ELEVEN_MINUTES = 660


@pytest.fixture(scope="module")
def running_mock() -> Iterator[Running]:
    with running(fixture="small") as mock:
        yield mock


@pytest.fixture
def mock(running_mock: Running) -> Running:
    """A mock whose clock is stopped."""
    running_mock.control("POST", "/reset")
    running_mock.control("POST", "/clock", json={"freeze": True})
    return running_mock


@pytest.fixture
def mover(mock: Running) -> World:
    """An org whose clock is moved."""
    return mock.org(name="Mover")


@pytest.fixture
def neighbour(mock: Running) -> World:
    return mock.org(name="Neighbour")


def move(world: World, **body: Any) -> JSON:
    """Move the clock of an org."""
    moved: JSON = call(world.running, "POST", f"/orgs/{world.id}/clock", 200, json=body)
    return moved


def now(world: World) -> str:
    return str(call(world.running, "GET", f"/orgs/{world.id}/clock", 200)["now"])


def mock_now(mock: Running) -> str:
    return str(mock.control("GET", "/clock")["now"])


def seconds(first: str, second: str) -> float:
    return (instant(second) - instant(first)).total_seconds()


def login(world: World, **body: Any) -> Any:
    owner = world.described["actors"]["owner"]
    asked = {"email": owner["email"], "password": owner["password"], **body}
    return world.running.client().post(LOGIN, json=asked)


def test_a_pairing_code_expires_in_the_org_that_jumps_alone(mover: World, neighbour: World) -> None:
    codes = [new_code(world)["pairing_code"] for world in (mover, neighbour)]
    move(mover, advance=ELEVEN_MINUTES)
    statuses = [mover.running.client().post(PAIR, json={"pairing_code": code}).status_code for code in codes]
    assert statuses == [410, 200]


def test_the_time_of_an_org_is_the_mocks_until_it_is_moved(mock: Running, mover: World, neighbour: World) -> None:
    start = mock_now(mock)
    path = f"/orgs/{mover.id}/clock"
    assert call(mock, "GET", path, 200) == {"now": start, "frozen": True, "own": False}
    moved = move(mover, advance=60.5)
    assert seconds(start, moved["now"]) == 60.5
    assert call(mock, "GET", path, 200) == moved == {"now": moved["now"], "frozen": True, "own": True}
    target = later(start, hours=1)
    assert move(mover, set=target)["now"] == target
    assert now(neighbour) == mock_now(mock) == start


def test_access_tokens_and_refresh_tokens_expire_by_the_time_of_their_org(mover: World, neighbour: World) -> None:
    for world, statuses in ((neighbour, [200, 200]), (mover, [401, 401])):
        session = ok(login(world, client_type="mobile", remember_me=True))
        caller = world.running.client(session["access_token"])
        assert caller.get(ME).status_code == 200
        move(mover, advance=31 * 86_400)
        refreshed = world.running.client().post(REFRESH, json={"refresh_token": session["refresh_token"]})
        assert [caller.get(ME).status_code, refreshed.status_code] == statuses
        assert ok(login(world))["expires_at"][:16] == later(now(world), minutes=15)[:16]


def test_temporary_keys_expire_by_the_time_of_their_org(mover: World, neighbour: World) -> None:
    keys = [world.described["temporary_keys"][-1]["token"] for world in (mover, neighbour)]
    move(mover, advance=3601)
    assert [mover.running.client(key).get("/api/v1/cameras").status_code for key in keys] == [401, 200]


def test_attempts_to_log_in_count_by_the_time_of_the_org(mover: World, neighbour: World) -> None:
    for world in (mover, neighbour):
        assert [login(world, password="wrong-1234").status_code for _ in range(6)] == [401] * 5 + [429]
    move(mover, advance=901)
    assert [login(world).status_code for world in (mover, neighbour)] == [200, 429]
    move(mover, freeze=True)
    assert [login(mover, password="wrong-1234").status_code for _ in range(5)] == [401] * 4 + [429]
    mover.running.control("POST", "/clock", json={"advance": 2000})
    assert login(neighbour).status_code == 200  # which forgets attempts that no longer count
    assert login(mover).status_code == 429


def test_rate_limits_refill_by_the_time_of_the_org(mover: World, neighbour: World) -> None:
    for world in (mover, neighbour):
        world.settings(rate_limit_burst=2, rate_limit_per_minute=60)
        assert [world.owner.get(ME).status_code for _ in range(3)] == [200, 200, 429]
    move(mover, advance=1)
    assert [world.owner.get(ME).status_code for world in (mover, neighbour)] == [200, 429]


def test_cameras_settle_and_events_happen_at_the_time_of_the_org(mover: World, neighbour: World) -> None:
    cameras = {world.id: new_camera(world)["id"] for world in (mover, neighbour)}
    moved = move(mover, advance=3600)["now"]

    def status(world: World) -> str:
        return str(ok(world.owner.get(f"/api/v1/cameras/{cameras[world.id]}"))["status"])

    assert [status(mover), status(neighbour)] == ["online", "pending"]
    [event_id] = mover.record()["data"]
    assert ok(mover.owner.get(f"/api/v1/events/{event_id}"))["triggered_at"][:19] == moved[:19]
    journal = mover.running.control("GET", "/requests", params={"org": mover.id, "limit": 1})["data"]
    assert journal[0]["at"] == moved


def test_a_silent_gateway_is_noticed_by_the_time_of_its_org(mover: World, neighbour: World) -> None:
    gateways = [Gateway(mover), Gateway(neighbour)]
    with gateways[0].connected() as moved, gateways[1].connected() as unmoved:
        for socket in (moved, unmoved):
            exchange(socket, HEARTBEAT)
        move(mover, advance=91)
        assert close_code(moved) == 4408
        exchange(unmoved, HEARTBEAT)
    with gateways[0].connected() as again:
        acknowledged = exchange(again, HEARTBEAT)["at"]
        assert acknowledged[:19] == now(mover)[:19]
        move(mover, own=False)
        exchange(again, HEARTBEAT)  # silence is counted from the time that went back
        move(mover, advance=91)
        assert close_code(again) == 4408


def test_a_clock_of_an_org_runs_and_jumps_with_the_mocks_unless_it_is_stopped(mock: Running, mover: World) -> None:
    camera = new_camera(mover)["id"]

    def status() -> str:
        return str(ok(mover.owner.get(f"/api/v1/cameras/{camera}"))["status"])

    move(mover, freeze=True)
    start = now(mover)
    mock.control("POST", "/clock", json={"advance": 3600})
    assert (now(mover), status()) == (start, "pending")
    assert move(mover, freeze=False) == {"now": start, "frozen": True, "own": True}
    mock.control("POST", "/clock", json={"advance": 3600})
    assert (seconds(start, now(mover)), status()) == (3600, "online")
    mock.control("POST", "/clock", json={"freeze": False})
    running_from = now(mover)
    time.sleep(0.02)
    assert 0.02 <= seconds(running_from, now(mover)) < 10


def test_what_falls_due_in_real_time_happens_in_an_org_that_is_ahead(mock: Running, mover: World) -> None:
    camera = new_camera(mover)["id"]
    move(mover, advance=8.5)
    mock.control("POST", "/clock", json={"freeze": False})
    deadline = time.monotonic() + 10
    while ok(mover.owner.get(f"/api/v1/cameras/{camera}"))["status"] == "pending":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_org_goes_by_the_mocks_clock_again(mock: Running, mover: World) -> None:
    ahead, behind = new_camera(mover, name="Ahead")["id"], ""
    move(mover, advance=8)
    moved = move(mover, own=False)
    assert moved == {"now": mock_now(mock), "frozen": True, "own": False} == move(mover, own=False)
    assert ok(mover.owner.get(f"/api/v1/cameras/{ahead}"))["status"] == "pending"
    move(mover, freeze=True)
    behind = new_camera(mover, name="Behind")["id"]
    mock.control("POST", "/clock", json={"advance": 60})
    assert move(mover, own=False)["now"] == mock_now(mock)
    for camera in (ahead, behind):
        assert ok(mover.owner.get(f"/api/v1/cameras/{camera}"))["status"] == "online"


def test_a_snapshot_has_the_clocks_of_orgs_and_a_reset_drops_them(mock: Running, mover: World) -> None:
    stopped, camera = mock.org(), new_camera(mover)["id"]
    shown = {mover.id: move(mover, advance=8), stopped.id: move(stopped, set="2040-01-01T00:00:00Z")}
    shown[stopped.id] = move(stopped, freeze=True)
    taken = call(mock, "GET", "/snapshot", 200)
    assert taken["org_clocks"] == [
        {"org_id": mover.id, "now": shown[mover.id]["now"], "frozen": False},
        {"org_id": stopped.id, "now": shown[stopped.id]["now"], "frozen": True},
    ]
    call(mock, "POST", "/reset", 200)
    assert call(mock, "GET", "/snapshot", 200)["org_clocks"] == []
    call(mock, "PUT", "/snapshot", 200, json=taken)
    for world in (mover, stopped):
        assert call(mock, "GET", f"/orgs/{world.id}/clock", 200) == shown[world.id]
    assert ok(mover.owner.get(f"/api/v1/cameras/{camera}"))["status"] == "pending"
    move(mover, advance=2)
    assert ok(mover.owner.get(f"/api/v1/cameras/{camera}"))["status"] == "online"


@pytest.mark.parametrize(
    ("org_clocks", "key"),
    [
        ([{"org_id": UNKNOWN, "now": "2040-01-01T00:00:00Z", "frozen": True}], "org_clocks[0].org_id"),
        ([{"org_id": "first", "now": "9999-01-01T00:00:00Z", "frozen": True}], "org_clocks[0].now"),
        ([{"org_id": "first", "now": "2040-01-01T00:00:00Z", "frozen": True}] * 2, "org_clocks[1].org_id"),
        ([{"org_id": "first", "now": "2040-01-01T00:00:00Z", "frozen": 1}], "org_clocks[0].frozen"),
        ([{"org_id": "first", "now": "2040-01-01T00:00:00Z", "frozen": True, "rate": 2}], "org_clocks[0]"),
        ([{"now": "2040-01-01T00:00:00Z", "frozen": True}], "org_clocks[0]"),
    ],
)
def test_a_snapshot_with_impossible_clocks_is_refused(mock: Running, org_clocks: list[JSON], key: str) -> None:
    taken = call(mock, "GET", "/snapshot", 200)
    first = taken["data"]["orgs"][0]["id"]
    named = [{**one, "org_id": first} if one.get("org_id") == "first" else one for one in org_clocks]
    refused(mock, "PUT", "/snapshot", key, json=taken | {"org_clocks": named})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ([], "body"),
        ({"advance": 1, "freeze": True}, "body"),
        ({"advance": -1}, "advance"),
        ({"advance": 1e12}, "advance"),
        ({"freeze": "yes"}, "freeze"),
        ({"set": "tomorrow"}, "set"),
        ({"set": "2020-01-01T00:00:00Z"}, "set"),
        ({"set": "9999-12-31T23:59:59Z"}, "set"),
        ({"own": True}, "own"),
        ({"own": None}, "own"),
        ({"minutes": 11}, "minutes"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(world: World, body: JSON, field: str) -> None:
    path = f"/orgs/{world.id}/clock"
    refused(world.running, "POST", path, field, json=body)
    assert call(world.running, "GET", path, 200)["own"] is False


def test_an_unknown_org_has_no_clock(shared: Running) -> None:
    call(shared, "GET", f"/orgs/{UNKNOWN}/clock", 404)
    call(shared, "POST", f"/orgs/{UNKNOWN}/clock", 404, json={"advance": 1})
    refused(shared, "GET", "/orgs/nobody/clock", "id")


def test_the_clock_of_an_org_goes_with_it(mock: Running, mover: World) -> None:
    move(mover, advance=60)
    call(mock, "DELETE", f"/orgs/{mover.id}", 204)
    assert call(mock, "GET", "/snapshot", 200)["org_clocks"] == []


def test_orgs_side_by_side_each_move_their_clock(mock: Running) -> None:
    def expire_five(number: int) -> list[int]:
        world = mock.org()
        statuses = []
        for _ in range(5):
            code = new_code(world)["pairing_code"]
            if number % 2:
                move(world, advance=ELEVEN_MINUTES)
            statuses.append(mock.client().post(PAIR, json={"pairing_code": code}).status_code)
        return statuses

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(expire_five, range(16)))
    assert found == [[200] * 5, [410] * 5] * 8
