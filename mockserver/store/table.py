"""The records of one kind in one org, in list order and indexed, in blocks of some thousands.

A write changes one block, whatever the size of the table. The number of matches per block is cached until that block
changes, so an exact total is a sum over blocks, and reading a page takes only the blocks that it spans.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from mockserver.domain.cursors import Position
from mockserver.domain.dates import Window
from mockserver.store.base import Kind, Page, Query, R
from mockserver.store.block import Block, Where, highest

#: A block with so many records is split.
MAX_BLOCK_RECORDS = 8192
T = TypeVar("T")
_MAX_CACHED_RESULTS, _MAX_CACHED_FILTERS = 256, 64
_UNKNOWN = -1
#: A place in the table: the number of a block, and the index of a record in it.
Place = tuple[int, int]


class Table(Generic[R]):
    """A list of records that is kept sorted and indexed; ``records`` has them by id."""

    def __init__(self, kind: Kind[R]) -> None:
        self._kind = kind
        self._blocks = [Block(kind.filters)]
        #: The position of the newest record of each block but the last, to find the block of a position.
        self._last_positions: list[Position] = []
        #: How many records of each block match; _UNKNOWN where the block has changed since.
        self._counts: dict[Where, list[int]] = {}
        self._results: dict[Hashable, Any] = {}
        self.records: dict[str, R] = {}

    def put(self, record: R) -> None:
        """Insert the record, or replace the one with its id."""
        before, newest_by = self.records.get(record.id), self._kind.newest_by
        if before is not None and getattr(before, newest_by) == getattr(record, newest_by):
            self._reindex(before, record)
        else:
            if before is not None:
                self.remove(before)
            self._insert(record)
        self.records[record.id] = record
        self._results.clear()

    def remove(self, record: R) -> None:
        """Remove the record. Raises KeyError when it is not in the table."""
        position = self._kind.position(self.records.pop(record.id))
        number = bisect_left(self._last_positions, position)
        block = self._blocks[number]
        block.remove(position)
        if not block.positions and self._last_positions:
            del self._blocks[number]
            del self._last_positions[min(number, len(self._last_positions) - 1)]
            self._counts.clear()
        self._invalidate(number)
        self._results.clear()

    def freeing(self, number: int) -> Iterator[list[R]]:
        """Drop all records and positions, and yield so many records at a time; the table cannot be used any more."""
        self._results.clear()
        while self.records:
            yield [self.records.popitem()[1] for _ in range(min(number, len(self.records)))]
        while self._blocks:
            self._blocks.pop()
            yield []

    def page(self, query: Query[R], limit: int, after: Position | None) -> Page[R]:
        """Return the newest ``limit`` matches older than ``after``."""
        return self._cached(self._page, _where_key(query.where), query.window, limit, after)

    def oldest_first(self) -> Iterator[R]:
        """Return all records as they are now; later writes do not affect the iterator."""
        records, positions = self.records.copy(), [block.positions.copy() for block in self._blocks]
        return (records[position.id] for part in positions for position in part)

    def select(self, query: Query[R]) -> Iterator[R]:
        """Return the matches as they are now, newest first; later writes do not affect the iterator."""
        found = self._newest_matches(_where_key(query.where), *self._span(query.window), len(self.records))
        return iter(self._rows(found))

    def count(self, query: Query[R]) -> int:
        """Return the number of matches."""
        return self._count(_where_key(query.where), *self._span(query.window))

    def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the nearest older and the nearest newer match."""
        return self._cached(self._neighbours, _where_key(query.where), query.window, self._kind.position(record))

    def _cached(self, function: Callable[..., T], *arguments: Hashable) -> T:
        """Return the result of a function, from the cache if nothing was written since it was computed."""
        key = (function.__name__, *arguments)
        result: T | None = self._results.get(key)
        if result is None:
            if len(self._results) >= _MAX_CACHED_RESULTS:
                self._results.clear()
            result = self._results[key] = function(*arguments)
        return result

    def _page(self, where: Where, window: Window, limit: int, after: Position | None) -> Page[R]:
        low, high = self._span(window)
        top = high if after is None else min(high, self._place(after))
        found = self._newest_matches(where, low, top, limit + 1)
        return Page(self._rows(found[:limit]), self._count(where, low, high), more=len(found) > limit)

    def _neighbours(self, where: Where, window: Window, position: Position) -> tuple[R | None, R | None]:
        low, high = self._span(window)
        here = number, index = self._place(position)
        positions = self._blocks[number].positions
        beyond = (number, index + 1) if index < len(positions) and positions[index] == position else here
        return self._newest(where, low, min(high, here)), self._oldest(where, max(low, beyond), high)

    def _reindex(self, before: R, after: R) -> None:
        """Update the filter values of a record whose position stays the same, if any of them has changed."""
        if any(getattr(before, name) != getattr(after, name) for name in self._kind.filters):
            position = self._kind.position(after)
            number = bisect_left(self._last_positions, position)
            self._blocks[number].replace(position, before, after)
            self._invalidate(number)

    def _insert(self, record: R) -> None:
        position = self._kind.position(record)
        number = bisect_left(self._last_positions, position)
        block = self._blocks[number]
        block.insert(position, record)
        if len(block.positions) >= MAX_BLOCK_RECORDS:
            self._blocks.insert(number + 1, block.split())
            self._last_positions.insert(number, block.positions[-1])
            self._counts.clear()
        self._invalidate(number)

    def _invalidate(self, number: int) -> None:
        """Discard the counts of a block that has changed."""
        for counts in self._counts.values():
            counts[number] = _UNKNOWN

    def _place(self, position: Position) -> Place:
        """Return the place of the oldest record that is not older than the position."""
        number = bisect_left(self._last_positions, position)
        return number, bisect_left(self._blocks[number].positions, position)

    def _span(self, window: Window) -> tuple[Place, Place]:
        """Return the places at which a window begins and ends; a window that ends before it begins is empty."""
        low = self._bound(window.since) or (0, 0)
        high = self._bound(window.until) or (len(self._blocks), 0)
        return low, max(low, high)

    def _bound(self, instant: datetime | None) -> Place | None:
        return None if instant is None else self._place(Position(instant, ""))

    def _count(self, where: Where, low: Place, high: Place) -> int:
        return self._count_below(where, high) - self._count_below(where, low)

    def _count_below(self, where: Where, place: Place) -> int:
        """Return how many matches are below a place."""
        number, index = place
        below = sum(self._block_counts(where)[:number])
        if not index:
            return below
        return below + (self._blocks[number].matches(where) & ((1 << index) - 1)).bit_count()

    def _block_counts(self, where: Where) -> list[int]:
        """Return how many matches each block has."""
        counts = self._counts.get(where)
        if counts is None:
            if len(self._counts) >= _MAX_CACHED_FILTERS:
                self._counts.clear()
            counts = self._counts[where] = [_UNKNOWN] * len(self._blocks)
        while _UNKNOWN in counts:
            number = counts.index(_UNKNOWN)
            counts[number] = self._blocks[number].matches(where).bit_count()
        return counts

    def _newest_matches(self, where: Where, low: Place, high: Place, limit: int) -> list[Position]:
        """Return the positions of the ``limit`` newest matches between two places."""
        found: list[Position] = []
        for number in reversed(self._block_numbers(low, high)):
            positions = self._blocks[number].positions
            bits = self._bits(where, number, low, high)
            found += [positions[index] for index in highest(bits, limit - len(found))]
            if len(found) == limit:
                break
        return found

    def _newest(self, where: Where, low: Place, high: Place) -> R | None:
        for number in reversed(self._block_numbers(low, high)):
            if bits := self._bits(where, number, low, high):
                return self.records[self._blocks[number].positions[bits.bit_length() - 1].id]
        return None

    def _oldest(self, where: Where, low: Place, high: Place) -> R | None:
        for number in self._block_numbers(low, high):
            if bits := self._bits(where, number, low, high):
                return self.records[self._blocks[number].positions[(bits & -bits).bit_length() - 1].id]
        return None

    def _block_numbers(self, low: Place, high: Place) -> range:
        """Return the numbers of the blocks between two places."""
        return range(low[0], min(high[0] + 1, len(self._blocks)))

    def _bits(self, where: Where, number: int, low: Place, high: Place) -> int:
        """Return the bits of the matches in a block that are not below ``low`` and are below ``high``."""
        bits = self._blocks[number].matches(where)
        if number == high[0]:
            bits &= (1 << high[1]) - 1
        if number == low[0] and low[1]:
            bits = bits >> low[1] << low[1]
        return bits

    def _rows(self, found: Collection[Position]) -> list[R]:
        return [self.records[position.id] for position in found]


def _where_key(where: Mapping[str, Collection[object]]) -> Where:
    return tuple((name, values if isinstance(values, tuple) else frozenset(values)) for name, values in where.items())
