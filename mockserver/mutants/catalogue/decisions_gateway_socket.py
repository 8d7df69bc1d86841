"""Mutants of decisions (rules AS-…) about the WebSocket of gateways."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from starlette.websockets import WebSocket

from mockserver import asgi
from mockserver.domain import gateways as domain
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.http import gateway_socket
from mockserver.http.gateway_socket import CloseCode, Connection, GatewaySockets
from mockserver.mutants.operators.gateways import socket_gateway
from mockserver.mutants.operators.patches import Change, Mutants, Original, Patch, around, for_each, mutant, replaced
from mockserver.mutants.operators.values import having, lacking, record
from mockserver.store.kinds import GATEWAYS


def _close_code(code: int, other: int) -> Patch:
    """Close sockets with another code in place of one."""

    async def defect(original: Original, self: Any, given: int = 1000, reason: str | None = None) -> None:
        await original(self, other if given == code else given, reason)

    return around(WebSocket.close, defect)


def _answer_frame(kind: str, change: Change) -> Patch:
    """Change the frames that answer: errors (``error``), or the answers to one type of frame (``ack-heartbeat``)."""

    async def defect(original: Original, self: GatewaySockets, connection: Connection, text: str) -> str:
        answer = msgspec.json.decode(await original(self, connection, text))
        frame_type = "telemetry" if "cpu" in text else "heartbeat"
        affected = kind in (answer["type"], f"{answer['type']}-{frame_type}")
        return msgspec.json.encode(change(answer) if affected else answer).decode()

    return around(GatewaySockets._handle_frame, defect)


def _after_error(action: Callable[[GatewaySockets, Connection, str], Awaitable[None]]) -> Patch:
    """Await an action before a frame is answered with an error; it gets the answer."""

    async def defect(original: Original, self: GatewaySockets, connection: Connection, text: str) -> str:
        answer: str = await original(self, connection, text)
        if "validation_error" in answer:
            await action(self, connection, answer)
        return answer

    return around(GatewaySockets._handle_frame, defect)


async def _close(sockets: GatewaySockets, connection: Connection, answer: str) -> None:
    """Answer, then close the socket."""
    await connection._websocket.send_text(answer)
    await connection.close(1003, "a bad frame")


async def _mark_offline(sockets: GatewaySockets, connection: Connection, answer: str) -> None:
    """Set the gateway to offline."""
    await sockets._update_gateway(connection, record(status=GatewayStatus.OFFLINE))


def _max_silence(seconds: float) -> Patch:
    """Change how long a gateway may be silent."""
    return replaced(lambda: domain.MAX_SILENCE, timedelta(seconds=seconds), within=gateway_socket)


MUTANTS = Mutants()


@MUTANTS.defect("AS-45/let-in", "AS-86", of=GatewaySockets._authenticate)
async def admit_disabled_gateways(original: Original, self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Accept the key of a disabled gateway."""
    gateway = await socket_gateway(self, websocket)
    if gateway is not None and gateway.id == websocket.path_params["id"].lower():
        return gateway
    found: Gateway | None = await original(self, websocket)
    return found


@MUTANTS.defect("AS-45/offline-by-trying", of=GatewaySockets._authenticate)
async def enable_refused_gateways(original: Original, self: GatewaySockets, websocket: Any) -> Gateway | None:
    """Set a disabled gateway to offline when its socket is refused."""
    gateway = await socket_gateway(self, websocket)
    if gateway is not None and gateway.status is GatewayStatus.DISABLED:
        async with self._store.transaction() as tx:
            await tx.put(GATEWAYS, replace(gateway, status=GatewayStatus.OFFLINE))
        await websocket.close(CloseCode.FORBIDDEN, "try again")
        return None
    found: Gateway | None = await original(self, websocket)
    return found


@MUTANTS.defect("AS-83/key-in-the-query", of=asgi.bearer_token, within=gateway_socket)
def read_key_from_query(original: Original, scope: Any) -> str | None:
    """Read the key from the query, not from the header."""
    return dict(part.split("=") for part in scope["query_string"].decode().split("&") if "=" in part).get("key")


