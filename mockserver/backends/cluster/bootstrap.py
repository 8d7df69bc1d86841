"""Meets whoever is on the database already: the first one there decides what the world is, the others join it."""

import asyncio

import msgspec

from mockserver.backends.base import ChanceState, ClockState, Origin, State
from mockserver.backends.cluster.shared_values import ORIGIN, Standing
from mockserver.backends.cluster.state import fill
from mockserver.fixtures import read
from mockserver.runtime.clock import present
from mockserver.settings import Settings
from mockserver.store.base import StoreError
from mockserver.store.postgres import schema
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import SCHEMA
from mockserver.store.postgres.store import PostgresStore


def meet(settings: Settings) -> Origin:
    """Return the origin of the mock on a database, which is made where there is none. Raises StoreError, FixtureError.

    Whoever asks for another world than is there is refused.
    """
    return asyncio.run(_meet(settings))


async def _meet(settings: Settings) -> Origin:
    async with schema.prepared(settings.store) as link:
        kept = await link.value("select value from standing where name = $1", ORIGIN)
        if kept is None:
            return await _found(settings)
    origin = msgspec.json.decode(kept, type=Origin)
    if differing := _differing(settings, origin):
        raise StoreError(
            f"{schema.shown(settings.store)}: holds a mock that began with --fixture {origin.fixture} --seed "
            f"{origin.seed}; leave out {' and '.join(differing)} to join it, or drop schema {SCHEMA} cascade"
        )
    return origin


async def _found(settings: Settings) -> Origin:
    """Fill the empty database; whoever is interrupted here leaves it empty."""
    origin = Origin.of(settings)
    now = origin.start or present()
    state = State(clock=ClockState(now, frozen=False), chance=ChanceState(origin.seed, {}))
    store = PostgresStore(settings.store, Bus(settings.store))
    kept = Standing(store.writers)
    try:
        await fill(store, kept, state, origin.world(now))
        await kept.save({ORIGIN: origin})
    finally:
        await store.close()
    return origin


def _differing(settings: Settings, origin: Origin) -> list[str]:
    """Return the options that ask for another world."""
    asked = {
        "--fixture": settings.fixture is not None and read(settings.fixture) != origin.content,
        "--seed": settings.seed not in (None, origin.seed),
        "--clock": settings.clock not in (None, origin.start),
        "--mutant": settings.mutants not in ((), origin.mutants),
    }
    return [option for option, differs in asked.items() if differs]
