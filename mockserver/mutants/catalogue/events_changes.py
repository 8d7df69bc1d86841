"""Mutants about acknowledging, starring and annotating events."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
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
    done_yet_refused,
    receiving,
    serving,
    undone,
)
from mockserver.mutants.operators.patches import JSON, Original, around, for_each, mutant
from mockserver.mutants.operators.refusals import status_of
from mockserver.mutants.operators.values import caller, lacking
from mockserver.openapi.validation import BodySchema
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

_FIELDS = ("acknowledged", "starred", "notes")


_MORE = ("narrative", "clip_start_at", "clip_end_at", "duration_sec", "clip_codec", "clip_url")


_notes = partial(field, "UpdateEvent", "notes")


def _changes(change: Callable[[JSON], JSON]) -> Any:
    """Change what an update asks for."""

    def defect(original: Original, event: Any, changes: Any, user_id: Any, now: Any) -> Any:
        return original(event, change(dict(changes)), user_id, now)

    return around(events.annotate, defect)


def _now(change: Callable[[Event, Any], Any]) -> Any:
    """Change what is taken for the time of an update."""

    def defect(original: Original, event: Any, changes: Any, user_id: Any, now: Any) -> Any:
        return original(event, changes, user_id, change(event, now))

    return around(events.annotate, defect)


def _both(changes: JSON, kept: str) -> JSON:
    return {kept: changes[kept]} if {"acknowledged", "notes"} <= changes.keys() else changes


def _bytes(event: Event, changes: JSON) -> JSON:
    if len(changes.get("notes", "").encode()) > 2000:
        raise InvalidInput({"notes": ["is longer than 2000 bytes"]})
    return {}


def _toggled(event: Event, changes: JSON) -> JSON:
    again = changes.get("acknowledged") is True and event.acknowledged
    return {"acknowledged_at": None, "acknowledged_by": None} if again else {}


def _time_is_kept() -> Any:
    """Remember for ever when an event was last acknowledged."""
    times: dict[str, Any] = {}

    def change(fields: JSON) -> JSON:
        if fields["acknowledged_at"]:
            times[fields["id"]] = fields["acknowledged_at"]
        return fields | {"acknowledged_at": times.get(fields["id"])}

    return detail(change)


def _unknown_beside_known(body: JSON) -> JSON:
    return {name: body[name] for name in _FIELDS if name in body} or body


def _empty_is_fine(original: Original, self: Any, body: Any) -> Any:
    return body if body == {} else original(self, body)


def _unknown_code(original: Original, self: BodySchema, body: Any) -> Any:
    try:
        return original(self, body)
    except InvalidInput as error:
        error.code = "unknown_field" if body else "empty_body"  # type: ignore[misc]
        raise


def _taken_back(event: Event, asked: JSON) -> bool:
    return event.acknowledged and asked.get("acknowledged") is False


def _at_every_third_change(name: str, value: Callable[[Event], Any]) -> Any:
    """Set a field that every third update of an event does not name."""
    updates = Counter[str]()

    def change(event: Event, asked: JSON) -> JSON:
        updates[event.id] += 1
        return {} if name in asked or updates[event.id] % 3 else {name: value(event)}

    return annotated(change)


async def _noted_twice(original: Original, call: Call) -> Any:
    """Write the notes of an event to the one before it, too."""
    answer = await original(call)
    event = await call.get(EVENTS, "event")
    older, _ = await call.tx.neighbours(Query(EVENTS, call.org_id), event)
    if older and "notes" in call.body:
        await call.tx.put(EVENTS, replace(older, notes=event.notes))
    return answer


MUTANTS = (
    mutant("EV-05/ignored", _changes(lacking("acknowledged"))),
    mutant("EV-05/not-kept", serving("updateEvent", undone(EVENTS)), "EV-57"),
    mutant("EV-55/admins-only", role("updateEvent", "admin")),
    mutant("EV-56/true-only", field("UpdateEvent", "acknowledged", enum=[True])),
    mutant("EV-56/false-only", field("UpdateEvent", "acknowledged", enum=[False])),
    mutant("EV-56/any-type", retyped("UpdateEvent", "acknowledged")),
    mutant("EV-57/toggled", annotated(_toggled)),
    mutant("EV-57/false-ignored", _changes(lambda asked: {k: v for k, v in asked.items() if v is not False})),
    mutant("EV-57/false-acknowledges", _changes(lambda asked: asked | {"acknowledged": True})),
    mutant("EV-58/nobody", annotated(lambda event, asked: {"acknowledged_by": None})),
    mutant("EV-58/key", asking("updateEvent", lambda call: caller(call, user_id=call.caller.key_id))),
    mutant("EV-58/name", asking("updateEvent", lambda call: caller(call, user_id=call.caller.name))),
    mutant("EV-59/time-of-the-event", _now(lambda event, now: event.triggered_at)),
    mutant("EV-59/an-hour-ahead", _now(lambda event, now: now + timedelta(hours=1))),
    mutant("EV-59/a-minute-late", _now(lambda event, now: now - timedelta(minutes=1))),
    mutant("EV-59/midnight", _now(lambda event, now: now.replace(hour=0, minute=0, second=0))),
    mutant("EV-60/by-is-kept", annotated(lambda event, asked: {"acknowledged_by": event.acknowledged_by or "x"})),
    mutant("EV-60/at-is-kept", _time_is_kept()),
    mutant("EV-61/ignored", _changes(lacking("starred"))),
    mutant("EV-61/true-only", field("UpdateEvent", "starred", enum=[True])),
    mutant("EV-61/any-type", retyped("UpdateEvent", "starred")),
    mutant("EV-62/ignored", _changes(lacking("notes"))),
    mutant("EV-62/cut", annotated(lambda event, asked: {"notes": asked["notes"][:20]} if "notes" in asked else {})),
    mutant("EV-62/ascii-only", _notes(pattern="^[ -~]*$")),
    mutant("EV-62/any-type", retyped("UpdateEvent", "notes")),
    *for_each("EV-63/{}", (1999, 2001), lambda most: _notes(maxLength=most)),
    mutant("EV-63/any", schema("UpdateEvent", lambda node: node.pop("maxLength"), "properties", "notes")),
    mutant("EV-63/bytes", annotated(_bytes)),
    mutant("EV-64/star-is-lost", annotated(lambda event, asked: {"starred": asked.get("starred", False)})),
    mutant("EV-64/notes-are-lost", annotated(lambda event, asked: {"notes": asked.get("notes")})),
    mutant("EV-64/acknowledged-required", required("UpdateEvent", "acknowledged")),
    mutant("EV-64/one-at-a-time", schema("UpdateEvent", setting(maxProperties=1)), "EV-65"),
    mutant("EV-64/always-acknowledged", _changes(lambda asked: {"acknowledged": True} | asked)),
    mutant("EV-65/acknowledged-only", _changes(lambda asked: _both(asked, "acknowledged"))),
    mutant("EV-65/notes-only", _changes(lambda asked: _both(asked, "notes"))),
    mutant("EV-66/as-before", answered_as_before("updateEvent", "getEvent")),
    mutant("EV-66/not-kept", serving("updateEvent", undone(EVENTS))),
    mutant("EV-66/not-in-full", answering("updateEvent", lacking(*_MORE))),
    mutant("EV-67/accepted", schema("UpdateEvent", lambda node: node.pop("minProperties"))),
    mutant("EV-67/fine", around(BodySchema.check, _empty_is_fine)),
    mutant("EV-67/another-code", around(BodySchema.check, _unknown_code), "EV-68", "EV-69"),
    mutant("EV-67/another-status", status_of(InvalidInput, 422), "EV-68", "EV-69"),
    mutant("EV-68/ignored", schema("UpdateEvent", setting(additionalProperties=True, minProperties=0))),
    mutant("EV-68/ignored-beside-known", receiving(_unknown_beside_known), "EV-69"),
    mutant("EV-68/summary-accepted", retyped("UpdateEvent", "summary")),
    mutant("EV-69/by-accepted", retyped("UpdateEvent", "acknowledged_by")),
    mutant("EV-69/at-accepted", retyped("UpdateEvent", "acknowledged_at")),
    mutant("EV-58/first-caller-is-kept", keeping("acknowledged_by"), "AS-96"),
    mutant("EV-59/first-time-is-kept", keeping("acknowledged_at"), "AS-96"),
    mutant(
        "EV-64/notes-are-lost-on-taking-back",
        annotated(lambda e, asked: {"notes": None} if _taken_back(e, asked) else {}),
    ),
    mutant(
        "EV-64/star-turns-at-every-third-change", _at_every_third_change("starred", lambda event: not event.starred)
    ),
    mutant("EV-64/notes-are-lost-at-every-third-change", _at_every_third_change("notes", lambda event: None)),
    mutant("EV-64/noted-twice", serving("updateEvent", _noted_twice)),
    mutant("EV-04/served", route(f"{ONE}/acknowledge", "post", "acknowledgeEvent")),
    mutant("EV-06/served", route(f"{ONE}/dismiss", "post", "dismissEvent")),
    mutant("EV-70/viewers-may", role("updateEvent", "viewer")),
    mutant("EV-70/done-yet-refused", done_yet_refused("updateEvent", Role.VIEWER)),
    *foreign_event("EV-71", "updateEvent"),
)
