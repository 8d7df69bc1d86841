"""Wrong laws about changing and deleting events."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.domain import events
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.domain.events import Event
from mockserver.mutants.base import Original, instead, mutant, operation, patch, returning, role, schema, setting
from mockserver.mutants.events_parts import JSON, ONE, called, caller, detail, lacking, query, sometimes, where
from mockserver.openapi.validation import BodySchema
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

_FIELDS = ("acknowledged", "starred", "notes")
Changed = Callable[[Event, JSON], JSON]


def _changes(change: Callable[[JSON], JSON]) -> Any:
    """Change what an update asks for."""

    def wrap(original: Original) -> Any:
        return lambda event, changes, user_id, now: original(event, change(dict(changes)), user_id, now)

    return patch(events, "annotate", wrap)


def _annotated(change: Changed) -> Any:
    """Set other fields of an event after an update of it; ``change`` gets the event as it was and the update."""

    def wrap(original: Original) -> Any:
        def annotate(event: Event, changes: JSON, user_id: Any, now: Any) -> Any:
            return msgspec.structs.replace(original(event, changes, user_id, now), **change(event, changes))

        return annotate

    return patch(events, "annotate", wrap)


def _now(change: Callable[[Event, Any], Any]) -> Any:
    """Change what is taken for the time of an update."""

    def wrap(original: Original) -> Any:
        return lambda event, changes, user_id, now: original(event, changes, user_id, change(event, now))

    return patch(events, "annotate", wrap)


def _property(name: str, change: Callable[[Any], None]) -> Any:
    return schema("UpdateEvent", change, "properties", name)


def _any_type(node: JSON) -> None:
    node.clear()


def _both(changes: JSON, kept: str) -> JSON:
    return {kept: changes[kept]} if {"acknowledged", "notes"} <= changes.keys() else changes


def _not_kept(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        before = await call.get(EVENTS, "event")
        answer = await original(call)
        await call.tx.put(EVENTS, before)
        return answer

    return wrapped


def _as_before(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        before = await feed.get_event(call)
        await original(call)
        return before

    return wrapped


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


def _unknown_beside_known(original: Original) -> Any:
    def check(self: BodySchema, body: Any) -> Any:
        known = {name: body[name] for name in _FIELDS if name in body} if isinstance(body, dict) else {}
        return original(self, known or body)

    return check


def _empty_is_fine(original: Original) -> Any:
    def check(self: BodySchema, body: Any) -> Any:
        return body if body == {} else original(self, body)

    return check


def _unknown_code(original: Original) -> Any:
    def check(self: BodySchema, body: Any) -> Any:
        try:
            return original(self, body)
        except InvalidInput as error:
            if not body:
                error.code = "empty_body"  # type: ignore[misc]
            else:
                error.code = "unknown_field"  # type: ignore[misc]
            raise

    return check


def _deleted_is_found(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        try:
            return await original(call)
        except NotFound:
            event = await call.tx.get(EVENTS, call.org_id, call.params["id"])
            if event is None:
                raise
            return event

    return wrapped


def _deleted_as_neighbour(original: Original) -> Any:
    async def wrapped(call: Call, event: Event) -> Any:
        older, _ = await call.tx.neighbours(Query(EVENTS, call.org_id), event)
        return {**await original(call, event), "prev_event_id": older and older.id}

    return wrapped


def _unknown_is_deleted(original: Original) -> Any:
    async def wrapped(call: Call) -> None:
        try:
            await original(call)
        except NotFound:
            return

    return wrapped


def _sometimes_listed(original: Original) -> Any:
    change = sometimes(where(deleted=None), 10)

    async def wrapped(call: Call) -> Any:
        return change(await original(call))

    return wrapped


def _success(status: str) -> Callable[[Any], None]:
    """Return a change of the status of an operation's success."""
    return lambda node: node["responses"].update({status: node["responses"].pop("204")})


def _item_only(original: Original) -> Any:
    unwanted = ("narrative", "clip_start_at", "clip_end_at", "duration_sec", "clip_codec", "clip_url")

    async def wrapped(call: Call) -> Any:
        return lacking(*unwanted)(await original(call))

    return wrapped


_DISMISS = returning(events, "dismiss", lambda event: msgspec.structs.replace(event, deleted_at=None))

