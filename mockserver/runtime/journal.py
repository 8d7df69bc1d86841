"""The journal: the last calls, their requests and responses, up to a number of calls and a size of their texts."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

MAX_BYTES = 32 * 1024 * 1024
_MAX_BODY_BYTES = 1024
_MAX_TARGET_LENGTH = 4096


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call; ``status`` is None when a fault dropped the response.

    Bodies are cut at one KiB, path and query at four; headers are left out.
    """

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
    """The last ``size`` entries, or fewer if their texts are longer than ``max_bytes`` together, in memory."""

    def __init__(self, size: int, max_bytes: int = MAX_BYTES) -> None:
        self._size = size
        self._max_bytes = max_bytes
        self._bytes = 0
        self._ring: deque[Entry] = deque()
        self._watchers: list[Callable[[Entry], None]] = []

    def add(self, entry: Entry) -> None:
        """Append an entry, and drop the oldest while the journal is too large."""
        self._keep(entry)
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
        self.restore(())

    def dump(self) -> list[Entry]:
        """Return all entries, oldest first."""
        return list(self._ring)

    def restore(self, entries: Sequence[Entry]) -> None:
        """Replace all entries with these, oldest first."""
        self._ring.clear()
        self._bytes = 0
        for entry in entries:
            self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        self._ring.append(entry)
        self._bytes += _text_length(entry)
        while len(self._ring) > self._size or self._bytes > self._max_bytes:
            self._bytes -= _text_length(self._ring.popleft())


def _text_length(entry: Entry) -> int:
    return len(entry.path) + len(entry.query) + len(entry.request_body or "") + len(entry.response_body or "")


def target(text: str) -> str:
    """Return the part of a path or query that the journal keeps."""
    return replace_nul(text[:_MAX_TARGET_LENGTH])


def excerpt(body: bytes | None) -> str | None:
    """Return the part of a body that the journal keeps, as text."""
    return None if body is None else replace_nul(body[:_MAX_BODY_BYTES].decode(errors="replace"))


def replace_nul(text: str) -> str:
    """Return the text with U+FFFD in place of NUL characters, which neither snapshots nor PostgreSQL may hold."""
    return text.replace("\0", "\ufffd")
