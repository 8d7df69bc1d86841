"""Mutants about the CSV export of events."""

import dataclasses
import json
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from mockserver.asgi import Answer
from mockserver.domain.errors import NotFound, TooLarge
from mockserver.http import pipeline
from mockserver.mutants.operators.document import moved, role
from mockserver.mutants.operators.events import EXPORT
from mockserver.mutants.operators.operations import answering, first, ignoring, serving
from mockserver.mutants.operators.patches import Change, Patch, for_each, mutant, replaced, returning
from mockserver.mutants.operators.refusals import code_of, status_of, tolerating
from mockserver.mutants.operators.values import at_most, sometimes
from mockserver.operations import events as feed
from mockserver.operations.call import Call, Csv
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, EVENTS

_FILTERS = ("camera_id", "site_id", "date_from", "date_to", "trigger_type", "ai_status", "starred")


_cap = partial(returning, feed._max_export_rows)


def _table(change: Change) -> Patch:
    """Change the rows of an export."""
    return answering("exportEvents", lambda table: dataclasses.replace(table, rows=change(list(table.rows))))


def _cell(name: str, change: Callable[[str], str]) -> Patch:
    """Change the cells of a column."""
    column = feed._COLUMNS.index(name)
    return returning(feed._row, lambda row: [*row[:column], change(row[column]), *row[column + 1 :]])


def _tags(change: Callable[[list[str]], str]) -> Any:
    return _cell("tags", lambda cell: change(cell.split(",")))


def _headers(change: Callable[[bytes, bytes], tuple[bytes, bytes] | None]) -> Any:
    """Change the headers of an export, or leave one out."""

    def rendered(answer: Answer) -> Answer:
        if not isinstance(answer.body, bytes):
            found = [change(name, value) for name, value in answer.headers]
            answer.headers = [header for header in found if header is not None]
        return answer

    return returning(pipeline._render, rendered)


def _media(media_type: bytes) -> Any:
    return _headers(lambda name, value: (name, media_type if name == b"content-type" else value))


def _disposition(value: bytes | None) -> Any:
    def change(name: bytes, old: bytes) -> tuple[bytes, bytes] | None:
        if name != b"content-disposition":
            return name, old
        return None if value is None else (name, value)

    return _headers(change)


def _recoded(answer: Answer) -> Answer:
    if not isinstance(answer.body, bytes):
        answer.body = b"".join(answer.body).decode().encode("ascii", errors="replace")
    return answer


async def _cut_short(call: Call) -> Csv:
    events = await call.tx.select(await feed._query(call))
    names = {camera.id: camera.name for camera in await call.tx.select(Query(CAMERAS, call.org_id))}
    rows = islice(events, await feed._max_export_rows(call))
    return Csv("events.csv", feed._COLUMNS, [feed._row(event, names) for event in rows])


async def _unfiltered_count(call: Call) -> None:
    cap = await feed._max_export_rows(call)
    if await call.tx.count(Query(EVENTS, call.org_id)) > cap:
        raise TooLarge(f"There are more than {cap} events.")


async def _nothing_is_an_error(call: Call) -> None:
    if not await call.tx.count(await feed._query(call)):
        raise NotFound("event")


def _titles(change: Callable[[list[str]], list[str]]) -> Any:
    return replaced(lambda: feed._COLUMNS, tuple(change(list(feed._COLUMNS))))


def _acknowledged_for_ever() -> Any:
    """Export an event as acknowledged once it was exported so."""
    seen: set[str] = set()

    def change(row: list[str]) -> list[str]:
        if "true" in row[-2] or row[0] in seen:
            seen.add(row[0])
            row[-2] = "true"
        return row

    return returning(feed._row, change)


MUTANTS = (
    *for_each("EV-83/{}-ignored", _FILTERS, partial(ignoring, "exportEvents")),
    mutant("EV-79/admins-only", role("exportEvents", "admin")),
    mutant("EV-80/last-is-missing", _table(lambda rows: rows[:-1])),
    mutant("EV-80/first-is-doubled", _table(lambda rows: rows[:1] + rows)),
    mutant("EV-80/sometimes-doubled", _table(lambda rows: rows[:1] * (len(rows) > 30) + rows)),
    mutant("EV-80/a-page-only", _table(at_most(20))),
    mutant("EV-80/id-for-name", returning(feed._row, lambda row: [*row[:2], row[1], *row[3:]])),
    mutant("EV-80/one-line-summaries", _cell("summary", lambda cell: cell.replace("\n", " "))),
    mutant("EV-80/sometimes-without-length", _cell("duration_sec", sometimes(lambda cell: "", 10))),
    mutant("EV-81/no-charset", _media(b"text/csv")),
    mutant("EV-81/json", _media(b"application/json")),
    mutant("EV-81/latin", _media(b"text/csv; charset=iso-8859-1")),
    mutant("EV-81/ascii", returning(pipeline._render, _recoded)),
    mutant("EV-82/inline", _disposition(b'inline; filename="events.csv"')),
    mutant("EV-82/missing", _disposition(None)),
    mutant("EV-82/file-name-only", _disposition(b'filename="events.csv"')),
    mutant("EV-83/page-only", _table(at_most(20))),
    mutant("EV-84/fixed", _cap(lambda cap: 10_000)),
    mutant("EV-84/ten-more", _cap(lambda cap: cap + 10), "EV-86"),
    mutant("EV-85/9999", _cap(lambda cap: 9_999 if cap == 10_000 else cap)),
    mutant("EV-85/10001", _cap(lambda cap: 10_001 if cap == 10_000 else cap)),
    mutant("EV-85/1000", _cap(lambda cap: 1_000 if cap == 10_000 else cap)),
    mutant("EV-86/one-more", _cap(lambda cap: cap + 1)),
    mutant("EV-86/cut-short", serving("exportEvents", tolerating(TooLarge, _cut_short))),
    mutant("EV-86/another-code", code_of(TooLarge, "too_many_rows")),
    mutant("EV-86/another-status", status_of(TooLarge, 400)),
    mutant("EV-87/one-less", _cap(lambda cap: cap - 1)),
    mutant("EV-87/filters-do-not-count", serving("exportEvents", first(_unfiltered_count))),
    mutant("EV-89/no-starred", _titles(lambda names: names[:-1])),
    mutant("EV-89/another-order", _titles(lambda names: [names[1], names[0], *names[2:]])),
    mutant("EV-89/titles", _titles(lambda names: [name.replace("_", " ").title() for name in names])),
    mutant("EV-90/semicolons", _tags(";".join)),
    mutant("EV-90/spaces", _tags(", ".join)),
    mutant("EV-90/json", _tags(json.dumps)),
    mutant("EV-90/first-only", _tags(lambda tags: tags[0])),
    mutant("EV-91/capitals", _cell("starred", str.title)),
    mutant("EV-91/digits", _cell("acknowledged", lambda cell: str(int(cell == "true")))),
    mutant("EV-91/offset", _cell("triggered_at", lambda cell: cell.replace("Z", "+00:00"))),
    mutant("EV-91/space", _cell("triggered_at", lambda cell: cell.replace("T", " "))),
    mutant("EV-92/not-found", serving("exportEvents", first(_nothing_is_an_error))),
    mutant("EV-92/a-row", _table(lambda rows: rows or [["no events", *[""] * 10]])),
    mutant("EV-93/an-id", moved(EXPORT, "/api/v1/event-export")),
    mutant("EV-80/acknowledged-for-ever", _acknowledged_for_ever()),
    mutant("EV-88/viewers-may", role("exportEvents", "viewer")),
)
