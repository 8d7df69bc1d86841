"""Uvicorn's HTTP/1.1 protocol with three additions.

What cannot be parsed as HTTP, such as an unknown method, is answered with the error body of the API; the application
can close the connection, as injected faults do; and head and body of an answer are sent in one system call.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.asgi import CLOSE_CONNECTION, error_answer
from mockserver.domain.errors import InvalidInput

_REQUEST_ID = "req_unreadable"
_MAX_BUFFER_BYTES = 64 * 1024


class MalformedRequest(InvalidInput):
    """What was received is not HTTP."""

    def __init__(self) -> None:
        super().__init__({})
        self.message = "This is not an HTTP request that can be understood."


class BufferedTransport:
    """A transport that sends what is written in one iteration of the event loop with one system call."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._buffer: list[bytes] = []
        self._buffered_bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Buffer the data until this iteration ends, or until there are more than 64 KiB."""
        if not self._buffer:
            self._loop.call_soon(self._flush)
        self._buffer.append(data)
        self._buffered_bytes += len(data)
        if self._buffered_bytes > _MAX_BUFFER_BYTES:
            self._flush()

    def close(self) -> None:
        """Send what is buffered and close the connection."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._buffer:
            parts, self._buffer, self._buffered_bytes = self._buffer, [], 0
            self._transport.writelines(parts)


class Protocol(HttpToolsProtocol):
    """Uvicorn's protocol with these additions."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Buffer what is sent on a new connection."""
        super().connection_made(BufferedTransport(transport, self.loop))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        """Give the application a function that closes the connection."""
        super().on_message_begin()
        extensions: dict[str, Any] = {CLOSE_CONNECTION: self.transport.close}
        self.scope["extensions"] = extensions

    def send_400_response(self, msg: str) -> None:
        """Answer 400 to what is not HTTP, and close the connection."""
        body = error_answer(MalformedRequest(), _REQUEST_ID).body
        assert isinstance(body, bytes)
        head = (
            f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nx-request-id: {_REQUEST_ID}\r\n"
            f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
