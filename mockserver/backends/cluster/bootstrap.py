"""Prepares the database of a cluster: the first process fills it with the initial state, the others read that."""

import asyncio
from typing import Any

import msgspec

from mockserver.backends.base import InitialState
from mockserver.backends.cluster.shared_values import INITIAL_STATE, SharedValues
from mockserver.backends.cluster.state import fill_database
from mockserver.fixtures import read
from mockserver.settings import Settings
from mockserver.store.base import StoreError
from mockserver.store.postgres import schema
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import SCHEMA, Connection
from mockserver.store.postgres.store import PostgresStore


def bootstrap(settings: Settings) -> InitialState:
    """Return the initial state of the mock in a database, which is filled if it is empty.

    Raises FixtureError, and StoreError if the database cannot be used or has another initial state than ``settings``.
    """
    return asyncio.run(_bootstrap(settings))


async def _bootstrap(settings: Settings) -> InitialState:
    async with schema.prepared(settings.store) as connection:
        saved = await _saved(connection)
        if saved is None:
            initial_state = InitialState.of(settings)
            await _fill(settings.store, initial_state)
            return initial_state
    initial_state = msgspec.json.decode(saved, type=InitialState)
    if differing := _differing(settings, initial_state):
        raise StoreError(
            f"{schema.without_password(settings.store)}: the mock in this database was started with --fixture "
            f"{initial_state.fixture} --seed {initial_state.seed}; leave out {' and '.join(differing)} to join it, or "
            f"drop schema {SCHEMA} cascade"
        )
    return initial_state


async def refill(dsn: str, initial_state: InitialState) -> None:
    """Create the schema and fill it, if the database was emptied. Raises StoreError."""
    async with schema.prepared(dsn) as connection:
        if await _saved(connection) is None:
            await _fill(dsn, initial_state)


async def _saved(connection: Connection) -> Any:
    return await connection.value("select value from shared_values where name = $1", INITIAL_STATE)


async def _fill(dsn: str, initial_state: InitialState) -> None:
    """Fill the database; ``initial_state`` is saved last, so a database left half filled is filled again."""
    state = initial_state.state()
    store = PostgresStore(dsn, Bus(dsn))
    values = SharedValues(store.writers)
    try:
        await fill_database(store, values, state, initial_state.seed_data(state.clock.now))
        await values.save({INITIAL_STATE: initial_state})
    finally:
        await store.close()


def _differing(settings: Settings, initial_state: InitialState) -> list[str]:
    """Return the options that ask for another initial state."""
    asked = {
        "--fixture": settings.fixture is not None and read(settings.fixture) != initial_state.content,
        "--seed": settings.seed not in (None, initial_state.seed),
        "--clock": settings.clock not in (None, initial_state.start),
        "--mutant": settings.mutants not in ((), initial_state.mutants),
    }
    return [option for option, differs in asked.items() if differs]
