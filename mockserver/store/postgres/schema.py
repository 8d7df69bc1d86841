"""Makes the schema, once, and refuses a database that holds another version of it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg

from mockserver.domain.errors import Unavailable
from mockserver.store.base import StoreError
from mockserver.store.postgres import tables
from mockserver.store.postgres.pool import SCHEMA, Link, connect

#: Whatever changes ``definitions`` gets a version of its own; a test holds the two together.
VERSION = 3
_LEAST_SERVER = 15
_LOCK = 0x6E766D73


def definitions() -> Iterable[str]:
    """Yield the statements that make everything there is."""
    yield f"create schema if not exists {SCHEMA}"
    yield from tables.definitions()
    yield "create table shared_values (name text primary key, value text not null)"
    yield (
        "create unlogged table journal (serial bigserial primary key, noted double precision not null, org_id text, "
        "operation text, status int, body text not null)"
    )
    yield "create index on journal (noted, serial)"
    yield (
        "create table sockets (org_id text, gateway_id text, replica int not null, number int not null, "
        "primary key (org_id, gateway_id))"
    )
    yield "create sequence replicas as int"
    yield "create table about (version int not null)"
    yield f"insert into about values ({VERSION})"


@asynccontextmanager
async def prepared(dsn: str) -> AsyncIterator[Link]:
    """Make the schema where there is none, and keep all others waiting until the block ends. Raises StoreError."""
    link = await _reached(dsn)
    try:
        await link.value("select pg_advisory_lock($1)", _LOCK)
        await _make(link)
        yield link
    except asyncpg.PostgresError as error:
        raise StoreError(f"{shown(dsn)}: {error}") from None
    finally:
        await link.close()


def shown(dsn: str) -> str:
    """Return an address without the password in it, for people."""
    scheme, _, rest = dsn.partition("://")
    credentials, at, place = rest.partition("?")[0].rpartition("@")
    return f"{scheme}://{credentials.partition(':')[0]}{at}{place}"


async def _reached(dsn: str) -> Link:
    try:
        link = await connect(dsn)
    except Unavailable as error:
        reason = str(error.__cause__) or type(error.__cause__).__name__
        raise StoreError(f"{shown(dsn)}: cannot be reached: {' '.join(reason.split())}") from None
    except (asyncpg.PostgresError, ValueError) as error:
        raise StoreError(f"{shown(dsn)}: {' '.join(str(error).split())}") from None
    server: int = link.raw.get_server_version().major
    if server < _LEAST_SERVER:
        await link.close()
        raise StoreError(f"{shown(dsn)}: PostgreSQL {server} is older than {_LEAST_SERVER}")
    return link


async def _make(link: Link) -> None:
    if await link.value("select to_regclass($1)", f"{SCHEMA}.about") is None:
        await link.run(f"begin; {'; '.join(definitions())}; commit")
    version: int = await link.value("select version from about")
    if version != VERSION:
        age = "a newer" if version > VERSION else "an older"
        raise StoreError(
            f"its schema {SCHEMA} has version {version}, made by {age} release than this, which knows version "
            f"{VERSION}; serve it with that one, or start over with: drop schema {SCHEMA} cascade"
        )
