"""A receiver of webhooks: https on loopback, in a thread of its own, whose answers a test chooses."""

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

#: What a receiver does instead of answering: nothing, half an answer, a reset, an answer without end.
HANG, BEGIN, RESET, POUR = "hang", "begin", "reset", "pour"


@dataclass(frozen=True)
class Received:
    """One request as received."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["x-webhook-id"]

    @property
    def at(self) -> str:
        return self.headers["x-webhook-timestamp"]

    @property
    def message(self) -> Any:
        return json.loads(self.body)


#: A status, bytes to send unchanged, or one of the constants above.
Answer = int | bytes | str


class Authority:
    """A certificate authority, and the file that makes a mock trust it."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def context(self, *names: str) -> ssl.SSLContext:
        """Return the TLS settings of a server that has these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(context)
        return context


class Receiver:
    """The requests received, and the answer to each; ``max_open`` is how many were open at the same time at most."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], Answer] = lambda _: 200
        self.port = 0
        self.max_open = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._arrived = threading.Condition()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/hook"

    def wait(self, count: int = 1) -> list[Received]:
        """Wait for ``count`` requests and return all that were received."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.received) >= count, 10), (
                f"only {len(self.received)} requests were received"
            )
        return self.received

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection with one request."""
        with suppress(OSError, asyncio.IncompleteReadError):
            async with self._opened(writer):
                received = await _read(reader)
                with self._arrived:
                    self.received.append(received)
                    self._arrived.notify_all()
                await _answer(self.answer(received), reader, writer)

    async def close(self) -> None:
        """Close all connections."""
        for writer in self._open:
            writer.transport.abort()
        await asyncio.sleep(0.01)

    @asynccontextmanager
    async def _opened(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        self._open.add(writer)
        self.max_open = max(self.max_open, len(self._open))
        try:
            yield
        finally:
            self._open.discard(writer)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    method, path, _ = first.split()
    return Received(method, path, headers, body)


async def _answer(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if isinstance(answer, int):
        answer = f"HTTP/1.1 {answer} Answer\r\nContent-Length: 4\r\n\r\nbody".encode()
    if isinstance(answer, bytes):
        writer.write(answer)
        await writer.drain()
    elif answer in (HANG, BEGIN):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx" if answer == BEGIN else b"")
        await reader.read()
    elif answer == RESET:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    elif answer == POUR:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"z" * 65536)
            await writer.drain()
            await asyncio.sleep(0.001)


@contextmanager
def receiving(context: ssl.SSLContext, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """Run a receiver until the block ends."""
    receiver, started = Receiver(), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(receiver.serve, host, 0, ssl=context, backlog=1024)
        receiver.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        await receiver.close()

    def serve() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
