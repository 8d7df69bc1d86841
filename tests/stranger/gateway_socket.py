"""The WebSocket of gateways: who is admitted, and which frames count."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.stranger.answers import time
from tests.stranger.breaks import Break
from tests.stranger.choices import Choices
from tests.stranger.records import Gateway, Org
from tests.stranger.state import State

#: Where the gateway's key is in the query, and the type of the first frame that holds it.
QUERY_NAME, FIRST_FRAME = "api_key", "auth"
_NO_KEY, _WRONG_KEY, _REPLACED, _GONE = 4401, 4403, 4409, 4410
_FIRST_FRAME_TIMEOUT_SECONDS = 2.0
_REPORT = ("cpu_percent", "memory_mb", "camera_recording_status", "network_throughput")


@dataclass
class Sockets:
    """The sockets of all gateways."""

    state: State
    choices: Choices
    breaks: frozenset[Break]
    open: dict[str, WebSocket] = field(default_factory=dict)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from its handshake to its end."""
        gateway_id = websocket.path_params["id"].lower()
        if not await self._admitted(websocket, gateway_id):
            return
        former = self.open.get(gateway_id)
        if former is not None and self.choices.second_socket == "replaces":
            await former.close(_REPLACED)
        self.open[gateway_id] = websocket
        self._set_status(gateway_id, "online")
        try:
            await self._receive_frames(websocket, gateway_id)
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: closed from this end meanwhile
            pass
        finally:
            if self.open.get(gateway_id) is websocket:
                del self.open[gateway_id]
                if self.choices.socket_end == "offline":
                    self._set_status(gateway_id, "offline")

    async def _admitted(self, websocket: WebSocket, gateway_id: str) -> bool:
        """Accept the socket of a gateway that shows its key, and return whether it was accepted."""
        late = self.choices.socket_key == "first_message"
        if late:
            await websocket.accept()
        key = await _first_key(websocket) if late else self._key_of_handshake(websocket)
        gateway = self._gateway(gateway_id)
        valid = gateway is not None and gateway.api_key is not None and gateway.api_key == key
        if valid and gateway is not None and gateway.status == "disabled":
            valid = self.choices.disabled_socket == "admitted"
        if not late and (valid or self.choices.socket_refusal == "close"):
            await websocket.accept()
        if not valid:
            await websocket.close(_WRONG_KEY if key.startswith("gw_") else _NO_KEY)
        return valid

    def _key_of_handshake(self, websocket: WebSocket) -> str:
        if self.choices.socket_key == "query":
            return websocket.query_params.get(QUERY_NAME, "")
        scheme, _, key = websocket.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

    async def _receive_frames(self, websocket: WebSocket, gateway_id: str) -> None:
        while True:
            frame = _parsed(await _text(websocket))
            if gateway_id in self.state.deleted:
                await websocket.close(_GONE)
                return
            known = self._take(gateway_id, frame)
            if self.choices.socket_frames == "acknowledged":
                now = time(self.choices, self.state.clock.now())
                bad = {"type": "error", "error": "validation_error", "message": "This frame is unknown."}
                await websocket.send_json({"type": "ack", "at": now} if known else bad)

    def _take(self, gateway_id: str, frame: Mapping[str, Any]) -> bool:
        """Keep what a frame reports, and return whether it is a frame that the server knows."""
        gateway = self._gateway(gateway_id)
        if self.choices.socket_frames == "other_format":
            kind, report = frame.get("kind"), frame.get("stats")
        else:
            kind, report = frame.get("type"), {name: frame[name] for name in _REPORT if name in frame}
        if gateway is None or kind not in ("heartbeat", "telemetry"):
            return False
        telemetry = gateway.telemetry
        if kind == "telemetry":
            if not isinstance(report, dict) or not report.keys() >= set(_REPORT):
                return False
            first = telemetry is not None and Break.OLD_TELEMETRY in self.breaks
            telemetry = telemetry if first else {name: report[name] for name in _REPORT}
        self._put(replace(gateway, heartbeat_at=self.state.clock.now(), telemetry=telemetry))
        return True

    def _set_status(self, gateway_id: str, status: str) -> None:
        """Change the status of a gateway, but for one that is disabled."""
        gateway = self._gateway(gateway_id)
        if gateway is not None and gateway.status != "disabled":
            self._put(replace(gateway, status=status))

    def _gateway(self, gateway_id: str) -> Gateway | None:
        org = self._org(gateway_id)
        return None if org is None or gateway_id in self.state.deleted else org.gateways[gateway_id]

    def _put(self, gateway: Gateway) -> None:
        org = self._org(gateway.id)
        if org is not None:
            org.gateways[gateway.id] = gateway

    def _org(self, gateway_id: str) -> Org | None:
        return next((org for org in self.state.orgs if gateway_id in org.gateways), None)


async def _first_key(websocket: WebSocket) -> str:
    """Return the key in the first frame, an empty text if there is none in time."""
    try:
        text = await asyncio.wait_for(_text(websocket), _FIRST_FRAME_TIMEOUT_SECONDS)
    except (TimeoutError, WebSocketDisconnect):
        return ""
    frame = _parsed(text)
    key = frame.get(QUERY_NAME, "") if frame.get("type") == FIRST_FRAME else ""
    return key if isinstance(key, str) else ""


async def _text(websocket: WebSocket) -> str:
    """Return the next frame, an empty text for a binary one. Raises WebSocketDisconnect."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    return message.get("text") or ""


def _parsed(text: str) -> dict[str, Any]:
    """Return the object in a frame, an empty one if it holds none."""
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
