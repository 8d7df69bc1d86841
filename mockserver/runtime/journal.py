"""The journal: the last calls, their requests and responses, in a ring buffer."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

_MAX_BODY_BYTES = 1024


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call; ``status`` is None when a fault dropped the response. Bodies are cut at one KiB, headers left out."""

    at: datetime
    request_id: str
    method: str
    path: str
    query: str
    operation: str | None
    org_id: str | None
    actor: str | None
    status: int | None
    duration_ms: float
    request_body: str | None
    response_body: str | None


class MemoryJournal:
    """The last ``size`` entries, in memory."""

    def __init__(self, size: int) -> None:
        self._ring: deque[Entry] = deque(maxlen=size)
        self._watchers: list[Callable[[Entry], None]] = []

    def add(self, entry: Entry) -> None:
        """Append an entry, and drop the oldest when the journal is full."""
        self._ring.append(entry)
        for watcher in self._watchers:
            watcher(entry)

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Call the watcher with every entry from now on."""
        self._watchers.append(watcher)

    async def search(self, limit: int, **filters: Any) -> tuple[list[Entry], int]:
        """Return the newest ``limit`` entries whose fields equal the filters (None: any), and how many match in all."""
        found = list(self.matching(**filters))
        return found[:limit], len(found)

    def matching(self, **filters: Any) -> Iterator[Entry]:
        """Yield the entries whose fields equal the filters (None: any), newest first."""
        given = {name: value for name, value in filters.items() if value is not None}
        for entry in reversed(self._ring):
            if all(getattr(entry, name) == value for name, value in given.items()):
                yield entry

    async def clear(self) -> None:
        """Remove all entries."""
        self._ring.clear()

    def dump(self) -> list[Entry]:
        """Return all entries, oldest first."""
        return list(self._ring)

    def restore(self, entries: Sequence[Entry]) -> None:
        """Replace all entries with these, oldest first."""
        self._ring.clear()
        self._ring.extend(entries)


def excerpt(body: bytes | None) -> str | None:
    """Return the part of a body that the journal keeps, as text."""
    return None if body is None else replace_nul(body[:_MAX_BODY_BYTES].decode(errors="replace"))


def replace_nul(text: str) -> str:
    """Return the text with U+FFFD in place of NUL characters, which neither snapshots nor PostgreSQL may hold."""
    return text.replace("\0", "\ufffd")
