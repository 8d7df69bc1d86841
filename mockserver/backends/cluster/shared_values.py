"""The values, beside records, that the replicas share: a few, by name, in the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from mockserver.domain.dates import Instant
from mockserver.runtime.faults import Fault
from mockserver.store.postgres.pool import Pool, SchemaLost, literal

T = TypeVar("T")


class Time(msgspec.Struct, frozen=True):
    """The mock's time: ``instant`` at ``since``, in seconds of the wall clock, and running; frozen if that is None."""

    instant: Instant
    since: float | None


class StoredFaults(msgspec.Struct, frozen=True):
    """The faults, and how many were ever added."""

    added: int
    faults: list[Fault]


#: The names of the values.
INITIAL_STATE, TIME, RANDOM, FAULTS = "initial_state", "time", "random", "faults"
#: How the names of the values begin that are the clocks of orgs.
_ORG_CLOCK = "org_clock:"


@dataclass
class LockedValue(Generic[T]):
    """A value whose row is locked; assign another ``value`` to replace it."""

    value: T


def save_statement(name: str, value: Any) -> str:
    """Return the statement that saves a value."""
    text = literal(msgspec.json.encode(value).decode())
    return (
        f"insert into shared_values (name, value) values ({literal(name)}, {text}) "
        "on conflict (name) do update set value = excluded.value"
    )


def delete_statement(name: str) -> str:
    """Return the statement that deletes a value."""
    return f"delete from shared_values where name = {literal(name)}"


def org_clock(org_id: str) -> str:
    """Return the name of the value that is the time of an org's clock."""
    return f"{_ORG_CLOCK}{org_id}"


class SharedValues:
    """Reads and writes the values over a pool of connections. Its methods raise Unavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self, name: str, type_: type[T]) -> T:
        """Return a value."""
        async with self._pool.transaction() as connection:
            return _decode(name, await connection.value("select value from shared_values where name = $1", name), type_)

    async def read_org_clocks(self, type_: type[T]) -> list[T]:
        """Return the times of the orgs with clocks of their own."""
        async with self._pool.transaction() as connection:
            rows = await connection.rows("select value from shared_values where starts_with(name, $1)", _ORG_CLOCK)
        return [msgspec.json.decode(row[0], type=type_) for row in rows]

    async def delete_org_clocks(self) -> None:
        """Delete the times of the orgs with clocks of their own."""
        async with self._pool.transaction() as connection:
            await connection.execute(f"delete from shared_values where starts_with(name, {literal(_ORG_CLOCK)})")

    async def save(self, values: dict[str, Any]) -> None:
        """Save values, all or none."""
        async with self._pool.transaction() as connection:
            await connection.execute("; ".join(save_statement(name, value) for name, value in values.items()))

    @asynccontextmanager
    async def locked_value(self, name: str, type_: type[T]) -> AsyncIterator[LockedValue[T]]:
        """Lock a value in all processes until the block ends, and yield it to be replaced."""
        async with self._pool.transaction() as connection:
            text = await connection.value("select value from shared_values where name = $1 for update", name)
            locked = LockedValue(_decode(name, text, type_))
            before = locked.value
            yield locked
            if locked.value is not before:
                await connection.execute(save_statement(name, locked.value))


def _decode(name: str, text: str | None, type_: type[T]) -> T:
    if text is None:
        raise SchemaLost(f"there is no {name}")
    return msgspec.json.decode(text, type=type_)


def time_from(instant: datetime, since: float, *, frozen: bool) -> Time:
    """Return the time that is ``instant`` now, at ``since``."""
    return Time(instant, None if frozen else since)
