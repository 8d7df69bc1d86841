"""Uvicorn's WebSocket protocol with bounds on what a client may send at once, hold back and leave unread."""

from asyncio import sleep
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from mockserver.domain.errors import without_origin
from mockserver.server.connections import Connections

#: What is parsed in one iteration of the event loop: some hundred small frames.
_SLICE_BYTES = 2 * 1024
_MAX_FRAGMENTS = 100
_INVALID_DATA, _POLICY_VIOLATION = 1007, 1008


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One socket, which reads no more while the application is busy or the client does not read."""

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args, **arguments)
        self._held = b""
        self._server_state = cast("Connections", arguments["server_state"])

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no more."""
        super().connection_lost(exc)
        self._held = b""
        self.conn.parser.close()  # a generator that holds the connection
        for error in (self.conn.handshake_exc, self.conn.parser_exc):
            if error is not None:
                without_origin(error)
        if self.client:
            self._server_state.closed(self.client[0])

    def data_received(self, data: bytes) -> None:
        """Parse the beginning of what was received, and the rest in later iterations of the event loop.

        What follows the handshake waits until that is answered.
        """
        if self._held or self._opening():
            self._held += data
            return
        super().data_received(data[:_SLICE_BYTES])
        self._held = data[_SLICE_BYTES:]
        if len(self.frames) > _MAX_FRAGMENTS:
            self._held = b""
            self.conn.fail(_POLICY_VIOLATION, f"a message has at most {_MAX_FRAGMENTS} fragments")
            self.handle_parser_exception()
        elif self._held:
            self.transport.pause_reading()
            self.loop.call_soon(self._continue)

    def pause_writing(self) -> None:
        """Read no more, as each frame may be answered."""
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        super().resume_writing()
        self._continue()

    async def send(self, message: Any) -> None:
        """Send a message; read on when it was the answer to the handshake, which a refusal is, too."""
        opening = self._opening()
        await super().send(message)
        self.handshake_complete |= message["type"] == "websocket.http.response.body"
        if opening:
            self._continue()

    async def receive(self) -> Any:
        """Return the next message, after the other tasks of the event loop had their turn."""
        await sleep(0)
        message = await super().receive()
        if not self.read_paused:
            self._continue()
        return message

    def send_receive_event_to_app(self) -> None:
        """Hand a message to the application; close the socket, without a line in the log, if its text is no UTF-8."""
        try:
            if self.curr_msg_data_type == "text":
                b"".join(self.frames).decode()
        except UnicodeDecodeError:
            self.frames = []
            self.conn.fail(_INVALID_DATA, "text is UTF-8")
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def _opening(self) -> bool:
        return self.handshake_initiated and not self.handshake_complete

    def _continue(self) -> None:
        """Parse what was held back, or else read on, if both sides have taken what they got."""
        if self.read_paused or self._opening() or not self.writable.is_set() or self.transport.is_closing():
            self.transport.pause_reading()
        elif self._held:
            held, self._held = self._held, b""
            self.data_received(held)
        else:
            self.transport.resume_reading()
