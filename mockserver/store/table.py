"""The records of one kind in one org, in list order, with an index of integers used as bit sets.

Bit ``i`` of a facet value's integer says that the record at place ``i`` (oldest first) has that value, so any
combination of filters is a few ANDs, an exact total is one population count, and a page is the highest bits.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Generic

from mockserver.domain.cursors import Position
from mockserver.store.base import Kind, Page, Query, R

_CHUNK = 1024


class Table(Generic[R]):
    """A list of records that is always sorted and always indexed."""

    def __init__(self, kind: Kind[R]) -> None:
        self._kind = kind
        self._places: list[Position] = []
        self._bits: dict[str, defaultdict[object, int]] = {facet: defaultdict(int) for facet in kind.facets}
        self.records: dict[str, R] = {}

    def put(self, record: R) -> None:
        """Insert the record, or replace the one with its id."""
        before = self.records.get(record.id)
        if before is not None and self._indexed_alike(before, record):
            self.records[record.id] = record
            return
        if before is not None:
            self.remove(before)
        position = self._kind.position(record)
        place = bisect_left(self._places, position)
        if place < len(self._places):
            self._shift(place, 1)
        self._places.insert(place, position)
        self.records[record.id] = record
        for facet, bits in self._bits.items():
            bits[getattr(record, facet)] |= 1 << place

    def remove(self, record: R) -> None:
        """Take the record out."""
        stored = self.records.pop(record.id)
        place = bisect_left(self._places, self._kind.position(stored))
        del self._places[place]
        self._shift(place, -1)

    def page(self, query: Query[R], limit: int, after: Position | None) -> Page[R]:
        """Return the newest ``limit`` matches older than ``after``."""
        bits, low = self._match(query)
        total = bits.bit_count()
        if after is not None:
            bits &= (1 << max(0, bisect_left(self._places, after) - low)) - 1
        places = _highest(bits, limit + 1)
        rows = [self.records[self._places[low + place].id] for place in places[:limit]]
        return Page(rows, total, more=len(places) > limit)

    def select(self, query: Query[R]) -> Iterator[R]:
        """Return the matches of this moment, newest first, unmoved by later writes."""
        bits, low = self._match(query)
        ids = [self._places[low + place].id for place in _highest(bits, bits.bit_count())]
        return iter([self.records[id_] for id_ in ids])

    def count(self, query: Query[R]) -> int:
        """Return the number of matches."""
        return self._match(query)[0].bit_count()

    def neighbours(self, query: Query[R], record: R) -> tuple[R | None, R | None]:
        """Return the nearest older and the nearest newer match."""
        bits, low = self._match(query)
        place = bisect_left(self._places, self._kind.position(record)) - low
        older = bits & ((1 << max(0, place)) - 1)
        newer = bits >> (place + 1) if place >= 0 else bits
        lowest = (newer & -newer).bit_length() - 1
        return (
            self._at(low + older.bit_length() - 1) if older else None,
            self._at(low + max(0, place + 1) + lowest) if newer else None,
        )

    def _at(self, place: int) -> R:
        return self.records[self._places[place].id]

    def _match(self, query: Query[R]) -> tuple[int, int]:
        """Return the bits of the matches and the place of the lowest bit."""
        since, until = query.window
        low = bisect_left(self._places, Position(since, "")) if since else 0
        high = bisect_left(self._places, Position(until, "")) if until else len(self._places)
        bits = (1 << max(high, low)) - 1
        for facet, values in query.where.items():
            bits &= _any_of(self._bits[facet], values)
        return bits >> low, low

    def _indexed_alike(self, one: R, other: R) -> bool:
        return all(getattr(one, name) == getattr(other, name) for name in (self._kind.newest_by, *self._bits))

    def _shift(self, place: int, by: int) -> None:
        """Open a gap in every bit set at ``place`` (1) or close the one that is there (-1)."""
        mask = (1 << place) - 1
        for facet_bits in self._bits.values():
            for value, bits in facet_bits.items():
                rest = bits >> place
                facet_bits[value] = bits & mask | (rest << 1 if by > 0 else rest >> 1) << place


def _any_of(facet_bits: Mapping[object, int], values: Collection[object]) -> int:
    bits = 0
    for value in values:
        bits |= facet_bits.get(value, 0)
    return bits


def _highest(bits: int, most: int) -> list[int]:
    """Return the places of the highest set bits, highest first, working on a chunk of them at a time.

    In most lists the highest bits are all set, which one comparison tells.
    """
    length = bits.bit_length()
    if length > most and bits >> (length - most) == (1 << most) - 1:
        return list(range(length - 1, length - most - 1, -1))
    places: list[int] = []
    while bits and len(places) < most:
        shift = max(0, bits.bit_length() - _CHUNK)
        chunk = bits >> shift
        while chunk and len(places) < most:
            place = chunk.bit_length() - 1
            places.append(shift + place)
            chunk ^= 1 << place
        bits &= (1 << shift) - 1
    return places
