"""A gateway and its WebSocket, as tests use them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.harness import JSON, World
from tests.mockserver.http.steps import new_code, ok, pair

TELEMETRY: JSON = {
    "type": "telemetry",
    "cpu_percent": 23.5,
    "memory_mb": 2048,
    "camera_recording_status": {"66e61127-e26b-424a-8e0d-8d877a98b9ac": "recording"},
    "network_throughput": {"upstream_mbps": 4.2, "downstream_mbps": 0},
}
HEARTBEAT: JSON = {"type": "heartbeat"}


class Gateway:
    """A paired gateway of an org, with calls of the API about it."""

    def __init__(self, world: World, paired: JSON | None = None) -> None:
        self.world = world
        paired = paired or pair(world.running, new_code(world))
        self.id = str(paired["gateway_id"])
        self.key = str(paired["api_key"])

    def at(self, world: World) -> "Gateway":
        """Return the same gateway in the same org on another mock."""
        return Gateway(world, {"gateway_id": self.id, "api_key": self.key})

    @contextmanager
    def connected(
        self, key: str | None = "", path_id: str | None = None, *, protocols: Sequence[str] = (), **more: str
    ) -> Iterator[ClientConnection]:
        key = self.key if key == "" else key
        url = f"{self.world.running.base_url.replace('http', 'ws')}/api/v1/gateways/{path_id or self.id}/ws"
        headers = ({"Authorization": f"Bearer {key}"} if key else {}) | more
        offered = [Subprotocol(name) for name in protocols] or None
        with connect(url, additional_headers=headers, subprotocols=offered, proxy=None, close_timeout=1) as socket:
            yield socket

    def get(self, suffix: str = "") -> JSON:
        found: JSON = ok(self.world.owner.get(f"/api/v1/gateways/{self.id}{suffix}"))
        return found

    def patch(self, **fields: str) -> None:
        ok(self.world.operator.patch(f"/api/v1/gateways/{self.id}", json=fields))


def exchange(socket: ClientConnection, frame: JSON | str) -> JSON:
    """Send a frame and return the one that answers it."""
    socket.send(frame if isinstance(frame, str) else json.dumps(frame))
    answer: JSON = json.loads(socket.recv(timeout=5))
    return answer


def close_code(socket: ClientConnection) -> int:
    """Wait until the mock closes the socket and return its code."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=5)
    assert closed.value.rcvd
    return closed.value.rcvd.code
