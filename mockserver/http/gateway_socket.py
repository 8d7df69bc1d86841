"""The WebSocket of gateways: heartbeats and telemetry in, acknowledgements out, and the gateway's online status."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count

import msgspec
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from mockserver.asgi import bearer_token, encode, error_answer
from mockserver.backends.base import SocketOwners
from mockserver.browsers import Origins, OwnHosts
from mockserver.domain import dates, gateways
from mockserver.domain.errors import Forbidden, InvalidInput, Unavailable
from mockserver.domain.gateways import MAX_SILENCE, Gateway, GatewayStatus, Telemetry
from mockserver.openapi.validation import BodySchema
from mockserver.operations import notifications
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.runtime.timers import Timer
from mockserver.store.base import Change, Store
from mockserver.store.kinds import GATEWAYS

_BEARER = "bearer"


class CloseCode(IntEnum):
    """The codes with which the mock closes a gateway's socket (AS-84, AS-85, AS-86, AS-92, AS-93)."""

    RESTARTED = 1012
    UNAVAILABLE = 1013
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    SILENT = 4408
    REPLACED = 4409


class Connection:
    """One open socket of a gateway, with a timeout that each frame restarts."""

    def __init__(self, websocket: WebSocket, gateway: Gateway, clock: Clock, number: int) -> None:
        self.number = number
        self.gateway_id = gateway.id
        self.org_id = gateway.org_id
        self._websocket = websocket
        self._clock = clock
        self._timer: Timer | None = None
        self._last_frame_at = self.now()
        self._closing = False

    def now(self) -> datetime:
        """Return the time of the gateway's org."""
        return self._clock.of(self.org_id).now()

    async def close(self, code: int, reason: str) -> None:
        """Close the socket; later calls do nothing."""
        if not self._closing:
            self._closing = True
            self.cancel_timeout()
            await _close(self._websocket, code, reason)

    def restart_timeout(self, on_timeout: Callable[["Connection"], Awaitable[None]]) -> None:
        """Call ``on_timeout`` unless a frame arrives within the time that a gateway may be silent (AS-91)."""
        self._last_frame_at = self.now()
        if self._timer is None or self._timer.when > self._last_frame_at + MAX_SILENCE:
            self.cancel_timeout()
            self._schedule_timeout(on_timeout)

    def cancel_timeout(self) -> None:
        """Stop the timeout."""
        if self._timer:
            self._timer.cancel()

    def _schedule_timeout(self, on_timeout: Callable[["Connection"], Awaitable[None]]) -> None:
        """Set one timer for the earliest timeout; when it goes off, it is set again if frames have arrived since."""

        async def wake() -> None:
            if self.now() < self._last_frame_at + MAX_SILENCE:
                self._schedule_timeout(on_timeout)
            else:
                await on_timeout(self)

        self._timer = self._clock.call_at(self._last_frame_at + MAX_SILENCE, wake, self.org_id)


