"""What every store must do.

The laws, for whoever writes another one:

1. A transaction sees its own writes; others see all of them or none, and only after it ends well.
2. Transactions on the same org behave as if one ran after the other.
3. Lists run from the newest ``newest_by`` instant to the oldest, ties by descending id.
4. ``total`` counts every match, whatever the page. A walk by ``after`` shows a record that is there throughout
   exactly once, whatever else is written meanwhile.
5. After a transaction ends well, every listener hears of its changes what concerns it, in the order they were made:
   within moments where several processes share the store, and then in the same order in each.
6. While the store cannot be reached, whatever is asked of it raises Unavailable, and nothing is half done.
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

    ``name`` is its key in fixtures and snapshots, ``newest_by`` the field lists are ordered by, ``facets`` the
    attributes they can be filtered by, ``unique`` a field whose values (but null) never repeat, across all orgs,
    ``shared`` one by whose values, which may repeat, records are found across all orgs. ``due`` is the field with the
    instant at which something is to happen to the record.

    Three are hints: ``many`` says that an org may hold so many that counting them one by one takes long, ``along``
    which records are mostly read with one, as kinds and the fields that hold their ids, and ``beside`` by which facets
    and values those are found whose nearest ones mostly are, too.
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
        """Return where the record stands in its list."""
        return Position(getattr(record, self.newest_by), record.id)


class Query(msgspec.Struct, Generic[R], frozen=True):
    """Which records of one org: for each facet any of the values given, within a window of ``newest_by``."""

    kind: Kind[R]
    org_id: str
    where: Mapping[str, Collection[object]] = {}
    window: Window = ALWAYS


class Page(NamedTuple, Generic[R]):
    """A part of a list: its rows, how many match in all, and whether more follow."""

    rows: Sequence[R]
    total: int
    more: bool


class Change(msgspec.Struct, frozen=True):
    """A record before (None: it was new) and after (None: it is gone) a transaction wrote it."""

    kind: Kind[Any]
    before: Record | None
    after: Record | None


class StoreError(ValueError):
    """A store cannot be used; the text is the one line to print."""


Listener = Callable[[Change], None]
#: Whether a change concerns a listener; it depends on the change alone.
Concerns = Callable[[Change], bool]


def any_change(change: Change) -> bool:
    """Say of every change that it matters."""
    return True


class Transaction(Protocol):
    """Reads and writes that happen together or not at all."""

    async def get(self, kind: Kind[R], org_id: str, record_id: str) -> R | None:
        """Return the record, or None when this org has none of that id."""

    async def get_many(self, kind: Kind[R], org_id: str, record_ids: Collection[str]) -> dict[str, R]:
        """Return those of the records that this org has, by id."""

    async def find(self, kind: Kind[R], value: str) -> R | None:
        """Return the record, of whichever org, whose ``unique`` field has the value."""

    async def find_all(self, kind: Kind[R], value: str) -> list[R]:
        """Return the records, of whichever org, whose ``shared`` field has the value, oldest first."""

    async def put(self, kind: Kind[R], record: R) -> None:
        """Store the record, new or in place of the one with its id."""

    async def remove(self, kind: Kind[R], record: R) -> None:
        """Remove the record for good."""

    async def page(self, query: Query[R], limit: int, after: Position | None = None) -> Page[R]:
        """Return the first ``limit`` matches behind the position."""

    async def select(self, query: Query[R]) -> Iterator[R]:
        """Return all matches as they are now, one by one; the iterator outlives the transaction."""

    async def count(self, query: Query[R]) -> int:
        """Return how many records match."""

    async def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the next older and the next newer match beside the record."""

    async def due(self, kind: Kind[R]) -> list[R]:
        """Return the records, of whichever org, that name an instant at which something is to happen to them."""

    async def orgs(self) -> list[str]:
        """Return the ids of all orgs."""

    async def remove_org(self, org_id: str) -> None:
        """Remove everything that belongs to the org."""


class Store(Protocol):
    """Keeps the records of all orgs; ``name`` says where, for people."""

    name: str

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits at the end of its block, and rolls back when an exception leaves it."""

    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that only reads: all of it at one instant, without keeping anybody from writing."""

    def subscribe(self, listener: Listener, concerns: Concerns = any_change) -> None:
        """Call the listener with every committed change that concerns it, from now on."""

    async def dump(self) -> dict[str, list[Record]]:
        """Return every record by the name of its kind, oldest first."""

    async def load(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Replace the whole content; listeners hear nothing of it."""
