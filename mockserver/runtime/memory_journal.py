"""The journal: the last calls, their requests and responses, up to a number of calls and a size of their texts."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.followers import Follower, Followers
from mockserver.runtime.journal import Entry, RecordedCall, call_of, entry_of

MAX_BYTES = 32 * 1024 * 1024
#: A search looks at so many calls before others go on.
_PART_SIZE = 200


class UnknownCall(ValueError):
    """The journal has no call with this id."""


class MemoryJournal:
    """The last ``size`` calls, or fewer if their texts are longer than ``max_bytes`` together, in memory."""

    def __init__(self, size: int, max_bytes: int = MAX_BYTES) -> None:
        self._size = size
        self._max_bytes = max_bytes
        self._bytes = 0
        self._ring: deque[RecordedCall] = deque()
        self._sizes: deque[int] = deque()  # of the calls, in bytes
        self._watchers: list[Callable[[RecordedCall], None]] = []
        self._followers = Followers()

    def add(self, call: RecordedCall) -> None:
        """Append a call, and drop the oldest while the journal is too large."""
        self._keep(call)
        for watcher in self._watchers:
            watcher(call)

    def watch(self, watcher: Callable[[RecordedCall], None]) -> None:
        """Call the watcher with every call from now on."""
        self._watchers.append(watcher)

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        """Yield a follower of the calls from now on until the block ends. Raises TooManyFollowers."""
        with self._followers.one_more() as follower:
            self._watchers.append(follower.put)
            try:
                yield follower
            finally:
                self._watchers.remove(follower.put)

    def end_following(self) -> None:
        """End all followers, because the mock stops."""
        self._followers.end()

    async def search(self, limit: int, criteria: CallCriteria) -> tuple[list[Entry], int]:
        """Return the newest ``limit`` calls that match, and how many match in all. Raises UnknownCall."""
        search = Search(limit, criteria)
        newest_first = list(reversed(self._ring))
        for start in range(0, len(newest_first), _PART_SIZE):
            if search.look_at(newest_first[start : start + _PART_SIZE]):
                break
            await asyncio.sleep(0)
        return search.result()

    async def clear(self, org_id: str | None = None) -> None:
        """Remove the calls of an org, or all."""
        kept = [call for call in self._ring if org_id not in (None, call.org_id)]
        self._replace(kept)

    def dump(self) -> list[Entry]:
        """Return all calls, oldest first."""
        return [entry_of(call) for call in self._ring]

    def restore(self, entries: Sequence[Entry]) -> None:
        """Replace all calls with these, oldest first."""
        self._replace(map(call_of, entries))

    def _replace(self, calls: Iterable[RecordedCall]) -> None:
        self._ring.clear()
        self._sizes.clear()
        self._bytes = 0
        for call in calls:
            self._keep(call)

    def _keep(self, call: RecordedCall) -> None:
        size = _text_length(call)
        self._ring.append(call)
        self._sizes.append(size)
        self._bytes += size
        while len(self._ring) > self._size or self._bytes > self._max_bytes:
            self._ring.popleft()
            self._bytes -= self._sizes.popleft()


class Search:
    """A search in calls that are looked at from the newest to the oldest."""

    def __init__(self, limit: int, criteria: CallCriteria) -> None:
        self._limit = limit
        self._criteria = criteria
        self._found: list[RecordedCall] = []
        self._total = 0
        self._ended = criteria.after is None

    def look_at(self, newest_first: Iterable[RecordedCall]) -> bool:
        """Look at the next calls, and return whether all that may match have been looked at."""
        after, match = self._criteria.after, self._criteria.match
        for call in newest_first:
            if after is not None and call.request_id == after:
                self._ended = True
                return True
            if match(call):
                self._total += 1
                if self._total <= self._limit:
                    self._found.append(call)
        return False

    def result(self) -> tuple[list[Entry], int]:
        """Return the newest calls that match, and how many match in all. Raises UnknownCall."""
        if not self._ended:
            raise UnknownCall(self._criteria.after)
        return [entry_of(call) for call in self._found], self._total


def _text_length(call: RecordedCall) -> int:
    return (
        len(call.path)
        + len(call.query)
        + len(call.heads)
        + len(call.request_body or b"")
        + len(call.response_body or b"")
    )
