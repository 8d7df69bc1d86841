"""The HTTP/1.1 protocol of uvicorn with the three things it lacks here.

What cannot be parsed as HTTP, an unknown method for one, is answered with the API's error body; an application may cut
the connection, which injected faults need; and head and body of an answer are sent in one piece.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.asgi import CLOSE_CONNECTION, encode

_BAD_REQUEST = {
    "error": "validation_error",
    "message": "This is not an HTTP request that can be understood.",
    "request_id": "req_unreadable",
    "field_errors": {},
}


_MOST_HELD = 64 * 1024


class Gathering:
    """A transport that sends what is written in one turn of the event loop at once: sending is a call of the system."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold the data until this turn ends, or until there is much of it."""
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(data)
        self._size += len(data)
        if self._size > _MOST_HELD:
            self._send()

    def close(self) -> None:
        """Send what is held and hang up."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._held:
            parts, self._held, self._size = self._held, [], 0
            self._transport.writelines(parts)


class Protocol(HttpToolsProtocol):
    """Uvicorn's protocol, speaking the API's language."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take up a connection."""
        super().connection_made(Gathering(transport, self.loop))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        """Offer the application a way to hang up."""
        super().on_message_begin()
        extensions: dict[str, Any] = {CLOSE_CONNECTION: self.transport.close}
        self.scope["extensions"] = extensions

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP and hang up."""
        body = encode(_BAD_REQUEST)
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nx-request-id: req_unreadable\r\n"
            f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
