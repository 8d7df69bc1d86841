"""The input of an operation, and what it may return."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import msgspec

from mockserver.asgi import Scope
from mockserver.domain import dates
from mockserver.domain.access import Caller
from mockserver.domain.cursors import CursorSigner
from mockserver.domain.errors import ApiError, NotFound, Unauthenticated
from mockserver.openapi.answers import DocumentedAnswer
from mockserver.openapi.document import Document
from mockserver.operations.rendered_pages import RenderedPages
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Kind, Query, R, Transaction
from mockserver.store.kinds import ORGS


class Call(msgspec.Struct, frozen=True):
    """One call of an operation: by whom, with what, when, and in which transaction.

    ``params`` holds the path, query, header and cookie parameters, ``body`` the JSON body; both are valid according to
    the document. ``scope`` is the request as ASGI describes it. ``now`` is the time of the caller's org.
    """

    operation: str
    tx: Transaction
    caller: Caller
    now: datetime
    clock: Clock
    params: Mapping[str, Any]
    body: Mapping[str, Any]
    random_source: RandomSource
    document: Document
    rendered_pages: RenderedPages
    scope: Scope = {}

    @property
    def org_id(self) -> str:
        """The org of the caller, whose data alone the operation may use."""
        return self.caller.org_id

    def at_time_of(self, org_id: str) -> Self:
        """Return the call at the time of an org, which is found out in the course of a call without credential."""
        own = self.clock.own_clocks.get(org_id)
        return self if own is None else msgspec.structs.replace(self, now=own.now())

    async def get(self, kind: Kind[R], noun: str) -> R:
        """Return the record that the path names by its id. Raises NotFound."""
        record = await self.tx.get(kind, self.org_id, self.params["id"])
        if record is None:
            raise NotFound(noun)
        return record

    async def new_identity(self) -> dict[str, Any]:
        """Return the id, org and time of a record to create. Raises Unauthenticated if the org was removed."""
        if await self.tx.get(ORGS, self.org_id, self.org_id) is None:
            raise Unauthenticated
        return {"id": self.random_source.uuid(), "org_id": self.org_id, "created_at": dates.whole_seconds(self.now)}

    def cursor_signer(self) -> CursorSigner:
        """Return the signer of this list's cursors, for its org, operation and filters, whatever the page size."""
        filters = sorted([item for item in self.params.items() if item[0] not in ("cursor", "limit")])
        return CursorSigner(self.random_source.secret("cursor"), f"{self.org_id} {self.operation} {filters}")


@dataclass(frozen=True, slots=True)
class Csv:
    """An answer that is streamed as CSV, row by row, under a file name."""

    filename: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Text:
    """An answer that is sent unchanged."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class WithHeaders:
    """An answer with headers of its own, such as a cookie."""

    result: "Result"
    headers: Sequence[tuple[str, str]]


#: An error that is raised rolls back what the operation wrote; an error that is returned does not.
Result = dict[str, Any] | Csv | Text | DocumentedAnswer | WithHeaders | ApiError | None
Function = Callable[[Call], Awaitable[Result]]


async def page(call: Call, query: Query[R]) -> tuple[Sequence[R], dict[str, Any]]:
    """Return the rows of the page that the call asks for, and the rest of the answer: next_cursor and total (EV-30)."""
    cursor_signer = call.cursor_signer()
    cursor = call.params.get("cursor")
    after = None if cursor is None else cursor_signer.decode(cursor)
    found = await call.tx.page(query, call.params["limit"], after)
    next_cursor = cursor_signer.encode(query.kind.position(found.rows[-1])) if found.more else None
    return found.rows, {"next_cursor": next_cursor, "total": found.total}
