"""A block of neighbouring records of a list, indexed with integers that serve as bit sets.

Each filter value has an integer whose bit ``i`` says that record ``i`` (oldest first) has the value, so any combination
of filters is a few ANDs. The matches of a combination are cached until a record of the block changes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping

from mockserver.domain.cursors import Position
from mockserver.domain.records import Record

#: The filters of a query: for each one, the values of which a record must have one.
Where = tuple[tuple[str, Collection[Hashable]], ...]
_MAX_CACHED_MATCHES = 64
_CHUNK_BITS = 1024


class Block:
    """The positions of some records, oldest first, and their filter values."""

    __slots__ = ("_bits", "_matches", "positions")

    def __init__(self, filters: Iterable[str]) -> None:
        self.positions: list[Position] = []
        self._bits: dict[str, defaultdict[object, int]] = {name: defaultdict(int) for name in filters}
        self._matches: dict[Where, int] = {}

    def insert(self, position: Position, record: Record) -> None:
        """Insert a record at its position."""
        index = bisect_left(self.positions, position)
        if index < len(self.positions):
            self._shift(index, 1)
        self.positions.insert(index, position)
        for name, bits in self._bits.items():
            bits[getattr(record, name)] |= 1 << index
        self._matches.clear()

    def remove(self, position: Position) -> None:
        """Remove the record at a position."""
        index = bisect_left(self.positions, position)
        del self.positions[index]
        self._shift(index, -1)
        self._matches.clear()

    def replace(self, position: Position, before: Record, after: Record) -> None:
        """Update the filter values of a record whose position stays the same."""
        bit = 1 << bisect_left(self.positions, position)
        for name, bits in self._bits.items():
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                bits[new] |= bit
                bits[old] ^= bit
                if not bits[old]:
                    del bits[old]
        self._matches.clear()

    def split(self) -> "Block":
        """Move the newer half of the records to a new block, and return it."""
        half = len(self.positions) // 2
        newer = Block(self._bits)
        newer.positions, self.positions = self.positions[half:], self.positions[:half]
        for name, bits in self._bits.items():
            for value, held in bits.items():
                newer._bits[name][value] = held >> half
                bits[value] = held & ((1 << half) - 1)
        self._matches.clear()
        return newer

    def matches(self, where: Where) -> int:
        """Return the bits of the records that match."""
        found = self._matches.get(where)
        if found is None:
            found = (1 << len(self.positions)) - 1
            for name, values in where:
                found &= _any_of(self._bits[name], values)
            if len(self._matches) >= _MAX_CACHED_MATCHES:
                self._matches.clear()
            self._matches[where] = found
        return found

    def _shift(self, index: int, by: int) -> None:
        """Insert a zero bit at the index into every bit set (``by`` 1), or remove the bit there (``by`` -1)."""
        mask = (1 << index) - 1
        for bits in self._bits.values():
            for value, held in list(bits.items()):
                upper = held >> index
                shifted = held & mask | (upper << 1 if by > 0 else upper >> 1) << index
                if shifted:
                    bits[value] = shifted
                else:
                    del bits[value]


def _any_of(bits: Mapping[object, int], values: Collection[Hashable]) -> int:
    found = 0
    for value in values:
        found |= bits.get(value, 0)
    return found


def highest(bits: int, limit: int) -> list[int]:
    """Return the indexes of the ``limit`` highest set bits, highest first.

    In most lists these bits are the top ones, which one comparison finds out; else it works chunk by chunk.
    """
    length = bits.bit_length()
    if length > limit and bits >> (length - limit) == (1 << limit) - 1:
        return list(range(length - 1, length - limit - 1, -1))
    indexes: list[int] = []
    while bits and len(indexes) < limit:
        shift = max(0, bits.bit_length() - _CHUNK_BITS)
        chunk = bits >> shift
        while chunk and len(indexes) < limit:
            index = chunk.bit_length() - 1
            indexes.append(shift + index)
            chunk ^= 1 << index
        bits &= (1 << shift) - 1
    return indexes
