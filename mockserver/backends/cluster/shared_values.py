"""What the replicas share beside records: a few values by name, in the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from mockserver.domain.dates import Instant
from mockserver.runtime.faults import Fault
from mockserver.store.postgres.pool import Pool, literal

T = TypeVar("T")


class Time(msgspec.Struct, frozen=True):
    """The time: ``instant`` at ``since`` by the wall clock, running from there, or frozen (None)."""

    instant: Instant
    since: float | None


class Faults(msgspec.Struct, frozen=True):
    """The faults, and how many were ever added."""

    added: int
    faults: list[Fault]


#: The names of the values.
INITIAL_STATE, TIME, RANDOM, FAULTS = "initial_state", "time", "random", "faults"


@dataclass
class Locked(Generic[T]):
    """A value whose row is locked, to be replaced."""

    value: T


def saved(name: str, value: Any) -> str:
    """Return the statement that saves a value."""
    text = literal(msgspec.json.encode(value).decode())
    return (
        f"insert into shared_values (name, value) values ({literal(name)}, {text}) "
        "on conflict (name) do update set value = excluded.value"
    )


class SharedValues:
    """The values, read and changed over a pool of connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self, name: str, type_: type[T]) -> T:
        """Return a value as it is now."""
        async with self._pool.transaction() as link:
            return msgspec.json.decode(
                await link.value("select value from shared_values where name = $1", name), type=type_
            )

    async def save(self, values: dict[str, Any]) -> None:
        """Save values, all or none."""
        async with self._pool.transaction() as link:
            await link.run("; ".join(saved(name, value) for name, value in values.items()))

    @asynccontextmanager
    async def changing(self, name: str, type_: type[T]) -> AsyncIterator[Locked[T]]:
        """Yield a value to change; its row is locked, for all processes, until the block ends."""
        async with self._pool.transaction() as link:
            text = await link.value("select value from shared_values where name = $1 for update", name)
            locked = Locked(msgspec.json.decode(text, type=type_))
            before = locked.value
            yield locked
            if locked.value is not before:
                await link.run(saved(name, locked.value))


def running(instant: datetime, since: float, *, frozen: bool) -> Time:
    """Return the time as it is from a moment on."""
    return Time(instant, None if frozen else since)
