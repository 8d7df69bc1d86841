"""The journal: the last calls, their requests and responses, up to a number of calls and a size of their texts.

A call is recorded as it came, which costs a request next to nothing, and is decoded when somebody reads it.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

MAX_BYTES = 32 * 1024 * 1024
_MAX_BODY_BYTES = 1024
_MAX_TARGET_LENGTH = 4096
_MAX_HEADS_BYTES = 8 * 1024
#: A search looks at so many calls before others go on.
_PART_SIZE = 200
#: Headers whose values are secrets, and what is shown in their place, after the scheme of a credential.
_SECRET_NAME = re.compile(r"authorization|cookie|token|secret|password|api-?key")
_SECRET = "***"

Headers = Sequence[tuple[bytes, bytes]]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]).decode


class RecordedCall(msgspec.Struct, frozen=True, gc=False):
    """One call as it came; ``heads`` are the headers of request and response. ``status`` as in an Entry."""

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
    heads: bytes
    request_body: bytes | None
    response_body: bytes | None


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call, to read; ``status`` is None when a fault dropped the response.

    Bodies are cut at one KiB, path and query at four, all headers together at eight. The names of headers are in lower
    case, values of one name joined by commas, secrets replaced.
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
    request_headers: dict[str, str] = {}
    request_body: str | None
    response_headers: dict[str, str] = {}
    response_body: str | None


class Criteria(Protocol):
    """What the calls that are searched for have in common."""

    @property
    def after(self) -> str | None:
        """The id of the call that came before them, if there is one."""

    def match(self, call: RecordedCall) -> bool:
        """Whether a call is one of them."""


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

    def add(self, call: RecordedCall) -> None:
        """Append a call, and drop the oldest while the journal is too large."""
        self._keep(call)
        for watcher in self._watchers:
            watcher(call)

    def watch(self, watcher: Callable[[RecordedCall], None]) -> None:
        """Call the watcher with every call from now on."""
        self._watchers.append(watcher)

    async def search(self, limit: int, criteria: Criteria) -> tuple[list[Entry], int]:
        """Return the newest ``limit`` calls that match, and how many match in all. Raises UnknownCall."""
        search = Search(limit, criteria)
        newest_first = list(reversed(self._ring))
        for start in range(0, len(newest_first), _PART_SIZE):
            if search.look_at(newest_first[start : start + _PART_SIZE]):
                break
            await asyncio.sleep(0)
        return search.result()

    async def clear(self) -> None:
        """Remove all calls."""
        self.restore(())

    def dump(self) -> list[Entry]:
        """Return all calls, oldest first."""
        return [entry_of(call) for call in self._ring]

    def restore(self, entries: Sequence[Entry]) -> None:
        """Replace all calls with these, oldest first."""
        self._ring.clear()
        self._sizes.clear()
        self._bytes = 0
        for entry in entries:
            self._keep(call_of(entry))

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

    def __init__(self, limit: int, criteria: Criteria) -> None:
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


def target(text: str) -> str:
    """Return the part of a path or query that the journal keeps."""
    return text[:_MAX_TARGET_LENGTH]


def excerpt(body: bytes | None) -> bytes | None:
    """Return the part of a body that the journal keeps."""
    return body[:_MAX_BODY_BYTES] if body else body


def heads(request: Headers, response: Headers) -> bytes:
    """Return the headers that the journal keeps, in one piece."""
    encoded = _encode((request, response))
    return encoded if len(encoded) <= _MAX_HEADS_BYTES else _encode((_cut(request), _cut(response)))


def _cut(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return as many of the headers, their values cut, as have half of the room."""
    kept, room = [], _MAX_HEADS_BYTES // 2
    for name, value in headers:
        kept.append((name[:room], value[: max(0, room - len(name))]))
        room -= len(name) + len(value) + 10
        if room <= 0:
            break
    return kept


def entry_of(call: RecordedCall) -> Entry:
    """Return a call to read; U+FFFD stands for what is no text, and for NUL, which PostgreSQL may not hold."""
    request, response = _decode(call.heads)
    return Entry(
        at=call.at,
        request_id=call.request_id,
        method=call.method,
        path=replace_nul(call.path),
        query=replace_nul(call.query),
        operation=call.operation,
        org_id=call.org_id,
        actor=call.actor,
        status=call.status,
        duration_ms=round(call.duration_ms, 3),
        request_headers=_shown(request),
        request_body=_text(call.request_body),
        response_headers=_shown(response),
        response_body=_text(call.response_body),
    )


def call_of(entry: Entry) -> RecordedCall:
    """Return the call of which an entry was made, without what had been cut or replaced."""
    return RecordedCall(
        at=entry.at,
        request_id=entry.request_id,
        method=entry.method,
        path=target(entry.path),
        query=target(entry.query),
        operation=entry.operation,
        org_id=entry.org_id,
        actor=entry.actor,
        status=entry.status,
        duration_ms=entry.duration_ms,
        heads=heads(_as_bytes(entry.request_headers), _as_bytes(entry.response_headers)),
        request_body=None if entry.request_body is None else excerpt(entry.request_body.encode()),
        response_body=None if entry.response_body is None else excerpt(entry.response_body.encode()),
    )


def _as_bytes(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _shown(headers: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").lower()
        value = replace_nul(raw_value.decode("latin-1"))
        value = _without_secret(name, value) if _SECRET_NAME.search(name) else value
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _without_secret(name: str, value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {_SECRET}" if space and name.endswith("authorization") else _SECRET


def _text(body: bytes | None) -> str | None:
    return None if body is None else replace_nul(body.decode(errors="replace"))


def replace_nul(text: str) -> str:
    """Return the text with U+FFFD in place of NUL characters, which neither snapshots nor PostgreSQL may hold."""
    return text.replace("\0", "\ufffd")
