"""The journal: its calls as they come, by filters and page by page, and one with all that is known of it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from starlette.responses import Response, StreamingResponse

from mockserver.asgi import base_url
from mockserver.console import CONSOLE
from mockserver.console.calls import CallFailed
from mockserver.console.live import followed
from mockserver.console.shell import quoted
from mockserver.console.visit import PAGE_ROWS, Handler, Visit

JOURNAL = f"{CONSOLE}/journal"
FILTERS = ("org", "operation", "actor", "method", "status", "path", "body")
_MAX_ARCHIVED_CALLS = 10_000
#: Headers that the client sends by itself, or that the journal does not keep as they were.
_NOT_REPEATED = ("host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding")
_SECRET = "***"
_CUT_BYTES = 1024
#: What each step of a call decides.
STEPS = {
    "fault": "A fault answered in place of the call.",
    "route": "The API has no such path, or the path no such method.",
    "credential": "The call has no valid credential.",
    "rate_limit": "The caller was over the rate limit.",
    "role": "The role of the caller does not suffice.",
    "input": "A parameter or the body is not valid.",
    "operation": "The operation itself answered: no step before it refused the call.",
    "document": "The document does not allow what the operation answered.",
    "store": "The store could not be reached.",
}


async def show(visit: Visit) -> Response:
    """Show the newest calls that match, or those before one of them."""
    filters, before = _filters(visit), visit.query.get("before")
    found: Mapping[str, Any] = {"data": [], "total": 0}
    failed = None
    try:
        sought = {**filters, "before": before, "limit": PAGE_ROWS}
        found = await visit.calls.control("GET", "/requests", params=sought)
    except CallFailed as error:
        failed = error
    calls = found["data"]
    newest = {"after": calls[0]["request_id"]} if calls else {}
    return visit.page(
        "journal.html",
        failed.status if failed else 200,
        failed=failed,
        filters={name: visit.query.get(name, "") for name in FILTERS},
        calls=calls,
        total=found["total"],
        before=before,
        stream=f"{JOURNAL}/stream?{urlencode({**filters, **newest})}",
        older=f"{JOURNAL}?{urlencode({**filters, 'before': calls[-1]['request_id']})}" if calls else None,
        newer=f"{JOURNAL}?{urlencode(filters)}",
        archive=f"{JOURNAL}/archive?{urlencode(filters)}",
        filtered=_filtered(filters.get("org")),
    )


async def stream(visit: Visit) -> Response:
    """Send the calls that match as they come, as rows of the table."""
    filters = _filters(visit)
    after = visit.request.headers.get("last-event-id") or visit.query.get("after")
    rows = visit.templates.get_template("journal_rows.html")

    async def events() -> AsyncIterator[bytes]:
        async for event in followed(visit.calls, filters, after):
            if event.calls:
                html = rows.render(root=visit.root, calls=event.calls, filtered=_filtered(filters.get("org")))
                yield _event({"html": html, "skipped": event.skipped}, event.calls[0]["request_id"])
            else:
                yield _event({"failed": event.failed}) if event.failed else b":\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


async def entry(visit: Visit) -> Response:
    """Show one call: by itself, or as the ``part`` that opens below its row."""
    sought = {"request_id": visit.params["request_id"], "limit": 1}
    calls = (await visit.calls.control("GET", "/requests", params=sought))["data"]
    if not calls:
        raise CallFailed(404, "The journal does not have this call, or has it no more.")
    template = "journal_entry_part.html" if "part" in visit.query else "journal_entry.html"
    curl = curl_of(calls[0], base_url(visit.request.scope))
    return visit.page(template, call=calls[0], curl=curl, steps=STEPS, cut_bytes=_CUT_BYTES)


async def archive(visit: Visit) -> Response:
    """Send the calls that match as an HTTP archive."""
    sought = {**_filters(visit), "limit": _MAX_ARCHIVED_CALLS}
    found = await visit.calls.control("GET", "/requests/har", params=sought)
    headers = {"Content-Disposition": 'attachment; filename="journal.har"'}
    return Response(msgspec.json.encode(found), headers=headers, media_type="application/json")


async def clear(visit: Visit) -> Response:
    """Empty the journal, or remove the calls of an org."""
    org = (await visit.form()).get("org")
    await visit.calls.control("DELETE", "/requests", params={"org": org})
    return visit.to(f"{JOURNAL}?{urlencode({'done': 'emptied', **({'org': org} if org else {})})}")


def curl_of(call: Mapping[str, Any], base: str) -> str:
    """Return a command that repeats a call, with ``$TOKEN`` for its credential and without a body that was cut."""
    query, head = f"?{call['query']}" if call["query"] else "", call["method"] == "HEAD"
    verb = "-I" if head else f"-i -X {quoted(call['method'])}"  # with -X HEAD curl waits for a body
    lines = [f"curl -g --path-as-is {verb} {quoted(base + quote(call['path']) + query)}"]
    for name, value in call["request_headers"].items():
        if name == "authorization":
            lines.append('-H "Authorization: Bearer $TOKEN"')
        elif name not in _NOT_REPEATED and value != _SECRET:
            lines.append(f"-H {quoted(f'{name}: {value}' if value else f'{name};')}")  # "name:" would leave it out
    body = call["request_body"]
    if body and len(body.encode()) < _CUT_BYTES and not head:
        lines.append(f"--data-raw {quoted(body)}")
    return " \\\n  ".join(lines)


def _filters(visit: Visit) -> dict[str, str]:
    return {name: value for name in FILTERS if (value := visit.query.get(name))}


def _filtered(org: str | None) -> Any:
    """Return a function that returns the path of the page with one filter, in the org that is shown."""

    def path(**chosen: object) -> str:
        kept = {"org": org} if org else {}
        return f"{JOURNAL}?{urlencode({**kept, **chosen})}"

    return path


def _event(data: Mapping[str, Any], event_id: str | None = None) -> bytes:
    named = f"id: {event_id}\n".encode() if event_id else b""
    return named + b"data: " + msgspec.json.encode(data) + b"\n\n"


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", JOURNAL, show),
    ("GET", f"{JOURNAL}/stream", stream),
    ("GET", f"{JOURNAL}/archive", archive),
    ("POST", f"{JOURNAL}/clear", clear),
    ("GET", f"{JOURNAL}/{{request_id}}", entry),
)
