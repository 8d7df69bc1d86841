"""Wrong laws about events that show only after several changes, or in another event than the one changed."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain import events
from mockserver.domain.events import Event
from mockserver.mutants.catalogue.events_parts import annotated, paged
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import JSON, Original, around, mutant, returning, together
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS


def _again(event: Event, asked: JSON) -> bool:
    return event.acknowledged and asked.get("acknowledged") is True


def _kept(*names: str) -> Any:
    """Keep fields of the first acknowledgement when an event is acknowledged again."""
    return annotated(lambda event, asked: {name: getattr(event, name) for name in names if _again(event, asked)})


def _taken_back(event: Event, asked: JSON) -> bool:
    return event.acknowledged and asked.get("acknowledged") is False


def _at_every_third_change(name: str, value: Callable[[Event], Any]) -> Any:
    """Set a field that every third update of an event does not name."""
    updates = Counter[str]()

    def change(event: Event, asked: JSON) -> JSON:
        updates[event.id] += 1
        return {} if name in asked or updates[event.id] % 3 else {name: value(event)}

    return annotated(change)


def _stale_stars() -> Any:
    """List starred events by the first two changes of a star alone."""
    changes = Counter[str]()

    async def defect(original: Original, call: Call) -> Any:
        changes[call.params["id"]] += "starred" in call.body
        return await original(call)

    def current(call: Call, rows: list[Any], envelope: JSON) -> tuple[list[Any], JSON]:
        asked = call.params.get("starred")
        return [event for event in rows if not asked or changes[event.id] < 3], envelope

    return together(serving("updateEvent", defect), paged(current))


async def _noted_twice(original: Original, call: Call) -> Any:
    """Write the notes of an event to the one before it, too."""
    answer = await original(call)
    event = await call.get(EVENTS, "event")
    older, _ = await call.tx.neighbours(Query(EVENTS, call.org_id), event)
    if older and "notes" in call.body:
        await call.tx.put(EVENTS, replace(older, notes=event.notes))
    return answer


def _acknowledged_for_ever() -> Any:
    """Export an event as acknowledged once it was exported so."""
    seen: set[str] = set()

    def change(row: list[str]) -> list[str]:
        if "true" in row[-2] or row[0] in seen:
            seen.add(row[0])
            row[-2] = "true"
        return row

    return returning(feed._row, change)


def _noted_is_kept(original: Original, event: Any, now: Any) -> Any:
    return event if event.notes else original(event, now)


MUTANTS = (
    mutant("EV-58/first-caller-is-kept", _kept("acknowledged_by"), "AS-96"),
    mutant("EV-59/first-time-is-kept", _kept("acknowledged_at"), "AS-96"),
    mutant(
        "EV-64/notes-are-lost-on-taking-back",
        annotated(lambda e, asked: {"notes": None} if _taken_back(e, asked) else {}),
    ),
    mutant(
        "EV-64/star-turns-at-every-third-change", _at_every_third_change("starred", lambda event: not event.starred)
    ),
    mutant("EV-64/notes-are-lost-at-every-third-change", _at_every_third_change("notes", lambda event: None)),
    mutant("EV-64/noted-twice", serving("updateEvent", _noted_twice)),
    mutant("EV-23/stale-after-the-third-change", _stale_stars()),
    mutant("EV-75/noted-events-are-kept", around(events.dismiss, _noted_is_kept)),
    mutant("EV-80/acknowledged-for-ever", _acknowledged_for_ever()),
    mutant("AS-96/first-is-kept", _kept("acknowledged_by", "acknowledged_at")),
)
