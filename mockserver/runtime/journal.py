"""A call in the journal: recorded as it came, which costs next to nothing, and decoded when somebody reads it."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

_MAX_BODY_BYTES = 1024
_MAX_TARGET_LENGTH = 4096
_MAX_HEADS_BYTES = 8 * 1024
#: Headers whose values are secrets, and what is shown in their place, after the scheme of a credential.
_SECRET_NAME = re.compile(r"authorization|cookie|token|secret|password|api-?key|^sec-websocket-protocol$")
_SECRET = "***"

Headers = Sequence[tuple[bytes, bytes]]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]).decode


class Step(StrEnum):
    """A step that an answer may come from, in the order of the steps."""

    FAULT = "fault"
    ROUTE = "route"
    CREDENTIAL = "credential"
    RATE_LIMIT = "rate_limit"
    ROLE = "role"
    INPUT = "input"
    OPERATION = "operation"
    DOCUMENT = "document"  # --strict-responses
    STORE = "store"  # which cannot be reached


class Why(msgspec.Struct, frozen=True, gc=False):
    """Why a call was answered as it was: the step that answered, and whether a fault had an effect on the call."""

    step: Step
    fault: bool = False


class RecordedCall(msgspec.Struct, frozen=True, gc=False):
    """One call as it came; ``heads`` are the headers of request and response. ``status`` and ``why`` as in an Entry."""

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
    why: Why | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call, to read; ``status`` is None when a fault dropped the response, ``why`` in one of an older version.

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
    why: Why | None = None


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
        why=call.why,
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
        why=entry.why,
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
