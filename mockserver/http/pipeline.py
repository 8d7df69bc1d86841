"""One request: its steps, in the order that decides which error is answered.

caller → fault → route (404, 405) → credential (401) → rate (429) → role (403) → input (400, 413) → the operation in a
transaction (404, 403, 409, 410, 413, 429, 400) → the answer checked against the document → journal.
"""

import asyncio
import csv
import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from mockserver.asgi import (
    Answer,
    Disconnected,
    Receive,
    Scope,
    Send,
    bearer_token,
    decode_json,
    error_answer,
    header,
    json_answer,
    parse_json,
    read_body,
    transmit,
)
from mockserver.backends.base import FaultRegistry, Journal
from mockserver.domain import access
from mockserver.domain.access import ANONYMOUS, Caller
from mockserver.domain.errors import ApiError, InternalError, MethodNotAllowed, RateLimited, Unavailable, without_origin
from mockserver.domain.limits import Quota
from mockserver.http import fault_injection
from mockserver.http.admission import Admission, PendingCall
from mockserver.http.changed_answers import change_body
from mockserver.http.compression import compressed
from mockserver.http.fault_injection import FaultHeaders
from mockserver.http.index import Index, UnknownPath
from mockserver.http.why import BY_THE_OPERATION, why
from mockserver.openapi.answers import DocumentedAnswer
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation
from mockserver.openapi.request_bodies import RequestBody
from mockserver.openapi.routing import Match, Router
from mockserver.operations.call import Call, Csv, Function, Result, Text, WithHeaders
from mockserver.operations.rendered_pages import RenderedPages
from mockserver.runtime.clock import Clock, stopwatch
from mockserver.runtime.faults import CallInfo, Effects
from mockserver.runtime.journal import RecordedCall, excerpt, heads, target
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Store

MAX_BODY_BYTES = 1024 * 1024
_CSV_PART_BYTES = 16 * 1024
_log = logging.getLogger(__name__)


class Exchange(msgspec.Struct):
    """One request, and what the steps have found out about it so far."""

    scope: Scope
    receive: Receive
    now: datetime
    request_id: str
    match: Match | None
    operation: Operation | None
    caller: Caller = ANONYMOUS
    quota: Quota | None = None
    refusal: RateLimited | None = None
    body: bytes | None = None
    fault: Effects | None = None
    call: Call | None = None
    error: ApiError | None = None


@dataclass(frozen=True)
class Pipeline:
    """The API as an ASGI application; ``functions`` has one for every operation of the document.

    ``strict`` checks every answer against the document, ``fault_headers`` reads those by which callers ask for
    faults, ``index`` answers where the document has no path.
    """

    document: Document
    router: Router
    functions: Mapping[str, Function]
    store: Store
    admission: Admission
    clock: Clock
    random_source: RandomSource
    journal: Journal
    faults: FaultRegistry
    rendered_pages: RenderedPages
    strict: bool
    fault_headers: FaultHeaders | None
    index: Index

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = stopwatch()
        match = self.router.match(scope["path"], scope.get("raw_path", b""))
        operation = match.operation(scope["method"]) if match else None
        exchange = Exchange(scope, receive, self.clock.now(), self.random_source.request_id(), match, operation)
        try:
            answer = await self._answer(exchange)
        except Disconnected:
            return
        self._record(exchange, answer, stopwatch() - started)
        if exchange.fault:
            await fault_injection.transmit(exchange.fault, answer, scope, receive, send)
        else:
            await transmit(compressed(answer, scope), scope, send)

    async def _answer(self, exchange: Exchange) -> Answer:
        try:
            await self._identify(exchange)
            fault = self.fault_headers.read(exchange.scope, exchange.operation) if self.fault_headers else None
            if fault or (self.faults and (fault := await self._match_fault(exchange))):
                answer = await self._apply_fault(exchange, fault)
            else:
                answer = await self._perform(exchange)
        except ApiError as error:
            exchange.error = without_origin(error)
            found = self.index.answer(exchange.scope) if isinstance(error, UnknownPath) else error
            answer = found if isinstance(found, Answer) else error_answer(found, exchange.request_id)
        except Disconnected:
            raise
        except Exception:
            _log.exception("%s failed", exchange.request_id)
            answer = error_answer(InternalError(), exchange.request_id)
        if len(answer.headers) < 2 or all(name != b"x-request-id" for name, _ in answer.headers):
            answer.headers += _common_headers(exchange)
        if exchange.fault:
            fault_injection.set_headers(answer, exchange.fault)
        if self.strict and exchange.operation and not exchange.fault and answer.status != Unavailable.status:
            return _check_answer(exchange, exchange.operation, answer)
        return answer

    async def _apply_fault(self, exchange: Exchange, fault: Effects) -> Answer:
        """Wait for the delay of the fault, then give its answer, or perform the call and change what it answers."""
        exchange.fault = fault
        if seconds := self.faults.seconds(fault):
            await asyncio.sleep(seconds)
            exchange.now = self.clock.of(exchange.caller.org_id).now()
        answer = fault_injection.answer_instead(fault) or await self._perform(exchange)
        return change_body(answer, fault.change) if fault.change else answer

    async def _match_fault(self, exchange: Exchange) -> Effects | None:
        scope, operation, caller = exchange.scope, exchange.operation, exchange.caller
        name = operation.id if operation else None
        sent = (scope["headers"], scope["query_string"])
        call = CallInfo(name, scope["method"], scope["path"], caller.org_id, caller.name, *sent)
        fault = await self.faults.match(call)
        return fault.effects() if fault else None

    async def _perform(self, exchange: Exchange) -> Answer:
        operation = _route(exchange)
        if operation.min_role:
            access.authenticate(exchange.caller)
        if exchange.refusal:
            raise exchange.refusal
        if operation.min_role:
            access.authorise(exchange.caller, operation.min_role)
        match, scope = exchange.match, exchange.scope
        params = operation.parameters.read(match.values if match else {}, scope["query_string"], scope["headers"])
        body = await _read_body(exchange, operation, schema) if (schema := operation.body) else {}
        opened = self.store.snapshot if operation.method == "GET" else self.store.transaction
        async with opened() as tx:
            exchange.call = call = Call(
                operation=operation.id,
                tx=tx,
                caller=exchange.caller,
                now=exchange.now,
                clock=self.clock,
                params=params,
                body=body,
                random_source=self.random_source,
                document=self.document,
                rendered_pages=self.rendered_pages,
                scope=scope,
            )
            result = await self.functions[operation.id](call)
        return _render(operation, result)

    async def _identify(self, exchange: Exchange) -> None:
        """Set the caller and the quota; only calls of metered operations are charged (RL-05, RL-06)."""
        metered = exchange.operation is not None and exchange.operation.metered
        cost = metered if metered or exchange.operation is None else None
        call = PendingCall(bearer_token(exchange.scope), exchange.now, cost)
        await self.admission.admit(call)
        exchange.caller, exchange.quota, exchange.refusal = call.caller, call.quota, call.refusal
        exchange.now = call.now

    def _record(self, exchange: Exchange, answer: Answer, seconds: float) -> None:
        scope, caller, error, fault = exchange.scope, exchange.caller, exchange.error, exchange.fault
        self.journal.add(
            RecordedCall(
                exchange.now,
                exchange.request_id,
                scope["method"],
                target(scope["path"]),
                target(scope["query_string"].decode("latin-1")),
                exchange.operation.id if exchange.operation else None,
                caller.org_id or None,
                caller.name,
                None if fault and fault.drop else answer.status,
                seconds * 1000,
                heads(scope["headers"], answer.headers),
                excerpt(exchange.body),
                excerpt(answer.body if isinstance(answer.body, bytes) else None),
                why(error, fault, called=bool(exchange.call)) if error or fault else BY_THE_OPERATION,
            )
        )


