"""Neighbouring records of a list, indexed with integers used as bit sets.

Bit ``i`` of a facet value's integer says that the record at place ``i`` (oldest first) has that value, so any
combination of filters is a few ANDs. What a filter matches is remembered until something here changes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping

from mockserver.domain.cursors import Position
from mockserver.domain.records import Record

#: For each facet asked about, the values of which a record must have one.
Where = tuple[tuple[str, Collection[Hashable]], ...]
_MOST_REMEMBERED = 64
_CHUNK = 1024


class Block:
    """The positions of some records, oldest first, and which facet values they have."""

    __slots__ = ("_bits", "_known", "places")

    def __init__(self, filters: Iterable[str]) -> None:
        self.places: list[Position] = []
        self._bits: dict[str, defaultdict[object, int]] = {facet: defaultdict(int) for facet in filters}
        self._known: dict[Where, int] = {}

    def insert(self, position: Position, record: Record) -> None:
        """Let a record take its place."""
        place = bisect_left(self.places, position)
        if place < len(self.places):
            self._shift(place, 1)
        self.places.insert(place, position)
        for facet, bits in self._bits.items():
            bits[getattr(record, facet)] |= 1 << place
        self._known.clear()

    def remove(self, position: Position) -> None:
        """Close the gap that a record leaves."""
        place = bisect_left(self.places, position)
        del self.places[place]
        self._shift(place, -1)
        self._known.clear()

    def replace(self, position: Position, before: Record, after: Record) -> None:
        """Note the facet values of a record that stays where it is."""
        bit = 1 << bisect_left(self.places, position)
        for facet, bits in self._bits.items():
            bits[getattr(before, facet)] ^= bit
            bits[getattr(after, facet)] |= bit
        self._known.clear()

    def split(self) -> "Block":
        """Give the newer half away and return it."""
        half = len(self.places) // 2
        newer = Block(self._bits)
        newer.places, self.places = self.places[half:], self.places[:half]
        for facet, bits in self._bits.items():
            for value, held in bits.items():
                newer._bits[facet][value] = held >> half
                bits[value] = held & ((1 << half) - 1)
        self._known.clear()
        return newer

    def matches(self, where: Where) -> int:
        """Return the bits of the records that a filter leaves."""
        found = self._known.get(where)
        if found is None:
            found = (1 << len(self.places)) - 1
            for facet, values in where:
                found &= _any_of(self._bits[facet], values)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[where] = found
        return found

    def _shift(self, place: int, by: int) -> None:
        """Open a gap in every bit set at ``place`` (1) or close the one that is there (-1)."""
        mask = (1 << place) - 1
        for bits in self._bits.values():
            for value, held in bits.items():
                rest = held >> place
                bits[value] = held & mask | (rest << 1 if by > 0 else rest >> 1) << place


def _any_of(bits: Mapping[object, int], values: Collection[Hashable]) -> int:
    found = 0
    for value in values:
        found |= bits.get(value, 0)
    return found


def highest(bits: int, most: int) -> list[int]:
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
