"""Events: the list, one event, its neighbours, and the export (rules EV-…)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from mockserver.domain import access, dates, events
from mockserver.domain.cameras import Camera
from mockserver.domain.errors import NotFound, TooLarge
from mockserver.domain.events import AiStatus, Event, Trigger
from mockserver.operations.call import Call, Csv, page
from mockserver.operations.rendered_pages import RenderedPage
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, EVENTS, ORGS

_COLUMNS = (
    "id", "camera_id", "camera_name", "trigger_type", "triggered_at", "duration_sec", "summary", "tags", "ai_status",
    "acknowledged", "starred",
)  # fmt: skip


async def list_events(call: Call) -> dict[str, Any]:
    """One page of events."""
    rows, envelope = await page(call, await _query(call))
    return {"data": await _items(call, rows), **envelope}


async def get_event(call: Call) -> dict[str, Any]:
    """One event in full."""
    return await detail(call, await _visible(call))


async def update_event(call: Call) -> dict[str, Any]:
    """Acknowledge, star or annotate an event."""
    event = events.annotate(await _visible(call), call.body, call.caller.user_id, call.now)
    shown = await detail(call, event)  # read before the change is written, so that PostgreSQL needs no extra round trip
    await call.tx.put(EVENTS, event)
    return shown


async def delete_event(call: Call) -> None:
    """Dismiss an event; its record stays (EV-74)."""
    await call.tx.put(EVENTS, events.dismiss(await _visible(call), call.now))


async def export_events(call: Call) -> Csv:
    """All matching events as CSV, up to the limit of the org; cursor and limit are ignored (AS-15, AS-16)."""
    query = await _query(call)
    max_rows = await _max_export_rows(call)
    if await call.tx.count(query) > max_rows:
        raise TooLarge(f"More than {max_rows} events match; narrow the filters.")
    names = {camera.id: camera.name for camera in await call.tx.select(Query(CAMERAS, call.org_id))}
    return Csv("events.csv", _COLUMNS, (_row(event, names) for event in await call.tx.select(query)))


async def detail(call: Call, event: Event) -> dict[str, Any]:
    """Return an event in full, with the next older and newer event that the caller may see (EV-44)."""
    scope = await _scope(call)
    where = {"deleted": (False,)} if scope is None else {"deleted": (False,), "camera_id": scope}
    older, newer = await call.tx.neighbours(Query(EVENTS, call.org_id, where), event)
    return {
        **_item(event, await _camera(call, event)),
        "clip_start_at": event.clip_start_at,
        "clip_end_at": event.clip_end_at,
        "duration_sec": event.duration_sec,
        "narrative": event.narrative,
        "acknowledged_by": event.acknowledged_by,
        "acknowledged_at": event.acknowledged_at,
        "notes": event.notes,
        "clip_codec": event.clip_codec,
        "clip_url": event.clip_url,
        "recording_source": event.recording_source,
        "prev_event_id": older and older.id,
        "next_event_id": newer and newer.id,
    }


async def _max_export_rows(call: Call) -> int:
    """Return how many rows an export of this org may have (EV-84)."""
    org = await call.tx.get(ORGS, call.org_id, call.org_id)
    return org.settings.event_export_max_rows if org else 0


async def _query(call: Call) -> Query[Event]:
    """Return what the filters ask for. Raises Forbidden for a viewer and a site not granted (AS-20, AS-21)."""
    params = call.params
    where: dict[str, Any] = {"deleted": (False,)}
    if (cameras := await _cameras(call)) is not None:
        where["camera_id"] = cameras
    if "trigger_type" in params:
        where["trigger_type"] = (Trigger(params["trigger_type"]),)
    if "ai_status" in params:
        where["ai_status"] = (AiStatus(params["ai_status"]),)
    if params.get("starred"):
        where["starred"] = (True,)
    return Query(EVENTS, call.org_id, where, dates.window(params.get("date_from"), params.get("date_to")))


async def _cameras(call: Call) -> Collection[str] | None:
    """Return the cameras that the filters and the caller's sites leave, or None for all (AS-19)."""
    site_id, camera_id = call.params.get("site_id"), call.params.get("camera_id")
    if site_id is not None:
        access.require_sites(call.caller, [site_id])
    if camera_id is not None:
        await _require_camera(call, camera_id)
    if site_id is None:
        return (camera_id,) if camera_id is not None else await _scope(call)
    at_site = await _at_sites(call, [site_id])
    return at_site if camera_id is None else at_site & {camera_id}


async def _scope(call: Call) -> Collection[str] | None:
    """Return the cameras a viewer may see, or None for all."""
    return None if call.caller.sites is None else await _at_sites(call, call.caller.sites)


async def _at_sites(call: Call, sites: Collection[str]) -> set[str]:
    """Return the cameras at these sites, also deleted ones, whose events stay (EV-37)."""
    return {camera.id for camera in await call.tx.select(Query(CAMERAS, call.org_id, {"site_id": sites}))}


async def _require_camera(call: Call, camera_id: str) -> Camera | None:
    """Return the camera, None if unknown. Raises Forbidden for a viewer to whom its site is not granted."""
    camera = await call.tx.get(CAMERAS, call.org_id, camera_id)
    access.require_sites(call.caller, [camera.site_id if camera else ""])
    return camera


async def _camera(call: Call, event: Event) -> Camera:
    """Return the camera of an event, which may be deleted."""
    camera = await call.tx.get(CAMERAS, call.org_id, event.camera_id)
    if camera is None:
        raise LookupError(f"event {event.id} has no camera")
    return camera


async def _visible(call: Call) -> Event:
    event = await call.get(EVENTS, "event")
    if event.deleted:
        raise NotFound("event")
    await _require_camera(call, event.camera_id)
    return event


async def _items(call: Call, rows: Sequence[Event]) -> msgspec.Raw:
    """Return a page as JSON; it is rendered again only if one of its events or their cameras has changed."""
    known = call.rendered_pages.find(rows)
    wanted = known.quoted if known else {event.camera_id for event in rows}
    cameras = await call.tx.get_many(CAMERAS, call.org_id, wanted)
    if known and known.quoted == cameras:
        return known.items
    items = msgspec.Raw(msgspec.json.encode([_item(event, cameras[event.camera_id]) for event in rows]))
    call.rendered_pages.keep(RenderedPage(rows, cameras, items))
    return items


def _item(event: Event, camera: Camera) -> dict[str, Any]:
    return {
        "id": event.id,
        "camera_id": event.camera_id,
        "camera_name": camera.name,
        "camera_deleted": camera.deleted,
        "trigger_type": event.trigger_type,
        "triggered_at": event.triggered_at,
        "summary": event.summary,
        "tags": event.tags,
        "ai_status": event.ai_status,
        "acknowledged": event.acknowledged,
        "starred": event.starred,
        "snapshot_url": event.snapshot_url,
    }


def _row(event: Event, camera_names: Mapping[str, str]) -> list[str]:
    return [
        event.id,
        event.camera_id,
        camera_names[event.camera_id],
        event.trigger_type.value,
        dates.text(event.triggered_at),
        str(event.duration_sec),
        event.summary,
        ",".join(event.tags),
        event.ai_status.value,
        str(event.acknowledged).lower(),
        str(event.starred).lower(),
    ]
