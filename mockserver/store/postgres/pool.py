"""Pools of connections to PostgreSQL; each idle connection is in a transaction that has not executed anything yet.

``COMMIT AND CHAIN`` ends one transaction and begins the next, so no round trip is spent on beginning one. A transaction
that idles like this holds no lock and no snapshot: PostgreSQL takes the snapshot with the first statement.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from mockserver.domain.errors import Unavailable

#: The PostgreSQL schema that holds all tables of the mock.
SCHEMA = "novavms_mock"
#: How transactions begin: each statement of one that writes sees what was committed before it, and locks on orgs
#: serialize them; one that only reads sees the database as of its first statement.
BEGIN_READ_WRITE = "begin isolation level read committed read write"
BEGIN_READ_ONLY = "begin isolation level repeatable read read only"
COMMIT, ROLLBACK = "commit and chain", "rollback and chain"

_CONNECT_TIMEOUT_SECONDS = 5
_LOCK_TIMEOUT_SECONDS = 4
_SETTINGS = {
    "application_name": "novavms-mock",
    "search_path": SCHEMA,
    "standard_conforming_strings": "on",  # so that ``literal`` has to double quotes only
    "timezone": "UTC",
    "client_min_messages": "warning",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",  # planning takes longer than executing, and every index begins with org_id
    "enable_seqscan": "off",  # plans made when tables are small stay in use when they are large
    "idle_in_transaction_session_timeout": "0",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "tcp_keepalives_idle": "5",  # a replica whose machine is gone must lose its connection
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
_UNAVAILABLE_ERRORS = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalClientError,
    asyncpg.LockNotAvailableError,
)
_LOST_ERRORS = (asyncpg.SyntaxOrAccessError, asyncpg.InvalidSchemaNameError, asyncpg.InvalidCachedStatementError)
_ERRORS = (*_UNAVAILABLE_ERRORS, *_LOST_ERRORS)


class SchemaLost(Unavailable):
    """Somebody has dropped or changed the schema, or parts of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The mock's schema in the database is damaged: {reason}. POST /_mock/reset makes it anew.")


def _unavailable(error: BaseException) -> Unavailable:
    return SchemaLost(" ".join(str(error).split())) if isinstance(error, _LOST_ERRORS) else Unavailable()


def literal(text: str | None) -> str:
    """Return a text as an SQL literal."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


class Connection:
    """One connection; ``raw`` is asyncpg's. Its methods raise Unavailable when the database cannot be reached."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    @property
    def closed(self) -> bool:
        """Whether the connection is closed."""
        return bool(self.raw.is_closed())

    async def value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row, or None when there is none."""
        try:
            return await self.raw.fetchval(sql, *arguments)
        except _ERRORS as error:
            raise _unavailable(error) from error

    async def rows(self, sql: str, *arguments: Any) -> Any:
        """Return all rows."""
        try:
            return await self.raw.fetch(sql, *arguments)
        except _ERRORS as error:
            raise _unavailable(error) from error

    async def execute(self, sql: str) -> None:
        """Execute statements in one round trip; their values are literals."""
        try:
            await self.raw.execute(sql)
        except _ERRORS as error:
            raise _unavailable(error) from error

    async def copy(self, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Insert many rows into a table."""
        try:
            await self.raw.copy_records_to_table(table, columns=columns, records=rows)
        except _ERRORS as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        """Close the connection, abruptly if the server does not answer."""
        try:
            await self.raw.close(timeout=1)
        except (*_UNAVAILABLE_ERRORS, TimeoutError):
            self.raw.terminate()


async def connect(dsn: str) -> Connection:
    """Return a new connection, in no transaction. Raises Unavailable."""
    try:
        raw = await asyncpg.connect(
            dsn, timeout=_CONNECT_TIMEOUT_SECONDS, server_settings=_SETTINGS, statement_cache_size=500
        )
        return Connection(raw)
    except (*_UNAVAILABLE_ERRORS, TimeoutError) as error:
        raise Unavailable from error


class Pool:
    """At most ``size`` connections, the one used last reused first; ``begin`` begins the transaction of each.

    ``available`` says whether the database may be used.
    """

    def __init__(self, dsn: str, begin: str, size: int, available: Callable[[], bool]) -> None:
        self._dsn = dsn
        self._begin = begin
        self._available = available
        self._slots = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._used: set[Connection] = set()

    def require_available(self) -> None:
        """Raise Unavailable when the database must not be used."""
        if not self._available():
            raise Unavailable

    async def acquire(self, *, always: bool = True) -> Connection:
        """Return a connection for exclusive use, to give back with ``release``. Raises Unavailable.

        Without ``always`` also when the database must not be used by the time that a connection is free.
        """
        await self._slots.acquire()
        try:
            if not always:
                self.require_available()
            connection = await self._open()
        except BaseException:
            self._slots.release()
            raise
        self._used.add(connection)
        return connection

    async def _open(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        connection = await connect(self._dsn)
        await connection.execute(f"set lock_timeout to '{_LOCK_TIMEOUT_SECONDS}s'; {self._begin}")
        return connection

    def abort(self) -> None:
        """Close the connections in use: what waits for an answer of the database raises Unavailable."""
        for connection in self._used:
            connection.raw.terminate()

    def release(self, connection: Connection) -> None:
        """Give a connection back."""
        self._used.discard(connection)
        if not connection.closed:
            self._idle.append(connection)
        self._slots.release()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Yield a connection for a transaction, which an exception rolls back. Raises Unavailable."""
        connection = await self.acquire()
        try:
            yield connection
            await connection.execute(COMMIT)
        except BaseException:
            await self.rollback(connection)
            raise
        finally:
            self.release(connection)

    async def rollback(self, connection: Connection) -> None:
        """Roll a transaction back; close the connection if that fails."""
        try:
            await connection.execute(ROLLBACK)
        except BaseException as error:
            connection.raw.terminate()
            if not isinstance(error, Exception):
                raise

    async def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            await self._idle.pop().close()
