from datetime import datetime

import pytest
from websockets.exceptions import ConnectionClosed

from tests.stranger import support
from tests.stranger.running import Running
from tests.stranger.support import REPORT, UNKNOWN_ID, admitted, body, get, opened, pair, send


def test_a_gateway_is_admitted_to_its_own_socket_alone(server: Running) -> None:
    mine, other = pair(server), pair(server)
    assert admitted(server, mine["gateway_id"], mine["api_key"])
    for gateway_id, key in (
        (mine["gateway_id"], other["api_key"]),
        (mine["gateway_id"], server.tokens["owner"]),
        (mine["gateway_id"], ""),
        (UNKNOWN_ID, mine["api_key"]),
    ):
        assert not admitted(server, gateway_id, key)


def test_heartbeats_and_reports_arrive(server: Running) -> None:
    paired = pair(server)
    path = f"/gateways/{paired['gateway_id']}"
    with opened(server, paired["gateway_id"], paired["api_key"]) as socket:
        send(server, socket, "heartbeat")
        assert body(get(server, path))["status"] == "online"
        for memory in (1, 2):
            server.advance(7)
            send(server, socket, "telemetry", **{**REPORT, "memory_mb": memory})
        found = body(get(server, f"{path}/telemetry"))
        assert {name: found[name] for name in REPORT} == {**REPORT, "memory_mb": 2}
        beat = datetime.fromisoformat(found["last_heartbeat_at"])
        assert abs((server.state.clock.now() - beat).total_seconds()) <= 2
        answer = server.call("operator", "PATCH", path, json={"status": "offline"})
        assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
        assert body(server.call("operator", "PATCH", path, json={"status": "disabled"}))["status"] == "disabled"
    assert support.settled(server, paired["gateway_id"], "disabled") == "disabled"


def test_the_status_follows_the_socket(server: Running) -> None:
    paired = pair(server)
    with opened(server, paired["gateway_id"], paired["api_key"]) as socket:
        send(server, socket, "heartbeat")
        assert support.settled(server, paired["gateway_id"], "online") == "online"
    wanted = "offline" if server.choices.socket_end == "offline" else "online"
    assert support.settled(server, paired["gateway_id"], wanted) == wanted


@pytest.mark.parametrize("frame", ["", "{", "[]", '{"type": "telemetry"}', '{"type": "x"}', b"\x00"])
def test_a_bad_frame_changes_nothing(server: Running, frame: str | bytes) -> None:
    paired = pair(server)
    with opened(server, paired["gateway_id"], paired["api_key"]) as socket:
        send(server, socket, "heartbeat")
        before = server.dump()
        socket.send(frame)
        send(server, socket, "telemetry", **REPORT)
        assert server.dump() != before
        assert server.org.gateways[paired["gateway_id"]].telemetry == REPORT


def test_a_deleted_gateway_loses_its_socket(server: Running) -> None:
    paired = pair(server)
    with opened(server, paired["gateway_id"], paired["api_key"]) as socket:
        send(server, socket, "heartbeat")
        support.remove(server, f"/gateways/{paired['gateway_id']}")
        socket.send("{}")
        with pytest.raises(ConnectionClosed):
            list(socket)
