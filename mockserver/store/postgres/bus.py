"""The bus between the replicas of a mock: the processes that share its database broadcast notices to all of them.

A replica is a connection that listens and holds an advisory lock on the replica's number; when the process dies,
PostgreSQL releases the lock. A notice reaches every replica, its sender included, in the order of commits; a broadcast
returns once every live replica has handled the notice and replied.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from mockserver.domain.errors import Unavailable
from mockserver.store.postgres.notices import CHANNEL, Notice, Reader, Writer
from mockserver.store.postgres.pool import Connection, Pool, SchemaLost, connect

#: The class of the advisory locks that stand for replicas, by number; number 0 is the lock of the leader.
REPLICA_LOCKS, _LEADER = 0x6E766D73, 0
#: The advisory locks for changing the mock as a whole, and for joining: no replica joins while a notice is sent.
CHANGE_LOCK, _JOIN_LOCK = 0x6E766D74, 0x6E766D75
#: The numbers of the locks of REPLICA_LOCKS that are held.
MEMBERS_QUERY = (
    "select objid::int from pg_locks where locktype = 'advisory' and granted and classid = $1::int::oid "
    "and objsubid = 2 and database = (select oid from pg_database where datname = current_database())"
)
_REPLY = "reply"
_MEMBER_CHECK_INTERVAL_SECONDS = 0.2
_PING_TIMEOUT_SECONDS = 3
_log = logging.getLogger(__name__)

#: Handles the payload of a notice in this replica; what it returns is the reply.
Handler = Callable[[Any], Awaitable[Any]]


class _Broadcast:
    """A broadcast that waits for replies: those received so far, by the number of the replica."""

    def __init__(self) -> None:
        self.replies: dict[int, Any] = {}
        self.changed = asyncio.Event()

    def add(self, sender: int, reply: Any) -> None:
        self.replies[sender] = reply
        self.changed.set()


class Bus:
    """A replica's connection to the others; ``number`` is its own, which is never used again.

    ``handlers`` has a Handler per topic. ``listeners`` has a function per topic whose notices get no reply.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._writer = Writer()
        self._reader = Reader()
        self._connection: Connection | None = None
        self._connection_lock = asyncio.Lock()
        self._change_lock = asyncio.Lock()
        self._broadcasts: dict[int, _Broadcast] = {}
        self._last_id = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.number = 0
        self.is_leader = False
        self.lost = asyncio.Event()
        self.handlers: dict[str, Handler] = {}
        self.listeners: dict[str, Callable[[msgspec.Raw], None]] = {}

    @property
    def joined(self) -> bool:
        """Whether this replica receives notices."""
        return self._connection is not None and not self.lost.is_set()

    async def join(self) -> None:
        """Connect to the other replicas under a new number. Raises Unavailable."""
        self._reader, self.is_leader = Reader(), False
        connection = await connect(self._dsn)
        self.lost.clear()
        self._connection = connection
        try:
            await self._listen(connection)
        except Unavailable:
            await self.leave()
            raise

    async def _listen(self, connection: Connection) -> None:
        connection.raw.add_termination_listener(lambda _: self._on_loss(connection))
        await connection.value("select pg_advisory_lock($1)", _JOIN_LOCK)
        await connection.raw.add_listener(CHANNEL, lambda _connection, _pid, _channel, part: self._on_part(part))
        self.number = await connection.value("select nextval('replicas')")
        await connection.value("select pg_advisory_lock($1, $2)", REPLICA_LOCKS, self.number)
        await connection.value("select pg_advisory_unlock($1)", _JOIN_LOCK)

    async def leave(self) -> None:
        """Close the connection to the other replicas."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def statements(self, topic: str, payload: Any) -> list[str]:
        """Return the statements that send a notice without a reply to all replicas when their transaction commits."""
        return list(self._writer.write(Notice(topic, self.number, 0, payload)))

    async def broadcast(self, topic: str, payload: Any = None, statement: str = "") -> list[Any]:
        """Have every replica handle a notice, and return their replies. Raises Unavailable.

        ``statement`` is a statement to execute in the transaction that sends the notice.
        """
        self._last_id += 1
        id_, broadcast = self._last_id, _Broadcast()
        self._broadcasts[id_] = broadcast
        try:
            members = await self._send(Notice(topic, self.number, id_, payload), statement)
            return await self._collect_replies(broadcast, members)
        finally:
            del self._broadcasts[id_]

    async def members(self) -> set[int]:
        """Return the numbers of the live replicas."""
        async with self._connection_lock:
            return await self._members()

    async def ping(self) -> None:
        """Lose the connection if the database does not answer in time. Raises Unavailable."""
        connection = self._connected()
        timer = asyncio.get_running_loop().call_later(_PING_TIMEOUT_SECONDS, connection.raw.terminate)
        try:
            await self.members()
        finally:
            timer.cancel()

    async def try_to_lead(self) -> bool:
        """Become the leader if there is none; return whether this replica is the leader."""
        if not self.is_leader:
            async with self._connection_lock:
                query = "select pg_try_advisory_lock($1, $2)"
                self.is_leader = await self._connected().value(query, REPLICA_LOCKS, _LEADER)
        return self.is_leader

    @asynccontextmanager
    async def lock(self, pool: Pool) -> AsyncIterator[None]:
        """Keep other replicas and tasks from changing the mock as a whole; takes one connection of the pool."""
        async with self._change_lock, pool.transaction() as connection:
            await connection.execute(f"set local lock_timeout to 0; select pg_advisory_xact_lock({CHANGE_LOCK})")
            yield

    async def _send(self, notice: Notice[Any], statement: str) -> set[int]:
        """Send a notice, and return the numbers of the replicas that receive it; none joins meanwhile."""
        async with self._connection_lock:
            connection = self._connected()
            try:
                await connection.execute(f"begin; select pg_advisory_xact_lock_shared({_JOIN_LOCK})")
                members = await self._members()
                statements = [statement] if statement else []
                await connection.execute("; ".join([*statements, *self._writer.write(notice), "commit"]))
            except SchemaLost:
                await connection.execute("rollback")
                raise
            except BaseException:
                connection.raw.terminate()  # a connection within a transaction receives no notices
                raise
        return members

    async def _members(self) -> set[int]:
        return {row[0] for row in await self._connected().rows(MEMBERS_QUERY, REPLICA_LOCKS)} - {_LEADER}

    async def _collect_replies(self, broadcast: _Broadcast, members: set[int]) -> list[Any]:
        while not members <= broadcast.replies.keys():
            broadcast.changed.clear()
            try:
                async with asyncio.timeout(_MEMBER_CHECK_INTERVAL_SECONDS):
                    await broadcast.changed.wait()
            except TimeoutError:
                members &= await self.members()
        replies = [broadcast.replies[number] for number in members]
        for reply in replies:
            if "error" in reply:
                raise Unavailable(f"A replica of the mock failed: {reply['error']}")
        return [reply["value"] for reply in replies]

    def _connected(self) -> Connection:
        if self._connection is None:
            raise Unavailable
        return self._connection

    def _on_part(self, part: str) -> None:
        notice = self._reader.read(part)
        if notice is None:
            return
        if notice.topic == _REPLY:
            self._on_reply(notice.sender, msgspec.json.decode(notice.payload))
        elif notice.topic in self.listeners:
            self.listeners[notice.topic](notice.payload)
        else:
            task = asyncio.get_running_loop().create_task(self._handle(notice, msgspec.json.decode(notice.payload)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _handle(self, notice: Notice[msgspec.Raw], payload: Any) -> None:
        """Handle a notice and reply."""
        reply: dict[str, Any] = {"to": notice.sender, "id": notice.id}
        try:
            reply["value"] = await self.handlers[notice.topic](payload)
        except Unavailable as error:
            reply["error"] = str(error)
        except Exception as error:
            _log.exception("handling %r failed", notice.topic)
            reply["error"] = str(error) or type(error).__name__
        statements = self._writer.write(Notice(_REPLY, self.number, 0, reply))
        try:
            async with self._connection_lock:
                await self._connected().execute("; ".join(["begin", *statements, "commit"]))
        except Unavailable:
            _log.warning("cannot reply to %r: the database is unavailable", notice.topic)

    def _on_reply(self, sender: int, reply: dict[str, Any]) -> None:
        broadcast = self._broadcasts.get(reply["id"])
        if broadcast is not None and reply["to"] == self.number:
            broadcast.add(sender, reply)

    def _on_loss(self, connection: Connection) -> None:
        if connection is self._connection:
            self.is_leader = False
            self.lost.set()
            for broadcast in self._broadcasts.values():
                broadcast.changed.set()
