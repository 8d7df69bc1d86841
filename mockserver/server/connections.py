"""The open connections of a server: how many an address may have, how long a client may take, and how they end."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from uvicorn.server import ServerState

_MAX_BUFFER_BYTES = 64 * 1024
_MAX_CONNECTIONS_PER_ADDRESS = 8192
#: The part of the open files that the connections of one address may take.
_MAX_SHARE = 3 / 4
#: How long, and how much of it, the rest of a request is read and dropped after its answer, so that the client can read
#: the answer: a connection closed with unread data is reset.
_LINGER_SECONDS = 2
_MAX_DROPPED_BYTES = 8 * 1024 * 1024


class Connections(ServerState):
    """The state that uvicorn shares among connections, with the number of them by address of the client."""

    def __init__(self, open_files: int) -> None:
        super().__init__()
        self._open: Counter[str] = Counter()
        self._max = min(_MAX_CONNECTIONS_PER_ADDRESS, int(open_files * _MAX_SHARE))

    def opened(self, address: str) -> bool:
        """Count a connection from this address, and return whether the address may have it."""
        self._open[address] += 1
        return self._open[address] <= self._max

    def closed(self, address: str) -> None:
        """Count a connection from this address no more."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


class BufferedTransport:
    """A transport that sends what is written in one iteration of the event loop with one system call.

    If ``lingers`` returns true when it is closed, the client gets two seconds to read what was sent.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        lingers: Callable[[], bool] = bool,
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._lingers = lingers
        self._buffer: list[bytes] = []
        self._buffered_bytes = 0
        self._dropped_bytes = 0
        self.lingering = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Buffer the data until this iteration ends, or until there are more than 64 KiB."""
        if self.lingering:
            return
        if not self._buffer:
            self._loop.call_soon(self._flush)
        self._buffer.append(data)
        self._buffered_bytes += len(data)
        if self._buffered_bytes > _MAX_BUFFER_BYTES:
            self._flush()

    def close(self) -> None:
        """Send what is buffered and close the connection; a second call closes one that lingers."""
        self._flush()
        if self.lingering or self._transport.is_closing() or not self._lingers():
            self._transport.close()
            return
        self.lingering = True
        if self._transport.can_write_eof():  # not over TLS
            self._transport.write_eof()
        self._transport.resume_reading()
        self._loop.call_later(_LINGER_SECONDS, self._transport.abort)

    def is_closing(self) -> bool:
        """Whether nothing more can be sent."""
        return self.lingering or self._transport.is_closing()

    def drop(self, size: int) -> None:
        """Count received bytes that nobody reads, and close the connection when there are too many."""
        self._dropped_bytes += size
        if self._dropped_bytes > _MAX_DROPPED_BYTES:
            self._transport.abort()

    def forget(self) -> None:
        """Forget the protocol that was asked whether to linger, so that both are freed at once, not by a collection."""
        self._lingers = bool

    def _flush(self) -> None:
        if self._buffer:
            parts, self._buffer, self._buffered_bytes = self._buffer, [], 0
            if not self._transport.is_closing():
                self._transport.writelines(parts)
