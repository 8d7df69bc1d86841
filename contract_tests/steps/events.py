"""Events: their fields, recording a varied history of them, reading lists and exports from end to end."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import product, repeat
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.expectations import MAX_LIMIT, require_limit
from contract_tests.steps import answers
from contract_tests.steps.answers import format_time
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import EVENTS, World

Item = dict[str, Any]

EXPORT = f"{EVENTS}/export"
TRIGGERS = ("motion", "ai_tag", "manual")
#: The statuses of a refusal by rules that state no other.
REFUSAL_STATUSES = (400, 422)
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

#: The fields that change only when somebody changes the event.
SETTLED_FIELDS = {
    "id", "camera_id", "camera_name", "trigger_type", "triggered_at", "acknowledged", "acknowledged_by",
    "acknowledged_at", "starred", "notes",
}  # fmt: skip

#: The time of the first event that ``record_varied_events`` records, and the time between two of them.
FIRST_EVENT_AT = datetime.fromisoformat("2026-04-20T22:30:00Z")
EVENT_INTERVAL = timedelta(minutes=11)


def record_varied_events(world: World) -> list[str]:
    """Record 24 events, one for each trigger type, AI status and value of starred; return their ids, oldest first.

    They are spread over the cameras. Raises Unavailable.
    """
    cameras = world.cameras()
    if not cameras:
        raise Unavailable("no camera is known to record events on")
    found = []
    for index, (trigger, status, starred) in enumerate(product(TRIGGERS, STATUSES, (False, True))):
        at = format_time(FIRST_EVENT_AT + index * EVENT_INTERVAL)
        chosen: Item = {"trigger_type": trigger, "ai_status": status, "starred": starred, "from": at, "to": at}
        found += world.record(
            camera_id=cameras[index // 3 % len(cameras)], tags=["person", "van"][: index % 3], **chosen
        )
    return found


def ensure_events(world: World) -> None:
    """Record events where there are none and that is possible."""
    if not world.shared and not items(world.operator.get(EVENTS)):
        record_varied_events(world)


def all_events(world: World, actor: Actor | None = None) -> list[Item]:
    """Return all events that an actor lists, by default an operator, once some are recorded where that is possible."""
    ensure_events(world)
    return walk(actor or world.operator)


def existing_events(world: World, actor: Actor | None = None) -> list[Item]:
    """Return all events that an actor lists, by default an operator. Raises Unavailable when there are none."""
    found = all_events(world, actor)
    if not found:
        raise Unavailable("there are no events to look at")
    return found


def visible_events(world: World, actor: Actor | None = None) -> list[Item]:
    """Return events from the list of an actor, by default the viewer. Raises Unavailable when it is empty."""
    if world.session.target.config.control is not None:
        record_varied_events(world)
    answer = (actor or world.viewer).get(EVENTS, limit=MAX_LIMIT)
    require_limit(EVENTS, MAX_LIMIT, answer)
    found = items(answer)
    if not found:
        raise Unavailable("there are no events to look at")
    return found


def items(answer: Answer) -> list[Item]:
    """Return the events of a page. Raises Violation when an event has no id."""
    return answers.rows(answer, "id")


def ids(found: Iterable[Item]) -> list[str]:
    """Return the ids of events."""
    return [item["id"] for item in found]


def pages(actor: Actor, limits: Iterator[int] | None = None, **filters: Any) -> Iterator[Answer]:
    """Yield the pages of the list of events, each with the next of the limits, by default 100. Raises Violation."""
    return answers.pages(actor, EVENTS, repeat(MAX_LIMIT) if limits is None else limits, **filters)


def walk(actor: Actor, limits: Iterator[int] | None = None, **filters: Any) -> list[Item]:
    """Return all events of the list, page by page. Raises Violation."""
    return [item for page in pages(actor, limits, **filters) for item in items(page)]


def export(world: World, **filters: Any) -> list[Item]:
    """Export events as an operator and return the rows. Raises Unavailable when there are too many."""
    return exported_rows(export_answer(world, **filters))


def export_answer(world: World, **filters: Any) -> Answer:
    """Export events as an operator. Raises Unavailable when there are more than an export of the target may have."""
    answer = world.operator.get(EXPORT, **filters)
    if world.shared and answer.is_(413):
        raise Unavailable("more events match than an export of this target may have")
    return answer


def exported_rows(answer: Answer) -> list[Item]:
    """Return the rows of an export as dictionaries by column. Raises Violation."""
    header, *found = exported_table(answer)
    if "id" not in header:
        raise Violation("", "a column id", answer)
    return [dict(zip(header, row, strict=True)) for row in found]


def exported_table(answer: Answer) -> list[list[str]]:
    """Return the cells of an export, the header first. Raises Violation."""
    if answer.status != 200:
        raise Violation("", "200 with an export", answer)
    try:
        table = list(csv.reader(io.StringIO(answer.text, newline=""), strict=True))
    except csv.Error as error:
        raise Violation("", "well-formed CSV", error) from None
    if not table or any(len(row) != len(table[0]) for row in table):
        raise Violation("", "a header line and rows of as many cells", answer)
    return table


def path_to(event: str | Item) -> str:
    """Return the path of an event, given by its id or as an item."""
    return f"{EVENTS}/{event if isinstance(event, str) else event['id']}"


def read(world: World, event: str) -> Item:
    """Return an event as an operator reads it: of a shared target, what does not change by itself."""
    return settled(world, world.operator.get(path_to(event)).json)


def settled(world: World, event: Item) -> Item:
    """Return the fields of an event that nobody but the check changes; elsewhere its analysis may fill in others."""
    return {name: value for name, value in event.items() if name in SETTLED_FIELDS or not world.shared}


def listed(world: World, event: str) -> list[Item]:
    """Return what the list of an event's camera shows of the event: it once, or nothing."""
    camera = read(world, event).get("camera_id")
    return [item for item in walk(world.operator, camera_id=camera) if item["id"] == event]


def events_to_change(world: World) -> list[str]:
    """Return the ids of events that a check may change: one, or one of each camera where events can be recorded."""
    if world.shared:
        return [world.own_event()]
    return [event for camera in world.cameras() for event in world.record(camera_id=camera)]
