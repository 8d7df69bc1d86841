"""The WebSocket of gateways."""

import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mockserver import CONTROL_PREFIX
from tests.harness import Running, World
from tests.mockserver.http.sockets import HEARTBEAT, TELEMETRY, Gateway, close_code, exchange
from tests.mockserver.http.steps import done, instant


@pytest.fixture
def gateway(world: World) -> Gateway:
    return Gateway(world)


def test_gateway_is_online_while_its_socket_is_open(gateway: Gateway) -> None:
    assert gateway.get()["status"] == "offline"
    with gateway.connected() as socket:
        exchange(socket, HEARTBEAT)
        assert gateway.get()["status"] == "online"
    assert gateway.get()["status"] == "offline"


def test_heartbeat_is_acknowledged_and_dated(gateway: Gateway) -> None:
    with gateway.connected() as socket:
        answer = exchange(socket, HEARTBEAT)
        assert answer.keys() == {"type", "at"}
        assert answer["type"] == "ack"
        assert instant(answer["at"])
        assert gateway.get()["last_heartbeat_at"] == answer["at"]
        telemetry = gateway.get("/telemetry")
    assert telemetry["last_heartbeat_at"] == answer["at"]
    assert telemetry["cpu_percent"] is None


def test_latest_telemetry_is_readable_over_rest(gateway: Gateway) -> None:
    with gateway.connected() as socket:
        exchange(socket, TELEMETRY)
        second = TELEMETRY | {"cpu_percent": 100, "camera_recording_status": {}, "memory_mb": 1e3}
        answer = exchange(socket, second)
        exchange(socket, HEARTBEAT)
    found = gateway.get("/telemetry")
    expected = {name: value for name, value in second.items() if name != "type"}
    assert found == {**expected, "gateway_id": gateway.id, "last_heartbeat_at": found["last_heartbeat_at"]}
    assert instant(found["last_heartbeat_at"]) >= instant(answer["at"])


@pytest.mark.parametrize("number", ["1e30", "9223372036854775808", "18446744073709551616", "1e308"])
def test_huge_number_is_kept_or_refused_and_telemetry_stays_readable(gateway: Gateway, number: str) -> None:
    with gateway.connected() as socket:
        for shown in ('"memory_mb": 2048', '"upstream_mbps": 4.2'):
            frame = json.dumps(TELEMETRY).replace(shown, f"{shown.split()[0]} {number}")
            assert number in frame
            taken = exchange(socket, frame)["type"] == "ack"
            found = gateway.get("/telemetry")
            values = (found["memory_mb"], found["network_throughput"].get("upstream_mbps"))
            assert (pytest.approx(float(number)) in values) == taken
        assert exchange(socket, HEARTBEAT)["type"] == "ack"


@pytest.mark.parametrize("key", [None, "sk_live_nobody", "gw_nobody"])
def test_socket_without_a_gateway_key_is_closed(gateway: Gateway, key: str | None) -> None:
    with gateway.connected(key) as socket:
        assert close_code(socket) == 4401
    assert gateway.get()["status"] == "offline"


def test_key_of_a_user_opens_no_socket(gateway: Gateway) -> None:
    with gateway.connected(gateway.world.described["actors"]["owner"]["token"]) as socket:
        assert close_code(socket) == 4401


def test_key_of_another_gateway_is_forbidden(gateway: Gateway) -> None:
    other = Gateway(gateway.world)
    for path_id in (other.id, "nonsense"):
        with gateway.connected(path_id=path_id) as socket:
            assert close_code(socket) == 4403
    assert other.get()["status"] == gateway.get()["status"] == "offline"


def test_disabled_gateway_is_forbidden_until_enabled(gateway: Gateway) -> None:
    gateway.patch(status="disabled")
    with gateway.connected() as socket:
        assert close_code(socket) == 4403
    assert gateway.get()["status"] == "disabled"
    gateway.patch(status="offline")
    with gateway.connected() as socket:
        assert exchange(socket, HEARTBEAT)["type"] == "ack"


def test_id_in_the_path_may_be_upper_case(gateway: Gateway) -> None:
    with gateway.connected(path_id=gateway.id.upper()) as socket:
        assert exchange(socket, HEARTBEAT)["type"] == "ack"


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "ping",
        "{",
        "[]",
        "null",
        "5",
        '"heartbeat"',
        "{}",
        '{"type": "reboot"}',
        '{"type": null}',
        '{"type": "heartbeat", "extra": 1}',
        '{"type": "heartbeat\\ud800"}',
        '{"type": "telemetry"}',
        json.dumps(TELEMETRY | {"cpu_percent": 101}),
        json.dumps(TELEMETRY | {"cpu_percent": -1}),
        json.dumps(TELEMETRY | {"memory_mb": 1.5}),
        json.dumps(TELEMETRY | {"memory_mb": -1}),
        json.dumps(TELEMETRY | {"camera_recording_status": {"x": 5}}),
        json.dumps(TELEMETRY | {"network_throughput": {"upstream_mbps": 1}}),
        json.dumps(TELEMETRY | {"network_throughput": {"upstream_mbps": -1, "downstream_mbps": 0}}),
        json.dumps(TELEMETRY | {"colour": "red"}),
        "[" * 30_000,
        '{"type":' * 2_000 + "1" + "}" * 2_000,
    ],
)
def test_bad_frame_gets_an_error_frame_and_the_socket_stays(gateway: Gateway, frame: str) -> None:
    with gateway.connected() as socket:
        answer = exchange(socket, frame)
        assert answer.keys() == {"type", "error", "message"}
        assert (answer["type"], answer["error"]) == ("error", "validation_error")
        assert answer["message"]
        assert gateway.get("/telemetry")["memory_mb"] is None
        assert exchange(socket, HEARTBEAT)["type"] == "ack"
        assert gateway.get()["status"] == "online"


