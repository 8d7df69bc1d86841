"""The connections of a fuzz run: pipelined requests, broken bytes and WebSockets, and what the answers say."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httptools

from benchmarks.fuzz.messages import Messages

#: An answer that takes so long is a hang.
HANG_SECONDS = 30
#: So long an answer to broken bytes is awaited; there may be none, as half a request gets none.
_BROKEN_SECONDS = 0.3
_PIPELINED, _MAX_FINDINGS, _SHOWN_BYTES = 16, 20, 2000


@dataclass
class Findings:
    """What a run has sent and got: statuses, and the requests that got a 5xx or no answer in time."""

    wanted: int
    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    error_count = hang_count = 0

    @property
    def requests(self) -> int:
        """The number of requests and frames that were sent."""
        return self.sent.total()

    def add(self, status: int, sent: bytes, body: bytes) -> None:
        """Count an answer to what was sent."""
        self.statuses[status] += 1
        if status >= 500 and not _asked_for(status, sent, body):
            self.error_count += 1
            if len(self.errors) < _MAX_FINDINGS:
                self.errors.append(f"{status} {body[:300]!r}\n    {sent[:_SHOWN_BYTES]!r}")

    def hang(self, sent: bytes) -> None:
        """Count a request that got no answer in time."""
        self.hang_count += 1
        if len(self.hangs) < _MAX_FINDINGS:
            self.hangs.append(repr(sent[:_SHOWN_BYTES]))


def _asked_for(status: int, sent: bytes, body: bytes) -> bool:
    """Whether a status is no failure: what was sent uses a part of HTTP that is not there, or asks for the status."""
    return b'"not_implemented"' in body or (b"A fault was injected here." in body and b"%d" % status in sent)


class Answers:
    """Parses the answers to requests on one connection; ``parts`` has the beginning of the body of the last one."""

    def __init__(self, sent: Sequence[bytes], findings: Findings) -> None:
        self._sent, self._findings, self._parser = sent, findings, httptools.HttpResponseParser(self)
        self.count = 0
        self._body = b""

    def read(self, data: bytes) -> None:
        """Read what was received."""
        with suppress(httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Keep the beginning of the body."""
        if len(self._body) < _SHOWN_BYTES:
            self._body += body

    def on_message_complete(self) -> None:
        """Count an answer."""
        status = self._parser.get_status_code()
        if status >= 200:
            self._findings.add(status, self._sent[min(self.count, len(self._sent) - 1)], self._body)
            self.count += 1
        self._body = b""


class Traffic:
    """All connections to the server at an address."""

    def __init__(self, host: str, port: int, messages: Messages, findings: Findings) -> None:
        self._address, self._messages, self.findings = (host, port), messages, findings

    def _goes_on(self) -> bool:
        return self.findings.requests < self.findings.wanted

    async def pipeline(self) -> None:
        """Send well-formed requests, some at once, over connections that are used again."""
        while self._goes_on():
            reader, writer = await asyncio.open_connection(*self._address)
            with suppress(OSError):
                while self._goes_on() and await self._batch(reader, writer):
                    pass
            writer.close()

    async def _batch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Send requests and read the answers; return whether the connection can be used again."""
        sent = [self._messages.request() for _ in range(_PIPELINED)]
        answers = Answers(sent, self.findings)
        writer.writelines(sent)
        try:
            while answers.count < len(sent):
                async with asyncio.timeout(HANG_SECONDS):
                    received = await reader.read(65536)
                if not received:
                    break
                answers.read(received)
        except TimeoutError:
            self.findings.hang(sent[answers.count])
        except OSError:
            pass
        self.findings.sent["well-formed"] += max(1, answers.count)
        return answers.count == len(sent)

    async def broken(self) -> None:
        """Send broken requests, each over a connection of its own that the mock has to close in the end."""
        while self._goes_on():
            sent = self._messages.broken()
            self.findings.sent["broken"] += 1
            await self._one_way(sent, _BROKEN_SECONDS)

    async def sockets(self) -> None:
        """Open WebSockets and send frames."""
        while self._goes_on():
            frames = self._messages.frames()
            self.findings.sent["on sockets"] += 1
            await self._one_way(self._messages.handshake(), 0.1, frames)

    async def _one_way(self, sent: bytes, seconds: float, then: bytes = b"") -> None:
        """Send, read for some time after the last answer, end, and wait until the mock has closed the connection."""
        try:
            reader, writer = await asyncio.open_connection(*self._address)
        except OSError:
            return
        answers = Answers([sent], self.findings)
        try:
            writer.write(sent)
            closed = await _read(reader, answers, seconds)
            if then and not closed:
                writer.write(then)
                closed = await _read(reader, Answers([sent], Findings(0)), seconds)
            if not closed:
                async with asyncio.timeout(HANG_SECONDS):
                    await _end(reader, writer)
        except TimeoutError:
            self.findings.hang(sent + then)
        except OSError:
            pass
        finally:
            writer.transport.abort()


async def _end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End what is sent once all of it is sent, as asyncio cannot before, and read until the mock has closed."""
    writer.transport.set_write_buffer_limits(0)
    await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    while await reader.read(65536):
        pass


async def _read(reader: asyncio.StreamReader, answers: Answers, seconds: float) -> bool:
    """Read until an answer is complete, or for some time; return whether the connection has ended."""
    until = asyncio.get_running_loop().time() + seconds
    before = answers.count
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            while answers.count == before:
                received = await reader.read(65536)
                if not received:
                    return True
                answers.read(received)
    return False
