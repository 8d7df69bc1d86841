"""One simulated gateway: paired, connected, reporting, and connected again after every loss."""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from mockserver.runtime.random_source import RandomSource
from mockserver.simulator import backoff
from mockserver.simulator.operator import Operator, Paired
from mockserver.simulator.readings import Readings
from mockserver.simulator.stats import Stats

#: Seconds between reports. The API shows whole seconds, so what is this old may look almost a second older.
EVERY = 0.8
_HEARTBEAT = {"type": "heartbeat"}
_HEARTBEAT_EVERY = 10
_ANSWERED_WITHIN = 10
_UNKNOWN_KEY, _TAKEN_OVER = 4401, 4409
_MOST_CAMERAS = 4


class _Answer(msgspec.Struct):
    type: str


class Gateway:
    """A gateway at a site; ``ready`` is set once it has been paired.

    The ``door`` bounds how many gateways open their sockets at the same time.
    """

    def __init__(
        self,
        number: int,
        site_id: str,
        operator: Operator,
        door: asyncio.Semaphore,
        random_source: RandomSource,
        stats: Stats,
    ) -> None:
        self.ready = asyncio.Event()
        self._number = number
        self._site_id = site_id
        self._operator = operator
        self._door = door
        self._random_source = random_source
        self._stats = stats
        rng = random_source.generator("readings")
        self._readings = Readings(rng, [random_source.uuid() for _ in range(rng.randint(1, _MOST_CAMERAS))])
        self._paired: Paired | None = None
        self._acknowledged = False
        self._was_online = False

    async def live(self) -> None:
        """Stay connected until the gateway is deleted.

        A server that starts over does not know the key, or gives the same one to another gateway: then pair again.
        """
        failures = 0
        while True:
            paired = self._paired = self._paired or await self._pair()
            code = await self._attend(paired)
            if self._acknowledged:
                failures = 0
                self._stats.lost += 1
                self._stats.connected -= 1
            if code == _UNKNOWN_KEY and self._acknowledged:
                return
            if code in (_UNKNOWN_KEY, _TAKEN_OVER):
                self._paired = None
            failures += 1
            await asyncio.sleep(backoff.after(failures, self._random_source.fraction("reconnect")))

    async def _pair(self) -> Paired:
        paired = await self._operator.pair(self._number, self._site_id)
        self._stats.paired += not self.ready.is_set()
        self.ready.set()
        return paired

    async def _attend(self, paired: Paired) -> int | None:
        """Report for as long as the connection lasts and return the code that closed it, if there was one."""
        self._acknowledged = False
        code = None
        try:
            async with self._door:
                socket = await self._open(paired)
            try:
                await self._report(socket)
            finally:
                await socket.close()
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
        except (OSError, WebSocketException):
            pass  # it did not open, or an answer came too late
        return code

    async def _open(self, paired: Paired) -> ClientConnection:
        """Open the socket. Without pings of its own: what is not answered in time is a loss."""
        return await connect(
            self._operator.socket_url(paired.gateway_id),
            additional_headers={"Authorization": f"Bearer {paired.api_key}"},
            compression=None,
            ping_interval=None,
            close_timeout=2,
            proxy=None,
        )

    async def _report(self, socket: ClientConnection) -> None:
        """Send telemetry at even intervals, now and then a heartbeat before it."""
        now = asyncio.get_running_loop().time
        due = now()
        for turn in itertools.count():
            if turn % _HEARTBEAT_EVERY == 0:
                await self._say(socket, _HEARTBEAT)
            await self._say(socket, self._readings.next())
            due = max(due + EVERY, now())
            await asyncio.sleep(due - now())

    async def _say(self, socket: ClientConnection, frame: Mapping[str, Any]) -> None:
        """Send a frame and wait for its answer. Raises TimeoutError, ConnectionClosed."""
        async with asyncio.timeout(_ANSWERED_WITHIN):
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
