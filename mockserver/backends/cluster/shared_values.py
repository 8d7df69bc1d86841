"""What the replicas agree on beside records: a few values by name, in the database."""

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
    """The time: ``instant`` at ``since`` by the wall clock, running from there, or standing still (None)."""

    instant: Instant
    since: float | None


class Faults(msgspec.Struct, frozen=True):
    """The faults in force, and how many were ever added."""

    added: int
    faults: list[Fault]


#: The names of the values.
ORIGIN, TIME, CHANCE, FAULTS = "origin", "time", "chance", "faults"


@dataclass
class Held(Generic[T]):
    """A value that nobody else changes meanwhile."""

    value: T


def saved(name: str, value: Any) -> str:
    """Return the statement that keeps a value."""
    text = literal(msgspec.json.encode(value).decode())
    return (
        f"insert into standing (name, value) values ({literal(name)}, {text}) "
        "on conflict (name) do update set value = excluded.value"
    )


class Standing:
    """The values, read and changed over a pool of connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self, name: str, type_: type[T]) -> T:
        """Return a value as it is now."""
        async with self._pool.transaction() as link:
            return msgspec.json.decode(await link.value("select value from standing where name = $1", name), type=type_)

    async def save(self, values: dict[str, Any]) -> None:
        """Keep values, all or none."""
        async with self._pool.transaction() as link:
            await link.run("; ".join(saved(name, value) for name, value in values.items()))

    @asynccontextmanager
    async def changing(self, name: str, type_: type[T]) -> AsyncIterator[Held[T]]:
        """Give a value to change, one after another in all processes."""
        async with self._pool.transaction() as link:
            text = await link.value("select value from standing where name = $1 for update", name)
            held = Held(msgspec.json.decode(text, type=type_))
            before = held.value
            yield held
            if held.value is not before:
                await link.run(saved(name, held.value))


def running(instant: datetime, since: float, *, frozen: bool) -> Time:
    """Return the time as it is from a moment on."""
    return Time(instant, None if frozen else since)
