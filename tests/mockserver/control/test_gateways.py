"""The gateways of all orgs, as the control plane shows them."""

from typing import Any

from tests.harness import JSON, World
from tests.mockserver.control.calls import UNKNOWN, call, refused
from tests.mockserver.http.sockets import TELEMETRY, Gateway, exchange


def listed(world: World, **params: object) -> list[JSON]:
    found = call(world.running, "GET", "/gateways", 200, params={"org": world.id, **params})
    assert found["total"] >= len(found["data"])
    return list(found["data"])


def test_status_and_readings_are_those_that_the_gateway_sent(world: World) -> None:
    gateway = Gateway(world)
    with gateway.connected() as socket:
        for load in range(25):
            exchange(socket, TELEMETRY | {"cpu_percent": load})
        newest = listed(world)[0]
        assert (newest["id"], newest["status"], newest["org_id"]) == (gateway.id, "online", world.id)
        assert newest["telemetry"]["cpu_percent"] == 24
        assert [reading["cpu_percent"] for reading in newest["readings"]] == list(range(5, 25))
        assert newest["readings"][-1]["at"] == newest["last_heartbeat_at"]
        exchange(socket, {"type": "heartbeat"})
        assert len(listed(world)[0]["readings"]) == 20
    assert "readings" not in gateway.get()
    assert "readings" not in gateway.get("/telemetry")


def test_gateways_are_filtered_and_paged(world: World) -> None:
    gateways = [Gateway(world) for _ in range(3)]
    ids = [one["id"] for one in listed(world)]
    assert {gateway.id for gateway in gateways} < set(ids)
    assert [one["id"] for one in listed(world, limit=2)] == ids[:2]
    assert [one["id"] for one in listed(world, after=ids[1])] == ids[2:]
    with gateways[1].connected() as socket:
        exchange(socket, {"type": "heartbeat"})
        online = call(world.running, "GET", "/gateways", 200, params={"org": world.id, "status": "online"})
        assert gateways[1].id in [one["id"] for one in online["data"]]
        assert {one["status"] for one in online["data"]} == {"online"}
        assert online["total"] == online["online"] == len(online["data"])
    other = world.running.org()
    everywhere: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while page := call(world.running, "GET", "/gateways", 200, params={"limit": 1000, **after})["data"]:
        everywhere += page
        after = {"after": page[-1]["id"]}
    assert {world.id, other.id} <= {one["org_id"] for one in everywhere}
    assert [one["org_id"] for one in everywhere] == sorted(one["org_id"] for one in everywhere)


def test_an_unknown_org_or_gateway_is_refused(world: World) -> None:
    call(world.running, "GET", f"/gateways?org={UNKNOWN}", 404)
    refused(world.running, "GET", f"/gateways?after={UNKNOWN}", "after")
    refused(world.running, "GET", "/gateways?limit=0&status=on", "limit", "status")
