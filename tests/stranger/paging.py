"""Pages of lists: the order of rows, and cursors."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from tests.stranger.calls import Call
from tests.stranger.queries import PAGING, refuse


class Record(Protocol):
    """A record with an id."""

    @property
    def id(self) -> str:
        """Its id."""


Row = TypeVar("Row", bound=Record)
Key = tuple[float, str]


@dataclass(frozen=True)
class Cursor:
    """What a cursor holds: the org and list, the filters, and the place of the last row by number and by key."""

    scope: str
    filters: str
    offset: int
    key: Key


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: its rows, the cursor of the next page, and what total says."""

    rows: list[Row]
    next_cursor: str | None
    total: int


def ordered(call: Call, rows: list[Row], time_of: Callable[[Row], datetime]) -> list[Row]:
    """Return the rows in the order of the server's lists."""
    return sorted(rows, key=lambda row: _key(call, row, time_of))


def page(call: Call, kind: str, rows: list[Row], time_of: Callable[[Row], datetime], limit: int) -> Page[Row]:
    """Return the page of ``rows`` that the cursor of the call names, the first where it has none.

    ``kind`` names the list: a cursor of another one is refused like any that the server never gave.
    """
    listed = ordered(call, rows, time_of)
    start = _start(call, kind, [_key(call, row, time_of) for row in listed])
    found, following = listed[start : start + limit], listed[start + limit :]
    more = bool(following) if call.choices.last_page == "exact" else len(found) == limit
    cursor = None
    if found and more:
        cursor = _encode(Cursor(_scope(call, kind), _filters(call), start + len(found), _key(call, found[-1], time_of)))
    return Page(found, cursor, len(listed) if call.choices.total == "matches" else len(found))


def _key(call: Call, row: Row, time_of: Callable[[Row], datetime]) -> Key:
    """Return what rows are sorted by."""
    if call.choices.order == "id":
        return (0.0, row.id)
    at = time_of(row).timestamp()
    return (-at if call.choices.order == "newest" else at, row.id)


def _start(call: Call, kind: str, keys: list[Key]) -> int:
    """Return the index of the first row of the page."""
    text = call.query.get("cursor")
    if text is None:
        return 0
    cursor = _decode(text)
    if cursor is None or cursor.scope != _scope(call, kind):
        if call.choices.bad_cursor == "refused":
            refuse(call, "is not a cursor of this list", "cursor")
        return 0
    if cursor.filters != _filters(call) and call.choices.cursor_of_other_filters == "refused":
        refuse(call, "belongs to other filters", "cursor")
    return cursor.offset if call.choices.cursor == "offset" else sum(key <= cursor.key for key in keys)


def _encode(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(json.dumps(astuple(cursor)).encode()).decode().rstrip("=")


def _decode(text: str) -> Cursor | None:
    """Return what a cursor holds, None for a text that is no cursor."""
    try:
        scope, filters, offset, (at, row_id) = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", True))
        return Cursor(str(scope), str(filters), max(0, int(offset)), (float(at), str(row_id)))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def _scope(call: Call, kind: str) -> str:
    return _digest(call.member.org_id, kind)


def _filters(call: Call) -> str:
    return _digest(*(f"{name}={text}" for name, text in sorted(call.query.items()) if name not in PAGING))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
