"""Calls of the journal as an HTTP archive (HAR 1.2), which browsers and proxies read."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from mockserver import __version__
from mockserver.asgi import encode
from mockserver.control.context import JsonParts, Request
from mockserver.control.explanations import Explanations
from mockserver.control.requests import criteria, search
from mockserver.domain import dates
from mockserver.runtime.journal import Entry

_PART_SIZE = 100
_CUT = "cut at 1 KiB"
_SHOWN_BYTES = 1024


async def export_requests(request: Request) -> JsonParts:
    """Return the newest calls that match as an archive, oldest first. Raises InvalidInput."""
    found, _ = await search(request, request.params["limit"], criteria(request, request.params))
    explanations = await Explanations.read(request.context.router.operations)
    return JsonParts(_parts(found[::-1], urlsplit(request.base_url), explanations))


def _parts(entries: Sequence[Entry], base: SplitResult, explanations: Explanations) -> Iterator[bytes]:
    yield b'{"log":{"version":"1.2","creator":%s,"entries":[' % encode({"name": "novavms-mock", "version": __version__})
    for start in range(0, len(entries), _PART_SIZE):
        part = entries[start : start + _PART_SIZE]
        archived = [_archived(entry, base) | {"_why": explanations.why(entry)} for entry in part]
        yield (b"," if start else b"") + encode(archived)[1:-1]
    yield b"]}}"


def _archived(entry: Entry, base: SplitResult) -> dict[str, Any]:
    return {
        "startedDateTime": dates.text(entry.at),
        "time": entry.duration_ms,
        "request": _request(entry, base),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": entry.duration_ms, "receive": 0},
        "_request_id": entry.request_id,
        "_operation": entry.operation,
        "_org_id": entry.org_id,
        "_actor": entry.actor,
    }


def _request(entry: Entry, base: SplitResult) -> dict[str, Any]:
    host = entry.request_headers.get("host", "localhost")
    query = f"?{entry.query}" if entry.query else ""
    shown: dict[str, Any] = {
        "method": entry.method,
        "url": f"{base.scheme}://{host}{base.path}{quote(entry.path)}{query}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(entry.request_headers),
        "queryString": [
            {"name": name, "value": value} for name, value in parse_qsl(entry.query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": _size(entry.request_headers, entry.request_body),
    }
    if entry.request_body:
        media_type = entry.request_headers.get("content-type", "application/octet-stream")
        shown["postData"] = {"mimeType": media_type, "text": entry.request_body, **_cut(entry.request_body)}
    return shown


def _response(entry: Entry) -> dict[str, Any]:
    body = entry.response_body or ""
    media_type = entry.response_headers.get("content-type", "")
    return {
        "status": entry.status or 0,
        "statusText": _reason(entry.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(entry.response_headers),
        "content": {"size": len(body.encode()), "mimeType": media_type, "text": body, **_cut(body)},
        "redirectURL": entry.response_headers.get("location", ""),
        "headersSize": -1,
        "bodySize": -1,
    }


def _headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _size(headers: Mapping[str, str], body: str | None) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else len((body or "").encode())


def _cut(body: str) -> dict[str, str]:
    return {"comment": _CUT} if len(body.encode()) >= _SHOWN_BYTES else {}


def _reason(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
