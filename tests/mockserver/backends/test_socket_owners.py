"""A gateway has one socket, whichever replica it ended on."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.harness import World
from tests.mockserver.backends.replica_pair import Pair, seen_from, until
from tests.mockserver.http.checks import done, ok
from tests.mockserver.http.sockets import HEARTBEAT, TELEMETRY, Gateway, close_code, say


@pytest.fixture
def gateway(pair: Pair, world: World) -> Gateway:
    return Gateway(world)


@pytest.fixture
def elsewhere(pair: Pair, gateway: Gateway) -> Gateway:
    """The same gateway, as the second replica shows it and where it connects there."""
    return gateway.at(seen_from(gateway.world, pair.second))


def test_what_a_gateway_tells_one_the_other_shows(gateway: Gateway, elsewhere: Gateway) -> None:
    with gateway.connected() as socket:
        assert say(socket, TELEMETRY)["type"] == "ack"
        assert elsewhere.rest()["status"] == "online"
        assert elsewhere.rest("/telemetry")["memory_mb"] == 2048
    until(lambda: elsewhere.rest()["status"] == "offline")


def test_a_second_socket_elsewhere_replaces_the_first_and_the_gateway_stays_online(
    gateway: Gateway, elsewhere: Gateway
) -> None:
    with gateway.connected() as first:
        say(first, HEARTBEAT)
        with elsewhere.connected() as second:
            assert close_code(first) == 4409
            assert say(second, HEARTBEAT)["type"] == "ack"
            assert gateway.rest()["status"] == "online"
            with gateway.connected() as third:
                assert close_code(second) == 4409
                assert say(third, HEARTBEAT)["type"] == "ack"
    until(lambda: elsewhere.rest()["status"] == "offline")


def test_of_many_sockets_at_once_one_is_left(gateway: Gateway, elsewhere: Gateway) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        ends = [gateway, elsewhere] * 4
        sockets = list(pool.map(lambda end: stack.enter_context(end.connected()), ends))
        until(lambda: sum(map(answers, sockets)) == 1)
        assert gateway.rest()["status"] == elsewhere.rest()["status"] == "online"
    until(lambda: elsewhere.rest()["status"] == "offline")


def answers(socket: ClientConnection) -> bool:
    """Whether a socket is open still; one that is not was replaced."""
    with suppress(ConnectionClosed):
        return bool(say(socket, HEARTBEAT)["type"] == "ack")
    assert close_code(socket) == 4409
    return False


def test_people_hang_up_on_a_gateway_wherever_its_socket_is(gateway: Gateway, elsewhere: Gateway) -> None:
    with gateway.connected() as socket:
        say(socket, HEARTBEAT)
        elsewhere.patch(status="disabled")
        assert close_code(socket) == 4403
    elsewhere.patch(status="offline")
    with elsewhere.connected() as socket:
        say(socket, HEARTBEAT)
        done(gateway.world.operator.delete(f"/api/v1/gateways/{gateway.id}"))
        assert close_code(socket) == 4401


def test_a_jump_told_to_one_waits_for_the_silence_of_a_socket_at_the_other(pair: Pair, gateway: Gateway) -> None:
    pair.first.control("POST", "/clock", json={"freeze": True})
    with gateway.connected() as socket:
        say(socket, HEARTBEAT)
        pair.second.control("POST", "/clock", json={"advance": 89})
        assert gateway.rest()["status"] == "online"
        pair.second.control("POST", "/clock", json={"advance": 1})
        assert gateway.rest()["status"] == "offline"
        assert close_code(socket) == 4408


def test_a_reset_told_to_one_closes_the_sockets_of_the_other(pair: Pair, gateway: Gateway) -> None:
    snapshot = pair.second.control("GET", "/snapshot")
    with gateway.connected() as socket:
        say(socket, HEARTBEAT)
        pair.second.control("PUT", "/snapshot", json=snapshot)
        assert close_code(socket) == 1012
    assert gateway.rest()["status"] == "offline"
    assert ok(gateway.world.owner.get("/api/v1/gateways"))["total"] == 2
