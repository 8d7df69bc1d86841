"""Runs the mock on a socket: says when it is ready, ends cleanly on a signal."""

import signal
import socket
from collections.abc import Awaitable, Callable

import uvicorn

from mockserver import descriptors
from mockserver.http.protocol import Protocol
from mockserver.lives import Mock

Ready = Callable[[], Awaitable[None]]
_BACKLOG = 4096
_LARGEST_FRAME = 64 * 1024
_SECONDS_TO_FINISH = 5


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def build(mock: Mock, ready: Ready) -> uvicorn.Server:
    """Return the server, not yet running; ``ready`` is awaited once requests are accepted."""
    config = uvicorn.Config(
        mock,
        interface="asgi3",
        http=Protocol,
        ws="websockets-sansio",
        ws_max_size=_LARGEST_FRAME,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    return _Server(config, ready)


def run(mock: Mock, listener: socket.socket, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM."""
    descriptors.allow_most()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises it again when it has shut down
    build(mock, ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self._ready()
