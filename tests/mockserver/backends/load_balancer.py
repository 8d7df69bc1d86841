"""A TCP load balancer: each connection goes to the next of several ports that accepts it.

It adds ``Connection: close`` to each request, so that the calls of one client reach all servers in turn.
"""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle


@contextmanager
def load_balancer(ports: Sequence[int]) -> Iterator[str]:
    """Run a load balancer for the ports, and yield its base URL."""
    loop, next_port = asyncio.new_event_loop(), cycle(ports)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in ports:
            with suppress(OSError):
                upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", next(next_port))
                await asyncio.gather(_forward_request(reader, upstream_writer), _pump(upstream_reader, writer))
                return
        writer.close()

    listener = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, backlog=1_000))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listener.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def _forward_request(reader: asyncio.StreamReader, upstream: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        upstream.write(head if b"upgrade:" in head.lower() else head[:-2] + b"Connection: close\r\n\r\n")
    await _pump(reader, upstream)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
