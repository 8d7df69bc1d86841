"""What checks know about events: their fields, and how to read a feed from end to end."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import EVENTS, World

Item = dict[str, Any]

EXPORT = f"{EVENTS}/export"
TRIGGERS = ("motion", "ai_tag", "manual")
STATUSES = ("pending", "completed", "skipped", "failed")
COLUMNS = [
    "id", "camera_id", "camera_name", "trigger_type", "triggered_at", "duration_sec", "summary", "tags", "ai_status",
    "acknowledged", "starred",
]  # fmt: skip
ITEM_FIELDS = {*COLUMNS, "camera_deleted", "snapshot_url"} - {"duration_sec"}
DETAIL_FIELDS = ITEM_FIELDS | {
    "clip_start_at", "clip_end_at", "duration_sec", "narrative", "acknowledged_by", "acknowledged_at", "notes",
    "clip_codec", "clip_url", "recording_source", "prev_event_id", "next_event_id",
}  # fmt: skip

#: The first instant of the history that ``varied`` records, and how far apart its events are.
BEGINNING = datetime.fromisoformat("2026-04-20T22:30:00Z")
STEP = timedelta(minutes=11)
#: More pages than this are an endless walk.
_MOST_PAGES = 400


def text(instant: datetime) -> str:
    """Return an instant as the API writes it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(written: object) -> datetime:
    """Return the instant that a field holds. Raises Violation."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Violation("", "an RFC 3339 time", repr(written))
    return found


def varied(world: World) -> list[str]:
    """Record one event of every trigger, analysis and star, in turn on every camera; return their ids, oldest first."""
    cameras = world.cameras()
    if not cameras:
        raise Unavailable("no camera is known to record events on")
    found = []
    for index, (trigger, status, starred) in enumerate(product(TRIGGERS, STATUSES, (False, True))):
        at = text(BEGINNING + index * STEP)
        chosen: Item = {"trigger_type": trigger, "ai_status": status, "starred": starred, "from": at, "to": at}
        found += world.record(
            camera_id=cameras[index // 3 % len(cameras)], tags=["person", "van"][: index % 3], **chosen
        )
    return found


def some(world: World, actor: Actor | None = None) -> list[Item]:
    """Return events that the actor (else the viewer) sees in the list; without any there is nothing to look at."""
    if world.session.target.config.control is not None:
        varied(world)
    found = items((actor or world.viewer).get(EVENTS, limit=100))
    if not found:
        raise Unavailable("there are no events to look at")
    return found


def items(answer: Answer) -> list[Item]:
    """Return the events of a page. Raises Violation when it is none."""
    data = answer["data"] if answer.status == 200 else None
    if not isinstance(data, list) or not all(isinstance(item, dict) and "id" in item for item in data):
        raise Violation("", "200 with a list of events in data", answer)
    return data


def ids(found: Iterable[Item]) -> list[str]:
    """Return the ids of events."""
    return [item["id"] for item in found]


def pages(actor: Actor, limits: Iterator[int] | None = None, **filters: Any) -> Iterator[Answer]:
    """Yield the pages of a feed from the first to the last. Raises Violation when there is no last."""
    cursor = None
    for _ in range(_MOST_PAGES):
        answer = actor.get(EVENTS, cursor=cursor, limit=next(limits) if limits else 100, **filters)
        items(answer)
        yield answer
        cursor = answer["next_cursor"]
        if cursor is None:
            return
    raise Violation("", f"a feed that ends within {_MOST_PAGES} pages", f"one more cursor, {cursor!r}")


def walk(actor: Actor, limits: Iterator[int] | None = None, **filters: Any) -> list[Item]:
    """Return all events of a feed, page by page."""
    return [item for page in pages(actor, limits, **filters) for item in items(page)]


def rows(answer: Answer) -> list[Item]:
    """Return the rows of an export as dictionaries by column. Raises Violation."""
    if answer.status != 200:
        raise Violation("", "200 with an export", answer)
    try:
        table = list(csv.reader(io.StringIO(answer.text, newline=""), strict=True))
    except csv.Error as error:
        raise Violation("", "well-formed CSV", error) from None
    if not table or any(len(row) != len(table[0]) for row in table):
        raise Violation("", "a header line and rows of as many cells", answer)
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def of(event: str | Item) -> str:
    """Return the path of an event."""
    return f"{EVENTS}/{event if isinstance(event, str) else event['id']}"
