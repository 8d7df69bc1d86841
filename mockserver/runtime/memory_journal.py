"""The journal: the last calls, their requests and responses, in a bounded memory that no org fills alone."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from operator import attrgetter
from sys import getsizeof
from typing import overload

from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.followers import Follower, Followers
from mockserver.runtime.journal import Entry, RecordedCall, call_of, entry_of

#: So many bytes a call may take on average, and so many does it take beside its texts.
_BYTES_PER_CALL, _OVERHEAD_BYTES = 32 * 1024 * 1024 // 10_000, 640
#: A search looks at so many calls before others go on.
_PART_SIZE = 200
#: So many are looked at first for those after a call.
_NEWEST = 2_000

_TAKEN = attrgetter("bytes")


class UnknownCall(ValueError):
    """The journal has no call with the id that a criterion, ``after`` or ``before``, has."""


class _Share:
    """The calls of one org, oldest first, each with the bytes that it takes.

    ``dropped`` is how often the order of all calls has this share for calls that are gone.
    """

    __slots__ = ("bytes", "calls", "dropped", "org_id")

    def __init__(self, org_id: str | None) -> None:
        self.org_id = org_id
        self.calls: deque[tuple[int, RecordedCall]] = deque()
        self.bytes = self.dropped = 0


class MemoryJournal:
    """The last ``size`` calls in memory, or fewer if there are long ones among them: each has 3,355 bytes on average.

    When it is full, an org that takes more than a quarter of it loses its oldest calls; if none does, the oldest of
    all go. So an org that calls much pushes out calls of its own, and those of orgs that call no more make way.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._large_bytes = size * _BYTES_PER_CALL // 4
        self._watchers: list[Callable[[RecordedCall], None]] = []
        self._followers = Followers()
        self._empty()

    def _empty(self) -> None:
        self._free_bytes = self._size * _BYTES_PER_CALL
        self._shares: dict[str | None, _Share] = {}
        self._large: dict[str | None, _Share] = {}  # that take more than a quarter
        self._order: deque[_Share] = deque()  # of every call, oldest first
        self._dropped = 0  # of all shares

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
        if criteria == CallCriteria():
            total = sum(len(share.calls) for share in self._shares.values())
            return [entry_of(call) for call in islice(self._newest(), limit)], total
        search = Search(limit, criteria)
        if criteria.after is not None and search.look_at(islice(self._newest(), _NEWEST)):
            return search.result()
        search = Search(limit, criteria)
        newest_first = self._in_order()[::-1]
        for start in range(0, len(newest_first), _PART_SIZE):
            if search.look_at(newest_first[start : start + _PART_SIZE]):
                break
            await asyncio.sleep(0)
        return search.result()

    async def clear(self, org_id: str | None = None) -> None:
        """Remove the calls of an org, or all."""
        self._replace([call for call in self._in_order() if org_id not in (None, call.org_id)])

    def dump(self) -> Sequence[Entry]:
        """Return all calls, oldest first."""
        return _Entries(self._in_order())

    def restore(self, calls: Iterable[RecordedCall]) -> None:
        """Replace all calls with these, oldest first."""
        self._replace(calls)

    def _newest(self) -> Iterator[RecordedCall]:
        """Yield all calls, newest first, to one who takes those that are needed before others go on."""
        calls = {share: reversed(share.calls) for share in self._shares.values()}
        for share in reversed(self._order):
            if share in calls and (found := next(calls[share], None)):  # else one that is gone
                yield found[1]

    def _in_order(self) -> list[RecordedCall]:
        """Return all calls, oldest first."""
        self._forget_dropped()
        calls = {share: iter(share.calls) for share in self._shares.values()}
        return [next(calls[share])[1] for share in self._order]

    def _replace(self, calls: Iterable[RecordedCall]) -> None:
        self._empty()
        for call in calls:
            self._keep(call)

    def _keep(self, call: RecordedCall) -> None:
        share = self._shares.get(call.org_id)
        if share is None:
            share = self._shares[call.org_id] = _Share(call.org_id)
        size = _size(call)
        share.calls.append((size, call))
        share.bytes = taken = share.bytes + size
        self._order.append(share)
        if taken > self._large_bytes:
            self._large[call.org_id] = share
        free = self._free_bytes - size
        if free < 0:
            self._make_room(share, free)
        else:
            self._free_bytes = free

    def _make_room(self, share: _Share, free: int) -> None:
        """Drop the oldest calls of a share that has grown, if it is large, or else of the largest, or else of all."""
        order, large_bytes = self._order, self._large_bytes
        while free < 0:
            if share.bytes <= large_bytes:
                share = max(self._large.values(), key=_TAKEN) if self._large else self._share_of_oldest()
            size, _ = share.calls.popleft()
            free += size
            share.bytes = taken = share.bytes - size
            if taken <= large_bytes:
                self._large.pop(share.org_id, None)
                if not taken:
                    del self._shares[share.org_id]
            if order[0] is share:
                order.popleft()
            else:
                share.dropped += 1
                self._dropped += 1
        self._free_bytes = free
        if self._dropped > self._size:
            self._forget_dropped()

    def _share_of_oldest(self) -> _Share:
        """Return the share of the oldest call of all."""
        while (share := self._order[0]).dropped:
            self._order.popleft()
            share.dropped -= 1
            self._dropped -= 1
        return share

    def _forget_dropped(self) -> None:
        """Remove the calls that are gone from the order: the first of their shares."""
        if self._dropped:
            self._order, order = deque(), self._order
            self._dropped = 0
            for share in order:
                if share.dropped:
                    share.dropped -= 1
                else:
                    self._order.append(share)


class _Entries(Sequence[Entry]):
    """Calls to read, each decoded when it is asked for."""

    def __init__(self, calls: list[RecordedCall]) -> None:
        self._calls = calls

    def __len__(self) -> int:
        return len(self._calls)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        found = self._calls[place]
        return list(map(entry_of, found)) if isinstance(found, list) else entry_of(found)


class Search:
    """A search in calls that are looked at from the newest to the oldest."""

    def __init__(self, limit: int, criteria: CallCriteria) -> None:
        self._limit = limit
        self._criteria = criteria
        self._found: list[RecordedCall] = []
        self._total = 0
        self._begun = criteria.before is None
        self._ended = criteria.after is None

    def look_at(self, newest_first: Iterable[RecordedCall]) -> bool:
        """Look at the next calls, and return whether all that may match have been looked at."""
        after, match = self._criteria.after, self._criteria.match
        for call in newest_first:
            if not self._begun:
                self._begun = call.request_id == self._criteria.before
                continue
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
        if not (self._begun and self._ended):
            raise UnknownCall("after" if self._begun else "before")
        return [entry_of(call) for call in self._found], self._total


def _size(call: RecordedCall) -> int:
    """Return the bytes that a call takes in memory, at least what each has on average."""
    path, request_body, response_body = call.path, call.request_body, call.response_body
    size = _OVERHEAD_BYTES + len(call.query) + len(call.heads)
    size += len(path) if path.isascii() else getsizeof(path)
    if request_body:
        size += len(request_body)
    if response_body:
        size += len(response_body)
    return size if size > _BYTES_PER_CALL else _BYTES_PER_CALL


async def calls_of(entries: Sequence[Entry]) -> list[RecordedCall]:
    """Return the calls of which entries were made, while other calls go on."""
    calls: list[RecordedCall] = []
    for start in range(0, len(entries), _PART_SIZE):
        calls += map(call_of, entries[start : start + _PART_SIZE])
        await asyncio.sleep(0)
    return calls
