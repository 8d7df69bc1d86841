"""The proxy: it hands each call to the server, or lets a fault happen to it."""

import asyncio
import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.network.faults import Fault, Faults
from tests.network.messages import balancer_answer, read_body, read_head, status_of

_MAX_HEAD_BYTES = 1024 * 1024
_BODILESS = (204, 304)
_SWITCHING_PROTOCOLS = 101
_BALANCER_STATUSES = (502, 503, 504)


@dataclass
class Proxy:
    """A proxy in front of the server at an address; ``happened`` counts what became of the calls."""

    host: str
    port: int
    faults: Faults
    seed: int
    happened: Counter[Fault] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._tasks: set[object] = set()  # an event loop alone does not keep its tasks
        self._draws = self.faults.draw(self.seed)
        self._balancer_statuses = itertools.cycle(_BALANCER_STATUSES)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve the calls of one connection, until one of them ends it."""
        self._tasks.add(asyncio.current_task())
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while (head := await read_head(reader)) and not await self._is_dead():
                call = head + await read_body(reader, head, to_end=False)
                fault, delay = next(self._draws)
                self.happened[fault] += 1
                await asyncio.sleep(delay)
                if not await self._answer(call, fault, reader, writer):
                    writer.transport.abort()

    async def _is_dead(self) -> bool:
        dead = self.faults.dies_after is not None and self.happened.total() >= self.faults.dies_after
        if dead and self.faults.hangs:
            await asyncio.Event().wait()
        return dead

    async def _answer(
        self, call: bytes, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer a call, and return whether the connection goes on."""
        if fault is Fault.DROPPED_BEFORE:
            return False
        if fault is Fault.RATE_LIMIT:
            writer.write(balancer_answer(429, f"Retry-After: {self.faults.retry_after}"))
        elif fault is Fault.BALANCER_ERROR:
            writer.write(balancer_answer(next(self._balancer_statuses)))
        else:
            return await self._forward(call, fault, reader, writer)
        await writer.drain()
        return True

    async def _forward(
        self, call: bytes, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        server, to_server = await asyncio.open_connection(self.host, self.port, limit=_MAX_HEAD_BYTES)
        with closing(to_server):
            to_server.write(call)
            head = await read_head(server)
            if head and status_of(head) == _SWITCHING_PROTOCOLS and fault is Fault.NONE:
                writer.write(head)
                await _tunnel((reader, to_server), (server, writer))
                return False
            has_body = head and status_of(head) not in _BODILESS and not call.startswith(b"HEAD ")
            answer = head + (await read_body(server, head, to_end=True) if has_body else b"")
        if fault is Fault.DROPPED_AFTER:
            return False
        if fault is Fault.BALANCER_ERROR_AFTER:
            answer = balancer_answer(next(self._balancer_statuses))
        writer.write(answer[: len(answer) // 2] if fault is Fault.DROPPED_WITHIN else answer)
        await writer.drain()
        return fault is not Fault.DROPPED_WITHIN


async def _tunnel(*ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    """Copy what arrives, both ways, until both ends have closed or one has failed."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(64 * 1024):
            writer.write(part)
            await writer.drain()
        writer.write_eof()

    await asyncio.gather(*(copy(*way) for way in ways))


@contextmanager
def proxied(base_url: str, faults: Faults, *, seed: int = 0, port: int = 0) -> Iterator[str]:
    """Yield the URL of a proxy in front of a server, until the block ends."""
    with running(base_url, faults, seed=seed, port=port) as (url, _):
        yield url


@contextmanager
def running(base_url: str, faults: Faults, *, seed: int = 0, port: int = 0) -> Iterator[tuple[str, Proxy]]:
    """Yield the URL of a proxy in front of a server, and the proxy."""
    address = urlsplit(base_url)
    proxy = Proxy(address.hostname or "", address.port or 80, faults, seed)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    start = asyncio.start_server(proxy.serve, "127.0.0.1", port, limit=_MAX_HEAD_BYTES)
    server = asyncio.run_coroutine_threadsafe(start, loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", proxy
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Close the server and what is open still."""
    server.close()
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # connections that were accepted before begin now