_ACKNOWLEDGING = (
    mutant("EV-05/ignored", _changes(lacking("acknowledged"))),
    mutant("EV-05/not-kept", patch(feed, "update_event", _not_kept), "EV-57"),
    mutant("EV-55/admins-only", operation(ONE, "patch", role("admin"))),
    mutant("EV-56/true-only", _property("acknowledged", setting(enum=[True]))),
    mutant("EV-56/false-only", _property("acknowledged", setting(enum=[False]))),
    mutant("EV-56/any-type", _property("acknowledged", _any_type)),
    mutant("EV-57/toggled", _annotated(_toggled)),
    mutant("EV-57/false-ignored", _changes(lambda asked: {k: v for k, v in asked.items() if v is not False})),
    mutant("EV-57/false-acknowledges", _changes(lambda asked: asked | {"acknowledged": True})),
    mutant("EV-58/nobody", _annotated(lambda event, asked: {"acknowledged_by": None})),
    mutant("EV-58/key", called("update_event", lambda call: caller(call, user_id=call.caller.key_id))),
    mutant("EV-58/name", called("update_event", lambda call: caller(call, user_id=call.caller.name))),
    mutant("EV-59/time-of-the-event", _now(lambda event, now: event.triggered_at)),
    mutant("EV-59/an-hour-ahead", _now(lambda event, now: now + timedelta(hours=1))),
    mutant("EV-59/a-minute-late", _now(lambda event, now: now - timedelta(minutes=1))),
    mutant("EV-59/midnight", _now(lambda event, now: now.replace(hour=0, minute=0, second=0))),
    mutant("EV-60/by-is-kept", _annotated(lambda event, asked: {"acknowledged_by": event.acknowledged_by or "x"})),
    mutant("EV-60/at-is-kept", _time_is_kept()),
)
_FIELD_BY_FIELD = (
    mutant("EV-61/ignored", _changes(lacking("starred"))),
    mutant("EV-61/true-only", _property("starred", setting(enum=[True]))),
    mutant("EV-61/any-type", _property("starred", _any_type)),
    mutant("EV-62/ignored", _changes(lacking("notes"))),
    mutant("EV-62/cut", _annotated(lambda event, asked: {"notes": asked["notes"][:20]} if "notes" in asked else {})),
    mutant("EV-62/ascii-only", _property("notes", setting(pattern="^[ -~]*$"))),
    mutant("EV-62/any-type", _property("notes", _any_type)),
    mutant("EV-63/1999", _property("notes", setting(maxLength=1999))),
    mutant("EV-63/2001", _property("notes", setting(maxLength=2001))),
    mutant("EV-63/any", _property("notes", lambda node: node.pop("maxLength"))),
    mutant("EV-63/bytes", _annotated(_bytes)),
    mutant("EV-64/star-is-lost", _annotated(lambda event, asked: {"starred": asked.get("starred", False)})),
    mutant("EV-64/notes-are-lost", _annotated(lambda event, asked: {"notes": asked.get("notes")})),
    mutant("EV-64/acknowledged-required", schema("UpdateEvent", setting(required=["acknowledged"]))),
    mutant("EV-64/one-at-a-time", schema("UpdateEvent", setting(maxProperties=1)), "EV-65"),
    mutant("EV-64/always-acknowledged", _changes(lambda asked: {"acknowledged": True} | asked)),
    mutant("EV-65/acknowledged-only", _changes(lambda asked: _both(asked, "acknowledged"))),
    mutant("EV-65/notes-only", _changes(lambda asked: _both(asked, "notes"))),
    mutant("EV-66/as-before", patch(feed, "update_event", _as_before)),
    mutant("EV-66/not-kept", patch(feed, "update_event", _not_kept)),
    mutant("EV-66/not-in-full", patch(feed, "update_event", _item_only)),
)
_REFUSALS = (
    mutant("EV-67/accepted", schema("UpdateEvent", lambda node: node.pop("minProperties"))),
    mutant("EV-67/fine", patch(BodySchema, "check", _empty_is_fine)),
    mutant("EV-67/another-code", patch(BodySchema, "check", _unknown_code), "EV-68", "EV-69"),
    mutant("EV-67/another-status", instead(InvalidInput, "status", 422), "EV-68", "EV-69"),
    mutant("EV-68/ignored", schema("UpdateEvent", setting(additionalProperties=True, minProperties=0))),
    mutant("EV-68/ignored-beside-known", patch(BodySchema, "check", _unknown_beside_known), "EV-69"),
    mutant("EV-68/summary-accepted", schema("UpdateEvent", setting(summary={}), "properties")),
    mutant("EV-69/by-accepted", schema("UpdateEvent", setting(acknowledged_by={}), "properties")),
    mutant("EV-69/at-accepted", schema("UpdateEvent", setting(acknowledged_at={}), "properties")),
)
_DELETING = (
    mutant("EV-07/kept", _DISMISS, "EV-75"),
    mutant("EV-07/still-read", patch(feed, "_event", _deleted_is_found), "EV-75"),
    mutant("EV-72/owners-only", operation(ONE, "delete", role("owner"))),
    mutant("EV-73/200", operation(ONE, "delete", _success("200"))),
    mutant("EV-73/202", operation(ONE, "delete", _success("202"))),
    mutant("EV-75/still-listed", query(lambda params, old: where(deleted=None)(old)), "EV-07"),
    mutant(
        "EV-75/listed-with-a-filter", query(lambda asked, old: where(deleted=None)(old) if "starred" in asked else old)
    ),
    mutant("EV-75/a-neighbour", patch(feed, "detail", _deleted_as_neighbour)),
    mutant("EV-75/sometimes-listed", patch(feed, "_query", _sometimes_listed)),
    mutant("EV-77/unknown-is-deleted", patch(feed, "delete_event", _unknown_is_deleted)),
)

MUTANTS = (*_ACKNOWLEDGING, *_FIELD_BY_FIELD, *_REFUSALS, *_DELETING)
