"""Runs the mock on a socket: says when it is ready, ends cleanly on a signal."""

import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager

import uvicorn

from mockserver.mock import Mock
from mockserver.runtime import open_files
from mockserver.server.uvicorn_protocol import Protocol
from mockserver.settings import Settings

Ready = Callable[[], Awaitable[None]]
_BACKLOG = 4096
_LARGEST_FRAME = 64 * 1024
_SECONDS_TO_FINISH = 5
#: How many new objects there may be until garbage is looked for among them, and how seldom among older ones: what a
#: call makes mostly goes with it, or stays in the journal for long.
_GARBAGE = (10_000, 20, 20)


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Return a listening socket; port 0 picks a free one. Raises OSError.

    One that is ``shared`` among processes does not listen yet: the system brings connections to those that do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not shared:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def reserve(host: str, port: int) -> socket.socket:
    """Return a shared socket that keeps a port, free until now, for those who share it. Raises OSError."""
    with bind(host, port) as free:
        port = free.getsockname()[1]
    return bind(host, port, shared=True)


def load(settings: Settings) -> Mock:
    """Return a mock with these settings. Raises what Mock raises."""
    with _loading():
        return Mock(settings)


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
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    return _Server(config, ready)


def run(mock: Mock, listener: socket.socket, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM."""
    open_files.raise_limit()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises it again when it has shut down
    with ExitStack() as starting:
        starting.enter_context(_loading())

        async def started() -> None:
            await ready()
            gc.set_threshold(*_GARBAGE)
            starting.close()

        build(mock, started).run(sockets=[listener])


@contextmanager
def _loading() -> Iterator[None]:
    """Look for no garbage until the block ends, nor ever in what is there by then: it stays, and looking takes time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self._ready()
