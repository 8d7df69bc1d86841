"""The WebSocket of a gateway: which credentials are admitted, and the frames that it takes."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, parse_time
from contract_tests.steps.gateway_socket import (
    HEARTBEAT,
    GatewaySocket,
    is_admitted,
    require_known_way,
    require_socket,
)
from contract_tests.steps.gateways import MAX_SKEW_SECONDS, path_to, telemetry_frame
from contract_tests.world import World

RATES = st.fixed_dictionaries({name: st.floats(0, 1e4).map(lambda x: round(x, 2)) for name in ("up", "down")})
WORDS = st.sampled_from(["recording", "stopped", "error", "offline"])


@pytest.mark.rules("GW-04")
def test_the_socket_admits_only_the_gateway_with_its_id(world: World, expect: Expect) -> None:
    mine, other = world.pair(), world.pair()
    for _ in range(8):
        admitted = is_admitted(world, mine["gateway_id"], mine["api_key"])
        if not admitted:
            require_known_way(world)
        expect("GW-04", admitted, "a paired gateway to be admitted to its socket", "a refusal")
        if world.session.ignored_frames:
            break  # each of the others would wait for an answer that does not come
    for name, key in (
        ("another gateway", other["api_key"]),
        ("a caller without a key", None),
        ("an operator", world.operator.token),
        ("a made-up key", "gw_neverissued"),
    ):
        admitted = is_admitted(world, mine["gateway_id"], key)
        expect("GW-04", not admitted, f"{name} not to be admitted", "admission")
    for gateway_id in (world.register()["id"], UNKNOWN_ID):
        admitted = is_admitted(world, gateway_id, mine["api_key"])
        expect("GW-04", not admitted, "the gateway not to be admitted to another socket", "admission")


@pytest.mark.rules("GW-05")
def test_heartbeats_are_received_through_the_socket(world: World, expect: Expect) -> None:
    paired, skew_seconds = world.pair(), MAX_SKEW_SECONDS if world.shared else 0
    path, shown = path_to(paired["gateway_id"]), list[datetime]()
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket, world.frozen_clock():
        for seconds in (0, 1.2) if world.shared else (7, 7, 7):
            world.advance(seconds)
            if world.shared and not shown:
                socket.send(telemetry_frame())  # before one there may be no telemetry to read
            socket.send(HEARTBEAT)
            now = parse_time(world.now())
            for answer in (world.viewer.get(f"{path}/telemetry"), world.viewer.get(path)):
                heartbeat_at = answer["last_heartbeat_at"]
                expect("GW-05", heartbeat_at is not None, "the heartbeat to show", answer)
                age_seconds = abs((now - parse_time(heartbeat_at)).total_seconds())
                expect("GW-05", age_seconds < 1 + skew_seconds, f"a heartbeat at {now}", answer)
            shown.append(parse_time(heartbeat_at))
    expect("GW-05", shown[0] < shown[-1], "a heartbeat later than the first", f"{shown[0]}, then {shown[-1]}")


@pytest.mark.rules("GW-05")
def test_telemetry_is_received_through_the_socket(world: World, expect: Expect) -> None:
    paired = world.pair()
    path = path_to(paired["gateway_id"], "/telemetry")
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
        frame = telemetry_frame(61.5, 4096, camera_recording_status={world.cameras()[0]: "recording"})
        socket.send(frame)
        expect.equal("GW-05", _telemetry(world, path), _without_type(frame), "the report sent")


@pytest.mark.rules("GW-63")
@given(
    reports=st.lists(
        st.tuples(st.floats(0, 100), st.integers(0, 2**31), st.dictionaries(st.integers(0, 3), WORDS), RATES),
        min_size=1,
        max_size=4,
    )
)
@example(reports=[(0.0, 0, {}, {"up": 0.0, "down": 0.0}), (100.0, 1, {0: "recording"}, {"up": 1.0, "down": 2.0})])
@example(
    reports=[(1.5, 9, {0: "recording"}, {"up": 1.0, "down": 2.0}), (2.5, 8, {1: "error"}, {"up": 3.0, "down": 0.5})]
)
def test_telemetry_shows_the_latest_report_only(world: World, expect: Expect, reports: list[Any]) -> None:
    paired = world.pair()
    path = path_to(paired["gateway_id"], "/telemetry")
    with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
        for cpu, memory, cameras, rates in reports:
            frame = _frame(world, cpu, memory, cameras, rates)
            socket.send(frame)
            expect.equal("GW-63", _telemetry(world, path), _without_type(frame), "the latest report")
        socket.send(HEARTBEAT)
        expect.equal("GW-63", _telemetry(world, path), _without_type(frame), "the latest report after a heartbeat")
    expect.equal("GW-63", _telemetry(world, path), _without_type(frame), "the latest report with the socket closed")


@pytest.mark.rules("GW-63")
def test_each_gateway_has_a_report_of_its_own(world: World, expect: Expect) -> None:
    first, second = world.pair(), world.pair()
    with (
        require_socket(world, first["gateway_id"], first["api_key"]) as one,
        require_socket(world, second["gateway_id"], second["api_key"]) as other,
    ):
        _send_alternately(one, other)
    for paired, cpu in ((first, 30.0), (second, 40.0)):
        answer = world.viewer.get(path_to(paired["gateway_id"], "/telemetry"))
        expect.equal("GW-63", answer["cpu_percent"], cpu, "cpu_percent")


def _send_alternately(one: GatewaySocket, other: GatewaySocket) -> None:
    for socket, cpu in ((one, 10.0), (other, 20.0), (one, 30.0), (other, 40.0)):
        socket.send(telemetry_frame(cpu=cpu))
    one.send(HEARTBEAT)


def _frame(world: World, cpu: float, memory: int, cameras: dict[int, str], rates: dict[str, float]) -> dict[str, Any]:
    named = {world.cameras()[index]: word for index, word in cameras.items()}
    throughput = {"upstream_mbps": rates["up"], "downstream_mbps": rates["down"]}
    return telemetry_frame(cpu, memory, camera_recording_status=named, network_throughput=throughput)


def _telemetry(world: World, path: str) -> dict[str, Any]:
    answer = world.viewer.get(path)
    return {name: answer[name] for name in _without_type(telemetry_frame())}


def _without_type(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name != "type"}
