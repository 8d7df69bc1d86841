"""What is written in one iteration of the event loop is sent in one piece."""

import asyncio
from collections.abc import Awaitable, Callable

from mockserver.server.connections import BufferedTransport


class RecordingTransport(asyncio.Transport):
    """Records what is sent, and whether the connection is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def run(use: Callable[[BufferedTransport, RecordingTransport], Awaitable[None] | None]) -> RecordingTransport:
    async def iteration() -> RecordingTransport:
        transport = RecordingTransport()
        used = use(BufferedTransport(transport, asyncio.get_running_loop()), transport)
        if used is not None:
            await used
        await asyncio.sleep(0)
        return transport

    return asyncio.run(iteration())


def test_head_and_body_are_one_piece() -> None:
    def answer(buffered: BufferedTransport, transport: RecordingTransport) -> None:
        buffered.write(b"head")
        buffered.write(b"body")
        assert transport.sent == []

    assert run(answer).sent == [b"headbody"]


def test_next_iteration_is_another_piece() -> None:
    async def answers(buffered: BufferedTransport, _: RecordingTransport) -> None:
        for text in (b"one", b"two"):
            buffered.write(text)
            await asyncio.sleep(0)

    assert run(answers).sent == [b"one", b"two"]


def test_large_buffer_is_sent_at_once() -> None:
    def stream(buffered: BufferedTransport, transport: RecordingTransport) -> None:
        for _ in range(10):
            buffered.write(b"x" * 20_000)
        assert sum(map(len, transport.sent)) >= 160_000

    assert b"".join(run(stream).sent) == b"x" * 200_000


def test_buffer_is_sent_before_the_connection_is_closed() -> None:
    def close(buffered: BufferedTransport, transport: RecordingTransport) -> None:
        buffered.write(b"bye")
        buffered.close()
        assert (transport.sent, transport.closed) == ([b"bye"], True)

    assert run(close).sent == [b"bye"]


def test_other_methods_are_those_of_the_transport() -> None:
    def ask(buffered: BufferedTransport, transport: RecordingTransport) -> None:
        assert buffered.is_closing() is False
        transport.close()
        assert buffered.is_closing() is True

    run(ask)
