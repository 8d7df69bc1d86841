"""Events: which a caller sees, the list, one event, changing and deleting one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from tests.stranger import paging, queries
from tests.stranger.answers import json_answer, listing, no_content, shown
from tests.stranger.breaks import Break
from tests.stranger.calls import Call, nothing
from tests.stranger.problems import forbidden, invalid
from tests.stranger.records import AI_STATUSES, TRIGGERS, Event, Org
from tests.stranger.state import RETENTION

FILTERS = ("camera_id", "site_id", "date_from", "date_to", "trigger_type", "ai_status", "starred")
_FIELDS = {"acknowledged": bool, "starred": bool, "notes": str}
_MAX_NOTES_CHARS = 2000
_URL = "https://storage.googleapis.com/bkt-cloud-ai"
_CLIP_LEAD = timedelta(seconds=10)


def list_events(call: Call) -> Response:
    """GET /events."""
    queries.refuse_unknown(call, (*FILTERS, *queries.PAGING))
    limit = queries.limit(
        call,
        default=25 if call.broken(Break.DEFAULT_LIMIT_25) else 20,
        highest=99 if call.broken(Break.LIMIT_99) else 100,
    )
    page = paging.page(call, "events", matching(call), at, limit)
    rows = [item(call, event) for event in _with_intruders(call, page.rows)]
    total = page.total
    if call.broken(Break.TOTAL_OF_ALL_ORGS):
        total += len(call.other_org.events)
    missing = call.broken(Break.NEXT_CURSOR_MISSING) and page.next_cursor is None
    return listing(call.choices, rows, total, **({} if missing else {"next_cursor": page.next_cursor}))


def get_event(call: Call) -> Response:
    """GET /events/{id}."""
    return json_answer(call.choices, detail(call, _readable(call)))


def update_event(call: Call) -> Response:
    """PATCH /events/{id}."""
    body, event = call.checked("operator", lambda: _changes(call), lambda: _existing(call))
    changed = _changed(call, event, body)
    kept = replace(changed, starred=event.starred) if call.broken(Break.STAR_NOT_KEPT) else changed
    call.org.events[event.id] = kept
    return json_answer(call.choices, detail(call, changed))


def delete_event(call: Call) -> Response:
    """DELETE /events/{id}."""
    role = "operator" if call.broken(Break.OPERATOR_DELETES_EVENT) else "admin"
    if call.forgotten():
        call.require_role(role)
        if not _purged(call, call.org.events.get(call.path_id.lower())):
            return no_content()
    _, event = call.checked(role, nothing, lambda: _existing(call))
    call.org.events[event.id] = replace(event, deleted_at=call.now)
    call.state.deleted[event.id] = call.org.id
    return no_content()


def at(event: Event) -> datetime:
    """Return the time of an event."""
    return event.at


def existing(org: Org) -> dict[str, Event]:
    """Return the events of an org that are not deleted, by id."""
    return {event.id: event for event in org.events.values() if event.deleted_at is None}


def visible(call: Call) -> list[Event]:
    """Return the events that the caller may see."""
    events = call.org.events if call.broken(Break.DELETED_EVENT_LISTED) else existing(call.org)
    return [event for event in events.values() if call.member.sees(event.camera.site_id)]


def matching(call: Call) -> list[Event]:
    """Return the events that the caller may see and that match the filters of the call. Raises Problem."""
    filters = (_place_filter(call), _kind_filter(call))
    within = queries.date_filter(call)
    return [event for event in visible(call) if within(event.at) and all(keep(event) for keep in filters)]


def item(call: Call, event: Event) -> dict[str, Any]:
    """Return an event as lists show it."""
    return shown(call.choices, "event", _item_fields(call, event))


def detail(call: Call, event: Event) -> dict[str, Any]:
    """Return an event as a single read shows it."""
    fields = all_fields(call, event)
    if not call.broken(Break.DETAIL_WITHOUT_NEIGHBOURS):
        older, newer = _neighbours(call, event)
        is_older_first = call.choices.previous_event == "older"
        before, after = (older, newer) if is_older_first else (newer, older)
        fields |= {"prev_event_id": before, "next_event_id": after}
    return shown(call.choices, "event", fields)


def all_fields(call: Call, event: Event) -> dict[str, Any]:
    """Return every field of an event but its neighbours."""
    clip = _has_clip(call, event)
    return _item_fields(call, event) | {
        "clip_start_at": event.at - _CLIP_LEAD if clip else None,
        "clip_end_at": event.at - _CLIP_LEAD + timedelta(seconds=event.duration_sec) if clip else None,
        "duration_sec": event.duration_sec if clip else None,
        "narrative": event.narrative if _has_texts(call, event) else None,
        "acknowledged_by": event.acknowledged_by,
        "acknowledged_at": event.acknowledged_at,
        "notes": event.notes,
        "clip_codec": "h264" if clip else None,
        "clip_url": f"{_URL}/{event.id}.mp4" if clip else None,
        "recording_source": "gateway_ring_buffer",
    }


def _item_fields(call: Call, event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "camera_id": event.camera.id,
        "camera_name": event.camera.name,
        "camera_deleted": event.camera.deleted,
        "trigger_type": event.trigger_type,
        "triggered_at": event.at,
        "summary": event.summary if _has_texts(call, event) else None,
        "tags": list(event.tags),
        "ai_status": event.ai_status,
        "acknowledged": event.acknowledged_by is not None,
        "starred": event.starred,
        "snapshot_url": f"{_URL}/{event.id}.jpg" if _has_clip(call, event) else None,
    }


def _has_texts(call: Call, event: Event) -> bool:
    """Whether the event has a summary and a narrative, which an analysis may have to write first."""
    return call.choices.unanalysed_texts == "filled" or event.ai_status == "completed"


def _has_clip(call: Call, event: Event) -> bool:
    return call.choices.pending_clip == "ready" or event.ai_status != "pending"


def _neighbours(call: Call, event: Event) -> tuple[str | None, str | None]:
    """Return the ids of the next older and the next newer event that the caller may see."""
    others = [other for other in visible(call) if other.camera.id == event.camera.id]
    if call.choices.neighbours == "feed":
        others = visible(call)
    place = (event.at, event.id)
    older = max(((other.at, other.id) for other in others if (other.at, other.id) < place), default=None)
    newer = min(((other.at, other.id) for other in others if (other.at, other.id) > place), default=None)
    return older and older[1], newer and newer[1]


def _place_filter(call: Call) -> Callable[[Event], bool]:
    site_id, camera_id = queries.uuid_filter(call, "site_id"), queries.uuid_filter(call, "camera_id")
    camera = call.org.cameras.get(camera_id) if camera_id else None
    asked = [site for site in (site_id, camera.site_id if camera else None) if site in call.org.sites]
    hidden = [site for site in asked if site is not None and not call.member.sees(site)]
    allowed = site_id not in hidden and call.choices.camera_filter_out_of_scope == "empty"
    if hidden and not allowed and not call.broken(Break.HIDDEN_SITE_EMPTY):
        forbidden("This site is not granted to you.")
    if call.broken(Break.SITE_FILTER_IGNORED):
        site_id = None
    if call.broken(Break.CAMERA_FILTER_FORGOTTEN) and "cursor" in call.query:
        camera_id = None
    return lambda event: (site_id in (None, event.camera.site_id)) and (camera_id in (None, event.camera.id))


def _kind_filter(call: Call) -> Callable[[Event], bool]:
    trigger = queries.enum_filter(call, "trigger_type", TRIGGERS)
    status = queries.enum_filter(call, "ai_status", AI_STATUSES)
    starred = queries.bool_filter(call, "starred") and not call.broken(Break.STARRED_FILTER_IGNORED)
    triggers, statuses = {None, trigger}, {None, status}

    def keep(event: Event) -> bool:
        kind, state = event.trigger_type, event.ai_status
        if call.broken(Break.TRIGGER_FILTER_LOOSE) and (trigger, kind) == ("manual", "motion"):
            kind = "manual"
        if call.broken(Break.AI_STATUS_FILTER_LOOSE) and (status, state) == ("failed", "skipped"):
            state = "failed"
        return (
            (trigger is None or kind in triggers)
            and (status is None or state in statuses)
            and (event.starred or not starred)
        )

    return keep


def _with_intruders(call: Call, rows: list[Event]) -> list[Event]:
    """Return the rows, and one more event where the server shows what it must not."""
    rows = list(rows)
    if call.broken(Break.FOREIGN_EVENT_LISTED):
        rows += list(existing(call.other_org).values())[:1]
    if call.broken(Break.HIDDEN_EVENT_LISTED):
        hidden = [event for event in existing(call.org).values() if not call.member.sees(event.camera.site_id)]
        rows += hidden[:1]
    return rows


def _existing(call: Call) -> Event:
    return call.find(existing(call.org), "event")


def _readable(call: Call) -> Event:
    """Return the event of the path. Raises Problem."""
    events = existing(call.org)
    if call.broken(Break.FOREIGN_EVENT_READABLE):
        events |= existing(call.other_org)
    event = call.find(events, "event")
    if not call.member.sees(event.camera.site_id) and not call.broken(Break.HIDDEN_EVENT_READABLE):
        forbidden("The site of this event is not granted to you.")
    return event


def _changes(call: Call) -> dict[str, Any]:
    """Return the body of an update. Raises Problem."""
    body = call.json_body()
    if not body:
        invalid("The body is empty.")
    for name, value in body.items():
        if name not in _FIELDS:
            invalid("is not a field that can be changed", name)
        cleared = name == "notes" and value is None and call.choices.null_notes == "cleared"
        if not cleared and type(value) is not _FIELDS[name]:
            invalid(f"must be of type {_FIELDS[name].__name__}", name)
    if len(body.get("notes") or "") > _MAX_NOTES_CHARS:
        invalid(f"has more than {_MAX_NOTES_CHARS} characters", "notes")
    return body


def _changed(call: Call, event: Event, body: dict[str, Any]) -> Event:
    event = replace(event, **{name: body[name] for name in ("starred", "notes") if name in body})
    if body.get("acknowledged") is False:
        return replace(event, acknowledged_by=None, acknowledged_at=None)
    first = event.acknowledged_by is None
    if body.get("acknowledged") and (first or call.choices.second_acknowledgement == "latest"):
        by = call.org.members["owner"] if call.broken(Break.OWNER_ACKNOWLEDGES) else call.member
        return replace(event, acknowledged_by=by.id, acknowledged_at=call.now)
    return event


def _purged(call: Call, event: Event | None) -> bool:
    """Whether the server has forgotten a deleted event."""
    if call.choices.deleted_events == "kept" or event is None or event.deleted_at is None:
        return False
    return call.now - event.deleted_at > RETENTION
