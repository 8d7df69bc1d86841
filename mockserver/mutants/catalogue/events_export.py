"""Mutants about the CSV export of events."""

import dataclasses
import json
from collections.abc import Callable
from functools import partial
from itertools import islice

from mockserver.asgi import Answer
from mockserver.domain.errors import NotFound, TooLarge
from mockserver.http import pipeline
from mockserver.mutants.operators.document import moved, role
from mockserver.mutants.operators.events import EXPORT
from mockserver.mutants.operators.operations import answering, first, ignoring, serving
from mockserver.mutants.operators.patches import Change, Patch, for_each, mutant, replaced, returning
from mockserver.mutants.operators.refusals import code_of, status_of, tolerating
from mockserver.mutants.operators.values import at_most, sometimes
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call, Csv
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, EVENTS

_FILTERS = ("camera_id", "site_id", "date_from", "date_to", "trigger_type", "ai_status", "starred")

_max_rows = partial(returning, event_operations._max_export_rows)
_row = partial(returning, event_operations._row)


def _table(change: Change) -> Patch:
    """Change the rows of an export."""
    return answering("exportEvents", lambda table: dataclasses.replace(table, rows=change(list(table.rows))))


def _column_names(change: Callable[[list[str]], list[str]]) -> Patch:
    """Change the header row."""
    return replaced(lambda: event_operations._COLUMNS, tuple(change(list(event_operations._COLUMNS))))


def _cell(name: str, change: Callable[[str], str]) -> Patch:
    """Change the cells of a column."""
    column = event_operations._COLUMNS.index(name)
    return _row(lambda row: [*row[:column], change(row[column]), *row[column + 1 :]])


def _tags(write: Callable[[list[str]], str]) -> Patch:
    """Write the tags of an event otherwise."""
    return _cell("tags", lambda cell: write(cell.split(",")))


def _header(name: bytes, value: bytes | None) -> Patch:
    """Give a header of an export another value, or leave it out (None)."""

    def rendered(answer: Answer) -> Answer:
        if not isinstance(answer.body, bytes):
            others = [header for header in answer.headers if header[0] != name]
            answer.headers = others if value is None else [*others, (name, value)]
        return answer

    return returning(pipeline._render, rendered)


def _encoded_as_ascii(answer: Answer) -> Answer:
    if not isinstance(answer.body, bytes):
        answer.body = b"".join(answer.body).decode().encode("ascii", errors="replace")
    return answer


async def _first_rows(call: Call) -> Csv:
    """Export as many rows as are allowed."""
    events = await call.tx.select(await event_operations._query(call))
    names = {camera.id: camera.name for camera in await call.tx.select(Query(CAMERAS, call.org_id))}
    rows = islice(events, await event_operations._max_export_rows(call))
    return Csv("events.csv", event_operations._COLUMNS, [event_operations._row(event, names) for event in rows])


async def _refuse_by_unfiltered_count(call: Call) -> None:
    """Refuse an export when the org has more events than rows are allowed, whatever the filters."""
    max_rows = await event_operations._max_export_rows(call)
    if await call.tx.count(Query(EVENTS, call.org_id)) > max_rows:
        raise TooLarge(f"There are more than {max_rows} events.")


async def _refuse_without_events(call: Call) -> None:
    """Refuse an export when no event matches."""
    if not await call.tx.count(await event_operations._query(call)):
        raise NotFound("event")


def _acknowledged_ever_after() -> Patch:
    """Export an event as acknowledged once it was exported so."""
    seen: set[str] = set()

    def change(row: list[str]) -> list[str]:
        if "true" in row[-2] or row[0] in seen:
            seen.add(row[0])
            row[-2] = "true"
        return row

    return _row(change)


