"""Mutants about decisions about the WebSocket of gateways."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from starlette.websockets import WebSocket

from mockserver import asgi
from mockserver.domain import gateways as domain
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.http import gateway_socket as channel
from mockserver.http.gateway_socket import Connection, GatewaySockets
from mockserver.mutants.operators.gateways import socket_gateway
from mockserver.mutants.operators.patches import Change, Original, Patch, around, for_each, mutant, replaced
from mockserver.mutants.operators.values import having, lacking, record
from mockserver.store.kinds import GATEWAYS


def _closing(code: int, instead_code: int) -> Any:
    """Return a patch by which what is refused with one code is refused with another."""

    async def defect(original: Original, self: Any, given: int = 1000, reason: str | None = None) -> None:
        await original(self, instead_code if given == code else given, reason)

    return around(WebSocket.close, defect)


async def _disabled_let_in(original: Original, self: GatewaySockets, websocket: Any) -> Gateway | None:
    gateway = await socket_gateway(self, websocket)
    if gateway is not None and gateway.id == websocket.path_params["id"].lower():
        return gateway
    found: Gateway | None = await original(self, websocket)
    return found


def _query_key(original: Original, scope: Any) -> Any:
    return dict(part.split("=") for part in scope["query_string"].decode().split("&") if "=" in part).get("key")


def _answering(kind: str, change: Change) -> Patch:
    """Return a patch of the frames that answer: of those of a kind, ``change`` makes other ones."""

    async def defect(original: Original, self: GatewaySockets, connection: Connection, text: str) -> str:
        answer = msgspec.json.decode(await original(self, connection, text))
        fitting = kind in (answer["type"], f"{answer['type']}-{'telemetry' if 'cpu' in text else 'heartbeat'}")
        return msgspec.json.encode(change(answer) if fitting else answer).decode()

    return around(GatewaySockets._handle_frame, defect)


def _on_error(change: Callable[[GatewaySockets, Connection, str], Awaitable[None]]) -> Patch:
    """Do something more when a frame is answered with an error."""

    async def defect(original: Original, self: GatewaySockets, connection: Connection, text: str) -> str:
        answer: str = await original(self, connection, text)
        if "validation_error" in answer:
            await change(self, connection, answer)
        return answer

    return around(GatewaySockets._handle_frame, defect)


async def _hanging_up(channel: GatewaySockets, connection: Connection, answer: str) -> None:
    await connection._websocket.send_text(answer)
    await connection.close(1003, "a bad frame")


async def _marking(channel: GatewaySockets, connection: Connection, answer: str) -> None:
    await channel._update_gateway(connection, record(status=GatewayStatus.OFFLINE))


async def _only_leaving(self: GatewaySockets, connection: Connection) -> None:
    await self._update_gateway(connection, domain.disconnect)


async def _only_closing(self: GatewaySockets, connection: Connection) -> None:
    self._open.pop(connection.gateway_id, None)
    await connection.close(channel.CloseCode.SILENT, "silent")


def _never_watched_again(original: Original, self: Connection, silent: Any) -> None:
    if self._timer is None:
        original(self, silent)


async def _first_stays(original: Original, self: GatewaySockets, connection: Connection) -> None:
    self._open.pop(connection.gateway_id, None)
    await original(self, connection)


async def _first_wins(original: Original, self: GatewaySockets, connection: Connection) -> None:
    if connection.gateway_id in self._open:
        await connection.close(channel.CloseCode.REPLACED, "there is one already")
    else:
        await original(self, connection)


async def _everybody_leaves(original: Original, self: GatewaySockets, connection: Connection) -> None:
    for other in list(self._open.values()):
        await other.close(channel.CloseCode.REPLACED, "another gateway came")
    await original(self, connection)


async def _disabled_becomes_offline(original: Original, self: GatewaySockets, websocket: Any) -> Gateway | None:
    holder = await socket_gateway(self, websocket)
    if holder is not None and holder.status is GatewayStatus.DISABLED:
        async with self._store.transaction() as tx:
            await tx.put(GATEWAYS, replace(holder, status=GatewayStatus.OFFLINE))
        await websocket.close(channel.CloseCode.FORBIDDEN, "try again")
        return None
    found: Gateway | None = await original(self, websocket)
    return found


def _silence(seconds: float) -> Any:
    return replaced(lambda: domain.MAX_SILENCE, timedelta(seconds=seconds), within=channel)


MUTANTS = (
    mutant("AS-43/never", replaced(lambda: domain.connect, lambda gateway: gateway)),
    mutant("AS-44/stays-online", replaced(lambda: domain.disconnect, lambda gateway: gateway)),
    mutant("AS-44/registered", replaced(lambda: domain.disconnect, record(status=GatewayStatus.REGISTERED))),
    mutant("AS-45/let-in", around(GatewaySockets._authenticate, _disabled_let_in), "AS-86"),
    mutant("AS-45/offline-by-trying", around(GatewaySockets._authenticate, _disabled_becomes_offline)),
    mutant("AS-83/key-in-the-query", around(asgi.bearer_token, _query_key, within=channel)),
    mutant("AS-84/policy", _closing(4401, 1008)),
    mutant("AS-84/4403", _closing(4401, 4403)),
    mutant("AS-85/policy", _closing(4403, 1008), "AS-86"),
    mutant("AS-86/4401", _closing(4403, 4401), "AS-85"),
    mutant("AS-87/no-time", _answering("ack-heartbeat", lacking("at"))),
    mutant("AS-87/pong", _answering("ack-heartbeat", having(type="pong"))),
    mutant("AS-87/time-of-birth", _answering("ack-heartbeat", having(at="2026-01-01T00:00:00Z"))),
    mutant("AS-88/no-time", _answering("ack-telemetry", lacking("at"))),
    mutant("AS-88/thanks", _answering("ack-telemetry", having(type="thanks"))),
    mutant("AS-89/no-message", _answering("error", lacking("message"))),
    mutant("AS-89/no-code", _answering("error", lacking("error"))),
    mutant("AS-89/another-word", _answering("error", having(error="bad_frame"))),
    mutant("AS-89/acked", _answering("error", lambda answer: {"type": "ack", "at": "2026-01-01T00:00:00Z"})),
    mutant("AS-90/closed", _on_error(_hanging_up)),
    mutant("AS-90/offline", _on_error(_marking)),
    mutant("AS-91/a-minute", _silence(60), "AS-92"),
    *for_each("AS-91/{}-seconds", (89, 91), _silence, "AS-92"),
    mutant("AS-91/two-minutes", _silence(120), "AS-92"),
    mutant("AS-91/from-the-beginning", around(Connection.restart_timeout, _never_watched_again), "AS-92"),
    mutant("AS-91/closed-alone", replaced(lambda: GatewaySockets._on_timeout, _only_closing)),
    mutant("AS-92/offline-alone", replaced(lambda: GatewaySockets._on_timeout, _only_leaving)),
    mutant("AS-92/going-away", _closing(4408, 1001)),
    mutant("AS-93/going-away", _closing(4409, 1001)),
    mutant("AS-93/first-stays", around(GatewaySockets._register, _first_stays)),
    mutant("AS-93/first-wins", around(GatewaySockets._register, _first_wins)),
    mutant("AS-93/everybody-leaves", around(GatewaySockets._register, _everybody_leaves)),
)
