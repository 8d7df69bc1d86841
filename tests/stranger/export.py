"""The export of events as CSV."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from tests.stranger import paging, queries
from tests.stranger.answers import time
from tests.stranger.breaks import Break
from tests.stranger.calls import Call
from tests.stranger.events import FILTERS, all_fields, at, matching
from tests.stranger.problems import Problem
from tests.stranger.records import Event

_COLUMNS = (
    "id", "camera_id", "camera_name", "trigger_type", "triggered_at", "duration_sec", "summary", "tags", "ai_status",
    "acknowledged", "starred",
)  # fmt: skip


def export_events(call: Call) -> Response:
    """GET /events/export."""
    if not call.broken(Break.VIEWER_EXPORTS):
        call.require_role("operator")
    queries.refuse_unknown(call, (*FILTERS, *queries.PAGING))
    events = _capped(call, _selected(call))
    if call.broken(Break.EXPORT_SKIPS_ROW):
        events = events[:-1]
    answer = StreamingResponse(_lines(call, events), headers=_headers(call))
    plain = call.broken(Break.EXPORT_TYPE)
    answer.headers["content-type"] = "text/csv" if plain else "text/csv; charset=utf-8"
    return answer


def _selected(call: Call) -> list[Event]:
    if call.choices.export_paging == "ignored":
        return paging.ordered(call, matching(call), at)
    limit = queries.limit(call, default=call.export_max_rows + 1)
    return paging.page(call, "events", matching(call), at, limit).rows


def _capped(call: Call, events: list[Event]) -> list[Event]:
    if len(events) > call.export_max_rows and call.choices.export_over_cap == "refused":
        raise Problem(413, "payload_too_large", f"More than {call.export_max_rows} events match.")
    return events[: call.export_max_rows]


def _headers(call: Call) -> dict[str, str]:
    if call.broken(Break.EXPORT_INLINE):
        return {}
    named = call.choices.attachment == "named"
    return {"Content-Disposition": 'attachment; filename="events.csv"' if named else "attachment"}


async def _lines(call: Call, events: list[Event]) -> AsyncIterator[str]:
    columns = [name for name in _COLUMNS if name != "duration_sec" or not call.broken(Break.EXPORT_COLUMN_MISSING)]
    yield _line(call, columns)
    for event in events:
        fields = all_fields(call, event) | {"triggered_at": time(call.choices, event.at)}
        yield _line(call, [_cell(fields[name]) for name in columns])


def _line(call: Call, cells: list[str]) -> str:
    """Return one record; where cells are quoted, lines end as on Unix."""
    text = io.StringIO()
    if call.choices.csv_cells == "quoted":
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
    else:
        csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(value)
    return "" if value is None else str(value)
