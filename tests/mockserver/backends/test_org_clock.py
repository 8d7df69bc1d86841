"""The clock of an org is the same at every replica."""

from datetime import datetime
from itertools import islice
from typing import Any

import pytest

from tests.harness import JSON, World, running
from tests.mockserver.backends.replica_pair import ReplicaPair, on_replica, wait_until
from tests.mockserver.http.sockets import HEARTBEAT, Gateway, close_code, exchange
from tests.mockserver.http.steps import new_camera, new_code, ok

pytestmark = pytest.mark.slow


def move(world: World, **body: Any) -> JSON:
    """Move the clock of an org at the replica of the world."""
    moved: JSON = world.running.control("POST", f"/orgs/{world.id}/clock", json=body)
    return moved


def clock(world: World) -> JSON:
    shown: JSON = world.running.control("GET", f"/orgs/{world.id}/clock")
    return shown


def camera_status(world: World, camera: str) -> str:
    return str(ok(world.owner.get(f"/api/v1/cameras/{camera}"))["status"])


def test_orgs_move_their_clocks_at_any_replica_and_are_alike_at_all(pair: ReplicaPair, world: World) -> None:
    pair.first.control("POST", "/clock", json={"freeze": True})
    neighbour = pair.second.org()
    codes = [new_code(one)["pairing_code"] for one in (world, neighbour)]
    cameras = [new_camera(one)["id"] for one in (world, neighbour)]
    elsewhere = on_replica(world, pair.second)
    for mock in islice(pair.alternating(), 2):
        shown = move(on_replica(world, mock), advance=330)
        assert shown["own"] is True
        assert clock(world) == clock(elsewhere) == shown
    assert clock(neighbour)["own"] is False
    assert [camera_status(world, cameras[0]), camera_status(neighbour, cameras[1])] == ["online", "pending"]
    for code, mock, status in zip(codes, pair.alternating(), (410, 200), strict=False):
        assert mock.client().post("/api/v1/gateways/pair", json={"pairing_code": code}).status_code == status
    with Gateway(elsewhere).connected() as socket:
        exchange(socket, HEARTBEAT)
        move(world, advance=91)
        assert close_code(socket) == 4408


def test_a_snapshot_taken_at_one_replica_restores_the_clocks_at_both(pair: ReplicaPair, world: World) -> None:
    camera, elsewhere = new_camera(world)["id"], on_replica(world, pair.second)
    move(world, freeze=True)
    shown = move(elsewhere, advance=9)
    taken = pair.first.control("GET", "/snapshot")
    assert taken["org_clocks"] == [{"org_id": world.id, "now": shown["now"], "frozen": True}]
    pair.second.control("POST", "/reset")
    assert pair.first.control("GET", "/snapshot")["org_clocks"] == []
    pair.second.control("PUT", "/snapshot", json=taken)
    assert clock(world) == clock(elsewhere) == shown
    move(elsewhere, advance=2)
    assert camera_status(world, camera) == "online"
    released = move(world, own=False)
    assert released["own"] is clock(elsewhere)["own"] is False
    assert clock(elsewhere)["now"] >= released["now"]
    move(world, freeze=True)
    reset = pair.second.control("POST", f"/orgs/{world.id}/reset")
    assert reset["actors"] == world.described["actors"]
    for one in (world, elsewhere):
        assert clock(one)["own"] is False
        assert ok(one.owner.get("/api/v1/cameras"))["total"] == len(world.cameras)


def test_a_replica_that_joins_knows_the_clocks_of_orgs(pair: ReplicaPair, world: World, database: str) -> None:
    camera = new_camera(world)["id"]
    shown = move(world, advance=8)
    with running(store=database) as third:
        joined = on_replica(world, third)
        passed = datetime.fromisoformat(clock(joined)["now"]) - datetime.fromisoformat(shown["now"])
        assert 0 <= passed.total_seconds() < 30
        wait_until(lambda: camera_status(joined, camera) == "online")
        third.control("DELETE", f"/orgs/{world.id}")
        assert pair.first.control("GET", "/snapshot")["org_clocks"] == []
