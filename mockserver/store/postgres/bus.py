"""The company of replicas: the processes that are one mock on one database, and how one has all do something.

A replica is a connection that listens and holds a lock with its number, so one that dies is gone at once, whatever it
died of. An order reaches every replica, its sender too, in the order of commits; the sender waits until each that is
there has carried it out and said so.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from mockserver.domain.errors import Unavailable
from mockserver.store.postgres.notices import CHANNEL, Notice, Reader, Writer
from mockserver.store.postgres.pool import Link, Pool, connect

#: The advisory locks of the mock: of each replica by its number, of the one that leads, of whoever has the turn, and
#: of the door, through which nobody comes in while an order is given.
_LOCKS, _LEADER = 0x6E766D73, 0
_CHANGE_LOCK, _JOIN_LOCK = 0x6E766D74, 0x6E766D75
_MEMBERS = (
    "select objid::int from pg_locks where locktype = 'advisory' and granted and classid = $1::int::oid "
    "and objsubid = 2 and database = (select oid from pg_database where datname = current_database())"
)
_REPLY = "reply"
_LOOK_AGAIN = 0.2
_log = logging.getLogger(__name__)

Obey = Callable[[Any], Awaitable[Any]]


class _Call:
    """An order under way: who has answered, and what."""

    def __init__(self) -> None:
        self.answers: dict[int, Any] = {}
        self.changed = asyncio.Event()

    def take(self, sender: int, answer: Any) -> None:
        self.answers[sender] = answer
        self.changed.set()


class Bus:
    """One replica's place in the company; ``number`` is its own, and no other's ever after."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._writer = Writer()
        self._reader = Reader()
        self._link: Link | None = None
        self._speaking = asyncio.Lock()
        self._lock = asyncio.Lock()
        self._calls: dict[int, _Call] = {}
        self._made = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.number = 0
        self.leads = False
        self.lost = asyncio.Event()
        self.handlers: dict[str, Obey] = {}
        self.heard: dict[str, Callable[[msgspec.Raw], None]] = {}

    @property
    def joined(self) -> bool:
        """Whether this replica hears what the others say."""
        return self._link is not None and not self.lost.is_set()

    async def join(self) -> None:
        """Take a place in the company, under a new number. Raises Unavailable."""
        self._reader, self.leads = Reader(), False
        link = await connect(self._dsn)
        self.lost.clear()
        self._link = link
        link.raw.add_termination_listener(lambda _: self._on_loss(link))
        await link.value("select pg_advisory_lock($1)", _JOIN_LOCK)
        await link.raw.add_listener(CHANNEL, lambda *told: self._hear(told[3]))
        self.number = await link.value("select nextval('replicas')")
        await link.value("select pg_advisory_lock($1, $2)", _LOCKS, self.number)
        await link.value("select pg_advisory_unlock($1)", _JOIN_LOCK)

    async def leave(self) -> None:
        """Give the place up."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    def statements(self, order: str, details: Any) -> list[str]:
        """Return what tells everybody something, without a reply, when its transaction commits."""
        return list(self._writer.write(Notice(order, self.number, 0, details)))

    async def broadcast(self, order: str, details: Any = None, first: str = "") -> list[Any]:
        """Have every replica carry out an order, and return what they answer. Raises Unavailable.

        ``first`` is a statement that takes effect together with the order.
        """
        self._made += 1
        number, call = self._made, _Call()
        self._calls[number] = call
        try:
            members = await self._order(Notice(order, self.number, number, details), first)
            return await self._answers(call, members)
        finally:
            del self._calls[number]

    async def members(self) -> set[int]:
        """Return the numbers of the replicas that are there."""
        async with self._speaking:
            return await self._members()

    async def lead(self) -> bool:
        """Become the one that leads if nobody else is; return whether this is the one."""
        if not self.leads:
            async with self._speaking:
                self.leads = await self._linked().value("select pg_try_advisory_lock($1, $2)", _LOCKS, _LEADER)
        return self.leads

    @asynccontextmanager
    async def lock(self, pool: Pool) -> AsyncIterator[None]:
        """Keep others from changing the mock as a whole until the block ends; it takes one connection of a pool."""
        async with self._lock, pool.transaction() as link:
            await link.value("select pg_advisory_xact_lock($1)", _CHANGE_LOCK)
            yield

    async def _order(self, notice: Notice[Any], first: str) -> set[int]:
        """Give an order, and return the numbers of those who hear it; others find what it changed when they join."""
        async with self._speaking:
            link = self._linked()
            try:
                await link.run(f"begin; select pg_advisory_xact_lock_shared({_JOIN_LOCK})")
                members = await self._members()
                await link.run("; ".join([*([first] if first else []), *self._writer.write(notice), "commit"]))
            except BaseException:
                link.raw.terminate()  # a connection that is left amid a transaction hears nothing
                raise
        return members

    async def _members(self) -> set[int]:
        return {row[0] for row in await self._linked().rows(_MEMBERS, _LOCKS)} - {_LEADER}

    async def _answers(self, call: _Call, members: set[int]) -> list[Any]:
        while not members <= call.answers.keys():
            call.changed.clear()
            try:
                async with asyncio.timeout(_LOOK_AGAIN):
                    await call.changed.wait()
            except TimeoutError:
                members &= await self.members()
        answers = [call.answers[number] for number in members]
        for answer in answers:
            if "error" in answer:
                raise Unavailable(f"A replica of the mock failed: {answer['error']}")
        return [answer["value"] for answer in answers]

    def _linked(self) -> Link:
        if self._link is None:
            raise Unavailable
        return self._link

    async def _say(self, statements: str) -> None:
        async with self._speaking:
            await self._linked().run(statements)

    def _hear(self, payload: str) -> None:
        notice = self._reader.read(payload)
        if notice is None:
            return
        if notice.order == _REPLY:
            self._on_reply(notice.sender, msgspec.json.decode(notice.details))
        elif notice.order in self.heard:
            self.heard[notice.order](notice.details)
        else:
            task = asyncio.get_running_loop().create_task(self._obey(notice, msgspec.json.decode(notice.details)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _obey(self, notice: Notice[msgspec.Raw], details: Any) -> None:
        answer: dict[str, Any] = {"to": notice.sender, "call": notice.call}
        try:
            answer["value"] = await self.handlers[notice.order](details)
        except Exception as error:
            _log.exception("%s failed", notice.order)
            answer["error"] = str(error) or type(error).__name__
        try:
            told = self._writer.write(Notice(_REPLY, self.number, 0, answer))
            await self._say("; ".join(["begin", *told, "commit"]))
        except Unavailable:
            _log.warning("nobody hears that %s was done: the database is out of reach", notice.order)

    def _on_reply(self, sender: int, answer: dict[str, Any]) -> None:
        call = self._calls.get(answer["call"])
        if call is not None and answer["to"] == self.number:
            call.take(sender, answer)

    def _on_loss(self, link: Link) -> None:
        if link is self._link:
            self.leads = False
            self.lost.set()
            for call in self._calls.values():
                call.changed.set()
