"""The access log, in both formats."""

import asyncio
import io
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from mockserver.runtime.journal import RecordedCall, heads
from mockserver.server.access_log import FORMATS, AccessLog, as_json, as_text
from tests.harness import Running

ENTRY = RecordedCall(
    at=datetime(2026, 4, 21, 14, 20, 10, 987654, tzinfo=UTC),
    request_id="req_0123456789abcdef0123",
    method="GET",
    path="/api/v1/events",
    query="limit=3",
    operation="listEvents",
    org_id="7c9e6679-7425-40de-944b-e07fc1f90ae7",
    actor="Olive Owner",
    status=200,
    duration_ms=1.234,
    heads=heads([(b"cookie", b"secret")], []),
    request_body=b'{"secret": 1}',
    response_body=b"x" * 1024,
)


def changed(**fields: Any) -> RecordedCall:
    return msgspec.structs.replace(ENTRY, **fields)


def test_text_line_has_time_status_request_duration_actor_and_id() -> None:
    line = "2026-04-21T14:20:10Z 200 GET /api/v1/events?limit=3 1.2ms Olive Owner req_0123456789abcdef0123"
    assert as_text(ENTRY) == line
    assert as_text(changed(query="", actor=None)) == line.replace("?limit=3", "").replace("Olive Owner", "-")
    assert as_text(changed(status=None)).split()[1].strip("-") == ""


def test_json_line_is_the_entry_without_bodies() -> None:
    fields = msgspec.to_builtins(ENTRY)
    left_out = {"heads", "why", "request_body", "response_body"}
    expected = {name: value for name, value in fields.items() if name not in left_out}
    assert json.loads(as_json(ENTRY)) == expected
    assert len(expected) == 10


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", ["/a\nb", "/a\r\nforged line", "/\x1b[2J", "/\x00", "/\u2028"])
def test_every_entry_is_one_line_whatever_was_asked(form: str, path: str) -> None:
    line = FORMATS[form](changed(path=path, query="\x85"))
    assert "\n" not in line
    assert "\r" not in line
    assert form == "json" or (line.isprintable() and len(line.split("?")[0].split("/")) == 2)


def test_lines_are_written_in_batches_in_their_order() -> None:
    stream = io.StringIO()
    log = AccessLog(stream.write, lambda entry: entry.path)

    async def requests() -> str:
        for number in range(5):
            log(changed(path=f"/{number}"))
        before = stream.getvalue()
        await asyncio.sleep(0.15)
        log(changed(path="/late"))
        return before

    assert asyncio.run(requests()) == ""
    assert stream.getvalue() == "/0\n/1\n/2\n/3\n/4\n"
    log.flush()
    log.flush()
    assert stream.getvalue() == "/0\n/1\n/2\n/3\n/4\n/late\n"


def test_calls_of_the_api_are_logged_and_those_of_the_control_plane_are_not(isolated: Running) -> None:
    seen: list[RecordedCall] = []
    isolated.mock.journal.watch(seen.append)
    isolated.control("GET", "/health")
    isolated.client().get("/api/v1/nowhere?x=1")
    isolated.client("sk_live_abc123").get("/api/v1/events")
    assert [(entry.path, entry.query, entry.status, entry.operation) for entry in seen] == [
        ("/api/v1/nowhere", "x=1", 404, None),
        ("/api/v1/events", "", 200, "listEvents"),
    ]
    assert [bool(entry.actor) for entry in seen] == [False, True]
    assert all(entry.duration_ms >= 0 for entry in seen)
