"""Mutants about acknowledging, starring and annotating events."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import events
from mockserver.domain.access import Role
from mockserver.domain.errors import InvalidInput
from mockserver.domain.events import Event
from mockserver.mutants.operators.document import field, required, retyped, role, route, schema, setting
from mockserver.mutants.operators.events import ONE, annotated, detail, foreign_event, keeping
from mockserver.mutants.operators.operations import (
    answered_as_before,
    answering,
    asking,
    cached,
    done_yet_refused,
    receiving,
    serving,
    undone,
)
from mockserver.mutants.operators.patches import JSON, Mutants, Original, Patch, around, for_each, mutant
from mockserver.mutants.operators.refusals import status_of
from mockserver.mutants.operators.values import caller, changed, cut, lacking
from mockserver.openapi.validation import BodySchema
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

_UPDATABLE_FIELDS = ("acknowledged", "starred", "notes")
_DETAIL_FIELDS = ("narrative", "clip_start_at", "clip_end_at", "duration_sec", "clip_codec", "clip_url")

_notes_field = partial(field, "UpdateEvent", "notes")


def _changes(change: Callable[[JSON], JSON]) -> Patch:
    """Change what an update asks for."""

    def defect(original: Original, event: Any, changes: Any, user_id: Any, now: Any) -> Any:
        return original(event, change(dict(changes)), user_id, now)

    return around(events.annotate, defect)


def _time(change: Callable[[Event, datetime], datetime]) -> Patch:
    """Change what is taken for the time of an update."""

    def defect(original: Original, event: Any, changes: Any, user_id: Any, now: Any) -> Any:
        return original(event, changes, user_id, change(event, now))

    return around(events.annotate, defect)


def _without_false(changes: JSON) -> JSON:
    return {name: value for name, value in changes.items() if value is not False}


def _only_one_of_two(changes: JSON, kept: str) -> JSON:
    """Keep one field of an update that sets acknowledged and notes together."""
    return {kept: changes[kept]} if {"acknowledged", "notes"} <= changes.keys() else changes


def _without_unknown_beside_known(body: JSON) -> JSON:
    """Ignore unknown fields of a body that has known ones, too."""
    return {name: body[name] for name in _UPDATABLE_FIELDS if name in body} or body


def _refuse_bytes_above_2000(event: Event, changes: JSON) -> JSON:
    """Count the length of notes in bytes."""
    if len(changes.get("notes", "").encode()) > 2000:
        raise InvalidInput({"notes": ["is longer than 2000 bytes"]})
    return {}


def _toggle_acknowledgement(event: Event, changes: JSON) -> JSON:
    """Take the acknowledgement back when an event is acknowledged again."""
    again = changes.get("acknowledged") is True and event.acknowledged
    return {"acknowledged_at": None, "acknowledged_by": None} if again else {}


def _lose_notes_with_acknowledgement(event: Event, changes: JSON) -> JSON:
    """Drop the notes when the acknowledgement is taken back."""
    return {"notes": None} if event.acknowledged and changes.get("acknowledged") is False else {}


def _last_acknowledgement_shown() -> Patch:
    """Show when an event was last acknowledged, even after the acknowledgement was taken back."""
    times: dict[str, Any] = {}

    def change(fields: JSON) -> JSON:
        if fields["acknowledged_at"]:
            times[fields["id"]] = fields["acknowledged_at"]
        return fields | {"acknowledged_at": times.get(fields["id"])}

    return detail(change)


def _at_every_third_change(name: str, value: Callable[[Event], Any]) -> Patch:
    """Set a field that every third update of an event does not name."""
    updates = Counter[str]()

    def change(event: Event, changes: JSON) -> JSON:
        updates[event.id] += 1
        return {} if name in changes or updates[event.id] % 3 else {name: value(event)}

    return annotated(change)


async def _write_notes_twice(original: Original, call: Call) -> Any:
    """Write the notes of an event to the one before it, too."""
    answer = await original(call)
    event = await call.get(EVENTS, "event")
    older, _ = await call.tx.neighbours(Query(EVENTS, call.org_id), event)
    if older and "notes" in call.body:
        await call.tx.put(EVENTS, replace(older, notes=event.notes))
    return answer


MUTANTS = Mutants()


@MUTANTS.defect("EV-67/fine", of=BodySchema.check)
def accept_empty_bodies(original: Original, self: BodySchema, body: Any) -> Any:
    """Accept an empty object as any body."""
    return body if body == {} else original(self, body)


@MUTANTS.defect("EV-67/another-code", "EV-68", "EV-69", of=BodySchema.check)
def refuse_with_other_codes(original: Original, self: BodySchema, body: Any) -> Any:
    """Refuse invalid bodies with codes other than validation_error."""
    try:
        return original(self, body)
    except InvalidInput as error:
        error.code = "unknown_field" if body else "empty_body"  # type: ignore[misc]
        raise


MUTANTS += (
    mutant("EV-04/served", route(f"{ONE}/acknowledge", "post", "acknowledgeEvent")),
    mutant("EV-05/ignored", _changes(lacking("acknowledged"))),
    mutant("EV-05/not-kept", serving("updateEvent", undone(EVENTS)), "EV-57"),
    mutant("EV-06/served", route(f"{ONE}/dismiss", "post", "dismissEvent")),
    mutant("EV-55/admins-only", role("updateEvent", "admin")),
    mutant("EV-56/true-only", field("UpdateEvent", "acknowledged", enum=[True])),
    mutant("EV-56/false-only", field("UpdateEvent", "acknowledged", enum=[False])),
    mutant("EV-56/any-type", retyped("UpdateEvent", "acknowledged")),
    mutant("EV-57/cached", cached("getEvent")),
    mutant("EV-57/cached-list", cached("listEvents"), "EV-32"),
    mutant("EV-57/toggled", annotated(_toggle_acknowledgement)),
    mutant("EV-57/false-ignored", _changes(_without_false)),
    mutant("EV-57/false-acknowledges", _changes(lambda changes: changes | {"acknowledged": True})),
    mutant("EV-58/nobody", annotated(lambda event, changes: {"acknowledged_by": None})),
    mutant("EV-58/key", asking("updateEvent", lambda call: caller(call, user_id=call.caller.key_id))),
    mutant("EV-58/name", asking("updateEvent", lambda call: caller(call, user_id=call.caller.name))),
    mutant("EV-58/first-caller-is-kept", keeping("acknowledged_by"), "AS-96"),
    mutant("EV-59/time-of-the-event", _time(lambda event, now: event.triggered_at)),
    mutant("EV-59/an-hour-ahead", _time(lambda event, now: now + timedelta(hours=1))),
    mutant("EV-59/a-minute-late", _time(lambda event, now: now - timedelta(minutes=1))),
    mutant("EV-59/midnight", _time(lambda event, now: now.replace(hour=0, minute=0, second=0))),
    mutant("EV-59/first-time-is-kept", keeping("acknowledged_at"), "AS-96"),
    mutant("EV-60/by-is-kept", annotated(lambda event, changes: {"acknowledged_by": event.acknowledged_by or "x"})),
    mutant("EV-60/at-is-kept", _last_acknowledgement_shown()),
    mutant("EV-61/ignored", _changes(lacking("starred"))),
    mutant("EV-61/true-only", field("UpdateEvent", "starred", enum=[True])),
    mutant("EV-61/any-type", retyped("UpdateEvent", "starred")),
    mutant("EV-62/ignored", _changes(lacking("notes"))),
    mutant("EV-62/cut", _changes(changed(notes=cut(20)))),
    mutant("EV-62/ascii-only", _notes_field(pattern="^[ -~]*$")),
    mutant("EV-62/any-type", retyped("UpdateEvent", "notes")),
    *for_each("EV-63/{}", (1999, 2001), lambda length: _notes_field(maxLength=length)),
    mutant("EV-63/any", schema("UpdateEvent", lambda node: node.pop("maxLength"), "properties", "notes")),
    mutant("EV-63/bytes", annotated(_refuse_bytes_above_2000)),
    mutant("EV-64/star-is-lost", annotated(lambda event, changes: {"starred": changes.get("starred", False)})),
    mutant("EV-64/notes-are-lost", annotated(lambda event, changes: {"notes": changes.get("notes")})),
    mutant("EV-64/acknowledged-required", required("UpdateEvent", "acknowledged")),
    mutant("EV-64/one-at-a-time", schema("UpdateEvent", setting(maxProperties=1)), "EV-65"),
    mutant("EV-64/always-acknowledged", _changes(lambda changes: {"acknowledged": True} | changes)),
    mutant("EV-64/notes-are-lost-on-taking-back", annotated(_lose_notes_with_acknowledgement)),
    mutant(
        "EV-64/star-turns-at-every-third-change", _at_every_third_change("starred", lambda event: not event.starred)
    ),
    mutant("EV-64/notes-are-lost-at-every-third-change", _at_every_third_change("notes", lambda event: None)),
    mutant("EV-64/noted-twice", serving("updateEvent", _write_notes_twice)),
    mutant("EV-65/acknowledged-only", _changes(lambda changes: _only_one_of_two(changes, "acknowledged"))),
    mutant("EV-65/notes-only", _changes(lambda changes: _only_one_of_two(changes, "notes"))),
    mutant("EV-66/as-before", answered_as_before("updateEvent", "getEvent")),
    mutant("EV-66/not-kept", serving("updateEvent", undone(EVENTS))),
    mutant("EV-66/not-in-full", answering("updateEvent", lacking(*_DETAIL_FIELDS))),
    mutant("EV-67/accepted", schema("UpdateEvent", lambda node: node.pop("minProperties"))),
    mutant("EV-67/another-status", status_of(InvalidInput, 422), "EV-68", "EV-69"),
    mutant("EV-68/ignored", schema("UpdateEvent", setting(additionalProperties=True, minProperties=0))),
    mutant("EV-68/ignored-beside-known", receiving(_without_unknown_beside_known), "EV-69"),
    mutant("EV-68/summary-accepted", retyped("UpdateEvent", "summary")),
    mutant("EV-69/by-accepted", retyped("UpdateEvent", "acknowledged_by")),
    mutant("EV-69/at-accepted", retyped("UpdateEvent", "acknowledged_at")),
    mutant("EV-70/viewers-may", role("updateEvent", "viewer")),
    mutant("EV-70/done-yet-refused", done_yet_refused("updateEvent", Role.VIEWER)),
    *foreign_event("EV-71", "updateEvent"),
)