class GatewaySockets:
    """The gateway sockets that are open in this process; a gateway has at most one among all processes (AS-93)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        random_source: RandomSource,
        frame_schema: BodySchema,
        socket_owners: SocketOwners,
        own_hosts: OwnHosts,
        origins: Origins,
    ) -> None:
        self._store = store
        self._clock = clock
        self._random_source = random_source
        self._frame_schema = frame_schema
        self._socket_owners = socket_owners
        self._own_hosts = own_hosts
        self._origins = origins
        self._numbers = count(1)
        self._pending: dict[int, Connection] = {}
        self._open: dict[str, Connection] = {}
        self._lock = asyncio.Lock()
        self._closing_tasks: set[asyncio.Task[None]] = set()
        socket_owners.on_claim(self._on_claim)
        store.subscribe(self._on_change, _ends_connection)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from its handshake until it is closed."""
        try:
            self._own_hosts.check(websocket.scope, self._origins)
        except Forbidden as error:
            answer = error_answer(error)
            await websocket.send_denial_response(Response(answer.body, answer.status, media_type="application/json"))
            return
        offered = websocket.scope["subprotocols"][:1] == [_BEARER]
        await websocket.accept(_BEARER if offered else None)
        try:
            gateway = await self._authenticate(websocket)
            if gateway is not None:
                await self._handle_frames(websocket, Connection(websocket, gateway, self._clock, next(self._numbers)))
        except Unavailable as error:
            await _close(websocket, CloseCode.UNAVAILABLE, error.message)

    async def _handle_frames(self, websocket: WebSocket, connection: Connection) -> None:
        connection.restart_timeout(self._on_timeout)
        try:
            await self._register(connection)
            while (message := await websocket.receive())["type"] == "websocket.receive":
                connection.restart_timeout(self._on_timeout)
                await websocket.send_text(await self._handle_frame(connection, message.get("text")))
        except (WebSocketDisconnect, RuntimeError):
            pass  # this side closed the socket while a frame was arriving
        finally:
            await self._unregister(connection)

    async def close_all(self) -> None:
        """Close every socket, because the data it belongs to is replaced."""
        connections, self._open = [*self._open.values(), *self._pending.values()], {}
        self._pending.clear()
        for connection in connections:
            await connection.close(CloseCode.RESTARTED, "the mock starts over")

    async def _authenticate(self, websocket: WebSocket) -> Gateway | None:
        """Return the gateway whose key opened the socket, or close the socket and return None (AS-83 to AS-86)."""
        token = bearer_token(websocket.scope) or _offered_token(websocket.scope["subprotocols"])
        async with self._store.transaction() as tx:
            gateway = await tx.find(GATEWAYS, token) if token else None
        if gateway is None:
            await _close(websocket, CloseCode.UNAUTHENTICATED, "a gateway's own key is required")
            return None
        if gateway.id != websocket.path_params["id"].lower() or gateway.status is GatewayStatus.DISABLED:
            await _close(websocket, CloseCode.FORBIDDEN, "the key is not for this gateway, or the gateway is disabled")
            return None
        return gateway

    async def _register(self, connection: Connection) -> None:
        self._pending[connection.number] = connection
        await self._socket_owners.claim(connection.org_id, connection.gateway_id, connection.number)
        await self._update_gateway(connection, gateways.connect)

    async def _on_claim(self, gateway_id: str, number: int | None) -> None:
        """Make the pending socket of this number the gateway's, and close the one that the gateway had here."""
        async with self._lock:
            previous = self._open.pop(gateway_id, None)
            pending = self._pending.pop(number, None) if number else None
            if pending:
                self._open[gateway_id] = pending
        if previous:
            await previous.close(CloseCode.REPLACED, "the gateway connected again")

    async def _unregister(self, connection: Connection) -> None:
        """Mark the gateway offline, unless another socket of it is open (AS-44)."""
        connection.cancel_timeout()
        self._pending.pop(connection.number, None)
        async with self._lock:
            if self._open.get(connection.gateway_id) is connection:
                del self._open[connection.gateway_id]
                await self._update_gateway(connection, gateways.disconnect)
                await self._socket_owners.release(connection.org_id, connection.gateway_id, connection.number)

    async def _handle_frame(self, connection: Connection, text: str | None) -> str:
        """Handle the text of one frame (None: it is binary) and return the frame that answers it."""
        if text is None:
            return _error_frame("frames are text")
        try:
            frame = self._frame_schema.check(msgspec.json.decode(text))
        except (msgspec.MsgspecError, RecursionError) as error:
            return _error_frame(f"the frame is not JSON: {error}")
        except InvalidInput as error:
            return _error_frame(error.message)
        at = dates.whole_seconds(connection.now())
        telemetry = msgspec.convert(frame, Telemetry) if frame["type"] == "telemetry" else None
        await self._update_gateway(connection, lambda gateway: gateways.report(gateway, telemetry, at))
        return encode({"type": "ack", "at": at}).decode()

    async def _on_timeout(self, connection: Connection) -> None:
        await connection.close(CloseCode.SILENT, f"nothing was heard for {MAX_SILENCE // timedelta(seconds=1)} s")
        await self._unregister(connection)

    async def _update_gateway(self, connection: Connection, change: Callable[[Gateway], Gateway]) -> None:
        async with self._store.transaction() as tx:
            gateway = await tx.get(GATEWAYS, connection.org_id, connection.gateway_id)
            if gateway is not None:
                changed = change(gateway)
                await tx.put(GATEWAYS, changed)
                await notifications.gateway_changed(tx, self._random_source, gateway, changed, connection.now())

    def _on_change(self, change: Change) -> None:
        """Close the socket of a gateway that was deleted, disabled or paired again."""
        connection = self._open.get(change.before.id) if change.before else None
        if connection is None:
            return
        if change.after is None:
            self._close_soon(connection, CloseCode.UNAUTHENTICATED, "the gateway was deleted")
        elif isinstance(change.after, Gateway) and change.after.status is GatewayStatus.DISABLED:
            self._close_soon(connection, CloseCode.FORBIDDEN, "the gateway was disabled")
        else:
            self._close_soon(connection, CloseCode.UNAUTHENTICATED, "the gateway was paired again")

    def _close_soon(self, connection: Connection, code: int, reason: str) -> None:
        task = asyncio.get_running_loop().create_task(connection.close(code, reason))
        self._closing_tasks.add(task)
        task.add_done_callback(self._closing_tasks.discard)


def _offered_token(subprotocols: Sequence[str]) -> str | None:
    """Return the key that follows the subprotocol ``bearer``: pages can set no other header of a handshake."""
    return subprotocols[1] if len(subprotocols) == 2 and subprotocols[0] == _BEARER else None


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close a socket, unless the other side or the protocol has closed it already."""
    with suppress(RuntimeError, WebSocketDisconnect):
        await websocket.close(code, reason)


def _ends_connection(change: Change) -> bool:
    """Return whether the change requires that the gateway's socket is closed."""
    before, after = change.before, change.after
    if not isinstance(before, Gateway):
        return False
    return not isinstance(after, Gateway) or after.status is GatewayStatus.DISABLED or after.api_key != before.api_key


def _error_frame(message: str) -> str:
    return encode({"type": "error", "error": "validation_error", "message": message}).decode()
