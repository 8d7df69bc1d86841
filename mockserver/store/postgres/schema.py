"""Creates the schema in a database that has none, upgrades an earlier version of it, and refuses any other."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg

from mockserver.domain.errors import Unavailable
from mockserver.store.base import StoreError
from mockserver.store.postgres import migrations, tables
from mockserver.store.postgres.bus import MEMBERS_QUERY, REPLICA_LOCKS
from mockserver.store.postgres.pool import SCHEMA, Connection, SchemaLost, connect

#: Increase it when ``definitions`` change; a test compares the two.
VERSION = 3
_MIN_SERVER_VERSION = 15
#: The advisory lock of the process that creates the schema.
_SCHEMA_LOCK = 0x6E766D73
_LOCK_TIMEOUT_SECONDS = 4


def definitions() -> Iterable[str]:
    """Yield the statements that create the schema."""
    yield f"create schema if not exists {SCHEMA}"
    yield from tables.definitions()
    yield "create table shared_values (name text primary key, value text not null)"
    yield (
        "create unlogged table journal (serial bigserial primary key, added_at double precision not null, org_id text, "
        "operation text, status int, body text not null)"
    )
    yield "create index on journal (added_at, serial)"
    yield (
        "create table sockets (org_id text, gateway_id text, replica int not null, number int not null, "
        "primary key (org_id, gateway_id))"
    )
    yield "create sequence replicas as int"
    yield "create table about (version int not null)"
    yield f"insert into about values ({VERSION})"


def _names(kinds: str) -> list[str]:
    """Return the names of what the definitions create of these kinds, a pattern."""
    created = re.compile(rf"\s*create (?:unlogged )?(?:{kinds}) (\w+)")
    return [found[1] for statement in definitions() if (found := created.match(statement))]


_NAMES = _names("table|sequence|function")
#: Fails when somebody else holds a lock that writing waits for, for longer than autovacuum does when it shortens a
#: table; a reset of the mock itself locks ``org_locks``.
_LOCKED = (
    "set local lock_timeout to '300ms'; "
    f"lock table {', '.join(name for name in _names('table') if name != 'org_locks')} in row exclusive mode; "
    "lock table org_locks in access share mode"
)
_ID = f"(select oid from pg_namespace where nspname = '{SCHEMA}')"
_MISSING = (
    "select name from unnest($1::text[]) as name where name not in ("
    f"select relname from pg_class where relnamespace = {_ID} union all "
    f"select proname from pg_proc where pronamespace = {_ID})"
)
#: Live replicas keep their numbers when the schema is made anew.
_AFTER_REPLICAS = (
    "select setval('replicas', max(objid::int)) from pg_locks where locktype = 'advisory' "
    f"and classid = {REPLICA_LOCKS}::oid and objsubid = 2 having max(objid::int) > 0"
)


async def require_whole(connection: Connection) -> None:
    """Raise SchemaLost when tables, sequences or functions are missing."""
    missing = await connection.rows(_MISSING, _NAMES)
    if missing:
        raise SchemaLost(f"{len(missing)} of {len(_NAMES)} parts are missing, such as {missing[0][0]}")


async def require_usable(connection: Connection) -> None:
    """Raise Unavailable when the schema is not whole, or somebody else holds a lock on a table of it."""
    await require_whole(connection)
    await connection.execute(_LOCKED)


async def recreate(dsn: str) -> None:
    """Drop what there is of the schema, and create it. Raises Unavailable."""
    connection = await connect(dsn)
    try:
        await connection.value("select pg_advisory_lock($1)", _SCHEMA_LOCK)
        dropped = f"set local lock_timeout to '{_LOCK_TIMEOUT_SECONDS}s'; drop schema if exists {SCHEMA} cascade"
        await connection.execute(f"begin; {dropped}; {'; '.join(_created())}; commit")
    finally:
        await connection.close()


def _created() -> Iterable[str]:
    yield from definitions()
    yield _AFTER_REPLICAS


@asynccontextmanager
async def prepared(dsn: str) -> AsyncIterator[Connection]:
    """Create or upgrade the schema; other processes that call this wait until the block ends. Raises StoreError.

    The connection that it yields is in no transaction.
    """
    connection = await _connected(dsn)
    try:
        await connection.value("select pg_advisory_lock($1)", _SCHEMA_LOCK)
        await _create_or_upgrade(connection, without_password(dsn))
        yield connection
    except (asyncpg.PostgresError, Unavailable) as error:
        raise StoreError(f"{without_password(dsn)}: {' '.join(str(error.__cause__ or error).split())}") from None
    finally:
        await connection.close()


def without_password(dsn: str) -> str:
    """Return a DSN without its password and parameters, to print."""
    scheme, _, address = dsn.partition("://")
    credentials, at, host_and_name = address.partition("?")[0].rpartition("@")
    return f"{scheme}://{credentials.partition(':')[0]}{at}{host_and_name}"


async def _connected(dsn: str) -> Connection:
    try:
        connection = await connect(dsn)
    except Unavailable as error:
        reason = str(error.__cause__) or type(error.__cause__).__name__
        raise StoreError(f"{without_password(dsn)}: cannot be reached: {' '.join(reason.split())}") from None
    except (asyncpg.PostgresError, ValueError) as error:
        raise StoreError(f"{without_password(dsn)}: {' '.join(str(error).split())}") from None
    server: int = connection.raw.get_server_version().major
    if server < _MIN_SERVER_VERSION:
        await connection.close()
        raise StoreError(f"{without_password(dsn)}: PostgreSQL {server} is older than {_MIN_SERVER_VERSION}")
    return connection


async def _create_or_upgrade(connection: Connection, address: str) -> None:
    if await connection.value("select to_regclass($1)", f"{SCHEMA}.about") is None:
        await connection.execute(f"begin; {'; '.join(_created())}; commit")
    version: int = await connection.value("select version from about")
    if version != VERSION and migrations.upgradable(version):
        if await connection.rows(MEMBERS_QUERY, REPLICA_LOCKS):
            raise StoreError(f"{address}: a mock of an older release still runs on this database; stop it first")
        await connection.execute(f"begin; {'; '.join(migrations.statements(version))}; commit")
    elif version != VERSION:
        age = "a newer" if version > VERSION else "an older"
        raise StoreError(
            f"the schema {SCHEMA} of the database has version {version}, created by {age} release; this one needs "
            f"version {VERSION}. Use that release, or start over with: drop schema {SCHEMA} cascade"
        )
