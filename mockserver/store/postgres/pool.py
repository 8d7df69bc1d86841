"""Connections to PostgreSQL, each at any time within a transaction that has not done anything yet.

``COMMIT AND CHAIN`` ends one transaction and begins the next, so that none takes a call of its own to begin. A
transaction that waits like this holds nothing back: it takes its snapshot with its first statement.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from mockserver.domain.errors import Unavailable

#: The PostgreSQL schema that holds everything of the mock.
SCHEMA = "novavms_mock"
#: How transactions begin: those that write see what was committed before each statement, and take turns by locks;
#: those that only read see one instant.
WRITING = "begin isolation level read committed read write"
READING = "begin isolation level repeatable read read only"
END, UNDO = "commit and chain", "rollback and chain"

_SECONDS_TO_CONNECT = 5
_SETTINGS = {
    "application_name": "novavms-mock",
    "search_path": SCHEMA,
    "standard_conforming_strings": "on",  # so that doubling quotes is all that a literal takes
    "timezone": "UTC",
    "client_min_messages": "warning",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",  # to plan takes longer than to run, and every index begins with the org;
    "enable_seqscan": "off",  # made when tables are small, plans must do when they are large
    "idle_in_transaction_session_timeout": "0",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "tcp_keepalives_idle": "5",  # a machine that is gone drops out of the company of replicas
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
_OUT_OF_REACH = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalClientError,
)


def literal(text: str | None) -> str:
    """Return a text as it stands in a statement."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


class Link:
    """One connection. Its methods raise Unavailable when the database is out of reach."""

    def __init__(self, connection: Any) -> None:
        self.raw = connection

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return bool(self.raw.is_closed())

    async def value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row, or None when there is none."""
        try:
            return await self.raw.fetchval(sql, *arguments)
        except _OUT_OF_REACH as error:
            raise Unavailable from error

    async def rows(self, sql: str, *arguments: Any) -> Any:
        """Return all rows."""
        try:
            return await self.raw.fetch(sql, *arguments)
        except _OUT_OF_REACH as error:
            raise Unavailable from error

    async def run(self, sql: str) -> None:
        """Execute statements, all in one call, that hold their values as literals."""
        try:
            await self.raw.execute(sql)
        except _OUT_OF_REACH as error:
            raise Unavailable from error

    async def copy(self, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Add many rows to a table."""
        try:
            await self.raw.copy_records_to_table(table, columns=columns, records=rows)
        except _OUT_OF_REACH as error:
            raise Unavailable from error

    async def close(self) -> None:
        """Say good-bye, or hang up where nobody listens."""
        try:
            await self.raw.close(timeout=1)
        except (*_OUT_OF_REACH, TimeoutError):
            self.raw.terminate()


async def connect(dsn: str) -> Link:
    """Return a connection outside of any transaction. Raises Unavailable."""
    try:
        return Link(
            await asyncpg.connect(dsn, timeout=_SECONDS_TO_CONNECT, server_settings=_SETTINGS, statement_cache_size=500)
        )
    except (*_OUT_OF_REACH, TimeoutError) as error:
        raise Unavailable from error


class Pool:
    """So many connections at most, the last one used first; every one is in a transaction begun in one way."""

    def __init__(self, dsn: str, begin: str, size: int, usable: Callable[[], bool]) -> None:
        self._dsn = dsn
        self._begin = begin
        self._usable = usable
        self._room = asyncio.Semaphore(size)
        self._free: list[Link] = []

    def require(self) -> None:
        """Refuse work at a time when the database must not be used. Raises Unavailable."""
        if not self._usable():
            raise Unavailable

    async def take(self) -> Link:
        """Return a connection that nobody else uses. Raises Unavailable."""
        await self._room.acquire()
        try:
            while self._free:
                link = self._free.pop()
                if not link.lost:
                    return link
            link = await connect(self._dsn)
            await link.run(self._begin)
        except BaseException:
            self._room.release()
            raise
        return link

    def give(self, link: Link) -> None:
        """Take a connection back."""
        if not link.lost:
            self._free.append(link)
        self._room.release()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Link]:
        """Lend a connection for a transaction, which an exception undoes. Raises Unavailable."""
        link = await self.take()
        try:
            yield link
            await link.run(END)
        except BaseException:
            await self.undo(link)
            raise
        finally:
            self.give(link)

    async def undo(self, link: Link) -> None:
        """Undo a transaction, or drop its connection where that is no longer possible."""
        try:
            await link.run(UNDO)
        except BaseException as error:
            link.raw.terminate()
            if not isinstance(error, Exception):
                raise

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._free:
            await self._free.pop().close()