def _route(exchange: Exchange) -> Operation:
    if exchange.operation is not None:
        return exchange.operation
    if exchange.match is None:
        raise UnknownPath
    raise MethodNotAllowed(exchange.match.methods())


async def _read_body(exchange: Exchange, operation: Operation, schema: RequestBody) -> Mapping[str, Any]:
    exchange.body = await read_body(exchange.scope, exchange.receive, MAX_BODY_BYTES)
    if not exchange.body and not operation.body_required:
        return {}
    if schema.is_json_alone:
        body: Mapping[str, Any] = schema.check(decode_json(exchange.scope, exchange.body))
    else:
        content_type = (header(exchange.scope, b"content-type") or b"").decode("latin-1")
        body = schema.read(content_type, exchange.body, parse_json)
    return body


def _render(operation: Operation, result: Result) -> Answer:
    match result:
        case dict():
            return json_answer(operation.success, result)
        case None:
            return Answer(operation.success)
        case WithHeaders():
            answer = _render(operation, result.result)
            answer.headers += [(name.encode(), value.encode("latin-1")) for name, value in result.headers]
            return answer
        case Text():
            return Answer(operation.success, [(b"content-type", result.media_type.encode())], result.content)
        case Csv():
            disposition = f'attachment; filename="{result.filename}"'.encode()
            headers = [(b"content-type", b"text/csv; charset=utf-8"), (b"content-disposition", disposition)]
            return Answer(operation.success, headers, _csv_parts(result))
        case DocumentedAnswer():
            headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in result.headers]
            return Answer(result.status, headers, result.body)
        case ApiError():
            raise result


def _csv_parts(table: Csv) -> Iterator[bytes]:
    """Yield the table as CSV in parts of about 16 KiB, so that it is never in memory as a whole."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)  # ends lines with CRLF (RFC 4180), so that a single CR is quoted, too
    writer.writerow(table.header)
    for row in table.rows:
        writer.writerow(row)
        if buffer.tell() >= _CSV_PART_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _common_headers(exchange: Exchange) -> list[tuple[bytes, bytes]]:
    headers = [(b"x-request-id", exchange.request_id.encode())]
    if quota := exchange.quota:
        headers += [
            (b"x-ratelimit-limit", b"%d" % quota.limit),
            (b"x-ratelimit-remaining", b"%d" % quota.remaining),
            (b"x-ratelimit-reset", b"%d" % quota.full_at),
        ]
    return headers


def _check_answer(exchange: Exchange, operation: Operation, answer: Answer) -> Answer:
    """Return the answer if the document allows it, otherwise a 500 that lists the differences."""
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    body = answer.body if isinstance(answer.body, bytes) else None
    if not (differences := operation.differences(answer.status, headers, body)):
        return answer
    text = f"{operation.id} answered {answer.status}, which differs from the document: {'; '.join(differences)}"
    exchange.error = InternalError(text)
    replacement = error_answer(exchange.error, exchange.request_id)
    replacement.headers += _common_headers(exchange)
    return replacement