MUTANTS = (
    mutant("EV-79/admins-only", role("exportEvents", "admin")),
    mutant("EV-80/last-is-missing", _table(lambda rows: rows[:-1])),
    mutant("EV-80/first-is-doubled", _table(lambda rows: rows[:1] + rows)),
    mutant("EV-80/sometimes-doubled", _table(lambda rows: rows[:1] * (len(rows) > 30) + rows)),
    mutant("EV-80/a-page-only", _table(at_most(20))),
    mutant("EV-80/id-for-name", _row(lambda row: [*row[:2], row[1], *row[3:]])),
    mutant("EV-80/one-line-summaries", _cell("summary", lambda cell: cell.replace("\n", " "))),
    mutant("EV-80/sometimes-without-length", _cell("duration_sec", sometimes(lambda cell: "", 10))),
    mutant("EV-80/acknowledged-for-ever", _acknowledged_ever_after()),
    mutant("EV-81/no-charset", _header(b"content-type", b"text/csv")),
    mutant("EV-81/json", _header(b"content-type", b"application/json")),
    mutant("EV-81/latin", _header(b"content-type", b"text/csv; charset=iso-8859-1")),
    mutant("EV-81/ascii", returning(pipeline._render, _encoded_as_ascii)),
    mutant("EV-82/inline", _header(b"content-disposition", b'inline; filename="events.csv"')),
    mutant("EV-82/missing", _header(b"content-disposition", None)),
    mutant("EV-82/file-name-only", _header(b"content-disposition", b'filename="events.csv"')),
    *for_each("EV-83/{}-ignored", _FILTERS, partial(ignoring, "exportEvents")),
    mutant("EV-83/page-only", _table(at_most(20))),
    mutant("EV-84/fixed", _max_rows(lambda found: 10_000)),
    mutant("EV-84/ten-more", _max_rows(lambda found: found + 10), "EV-86"),
    mutant("EV-85/9999", _max_rows(lambda found: 9_999 if found == 10_000 else found)),
    mutant("EV-85/10001", _max_rows(lambda found: 10_001 if found == 10_000 else found)),
    mutant("EV-85/1000", _max_rows(lambda found: 1_000 if found == 10_000 else found)),
    mutant("EV-86/one-more", _max_rows(lambda found: found + 1)),
    mutant("EV-86/cut-short", serving("exportEvents", tolerating(TooLarge, _first_rows))),
    mutant("EV-86/another-code", code_of(TooLarge, "too_many_rows")),
    mutant("EV-86/another-status", status_of(TooLarge, 400)),
    mutant("EV-87/one-less", _max_rows(lambda found: found - 1)),
    mutant("EV-87/filters-do-not-count", serving("exportEvents", first(_refuse_by_unfiltered_count))),
    mutant("EV-88/viewers-may", role("exportEvents", "viewer")),
    mutant("EV-89/no-starred", _column_names(lambda names: names[:-1])),
    mutant("EV-89/another-order", _column_names(lambda names: [names[1], names[0], *names[2:]])),
    mutant("EV-89/titles", _column_names(lambda names: [name.replace("_", " ").title() for name in names])),
    mutant("EV-90/semicolons", _tags(";".join)),
    mutant("EV-90/spaces", _tags(", ".join)),
    mutant("EV-90/json", _tags(json.dumps)),
    mutant("EV-90/first-only", _tags(lambda tags: tags[0])),
    mutant("EV-91/capitals", _cell("starred", str.title)),
    mutant("EV-91/digits", _cell("acknowledged", lambda cell: str(int(cell == "true")))),
    mutant("EV-91/offset", _cell("triggered_at", lambda cell: cell.replace("Z", "+00:00"))),
    mutant("EV-91/space", _cell("triggered_at", lambda cell: cell.replace("T", " "))),
    mutant("EV-92/not-found", serving("exportEvents", first(_refuse_without_events))),
    mutant("EV-92/a-row", _table(lambda rows: rows or [["no events", *[""] * 10]])),
    mutant("EV-93/an-id", moved(EXPORT, "/api/v1/event-export")),
)
