"""The verbs of ``client.events``: the recordings of cameras."""

from novavms._core.answers import file, into, nothing
from novavms._core.call import (
    NOT_GIVEN,
    Call,
    CallOptions,
    Id,
    ListCall,
    NotGiven,
    Time,
    Unpack,
    changed,
    checked,
    page,
    query,
    unsupported,
)
from novavms.models import AiStatusLike, AsyncEventPage, EventDetail, EventPage, TriggerTypeLike


def list(
    *,
    camera_id: Id | NotGiven | None = None,
    site_id: Id | NotGiven | None = None,
    date_from: Time | NotGiven | None = None,
    date_to: Time | NotGiven | None = None,
    trigger_type: TriggerTypeLike | NotGiven | None = None,
    ai_status: AiStatusLike | NotGiven | None = None,
    starred: bool | NotGiven | None = None,
    cursor: str | NotGiven | None = None,
    limit: int | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> ListCall[EventPage, AsyncEventPage]:
    """Return the events that match every given filter, newest first.

    A date such as "2026-04-20" means that whole day in UTC; a time needs its offset. ``starred=True`` keeps starred
    events, False keeps all. ``limit`` is the size of a page, from 1 to 100, 20 if left out.
    """
    which = {"camera_id": camera_id, "site_id": site_id, "date_from": date_from, "date_to": date_to}
    kind = {"trigger_type": trigger_type, "ai_status": ai_status, "starred": starred}
    return ListCall(
        "GET",
        "/events",
        into(EventPage),
        read_awaited=into(AsyncEventPage),
        query=query(**which, **kind, **page(cursor, limit)),
        options=options,
    )


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[EventDetail]:
    """Return one event in full: narrative, clip, notes, and its neighbours in time."""
    return Call("GET", f"/events/{checked(id)}", into(EventDetail), options=options)


create = unsupported("events.create", "cameras record events; cameras.trigger(camera_id) lets one record")


def update(
    id: Id,
    /,
    *,
    acknowledged: bool | NotGiven = NOT_GIVEN,
    starred: bool | NotGiven = NOT_GIVEN,
    notes: str | NotGiven = NOT_GIVEN,
    **options: Unpack[CallOptions],
) -> Call[EventDetail]:
    """Acknowledge or star an event, or undo that with False; set its notes, at most 2000 characters. For operators."""
    body = changed(acknowledged=acknowledged, starred=starred, notes=notes)
    return Call("PATCH", f"/events/{checked(id)}", into(EventDetail), body=body, options=options)


def remove(id: Id, /, **options: Unpack[CallOptions]) -> Call[None]:
    """Dismiss an event, which deletes it. For admins."""
    return Call("DELETE", f"/events/{checked(id)}", nothing, options=options)


def acknowledge(id: Id, /, **options: Unpack[CallOptions]) -> Call[EventDetail]:
    """Acknowledge an event. For operators."""
    return update(id, acknowledged=True, **options)


def star(id: Id, /, **options: Unpack[CallOptions]) -> Call[EventDetail]:
    """Star an event. For operators."""
    return update(id, starred=True, **options)


def add_notes(id: Id, /, notes: str, **options: Unpack[CallOptions]) -> Call[EventDetail]:
    """Replace the notes of an event. For operators."""
    return update(id, notes=notes, **options)


def export(
    *,
    camera_id: Id | NotGiven | None = None,
    site_id: Id | NotGiven | None = None,
    date_from: Time | NotGiven | None = None,
    date_to: Time | NotGiven | None = None,
    trigger_type: TriggerTypeLike | NotGiven | None = None,
    ai_status: AiStatusLike | NotGiven | None = None,
    starred: bool | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> Call[bytes]:
    """Return all events that match every given filter, as a CSV file. For operators.

    More matches than the server's limit, 10,000 by default, are a NovaVMSError with status 413.
    """
    which = {"camera_id": camera_id, "site_id": site_id, "date_from": date_from, "date_to": date_to}
    kind = {"trigger_type": trigger_type, "ai_status": ai_status, "starred": starred}
    return Call("GET", "/events/export", file("text/csv"), query=query(**which, **kind), options=options)
