"""One process that serves a mock on a socket: reports when it accepts requests, shuts down cleanly on a signal."""

import asyncio
import errno
import gc
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import msgspec
import uvicorn

from mockserver.mock import Mock
from mockserver.runtime import open_files
from mockserver.server.access_log import FORMATS, AccessLog
from mockserver.server.banner import banner
from mockserver.server.certificates import as_file
from mockserver.server.connections import Connections
from mockserver.server.log_output import logging_to_stderr
from mockserver.server.mounting import Mounted
from mockserver.server.uvicorn_protocol import Protocol
from mockserver.server.websocket_protocol import WebSocketProtocol
from mockserver.settings import Settings

Callback = Callable[[], Awaitable[None]]
_LISTEN_BACKLOG = 4096
_MAX_FRAME_BYTES = 64 * 1024
_SHUTDOWN_TIMEOUT_SECONDS = 5
_TICKS_PER_SECOND = 10
#: New objects before a collection of the youngest generation, and how many of its collections make one of the next:
#: most objects of a call are freed with it, the others stay in the journal, so frequent collections find little. Few
#: make one of the middle generation, as it stops all calls for as long as it has objects to look at, and few of these
#: one of all, so that what is left in cycles does not pile up.
_GC_THRESHOLDS = (10_000, 5, 5)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a mock is served, beside the socket.

    With a ``certificate`` and its key, as PEM, by HTTPS; below ``base_path``; behind a proxy whose X-Forwarded headers
    it believes, if ``forwarded``.
    """

    certificate: str | None = None
    base_path: str = ""
    forwarded: bool = False


#: By HTTP, below no path and behind no proxy.
HERE = Place()


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a process serves: a mock with these settings, at this address, with an access log in this format.

    ``inherited`` is the number of the open file of a listening socket that all processes share; then host and port
    are not used. ``curl_options`` is what curl needs to reach it beside the URL.
    """

    settings: Settings
    host: str
    port: int
    inherited: int | None = None
    place: Place
    base_url: str
    curl_options: str
    log_format: str


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Return a listening socket; port 0 picks a free one. Raises OSError.

    A ``shared`` one is bound with SO_REUSEPORT, so that several processes can bind the same port, and does not listen
    yet: the system distributes connections among the sockets that do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not shared:
        return socket.create_server((host, port), family=family, backlog=_LISTEN_BACKLOG)
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def bind_path(path: Path) -> socket.socket:
    """Return a listening Unix socket, in place of one that nobody listens on any more. Raises OSError."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and not _is_used(path):
            path.unlink()
        listener.bind(str(path))
        listener.listen(_LISTEN_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _is_used(path: Path) -> bool:
    """Whether a process listens on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) != errno.ECONNREFUSED


def reserve_port(host: str, port: int) -> socket.socket:
    """Return a shared socket that reserves a port which no other process uses. Raises OSError."""
    with bind(host, port) as free:
        port = free.getsockname()[1]
    return bind(host, port, shared=True)


def create_mock(settings: Settings) -> Mock:
    """Return a mock with these settings, created without garbage collection. Raises what Mock raises."""
    with _no_garbage_collection():
        return Mock(settings)


class Server(uvicorn.Server):
    """A server that awaits ``on_ready`` once it accepts requests; if that fails it stops, with the ``failure``.

    ``on_stop`` is called when it stops to accept requests, before those that are open have ended.
    """

    def __init__(self, config: uvicorn.Config, on_ready: Callback, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop
        self.server_state = Connections(open_files.limit())
        self._on_ready = on_ready
        self.failure: Exception | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept requests, and report it."""
        await super().startup(sockets)
        if not self.started:
            return
        try:
            await self._on_ready()
        except Exception as error:
            self.failure, self.should_exit = error, True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no requests any more, and end those that are open."""
        self._on_stop()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Shut down; before requests are accepted, when there is nothing to lose, end the process at once."""
        if not self.started:
            os._exit(0)
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Enforce the timeouts of all connections once a second."""
        if counter % _TICKS_PER_SECOND == 0:
            now = asyncio.get_running_loop().time()
            for connection in [*self.server_state.connections]:
                if isinstance(connection, Protocol):
                    connection.enforce_timeouts(now)
        return await super().on_tick(counter)


def create_server(mock: Mock, on_ready: Callback, place: Place = HERE) -> Server:
    """Return a server for the mock, not yet running; it awaits ``on_ready`` once it accepts requests."""
    mounted = place.base_path or place.forwarded
    with as_file(place.certificate) as certificate:
        config = uvicorn.Config(
            Mounted(mock, place.base_path, forwarded=place.forwarded) if mounted else mock,
            ssl_certfile=certificate,
            interface="asgi3",
            http=Protocol,
            ws=WebSocketProtocol,
            ws_max_size=_MAX_FRAME_BYTES,
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_LISTEN_BACKLOG,
            timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_SECONDS,
        )
        config.load()  # reads the certificate
    return Server(config, on_ready, mock.journal.end_following)


def serve_job(job: Job, mock: Mock, listener: socket.socket, on_ready: Callable[[str], None]) -> None:
    """Serve the mock with an access log on stderr until a signal stops it.

    ``on_ready`` is called with the banner once requests are accepted.
    """

    async def ready() -> None:
        on_ready(await banner(mock.instance, job.base_url, job.curl_options))

    with logging_to_stderr() as output:
        access_log = AccessLog(output.write, FORMATS[job.log_format])
        mock.journal.watch(access_log)
        serve(mock, listener, ready, job.place)
        access_log.flush()


def stop_signals() -> list[signal.Signals]:
    """Return the signals that stop a mock: SIGHUP, that the terminal was closed, unless it is ignored (nohup)."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignored else [signal.SIGHUP])]


def serve(mock: Mock, listener: socket.socket, on_ready: Callback, place: Place = HERE) -> None:
    """Serve the mock until one of ``stop_signals``, with as many open files as the system allows."""
    open_files.raise_limit()
    with ExitStack() as starting:
        starting.enter_context(_no_garbage_collection())

        async def started() -> None:
            await on_ready()
            gc.set_threshold(*_GC_THRESHOLDS)
            starting.close()

        server = create_server(mock, started, place)
        for number in stop_signals():
            signal.signal(number, server.handle_exit)
        server.run(sockets=[listener])
    if server.failure:
        raise server.failure


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Collect no garbage until the block ends, and exclude the objects that exist by then from later collections."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
