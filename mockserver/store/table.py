"""The records of one kind in one org, in list order and indexed, in blocks of some thousands.

A write changes one block, whatever the table holds. How many records match a filter is summed up block by block and
remembered until the next write, so totals are exact and cost next to nothing, and a page reads the blocks it is in.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from mockserver.domain.cursors import Position
from mockserver.domain.dates import Window
from mockserver.store.base import Kind, Page, Query, R
from mockserver.store.block import Block, Where, highest

#: A block is split when it holds so many records.
FULL = 8192
T = TypeVar("T")
_MOST_REMEMBERED, _MOST_FILTERS = 256, 64
_UNKNOWN = -1
#: A place in the table: the number of a block, and a place there.
Place = tuple[int, int]


class Table(Generic[R]):
    """A list of records that is always sorted and always indexed."""

    def __init__(self, kind: Kind[R]) -> None:
        self._kind = kind
        self._blocks = [Block(kind.filters)]
        #: The position of the newest record of each block but the last, by which the others are found.
        self._ends: list[Position] = []
        #: How many records of each block a filter leaves; _UNKNOWN where the block has changed since.
        self._counts: dict[Where, list[int]] = {}
        self._answers: dict[Hashable, Any] = {}
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
        self._answers.clear()

    def remove(self, record: R) -> None:
        """Take the record out."""
        position = self._kind.position(self.records.pop(record.id))
        number = bisect_left(self._ends, position)
        block = self._blocks[number]
        block.remove(position)
        if not block.places and self._ends:
            del self._blocks[number]
            del self._ends[min(number, len(self._ends) - 1)]
            self._counts.clear()
        self._touch(number)
        self._answers.clear()

    def page(self, query: Query[R], limit: int, after: Position | None) -> Page[R]:
        """Return the newest ``limit`` matches older than ``after``."""
        return self._remembered(self._page, _key(query.where), query.window, limit, after)

    def select(self, query: Query[R]) -> Iterator[R]:
        """Return the matches of this moment, newest first, unmoved by later writes."""
        found = self._down(_key(query.where), *self._span(query.window), len(self.records))
        return iter(self._rows(found))

    def count(self, query: Query[R]) -> int:
        """Return the number of matches."""
        return self._count(_key(query.where), *self._span(query.window))

    def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the nearest older and the nearest newer match."""
        return self._remembered(self._neighbours, _key(query.where), query.window, self._kind.position(record))

    def _remembered(self, answer: Callable[..., T], *asked: Hashable) -> T:
        """Return an answer, which is worked out anew when something was written since it was asked for last."""
        question = (answer.__name__, *asked)
        found: T | None = self._answers.get(question)
        if found is None:
            if len(self._answers) >= _MOST_REMEMBERED:
                self._answers.clear()
            found = self._answers[question] = answer(*asked)
        return found

    def _page(self, where: Where, window: Window, limit: int, after: Position | None) -> Page[R]:
        low, high = self._span(window)
        top = high if after is None else min(high, self._place(after))
        found = self._down(where, low, top, limit + 1)
        return Page(self._rows(found[:limit]), self._count(where, low, high), more=len(found) > limit)

    def _neighbours(self, where: Where, window: Window, position: Position) -> tuple[R | None, R | None]:
        low, high = self._span(window)
        here = number, place = self._place(position)
        places = self._blocks[number].places
        beyond = (number, place + 1) if place < len(places) and places[place] == position else here
        return self._newest(where, low, min(high, here)), self._oldest(where, max(low, beyond), high)

    def _reindex(self, before: R, after: R) -> None:
        """Note the facet values of a record that stays where it is, if any of them has changed."""
        if any(getattr(before, facet) != getattr(after, facet) for facet in self._kind.filters):
            position = self._kind.position(after)
            number = bisect_left(self._ends, position)
            self._blocks[number].replace(position, before, after)
            self._touch(number)

    def _insert(self, record: R) -> None:
        position = self._kind.position(record)
        number = bisect_left(self._ends, position)
        block = self._blocks[number]
        block.insert(position, record)
        if len(block.places) >= FULL:
            self._blocks.insert(number + 1, block.split())
            self._ends.insert(number, block.places[-1])
            self._counts.clear()
        self._touch(number)

    def _touch(self, number: int) -> None:
        """Note that a block has changed."""
        for counts in self._counts.values():
            counts[number] = _UNKNOWN

    def _place(self, position: Position) -> Place:
        """Return the place of the oldest record that is not older than the position."""
        number = bisect_left(self._ends, position)
        return number, bisect_left(self._blocks[number].places, position)

    def _span(self, window: Window) -> tuple[Place, Place]:
        """Return the places at which a window begins and ends; one that ends before it begins is empty."""
        low = self._bound(window.since) or (0, 0)
        high = self._bound(window.until) or (len(self._blocks), 0)
        return low, max(low, high)

    def _bound(self, instant: datetime | None) -> Place | None:
        return None if instant is None else self._place(Position(instant, ""))

    def _count(self, where: Where, low: Place, high: Place) -> int:
        return self._older(where, high) - self._older(where, low)

    def _older(self, where: Where, place: Place) -> int:
        """Return how many matches are below a place."""
        number, within = place
        whole = sum(self._counted(where)[:number])
        if not within:
            return whole
        return whole + (self._blocks[number].matches(where) & ((1 << within) - 1)).bit_count()

    def _counted(self, where: Where) -> list[int]:
        """Return how many matches each block has."""
        counts = self._counts.get(where)
        if counts is None:
            if len(self._counts) >= _MOST_FILTERS:
                self._counts.clear()
            counts = self._counts[where] = [_UNKNOWN] * len(self._blocks)
        while _UNKNOWN in counts:
            number = counts.index(_UNKNOWN)
            counts[number] = self._blocks[number].matches(where).bit_count()
        return counts

    def _down(self, where: Where, low: Place, high: Place, most: int) -> list[Position]:
        """Return the positions of the newest matches between two places."""
        found: list[Position] = []
        for number in reversed(self._numbers(low, high)):
            places = self._blocks[number].places
            bits = self._bits(where, number, low, high)
            found += [places[place] for place in highest(bits, most - len(found))]
            if len(found) == most:
                break
        return found

    def _newest(self, where: Where, low: Place, high: Place) -> R | None:
        for number in reversed(self._numbers(low, high)):
            if bits := self._bits(where, number, low, high):
                return self.records[self._blocks[number].places[bits.bit_length() - 1].id]
        return None

    def _oldest(self, where: Where, low: Place, high: Place) -> R | None:
        for number in self._numbers(low, high):
            if bits := self._bits(where, number, low, high):
                return self.records[self._blocks[number].places[(bits & -bits).bit_length() - 1].id]
        return None

    def _numbers(self, low: Place, high: Place) -> range:
        """Return the numbers of the blocks between two places."""
        return range(low[0], min(high[0] + 1, len(self._blocks)))

    def _bits(self, where: Where, number: int, low: Place, high: Place) -> int:
        """Return the matches in a block that are not below one place and below another."""
        bits = self._blocks[number].matches(where)
        if number == high[0]:
            bits &= (1 << high[1]) - 1
        if number == low[0] and low[1]:
            bits = bits >> low[1] << low[1]
        return bits

    def _rows(self, found: Collection[Position]) -> list[R]:
        return [self.records[position.id] for position in found]


def _key(where: Mapping[str, Collection[object]]) -> Where:
    return tuple((facet, values if isinstance(values, tuple) else frozenset(values)) for facet, values in where.items())
