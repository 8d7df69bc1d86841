"""A gateway has one socket, whichever replica it connects to."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.harness import World
from tests.mockserver.backends.replica_pair import ReplicaPair, on_replica, wait_until
from tests.mockserver.http.sockets import HEARTBEAT, TELEMETRY, Gateway, close_code, exchange
from tests.mockserver.http.steps import done, ok


@pytest.fixture
def gateway(pair: ReplicaPair, world: World) -> Gateway:
    return Gateway(world)


@pytest.fixture
def on_second(pair: ReplicaPair, gateway: Gateway) -> Gateway:
    """The same gateway, called and connecting at the second replica."""
    return gateway.at(on_replica(gateway.world, pair.second))


def test_telemetry_sent_to_one_replica_shows_at_the_other(gateway: Gateway, on_second: Gateway) -> None:
    with gateway.connected() as socket:
        assert exchange(socket, TELEMETRY)["type"] == "ack"
        assert on_second.get()["status"] == "online"
        assert on_second.get("/telemetry")["memory_mb"] == 2048
    wait_until(lambda: on_second.get()["status"] == "offline")


def test_a_second_socket_at_another_replica_replaces_the_first(gateway: Gateway, on_second: Gateway) -> None:
    with gateway.connected() as first:
        exchange(first, HEARTBEAT)
        with on_second.connected() as second:
            assert close_code(first) == 4409
            assert exchange(second, HEARTBEAT)["type"] == "ack"
            assert gateway.get()["status"] == "online"
            with gateway.connected() as third:
                assert close_code(second) == 4409
                assert exchange(third, HEARTBEAT)["type"] == "ack"
    wait_until(lambda: on_second.get()["status"] == "offline")


def test_one_of_many_concurrent_sockets_stays_open(gateway: Gateway, on_second: Gateway) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        ends = [gateway, on_second] * 4
        sockets = list(pool.map(lambda end: stack.enter_context(end.connected()), ends))
        wait_until(lambda: sum(map(answers, sockets)) == 1)
        assert gateway.get()["status"] == on_second.get()["status"] == "online"
    wait_until(lambda: on_second.get()["status"] == "offline")


def answers(socket: ClientConnection) -> bool:
    """Return whether a socket is still open; a closed one must have been replaced."""
    with suppress(ConnectionClosed):
        return bool(exchange(socket, HEARTBEAT)["type"] == "ack")
    assert close_code(socket) == 4409
    return False


def test_disabling_or_deleting_a_gateway_closes_its_socket_at_any_replica(gateway: Gateway, on_second: Gateway) -> None:
    with gateway.connected() as socket:
        exchange(socket, HEARTBEAT)
        on_second.patch(status="disabled")
        assert close_code(socket) == 4403
    on_second.patch(status="offline")
    with on_second.connected() as socket:
        exchange(socket, HEARTBEAT)
        done(gateway.world.operator.delete(f"/api/v1/gateways/{gateway.id}"))
        assert close_code(socket) == 4401


def test_a_jump_at_one_replica_times_out_a_silent_socket_at_the_other(pair: ReplicaPair, gateway: Gateway) -> None:
    pair.first.control("POST", "/clock", json={"freeze": True})
    with gateway.connected() as socket:
        exchange(socket, HEARTBEAT)
        pair.second.control("POST", "/clock", json={"advance": 89})
        assert gateway.get()["status"] == "online"
        pair.second.control("POST", "/clock", json={"advance": 1})
        assert gateway.get()["status"] == "offline"
        assert close_code(socket) == 4408


def test_restoring_a_snapshot_at_one_replica_closes_sockets_at_the_other(pair: ReplicaPair, gateway: Gateway) -> None:
    snapshot = pair.second.control("GET", "/snapshot")
    with gateway.connected() as socket:
        exchange(socket, HEARTBEAT)
        pair.second.control("PUT", "/snapshot", json=snapshot)
        assert close_code(socket) == 1012
    assert gateway.get()["status"] == "offline"
    assert ok(gateway.world.owner.get("/api/v1/gateways"))["total"] == 2
