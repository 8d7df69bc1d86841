"""The interface of a store, and what every store guarantees.

1. A transaction sees its own writes; others see all of them or none, and only after it has committed.
2. Transactions on the same org behave as if one ran after the other.
3. Lists run from the newest ``newest_by`` instant to the oldest, ties by descending id.
4. ``total`` counts every match, whatever the page. Reading page after page by ``after`` returns each record that exists
   throughout exactly once, whatever else is written meanwhile.
5. After a transaction has committed, every listener receives the changes that it accepts, in the order they were made:
   shortly after where several processes share the store, and in the same order in each.
6. While the store cannot be reached, every call raises Unavailable, and no transaction is partly committed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from mockserver.domain.cursors import Position
from mockserver.domain.dates import ALWAYS, Window
from mockserver.domain.records import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """A kind of record and how it is found.

    ``name`` is its key in fixtures and snapshots, ``newest_by`` the field that lists are ordered by, ``filters`` the
    attributes that lists can be filtered by. Across all orgs, ``unique`` is a field to find a record by, whose values
    (except None) never repeat, and ``shared`` a field to find several records by. ``due`` is the field with the instant
    at which the record falls due, if any.

    Three are hints for performance: ``large`` says that an org may have too many to count them one by one; ``prefetch``
    which records are mostly read with one, as (kind, field with its id); ``prefetch_neighbours`` that its next older
    and newer record are mostly read with it, among those with the given filter values.
    """

    name: str
    record: type[R]
    newest_by: str
    filters: tuple[str, ...] = ()
    unique: str | None = None
    shared: str | None = None
    due: str | None = None
    large: bool = False
    prefetch: tuple[tuple[str, str], ...] = ()
    prefetch_neighbours: tuple[tuple[str, tuple[object, ...]], ...] = ()

    def position(self, record: R) -> Position:
        """Return the record's position in its list."""
        return Position(getattr(record, self.newest_by), record.id)


class Query(msgspec.Struct, Generic[R], frozen=True):
    """Which records of one org: ``where`` has the accepted values of each filter, ``window`` bounds ``newest_by``."""

    kind: Kind[R]
    org_id: str
    where: Mapping[str, Collection[object]] = {}
    window: Window = ALWAYS


class Page(NamedTuple, Generic[R]):
    """A part of a list: its rows, how many records match in all, and whether more follow."""

    rows: Sequence[R]
    total: int
    more: bool


class Change(msgspec.Struct, frozen=True):
    """A record before (None: it was created) and after (None: it was removed) a write of a transaction."""

    kind: Kind[Any]
    before: Record | None
    after: Record | None


class StoreError(ValueError):
    """A store cannot be used; the message is one line, to print."""


Listener = Callable[[Change], None]
#: Whether a listener receives a change; the answer may depend on the change alone.
ChangeFilter = Callable[[Change], bool]


def any_change(change: Change) -> bool:
    """Accept every change."""
    return True


class Transaction(Protocol):
    """Reads and writes that happen together or not at all."""

    async def check(self) -> None:
        """Raise Unavailable when records cannot be read and written now."""

    async def get(self, kind: Kind[R], org_id: str, record_id: str) -> R | None:
        """Return the record, or None when this org has none with that id."""

    async def get_many(self, kind: Kind[R], org_id: str, record_ids: Collection[str]) -> dict[str, R]:
        """Return those of the records that this org has, by id."""

    async def find(self, kind: Kind[R], value: str) -> R | None:
        """Return the record of any org whose ``unique`` field has the value, or None."""

    async def find_all(self, kind: Kind[R], value: str) -> list[R]:
        """Return the records of all orgs whose ``shared`` field has the value, oldest first."""

    async def put(self, kind: Kind[R], record: R) -> None:
        """Insert the record, or replace the one with its id."""

    async def remove(self, kind: Kind[R], record: R) -> None:
        """Delete the stored record with its id; do nothing when there is none."""

    async def page(self, query: Query[R], limit: int, after: Position | None = None) -> Page[R]:
        """Return the first ``limit`` matches after the position (None: from the newest on)."""

    async def select(self, query: Query[R]) -> Iterator[R]:
        """Return all matches as they are now, newest first; the iterator may be used after the transaction."""

    async def count(self, query: Query[R]) -> int:
        """Return how many records match."""

    async def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the match next older than the record and the match next newer (None: there is none)."""

    async def due(self, kind: Kind[R]) -> list[R]:
        """Return the records of all orgs that have a ``due`` instant."""

    async def orgs(self) -> list[str]:
        """Return the ids of all orgs."""

    async def remove_org(self, org_id: str) -> None:
        """Remove everything that belongs to the org; listeners may be told of many records some time later."""


class Store(Protocol):
    """Stores the records of all orgs; ``name`` is shown to users."""

    name: str

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits at the end of its block, and rolls back when an exception leaves it."""

    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that only reads, all at one instant; others may write meanwhile."""

    def subscribe(self, listener: Listener, accepts: ChangeFilter = any_change) -> None:
        """Call the listener with every change that it accepts and that is committed from now on."""

    async def dump(self) -> dict[str, list[Record]]:
        """Return all records by the name of their kind, oldest first."""

    async def load(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Replace all records, by the name of their kind; listeners are not called."""
