"""The gateway's WebSocket: heartbeats and telemetry in, acknowledgements out, and the state its life implies."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from mockserver.asgi import bearer, encode
from mockserver.backends.base import SocketOwners
from mockserver.domain import dates, gateways
from mockserver.domain.errors import InvalidInput, Unavailable
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.domain.telemetry import SILENCE, Telemetry
from mockserver.openapi.validation import BodySchema
from mockserver.operations import notifications
from mockserver.runtime.clock import Alarm, Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Change, Store
from mockserver.store.kinds import GATEWAYS

UNAUTHENTICATED, FORBIDDEN, SILENT, REPLACED, RESTARTED, UNAVAILABLE = 4401, 4403, 4408, 4409, 1012, 1013


class Connection:
    """One open socket of a gateway, watched for silence."""

    def __init__(self, websocket: WebSocket, gateway: Gateway, clock: Clock, number: int) -> None:
        self.number = number
        self.gateway_id = gateway.id
        self.org_id = gateway.org_id
        self._websocket = websocket
        self._clock = clock
        self._alarm: Alarm | None = None
        self._heard_at = clock.now()
        self._closing = False

    async def close(self, code: int, reason: str) -> None:
        """Close the socket, once."""
        if not self._closing:
            self._closing = True
            self.unwatch()
            with suppress(WebSocketDisconnect):  # the gateway has closed it meanwhile
                await self._websocket.close(code, reason)

    def watch(self, silent: Callable[["Connection"], Awaitable[None]]) -> None:
        """Wake ``silent`` unless something is heard within the time a gateway may say nothing."""
        self._heard_at = self._clock.now()
        if self._alarm is None:
            self._arm(silent)

    def unwatch(self) -> None:
        """Stop listening for silence."""
        if self._alarm:
            self._alarm.cancel()

    def _arm(self, silent: Callable[["Connection"], Awaitable[None]]) -> None:
        """Set an alarm for the end of the time; only when it goes off does it matter what was heard meanwhile."""

        async def wake() -> None:
            if self._clock.now() < self._heard_at + SILENCE:
                self._arm(silent)
            else:
                await silent(self)

        self._alarm = self._clock.call_at(self._heard_at + SILENCE, wake)


class GatewaySockets:
    """The gateway sockets that are open in this process; each gateway has one, in whichever process."""

    def __init__(
        self, store: Store, clock: Clock, random_source: RandomSource, frame: BodySchema, socket_owners: SocketOwners
    ) -> None:
        self._store = store
        self._clock = clock
        self._random_source = random_source
        self._frame = frame
        self._socket_owners = socket_owners
        self._numbers = count(1)
        self._entering: dict[int, Connection] = {}
        self._open: dict[str, Connection] = {}
        self._door = asyncio.Lock()
        self._farewells: set[asyncio.Task[None]] = set()
        socket_owners.on_claim(self._admit)
        store.subscribe(self._on_change, _ends)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from its handshake to its end."""
        await websocket.accept()
        try:
            gateway = await self._gateway(websocket)
            if gateway is not None:
                await self._converse(websocket, Connection(websocket, gateway, self._clock, next(self._numbers)))
        except Unavailable as error:
            with suppress(RuntimeError, WebSocketDisconnect):  # it may be closed already
                await websocket.close(UNAVAILABLE, error.message)

    async def _converse(self, websocket: WebSocket, connection: Connection) -> None:
        connection.watch(self._on_silence)
        try:
            await self._enter(connection)
            while (message := await websocket.receive())["type"] == "websocket.receive":
                connection.watch(self._on_silence)
                await websocket.send_text(await self._hear(connection, message.get("text")))
        except (WebSocketDisconnect, RuntimeError):
            pass  # this side closed the socket while a frame was on its way
        finally:
            await self._leave(connection)

    async def close_all(self) -> None:
        """Close every socket, because the world it belongs to is gone."""
        connections, self._open = [*self._open.values(), *self._entering.values()], {}
        self._entering.clear()
        for connection in connections:
            await connection.close(RESTARTED, "the mock starts over")

    async def _gateway(self, websocket: WebSocket) -> Gateway | None:
        """Return the gateway whose key opened the socket, or close it and return None (U-06)."""
        token = bearer(websocket.scope)
        async with self._store.transaction() as tx:
            gateway = await tx.find(GATEWAYS, token) if token else None
        if gateway is None:
            await websocket.close(UNAUTHENTICATED, "a gateway's own key is required")
            return None
        if gateway.id != websocket.path_params["id"].lower() or gateway.status is GatewayStatus.DISABLED:
            await websocket.close(FORBIDDEN, "the key is not for this gateway, or the gateway is disabled")
            return None
        return gateway

    async def _enter(self, connection: Connection) -> None:
        self._entering[connection.number] = connection
        await self._socket_owners.claim(connection.org_id, connection.gateway_id, connection.number)
        await self._change(connection, gateways.connect)

    async def _admit(self, gateway_id: str, number: int | None) -> None:
        """Let the socket of this number in and any other of the gateway go, once one that is leaving has left."""
        async with self._door:
            former = self._open.pop(gateway_id, None)
            entering = self._entering.pop(number, None) if number else None
            if entering:
                self._open[gateway_id] = entering
        if former:
            await former.close(REPLACED, "the gateway connected again")

    async def _leave(self, connection: Connection) -> None:
        """Let the gateway be offline, unless another socket of it has taken over."""
        connection.unwatch()
        self._entering.pop(connection.number, None)
        async with self._door:
            if self._open.get(connection.gateway_id) is connection:
                del self._open[connection.gateway_id]
                await self._change(connection, gateways.disconnect)
                await self._socket_owners.release(connection.org_id, connection.gateway_id, connection.number)

    async def _hear(self, connection: Connection, text: str | None) -> str:
        """Take one frame (None: a binary one) and return the one that answers it."""
        if text is None:
            return _error_frame("frames are text")
        try:
            frame = self._frame.check(msgspec.json.decode(text))
        except (msgspec.MsgspecError, RecursionError) as error:
            return _error_frame(f"the frame is not JSON: {error}")
        except InvalidInput as error:
            return _error_frame(error.message)
        at = dates.whole_seconds(self._clock.now())
        telemetry = msgspec.convert(frame, Telemetry) if frame["type"] == "telemetry" else None
        await self._change(connection, lambda gateway: gateways.report(gateway, telemetry, at))
        return encode({"type": "ack", "at": at}).decode()

    async def _on_silence(self, connection: Connection) -> None:
        await connection.close(SILENT, f"nothing was heard for {SILENCE // timedelta(seconds=1)} s")
        await self._leave(connection)

    async def _change(self, connection: Connection, change: Callable[[Gateway], Gateway]) -> None:
        async with self._store.transaction() as tx:
            gateway = await tx.get(GATEWAYS, connection.org_id, connection.gateway_id)
            if gateway is not None:
                changed = change(gateway)
                await tx.put(GATEWAYS, changed)
                await notifications.gateway_changed(tx, self._random_source, gateway, changed, self._clock.now())

    def _on_change(self, change: Change) -> None:
        """Hang up on a gateway that was deleted, disabled or paired again."""
        connection = self._open.get(change.before.id) if change.before else None
        if connection is None:
            return
        if change.after is None:
            self._hang_up(connection, UNAUTHENTICATED, "the gateway was deleted")
        elif isinstance(change.after, Gateway) and change.after.status is GatewayStatus.DISABLED:
            self._hang_up(connection, FORBIDDEN, "the gateway was disabled")
        else:
            self._hang_up(connection, UNAUTHENTICATED, "the gateway was paired again")

    def _hang_up(self, connection: Connection, code: int, reason: str) -> None:
        farewell = asyncio.get_running_loop().create_task(connection.close(code, reason))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)


def _ends(change: Change) -> bool:
    """Whether a change ends the connection of a gateway."""
    before, after = change.before, change.after
    if not isinstance(before, Gateway):
        return False
    return not isinstance(after, Gateway) or after.status is GatewayStatus.DISABLED or after.api_key != before.api_key


def _error_frame(message: str) -> str:
    return encode({"type": "error", "error": "validation_error", "message": message}).decode()
