"""The journal: the last calls, what was asked and what was answered, in a bounded ring."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

_KEPT = 1024


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call; ``status`` is null when a fault lost the answer. Bodies are cut at one kibibyte, headers not kept."""

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
    """A ring of entries; what is pushed out is forgotten. ``watch`` adds somebody who sees each one pass."""

    def __init__(self, size: int) -> None:
        self._ring: deque[Entry] = deque(maxlen=size)
        self._watchers: list[Callable[[Entry], None]] = []

    def add(self, entry: Entry) -> None:
        """Write the newest entry."""
        self._ring.append(entry)
        for watcher in self._watchers:
            watcher(entry)

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Show every entry from now on to the watcher."""
        self._watchers.append(watcher)

    async def search(self, limit: int, **wanted: Any) -> tuple[list[Entry], int]:
        """Return the newest entries whose fields equal those wanted (None: any), and how many there are in all."""
        found = list(self.matching(**wanted))
        return found[:limit], len(found)

    def matching(self, **wanted: Any) -> Iterator[Entry]:
        """Yield the entries whose fields equal those wanted (None: any), newest first."""
        asked = {name: value for name, value in wanted.items() if value is not None}
        for entry in reversed(self._ring):
            if all(getattr(entry, name) == value for name, value in asked.items()):
                yield entry

    async def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()

    def dump(self) -> list[Entry]:
        """Return all entries, oldest first."""
        return list(self._ring)

    def restore(self, entries: Sequence[Entry]) -> None:
        """Hold these entries, oldest first, in place of what was there."""
        self._ring.clear()
        self._ring.extend(entries)


def excerpt(body: bytes | None) -> str | None:
    """Return as much of a body as the journal keeps, as text."""
    return None if body is None else legible(body[:_KEPT].decode(errors="replace"))


def legible(text: str) -> str:
    """Return the text without NUL characters, which a snapshot cannot hold."""
    return text.replace("\0", "\ufffd")