@MUTANTS.defect("AS-91/from-the-beginning", "AS-92", of=Connection.restart_timeout)
def never_restart_timeout(original: Original, self: Connection, on_timeout: Any) -> None:
    """Count the silence from when the socket was opened, whatever frames arrive."""
    if self._timer is None:
        original(self, on_timeout)


@MUTANTS.defect("AS-91/closed-alone", of=GatewaySockets._on_timeout)
async def close_without_disconnect(original: Original, self: GatewaySockets, connection: Connection) -> None:
    """Close the socket of a silent gateway, but leave the gateway online."""
    self._open.pop(connection.gateway_id, None)
    await connection.close(CloseCode.SILENT, "silent")


@MUTANTS.defect("AS-92/offline-alone", of=GatewaySockets._on_timeout)
async def disconnect_without_close(original: Original, self: GatewaySockets, connection: Connection) -> None:
    """Set a silent gateway to offline, but leave its socket open."""
    await self._update_gateway(connection, domain.disconnect)


@MUTANTS.defect("AS-93/first-stays", of=GatewaySockets._register)
async def leave_first_socket_open(original: Original, self: GatewaySockets, connection: Connection) -> None:
    """Leave the first socket of a gateway open when a second one is opened."""
    self._open.pop(connection.gateway_id, None)
    await original(self, connection)


@MUTANTS.defect("AS-93/first-wins", of=GatewaySockets._register)
async def refuse_second_socket(original: Original, self: GatewaySockets, connection: Connection) -> None:
    """Refuse the second socket of a gateway."""
    if connection.gateway_id in self._open:
        await connection.close(CloseCode.REPLACED, "there is one already")
    else:
        await original(self, connection)


@MUTANTS.defect("AS-93/everybody-leaves", of=GatewaySockets._register)
async def close_sockets_of_all_gateways(original: Original, self: GatewaySockets, connection: Connection) -> None:
    """Close the sockets of all gateways when one is opened."""
    for other in list(self._open.values()):
        await other.close(CloseCode.REPLACED, "another gateway connected")
    await original(self, connection)


MUTANTS += (
    mutant("AS-43/never", replaced(lambda: domain.connect, lambda gateway: gateway)),
    mutant("AS-44/stays-online", replaced(lambda: domain.disconnect, lambda gateway: gateway)),
    mutant("AS-44/registered", replaced(lambda: domain.disconnect, record(status=GatewayStatus.REGISTERED))),
    mutant("AS-84/policy", _close_code(4401, 1008)),
    mutant("AS-84/4403", _close_code(4401, 4403)),
    mutant("AS-85/policy", _close_code(4403, 1008), "AS-86"),
    mutant("AS-86/4401", _close_code(4403, 4401), "AS-85"),
    mutant("AS-87/no-time", _answer_frame("ack-heartbeat", lacking("at"))),
    mutant("AS-87/pong", _answer_frame("ack-heartbeat", having(type="pong"))),
    mutant("AS-87/time-of-birth", _answer_frame("ack-heartbeat", having(at="2026-01-01T00:00:00Z"))),
    mutant("AS-88/no-time", _answer_frame("ack-telemetry", lacking("at"))),
    mutant("AS-88/thanks", _answer_frame("ack-telemetry", having(type="thanks"))),
    mutant("AS-89/no-message", _answer_frame("error", lacking("message"))),
    mutant("AS-89/no-code", _answer_frame("error", lacking("error"))),
    mutant("AS-89/another-word", _answer_frame("error", having(error="bad_frame"))),
    mutant("AS-89/acked", _answer_frame("error", lambda answer: {"type": "ack", "at": "2026-01-01T00:00:00Z"})),
    mutant("AS-90/closed", _after_error(_close)),
    mutant("AS-90/offline", _after_error(_mark_offline)),
    mutant("AS-91/a-minute", _max_silence(60), "AS-92"),
    *for_each("AS-91/{}-seconds", (89, 91), _max_silence, "AS-92"),
    mutant("AS-91/two-minutes", _max_silence(120), "AS-92"),
    mutant("AS-92/going-away", _close_code(4408, 1001)),
    mutant("AS-93/going-away", _close_code(4409, 1001)),
)