def test_binary_frame_is_refused_and_the_socket_stays(gateway: Gateway) -> None:
    with gateway.connected() as socket:
        socket.send(b'{"type": "heartbeat"}')
        assert json.loads(socket.recv(5))["error"] == "validation_error"
        assert exchange(socket, HEARTBEAT)["type"] == "ack"


def test_huge_frame_closes_the_socket(gateway: Gateway) -> None:
    with gateway.connected() as socket:
        socket.send("x" * 1_000_000)
        assert close_code(socket) == 1009
    assert gateway.get()["status"] == "offline"


def test_second_socket_replaces_the_first_and_the_gateway_stays_online(gateway: Gateway) -> None:
    with gateway.connected() as first:
        exchange(first, HEARTBEAT)
        with gateway.connected() as second:
            assert close_code(first) == 4409
            assert exchange(second, HEARTBEAT)["type"] == "ack"
            assert gateway.get()["status"] == "online"
    assert gateway.get()["status"] == "offline"


def test_disabling_closes_the_socket_and_the_gateway_stays_disabled(gateway: Gateway) -> None:
    with gateway.connected() as socket:
        exchange(socket, HEARTBEAT)
        gateway.patch(status="disabled")
        assert close_code(socket) == 4403
    assert gateway.get()["status"] == "disabled"


def test_online_gateway_cannot_be_set_offline_through_the_api(gateway: Gateway) -> None:
    with gateway.connected() as socket:
        exchange(socket, HEARTBEAT)
        response = gateway.world.operator.patch(f"/api/v1/gateways/{gateway.id}", json={"status": "offline"})
        assert response.status_code == 400
        gateway.patch(name="still connected")
        assert exchange(socket, HEARTBEAT)["type"] == "ack"


@pytest.mark.parametrize("whole_org", [False, True])
def test_deletion_closes_the_socket(gateway: Gateway, whole_org: bool) -> None:
    with gateway.connected() as socket:
        exchange(socket, HEARTBEAT)
        if whole_org:
            gateway.world.running.control("DELETE", f"/orgs/{gateway.world.id}")
        else:
            done(gateway.world.operator.delete(f"/api/v1/gateways/{gateway.id}"))
        assert close_code(socket) == 4401
    with gateway.connected() as socket:
        assert close_code(socket) == 4401


def test_silence_of_ninety_seconds_closes_the_socket(isolated: Running) -> None:
    gateway = Gateway(isolated.org())
    isolated.control("POST", "/clock", json={"freeze": True})
    with gateway.connected() as socket:
        at = exchange(socket, HEARTBEAT)["at"]
        isolated.control("POST", "/clock", json={"advance": 89})
        assert gateway.get()["status"] == "online"
        exchange(socket, HEARTBEAT)
        isolated.control("POST", "/clock", json={"advance": 89.999})
        assert gateway.get()["status"] == "online"
        isolated.control("POST", "/clock", json={"advance": 0.001})
        assert gateway.get()["status"] == "offline"
        assert close_code(socket) == 4408
    assert (instant(gateway.get()["last_heartbeat_at"]) - instant(at)).total_seconds() == 89


def test_reset_and_restore_close_every_socket(isolated: Running) -> None:
    gateways = [Gateway(isolated.org()) for _ in range(2)]
    snapshot = isolated.control("GET", "/snapshot")
    with gateways[0].connected() as first, gateways[1].connected() as second:
        exchange(first, HEARTBEAT)
        exchange(second, HEARTBEAT)
        isolated.control("PUT", "/snapshot", json=snapshot)
        assert [close_code(first), close_code(second)] == [1012, 1012]
    assert [gateway.get()["status"] for gateway in gateways] == ["offline", "offline"]
    with gateways[0].connected() as first:
        exchange(first, HEARTBEAT)
        isolated.control("POST", "/reset")
        assert close_code(first) == 1012


def test_frames_are_not_compressed(gateway: Gateway) -> None:
    with gateway.connected() as socket:
        assert socket.request is not None
        assert socket.response is not None
        assert "Sec-WebSocket-Extensions" in socket.request.headers
        assert "Sec-WebSocket-Extensions" not in socket.response.headers


def test_socket_on_another_path_is_refused(gateway: Gateway) -> None:
    url = gateway.world.running.base_url.replace("http", "ws")
    for path in ("/api/v1/events", "/nowhere", f"{CONTROL_PREFIX}/health"):
        with pytest.raises(InvalidStatus), connect(f"{url}{path}", proxy=None):
            pass
