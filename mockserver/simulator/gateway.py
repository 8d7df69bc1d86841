"""One simulated gateway: it is paired, connects, reports, and reconnects after every loss."""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from mockserver.runtime.random_source import RandomSource
from mockserver.simulator.operator import Operator, Paired, backoff_seconds
from mockserver.simulator.readings import Readings
from mockserver.simulator.stats import Stats

#: Below one second, because the API shows whole seconds: a report may look almost a second older than it is.
REPORT_INTERVAL_SECONDS = 0.8
_HEARTBEAT = {"type": "heartbeat"}
_REPORTS_PER_HEARTBEAT = 10
_ANSWER_TIMEOUT_SECONDS = 10
_UNKNOWN_KEY, _TAKEN_OVER = 4401, 4409
_MAX_CAMERAS = 4


class _Answer(msgspec.Struct):
    type: str


class Gateway:
    """A gateway at a site; ``paired`` is set once it has been paired.

    ``opening`` bounds how many gateways open their sockets at the same time.
    """

    def __init__(
        self,
        number: int,
        site_id: str,
        operator: Operator,
        opening: asyncio.Semaphore,
        random_source: RandomSource,
        stats: Stats,
    ) -> None:
        self.paired = asyncio.Event()
        self._number = number
        self._site_id = site_id
        self._operator = operator
        self._opening = opening
        self._random_source = random_source
        self._stats = stats
        rng = random_source.generator("readings")
        self._readings = Readings(rng, [random_source.uuid() for _ in range(rng.randint(1, _MAX_CAMERAS))])
        self._pairing: Paired | None = None
        self._acknowledged = False
        self._was_online = False

    async def run(self) -> None:
        """Stay connected until the gateway is deleted.

        A server that was reset does not know the key, or has given the same one to another gateway: then pair again.
        """
        failures = 0
        while True:
            pairing = self._pairing = self._pairing or await self._pair()
            code = await self._report_until_closed(pairing)
            if self._acknowledged:
                failures = 0
                self._stats.lost += 1
                self._stats.connected -= 1
            if code == _UNKNOWN_KEY and self._acknowledged:
                return
            if code in (_UNKNOWN_KEY, _TAKEN_OVER):
                self._pairing = None
            failures += 1
            await asyncio.sleep(backoff_seconds(failures, self._random_source.fraction("reconnect")))

    async def _pair(self) -> Paired:
        pairing = await self._operator.pair(self._number, self._site_id)
        self._stats.paired += not self.paired.is_set()
        self.paired.set()
        return pairing

    async def _report_until_closed(self, pairing: Paired) -> int | None:
        """Report as long as the connection lasts and return the code that closed it, if there was one."""
        self._acknowledged = False
        code = None
        try:
            async with self._opening:
                socket = await self._open(pairing)
            try:
                await self._report(socket)
            finally:
                await socket.close()
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
        except (OSError, WebSocketException):
            pass  # it did not open, or an answer was late
        return code

    async def _open(self, pairing: Paired) -> ClientConnection:
        """Open the socket, without pings: a frame that is not answered in time shows that the connection is lost."""
        return await connect(
            self._operator.socket_url(pairing.gateway_id),
            additional_headers={"Authorization": f"Bearer {pairing.api_key}"},
            compression=None,
            ping_interval=None,
            close_timeout=2,
            proxy=None,
        )

    async def _report(self, socket: ClientConnection) -> None:
        """Send telemetry at regular intervals, and a heartbeat before every tenth report."""
        now = asyncio.get_running_loop().time
        due = now()
        for number in itertools.count():
            if number % _REPORTS_PER_HEARTBEAT == 0:
                await self._send(socket, _HEARTBEAT)
            await self._send(socket, self._readings.next())
            due = max(due + REPORT_INTERVAL_SECONDS, now())
            await asyncio.sleep(due - now())

    async def _send(self, socket: ClientConnection, frame: Mapping[str, Any]) -> None:
        """Send a frame and wait for its answer. Raises TimeoutError, ConnectionClosed."""
        async with asyncio.timeout(_ANSWER_TIMEOUT_SECONDS):
            await socket.send(msgspec.json.encode(frame), text=True)
            answer = await socket.recv(decode=False)
        self._stats.frames += 1
        if not _accepts(answer):
            self._stats.refused += 1
        elif not self._acknowledged:
            self._acknowledged = True
            self._stats.connected += 1
            self._stats.reconnects += self._was_online
            self._was_online = True


def _accepts(answer: bytes) -> bool:
    try:
        return msgspec.json.decode(answer, type=_Answer).type == "ack"
    except msgspec.MsgspecError:
        return False
