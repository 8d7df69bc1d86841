"""What is written in one turn of the event loop is sent in one piece."""

import asyncio
from collections.abc import Awaitable, Callable

from mockserver.server.uvicorn_protocol import Gathering


class Wire(asyncio.Transport):
    """Keeps what was sent, and whether the line is cut."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.cut = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.cut = True

    def is_closing(self) -> bool:
        return self.cut


def on_wire(use: Callable[[Gathering, Wire], Awaitable[None] | None]) -> Wire:
    async def turn() -> Wire:
        wire = Wire()
        used = use(Gathering(wire, asyncio.get_running_loop()), wire)
        if used is not None:
            await used
        await asyncio.sleep(0)
        return wire

    return asyncio.run(turn())


def test_head_and_body_are_one_piece() -> None:
    def answer(transport: Gathering, wire: Wire) -> None:
        transport.write(b"head")
        transport.write(b"body")
        assert wire.sent == []

    assert on_wire(answer).sent == [b"headbody"]


def test_the_next_turn_is_another_piece() -> None:
    async def answers(transport: Gathering, _: Wire) -> None:
        for text in (b"one", b"two"):
            transport.write(text)
            await asyncio.sleep(0)

    assert on_wire(answers).sent == [b"one", b"two"]


def test_much_is_not_held_back() -> None:
    def stream(transport: Gathering, wire: Wire) -> None:
        for _ in range(10):
            transport.write(b"x" * 20_000)
        assert sum(map(len, wire.sent)) >= 160_000

    assert b"".join(on_wire(stream).sent) == b"x" * 200_000


def test_what_is_held_goes_before_the_line_is_cut() -> None:
    def farewell(transport: Gathering, wire: Wire) -> None:
        transport.write(b"bye")
        transport.close()
        assert (wire.sent, wire.cut) == ([b"bye"], True)

    assert on_wire(farewell).sent == [b"bye"]


def test_everything_else_is_asked_of_the_transport() -> None:
    def ask(transport: Gathering, wire: Wire) -> None:
        assert transport.is_closing() is False
        wire.close()
        assert transport.is_closing() is True

    on_wire(ask)
